"""A listening test as it lies in its folder: `test.json` and the clips; the key never leaves it."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from menura.evaluation.listening.questions import KINDS, Kind, Question
from menura.foundation.atomic import write_json
from menura.foundation.config import from_dict, to_dict
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable

VERSION = 1
FILE = "test.json"
CLIPS = "clips"
ANSWERS = "answers.sqlite"
SUFFIX = "flac"


@dataclass(frozen=True)
class HeardClip:
    """One clip of the test.

    name: of its file, which says nothing. system: whose it is; "" for a sound that is only
    compared with. source: what it was copied from, below the folder that was given.
    lufs: integrated loudness of the copy; None where it is too quiet to be measured.
    """

    name: str
    system: str
    source: str
    seconds: float
    lufs: float | None


@dataclass(frozen=True)
class Item:
    """What is judged, whoever is asked.

    clips: names, in the order in which they are heard. systems: whose sound is judged, one, or
    two where one of them is chosen.
    """

    kind: Kind
    clips: tuple[str, ...]
    systems: tuple[str, ...]


@dataclass(frozen=True)
class LeftOut:
    """A file that is not in the test, and why."""

    file: str
    reason: str


@dataclass(frozen=True)
class ListeningTest:
    """Everything a test is but its sounds and its answers.

    id: unlike that of every other test. real: the name of the hidden reference among the systems.
    n_trials: most that one rater is asked, repeats apart; n_repeats: of each kind of trial.
    loudness_lufs: what all clips were brought to; None where none could be measured.
    """

    id: str
    title: str
    made_by: str
    seed: int
    systems: tuple[str, ...]
    real: str | None
    questions: tuple[Question, ...]
    n_trials: int
    n_repeats: int
    loudness_lufs: float | None
    sample_rate: int
    n_channels: int
    clips: tuple[HeardClip, ...]
    items: tuple[Item, ...]
    left_out: tuple[LeftOut, ...] = ()
    version: int = field(default=VERSION)

    def of_kind(self, kind: Kind) -> tuple[Question, ...]:
        """The questions of one kind of trial, in order."""
        return tuple(question for question in self.questions if question.kind == kind)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Kinds of trial that are asked, in the order in which raters meet them."""
        return tuple(kind for kind in KINDS if self.of_kind(kind))


def save(test: ListeningTest, folder: Path) -> None:
    """Write `test.json`."""
    write_json(folder / FILE, to_dict(test))


def load(folder: Path) -> ListeningTest:
    """Read it back. Raises MenuraError where there is none, or none that can be understood."""
    file = folder / FILE
    name = printable(str(folder))
    if not file.is_file():
        raise MenuraError(f"{name}: no listening test (there is no {FILE}); menura listen create")
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
        version = values["version"]
        if version == VERSION:
            return from_dict(ListeningTest, values)
    except (ValueError, KeyError, TypeError, OSError, MenuraError) as error:
        raise MenuraError(f"{name}: {FILE} is damaged ({error})") from None
    raise MenuraError(f"{name}: made by another version of Menura (form {version}); use that one")


def clip_file(folder: Path, name: str) -> Path:
    """The sound of a clip of the test in `folder`."""
    return folder / CLIPS / f"{name}.{SUFFIX}"


def require_clips(test: ListeningTest, folder: Path) -> None:
    """Raises MenuraError where a sound of the test is not there: a rater could not go on."""
    gone = [clip.name for clip in test.clips if not clip_file(folder, clip.name).is_file()]
    if gone:
        more = f", and {len(gone) - 1} more" if len(gone) > 1 else ""
        raise MenuraError(
            f"{printable(str(clip_file(folder, gone[0])))}: is not there{more}; copy the whole "
            "folder again"
        )
