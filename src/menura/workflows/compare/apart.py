"""Work in a process of its own: its memory is given back when it ends, and its crash is its own."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from menura.foundation.errors import MenuraError
from menura.foundation.reporting import Reporter

Payload = dict[str, Any]

_START = "from menura.workflows.compare.apart_child import serve; serve()"


class DiedError(MenuraError):
    """The process ended without an answer; the words say how."""


class FailedError(MenuraError):
    """The work raised an error, whose words these are.

    kind: its class. errno: of the machine's own troubles (a full disk), else None.
    """

    def __init__(self, kind: str, words: str, errno: int | None):
        super().__init__(words)
        self.kind, self.errno = kind, errno


class Apart:
    """One process that does one task after the other.

    function: "module:name" of a function (payload, reporter) → result; payload and result are plain
        JSON. What it says and reports goes to the reporter here.
    log: the file to which it writes what libraries say, and the traceback of an error.

    Ctrl-C here, and the end of this process, ask it to end as a terminal would: training that is
    interrupted so keeps what was learnt. A process that died is started anew by the next task.
    """

    def __init__(self, function: str, log: Path):
        self._function, self._log = function, log
        self._process: subprocess.Popen[str] | None = None

    def do(self, payload: Payload, reporter: Reporter) -> Payload:
        """The function's result.

        Raises FailedError for an error of the work, DiedError when the process is gone, and
        KeyboardInterrupt, once the process has ended, where the work was interrupted.
        """
        process = self._living()
        try:
            for answer in _asked(process, payload):
                if "result" in answer:
                    return dict(answer["result"])
                if "failed" in answer:
                    failed = answer["failed"]
                    raise FailedError(failed["kind"], failed["words"], failed["errno"])
                _tell(answer, reporter)
        except KeyboardInterrupt:
            self._let_end(process, reporter)
            raise
        raise DiedError(_how(process.wait()))

    def close(self) -> None:
        """End the process, which has nothing more to do."""
        if self._process is not None:
            self._process.kill()
            _closed(self._process)
            self._process = None

    def __enter__(self) -> "Apart":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _living(self) -> "subprocess.Popen[str]":
        if self._process is not None and self._process.poll() is None:
            return self._process
        if self._process is not None:
            _closed(self._process)
        self._process = self._started()
        return self._process

    def _started(self) -> "subprocess.Popen[str]":
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "PYTHONFAULTHANDLER": "1",  # a crash in a library leaves its trace in the log
        }
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            try:
                return subprocess.Popen(
                    [sys.executable, "-P", "-c", _START, self._function],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    env=environment,
                    encoding="ascii",
                    start_new_session=True,  # Ctrl-C comes here alone, and is passed on in one way
                )
            except OSError as error:
                raise DiedError(f"its process could not start ({error.strerror})") from None

    def _let_end(self, process: "subprocess.Popen[str]", reporter: Reporter) -> None:
        """Wait until it has put away what it has; a second Ctrl-C ends it at once."""
        assert process.stdin is not None
        try:
            with contextlib.suppress(OSError):
                process.stdin.close()
            for answer in _answers(process):
                _tell(answer, reporter)
            process.wait()
        except KeyboardInterrupt:
            process.kill()
            process.wait()


def _asked(process: "subprocess.Popen[str]", payload: Payload) -> Iterator[Payload]:
    assert process.stdin is not None
    with contextlib.suppress(OSError):  # it is gone already; there will be no answer
        process.stdin.write(json.dumps(payload) + "\n")
        process.stdin.flush()
    return _answers(process)


def _answers(process: "subprocess.Popen[str]") -> Iterator[Payload]:
    """Until there are no more; the last line of a process that died may be cut."""
    assert process.stdout is not None
    for line in process.stdout:
        with contextlib.suppress(ValueError):
            yield json.loads(line)


def _tell(answer: Payload, reporter: Reporter) -> None:
    if "say" in answer:
        reporter.say(answer["say"])
    elif "warn" in answer:
        reporter.warn(answer["warn"])
    elif "progress" in answer:
        reporter.progress(*answer["progress"])


def _how(status: int) -> str:
    if status == -9:
        return (
            "its process was killed (signal 9): the memory was not enough, or somebody ended it; "
            "take a smaller preset, or end other programs"
        )
    died = f"signal {-status}" if status < 0 else f"status {status}"
    return f"its process ended with {died}"


def _closed(process: "subprocess.Popen[str]") -> None:
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):  # the rest of a line that nobody reads any more
                pipe.close()
