"""A run makes the system that it keeps ready to play, once and at its end."""

from pathlib import Path

import pytest
import torch

from menura.models.frame_rnn import FrameRnn
from menura.systems import load
from menura.workflows.train import train

STEADIED = {"model.steadied": "true", "model.output": "mixture", "training.evaluate_every": "5"}


def test_a_run_calibrates_what_it_keeps(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def calibrate(self: FrameRnn, batches: object) -> None:
        seen.append({name: weight.clone() for name, weight in self.named_parameters()})
        self.steady_temperature.fill_(1.3)

    monkeypatch.setattr(FrameRnn, "calibrate", calibrate)
    settings = {**STEADIED, "training.ema_decay": "0.9"}
    train("stft-lstm", corpus, tmp_path, preset="tiny", steps=12, settings=settings)
    kept = load(tmp_path).model
    assert len(seen) == 1
    for name, weight in kept.named_parameters():
        torch.testing.assert_close(seen[0][name], weight)
    assert isinstance(kept, FrameRnn)
    assert float(kept.steady_temperature) == pytest.approx(1.3)


def test_a_run_that_is_not_to_calibrate_does_not(corpus: Path, tmp_path: Path) -> None:
    settings = {**STEADIED, "model.steadied": "false"}
    train("stft-lstm", corpus, tmp_path, preset="tiny", steps=5, settings=settings)
    kept = load(tmp_path).model
    assert isinstance(kept, FrameRnn)
    assert float(kept.steady_temperature) == 1


def test_a_resumed_run_plays_as_the_unbroken_one(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("menura.models.frame_rnn.N_FRAMES", 80)
    found = []
    for name, stops in (("unbroken", [10]), ("resumed", [5, 10])):
        for steps in stops:
            train(
                *("stft-lstm", corpus, tmp_path / name),
                preset="tiny",
                steps=steps,
                resume=True,
                settings=STEADIED,
            )
        kept = load(tmp_path / name).model
        assert isinstance(kept, FrameRnn)
        found.append(float(kept.steady_temperature))
    assert found[0] == found[1]
