"""What FMA's `tracks.csv` and `genres.csv` say of each track."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path

from menura.corpora._fma_table import AGAIN, Column, opened, track_number
from menura.corpora.contract import Split
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable

# Each holds those before it.
SUBSETS = ("small", "medium", "large")
_SPLITS: dict[str, Split] = {"training": "train", "validation": "valid", "test": "test"}
_NUMBER = re.compile(r"\b[0-9]{1,9}\b")
_WANTED: tuple[Column, ...] = (
    ("set", "split"),
    ("set", "subset"),
    ("track", "genre_top"),
    ("track", "license"),
    ("track", "title"),
    ("track", "genres"),
    ("artist", "id"),
    ("artist", "name"),
)


@dataclass(frozen=True, slots=True)
class TrackRow:
    """One track. subset: the smallest that it is in. genre: the top genre. genres: the numbers
    of those that the artist gave it. Texts are "" where there is none."""

    split: Split
    subset: str
    genre: str
    licence: str
    title: str
    genres: tuple[int, ...]
    artist: str
    artist_name: str


@dataclass
class TrackTable:
    """rows: track → what is known of it. problems: track → why its row cannot be used.

    nameless: the same for rows that name no track. Each problem begins with the row's line.
    """

    rows: dict[int, TrackRow] = field(default_factory=dict)
    problems: dict[int, str] = field(default_factory=dict)
    nameless: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Genre:
    """A genre of FMA's hierarchy. parent: 0 for a top genre; top_level: the top genre above."""

    title: str
    parent: int
    top_level: int


def read_tracks(path: Path) -> TrackTable:
    """All rows of `tracks.csv`, read in a stream: biographies and other texts are passed over.

    Raises MenuraError when the file as a whole cannot be used.
    """
    table = TrackTable()
    with opened(path, 2) as (columns, lines):
        places = [1 + _place(columns, column, path) for column in _WANTED]
        taken = itemgetter(*places)
        for line, cells in lines:
            number = track_number(cells[0])
            row: TrackRow | str
            if len(cells) != len(columns) + 1:
                row = f"{len(cells)} cells where the header has {len(columns) + 1}"
            else:
                row = _row(*map(str.strip, taken(cells)))
            if number is None:
                name = printable(cells[0].strip()[:40])
                table.nameless.append(f"line {line}: {name!r} is no track number")
            elif isinstance(row, str):
                table.problems.setdefault(number, f"line {line}: {row}")
            elif number in table.rows:
                table.nameless.append(f"line {line}: track {number} again; the first is used")
            else:
                table.rows[number] = row
    if not table.rows:
        raise MenuraError(f"{printable(str(path))} lists no track that can be used; {AGAIN}")
    return table


def read_genres(path: Path) -> dict[int, Genre]:
    """FMA's `genres.csv`: number → genre, for all 163 of them.

    Raises MenuraError when the file is not such a table.
    """
    try:
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            return dict(_genres(csv.DictReader(file)))
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise MenuraError(f"{printable(str(path))} cannot be read: {reason}") from None
    except (KeyError, ValueError, TypeError, AttributeError, csv.Error) as error:
        raise MenuraError(
            f"{printable(str(path))} is not FMA's table of genres ({printable(str(error))}); "
            f"{AGAIN}"
        ) from None


def _genres(rows: Iterable[dict[str, str]]) -> Iterator[tuple[int, Genre]]:
    for row in rows:
        title = printable(row["title"].strip())
        yield int(row["genre_id"]), Genre(title, int(row["parent"]), int(row["top_level"]))


def _place(columns: tuple[Column, ...], wanted: Column, path: Path) -> int:
    try:
        return columns.index(wanted)
    except ValueError:
        raise MenuraError(
            f"{printable(str(path))} has no column {'/'.join(wanted)} in its two lines of header, "
            f"so it is not FMA's tracks.csv; {AGAIN}"
        ) from None


def _row(split: str, subset: str, *texts: str) -> TrackRow | str:
    """The row of the cells of _WANTED, or what is wrong with it."""
    if split not in _SPLITS:
        return f"split {printable(split[:40])!r} is not training, validation or test"
    if subset not in SUBSETS:
        return f"subset {printable(subset[:40])!r} is not {', '.join(SUBSETS)}"
    genre, licence, title, genres, artist, artist_name = map(_shown, texts)
    numbers = tuple(map(int, _NUMBER.findall(genres)))
    return TrackRow(_SPLITS[split], subset, genre, licence, title, numbers, artist, artist_name)


def _shown(text: str) -> str:
    return text if text.isprintable() else printable(text)  # the first is quick, and usual
