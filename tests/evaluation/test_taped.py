"""Clips on tape: the same sound as in memory, and none of it kept."""

import gc
import weakref
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from menura.audio import Clip, Tape, conform
from menura.evaluation.cepstra import cepstra
from menura.evaluation.once_per_clip import once_per_clip
from menura.evaluation.taped import TapedClip, on_tape
from menura.evaluation.windows import window_embeddings
from menura.foundation.each import each
from tunes import tune

RATE = 8000


@pytest.fixture
def both(tmp_path: Path) -> Iterator[tuple[Clip, TapedClip]]:
    with Tape(tmp_path, RATE, 1) as tape:
        on_tape(tape, Clip(tune(1.0, RATE, 1), RATE))
        clip = Clip(tune(3.0, RATE, 2), RATE)
        yield clip, on_tape(tape, clip)


def test_it_is_the_clip(both: tuple[Clip, TapedClip]) -> None:
    clip, taped = both
    assert isinstance(taped, Clip)
    assert (taped.sample_rate, taped.n_channels) == (RATE, 1)
    assert taped.n_samples == clip.n_samples
    assert taped.duration_s == clip.duration_s
    np.testing.assert_array_equal(taped.samples, clip.samples)
    np.testing.assert_array_equal(conform(taped, RATE, 1).samples, clip.samples)
    np.testing.assert_array_equal(
        conform(taped, 16_000, 2).samples, conform(clip, 16_000, 2).samples
    )


@pytest.mark.parametrize(
    "range_s", [(0.0, 1.0), (1.3, 2.9), (2.5, 9.0), (-1.0, 0.5), (2.0, 1.0), (4.0, 5.0)]
)
def test_parts_are_those_of_the_clip(
    both: tuple[Clip, TapedClip], range_s: tuple[float, float]
) -> None:
    clip, taped = both
    part = taped.between(*range_s)
    assert isinstance(part, TapedClip)
    np.testing.assert_array_equal(part.samples, clip.between(*range_s).samples)
    inner = part.between(0.1, 0.3)
    np.testing.assert_array_equal(inner.samples, clip.between(*range_s).between(0.1, 0.3).samples)


def test_ranges_are_cut_as_slices_are(both: tuple[Clip, TapedClip]) -> None:
    clip, taped = both
    for start, stop in ((0, 10), (23_990, 24_010), (24_000, 24_010), (5, 5)):
        np.testing.assert_array_equal(taped.read(start, stop), clip.read(start, stop))


def test_samples_are_not_kept(both: tuple[Clip, TapedClip]) -> None:
    seen = weakref.ref(both[1].samples)
    gc.collect()
    assert seen() is None


def test_once_for_each_clip_and_argument() -> None:
    calls: list[int] = []

    @once_per_clip
    def length(clip: Clip, times: int) -> int:
        calls.append(times)
        return times * clip.n_samples

    a, b = (Clip(np.zeros((1, n), np.float32), RATE) for n in (3, 5))
    assert [length(a, 2), length(a, 2), length(a, 3), length(b, 2), length(a, 2)] == [
        6, 6, 9, 10, 6,
    ]  # fmt: skip
    assert calls == [2, 3, 2]
    kept = weakref.ref(a)
    del a
    gc.collect()
    assert kept() is None  # remembering keeps no clip alive


@pytest.mark.parametrize("n_threads", [1, 4])
def test_threads_share_a_tape(n_threads: int, tmp_path: Path) -> None:
    """Embeddings of clips on one tape are those of the clips in memory, whoever reads first."""
    clips = [Clip(tune(1.5, 16_000, seed), 16_000) for seed in range(24)]
    with Tape(tmp_path, 16_000, 1) as tape:
        taped = [on_tape(tape, clip) for clip in clips]
        for embedded in (cepstra, window_embeddings):
            found = each(embedded, taped, n_threads)
            for clip, points in zip(clips, found, strict=True):
                np.testing.assert_array_equal(points, embedded(clip))
