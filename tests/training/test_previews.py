"""Previews while a run goes on cost little of it."""

from pathlib import Path

import pytest

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
