"""What the Config of a model says that looks at so many frames together, and no more."""

from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class Windowed(Protocol):
    """A Config whose weights are the same for windows of any length."""

    def in_windows(self, n_frames: int) -> Any:
        """The same that looks at so many frames together at most: pieces are no longer."""

    def with_windows_of(self, other: Any) -> Any:
        """The same with the windows of another of its kind."""
