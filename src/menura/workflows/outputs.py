"""Where a verb writes: looked at before the work begins, and never over what must be kept."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from menura import audio
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.printable import printable
from menura.workflows.sound import Format, SoundOptions


@dataclass(frozen=True)
class Numbered:
    """Files 001.wav, 002.wav, … in a folder, after those that are there already."""

    folder: Path
    n_before: int
    suffix: str

    def file(self, number: int) -> Path:
        """The file of the clip `number`, counted from 0."""
        return self.folder / f"{self.n_before + number + 1:03d}.{self.suffix}"


def output_file(
    out: Path | str,
    suffixes: Iterable[str],
    inputs: Iterable[Path | str],
    *,
    option: str = "--out",
) -> Path:
    """`out`, where a file can be written whose name ends in one of `suffixes` (without dots).

    A file that is there may be replaced, but not one of the inputs. option: by which it was given.
    Raises UsageError for such words, and MenuraError where nothing can be written.
    """
    out, known = Path(out), list(suffixes)
    if _suffix(out) not in known:
        ends = " or ".join(f".{suffix}" for suffix in known)
        raise UsageError(f"{_named(out, option)} must end in {ends}")
    _check_file(out, inputs, option)
    return out


def sound_file(out: Path | str, sound: SoundOptions, inputs: Iterable[Path | str]) -> Path:
    """The same for a sound file. With --format its name may also do without a suffix."""
    out = Path(out)
    if sound.format is None:
        return output_file(out, get_args(Format), inputs)
    if _suffix(out) not in ("", sound.format):
        raise UsageError(
            f"{_named(out)} ends in .{_suffix(out)}, but --format says {sound.format}: "
            "make them agree"
        )
    _check_file(out, inputs)
    return out


def numbered_files(out: Path | str, sound: SoundOptions) -> Numbered:
    """Files in the folder `out`; nothing that is there is replaced.

    Raises UsageError when `out` is a file, and MenuraError where nothing can be written.
    """
    out = Path(out)
    if out.exists() and not out.is_dir():
        raise UsageError(f"{_named(out)} is a file; give a folder")
    check_writable(out, out)
    there = [path.name.partition(".")[0] for path in out.iterdir()] if out.is_dir() else []
    numbers = [int(name) for name in there if re.fullmatch("[0-9]+", name)]
    return Numbered(out, max(numbers, default=0), sound.format or "wav")


def notes_file(sound: Path, inputs: Iterable[Path | str] = ()) -> Path:
    """Where the notes go that a sound file was played from: beside it, by the same name.

    Raises UsageError and MenuraError as `output_file` does, where they would replace an input.
    """
    file = sound.with_suffix(".mid")
    _check_file(file, inputs)
    return file


def notes_beside(sound: Path) -> list[Path]:
    """The MIDI file of the notes that a sound file was played from; none where it was made as
    sound. It is known by its comment, which is that of the sound."""
    file = sound.with_suffix(".mid")
    if not file.is_file():
        return []
    try:
        same = audio.read_score_comment(file) == audio.read_comment(sound)
    except MenuraError:  # some other file that happens to lie there
        return []
    return [file] if same else []


def _check_file(out: Path, inputs: Iterable[Path | str], option: str = "--out") -> None:
    name = _named(out, option)
    if out.is_dir():
        raise UsageError(f"{name} is a folder; give the name of a file")
    if out.exists() and not out.is_file():
        raise UsageError(f"{name} is not a file; give the name of one")
    for path in map(Path, inputs):
        if out.exists() and path.exists() and out.samefile(path):
            raise UsageError(f"{name} is the clip itself; give another name")
    check_writable(out.absolute().parent, out, option)


def check_writable(folder: Path, out: Path, option: str = "--out") -> None:
    """The folder, or the nearest above it that there is, must be one and let us write.

    out: as the person gave it, by `option`. Raises UsageError and MenuraError.
    """
    folder = folder.absolute()
    there = next(place for place in (folder, *folder.parents) if place.exists())
    if not there.is_dir():
        raise UsageError(f"{_named(out, option)}: {printable(str(there))} is a file, not a folder")
    if not os.access(there, os.W_OK | os.X_OK):
        raise MenuraError(
            f"{_named(out, option)}: {printable(str(there))} cannot be written in; "
            "change its permissions or choose another place"
        )


def _suffix(out: Path) -> str:
    return out.suffix.lower().removeprefix(".")


def _named(out: Path, option: str = "--out") -> str:
    return f"{option} {printable(str(out))}"
