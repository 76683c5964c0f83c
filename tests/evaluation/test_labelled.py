"""Which tracks of a corpus have a label, and which labels can be learnt."""

from dataclasses import replace
from pathlib import Path

import pytest

from menura.corpora import Split
from menura.evaluation.labelled import labelled, learnable, learnable_apart, n_heard_twice
from menura.foundation.errors import MenuraError, UsageError
from menura.prepared import PreparedCorpus, PreparedTrack


def track(
    name: str, group: str, labels: dict[str, str], split: Split = "train", n_channels: int = 1
) -> PreparedTrack:
    return PreparedTrack(
        name, group, split, labels, None, 0, 0, 8000, 8000, n_channels, 1.0, (), name
    )


def corpus(*tracks: PreparedTrack) -> PreparedCorpus:
    return PreparedCorpus(Path("c"), tracks, {"fingerprint": "f"}, ())


def of(*pairs: tuple[str, str]) -> PreparedCorpus:
    """(recording, genre) of each track."""
    named = [track(f"{n}.wav", group, {"genre": genre}) for n, (group, genre) in enumerate(pairs)]
    return corpus(*named)


def test_tracks_without_the_label_are_left_out_with_the_reason() -> None:
    found = labelled(
        corpus(
            track("b", "1", {"genre": "jazz", "mood": "calm"}),
            track("c", "2", {"mood": "calm"}),
            track("a", "3", {"genre": "rock"}),
            track("d", "4", {"genre": "rock"}, n_channels=0),
        ),
        "genre",
    )
    assert [own.id for own in found.tracks] == ["a", "b"]
    assert (found.labels, found.groups) == (("rock", "jazz"), ("3", "1"))
    assert [(item.file, item.reason) for item in found.left_out] == [
        ("c", "has no genre"),
        ("d", "notes without sound"),
    ]
    rest = found.without({"a": "too short"})
    assert rest.labels == ("jazz",)
    assert (rest.left_out[-1].file, rest.left_out[-1].reason) == ("a", "too short")


def test_recordings_of_equal_sound_are_one() -> None:
    """Whatever splits they were put into: no fold learns from what another is judged by."""
    tracks = [track(f"{n}.wav", f"r{n}", {"genre": "jazz" if n < 2 else "rock"}) for n in range(4)]
    copy = replace(tracks[0], id="copy.wav", group="copy", split="test")
    found = labelled(corpus(*tracks, copy), "genre")
    groups = dict(zip([own.id for own in found.tracks], found.groups, strict=True))
    assert groups["copy.wav"] == groups["0.wav"]
    assert len(set(groups.values())) == 4
    same = [replace(own, content="one") for own in tracks[:2]]
    with pytest.raises(MenuraError, match=r"jazz: 1 recording \(2 tracks\); at least 2 needed"):
        learnable(labelled(corpus(*same, *tracks[2:]), "genre"), 2)


def test_the_only_kind_need_not_be_named() -> None:
    assert labelled(of(("1", "jazz")), None).kind == "genre"
    several = corpus(track("a", "1", {"genre": "jazz", "mood": "calm"}))
    with pytest.raises(UsageError, match="--label must say which kind: genre, mood"):
        labelled(several, None)
    with pytest.raises(UsageError, match="no kind of label 'genres'; did you mean 'genre'"):
        labelled(several, "genres")
    with pytest.raises(MenuraError, match="has a label; put the files into folders"):
        labelled(corpus(track("a", "1", {})), None)


def test_recordings_are_counted_not_tracks() -> None:
    found = labelled(
        of(
            ("1", "jazz"),
            ("1", "jazz"),
            ("1", "jazz"),
            ("2", "rock"),
            ("3", "rock"),
            ("4", "folk"),
            ("5", "folk"),
        ),
        "genre",
    )
    kept = learnable(found, 2, why=" for 2 folds")
    assert set(kept.labels) == {"rock", "folk"}
    [gone] = kept.left_out
    assert gone.file == "genre jazz"
    assert gone.reason == "1 recording (3 tracks); at least 2 needed for 2 folds"


def test_recordings_of_some_splits_are_counted() -> None:
    tracks = [
        track("a", "1", {"genre": "jazz"}),
        track("b", "2", {"genre": "rock"}),
        track("c", "3", {"genre": "folk"}, split="test"),
    ]
    kept = learnable(labelled(corpus(*tracks), "genre"), 1, ("train",), " in the split train")
    assert set(kept.labels) == {"jazz", "rock"}
    assert kept.left_out[0].reason.startswith("0 recordings (1 tracks)")


def test_copies_of_what_is_judged_are_left_out_then_labels_without_others() -> None:
    """Whoever learns one copy and is judged by the other only remembers."""
    named = (("1", "jazz"), ("2", "jazz"), ("3", "rock"), ("4", "folk"), ("5", "folk"))
    tracks = [track(name, name, {"genre": genre}) for name, genre in named]
    copies = [
        replace(tracks[n], id=f"copy {n}", group=f"copy {n}", split="test") for n in (0, 2, 3)
    ]
    kept = learnable_apart(labelled(corpus(*tracks, *copies), "genre"), " in train")
    assert [one.id for one in kept.tracks] == ["2", "5", "copy 0", "copy 3"]
    assert n_heard_twice(kept) == 3
    reason = "its recording is in the split test as well, so it is not learnt from"
    assert [(item.file, item.reason) for item in kept.left_out] == [
        *((n, reason) for n in "134"),
        ("genre rock", "0 recordings (1 tracks); at least 1 needed in train"),
    ]
    plain = learnable_apart(labelled(corpus(*tracks), "genre"))
    assert (plain.tracks, n_heard_twice(plain)) == (tuple(tracks), 0)


def test_where_no_test_is_left_the_copies_of_valid_are_left_out() -> None:
    tracks = [track(str(n), str(n), {"genre": "jazz" if n < 2 else "rock"}) for n in range(4)]
    rare = [track(f"rare {n}", "rare", {"genre": "folk"}, split="test") for n in range(2)]
    copy = replace(tracks[0], id="copy", split="valid")
    kept = learnable_apart(labelled(corpus(*tracks, *rare, copy), "genre"))
    assert [one.id for one in kept.tracks] == ["1", "2", "3", "copy"]
    assert n_heard_twice(kept) == 1


def test_fewer_than_two_labels_are_refused() -> None:
    with pytest.raises(MenuraError, match=r"kind genre are needed, there is: jazz"):
        learnable(labelled(of(("1", "jazz"), ("2", "jazz")), "genre"), 1)
    with pytest.raises(MenuraError, match=r"\(rock: 1 recording .*; prepare more recordings"):
        learnable(labelled(of(("1", "jazz"), ("2", "jazz"), ("3", "rock")), "genre"), 2)
