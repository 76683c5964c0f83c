"""One child process that works, is watched, and may die: a file that kills it costs that file.

The child is spoken to in lines of JSON. It imports this package afresh and never the caller's
main script, so `prepare` works from notebooks and unguarded scripts; it ends by itself when its
parent is killed.
"""

import importlib
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

from menura.foundation.errors import MenuraError

Payload = dict[str, Any]
Announce = Callable[[str], None]
Work = Callable[[Payload, Announce], Payload]

# A file is dropped when a process died on it this often: the first time it may have been chance
# (somebody ended the process).
DEADLY_TIMES = 2
# Blocks of sound come and go: given back to the system, each would be cleared page by page when it
# is wanted again, a tenth of the work (glibc; mallopt(3)).
_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(1 << 25), "MALLOC_TRIM_THRESHOLD_": str(1 << 26)}
_START = "from menura.prepared.child import serve; serve()"


class Child:
    """Does one task after the other in a process of its own, and starts another when it dies.

    function: "module:name" of a function (payload, announce) → result, both plain JSON. It calls
        `announce(item)` before it touches anything that may kill the process; when a process
        dies on the same item twice, the task is done again with that item and the cause of
        death added to `payload["deadly"]`, and the function must leave it out.
    longest_s: an item that takes longer than this counts as a death, and the process is ended;
        None waits for ever.

    One thread calls `do`; any thread may call `end`.
    """

    def __init__(self, function: str, longest_s: float | None = None):
        self._function, self._longest_s = function, longest_s
        self._process: subprocess.Popen[str] | None = None
        self._ended = False
        self._starting = threading.Lock()

    def aim(self, function: str) -> "Child":
        """This child, to do another function's work from now on; the process is kept."""
        self._function = function
        return self

    def do(self, payload: Payload) -> Payload:
        """The function's result.

        An OSError or MemoryError of the work is raised here as what it was (its errno and words
        are kept); MenuraError when the work fails otherwise, or the process cannot work at all.
        """
        deaths: dict[str, list[str]] = {}  # item → causes
        while True:
            process = self._living()
            asked = payload | {"deadly": _deadly(deaths)}
            result, item, cause = _ask(process, self._function, asked, self._longest_s)
            if result is not None:
                if "failed" in result:
                    raise as_raised(result["failed"])
                return dict(result["result"])
            if self._ended:
                raise MenuraError("stopped")
            if item is None:
                raise MenuraError(f"a worker process could not start ({cause})")
            deaths.setdefault(item, []).append(cause)

    def end(self) -> None:
        """End the process now, whatever it does; nothing half-made keeps its final name."""
        with self._starting:
            self._ended = True
            if self._process is not None:
                self._process.kill()

    def close(self) -> None:
        """Let go of what an ended process leaves, once nobody is in `do` any more."""
        self.end()
        if self._process is not None:
            _close(self._process)

    def _living(self) -> "subprocess.Popen[str]":
        with self._starting:
            if self._ended:
                raise MenuraError("stopped")
            if self._process is None or self._process.poll() is not None:
                if self._process is not None:
                    _close(self._process)
                self._process = _start(self._function)
            return self._process


def _deadly(deaths: dict[str, list[str]]) -> dict[str, str]:
    """Items to leave out → the cause of death."""
    return {item: causes[-1] for item, causes in deaths.items() if len(causes) >= DEADLY_TIMES}


def _start(function: str) -> "subprocess.Popen[str]":
    # The same package as here, and one thread each: the workers are what runs in parallel.
    environment = (
        _MEMORY
        | os.environ
        | {
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }
    )
    try:
        return subprocess.Popen(
            [sys.executable, "-P", "-c", _START, function],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # decoders complain about files we report on ourselves
            env=environment,
            encoding="ascii",
        )
    except OSError as error:
        raise MenuraError(f"a worker process could not start ({error.strerror})") from None


def _ask(
    process: "subprocess.Popen[str]", function: str, payload: Payload, longest_s: float | None
) -> tuple[Payload | None, str | None, str]:
    """(answer, _, _) or, when the process died, (None, what it was doing, cause of death)."""
    assert process.stdin is not None
    assert process.stdout is not None
    item = None
    watch = _Watch(process, longest_s)
    try:
        process.stdin.write(json.dumps([function, payload]) + "\n")
        process.stdin.flush()
        for line in process.stdout:
            answer = json.loads(line)
            if "now" not in answer:
                return answer, item, ""
            item = answer["now"]
            watch.begin()
    except (OSError, ValueError):  # the pipe broke, or the last line was cut
        pass
    finally:
        watch.stop()
    status = process.wait()
    died = f"signal {-status}" if status < 0 else f"status {status}"
    return None, item, watch.verdict or died


class _Watch:
    """Ends a process that is at one item for too long."""

    def __init__(self, process: "subprocess.Popen[str]", longest_s: float | None):
        self._process, self._longest_s = process, longest_s
        self._timer: threading.Timer | None = None
        self.verdict = ""

    def begin(self) -> None:
        """A new item was begun."""
        self.stop()
        if self._longest_s is not None:
            words = f"ended, as it took more than {self._longest_s:g} s"
            self._timer = threading.Timer(self._longest_s, self._end, (words,))
            self._timer.daemon = True
            self._timer.start()

    def stop(self) -> None:
        """Nothing is being done. A process that was ended just now is gone after this."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()
        if self.verdict:
            self._process.wait()

    def _end(self, words: str) -> None:
        self.verdict = words
        self._process.kill()


def _close(process: "subprocess.Popen[str]") -> None:
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            try:
                pipe.close()
            except OSError:  # the rest of a line that nobody reads any more
                continue


def serve() -> None:
    """Life of a child process: read a payload, answer, until the parent is gone."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    _named(sys.argv[1])  # imported before there is an item that could be blamed for it
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)  # what a library prints must not get between the answers
    payloads: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(payloads,), daemon=True).start()

    def answer(value: Payload) -> None:
        answers.write(json.dumps(value) + "\n")
        answers.flush()

    while True:
        function, payload = json.loads(payloads.get())
        try:
            result = _named(function)(payload, lambda item: answer({"now": item}))
        except Exception as error:
            answer({"failed": described(error)})
        else:
            answer({"result": result})


def _named(function: str) -> Work:
    module, _, name = function.partition(":")
    work: Work = getattr(importlib.import_module(module), name)
    return work


def _listen(payloads: "queue.SimpleQueue[str]") -> None:
    for line in sys.stdin:
        payloads.put(line)
    os._exit(0)  # the parent is gone, in the middle of work or not


def described(error: Exception) -> Payload:
    """An error as plain JSON, to be raised again elsewhere by `as_raised`."""
    if isinstance(error, OSError) and error.errno is not None:
        return {"errno": error.errno, "words": error.strerror}
    return {"kind": type(error).__name__, "words": str(error)}


def as_raised(described: Payload) -> Exception:
    """The error that a worker described. The machine's own troubles stay what they are."""
    if "errno" in described:
        return OSError(described["errno"], described["words"])
    if described["kind"].endswith("MemoryError"):  # numpy has its own
        return MemoryError(described["words"])
    return MenuraError(f"a worker process failed: {described['kind']}: {described['words']}")
