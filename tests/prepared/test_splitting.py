"""The held-out split: by recording, spread over labels, the same every time."""

import random
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from menura.corpora import Split
from menura.prepared.splitting import Candidate, Division, divide


def candidate(
    number: int,
    group: str | None = None,
    label: str | None = None,
    given: Split | None = None,
    seconds: float = 10.0,
    content: str | None = None,
) -> Candidate:
    labels = {"label": label} if label else {}
    name = f"{number:03d}.wav"
    return Candidate(name, group or name, labels, given, seconds, content or name)


def split_of(division: Division, number: int) -> str:
    return division.places[f"{number:03d}.wav"][1]


candidates = st.lists(
    st.builds(
        lambda group, label, seconds, content: (group, label, seconds, content),
        st.sampled_from("abcdefghij"),
        st.sampled_from(["x", "y", "z", None]),
        st.floats(0.5, 100),
        st.sampled_from(["1", "2", None, None, None]),
    ),
    min_size=1,
    max_size=40,
).map(lambda rows: [candidate(n, g, label, None, s, c) for n, (g, label, s, c) in enumerate(rows)])


@given(tracks=candidates, share=st.floats(0, 0.9), seed=st.integers(0, 5))
def test_no_recording_and_no_sound_is_on_both_sides(
    tracks: list[Candidate], share: float, seed: int
) -> None:
    division = divide(tracks, share, seed)
    assert division.places.keys() == {track.id for track in tracks}
    sides: dict[str, set[str]] = defaultdict(set)
    for track in tracks:
        group, split = division.places[track.id]
        sides["given " + track.group].add(split)
        sides["joined " + group].add(split)
        sides["sound " + track.content].add(split)
    assert all(len(splits) == 1 for splits in sides.values())


def test_folders_of_one_song_each_are_no_kinds_of_music() -> None:
    """Labels that name recordings are not learnt: they keep none of them from being held out."""
    songs = [candidate(number, label=f"song {number}") for number in range(10)]
    assert "valid" in {split for _, split in divide(songs, 0.1, 0).places.values()}
    few = divide(songs[:8], 0.1, 0)  # as many may be kinds of music
    assert {split for _, split in few.places.values()} == {"train"}
    assert "every label has only one recording" in few.notes[-1]


@given(tracks=candidates, share=st.floats(0, 0.9), seed=st.integers(0, 5))
def test_every_label_keeps_something_to_learn_from(
    tracks: list[Candidate], share: float, seed: int
) -> None:
    division = divide(tracks, share, seed)
    learnt = [track for track in tracks if division.places[track.id][1] == "train"]
    assert learnt
    assert {t.labels.get("label") for t in learnt} >= {
        t.labels["label"] for t in tracks if t.labels
    }


@given(tracks=candidates, seed=st.integers(0, 5))
def test_order_of_tracks_is_irrelevant(tracks: list[Candidate], seed: int) -> None:
    shuffled = random.Random(seed).sample(tracks, len(tracks))
    assert divide(tracks, 0.2, seed) == divide(shuffled, 0.2, seed)


@pytest.mark.parametrize("share", [0.1, 0.2, 0.5])
def test_share_is_met_overall_and_in_each_label(share: float) -> None:
    rng = random.Random(0)
    tracks = [candidate(n, label="abcd"[n % 4], seconds=rng.uniform(5, 60)) for n in range(200)]
    division = divide(tracks, share, 0)
    for label in ("a", "b", "c", "d"):
        mine = [track for track in tracks if track.labels["label"] == label]
        held = [track for track in mine if division.places[track.id][1] == "valid"]
        got = sum(t.seconds for t in held) / sum(t.seconds for t in mine)
        assert got == pytest.approx(share, abs=0.05)


def test_the_seed_decides() -> None:
    tracks = [candidate(n) for n in range(40)]
    assert divide(tracks, 0.2, 0).places == divide(tracks, 0.2, 0).places
    assert divide(tracks, 0.2, 0).places != divide(tracks, 0.2, 1).places


def test_given_splits_are_kept() -> None:
    tracks = [candidate(0, given="train"), candidate(1, given="valid"), candidate(2, given="test")]
    tracks += [candidate(3), candidate(4)]
    division = divide(tracks, 0.5, 0)
    assert [split_of(division, n) for n in range(5)] == ["train", "valid", "test", "train", "train"]
    assert division.notes == ()


def test_same_sound_in_two_given_splits_is_left_there_and_said() -> None:
    tracks = [
        candidate(0, given="train", content="same"),
        candidate(1, given="test", content="same"),
    ]
    tracks += [candidate(2, given="train"), candidate(3, given="valid"), candidate(4)]
    division = divide(tracks, 0.2, 0, [("000.wav", "004.wav")])
    assert [split_of(division, n) for n in (0, 1, 4)] == ["train", "test", "test"]
    groups = {split_of(division, n): division.places[f"{n:03d}.wav"][0] for n in (0, 1)}
    assert groups["train"] != groups["test"]
    assert division.notes == (
        "000.wav, 001.wav and 004.wav hold the same recording, and the corpus puts them in "
        "test and train; that is left as it is",
    )


def test_one_recording_in_two_given_splits_goes_to_the_stricter() -> None:
    tracks = [candidate(0, "one", given="train"), candidate(1, "one", given="test")]
    division = divide([*tracks, candidate(2, given="valid")], 0.2, 0)
    assert split_of(division, 0) == split_of(division, 1) == "test"
    assert any("all of it goes to test" in note for note in division.notes)


@pytest.mark.parametrize(
    ("tracks", "why"),
    [
        ([candidate(0, "one"), candidate(1, "one")], "only one recording"),
        ([candidate(0, label="a"), candidate(1, label="b")], "every label has only one recording"),
        ([candidate(0, given="train"), candidate(1, given="test")], "none of it valid"),
    ],
)
def test_holding_out_nothing_is_said(tracks: list[Candidate], why: str) -> None:
    division = divide(tracks, 0.2, 0)
    assert "valid" not in {split for _, split in division.places.values()}
    assert why in division.notes[-1]
    assert division.notes[-1].startswith("nothing is held out")


def test_two_recordings_are_enough_to_hold_one_out() -> None:
    division = divide([candidate(0), candidate(1)], 0.2, 0)
    assert sorted(split for _, split in division.places.values()) == ["train", "valid"]


def test_zero_holds_out_nothing_and_says_nothing() -> None:
    assert divide([candidate(0), candidate(1)], 0.0, 0).notes == ()
