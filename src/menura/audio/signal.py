"""Sound that is read a range at a time: it may be longer than memory is large."""

from abc import ABC, abstractmethod
from collections.abc import Iterator

import numpy as np
from jaxtyping import Float32

Samples = Float32[np.ndarray, "channels time"]
BLOCK = 1 << 16  # samples


class Signal(ABC):
    """A sound of known length: a clip in memory, a tape on the disk, or either one edited.

    sample_rate: in Hz.
    """

    sample_rate: int

    @property
    @abstractmethod
    def n_channels(self) -> int: ...

    @property
    @abstractmethod
    def n_samples(self) -> int: ...

    @abstractmethod
    def read(self, start: int, stop: int) -> Samples:
        """Samples start…stop, both within 0…n_samples. Not to be written into."""

    @property
    def duration_s(self) -> float:
        return self.n_samples / self.sample_rate

    def blocks(self, n_block: int = BLOCK) -> Iterator[Samples]:
        """All samples in order, `n_block` a block and what is left over."""
        for start in range(0, self.n_samples, n_block):
            yield self.read(start, min(start + n_block, self.n_samples))
