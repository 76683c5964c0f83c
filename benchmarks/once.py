"""Training that is not done again."""

from pathlib import Path

from menura.training.stage import METRICS
from menura.workflows.train import train
from speaking import Speaker


def train_once(
    recipe: str, preset: str, corpus: Path, run: Path, minutes: float, init: str = "none"
) -> None:
    """Into the folder `run`, unless that is done: the minutes of a finished run are not spent
    again, and one that was broken off goes on."""
    if not (run / METRICS).is_file():
        train(
            *(recipe, corpus, run),
            preset=preset,
            init=init,
            minutes=minutes,
            resume=True,
            reporter=Speaker(),
        )
