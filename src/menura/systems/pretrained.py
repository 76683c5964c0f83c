"""A system whose weights others trained: it is opened from a checkpoint, not from a run."""

from typing import Any, ClassVar

from menura.foundation.reporting import Reporter
from menura.systems.contract import System


class Pretrained(System):
    """One kind of pretrained system, e.g. MusicGen.

    Config: a frozen dataclass of its settings, the checkpoint among them. abilities: its verbs,
    known before anything is opened.
    """

    Config: ClassVar[type[Any]]
    abilities: ClassVar[tuple[str, ...]]

    @classmethod
    def open(cls, recipe: str, config: Any, reporter: Reporter) -> "Pretrained":
        """Load the weights. Raises MenuraError where they, a library or memory are missing."""
        raise NotImplementedError

    @property
    def signature(self) -> str:
        """Names these weights: what generated files carry in their comment."""
        raise NotImplementedError

    @property
    def powers(self) -> tuple[str, ...]:
        return self.abilities

    @property
    def labels(self) -> tuple[str, ...]:
        return ()
