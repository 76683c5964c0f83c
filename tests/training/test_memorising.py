"""A run that learns its recordings by heart is told of, once."""

from pathlib import Path

import pytest

from menura.foundation.reporting import Collected
from menura.recipes import Training
from menura.training import fit, memorising
from menura.training.progress import Progress
from menura.workflows.train import train

SETTINGS = Training(patience=100)
HEARD = "model/total"


def told(looks: list[tuple[float, float]]) -> list[int]:
    """The looks (held-out value, mean training loss) at which it is said."""
    progress, found = Progress(), []
    for number, (value, heard) in enumerate(looks):
        progress.step += 10
        progress.look(value, SETTINGS)
        if memorising.begins(progress, value, {HEARD: heard}):
            found.append(number)
    return found


def test_worse_on_held_out_music_and_better_on_its_own_three_times_in_a_row() -> None:
    assert told([(2.0, 2.0), (1.0, 1.0), (1.1, 0.9), (1.2, 0.8), (1.3, 0.7), (1.4, 0.6)]) == [4]


def test_once_in_a_run() -> None:
    looks = [(1.0, 1.0), (1.1, 0.9), (1.1, 0.9), (1.1, 0.9), (0.9, 0.5)]
    looks += [(1.1, 0.4)] * 5
    assert told(looks) == [3]


@pytest.mark.parametrize(
    "looks",
    [
        [(1.0, 1.0)] + [(1.2, 1.1)] * 6,  # both grow worse: a rate too high, no memorising
        [(1.0, 1.0)] + [(1.005, 0.5)] * 6,  # it stays where it was
        [(1.0, 1.0), (1.1, 0.9), (1.1, 0.9), (1.0, 0.9), (1.1, 0.9), (1.1, 0.9)],  # up and down
        [(1.0 / n, 1.0 / n) for n in range(1, 7)],
    ],
)
def test_what_is_none(looks: list[tuple[float, float]]) -> None:
    assert told(looks) == []


def test_values_below_zero_rise_too() -> None:
    assert told([(-1.0, 1.0)] + [(-0.9, 0.5)] * 3) == [3]


def test_a_look_without_steps_before_it_says_nothing() -> None:
    progress = Progress()
    progress.look(1.0, SETTINGS)
    assert not memorising.begins(progress, 1.0, {})
    progress.step = 10
    progress.look(1.5, SETTINGS)
    assert not memorising.begins(progress, 1.5, {HEARD: 1.0})
    assert progress.heard_at_best == 1.0, "the first that is known"


def tellings(recipe: str, corpus: Path, run: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    coming = iter([1.0, *(1.0 + n / 10 for n in range(1, 9))])
    monkeypatch.setattr(fit, "held_out_value", lambda *_: next(coming))
    falling = iter(range(1000, 0, -1))
    real = fit.Fit._one_step

    def falls(self: fit.Fit, *rest: object) -> None:
        real(self, *rest)  # type: ignore[arg-type]
        self.progress.sums = {
            name: next(falling) * self.progress.counts[name] for name in self.progress.sums
        }

    monkeypatch.setattr(fit.Fit, "_one_step", falls)
    said = Collected()
    settings = {"training.evaluate_every": "1", "training.patience": "100"}
    train(recipe, corpus, run, preset="tiny", steps=8, settings=settings, reporter=said)
    return [line for line in said.warnings if "memorise" in line]


def test_a_run_says_so(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [line] = tellings("stft-lstm", corpus, tmp_path, monkeypatch)
    assert line.startswith("step 4: ")
    assert "1.3000; at step 1 1.0000" in line
    assert "weights of step 1 are kept" in line
    assert "more recordings" in line


def test_not_of_two_players(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a generator lowers is what its adversary says of it."""
    assert tellings("gan", corpus, tmp_path, monkeypatch) == []
