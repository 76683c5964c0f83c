"""Previews while a run goes on cost little of it."""

from pathlib import Path

import pytest
import torch

from menura.systems import load
from menura.training import fit
from menura.workflows.train import train


def test_previews_that_take_long_are_made_seldom(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A minute's run hears one every 15 s, unless each takes more than 3 % of that."""
    slow = fit.Fit._preview_every_s
    found = []

    def noted(self: fit.Fit, limits: fit.Limits) -> float:
        self._preview_took_s = 0.3 if self.progress.step == 1 else 6.0
        found.append(slow(self, limits))
        return found[-1]

    monkeypatch.setattr(fit.Fit, "_preview_every_s", noted)
    train("stft-lstm", corpus, tmp_path, preset="tiny", minutes=0.02)
    assert found[0] == pytest.approx(0.3 / 0.03)
    assert found[1] == pytest.approx(200.0)


def test_the_last_preview_is_of_what_is_kept(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The best look, not the last weights."""
    values, heard = iter(range(1, 100)), []
    monkeypatch.setattr(fit, "held_out_value", lambda *_: float(next(values)))
    real = fit.Fit._preview

    def noted(self: fit.Fit, tracking: object, system: object) -> None:
        heard.append(system)
        real(self, tracking, system)  # type: ignore[arg-type]

    monkeypatch.setattr(fit.Fit, "_preview", noted)
    settings = {"training.evaluate_every": "4", "training.patience": "50"}
    train("stft-lstm", corpus, tmp_path, preset="tiny", steps=12, settings=settings)
    played, kept = (one.model.state_dict() for one in (heard[-1], load(tmp_path)))
    assert all(torch.equal(played[name], weight) for name, weight in kept.items())
