"""Which files of MENURA_DATA weights that ship may be trained on, and which stay held out.

allowlist.csv has a row a file. `use` is the notes' own split (no instrument is in two), and "test"
for clips whose recording `menura prepare` holds out of the whole set: what base is judged by, it
never hears. `genre` stands only where three recordings or more of it are learnt from; `family` is
NSynth's, except that pianos are "piano".

  python base/allowlist.py --out real.csv     the label file that `menura prepare` takes
"""

import argparse
import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from menura.foundation.atomic import write_text
from menura.foundation.errors import MenuraError

FILE = Path(__file__).parent / "allowlist.csv"
LICENCES = ("CC0 1.0", "CC BY 3.0", "MIT")
"""Those under which what is learnt may be given away, to be used for anything."""

Use = Literal["train", "valid", "test"]


@dataclass(frozen=True)
class Permitted:
    """A file that may be used. file: below MENURA_DATA; recording: the track, or the instrument;
    family, genre: labels, or "". source: author and where it was found."""

    file: str
    use: Use
    recording: str
    family: str
    genre: str
    title: str
    source: str
    licence: str


def read_allowlist(file: Path = FILE) -> tuple[Permitted, ...]:
    """All rows. Raises MenuraError for one that is not permitted, or twice there."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = [(line, _permitted(row)) for line, row in enumerate(csv.DictReader(lines), start=2)]
    seen: set[str] = set()
    for line, row in rows:
        problem = ""
        if row.licence not in LICENCES:
            problem = f"licence {row.licence!r} is none of {', '.join(LICENCES)}"
        elif row.use not in get_args(Use):
            problem = f"use {row.use!r} is none of {', '.join(get_args(Use))}"
        elif row.file in seen:
            problem = "the file is there before"
        if problem:
            raise MenuraError(f"{file.name} line {line}, {row.file}: {problem}")
        seen.add(row.file)
    return tuple(row for _, row in rows)


def _permitted(row: dict[str, Any]) -> Permitted:
    return Permitted(**row)


def label_file(rows: Iterable[Permitted]) -> str:
    """What is learnt from and validated on, as a label file; test rows are left out."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(("file", "group", "split", "licence", "family", "genre"))
    for row in rows:
        if row.use != "test":
            licence = f"{row.licence}, {row.title}, {row.source}"
            out.writerow((row.file, row.recording, row.use, licence, row.family, row.genre))
    return text.getvalue()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--out", type=Path, required=True, help="label file to write (.csv)")
    write_text(options.parse_args().out, label_file(read_allowlist()))


if __name__ == "__main__":
    main()
