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

    function, longest_s: as `Child` takes them. idle: children that wait for work are taken from
    here, and once all is done put here instead of being ended, for whoever owns the list: the start
    of a process costs as much as half a minute of music.
    """

    def __init__(
        self,
        function: str,
        n_workers: int,
        longest_s: float | None = None,
        idle: list[Child] | None = None,
    ):
        self.function, self.n_workers, self.longest_s = function, max(1, n_workers), longest_s
        self._idle = idle

    def results(self, payloads: list[Payload]) -> Generator[tuple[int, Payload]]:
        """Yield (index of the payload, result) as they get done; close it to end the workers.

        Raises what `Child.do` raises.
        """
        tasks: _Tasks = queue.SimpleQueue()
        done: _Done = queue.SimpleQueue()
        for task in enumerate(payloads):
            tasks.put(task)
        workers = [
            _Worker(self._child(), tasks, done) for _ in range(min(self.n_workers, len(payloads)))
        ]
        idle = None
        try:
            for worker in workers:
                worker.start()
            for _ in payloads:
                result = done.get()
                if isinstance(result, Exception):
                    raise result
                yield result
            idle = self._idle
        finally:
            for _ in workers:
                tasks.put(None)
            for worker in workers:
                if idle is None:
                    worker.end()
                else:
                    idle.append(worker.rest())

    def _child(self) -> Child:
        if self._idle:
            return self._idle.pop().aim(self.function)
        return Child(self.function, self.longest_s)


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

    def rest(self) -> Child:
        """The child, which has nothing to do any more."""
        self.join()
        return self._child

    def end(self) -> None:
        """End the child now, whatever it does."""
        self._child.end()
        self.join()
        self._child.close()
