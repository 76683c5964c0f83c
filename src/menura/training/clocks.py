"""Time spent in a run over all resumes, and what is due by it."""

import time


class Clocks:
    """Nothing here decides what is learnt, but how far the rate has fallen in a run of so many
    minutes; only when things are written, shown and ended."""

    def __init__(self, seconds_before: float):
        self._resumed_at = seconds_before
        self._start = time.monotonic() - seconds_before
        self._last: dict[str, float] = {}
        self._n_steps = 0
        self.losses: dict[str, float] = {}

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._start

    def due(self, what: str, every_s: float) -> bool:
        """Whether `every_s` seconds have passed since it was last due (or the run began)."""
        if self.seconds - self._last.setdefault(what, self._resumed_at) < every_s:
            return False
        self._last[what] = self.seconds
        return True

    def seconds_per_step(self) -> float:
        """Of the steps since the run began or was resumed."""
        return (self.seconds - self._resumed_at) / max(1, self._n_steps)

    def stepped(self, losses: dict[str, float]) -> None:
        """A step is done. losses: of the phases that had their turn; empty if it was skipped."""
        self._n_steps += 1
        self.losses |= losses
