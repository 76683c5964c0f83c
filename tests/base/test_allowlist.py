"""What base may learn from: row by row against LICENSES.md, and nothing of what it is judged by."""

import csv
import json
import re
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest

from allowlist import LICENCES, Permitted, label_file, read_allowlist
from attribution import FILE as ATTRIBUTION
from attribution import attribution
from composing.instruments import HELD_OUT_PROGRAMS
from menura import corpora
from menura.foundation.errors import MenuraError
from menura.prepared.splitting import Candidate, divide
from menura.workflows.demo import bundled_clips

ROWS = read_allowlist()
# General MIDI's numbers of the FluidR3 instruments whose notes are held out, as LICENSES.md says.
PROGRAMS = {
    "fretless bass": 35, "recorder": 74, "church organ": 19, "english horn": 69,
    "calliope lead": 82, "pan flute": 75, "oboe": 68, "bass+lead": 87,
}  # fmt: skip


def table(text: str, heading: str) -> list[dict[str, str]]:
    """The first table of a section of LICENSES.md, as rows of its columns."""
    section = text.split(f"\n## {heading}")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    columns, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    return [dict(zip(columns, row, strict=True)) for row in rows]


@pytest.fixture(scope="module")
def licences(recordings: Path) -> str:
    return (recordings / "LICENSES.md").read_text(encoding="utf-8")


def notes_permitted(licences: str, recordings: Path) -> dict[str, tuple[str, ...]]:
    """file → (use, recording, title, source, licence) of every note that may be used."""
    found = {}
    for row in table(licences, "notes/"):
        name, split = re.fullmatch(r"(\w+) \((\w+)\)", row["instrument"]).groups()  # type: ignore[union-attr]
        if row["licence"] not in LICENCES:
            continue
        notes = json.loads((recordings / f"notes/nsynth-{split}/examples.json").read_bytes())
        own = [note for note, said in notes.items() if said["instrument_str"] == name]
        assert len(own) == int(row["notes"])
        for note in own:
            file = f"notes/nsynth-{split}/audio/{note}.flac"
            found[file] = (split, name, row["name"], row["source and author"], row["licence"])
    return found


def clips_permitted(licences: str, recordings: Path) -> dict[str, tuple[str, ...]]:
    """file → (recording, source, licence) of every clip that may be used."""
    files = {p.stem: p for p in (recordings / "clips/genres_original").glob("*/*")}
    found = {}
    for row in table(licences, "clips/"):
        first, last = re.match(r"(\d{5})-(\d{5})", row["clips"]).groups()  # type: ignore[union-attr]
        if row["licence"] not in LICENCES:
            continue
        for number in range(int(first), int(last) + 1):
            file = files[f"{row['genre']}.{number:05d}"].relative_to(recordings).as_posix()
            found[file] = (row["title"], f"{row['author']}, in {row['source']}", row["licence"])
    return found


def test_every_note_that_may_be_used_is_there_as_it_is_licensed(
    licences: str, recordings: Path
) -> None:
    there = {
        row.file: (row.use, row.recording, row.title, row.source, row.licence)
        for row in ROWS
        if row.file.startswith("notes/")
    }
    assert there == notes_permitted(licences, recordings)


def test_every_clip_that_may_be_used_is_there_as_it_is_licensed(
    licences: str, recordings: Path
) -> None:
    there = {
        row.file: (row.recording, row.source, row.licence)
        for row in ROWS
        if row.file.startswith("clips/")
    }
    assert there == clips_permitted(licences, recordings)


def test_nothing_else_is_there(recordings: Path) -> None:
    assert {row.file.partition("/")[0] for row in ROWS} == {"notes", "clips"}
    assert {row.licence for row in ROWS} == {"CC0 1.0", "CC BY 3.0", "MIT"}
    assert all((recordings / row.file).is_file() for row in ROWS)


def test_clips_that_prepare_holds_out_are_held_out(recordings: Path) -> None:
    """With the settings that anyone judges by who prepares the clips."""
    tracks = corpora.load("gtzan").find(recordings / "clips").tracks
    division = divide(
        [Candidate(t.id, t.group, t.labels, t.split, 30.0, t.id) for t in tracks], 0.2, 0
    )
    held_out = {f"clips/{t.id}" for t in tracks if division.places[t.id][1] != "train"}
    permitted = {row.file: row.use for row in ROWS if row.file.startswith("clips/")}
    assert {file for file, use in permitted.items() if use == "test"} == held_out & set(permitted)
    assert sum(file in held_out for file in permitted) >= 10


def test_instruments_whose_notes_judge_are_not_composed_for(licences: str) -> None:
    held_out = {
        PROGRAMS[row["name"].removeprefix("FluidR3 ")]
        for row in table(licences, "notes/")
        if row["name"].startswith("FluidR3") and "(train)" not in row["instrument"]
    }
    assert held_out == HELD_OUT_PROGRAMS


def test_no_recording_is_on_both_sides() -> None:
    uses = defaultdict(set)
    for row in ROWS:
        uses[row.recording].add(row.use)
    assert all(len(own) == 1 for own in uses.values())


def test_a_genre_is_learnt_from_three_recordings_at_least() -> None:
    behind = defaultdict(set)
    for row in ROWS:
        if row.genre and row.use == "train":
            behind[row.genre].add(row.recording)
    assert set(behind) == {"ambient", "lofi"}
    assert all(len(recordings) >= 3 for recordings in behind.values())


def test_families_are_those_of_the_notes_but_for_pianos() -> None:
    for row in ROWS:
        if row.file.startswith("notes/"):
            family = re.split("_(?:acoustic|electronic|synthetic)_", row.recording)[0]
            piano = "piano" in row.title and "electric" not in row.title
            assert row.family == ("piano" if piano else family)


def test_the_label_file_gives_prepare_what_is_learnt_and_validated_on(
    recordings: Path, tmp_path: Path
) -> None:
    file = tmp_path / "real.csv"
    file.write_text(label_file(ROWS), encoding="utf-8")
    tracks = {track.id: track for track in corpora.load("folder").find(recordings, file).tracks}
    wanted = {row.file: row for row in ROWS if row.use != "test"}
    assert set(tracks) == set(wanted)
    for name, row in wanted.items():
        labels = {"family": row.family, "genre": row.genre}
        assert tracks[name].labels == {kind: value for kind, value in labels.items() if value}
        assert (tracks[name].group, tracks[name].split) == (row.recording, row.use)
        assert (tracks[name].licence or "").startswith(row.licence)


def test_the_attribution_names_every_source_and_is_up_to_date() -> None:
    text = attribution(ROWS)
    assert ATTRIBUTION.read_text(encoding="utf-8") == text
    for row in ROWS:
        assert (f"| {row.title} | {row.source} |" in text) == (row.use == "train")
    assert "Frank Wen" in text
    counted = sum(int(line.split("|")[-2]) for line in re.findall(r"\|.*\| \d+ \|", text))
    assert counted == sum(row.use == "train" for row in ROWS)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"licence": "CC BY-SA 3.0"}, "licence 'CC BY-SA 3.0' is none of"),
        ({"licence": "GPL-2.0"}, "licence"),
        ({"use": "training"}, "use 'training' is none of"),
        ({"file": ROWS[1].file}, "there before"),
    ],
)
def test_a_row_that_must_not_be_is_refused(
    change: dict[str, str], reason: str, tmp_path: Path
) -> None:
    rows: list[Permitted] = [ROWS[1], replace(ROWS[0], **change)]  # type: ignore[arg-type]
    file = tmp_path / "allowlist.csv"
    with file.open("w", encoding="utf-8", newline="") as lines:
        out = csv.DictWriter(lines, list(vars(ROWS[0])))
        out.writeheader()
        out.writerows(vars(row) for row in rows)
    with pytest.raises(MenuraError, match=reason) as refused:
        read_allowlist(file)
    assert "line 3" in str(refused.value)


def test_what_the_demo_holds_out_base_has_not_heard_either() -> None:
    bundled = bundled_clips()["labels.csv"].decode("utf-8").splitlines()
    held_out = {row["title"] for row in csv.DictReader(bundled) if row["split"] != "train"}
    assert held_out
    assert {row.use for row in ROWS if row.title in held_out} == {"test"}
