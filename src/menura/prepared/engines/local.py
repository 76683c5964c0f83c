"""The cores of this machine."""

from collections.abc import Generator
from pathlib import Path

from menura.foundation.cores import n_cores
from menura.prepared.child import Child, Payload
from menura.prepared.crew import Crew
from menura.prepared.engines.contract import LONGEST_S, Engine


class Local(Engine):
    """Child processes of this one: nothing to reach, and everything is seen.

    They are started by `results` when they are first wanted, and kept until `close`.
    """

    def __init__(self, n_workers: int | None = None, address: str | None = None):
        super().__init__(n_workers, address)
        self._idle: list[Child] = []

    def begin(self) -> None:
        """There is nothing to reach."""

    def check(self, reads: Path, writes: Path) -> None:
        """Workers see what this process sees."""

    def results(self, function: str, payloads: list[Payload]) -> Generator[tuple[int, Payload]]:
        """See Engine."""
        return Crew(function, self.n_workers or n_cores(), LONGEST_S, idle=self._idle).results(
            payloads
        )

    def close(self) -> None:
        """End the processes."""
        while self._idle:
            self._idle.pop().close()
