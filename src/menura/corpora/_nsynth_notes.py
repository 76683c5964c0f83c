"""What `examples.json` says of NSynth's notes, each checked before it is believed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from menura.corpora._json_file import read_json
from menura.corpora.contract import Dropped
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable

# fmt: off
FAMILIES = (
    "bass", "brass", "flute", "guitar", "keyboard", "mallet", "organ", "reed", "string",
    "synth_lead", "vocal",
)
# fmt: on
SOURCES = ("acoustic", "electronic", "synthetic")
_TEXTS = ("instrument_family_str", "instrument_source_str", "instrument_str")

Note = Mapping[str, Any]


def read_notes(file: Path, folder: str) -> tuple[dict[str, Note], list[Dropped]]:
    """Name → all that the file says of the note, and what cannot be used, with the reason.

    folder: what to put before the names of dropped notes. A note that is taken has the texts
    instrument_family_str, instrument_source_str and instrument_str and a pitch of 0…127; its
    qualities_str, if any, is a list of texts. Raises MenuraError when it is no such file.
    """
    value = read_json(file)
    if not isinstance(value, dict):
        raise MenuraError(f"{printable(str(file))} is not a list of notes as NSynth has it")
    notes: dict[str, Note] = {}
    dropped: list[Dropped] = []
    # Texts that thousands of notes share are kept once.
    shared: dict[str, str] = {}
    for name, note in value.items():
        problem = _problem(note)
        if problem:
            dropped.append(Dropped(f"{folder}{name}", f"in {file.name}: {problem}"))
            continue
        for key in _TEXTS:
            note[key] = shared.setdefault(note[key], note[key])
        notes[name] = note
    return notes, dropped


def labels_of(note: Note) -> dict[str, str]:
    """family, source, instrument and pitch ("60"), and qualities ("bright, percussive") if any."""
    labels = {
        "family": printable(note["instrument_family_str"]),
        "source": printable(note["instrument_source_str"]),
        "instrument": printable(note["instrument_str"]),
        "pitch": str(note["pitch"]),
    }
    if note.get("qualities_str"):
        labels["qualities"] = ", ".join(map(printable, note["qualities_str"]))
    return labels


def _problem(note: Any) -> str:
    if not isinstance(note, dict):
        return "nothing is said of it"
    for key in _TEXTS:
        if not isinstance(note.get(key), str) or not note[key]:
            return f"{key} is not given"
    pitch = note.get("pitch")
    if type(pitch) is not int or not 0 <= pitch <= 127:
        return "its pitch is not a whole number from 0 to 127"
    qualities = note.get("qualities_str", [])
    if not isinstance(qualities, list) or not all(isinstance(text, str) for text in qualities):
        return "qualities_str is not a list of words"
    return ""
