"""What a comparison was asked for: which systems, on what, and where it is kept."""

import errno
import json
import math
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from menura import recipes, representations
from menura.foundation import shipped
from menura.foundation.atomic import write_json
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.prepared import PreparedCorpus
from menura.prepared.locking import LOCK
from menura.prepared.marks import is_temporary
from menura.recipes import Preset, Recipe
from menura.systems import read_description

MARK, CORPUS, SYSTEMS = "compare.json", "corpus", "systems"
RUN, FACTS, SCORES, LOG, REASON = "run", "facts.json", "scores.json", "errors.log", "failed.json"
MADE, START = "made", "start.json"
VERSION = 3  # of how real music is cut: clips are kept by the numbers of its pieces
# Troubles of the machine: whoever comes next would have them too.
NOT_ITS_FAULT = frozenset(
    getattr(errno, name) for name in ("ENOSPC", "EDQUOT", "EROFS") if hasattr(errno, name)
)
LONGEST_S = 600.0


@dataclass(frozen=True)
class Entry:
    """A system of the comparison: a recipe with one of its presets. start: the folder of the system
    that it sets off from; "" where it begins from nothing."""

    recipe: str
    preset: str
    start: str = ""

    @property
    def started(self) -> str:
        """The name of what it sets off from."""
        return printable(Path(self.start).name)

    def name(self, usual: str) -> str:
        """How it is called where most have the preset `usual`."""
        name = self.recipe if self.preset == usual else f"{self.recipe}:{self.preset}"
        return f"{name}@{self.started}" if self.start else name

    def folder(self, out: Path) -> Path:
        """Where all of it lies."""
        own = f"{self.preset}@{self.started}" if self.start else self.preset
        return out / SYSTEMS / self.recipe / own


@dataclass(frozen=True)
class Order:
    """What must be the same for all systems: the music (by its fingerprint), the minutes of
    training, how many clips are made and how long, the seed."""

    data: str
    minutes: float
    clips: int
    seconds: float
    seed: int


def entries_of(asked: Sequence[str], preset: str) -> list[Entry]:
    """RECIPE, with :PRESET for another and @RUN for a system that it sets off from, each once; none
    asks for every recipe that is trained here.

    Raises UsageError for a name that does not exist, and MenuraError for a RUN that is no system,
    before anything is begun.
    """
    if not asked:
        every = [n for n in recipes.room.names() if isinstance(recipes.load(n), Recipe)]
        asked = [name for name in every if preset in recipes.trainable(name).presets]
        if not asked:
            raise UsageError(f"--preset {preset!r}: no recipe has it")
    found = []
    for name in asked:
        words, _, start = name.partition("@")
        recipe, _, chosen = words.partition(":")
        entry = Entry(recipe.strip(), chosen.strip() or preset, _start(start.strip()))
        preset_of(entry)
        found.append(entry)
    entries = list(dict.fromkeys(found))
    alike = {entry.folder(Path()): entry for entry in entries}
    for entry in entries:
        if (other := alike[entry.folder(Path())]) != entry:
            raise UsageError(
                f"--recipes: {printable(entry.start)} and {printable(other.start)} have one name; "
                "give one of the folders another"
            )
    return entries


def _start(named: str) -> str:
    """Where a system lies that another sets off from."""
    if not named:
        return ""
    folder = shipped.folder_of(named)
    read_description(folder)
    return str(folder.resolve())


def preset_of(entry: Entry) -> Preset:
    """All settings. Raises UsageError for names that do not exist, and for a pretrained recipe."""
    return recipes.trainable(entry.recipe).preset(entry.preset)


def learns_notes(entry: Entry) -> bool:
    """Whether it is trained on notes, and not on sound."""
    part = preset_of(entry).representation
    return part is not None and representations.is_of_scores(part.name)


def unsuited(entry: Entry, prepared: PreparedCorpus) -> str | None:
    """Why the corpus is nothing for it, or None."""
    training = [track for track in prepared.tracks if track.split == "train"]
    if learns_notes(entry):
        if not any(track.score for track in training):
            return "needs notes: the corpus holds sound only"
    elif not any(track.has_sound for track in training):
        return "needs sound: the corpus holds notes only"
    return None


def check(minutes: float, clips: int, seconds: float, page_seconds: float) -> None:
    """Raises UsageError for values that cannot be."""
    if not (math.isfinite(minutes) and minutes > 0):
        raise UsageError(f"--minutes must be above 0, not {minutes:g}")
    if clips < 2:
        raise UsageError(f"--clips must be at least 2, not {clips}")
    if not 1 <= seconds <= LONGEST_S:
        raise UsageError(f"--seconds must be 1…{LONGEST_S:g}, not {seconds:g}")
    if not (math.isfinite(page_seconds) and page_seconds > 0):
        raise UsageError(f"--page-seconds must be above 0, not {page_seconds:g}")


def check_folder(out: Path) -> None:
    """Raises UsageError when `out` is a file, MenuraError when it holds something else or cannot
    be written in."""
    name = printable(str(out))
    if out.exists() and not out.is_dir():
        raise UsageError(f"--out {name}: is a file; give a folder")
    there = next(place for place in (out.absolute(), *out.absolute().parents) if place.exists())
    if not there.is_dir():
        raise UsageError(f"--out {name}: {printable(str(there))} is a file, not a folder")
    if not os.access(there, os.W_OK | os.X_OK):
        raise MenuraError(
            f"--out {name}: {printable(str(there))} cannot be written in; change its permissions "
            "or choose another place"
        )
    ours = (MARK, CORPUS, LOCK)
    others = (
        [p for p in out.iterdir() if p.name not in ours and not is_temporary(p)]
        if out.is_dir()
        else []
    )
    if others and not (out / MARK).is_file():
        raise MenuraError(
            f"--out {name}: is not empty ({printable(others[0].name)} is in it); give a new folder"
        )


def note(out: Path, order: Order) -> None:
    """Write the order into the folder; one that is there must be the same.

    Raises MenuraError when it is not: figures of different orders do not compare.
    """
    before = read_json(out / MARK)
    if before is None:
        write_json(out / MARK, {"made_by": "menura compare", "version": VERSION, **asdict(order)})
        return
    words = {
        "data": "another corpus (or one prepared anew)",
        "version": "pieces of real music that this Menura cuts otherwise",
    }
    for what, value in {"version": VERSION, **asdict(order)}.items():
        if before.get(what) != value:
            was = words.get(what, f"--{what} {before.get(what)}, not {value}")
            raise MenuraError(
                f"--out {printable(str(out))}: holds a comparison with {was}; ask for the same, "
                "or give another folder"
            )


def kept_entries(out: Path, reporter: Reporter) -> list[Entry]:
    """Systems that were made in this folder before, or that failed. What this Menura no longer has
    is left out, and said."""
    found = []
    for folder in sorted(out.glob(f"{SYSTEMS}/*/*")):
        preset, _, started = folder.name.partition("@")
        start = str((read_json(folder / START) or {}).get("run", "")) if started else ""
        entry = Entry(folder.parent.name, preset, start)
        known = bool(start) == bool(started)
        known = known and entry.recipe in recipes.room.names()
        known = known and entry.preset in recipes.trainable(entry.recipe).presets
        if not any((folder / name).is_file() for name in (FACTS, SCORES, REASON)):
            continue
        if known:
            found.append(entry)
        else:
            place = printable(f"{SYSTEMS}/{folder.parent.name}/{folder.name}")
            reporter.warn(f"{place} is left out: there is no such recipe, preset or start now")
    return found


def each_once(entries: Iterable[Entry]) -> list[Entry]:
    """The first of those that have one folder: what is kept there may have set off from a system
    that lay elsewhere then. Whether it is the same is asked by `note_start`."""
    found: dict[Path, Entry] = {}
    for entry in entries:
        found.setdefault(entry.folder(Path()), entry)
    return list(found.values())


def read_json(path: Path) -> dict[str, Any] | None:
    """An object in a file; None where there is none, or it cannot be read."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None
