"""The other side of `apart`: a process that works for another, and says how it goes."""

import contextlib
import importlib
import json
import os
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any, TextIO

from menura.foundation.errors import MenuraError, is_out_of_memory
from menura.foundation.reporting import Reporter

Work = Callable[[dict[str, Any], Reporter], dict[str, Any]]

PATIENCE_S = 120.0  # for what was learnt to be put away, when the process is to end
BETWEEN_S = 0.2  # two reports of progress: a fast loop makes thousands in a second


class Answers(Reporter):
    """Speaks through the pipe, in lines of JSON. When nobody listens any more it is silent: whoever
    works must not fail for that."""

    def __init__(self, pipe: TextIO):
        self._pipe, self._next_s = pipe, 0.0

    def send(self, answer: dict[str, Any]) -> None:
        """One line."""
        with contextlib.suppress(OSError):
            self._pipe.write(json.dumps(answer) + "\n")
            self._pipe.flush()

    def say(self, line: str) -> None:
        self.send({"say": line})

    def warn(self, line: str) -> None:
        self.send({"warn": line})

    def progress(self, done: float, total: float, line: str) -> None:
        now = time.monotonic()
        if now >= self._next_s:
            self._next_s = now + BETWEEN_S
            self.send({"progress": [done, total, line]})


def serve() -> None:
    """Life of the process: read a payload, work, answer, until the other side is gone."""
    answers = Answers(os.fdopen(os.dup(1), "w", encoding="ascii"))
    os.dup2(2, 1)  # what a library prints must not get between the answers
    tasks: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(tasks,), daemon=True).start()
    module, _, name = sys.argv[1].partition(":")
    work: Work = getattr(importlib.import_module(module), name)
    while True:
        payload = json.loads(tasks.get())
        try:
            result = work(payload, answers)
        except KeyboardInterrupt:
            os._exit(130)
        except Exception as error:
            if not isinstance(error, MenuraError):
                traceback.print_exc()
            answers.send({"failed": _described(error)})
        else:
            answers.send({"result": result})


def _listen(tasks: "queue.SimpleQueue[str]") -> None:
    for line in sys.stdin:
        tasks.put(line)
    # The other side is gone, or wants an end. Training hears this between two steps and puts away
    # what it has; everything else ends here and now.
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(PATIENCE_S)
    os._exit(1)


def _described(error: Exception) -> dict[str, Any]:
    if isinstance(error, MenuraError):
        return {"kind": type(error).__name__, "words": str(error), "errno": None}
    if isinstance(error, OSError) and error.errno is not None:
        where = f"{error.filename}: " if error.filename else ""
        words = f"{where}{(error.strerror or '').lower()}"
        return {"kind": type(error).__name__, "words": words, "errno": error.errno}
    if is_out_of_memory(error):
        return {"kind": "MemoryError", "words": "the memory is not enough", "errno": None}
    words = f"{type(error).__name__}: {error}"
    return {"kind": type(error).__name__, "words": words, "errno": None}
