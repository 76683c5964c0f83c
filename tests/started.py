"""Runs that start from a system, and the codec of it."""

from pathlib import Path
from typing import Any

import pytest
from torch import Tensor

from menura.foundation.reporting import Collected
from menura.systems import coded
from menura.training import stages
from menura.training.kept_start import start_named
from menura.training.order import Start
from menura.workflows.load import load
from menura.workflows.train import train


def tuned(
    learnt: Path,
    corpus: Path,
    run: Path,
    *,
    steps: int | None = 8,
    resume: bool = False,
    **more: Any,
) -> Collected:
    said = Collected()
    train(
        *("latent-flow", corpus, run),
        preset="tiny",
        init=str(learnt),
        steps=steps,
        resume=resume,
        settings={key.replace("__", "."): value for key, value in more.items()},
        reporter=said,
    )
    return said


def there(folder: Path) -> Start:
    start = start_named(str(folder))
    assert start is not None
    return start


def codec_of(folder: Path) -> dict[str, Tensor]:
    representation = load(folder).representation
    assert isinstance(representation, coded.Coded)
    return representation.codec.state_dict()


def plant(monkeypatch: pytest.MonkeyPatch, value: float) -> None:
    """What is measured of the folder's music."""
    monkeypatch.setattr(stages.carrying, "carried_db", lambda _: value)
