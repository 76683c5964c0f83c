"""Windows of a preset that asks for it are no longer than the recordings it learns from."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from menura.foundation.errors import UsageError
from menura.foundation.reporting import Collected
from menura.models.latent_flow import LatentFlowConfig
from menura.recipes import Preset, RandomCrops, trainable
from menura.systems import read_description
from menura.training.starting import in_their_size
from menura.workflows.prepare import prepare
from menura.workflows.train import train

LAPTOP = trainable("latent-flow").preset("laptop")


def of(preset: Preset) -> tuple[RandomCrops, LatentFlowConfig]:
    batching, config = preset.batching, preset.model.config
    assert isinstance(batching, RandomCrops)
    assert isinstance(config, LatentFlowConfig)
    return batching, config


def test_rows_and_windows_are_as_long_as_the_longest_recording() -> None:
    batching, config = of(LAPTOP.fitted(125, 4.0))
    assert (batching.n_frames, config.n_window, config.n_carried) == (125, 125, 93)
    assert LAPTOP.fitted(125, 4.0).seconds == 4.0


@pytest.mark.parametrize("n_frames", [1, 2, 7, 60, 125, 255])
def test_a_step_hears_half_as_much_at_least(n_frames: int) -> None:
    whole, _ = of(LAPTOP)
    batching, config = of(LAPTOP.fitted(n_frames, 1.0))
    heard = batching.batch_size * batching.n_frames
    assert heard >= whole.batch_size * whole.n_frames // 2 - batching.n_frames
    assert batching.batch_size >= whole.batch_size
    assert 0 < config.n_carried < config.n_window


def test_longer_recordings_change_nothing() -> None:
    assert LAPTOP.fitted(256, 8.2) == LAPTOP
    assert LAPTOP.fitted(10_000, 320.0) == LAPTOP


def test_neither_does_a_preset_that_loops_them() -> None:
    looped = replace(LAPTOP, batching=RandomCrops(batch_size=8, n_frames=256))
    assert looped.fitted(125, 4.0) == looped


def test_a_run_of_short_notes_says_so_in_its_description(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for number in range(6):
        note = np.sin(np.arange(2400) * rng.uniform(0.2, 0.6)) * np.exp(-np.arange(2400) / 900)
        soundfile.write(tmp_path / f"note-{number}.wav", note, 8000)
    prepare(tmp_path, tmp_path / "prepared", min_seconds=0.1, workers=1)
    said = Collected()
    settings = {"batching.fit": "true", "batching.n_frames": "128", "model.n_window": "128"}
    train("latent-flow", tmp_path / "prepared", tmp_path / "run", preset="tiny", steps=2,
          settings=settings, reporter=said)  # fmt: skip
    description = read_description(tmp_path / "run")
    rate_hz = 8000 / 32
    assert description.model.config["n_window"] == pytest.approx(0.3 * rate_hz, abs=1)
    assert description.seconds == pytest.approx(0.3)
    assert any("no recording is longer than 0.30 s" in line for line in said.lines)


def test_windows_that_fitted_other_recordings_are_not_taken_over(learnt: Path) -> None:
    said = read_description(learnt)
    short = replace(
        said, model=replace(said.model, config={**said.model.config, "n_window": 7, "n_carried": 5})
    )
    own = trainable("latent-flow").preset("tiny")
    fits = replace(own, batching=replace(own.batching, fit=True))
    assert in_their_size(fits, short, {}).model.config.n_window == own.model.config.n_window
    assert in_their_size(own, short, {}).model.config.n_window == 7


@pytest.mark.parametrize(("ours", "theirs"), [(True, False), (False, True)])
def test_whether_it_looks_at_what_it_makes_is_each_runs_own(
    learnt: Path, ours: bool, theirs: bool
) -> None:
    said = read_description(learnt)
    config = {**said.model.config, "matched": theirs, "n_steps": 3}
    start = replace(said, model=replace(said.model, config=config))
    own = trainable("latent-flow").preset("tiny")
    own = own.with_settings({"model.matched": str(ours).lower()})
    taken = in_their_size(own, start, {}).model.config
    assert (taken.matched, taken.n_steps) == (ours, 3)


def test_what_has_no_windows_cannot_fit_them() -> None:
    vae = trainable("mel-vae").preset("tiny").with_settings({"batching.fit": "true"})
    with pytest.raises(UsageError, match=r"batching\.fit: a .* has no windows; leave it out"):
        vae.fitted(1, 0.1)
