"""The cores of this machine."""

from collections.abc import Generator
from pathlib import Path

from menura.foundation.cores import n_cores
from menura.prepared.child import Payload
from menura.prepared.crew import Crew
from menura.prepared.engines.contract import LONGEST_S, Engine


class Local(Engine):
    """Child processes of this one: nothing to reach, and everything is seen."""

    def begin(self) -> None:
        """Processes are started by `results`, which ends them too."""

    def check(self, reads: Path, writes: Path) -> None:
        """Workers see what this process sees."""

    def results(self, function: str, payloads: list[Payload]) -> Generator[tuple[int, Payload]]:
        """See Engine."""
        return Crew(function, self.n_workers or n_cores(), LONGEST_S).results(payloads)

    def close(self) -> None:
        """Nothing is held."""
