"""Whether a run has begun to learn its recordings by heart: it foresees them ever better, and music
that it does not hear ever worse."""

from collections.abc import Mapping

from menura.models import Model
from menura.training.progress import Progress

RISE = 0.01  # of the best: a held-out value is of some hundred windows, always the same ones
N_LOOKS = 3  # in a row: the training loss of one look may be of easier windows


def is_told(model: Model) -> bool:
    """Whether it can be told: what is measured on held-out music is what is lowered in training.
    Elsewhere (players against each other, critics) one may rise while the other falls."""
    return type(model).progress is Model.progress


def begins(progress: Progress, value: float, losses: Mapping[str, float]) -> bool:
    """Take in a look at which the held-out value was `value`; losses: means of the training steps
    before it. True at the look at which it has shown, once in a run."""
    heard = next((loss for name, loss in losses.items() if name.endswith("/total")), None)
    if heard is None:  # no step since the last look
        return False
    if progress.best_step == progress.step or progress.heard_at_best is None:
        progress.heard_at_best, progress.rising = heard, 0
        return False
    by_heart = (
        progress.best is not None
        and value > progress.best + RISE * abs(progress.best)
        and heard < progress.heard_at_best
    )
    progress.rising = progress.rising + 1 if by_heart else 0
    if progress.warned or progress.rising < N_LOOKS:
        return False
    progress.warned = True
    return True


def warning(progress: Progress, value: float, keeps_best: bool) -> str:
    """In a line, with the mend."""
    kept = (
        f"the weights of step {progress.best_step} are kept, so it may be stopped (Ctrl-C)"
        if keeps_best
        else "the last weights are kept (training.keep=best keeps the best)"
    )
    return (
        f"step {progress.step}: it begins to memorise: held-out music is foreseen worse "
        f"({value:.4f}; at step {progress.best_step} {progress.best:.4f}), what it learns from "
        f"ever better; {kept}; more recordings help most"
    )
