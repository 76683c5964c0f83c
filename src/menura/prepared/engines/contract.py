"""What an engine offers: the same work on every file, done somewhere."""

from abc import ABC, abstractmethod
from collections.abc import Generator
from pathlib import Path
from types import TracebackType

from menura.foundation.errors import UsageError
from menura.prepared.child import Payload

# One file may take this long before it counts as hanging: a day of music, at 72 times real time.
LONGEST_S = 1200.0


class Engine(ABC):
    """Does tasks in several processes at a time; begun and closed by `with`.

    n_workers: tasks at a time; None takes one for each core there is. address: where the engine
    is, for those that are elsewhere.

    What every engine promises: a task is done by `menura.prepared.child.Child`, so that a file
    that ends its process, or is not done within `LONGEST_S`, costs that file and is explained in
    the same words everywhere; a worker that is lost with its machine costs time only; the work
    of a task is the same wherever it runs.
    """

    takes_address = False

    def __init__(self, n_workers: int | None = None, address: str | None = None):
        if address is not None and not self.takes_address:
            raise UsageError("--address is the address of a cluster; add --engine ray")
        self.n_workers, self.address = n_workers, address

    def __enter__(self) -> "Engine":
        self.begin()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @abstractmethod
    def begin(self) -> None:
        """Reach the workers. Raises MenuraError when there are none."""

    @abstractmethod
    def check(self, reads: Path, writes: Path) -> None:
        """Raise MenuraError unless every worker sees the file `reads` and may write in `writes`.

        `reads` is one of the files of the source, `writes` a folder that is there.
        """

    @abstractmethod
    def results(self, function: str, payloads: list[Payload]) -> Generator[tuple[int, Payload]]:
        """Yield (index of the payload, result) as they get done; close it to stop the work.

        function: as `Child` takes it. Raises what `Child.do` raises.
        """

    @abstractmethod
    def close(self) -> None:
        """Let the workers go; what they are at is given up."""
