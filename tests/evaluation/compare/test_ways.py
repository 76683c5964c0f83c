"""How systems are asked: what is the same for those of sound and those of notes."""

from types import SimpleNamespace
from typing import Any

import pytest
import torch

from menura.evaluation.compare import ways
from menura.evaluation.compare.material import Material
from menura.evaluation.compare.stretches import Part
from menura.systems import ScoreSystem


class GoesOn(ScoreSystem):
    """In place of a system of notes: remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, float, int]] = []
        self.representation: Any = SimpleNamespace(encode=lambda score: score.events)

    def continue_(self, seed_clip: Any, seconds: float, seed: int, **_: Any) -> Any:
        self.asked.append((seed_clip, seconds, seed))
        return seed_clip


def played(end_s: float, n_events: int) -> Any:
    """Notes of which the last ends then, and so many that the system knows."""
    return SimpleNamespace(
        score=SimpleNamespace(duration_s=end_s, events=torch.zeros(1, 1, n_events))
    )


def test_continuations_of_notes_are_as_long_as_those_of_sound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Notes end before the stretch that they are of does; some stretches have none."""
    seeds = [played(3.5, 4), None, played(2.0, 0), played(4.0, 1)]
    stretches = {f"{n:03}": (Part(n, 0.0, 4.0),) for n in range(len(seeds))}
    monkeypatch.setattr(ways, "seeds_of", lambda _: stretches)
    monkeypatch.setattr(ways, "_played", lambda system, material, stretch: seeds[stretch[0].track])
    system, material = GoesOn(), object.__new__(Material)
    object.__setattr__(material, "seconds", 10.0)
    made = dict(ways._continued(system, material, 7))
    assert system.asked == [(seeds[0], 10.5, 7), (seeds[3], 10.0, 10)]
    assert list(made) == ["000", "003"]
