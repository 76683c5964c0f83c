"""What a `clips.csv` beside GTZAN's genre folders says: which recording a clip was cut from."""

from dataclasses import dataclass
from pathlib import Path

from menura.corpora._stated_licence import stated_licence
from menura.corpora._table import read_rows
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable


@dataclass(frozen=True)
class ListedClip:
    """recording: title and artist. licence: None where none is stated. cells: the whole row."""

    recording: str
    licence: str | None
    cells: dict[str, str]


def read_clip_list(file: Path) -> tuple[dict[str, ListedClip], list[tuple[int, str]]]:
    """("GENRE/GENRE.00000.wav" → its clip, (line, why it cannot be used) of the other rows).

    Columns: file, title and artist, perhaps licence; the rest is kept in `cells`.
    Raises MenuraError when there is no such table in it.
    """
    rows = read_rows(file)
    columns = {name for row in rows for name in row.cells}
    missing = [name for name in ("file", "title", "artist") if name not in columns]
    if missing:
        raise MenuraError(
            f"clip list {printable(str(file))} has no column {missing[0]!r}; it needs file, title "
            "and artist"
        )
    clips: dict[str, ListedClip] = {}
    problems: list[tuple[int, str]] = []
    for row in rows:
        cells = {name: printable(text) for name, text in row.cells.items()}
        name = row.cells.get("file", "").replace("\\", "/")
        title, artist = cells.get("title"), cells.get("artist")
        if row.problem:
            problems.append((row.line, row.problem))
        elif not name:
            problems.append((row.line, "no file is named"))
        elif name in clips:
            problems.append((row.line, f"lists {printable(name)} again"))
        elif title is None:
            problems.append((row.line, f"gives no title for {printable(name)}"))
        else:
            recording = f"{title} ({artist})" if artist else title
            clips[name] = ListedClip(recording, stated_licence(cells), cells)
    return clips, problems
