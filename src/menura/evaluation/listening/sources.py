"""Which clips of which folders are judged, and with what each is compared."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, islice
from pathlib import Path

from menura.evaluation.collecting import sound_files
from menura.evaluation.listening.questions import Kind
from menura.foundation import seeds
from menura.foundation.errors import UsageError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter

REAL = "real"


@dataclass(frozen=True)
class Source:
    """A sound file. system: whose it is; "" where it is only compared with. name: in its folder.

    at: 0…1, where in it the part lies that is heard, where not all is: from its very beginning to
    its very end. Clips that are made, and what they are compared with, are heard from the start.
    """

    system: str
    name: str
    file: Path
    at: float = 0.0


@dataclass(frozen=True)
class Sources:
    """systems: name → its clips, in the order in which they are taken. originals, first, second:
    by the name of the clip that they belong to; None where none were given."""

    systems: Mapping[str, tuple[Source, ...]]
    originals: Mapping[str, Source] | None
    first: Mapping[str, Source] | None
    second: Mapping[str, Source] | None


@dataclass(frozen=True)
class Wanted:
    """An item before its sounds are copied. systems: whose sound is judged."""

    kind: Kind
    sounds: tuple[Source, ...]
    systems: tuple[str, ...]


def find_sources(
    systems: Mapping[str, Path],
    *,
    originals: Path | None,
    first: Path | None,
    second: Path | None,
    seed: int,
    reporter: Reporter,
) -> Sources:
    """Look into the folders. Nothing is decoded.

    The order of clips is drawn from their names, so that systems whose clips have the same names
    are judged by the same ones. So is the part of real music that is heard; but where there are
    originals, real music is heard from the start as they are. Raises MenuraError where a folder is
    not there or has no sound.
    """
    found = {name: sound_files(path, reporter) for name, path in systems.items()}
    names = {name for files in found.values() for name in files}

    def source(system: str, name: str, file: Path) -> Source:
        anywhere = system == REAL and originals is None
        return Source(system, name, file, _drawn(seed, name) if anywhere else 0.0)

    return Sources(
        {
            system: tuple(
                source(system, name, files[name])
                for name in sorted(files, key=lambda name: seeds.derive(seed, "clip", name))
            )
            for system, files in found.items()
        },
        *(_beside(path, names, reporter) for path in (originals, first, second)),
    )


def _drawn(seed: int, name: str) -> float:
    """0…1, as likely anywhere."""
    return seeds.derive(seed, "part", name) / 2**63


def named_systems(folders: Sequence[Path | str], real: Path | str | None) -> dict[str, Path]:
    """Name → folder. A folder is written DIR, and is called as it is called, or NAME=DIR.

    real: the folder of the hidden reference, which joins them under that name. Raises UsageError
    for two of one name, and for another one of that name.
    """
    named: dict[str, Path] = {}
    pairs = [_named(str(folder)) for folder in folders]
    if real is not None:
        pairs.append((REAL, Path(real)))
    for name, path in pairs:
        if name == REAL and len(named) < len(folders):
            raise UsageError(
                f"{printable(str(path))}: the hidden reference is called {REAL}; give it with "
                "--real DIR, or another name with NAME=DIR"
            )
        if name in named:
            raise UsageError(f"two systems are called {name}: write NAME=DIR to tell them apart")
        named[name] = path
    if not named:
        raise UsageError("name at least one folder of clips")
    return named


def _named(text: str) -> tuple[str, Path]:
    name, equals, folder = text.partition("=")
    if equals and not Path(text).exists():
        if not name.strip() or not folder.strip():
            raise UsageError(f"a system is written NAME=DIR, not {text!r}")
        return printable(name.strip()), Path(folder)
    path = Path(text)
    return printable(path.absolute().name or text), path


def _beside(path: Path | None, names: set[str], reporter: Reporter) -> Mapping[str, Source] | None:
    """What is compared with, by the name of the clip; one file serves every clip."""
    if path is None:
        return None
    files = sound_files(path, reporter)
    if path.is_file():
        [(name, file)] = files.items()
        return dict.fromkeys(names, Source("", name, file))
    return {name: Source("", name, file) for name, file in files.items()}


def wanted_items(
    kind: Kind, sources: Sources, n_clips: int, usable: Callable[[Source], bool]
) -> list[Wanted]:
    """Items of one kind: of each system the first `n_clips` clips, or of each two systems the
    first pairs, that have what it takes and are usable, all of them."""
    if kind == "preference":
        every = _pairs(sources)
    else:
        every = [
            ((system,), [(*beside, clip) for clip, beside in _judged(kind, clips, sources)])
            for system, clips in sources.systems.items()
        ]
    return [
        Wanted(kind, sounds, systems)
        for systems, sets in every
        for sounds in islice((one for one in sets if all(map(usable, one))), n_clips)
    ]


def partnerless(kind: Kind, sources: Sources) -> list[Source]:
    """Clips that cannot be judged so, because what they are compared with is not there."""
    if kind == "preference":
        return []
    every = [clip for clips in sources.systems.values() for clip in clips]
    judged = {clip for clip, _ in _judged(kind, every, sources)}
    return [clip for clip in every if clip not in judged]


def _judged(
    kind: Kind, clips: Sequence[Source], sources: Sources
) -> list[tuple[Source, tuple[Source, ...]]]:
    """Each clip that can be judged so, and the sounds that are heard before it."""
    given = {
        "reconstruction": (sources.originals,),
        "mixture": (sources.first, sources.second),
    }.get(kind, ())
    return [
        (clip, tuple(sounds[clip.name] for sounds in given if sounds))
        for clip in clips
        if all(sounds and clip.name in sounds for sounds in given)
    ]


def _pairs(
    sources: Sources,
) -> list[tuple[tuple[str, ...], list[tuple[Source, ...]]]]:
    """Every two systems, clip against clip: those of one name first, then in their order."""
    every: list[tuple[tuple[str, ...], list[tuple[Source, ...]]]] = []
    for (a, clips_a), (b, clips_b) in combinations(sources.systems.items(), 2):
        by_name = {clip.name: clip for clip in clips_b}
        pairs: list[tuple[Source, ...]] = [
            (clip, by_name[clip.name]) for clip in clips_a if clip.name in by_name
        ]
        shared = {clip.name for clip, _ in pairs}
        rest_a, rest_b = ([c for c in of if c.name not in shared] for of in (clips_a, clips_b))
        every.append(((a, b), [*pairs, *zip(rest_a, rest_b, strict=False)]))
    return every
