"""Two sets of sound from the disk: what is to be judged, and what it is judged against.

They are decoded once, and lie on a tape from then on: memory holds one file at a time.
"""

import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

import numpy as np

from menura import audio, corpora
from menura.audio import Clip, Tape, UnreadableAudioError
from menura.evaluation.taped import TapedClip, on_tape
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter

SHORTEST_S = 1.0
NAMED = 5  # files named one by one when several are left out


def sound_files(path: Path, reporter: Reporter) -> dict[str, Path]:
    """Name → file, for one sound file or for all in a folder, at any depth.

    The name is the path below the folder without its suffix (with it, where another file would have
    the same name). Raises MenuraError when there is nothing at `path`.
    """
    if path.is_file():
        return {path.stem: path}
    if not path.exists():
        raise MenuraError(f"there is no file or folder {printable(str(path))}")
    found = corpora.load("folder").find(path)
    _say_left_out([(item.file, item.reason) for item in found.dropped], reporter)
    names = _names([track.id for track in found.tracks])
    return {names[track.id]: track.path for track in found.tracks}


def _names(ids: Iterable[str]) -> dict[str, str]:
    """Path → name, each another. A path in full may be what another is without its suffix
    ("a.wav" beside "a.wav.flac"), so that one look is not enough."""
    names = {path: str(PurePosixPath(path).with_suffix("")) for path in ids}
    while clashing := {name for name, times in Counter(names.values()).items() if times > 1}:
        names = {path: path if name in clashing else name for path, name in names.items()}
    return names


def tape_for(sample_rate: int) -> Tape:
    """For what is read in mono at `sample_rate` (Hz), in the folder for temporary files."""
    return Tape(Path(tempfile.gettempdir()), sample_rate, 1, "name another folder in TMPDIR")


def read_candidates(
    files: Mapping[str, Path], tape: Tape, reporter: Reporter
) -> dict[str, TapedClip]:
    """All of them, in mono, on the tape and at its rate.

    Raises MenuraError, naming the file, for one that cannot be judged: a figure over the rest
    would hide it.
    """
    clips = {}
    for number, (name, file) in enumerate(files.items()):
        reporter.progress(number, len(files), "reading the candidates")
        clips[name] = on_tape(tape, _read(file, tape.sample_rate))
    return clips


def read_reference(
    files: Mapping[str, Path], tape: Tape, reporter: Reporter
) -> dict[str, TapedClip]:
    """Those that can be used, in mono, on the tape and at its rate; what is left out is said.

    Raises MenuraError when none can be used.
    """
    clips, left_out = {}, []
    for number, (name, file) in enumerate(files.items()):
        reporter.progress(number, len(files), "reading the reference")
        try:
            clips[name] = on_tape(tape, _read(file, tape.sample_rate))
        except _CannotBeJudgedError as error:
            left_out.append((str(file), error.reason))
    if not clips:
        raise MenuraError(f"no file of the reference can be used ({_first(left_out)})")
    _say_left_out(left_out, reporter)
    return clips


class _CannotBeJudgedError(MenuraError):
    def __init__(self, file: Path, reason: str):
        super().__init__(f"{printable(str(file))}: {reason}")
        self.reason = reason


def _read(file: Path, sample_rate: int) -> Clip:
    try:
        clip = audio.read(file)
    except UnreadableAudioError as error:
        raise _CannotBeJudgedError(file, error.reason) from None
    if clip.duration_s < SHORTEST_S:
        raise _CannotBeJudgedError(
            file,
            f"{clip.duration_s:.2f} s long; at least {SHORTEST_S:g} s is needed: make it longer, "
            "or take it out",
        )
    if not np.isfinite(clip.samples).all():
        raise _CannotBeJudgedError(file, "holds samples that are not numbers; take it out")
    return audio.conform(clip, sample_rate, 1)


def _first(left_out: list[tuple[str, str]]) -> str:
    file, reason = left_out[0]
    more = f"; and {len(left_out) - 1} more" if len(left_out) > 1 else ""
    return f"{printable(file)}: {reason}{more}"


def _say_left_out(files: list[tuple[str, str]], reporter: Reporter) -> None:
    for name, reason in files[:NAMED]:
        reporter.warn(f"left out {printable(name)}: {reason}")
    if len(files) > NAMED:
        reporter.warn(f"left out {len(files) - NAMED} more files")
