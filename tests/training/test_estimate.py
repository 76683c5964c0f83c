"""What a run will cost, when players join on the way."""

from pathlib import Path

import psutil
import pytest
import torch

from menura.models.frame_rnn import FrameRnn
from menura.models.spectral_codec import SpectralCodec
from menura.training import estimate
from menura.training.estimate import Estimate, in_use

PACES = Estimate(((0, 1.0), (10, 3.0)), 1.0, 1.0)


@pytest.mark.parametrize(("n_steps", "seconds"), [(0, 0), (4, 4), (10, 10), (12, 16)])
def test_steps_and_seconds(n_steps: int, seconds: float) -> None:
    assert PACES.seconds(n_steps) == seconds
    assert PACES.steps(seconds) == n_steps


def test_it_says_when_steps_get_slower_and_only_if_they_will() -> None:
    assert "1.000 s a step (3.000 s from 10): 12 steps in about 16 s" in PACES.line(12, None, 5)
    assert "1.000 s a step: 9 steps" in PACES.line(9, None, 5)
    assert "about 20 steps in 0.666667 min, 4.0 passes" in PACES.line(None, 2 / 3, 5)
    assert "(3.000 s from 10): until it is stopped" in PACES.line(None, None, 5)


def test_without_limits_it_says_when_it_can_end_by_itself() -> None:
    assert "at the soonest after about 16 s (--minutes" in PACES.line(None, None, 5, soonest=12)
    assert "soonest" not in PACES.line(None, None, 5)
    assert "soonest" not in PACES.line(12, None, 5, soonest=12)


def test_players_that_join_late_are_timed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that the steps move: critics join at 20 and play every second step."""
    model = SpectralCodec(SpectralCodec.tiny, SpectralCodec.tiny_spec)
    now = [0.0]
    monkeypatch.setattr(estimate.time, "perf_counter", lambda: now[0])

    def step(number: int) -> None:
        now[0] += 1.0 + sum(
            2.0 for phase in list(model.phases().values())[1:] if phase.has_turn(number)
        )

    found = estimate.measure(model, step, tmp_path)
    assert found.paces == ((0, 1.0), (20, 2.0))
    short = estimate.measure(model, step, tmp_path, 20)
    assert short.paces == ((0, 1.0),), "nobody joins a run that ends before"


def test_a_step_that_is_disturbed_does_not_decide(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a model with one player: its first timed step takes ten times as long as the others."""
    model = FrameRnn(FrameRnn.tiny, FrameRnn.tiny_spec)
    now, took = [0.0], iter([9.0, 1.0, *[0.1] * 9])  # the first of all warms up
    monkeypatch.setattr(estimate.time, "perf_counter", lambda: now[0])

    def step(_: int) -> None:
        now[0] += next(took)

    assert estimate.measure(model, step, tmp_path).paces == ((0, pytest.approx(0.1)),)
    assert len(list(took)) == 5, "five are timed"


def test_slow_steps_are_not_timed_for_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model, now = FrameRnn(FrameRnn.tiny, FrameRnn.tiny_spec), [0.0]
    monkeypatch.setattr(estimate.time, "perf_counter", lambda: now[0])

    def step(_: int) -> None:
        now[0] += 30.0

    estimate.measure(model, step, tmp_path)
    assert now[0] == 60.0


def test_memory_is_that_of_the_device_that_computes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another one had 7 GB in this process, before."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda *_: 7_000_000_000)
    resident = psutil.Process().memory_info()._replace(rss=2_000_000_000)
    monkeypatch.setattr(estimate.psutil.Process, "memory_info", lambda _: resident)
    assert in_use(torch.device("cuda", 0)) == 9_000_000_000
    model = FrameRnn(FrameRnn.tiny, FrameRnn.tiny_spec)
    weights = sum(p.numel() * p.element_size() for p in model.parameters())
    found = estimate.measure(model, lambda _: None, tmp_path)
    assert found.memory_gb == pytest.approx(2 + 3e-9 * weights)
