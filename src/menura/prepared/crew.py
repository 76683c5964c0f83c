"""Worker processes on this machine, each of which may die without ending the work."""

import queue
import threading
from collections.abc import Generator

from menura.prepared.child import Announce, Child, Payload

__all__ = ["Announce", "Crew", "Payload"]

_Tasks = queue.SimpleQueue[tuple[int, Payload] | None]
_Done = queue.SimpleQueue[tuple[int, Payload] | Exception]


class Crew:
    """`n_workers` child processes that each do one task at a time.

    function, longest_s: as `Child` takes them.
    """

    def __init__(self, function: str, n_workers: int, longest_s: float | None = None):
        self.function, self.n_workers, self.longest_s = function, max(1, n_workers), longest_s

    def results(self, payloads: list[Payload]) -> Generator[tuple[int, Payload]]:
        """Yield (index of the payload, result) as they get done; close it to end the workers.

        Raises what `Child.do` raises.
        """
        tasks: _Tasks = queue.SimpleQueue()
        done: _Done = queue.SimpleQueue()
        for task in enumerate(payloads):
            tasks.put(task)
        workers = [
            _Worker(Child(self.function, self.longest_s), tasks, done)
            for _ in range(min(self.n_workers, len(payloads)))
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
    """Gives tasks to one child process."""

    def __init__(self, child: Child, tasks: _Tasks, done: _Done):
        super().__init__(daemon=True)
        self._child, self._tasks, self._done = child, tasks, done

    def run(self) -> None:
        while (task := self._tasks.get()) is not None:
            index, payload = task
            try:
                self._done.put((index, self._child.do(payload)))
            except Exception as error:
                self._done.put(error)

    def end(self) -> None:
        """End the child now, whatever it does."""
        self._child.end()
        self.join()
        self._child.close()
