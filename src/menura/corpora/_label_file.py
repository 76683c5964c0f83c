"""What a label file says of the files it lists: labels, recording, split and licence.

Columns that are recognised: the path in `file`, `path`, `filename`, `file_name` or
`audio_filename`; the recording in `group`, `recording`, `track_id` or `source_path`; `split`
(train, valid, validation, dev, test); `licence` or `license`. Every other column becomes a kind
of label when it reads like one (see `label_kinds`).
"""

import os
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from menura.corpora._scan import Scan
from menura.corpora._table import Row, read_rows
from menura.corpora.contract import Dropped, Found, Split, Track
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable

FOUND_NAMES = ("labels.csv", "labels.jsonl", "metadata.csv", "metadata.jsonl")
PATH_COLUMNS = ("file", "path", "filename", "file_name", "audio_filename")
GROUP_COLUMNS = ("group", "recording", "track_id", "source_path")
LICENCE_COLUMNS = ("licence", "license")
# Columns with these names are labels even when no two files share a value.
# fmt: off
LABEL_COLUMNS = frozenset((
    "label", "labels", "class", "category", "genre", "instrument", "family", "composer", "mood",
    "style",
))
# fmt: on
RENAMED = {"canonical_composer": "composer"}  # MAESTRO's heading
SPLITS: dict[str, Split] = {
    "train": "train",
    "training": "train",
    "valid": "valid",
    "validation": "valid",
    "val": "valid",
    "dev": "valid",
    "test": "test",
    "testing": "test",
}
MOST_VALUES = 64
LONGEST_VALUE = 64


@dataclass(frozen=True)
class _Columns:
    path: str
    group: str | None
    split: str | None
    licence: str | None
    labels: tuple[str, ...]


def tracks_of(file: Path, root: Path, scan: Scan) -> Found:
    """The files of `scan` that the label file lists, and a reason for every other one and every
    row that cannot be used.

    Raises MenuraError when the file as a whole cannot be used.
    """
    rows = read_rows(file)
    columns = _columns(file, rows)
    listing = _Listing(file, root, scan, columns)
    for row in rows:
        listing.take(row)
    if not listing.tracks:
        first = listing.dropped[0] if listing.dropped else None
        example = f" ({printable(first.file)}: {first.reason})" if first else ""
        raise MenuraError(
            f"label file {printable(str(file))} lists no sound file below "
            f"{printable(str(root))}{example}; its paths start at its own folder or at that one"
        )
    listing.drop_unlisted()
    tracks = tuple(sorted(listing.tracks.values(), key=lambda track: track.id))
    return Found(tracks, tuple(listing.dropped), (_remark(file, columns, rows),))


def label_kinds(rows: list[Row], taken: set[str], recording: str) -> tuple[str, ...]:
    """Columns of `rows` that read like labels. `recording`: the column that tells recordings.

    Text (not all numbers), no value longer than 64 characters, at most 64 different values, and
    at most half as many values as recordings (a title names a recording, it does not label it),
    unless the column is called `label`, `genre` or the like.
    """
    values: dict[str, dict[str, set[str]]] = {}
    for row in rows:
        for name, text in row.cells.items():
            if name not in taken and row.problem is None:
                which = row.cells.get(recording, str(row.line))
                values.setdefault(name, {}).setdefault(text, set()).add(which)
    return tuple(
        name
        for name, texts in values.items()
        if name.lower() in LABEL_COLUMNS or (_repeats(texts) and not all(map(_is_number, texts)))
        if len(texts) <= MOST_VALUES and max(map(len, texts)) <= LONGEST_VALUE
    )


class _Listing:
    """Rows matched with the files that are there."""

    def __init__(self, file: Path, root: Path, scan: Scan, columns: _Columns):
        self.file, self.columns = file, columns
        self.tracks: dict[str, Track] = {}
        self.dropped: list[Dropped] = []
        self._scan = scan
        self._root = os.path.realpath(root)
        self._starts = (os.path.realpath(file.parent), self._root)
        self._lines: dict[str, int] = {}
        self._named = set[str]()
        self._refused = {dropped.file for dropped in scan.dropped}
        self._normalised = _unique_normalised(scan)

    def take(self, row: Row) -> None:
        given = row.cells.get(self.columns.path, "")
        problem = row.problem or ("" if given else "no file is named")
        identity = None
        if given:
            identity, misplaced = self._identity(given)
            problem = problem or misplaced
            self._named.add(identity or "")
        split = row.cells.get(self.columns.split or "", "").lower()
        if not problem and split and split not in SPLITS:
            problem = f"split {printable(split)!r} is not train, valid or test"
        if identity in self._lines and not problem:
            problem = f"listed before, in line {self._lines[identity]}, which is used"
        if problem or identity is None:
            where = printable(given) or printable(self.file.name)
            self.dropped.append(Dropped(where, f"{self._line(row)}: {problem}"))
            return
        self._lines[identity] = row.line
        self.tracks[identity] = self._track(identity, row, SPLITS.get(split))

    def drop_unlisted(self) -> None:
        """Give a reason for each sound file that no usable row names."""
        for identity in self._scan.sounds.keys() - self._named:
            reason = f"not listed in {printable(self.file.name)}"
            self.dropped.append(Dropped(identity, reason))
        self.dropped.sort(key=lambda dropped: dropped.file)

    def _track(self, identity: str, row: Row, split: Split | None) -> Track:
        columns = self.columns
        licence = row.cells.get(columns.licence or "")
        return Track(
            id=identity,
            group=printable(row.cells.get(columns.group or "") or identity),
            path=self._scan.sounds[identity],
            labels={
                printable(RENAMED.get(name, name)): printable(row.cells[name])
                for name in columns.labels
                if name in row.cells
            },
            licence=printable(licence) if licence else None,
            split=split,
        )

    def _identity(self, given: str) -> tuple[str | None, str]:
        """(identity of the file that `given` names, "") or (None, why there is none)."""
        outside = True
        for start in self._starts:
            # A folder's own links are not followed here: "a/../b" means what it says.
            place = os.path.normpath(os.path.join(start, given.replace("\\", "/")))  # noqa: PTH118
            inside = os.path.relpath(place, self._root).replace(os.sep, "/")
            if inside == ".." or inside.startswith("../"):
                continue
            outside = False
            normalised = unicodedata.normalize("NFC", inside)
            for identity in (inside, self._normalised.get(normalised)):
                if identity in self._scan.sounds:
                    return identity, ""
            if inside in self._refused:
                return None, "left out for another reason (see its own line)"
            if os.path.isfile(place):  # noqa: PTH113
                return None, "is there, but is not a sound file"
        if outside:
            return None, "refused, because it leads out of the folder"
        return None, "listed, but not there"

    def _line(self, row: Row) -> str:
        return f"{printable(self.file.name)} line {row.line}"


def _columns(file: Path, rows: list[Row]) -> _Columns:
    names = {name.lower(): name for row in rows for name in row.cells}
    path = _first(names, PATH_COLUMNS)
    if path is None:
        problem = next((row for row in rows if row.problem), None)
        detail = f" (line {problem.line}: {problem.problem})" if problem else ""
        raise MenuraError(
            f"label file {printable(str(file))} has no column of file names{detail}; "
            f"call it one of {', '.join(PATH_COLUMNS)}"
        )
    group, split = _first(names, GROUP_COLUMNS), _first(names, ("split",))
    licence = _first(names, LICENCE_COLUMNS)
    taken = {name for name in (path, group, split, licence) if name}
    return _Columns(path, group, split, licence, label_kinds(rows, taken, group or path))


def _first(names: dict[str, str], wanted: tuple[str, ...]) -> str | None:
    return next((names[name] for name in wanted if name in names), None)


def _remark(file: Path, columns: _Columns, rows: list[Row]) -> str:
    kinds = ", ".join(printable(RENAMED.get(name, name)) for name in columns.labels)
    used = {columns.path, columns.group, columns.split, columns.licence, *columns.labels}
    unused = dict.fromkeys(name for row in rows for name in row.cells if name not in used)
    rest = f"; not used: {', '.join(map(printable, unused))}" if unused else ""
    return f"labels from {printable(file.name)}: {kinds or 'none'}{rest}"


def _repeats(texts: dict[str, set[str]]) -> bool:
    """Whether there are twice as many recordings as values. texts: value → its recordings."""
    return 2 * len(texts) <= len(set[str]().union(*texts.values()))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _unique_normalised(scan: Scan) -> dict[str, str]:
    """NFC form → identity, where one file only has that form: other systems spell é in two ways."""
    forms = [(unicodedata.normalize("NFC", identity), identity) for identity in scan.sounds]
    counts = Counter(form for form, _ in forms)
    return {form: identity for form, identity in forms if counts[form] == 1}
