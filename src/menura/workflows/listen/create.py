"""listen create: a blind listening test from folders of clips, in a folder of its own."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from menura.evaluation.listening.definition import FILE, LeftOut, ListeningTest
from menura.evaluation.listening.making import Shape, make_test
from menura.evaluation.listening.orders import most_trials
from menura.evaluation.listening.questions import (
    MOST_QUESTIONS,
    Question,
    own_question,
    question,
    usual,
)
from menura.evaluation.listening.sources import find_sources, named_systems
from menura.foundation.atomic import temporary_beside
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter

QUIETEST_LUFS, LOUDEST_LUFS = -70.0, 0.0
LONGEST_S = 600.0  # of a clip, which is held in memory
NAMED = 20  # files named one by one when several are left out


@dataclass(frozen=True)
class CreatedTest:
    """What was made. n_clips: of each system. n_trials: of each rater, hidden repeats with them.

    loudness_lufs: of all clips. left_out: files that are not in the test, with the reason.
    """

    out: str
    systems: tuple[str, ...]
    questions: tuple[str, ...]
    n_clips: dict[str, int]
    n_items: int
    n_trials: int
    loudness_lufs: float | None
    left_out: tuple[LeftOut, ...]


def listen_create(
    systems: Sequence[Path | str] | Path | str,
    out: Path | str,
    *,
    questions: Sequence[str] = (),
    ask: Sequence[str] = (),
    real: Path | str | None = None,
    originals: Path | str | None = None,
    first: Path | str | None = None,
    second: Path | str | None = None,
    clips: int = 10,
    trials: int = 40,
    repeats: int = 4,
    seconds: float | None = 10.0,
    loudness_lufs: float = -23.0,
    title: str = "Listening test",
    seed: int = 0,
    reporter: Reporter | None = None,
) -> CreatedTest:
    """Make a test that compares the clips of some systems, in the new folder `out`.

    systems: folders of clips, or one, DIR or NAME=DIR. questions: by name; none takes what the
    reports asked of such clips. ask: more questions in own words, beside those, about one sound,
    on the same scale.
    real: a folder of real music, judged among the systems without being named. Of longer pieces a
    part is heard that the seed draws, but the beginning where there are originals.
    originals: what reconstructions were made of, by the same file name. first, second: what each
    interpolation lies between: one clip, or a folder of them by the same file name.
    clips: of each system, and pairs of each two systems, drawn by the seed. trials: most that one
    rater is asked; up to `repeats` hidden repeats of each kind of trial come on top.
    seconds: of each clip that are heard. loudness_lufs: by EBU R128, of all.

    Nobody who takes the test can see whose a sound is: copies have no names and no tags, one
    loudness, rate and number of channels. The folder is whole, or not there. Raises UsageError for
    words that cannot be, and MenuraError where clips are not there or cannot be heard.
    """
    reporter = reporter or Reporter()
    out = _new(Path(out))
    _check(clips, trials, repeats, seconds, loudness_lufs)
    folders = named_systems([systems] if isinstance(systems, str | Path) else systems, real)
    beside = {
        name: None if folder is None else Path(folder)
        for name, folder in (("originals", originals), ("first", first), ("second", second))
    }
    asked = _asked(questions, ask, beside)
    sources = find_sources(
        folders,
        originals=beside["originals"],
        first=beside["first"],
        second=beside["second"],
        seed=seed,
        reporter=reporter,
    )
    shape = Shape(
        _line(title) or "Listening test", clips, trials, repeats, seconds, loudness_lufs, seed
    )
    with _whole(out) as temporary:
        test = make_test(temporary, sources, asked, shape, reporter)
    _say(test.left_out, reporter)
    return _report(test, out)


def _report(test: ListeningTest, out: Path) -> CreatedTest:
    return CreatedTest(
        out=str(out),
        systems=test.systems,
        questions=tuple(one.name for one in test.questions),
        n_clips={name: sum(clip.system == name for clip in test.clips) for name in test.systems},
        n_items=len(test.items),
        n_trials=most_trials(test),
        loudness_lufs=test.loudness_lufs,
        left_out=test.left_out,
    )


def _say(left_out: Sequence[LeftOut], reporter: Reporter) -> None:
    for one in left_out[:NAMED]:
        reporter.warn(f"left out {printable(one.file)}: {one.reason}")
    if len(left_out) > NAMED:
        reporter.warn(f"left out {len(left_out) - NAMED} more (--json lists them)")


def _asked(
    names: Sequence[str], own: Sequence[str], beside: Mapping[str, Path | None]
) -> list[Question]:
    """beside: option → the folder of what is compared with, which a question must use."""
    inputs = beside["first"] is not None or beside["second"] is not None
    chosen = list(dict.fromkeys(names))
    if not chosen:
        chosen = usual(originals=beside["originals"] is not None, inputs=inputs)
    for text in own:
        if not text.strip():
            raise UsageError(f"--ask {text!r}: write the question")
    asked = [
        *map(question, chosen),
        *(own_question(number, _line(text)) for number, text in enumerate(own, 1)),
    ]
    for option, folder in beside.items():
        kind, needed = ("reconstruction", "same") if option == "originals" else ("mixture", "mix")
        if folder is not None and all(one.kind != kind for one in asked):
            raise UsageError(
                f"--{option} {printable(str(folder))}: no question uses it; add {needed} to "
                f"--questions, or leave out --{option}"
            )
    n_of_one_sound = sum(one.kind == "single" for one in asked)
    if n_of_one_sound > MOST_QUESTIONS:
        raise UsageError(
            f"--ask: {n_of_one_sound} questions about each sound; at most {MOST_QUESTIONS}"
        )
    return asked


def _line(text: str) -> str:
    """As raters read it: one line of whole characters."""
    return printable(" ".join(text.split()))


def _new(out: Path) -> Path:
    """`out`, where a folder can be made. Nothing that is there is written over."""
    name = f"--out {printable(str(out))}"
    if out.exists() and not out.is_dir():
        raise UsageError(f"{name} is a file; give a new folder")
    if out.is_dir() and any(out.iterdir()):
        raise MenuraError(f"{name} is not empty; give a new folder")
    return out


@contextmanager
def _whole(out: Path) -> Iterator[Path]:
    """Yield a folder beside `out`, which takes its name only if the block succeeds.

    An empty folder that is there is filled and not replaced: a person may stand in it, and would
    be left in one that is gone.
    """
    out = out.absolute()  # "." has no name
    is_there = out.is_dir()
    temporary = temporary_beside(out / FILE if is_there else out)
    try:
        temporary.mkdir(parents=True)
        yield temporary
        if is_there:
            for part in sorted(temporary.iterdir(), key=lambda part: part.name == FILE):
                part.replace(out / part.name)  # the clips first: without FILE it is no test
        else:
            temporary.replace(out)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _check(
    clips: int, trials: int, repeats: int, seconds: float | None, loudness_lufs: float
) -> None:
    for option, value, least in (
        ("clips", clips, 1),
        ("trials", trials, 1),
        ("repeats", repeats, 0),
    ):
        if value < least:
            raise UsageError(f"--{option} must be {least} or more, not {value}")
    if seconds is not None and not 0.5 <= seconds <= LONGEST_S:
        raise UsageError(f"--seconds must be 0.5…{LONGEST_S:g}, not {seconds:g}")
    if not QUIETEST_LUFS <= loudness_lufs <= LOUDEST_LUFS:
        raise UsageError(
            f"--loudness must be {QUIETEST_LUFS:.0f}…{LOUDEST_LUFS:.0f} LUFS, not {loudness_lufs:g}"
        )
