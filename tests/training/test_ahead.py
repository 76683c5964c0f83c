"""What both stages will take is said before the first."""

from pathlib import Path

import pytest

from menura.foundation.reporting import Collected
from menura.recipes import Training
from menura.training.ahead import Ahead, in_words, stage_limits
from menura.training.estimate import Estimate, soonest_end
from menura.training.fit import Limits
from menura.training.progress import Progress
from menura.workflows.train import train

STAGES = [Ahead(Estimate(((0, 0.5),), 1, 1), 240), Ahead(Estimate(((0, 1.0),), 1, 1), 600)]


def test_minutes_are_shared() -> None:
    limits = stage_limits(0.4, Limits(minutes=30.0))
    line = in_words(STAGES, limits, between_min=1.0)
    assert "12 min 0 s for the codec" in line
    assert "1 min 0 s to say the recordings in its numbers, 18 min 0 s" in line
    assert "about 31 min 0 s in all" in line


def test_steps_are_given_their_time() -> None:
    line = in_words(STAGES, stage_limits(0.4, Limits(steps=100)), between_min=0.5)
    assert "20 s for the codec, 30 s to say" in line
    assert "1 min 40 s for the music in them; about 2 min 30 s in all" in line


def test_without_limits_the_least_is_said() -> None:
    line = in_words(STAGES, stage_limits(0.4, Limits()), between_min=0.0)
    assert "at the soonest after 2 min 0 s the codec and 10 min 0 s the music" in line
    assert "12 min 0 s in all" in line
    assert "--minutes" in line


def test_limits_of_stages() -> None:
    assert stage_limits(0.25, Limits(minutes=8)) == (Limits(minutes=2), Limits(minutes=6))
    assert stage_limits(0.25, Limits(steps=8)) == (Limits(steps=2), Limits(steps=8))
    assert stage_limits(0.25, Limits()) == (Limits(), Limits())


@pytest.mark.parametrize(
    "settings", [Training(), Training(evaluate_every=7, patience=2, n_drops=0)]
)
def test_the_soonest_end_is_when_nothing_improves(settings: Training) -> None:
    progress = Progress()
    while not progress.is_exhausted(settings):
        progress.step += settings.evaluate_every
        progress.look(1.0, settings)
    assert soonest_end(settings) == progress.step


def test_a_run_says_it_before_its_first_stage(corpus: Path, tmp_path: Path) -> None:
    said = Collected()
    train("latent-flow", corpus, tmp_path, preset="tiny", steps=4, reporter=said)
    [ahead] = [line for line in said.lines if line.startswith("two stages: ")]
    assert said.lines.index(ahead) < said.lines.index("first stage: the codec")
    again = Collected()
    train(*("latent-flow", corpus, tmp_path), preset="tiny", steps=8, resume=True, reporter=again)
    assert not any(line.startswith("two stages: ") for line in again.lines)
