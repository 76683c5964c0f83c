"""GTZAN: its folders, its published split, its broken file, and clips that name a recording."""

import os
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

import pandas
import pytest

from menura import corpora
from menura.corpora._gtzan_filtered import GENRES, N_CLIPS, filtered_split
from menura.foundation.errors import MenuraError, UsageError
from menura.prepared import PreparedCorpus
from menura.workflows.prepare import prepare

Put = Callable[[str], Path]
DATA = Path(os.environ.get("MENURA_DATA", "no data")) / "clips"

# The three published lists as they were first written: the number of a clip among all 1000 in
# order of genre and number, from 1. Here: how many there are, their sum and the sum of squares.
PUBLISHED = {
    "train": (443, 217_891, 142_072_737),
    "valid": (197, 94_226, 64_303_096),
    "test": (290, 145_106, 98_376_604),
}


def published(split: str) -> list[int]:
    places = [
        1 + 100 * GENRES.index(genre) + number
        for (genre, number), side in filtered_split().items()
        if side == split
    ]
    return sorted(places)


@pytest.mark.parametrize("split", PUBLISHED)
def test_the_filtered_split_is_the_published_one(split: str) -> None:
    places = published(split)
    assert (len(places), sum(places), sum(n * n for n in places)) == PUBLISHED[split]
    assert N_CLIPS[split] == len(places)  # type: ignore[index]


def test_clips_known_to_be_on_a_side() -> None:
    """Lines read one by one from the published lists, each at the edge of a run."""
    sides = filtered_split()
    for name, side in {
        "blues.00029": "train",
        "blues.00050": "valid",
        "blues.00098": "test",
        "disco.00039": "train",
        "hiphop.00000": "test",
        "jazz.00054": "train",
        "metal.00035": "train",
        "pop.00010": "valid",
        "reggae.00099": "valid",
        "rock.00038": "valid",
        "rock.00039": "test",
    }.items():
        genre, number = name.split(".")
        assert sides[genre, int(number)] == side
    for genre, number in (("blues", 100), ("jazz", 33), ("disco", 38), ("hiphop", 1)):
        assert (genre, number) not in sides


@pytest.mark.parametrize("below", ["", "genres/", "genres_original/", "Data/genres_original/"])
@pytest.mark.parametrize("suffix", ["wav", "au"])
def test_every_layout(put: Put, tmp_path: Path, below: str, suffix: str) -> None:
    for name in ("blues/blues.00000", "blues/blues.00012", "rock/rock.00000"):
        put(f"{below}{name}.{suffix}")
    found = corpora.load("gtzan").find(tmp_path / "root")
    assert [(t.id, t.split, dict(t.labels)) for t in found.tracks] == [
        (f"{below}blues/blues.00000.{suffix}", "valid", {"genre": "blues"}),
        (f"{below}blues/blues.00012.{suffix}", "test", {"genre": "blues"}),
        (f"{below}rock/rock.00000.{suffix}", "train", {"genre": "rock"}),
    ]
    assert len({track.group for track in found.tracks}) == 3
    assert found.dropped == ()


def test_faulty_clips_are_left_out_unless_asked_for(put: Put, tmp_path: Path) -> None:
    put("genres/jazz/jazz.00000.wav")
    put("genres/jazz/jazz.00033.wav")  # the recording of jazz.00051
    root = tmp_path / "root"
    found = corpora.load("gtzan").find(root)
    assert [track.id for track in found.tracks] == ["genres/jazz/jazz.00000.wav"]
    assert [item.file for item in found.dropped] == ["genres/jazz/jazz.00033.wav"]
    assert "fault-filtered" in found.dropped[0].reason
    all_of_them = corpora.load("gtzan", {"split": "stratified"}).find(root)
    assert [track.split for track in all_of_them.tracks] == [None, None]
    assert all_of_them.dropped == ()


def test_the_broken_file_is_named(put: Put, tmp_path: Path) -> None:
    root = tmp_path / "root"
    put("genres_original/jazz/jazz.00053.wav")
    put("genres_original/jazz/jazz.00054.wav").write_bytes(b"\x00" * 4096)
    found = corpora.load("gtzan").find(root)
    assert [track.id for track in found.tracks] == ["genres_original/jazz/jazz.00053.wav"]
    [dropped] = found.dropped
    assert dropped.file == "genres_original/jazz/jazz.00054.wav"
    assert "damaged" in dropped.reason
    put("genres_original/jazz/jazz.00054.wav")  # a copy that was mended
    assert len(corpora.load("gtzan").find(root).tracks) == 2


def test_other_names_and_genres(put: Put, tmp_path: Path) -> None:
    for name in ("blues/blues.00000.wav", "polka/polka.00001.wav", "blues/rock.00001.wav"):
        put(f"genres/{name}")
    put("genres/blues/mine.wav")
    found = corpora.load("gtzan", {"split": "stratified"}).find(tmp_path / "root")
    assert [dict(track.labels) for track in found.tracks] == [
        {"genre": "blues"},
        {"genre": "polka"},
    ]
    assert any("ten: polka" in note for note in found.notes)
    assert {item.file.rpartition("/")[2] for item in found.dropped} == {
        "rock.00001.wav",
        "mine.wav",
    }


def test_clips_of_one_recording_stay_together(put: Put, tmp_path: Path) -> None:
    for number in range(6):
        put(f"genres/folk/folk.{number:05d}.wav")
    listed = tmp_path / "root/clips.csv"
    listed.write_text(
        "file,title,artist,licence\n"
        "folk/folk.00000.wav,Reel,Ann,CC0 1.0\n"
        "folk/folk.00001.wav,Reel,Ann,CC0 1.0\n"
        "folk/folk.00002.wav,Reel,Bob,CC0 1.0\n"
        "folk/folk.00003.wav,Jig,,\n"
        "folk/folk.00004.wav,,Ann,\n"
        "folk/folk.00009.wav,Gone,Ann,\n"
    )
    for root in (tmp_path / "root", tmp_path / "root/genres"):
        found = corpora.load("gtzan").find(root)
        below = "genres/" if root.name == "root" else ""
        own = [f"{below}folk/folk.{n:05d}.wav" for n in (4, 5)]
        groups = [track.group for track in found.tracks]
        assert groups == ["Reel (Ann)", "Reel (Ann)", "Reel (Bob)", "Jig", *own]
        assert [track.licence for track in found.tracks] == ["CC0 1.0"] * 3 + [None] * 3
        notes = "\n".join(found.notes)
        assert "line 6: gives no title" in notes
        assert "not there: folk/folk.00009.wav" in notes
    listed.write_text("file,title\nfolk/folk.00000.wav,Reel\n")
    with pytest.raises(MenuraError, match="no column 'artist'"):
        corpora.load("gtzan").find(tmp_path / "root")


def test_settings(put: Put, tmp_path: Path) -> None:
    root = tmp_path / "root"
    for name in ("blues/blues.00000.wav", "rock/rock.00000.wav"):
        put(f"genres/{name}")
    found = corpora.load("gtzan", {"genres": '["rock"]'}).find(root)
    assert [track.id for track in found.tracks] == ["genres/rock/rock.00000.wav"]
    assert any("1 clips of other genres" in note for note in found.notes)
    with pytest.raises(MenuraError, match="genres=jazz"):
        corpora.load("gtzan", {"genres": '["jazz"]'}).find(root)
    with pytest.raises(UsageError, match="one of auto, filtered, stratified"):
        corpora.load("gtzan", {"split": "half"})


def test_settings_reach_the_prepared_corpus(tmp_path: Path) -> None:
    source, out = tmp_path / "source", tmp_path / "out"
    corpora.load("gtzan").miniature(source)
    first = prepare(source, out, corpus="gtzan", settings={"genres": '["rock"]'})
    assert first.kept == 3
    assert first.splits == {"train": 1, "valid": 1, "test": 1}
    again = prepare(source, out, corpus="gtzan", settings={"genres": '["rock"]'})
    assert again.kept == 3
    with pytest.raises(MenuraError, match="other settings"):
        prepare(source, out, corpus="gtzan")


@pytest.mark.skipif(not DATA.is_dir(), reason="no data")
def test_real_clips_are_divided_by_recording(tmp_path: Path) -> None:
    table = pandas.read_csv(DATA / "clips.csv")
    found = corpora.load("gtzan").find(DATA)
    assert found.dropped == ()
    assert len(found.tracks) == len(table) == 190
    by_file = table.set_index("file")
    groups = defaultdict(set)
    for track in found.tracks:
        row = by_file.loc[track.id.removeprefix("genres_original/")]
        assert track.labels == {"genre": row["genre"]}
        assert track.licence == row["licence"]
        groups[track.group].add((row["title"], row["artist"]))
    assert all(len(recordings) == 1 for recordings in groups.values())
    assert len(groups) == len(table[["title", "artist"]].drop_duplicates())


@pytest.mark.skipif(not DATA.is_dir(), reason="no data")
def test_real_clips_prepare(tmp_path: Path) -> None:
    chosen = {"genres": '["folk", "jazz"]'}
    prepare(DATA, tmp_path / "out", corpus="gtzan", settings=chosen)
    tracks = PreparedCorpus.open(tmp_path / "out").tracks
    sides = defaultdict(set)
    for track in tracks:
        sides[track.group].add(track.split)
    assert all(len(splits) == 1 for splits in sides.values())
    assert Counter(track.labels["genre"] for track in tracks).keys() == {"folk", "jazz"}
