"""The floor's pieces: as many and as long as the candidates, without overlap, from all files."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from menura.audio import Clip
from menura.evaluation.pieces import halves, pieces_like

RATE = 1000


def numbered(seconds: list[float]) -> dict[str, Clip]:
    """Clips whose every sample is another number."""
    clips, first = {}, 0
    for number, length in enumerate(seconds):
        n = round(length * RATE)
        samples = np.arange(first, first + n, dtype=np.float32)[None]
        clips[f"file {number}"], first = Clip(samples, RATE), first + n
    return clips


lengths = st.lists(st.integers(10, 300).map(lambda tenths: tenths / 10), min_size=1, max_size=8)


@given(lengths, lengths, st.integers(0, 9))
def test_pieces_do_not_overlap(source: list[float], wanted: list[float], seed: int) -> None:
    pieces = pieces_like(numbered(source), numbered(wanted), seed)
    samples = np.concatenate([clip.samples[0] for clip in pieces.values()])
    assert len(np.unique(samples)) >= len(samples) - 2 * len(pieces)  # ends rounded to samples
    assert 1 <= len(pieces) <= len(wanted)
    assert all(clip.duration_s > 0.99 for clip in pieces.values())


def test_as_many_and_as_long_from_all_files() -> None:
    pieces = pieces_like(numbered([30, 40, 50]), numbered([8, 8, 8, 5, 5, 2]), 0)
    found = sorted(round(clip.duration_s, 2) for clip in pieces.values())
    assert found == [2, 5, 5, 8, 8, 8]
    assert {name.partition(" from")[0] for name in pieces} == {"file 0", "file 1", "file 2"}


def test_places_are_drawn_by_the_seed() -> None:
    source, pattern = numbered([60, 60]), numbered([5, 5])
    once, again, other = (list(pieces_like(source, pattern, seed)) for seed in (1, 1, 2))
    assert once == again != other


def test_a_short_source_gives_what_it_has() -> None:
    pieces = pieces_like(numbered([4, 3]), numbered([10, 10, 10]), 0)
    assert sorted(clip.duration_s for clip in pieces.values()) == [3, 4]


def test_rests_are_as_long_as_the_shortest_that_is_wanted() -> None:
    """Measures that hear as much of each clip as the shortest has would hear less of all."""
    pieces = pieces_like(numbered([12, 12, 11]), numbered([10] * 6), 0)
    assert [clip.duration_s for clip in pieces.values()] == [10, 10, 10]
    pieces = pieces_like(numbered([13, 13]), numbered([10, 10, 10, 3]), 0)
    assert sorted(round(clip.duration_s, 3) for clip in pieces.values()) == [3, 3, 10, 10]


@given(st.integers(2, 9), st.integers(0, 5))
def test_halves_are_of_whole_files(n: int, seed: int) -> None:
    clips = numbered([1.0] * n)
    first, second = halves(clips, seed)
    assert first.keys() | second.keys() == clips.keys()
    assert not first.keys() & second.keys()
    assert len(first) - len(second) == n % 2
    assert halves(dict(reversed(clips.items())), seed)[0].keys() == first.keys()


def test_halves_change_with_the_seed() -> None:
    clips = numbered([1.0] * 8)
    assert len({frozenset(halves(clips, seed)[0]) for seed in range(6)}) > 1
