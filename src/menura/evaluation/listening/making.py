"""From folders of clips to the folder of a test."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from menura.evaluation.listening.definition import (
    HeardClip,
    Item,
    LeftOut,
    ListeningTest,
    clip_file,
    save,
)
from menura.evaluation.listening.levelling import (
    Audition,
    Auditions,
    common_form,
    common_loudness,
    warn_of_beginnings,
    warn_of_lengths,
    warn_of_quieter,
    write_copy,
)
from menura.evaluation.listening.questions import KINDS, Kind, Question
from menura.evaluation.listening.sources import (
    REAL,
    Source,
    Sources,
    Wanted,
    partnerless,
    wanted_items,
)
from menura.foundation import seeds
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.foundation.version import __version__


@dataclass(frozen=True)
class Shape:
    """How a test is to be.

    n_clips: of each system, and pairs of each two systems. n_trials: most that one rater is asked,
    repeats apart. n_repeats: hidden repeats of each kind of trial. seconds: of each clip that are
    heard, None all. loudness_lufs: wanted.
    """

    title: str
    n_clips: int
    n_trials: int
    n_repeats: int
    seconds: float | None
    loudness_lufs: float
    seed: int


def make_test(
    folder: Path,
    sources: Sources,
    questions: Sequence[Question],
    shape: Shape,
    reporter: Reporter,
) -> ListeningTest:
    """Write the copies and `test.json` into `folder`.

    A file that cannot be heard gives its place to the next one, and is named in the test with the
    reason. Raises UsageError for a question that lacks what it needs, MenuraError for a system of
    which no clip can be heard.
    """
    auditions = Auditions(shape.seconds, reporter)
    items: list[Wanted] = []
    left_out: list[LeftOut] = []
    for kind in KINDS:
        asked = [question.name for question in questions if question.kind == kind]
        if not asked:
            continue
        _require(asked[0], kind, sources)
        found = wanted_items(kind, sources, shape.n_clips, auditions.usable)
        _check(asked[0], kind, sources, found, auditions)
        items += found
        left_out += _without_partner(kind, asked, sources)
    left_out += [LeftOut(_where(one), reason) for one, reason in auditions.left_out.items()]
    used = {source: auditions.found[source] for item in items for source in item.sounds}
    warn_of_beginnings(used, reporter)
    warn_of_lengths(used, reporter)
    form = common_form(used.values())
    copied = {source: one.on(form[1]) for source, one in used.items()}
    lufs = common_loudness(copied, shape.loudness_lufs, reporter)
    names = _blind_names(used, shape.seed)
    clips = _copied(folder, names, used, shape, lufs, form, reporter)
    test = ListeningTest(
        id=uuid.uuid4().hex,
        title=shape.title,
        made_by=f"menura {__version__}",
        seed=shape.seed,
        systems=tuple(sources.systems),
        real=REAL if REAL in sources.systems else None,
        questions=tuple(questions),
        n_trials=shape.n_trials,
        n_repeats=shape.n_repeats,
        loudness_lufs=lufs,
        sample_rate=form[0],
        n_channels=form[1],
        clips=tuple(sorted(clips, key=lambda clip: clip.name)),
        items=tuple(
            Item(item.kind, tuple(names[one] for one in item.sounds), item.systems)
            for item in items
        ),
        left_out=tuple(left_out),
    )
    save(test, folder)
    return test


def _copied(
    folder: Path,
    names: Mapping[Source, str],
    used: Mapping[Source, Audition],
    shape: Shape,
    lufs: float | None,
    form: tuple[int, int],
    reporter: Reporter,
) -> list[HeardClip]:
    """The copies, written; each is warned of that stays quieter than the others."""
    clips = []
    for number, (source, name) in enumerate(names.items()):
        reporter.progress(number, len(names), "copying the clips, equally loud")
        reached = write_copy(
            source, clip_file(folder, name), seconds=shape.seconds, lufs=lufs, form=form
        )
        warn_of_quieter(source, reached, lufs, reporter)
        heard_s = round(used[source].seconds, 3)
        clips.append(HeardClip(name, source.system, printable(source.name), heard_s, reached))
    return clips


def _require(name: str, kind: Kind, sources: Sources) -> None:
    """What the question compares with must have been given."""
    lacks = {
        "single": False,
        "reconstruction": sources.originals is None,
        "mixture": sources.first is None or sources.second is None,
        "preference": len(sources.systems) < 2,
    }
    if lacks[kind]:
        raise UsageError(f"the question {name} needs {KINDS[kind].needs}")


def _check(
    name: str, kind: Kind, sources: Sources, found: Sequence[Wanted], auditions: Auditions
) -> None:
    """Every system must be judged by every question: else the test compares what it cannot."""
    alone = set(partnerless(kind, sources))
    if not found and not auditions.left_out:
        raise UsageError(f"the question {name} needs {KINDS[kind].needs}")
    judged = {system for item in found for system in item.systems}
    # Between which clips real music lies, nobody knows.
    needed = [system for system in sources.systems if (system, kind) != (REAL, "mixture")]
    for system in needed:
        if system in judged:
            continue
        usable = [clip for clip in sources.systems[system] if clip not in alone]
        bad = [one for one in auditions.left_out if one in usable or (usable and not one.system)]
        if bad:
            raise MenuraError(f"{_where(bad[0])}: {auditions.left_out[bad[0]]}")
        raise MenuraError(f"no clip of {system} can be asked {name}: it needs {KINDS[kind].needs}")
    if not found:
        raise MenuraError(f"no clip can be asked {name}: it needs {KINDS[kind].needs}")


def _without_partner(kind: Kind, asked: Sequence[str], sources: Sources) -> list[LeftOut]:
    reason = f"not asked {', '.join(asked)}: nothing of its name to compare with"
    return [LeftOut(_where(source), reason) for source in partnerless(kind, sources)]


def _where(source: Source) -> str:
    return printable(str(source.file))


def _blind_names(sources: Iterable[Source], seed: int) -> Mapping[Source, str]:
    """Names that follow from nothing that a rater could know; in an order that tells nothing."""
    named: dict[str, Source] = {}
    for source in sources:
        key = (source.system, source.name, str(source.file))
        named[f"{seeds.derive(seed, 'blind', *key):016x}"] = source
    return {named[name]: name for name in sorted(named)}
