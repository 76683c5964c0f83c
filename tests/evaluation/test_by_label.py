"""Labels by the folders of names, and halves in which each label is."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from menura.audio import Clip
from menura.evaluation.by_label import by_label, label_of, under
from menura.evaluation.pieces import halves_by_label

names = st.text(st.characters(exclude_characters="/"), min_size=1, max_size=8)


def test_the_first_folder_is_the_label() -> None:
    assert label_of("rock/clip 3") == "rock"
    assert label_of("rock/album/clip 3") == "rock"
    assert label_of("clip 3") is None
    assert label_of("/clip 3") is None


@given(st.text(min_size=1, max_size=12), names)
def test_a_clip_named_under_a_label_has_it(label: str, name: str) -> None:
    """Also "Old-Time / Historic", whose slash is no folder."""
    assert label_of(under(label, name)) == label.replace("/", "∕")


def test_clips_by_label_are_in_order() -> None:
    found = by_label({"b/2": 1, "b/1": 2, "alone": 3, "a/x/y": 4})
    assert [(label, list(clips)) for label, clips in found.items()] == [
        ("a", ["a/x/y"]),
        ("b", ["b/1", "b/2"]),
    ]


@given(st.dictionaries(names, st.integers(1, 7), max_size=6), st.integers(0, 5))
def test_the_first_half_knows_what_is_in_the_second(counts: dict[str, int], seed: int) -> None:
    clip = Clip(np.zeros((1, 10), np.float32), 10)
    clips = {f"{label}/{n}": clip for label, many in counts.items() for n in range(many)}
    first, second = halves_by_label({**clips, "alone": clip}, seed)
    assert first.keys() | second.keys() == clips.keys()
    assert not first.keys() & second.keys()
    for label, n in counts.items():
        assert [sum(label_of(name) == label for name in half) for half in (first, second)] == [
            (n + 1) // 2,
            n // 2,
        ]


def test_halves_are_drawn_by_the_seed_and_each_label_by_itself() -> None:
    clip = Clip(np.zeros((1, 10), np.float32), 10)
    clips = {f"{label}/{n}": clip for label in "abcd" for n in range(6)}
    once, again, other = (frozenset(halves_by_label(clips, seed)[0]) for seed in (0, 0, 1))
    assert once == again != other
    assert len({frozenset(name[2:] for name in once if name[0] == label) for label in "abcd"}) > 1
