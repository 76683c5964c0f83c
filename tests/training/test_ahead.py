"""What both stages will take is said before the first."""

import re
from pathlib import Path

import pytest

from menura.foundation.reporting import Collected
from menura.prepared import PreparedCorpus
from menura.recipes import Training, trainable
from menura.training.ahead import Ahead, in_words, roughly, say_ahead, stage_limits
from menura.training.estimate import Estimate, soonest_end
from menura.training.fit import Limits
from menura.training.order import Order
from menura.training.progress import Progress
from menura.workflows.train import train

STAGES = [Ahead(Estimate(((0, 0.5),), 1, 1), 240), Ahead(Estimate(((0, 1.0),), 1, 1), 600)]


def test_minutes_are_shared() -> None:
    limits = stage_limits(0.4, Limits(minutes=30.0))
    line = in_words(STAGES, limits, encoding_min=1.0, looking_min=0.5)
    assert "12 min 0 s for the codec" in line
    assert "1 min 0 s to say the recordings in its numbers, 18 min 0 s" in line
    assert "about 31 min 30 s in all" in line


def test_steps_are_given_their_time() -> None:
    line = in_words(STAGES, stage_limits(0.4, Limits(steps=100)), encoding_min=0.5)
    assert "20 s for the codec, 30 s to say" in line
    assert "1 min 40 s for the music in them; about 2 min 30 s in all" in line


def test_without_limits_the_least_is_said() -> None:
    line = in_words(STAGES, stage_limits(0.4, Limits()), encoding_min=0.0)
    assert "at the soonest after 2 min 0 s the codec and 10 min 0 s the music" in line
    assert "12 min 0 s in all" in line
    assert "--minutes" in line


def test_a_codec_that_has_an_end_and_music_that_has_none() -> None:
    line = in_words(STAGES, (Limits(steps=20), Limits()), encoding_min=1.0)
    assert "two stages: 10 s for the codec, 1 min 0 s to say the recordings in its numbers" in line
    assert "at the soonest after 10 min 0 s; 11 min 10 s in all then (--minutes" in line


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(minutes=10.0), "10 min of training; about 10 min 40 s in all"),
        (Limits(steps=90), "1 min 30 s for 90 steps of training; about 2 min 10 s in all"),
        (Limits(), "at the soonest after 10 min 0 s; 10 min 40 s in all then (--minutes or"),
    ],
)
def test_over_a_codec_that_is_there_all_is_said_in_a_line(limits: Limits, words: str) -> None:
    line = in_words(STAGES[1:], (limits,), 41 / 60)
    assert line.startswith("ahead: 40 s to encode the recordings, ")
    assert words in line


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "a few seconds"), (4.9, "a few seconds"), (14, "10 s"), (86, "1 min 30 s")],
)
def test_what_is_tried_on_noise_is_said_roughly(seconds: float, words: str) -> None:
    assert roughly(seconds) == words


@pytest.mark.parametrize("matched", [True, False])
def test_a_look_at_the_end_is_told_of_where_there_is_one(
    corpus: Path, tmp_path: Path, matched: bool
) -> None:
    preset = (
        trainable("latent-flow")
        .preset("tiny")
        .with_settings({"model.matched": str(matched).lower()})
    )
    said, order = Collected(), Order("latent-flow", "tiny")
    prepared = PreparedCorpus.open(corpus)
    say_ahead(order, preset, prepared, tmp_path, (Limits(minutes=2.0),), said)
    [line] = said.lines
    assert "2 min of training" in line
    told = re.search("in all(?:, of which (.+) at the end are a look at what it makes)?$", line)
    assert told is not None
    assert (told[1] is not None) is matched


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


def test_a_stage_ends_at_the_last_of_its_steps() -> None:
    settings = Training(max_steps=200, evaluate_every=50, patience=3, n_drops=0)
    assert soonest_end(settings) == 200
    assert soonest_end(Training(max_steps=199, evaluate_every=50, patience=3, n_drops=0)) == 199


def test_a_run_says_it_before_its_first_stage(corpus: Path, tmp_path: Path) -> None:
    said = Collected()
    train("latent-flow", corpus, tmp_path, preset="tiny", steps=4, reporter=said)
    [ahead] = [line for line in said.lines if line.startswith("two stages: ")]
    assert said.lines.index(ahead) < said.lines.index("first stage: the codec")
    again = Collected()
    train(*("latent-flow", corpus, tmp_path), preset="tiny", steps=8, resume=True, reporter=again)
    assert not any(line.startswith("two stages: ") for line in again.lines)
