"""Draws far apart: no clip twice, all real pieces once, and a spread that is that of the draws."""

from typing import Any

import numpy as np

from menura.audio import Clip

FULL = 1 << 22  # above every seed: no clip is beyond full scale


class Counting:
    """Makes, as a system does, the clip of every seed from its first on."""

    def __init__(self, scale: float = 1 / FULL):
        self._scale = scale

    def generate(self, n: int, seconds: float, seed: int) -> list[Clip]:
        return [_constant((seed + number) * self._scale) for number in range(n)]


def test_no_clip_comes_in_two_draws() -> None:
    from draws import drawn, together

    in_draws = drawn(Counting(), 97, 8.0)  # type: ignore[arg-type]
    assert [len(clips) for clips in in_draws] == [33, 32, 32]
    seeds = {FULL * float(clip.samples[0, 0]) for clip in together(in_draws).values()}
    assert len(seeds) == 97
    assert min(abs(a - b) for a in seeds for b in seeds if a < 500 < b) > 1000


def test_clips_are_measured_as_files_hold_them() -> None:
    """What is beyond full scale is lowered when it is written."""
    from draws import drawn

    first, *_ = drawn(Counting(0.5), 12, 8.0)  # type: ignore[arg-type]
    assert [float(clip.samples[0, 0]) for clip in first.values()] == [0, 0.5, 1, 1]


def test_real_pieces_are_dealt_by_chance_and_all_of_them() -> None:
    from draws import dealt

    pieces = {f"{n:02}": _constant(n % 6) for n in range(96)}  # six recordings in turn
    sets = dealt(pieces)
    assert sorted(name for one in sets for name in one) == sorted(pieces)
    assert [len(one) for one in sets] == [32, 32, 32]
    for one in sets:
        assert {float(clip.samples[0, 0]) for clip in one.values()} == {0, 1, 2, 3, 4, 5}


def test_the_spread_of_draws_stands_beside_each_distance(monkeypatch: Any) -> None:
    import draws

    class Measure:
        def value(self, held_out: Any, clips: Any) -> float:
            return float(len(clips))

    monkeypatch.setattr(draws.metrics, "load", lambda name: Measure())
    found = draws.spread({}, [{"a": 1}, {"a": 1, "b": 1}, {}])  # type: ignore[dict-item]
    assert found == {"frechet-spectral": [1.0, 2.0, 0.0], "frechet-mfcc": [1.0, 2.0, 0.0]}
    row = draws.with_spread({"frechet-spectral": 1.5, "DC": 0.0}, found)
    assert list(row) == ["frechet-spectral", "frechet-spectral, a third", "DC"]
    assert row["frechet-spectral, a third"] == "0–2"


def test_what_distances_are_of_is_said_with_counts() -> None:
    from distances import counted, in_words, samples

    rng = np.random.default_rng(0)
    noise = rng.normal(0, 0.1, (1, 8 * 16_000)).astype(np.float32)
    clips = {"a": Clip(noise, 16_000), "b": Clip(noise[:, : 4 * 16_000], 16_000)}
    # 12 whole seconds; frames every 512 samples, the first about the first sample.
    numbers = {"frechet-spectral": 12, "frechet-mfcc": 1 + 250 + 1 + 125}
    assert samples(clips) == numbers
    assert counted(numbers) == "12 windows and 377 frames"
    assert in_words() == (
        "frechet-spectral is between windows (mean and deviation of 64 log-mel bands over 1 s, 16 "
        "kHz, frames of 64 ms, 64 a second); frechet-mfcc is between frames (first 13 of 40 MFCC, "
        "16 kHz, frames of 128 ms, 31.25 a second)."
    )


def _constant(value: float) -> Clip:
    return Clip(np.full((1, 4), value, np.float32), 16_000)
