"""A run makes the system that it keeps ready to play, once and at its end."""

import signal
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from menura.foundation.reporting import Collected
from menura.models.frame_rnn import FrameRnn
from menura.systems import load
from menura.training import fit
from menura.workflows.train import train

STEADIED = {"model.steadied": "true", "model.output": "mixture", "training.evaluate_every": "5"}


def kept_in(folder: Path) -> FrameRnn:
    model = load(folder).model
    assert isinstance(model, FrameRnn)
    return model


def learnt(corpus: Path, out: Path, steps: int, settings: dict[str, str]) -> Collected:
    said = Collected()
    words = {"preset": "tiny", "steps": steps, "settings": settings, "resume": True}
    train("stft-lstm", corpus, out, reporter=said, **words)
    return said


def calibrated_at(monkeypatch: pytest.MonkeyPatch, temperature: float) -> None:
    """Found at once."""

    def calibrate(self: FrameRnn, batches: object) -> str:
        self.steady.fill_(temperature)
        return f"plays at {temperature}"

    monkeypatch.setattr(FrameRnn, "calibrate", calibrate)


def test_a_run_calibrates_what_it_keeps(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The averaged weights, which are in the file; not those of the last step."""
    seen = []

    def calibrate(self: FrameRnn, batches: object) -> str:
        in_file = load_file(tmp_path / "weights.safetensors")
        for name, weight in self.named_parameters():
            torch.testing.assert_close(in_file[f"model.{name}"], weight.detach())
        seen.append(in_file)
        self.steady.fill_(1.3)
        return "plays at 1.3"

    monkeypatch.setattr(FrameRnn, "calibrate", calibrate)
    said = learnt(corpus, tmp_path, steps=12, settings={**STEADIED, "training.ema_decay": "0.9"})
    kept = kept_in(tmp_path)
    assert len(seen) == 1
    for name, weight in kept.named_parameters():
        torch.testing.assert_close(seen[0][f"model.{name}"], weight.detach())
    assert kept.steady_temperature == pytest.approx(1.3)
    assert "plays at 1.3" in said.lines


def test_a_run_that_is_not_to_calibrate_does_not(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calibrated_at(monkeypatch, 1.3)
    settings = {**STEADIED, "model.steadied": "false"}
    train("stft-lstm", corpus, tmp_path, preset="tiny", steps=5, settings=settings)
    assert kept_in(tmp_path).steady_temperature == 1
    assert "model.steady" not in load_file(tmp_path / "weights.safetensors")


def test_an_interrupted_run_is_ready_to_play_too(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calibrated_at(monkeypatch, 1.3)
    looked = fit.Fit._look

    def look(self: fit.Fit, *rest: object) -> None:
        looked(self, *rest)  # type: ignore[arg-type]
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(fit.Fit, "_look", look)
    with pytest.raises(KeyboardInterrupt):
        train("stft-lstm", corpus, tmp_path, preset="tiny", steps=50, settings=STEADIED)
    assert kept_in(tmp_path).steady_temperature == pytest.approx(1.3)


def test_what_goes_wrong_with_it_does_not_end_the_run(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def calibrate(self: FrameRnn, batches: object) -> str:
        raise torch.linalg.LinAlgError("no axes")

    monkeypatch.setattr(FrameRnn, "calibrate", calibrate)
    said = learnt(corpus, tmp_path, steps=5, settings=STEADIED)
    assert any("no axes" in line for line in said.warnings)
    assert kept_in(tmp_path).steady_temperature == 1


def test_a_resumed_run_plays_as_the_unbroken_one(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("menura.models.frame_rnn.N_FRAMES", 80)
    found = []
    for name, stops in (("unbroken", [10]), ("resumed", [5, 10])):
        for steps in stops:
            learnt(corpus, tmp_path / name, steps, STEADIED)
        found.append(kept_in(tmp_path / name).steady_temperature)
    assert found[0] == found[1]
