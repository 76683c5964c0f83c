"""FMA: what its tables say reaches the tracks; what is wrong with a copy is said."""

import csv
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from menura import corpora
from menura.corpora.contract import Found
from menura.corpora.fma import Config, Fma, read_echonest, read_features, read_genres
from menura.foundation.errors import MenuraError, UsageError
from menura.workflows.prepare import prepare

SMALL = ["000/000002", "000/000005", "000/000010", "000/000140", "001/001482", "001/001483"]
# track, artist, split, subset, genre, licence
Row = tuple[int, str, str, str, str, str]
ROW: Row = (2, "1", "training", "small", "Rock", "CC")


@pytest.fixture
def mini(tmp_path: Path) -> Path:
    Fma().miniature(tmp_path / "fma")
    return tmp_path / "fma"


@pytest.fixture
def lay(tmp_path: Path) -> Callable[..., Path]:
    """Writes a copy of FMA with files that are no real sound: find() does not open them."""

    def lay(name: str, files: list[int], rows: list[Row], size: int = 100_000) -> Path:
        for number in files:
            path = tmp_path / name / f"{number:06}"[:3] / f"{number:06}.mp3"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"\xff" * size)
        write_tracks(tmp_path / "fma_metadata" / "tracks.csv", rows)
        return tmp_path / name

    return lay


def write_tracks(path: Path, rows: list[Row]) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["", "artist", "artist", "artist", "set", "set", *["track"] * 4])
        names = ["bio", "id", "name", "split", "subset", "genre_top", "genres", "license", "title"]
        writer.writerow(["", *names])
        writer.writerow(["track_id", *[""] * 9])
        for number, artist, split, subset, genre, licence in rows:
            bio = f'<p>"{number},\n6,training\r\n'
            texts = [bio, artist, "A. Name", split, subset, genre, "[21]", licence, "T"]
            writer.writerow([number, *texts])


def ids(found: Found) -> list[str]:
    return [track.id.removesuffix(".mp3") for track in found.tracks]


def reasons(found: Found) -> dict[str, str]:
    return {dropped.file: dropped.reason for dropped in found.dropped}


def test_tracks_say_what_pandas_reads(mini: Path) -> None:
    table = pd.read_csv(mini / "fma_metadata" / "tracks.csv", index_col=0, header=[0, 1])
    found = Fma().find(mini)
    assert ids(found) == SMALL
    splits = {"training": "train", "validation": "valid", "test": "test"}
    for track in found.tracks:
        row = table.loc[int(Path(track.id).stem)]
        assert track.split == splits[row["set", "split"]]
        assert track.labels == {"genre": row["track", "genre_top"]}
        assert track.group == f"artist {row['artist', 'id']}"
        licence = row["track", "license"]
        assert track.licence == (None if pd.isna(licence) else licence)
        assert track.details["title"] == row["track", "title"]
        assert track.details["artist_name"] == row["artist", "name"]
        assert track.details["genres"] == [row["track", "genre_top"]]
    assert "1 tracks state no licence" in found.notes


def test_three_lines_of_header_and_nasty_cells_are_there(mini: Path) -> None:
    text = (mini / "fma_metadata" / "tracks.csv").read_text("utf-8")
    first, second, third = text.split("\n")[:3]
    assert (first[:13], second[:9], third[:9]) == (",album,album,", ",comments", "track_id,")
    assert '""Nowhere, NJ""' in text
    assert text.count("\n") > 8 + 3


@pytest.mark.parametrize("inside", ["", "fma_small"])
def test_either_folder_may_be_given(mini: Path, inside: str) -> None:
    assert Fma().find(mini / inside) == Fma().find(mini)


def test_metadata_may_lie_in_a_folder_of_its_own_name_or_be_named(
    mini: Path, tmp_path: Path
) -> None:
    expected = Fma().find(mini)
    nested = mini / "fma_metadata" / "fma_metadata"
    nested.mkdir()
    for file in list((mini / "fma_metadata").glob("*.csv")):
        file.rename(nested / file.name)
    assert Fma().find(mini) == expected
    nested.rename(tmp_path / "elsewhere")
    with pytest.raises(MenuraError, match=r"no fma_metadata/tracks\.csv .* --labels"):
        Fma().find(mini)
    assert Fma().find(mini, tmp_path / "elsewhere") == expected
    assert Fma().find(mini, tmp_path / "elsewhere" / "tracks.csv") == expected
    with pytest.raises(MenuraError, match="no file"):
        Fma().find(mini, tmp_path / "nowhere")


def test_several_sizes_in_one_folder_are_refused(mini: Path) -> None:
    (mini / "fma_large").mkdir()
    with pytest.raises(UsageError, match="fma_small and fma_large"):
        Fma().find(mini)
    assert ids(Fma(Config("small")).find(mini)) == SMALL


ROWS: list[Row] = [
    (2, "1", "training", "small", "Rock", "CC"),
    (3, "1", "training", "medium", "Rock", "CC"),
    (1004, "2", "test", "large", "", "CC"),
]


@pytest.mark.parametrize(
    ("folder", "taken"), [("fma_small", 1), ("fma_medium", 2), ("fma_large", 3), ("fma_full", 3)]
)
def test_each_size_holds_those_before_it(lay: Callable[..., Path], folder: str, taken: int) -> None:
    found = Fma().find(lay(folder, [2, 3, 1004], ROWS))
    assert ids(found) == ["000/000002", "000/000003", "001/001004"][:taken]
    assert len(found.dropped) == 3 - taken
    assert all("not of small" in why or "not of medium" in why for why in reasons(found).values())


def test_a_smaller_subset_of_a_larger_copy(lay: Callable[..., Path]) -> None:
    root = lay("fma_large", [2, 3, 1004], ROWS)
    found = corpora.load("fma", {"subset": "medium"}).find(root)
    assert ids(found) == ["000/000002", "000/000003"]
    assert found.dropped == ()
    assert "1 files are not of the subset medium" in found.notes
    with pytest.raises(UsageError, match="subset"):
        corpora.load("fma", {"subset": "tiny"})


def test_a_folder_of_another_name_takes_what_is_there(lay: Callable[..., Path]) -> None:
    found = Fma().find(lay("mine", [2, 1004], ROWS))
    assert ids(found) == ["000/000002", "001/001004"]
    assert found.dropped == ()
    assert "1 tracks have no top genre, so no label" in found.notes


# The lists as FMA's issue 8 and wiki print them.
EMPTY_SMALL = [99134, 108925, 133297]
EMPTY_MEDIUM = [
    *(1486, 5574, 65753, 80391, 98558, 98559, 98560, 98571, 105247, 126981, 127336, 143992),
    *EMPTY_SMALL,
]
SHORT_SMALL = {98565: "1.6", 98567: "0.5", 98569: "1.5"}


def test_known_empty_and_short_clips_are_reported(lay: Callable[..., Path]) -> None:
    numbers = [2, *EMPTY_MEDIUM, *SHORT_SMALL]
    rows = [(n, str(n), "training", "small", "Rock", "CC") for n in numbers]
    root = lay("fma_small", numbers, rows, size=1752)
    found = Fma().find(root)
    assert ids(found) == ["000/000002", "098/098565", "098/098567", "098/098569"]
    assert {int(Path(file).stem) for file in reasons(found)} == set(EMPTY_MEDIUM)
    assert all("no sound" in reason for reason in reasons(found).values())
    [note] = [note for note in found.notes if "30 s" in note]
    assert all(f"{number:06} ({s} s)" in note for number, s in SHORT_SMALL.items())


def test_the_whole_tracks_of_full_are_no_fault(lay: Callable[..., Path]) -> None:
    numbers = [*EMPTY_MEDIUM, *SHORT_SMALL]
    rows = [(n, str(n), "training", "small", "Rock", "CC") for n in numbers]
    found = Fma().find(lay("fma_full", numbers, rows))
    assert len(found.tracks) == len(numbers)
    assert found.dropped == ()
    assert not any("30 s" in note for note in found.notes)


def test_files_without_rows_and_rows_without_files(lay: Callable[..., Path]) -> None:
    rows = [ROW, (5, "1", "training", "small", "Rock", "CC")]
    root = lay("fma_small", [2, 7], rows)
    (root / "cover.mp3").write_bytes(b"x")
    (root / "000" / "2.wav").write_bytes(b"x")
    (root / "README.txt").write_text("x")
    assert reasons(Fma().find(root)) == {
        "000/2.wav": "another file of track 2, which is used as 000/000002.mp3",
        "000/000005.mp3": "listed in tracks.csv, but not there",
        "000/000007.mp3": "not listed in tracks.csv",
        "cover.mp3": "its name is no track number of FMA (such as 000/000002.mp3)",
    }


def test_thousands_of_missing_files_are_summed_up(lay: Callable[..., Path]) -> None:
    rows = [(n, str(n), "training", "small", "Rock", "CC") for n in range(1, 3001)]
    found = Fma().find(lay("fma_small", [2], rows))
    assert found.dropped == ()
    expected = "2999 of the 3000 tracks of fma_small are not there (000/000001.mp3 and others)"
    assert expected in found.notes


def test_bad_rows_are_named_by_line(lay: Callable[..., Path]) -> None:
    rows: list[Row] = [
        ROW,
        (3, "1", "dev", "small", "Rock", "CC"),
        (4, "1", "test", "tiny", "Rock", "CC"),
        ROW,
    ]
    root = lay("fma_small", [2, 3], rows)
    table = root.parent / "fma_metadata" / "tracks.csv"
    with table.open("a", encoding="utf-8") as file:
        file.write("8,too,few\nnothing,\n")
    found = Fma().find(root)
    assert ids(found) == ["000/000002"]
    by_file = [(dropped.file, dropped.reason) for dropped in found.dropped]
    # Each row takes three lines: its biography holds two line breaks.
    assert by_file == [
        ("000/000003.mp3", "tracks.csv line 7: split 'dev' is not training, validation or test"),
        ("tracks.csv", "line 13: track 2 again; the first is used"),
        ("tracks.csv", "line 17: 'nothing' is no track number"),
        ("tracks.csv", "line 10: subset 'tiny' is not small, medium, large"),
        ("tracks.csv", "line 16: 3 cells where the header has 10"),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "ends within its header"),
        (",a\n", "ends within its header"),
        ("file,label\na.mp3,x\nb.mp3,y\n", "no column set/split"),
        (",set,set\n,split,subset\ntrack_id,,\n", "no column track/genre_top"),
    ],
)
def test_another_table_is_refused_in_one_line(
    lay: Callable[..., Path], text: str, words: str
) -> None:
    root = lay("fma_small", [2], [ROW])
    (root.parent / "fma_metadata" / "tracks.csv").write_text(text)
    with pytest.raises(MenuraError, match=words) as error:
        Fma().find(root)
    assert "tracks.csv" in str(error.value)
    assert "\n" not in str(error.value)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_a_damaged_table_gives_tracks_or_one_line(mini: Path, data: st.DataObject) -> None:
    table = mini / "fma_metadata" / "tracks.csv"
    whole = mini / "whole.csv"
    if not whole.exists():
        table.rename(whole)
    damaged = bytearray(whole.read_bytes())
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, len(damaged) - 1))
        junk = data.draw(st.sampled_from([b'"', b"\n", b",", b"\0", b"\xff", b"\r", b"9"]))
        damaged[place : place + data.draw(st.integers(0, 3))] = junk
    table.write_bytes(damaged)
    refused = ""
    try:
        found = Fma().find(mini)
    except MenuraError as error:
        refused = str(error)
    assert "\n" not in refused
    if not refused:
        told = {Path(track.path).stem for track in found.tracks}
        told |= {Path(dropped.file).stem for dropped in found.dropped}
        assert {Path(name).name for name in SMALL} <= told


def test_a_cell_without_an_end_stops_before_the_memory_does(mini: Path) -> None:
    table = mini / "fma_metadata" / "tracks.csv"
    with table.open("ab") as file:
        file.write(b'9,"' + b"x" * (5 << 20))
    with pytest.raises(MenuraError, match="field larger than field limit"):
        Fma().find(mini)
    assert csv.field_size_limit() == 131072


def generated(path: Path, n_rows: int) -> None:
    """As the real one is made: 52 columns, and biographies in HTML over several lines."""
    bio = '"<p>' + 'Born in ""Nowhere"", they\nplayed on, and on.</p>\n' * 40 + '"'
    head = ["album"] * 13 + ["artist"] * 17 + ["set"] * 2 + ["track"] * 20
    names = [f"c{n}" for n in range(52)]
    cells = ["some text"] * 52
    for place, name, cell in [
        (16, "bio", "BIO"),
        (20, "id", "ARTIST"),
        (25, "name", "Somebody"),
        (30, "split", "training"),
        (31, "subset", "medium"),
        (39, "genre_top", "Hip-Hop"),
        (40, "genres", '"[21, 17]"'),
        (45, "license", "CC"),
        (51, "title", "Something"),
    ]:
        names[place], cells[place] = name, cell
    before, _, rest = ",".join(cells).partition("BIO")
    between, _, after = rest.partition("ARTIST")
    with path.open("w", encoding="utf-8") as file:
        file.write(f",{','.join(head)}\n,{','.join(names)}\ntrack_id{',' * 52}\n")
        for number in range(1, n_rows + 1):
            told = bio if number % 2 else ""
            file.write(f"{number},{before}{told}{between}{number // 7}{after}\n")


def test_a_hundred_thousand_rows_in_under_five_seconds(lay: Callable[..., Path]) -> None:
    root = lay("fma_large", [2], [ROW])
    generated(root.parent / "fma_metadata" / "tracks.csv", 100_000)
    # In a process of its own: here every call of a function is checked for its types.
    code = f"""if True:
        import time
        from pathlib import Path
        from menura.corpora.fma import Fma
        started = time.process_time()
        found = Fma().find(Path({str(root)!r}))
        print(time.process_time() - started, *found.notes, sep="\\n")
    """
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stderr == ""
    seconds, missing, *_ = result.stdout.splitlines()
    assert float(seconds) < 5
    assert missing.startswith("99999 of the 100000 tracks of fma_large are not there")


def test_features_are_what_pandas_reads(mini: Path) -> None:
    path = mini / "fma_metadata" / "features.csv"
    table = pd.read_csv(path, index_col=0, header=[0, 1, 2])
    features = read_features(path)
    assert list(features.columns) == list(table.columns)
    assert list(features.values) == list(table.index)
    for number, row in features.values.items():
        np.testing.assert_array_equal(row, table.loc[number].to_numpy(np.float32))


def test_echonest_has_its_eight_features(mini: Path) -> None:
    path = mini / "fma_metadata" / "echonest.csv"
    table = pd.read_csv(path, index_col=0, header=[0, 1, 2])["echonest", "audio_features"]
    assert pd.DataFrame(read_echonest(path)).T.equals(table)
    assert table.shape == (2, 8)


def test_genres_have_names(mini: Path) -> None:
    genres = read_genres(mini / "fma_metadata" / "genres.csv")
    assert {number: genre.title for number, genre in genres.items()} == {17: "Folk", 21: "Hip-Hop"}


@pytest.mark.parametrize("name", ["features.csv", "echonest.csv", "genres.csv"])
@pytest.mark.parametrize("damage", ["cut", "words", "other", "gone"])
def test_damaged_tables_are_one_line(mini: Path, name: str, damage: str) -> None:
    path = mini / "fma_metadata" / name
    lines = path.read_bytes().split(b"\n")
    read = {"features.csv": read_features, "echonest.csv": read_echonest}.get(name, read_genres)
    if damage == "cut":
        path.write_bytes(b"\n".join([*lines[:-2], lines[-2].partition(b",")[0]]))
    elif damage == "words":
        path.write_bytes(b"\n".join([*lines[:-1], b"2,a" + b",b" * lines[0].count(b",")]))
    elif damage == "other":
        path.write_bytes(b"a,b\n1,2\n")
    else:
        path.unlink()
    with pytest.raises(MenuraError, match=name) as error:
        read(path)
    assert "\n" not in str(error.value)


def test_licences_and_splits_reach_the_prepared_corpus(mini: Path, tmp_path: Path) -> None:
    report = prepare(mini, tmp_path / "out", corpus="fma", workers=1)
    assert report.splits == {"train": 3, "valid": 2, "test": 1}
    assert "Attribution-ShareAlike 3.0 International" in "".join(report.notes)
