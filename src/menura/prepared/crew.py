"""Worker processes that may die: a file that kills its decoder costs that file, not the run.

Workers are plain child processes spoken to in lines of JSON. A child imports this package afresh
and never the caller's main script, so `prepare` works from notebooks and unguarded scripts; it
ends by itself when its parent is killed.
"""

import importlib
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

from menura.foundation.errors import MenuraError

Payload = dict[str, Any]
Announce = Callable[[str], None]
Work = Callable[[Payload, Announce], Payload]

# A file is dropped when a worker died on it this often: the first time it may have been chance
# (somebody ended the process).
DEADLY_TIMES = 2
_START = "from menura.prepared.crew import serve; serve()"


@dataclass
class _Task:
    index: int
    payload: Payload
    deaths: dict[str, list[str]] = field(default_factory=dict)  # item → causes

    def deadly(self) -> dict[str, str]:
        """Items to leave out → the cause of death."""
        deaths = self.deaths.items()
        return {item: causes[-1] for item, causes in deaths if len(causes) >= DEADLY_TIMES}


class Crew:
    """`n_workers` child processes that each do one task at a time.

    function: "module:name" of a function (payload, announce) → result, both plain JSON. It calls
        `announce(item)` before it touches anything that may kill the process; when a process
        dies on the same item twice, the task is done again with that item and the cause of
        death added to `payload["deadly"]`, and the function must leave it out.
    """

    def __init__(self, function: str, n_workers: int):
        self.function, self.n_workers = function, max(1, n_workers)

    def results(self, payloads: list[Payload]) -> Generator[tuple[int, Payload]]:
        """Yield (index of the payload, result) as they get done; close it to end the workers.

        An OSError or MemoryError of the work is raised here as what it was (its errno and words
        are kept); MenuraError when the work fails otherwise, or a worker cannot work at all.
        """
        tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        done: queue.SimpleQueue[tuple[int, Payload] | Exception] = queue.SimpleQueue()
        for index, payload in enumerate(payloads):
            tasks.put(_Task(index, payload))
        workers = [
            _Worker(self.function, tasks, done) for _ in range(min(self.n_workers, len(payloads)))
        ]
        try:
            for worker in workers:
                worker.start()
            for _ in payloads:
                result = done.get()
                if isinstance(result, Exception):
                    raise result
                yield result
        finally:
            for _ in workers:
                tasks.put(None)
            for worker in workers:
                worker.end()


class _Worker(threading.Thread):
    """Looks after one child process, and starts another when it dies."""

    def __init__(
        self,
        function: str,
        tasks: "queue.SimpleQueue[_Task | None]",
        done: "queue.SimpleQueue[tuple[int, Payload] | Exception]",
    ):
        super().__init__(daemon=True)
        self._function, self._tasks, self._done = function, tasks, done
        self._child: subprocess.Popen[str] | None = None
        self._ended = False
        self._starting = threading.Lock()

    def run(self) -> None:
        while (task := self._tasks.get()) is not None:
            try:
                self._done.put((task.index, self._do(task)))
            except Exception as error:
                self._done.put(error)

    def end(self) -> None:
        """End the child now, whatever it does; nothing half-made keeps its final name."""
        with self._starting:
            self._ended = True
            child = self._child
        if child is not None:
            child.kill()
        self.join()
        if child is not None:
            _close(child)

    def _do(self, task: _Task) -> Payload:
        while True:
            child = self._living()
            result, item = _ask(child, task.payload | {"deadly": task.deadly()})
            if result is not None:
                if "failed" in result:
                    raise _as_raised(result["failed"])
                return dict(result["result"])
            cause = _cause_of_death(child)
            if self._ended:
                raise MenuraError("stopped")
            if item is None:
                raise MenuraError(f"a worker process could not start ({cause})")
            task.deaths.setdefault(item, []).append(cause)

    def _living(self) -> "subprocess.Popen[str]":
        with self._starting:
            if self._ended:
                raise MenuraError("stopped")
            if self._child is None or self._child.poll() is not None:
                if self._child is not None:
                    _close(self._child)
                self._child = _start(self._function)
            return self._child


def _start(function: str) -> "subprocess.Popen[str]":
    # The same package as here, and one thread each: the crew is what runs in parallel.
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
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


def _ask(child: "subprocess.Popen[str]", payload: Payload) -> tuple[Payload | None, str | None]:
    """(answer, _) or, when the child died, (None, what it was doing)."""
    assert child.stdin is not None
    assert child.stdout is not None
    item = None
    try:
        child.stdin.write(json.dumps(payload) + "\n")
        child.stdin.flush()
        for line in child.stdout:
            answer = json.loads(line)
            if "now" not in answer:
                return answer, item
            item = answer["now"]
    except (OSError, ValueError):  # the pipe broke, or the last line was cut
        pass
    return None, item


def _cause_of_death(child: "subprocess.Popen[str]") -> str:
    status = child.wait()
    return f"signal {-status}" if status < 0 else f"status {status}"


def _close(child: "subprocess.Popen[str]") -> None:
    child.wait()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            try:
                pipe.close()
            except OSError:  # the rest of a line that nobody reads any more
                continue


def serve() -> None:
    """Life of a child process: read a payload, answer, until the parent is gone."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    module, _, name = sys.argv[1].partition(":")
    work: Work = getattr(importlib.import_module(module), name)
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)  # what a library prints must not get between the answers
    payloads: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(payloads,), daemon=True).start()

    def answer(value: Payload) -> None:
        answers.write(json.dumps(value) + "\n")
        answers.flush()

    while True:
        payload = json.loads(payloads.get())
        try:
            result = work(payload, lambda item: answer({"now": item}))
        except Exception as error:
            answer({"failed": _described(error)})
        else:
            answer({"result": result})


def _described(error: Exception) -> Payload:
    if isinstance(error, OSError) and error.errno is not None:
        return {"errno": error.errno, "words": error.strerror}
    return {"kind": type(error).__name__, "words": str(error)}


def _as_raised(described: Payload) -> Exception:
    """The error that a worker described. The machine's own troubles stay what they are."""
    if "errno" in described:
        return OSError(described["errno"], described["words"])
    if described["kind"].endswith("MemoryError"):  # numpy has its own
        return MemoryError(described["words"])
    return MenuraError(f"a worker process failed: {described['kind']}: {described['words']}")


def _listen(payloads: "queue.SimpleQueue[str]") -> None:
    for line in sys.stdin:
        payloads.put(line)
    os._exit(0)  # the parent is gone, in the middle of work or not
