"""The ways in which a system can make sound, how each is tried, and what it is measured against."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from menura.audio import Clip, Played, conform
from menura.evaluation.compare.labels import Asked, asked_of
from menura.evaluation.compare.material import SHORTEST_S, Material
from menura.evaluation.compare.stretches import Stretch, length_s, read, score_of
from menura.evaluation.metrics import Against
from menura.systems import ScoreSystem, System

TOGETHER = 16  # clips that are made at once: it is faster, and memory stays bounded
STRENGTH = 0.5  # of variations

Made = Iterator[tuple[str, Clip]]
Span = tuple[float, float]


@dataclass(frozen=True)
class Way:
    """name: of the way; verb: the power it needs, None where none is needed. title, words: for
    people. against: what references tell something of what is made.

    make: (system, material, seed) → clips by the number of the real clip they belong to, or one
        after the other. Those of which nothing can be made are left out.
    new: the part of a clip that is new, in seconds, where not all of it is: what is measured. None
        of a clip that this way leaves out.
    label: the label that a clip was asked for, where that can be judged.
    returns: what is made is to be the held-out music itself, so that real music in its place is
        that, and no other music.
    """

    name: str
    verb: str | None
    title: str
    words: str
    against: tuple[Against, ...]
    make: Callable[[System, Material, int], Made]
    new: Callable[[Material, str], Span | None] | None = None
    label: Callable[[System, Material, str], str | None] | None = None
    returns: bool = False


def possible(way: Way, system: System, material: Material) -> str | None:
    """Why this way cannot be tried, or None where it can. "" where the system has not the power,
    which needs no words."""
    if way.verb is not None and way.verb not in system.powers:
        return ""
    if way.name == "labels":
        return None if system.labels else ""
    if way.name == "continue" and not material.going_on:
        return (
            f"all held-out recordings together are shorter than {material.seed_s:g} s and "
            f"{material.seconds:g} s"
        )
    if way.name == "inpaint" and not any(_gap(length_s(p)) for p in material.pieces):
        return "the held-out pieces are too short to have a gap of a second"
    if way.name == "interpolate" and len(material.pieces) < 2:
        return "there is only one held-out piece"
    return None


def seeds_of(material: Material) -> dict[str, Stretch]:
    """The beginnings that are gone on from, by number."""
    return {f"{k:03}": material.seed_of(s) for k, s in enumerate(material.going_on)}


def fitting(system: System, clip: Clip) -> Clip:
    """The clip as the system takes it: at its rate and channels; one that was played from notes has
    them, and stays."""
    if isinstance(clip, Played):
        return clip
    return conform(clip, system.sample_rate, system.n_audio_channels)


def _generated(system: System, material: Material, seed: int) -> Made:
    for start in range(0, material.n, TOGETHER):
        n = min(TOGETHER, material.n - start)
        clips = system.generate(n, material.seconds, seed + start)
        yield from ((f"{start + k:03}", clip) for k, clip in enumerate(clips))


def _labelled(system: System, material: Material, seed: int) -> Made:
    """As many of each label; where there are more labels than clips, labels from all of them."""
    for number in range(material.n):
        label = _asked(system, material, f"{number:03}").name
        [clip] = system.generate(1, material.seconds, seed + number, label=label)
        yield f"{number:03}", clip


def _asked(system: System, material: Material, name: str) -> Asked:
    labels = asked_of(system.labels, material)
    return labels[int(name) * len(labels) // material.n]


def _label(system: System, material: Material, name: str) -> str | None:
    return _asked(system, material, name).label


def _continued(system: System, material: Material, seed: int) -> Made:
    """Each from a seed number of its own: with one number they would come out alike later on."""
    for number, (name, stretch) in enumerate(seeds_of(material).items()):
        if not isinstance(system, ScoreSystem):
            known = fitting(system, read(material.prepared, stretch))
            yield name, system.continue_(known, material.seconds, seed + number)
            continue
        played = _played(system, material, stretch)
        if played is None or not system.representation.encode(played.score).shape[2]:
            continue
        # Notes are gone on from where the last of them ends, which is before the stretch does.
        seconds = length_s(stretch) + material.seconds - played.score.duration_s
        yield name, system.continue_(played, seconds, seed + number)


def _reconstructed(system: System, material: Material, seed: int) -> Made:
    for name, _, clip in _pieces(system, material):
        yield name, system.reconstruct(clip)


def _filled(system: System, material: Material, seed: int) -> Made:
    for number, (name, stretch, clip) in enumerate(_pieces(system, material)):
        if gap := _gap(length_s(stretch)):
            yield name, system.inpaint(clip, *gap, seed + number)


def _varied(system: System, material: Material, seed: int) -> Made:
    for number, (name, _, clip) in enumerate(_pieces(system, material)):
        yield name, system.vary(clip, STRENGTH, seed + number)


def _mixed(system: System, material: Material, seed: int) -> Made:
    """Half-way between each piece and the next one."""
    first = before = None
    name = ""
    for name, _, clip in _pieces(system, material):
        if before is not None:
            yield before[0], system.interpolate(before[1], clip, 3)[1]
        first = first or (name, clip)
        before = (name, clip)
    if first is not None and before is not None and before[0] != first[0]:
        yield name, system.interpolate(before[1], first[1], 3)[1]


def _through(system: System, material: Material, seed: int) -> Made:
    """Without any music being made: through the representation, or from the notes, and back."""
    if isinstance(system, ScoreSystem):
        for number, stretch in enumerate(material.pieces):
            if (played := _played(system, material, stretch)) is not None:
                yield f"{number:03}", played
        return
    for name, _, clip in _pieces(system, material):
        yield name, system.round_trip(clip)


def _played(system: ScoreSystem, material: Material, stretch: Stretch) -> Played | None:
    """The notes of a stretch as the system plays its own; None where there are none in it."""
    score = score_of(material.prepared, stretch)
    return system.play(score, length_s(stretch)) if score is not None and score.notes else None


def _pieces(system: System, material: Material) -> Iterator[tuple[str, Stretch, Clip]]:
    for number, stretch in enumerate(material.pieces):
        yield f"{number:03}", stretch, fitting(system, read(material.prepared, stretch))


def _gap(duration_s: float) -> Span | None:
    """The middle half of a piece, a second at least; None of one that is too short."""
    gap_s = max(SHORTEST_S, duration_s / 2)
    start_s = (duration_s - gap_s) / 2
    return (start_s, start_s + gap_s) if start_s >= SHORTEST_S / 4 else None


def _after_the_seed(material: Material, name: str) -> Span:
    return material.seed_s, material.seed_s + material.seconds


def _in_the_gap(material: Material, name: str) -> Span | None:
    return _gap(length_s(material.pieces[int(name)]))


WAYS: Mapping[str, Way] = {
    way.name: way
    for way in (
        Way(
            "generate",
            "generate",
            "Made from nothing",
            "Clips that begin by themselves, against the held-out recordings.",
            ("real", "training"),
            _generated,
        ),
        Way(
            "labels",
            "generate",
            "Made by label",
            "Clips asked for by label, against the held-out recordings: as many for each of the "
            "labels that these have, of one kind.",
            ("real", "labelled", "training"),
            _labelled,
            label=_label,
        ),
        Way(
            "continue",
            "continue",
            "Gone on with",
            "What follows the beginnings of held-out recordings; the beginnings are not measured.",
            ("real", "training", "seed"),
            _continued,
            _after_the_seed,
        ),
        Way(
            "inpaint",
            "inpaint",
            "Filled in",
            "The middle half of held-out pieces made anew; only the new sound is measured, against "
            "what was there and against the held-out recordings.",
            ("real", "original"),
            _filled,
            _in_the_gap,
        ),
        Way(
            "vary",
            "vary",
            "Varied",
            f"Held-out pieces varied with strength {STRENGTH:g}, against the held-out recordings, "
            "which a piece that is hardly varied is as near as can be.",
            ("real", "training"),
            _varied,
        ),
        Way(
            "interpolate",
            "interpolate",
            "Mixed",
            "Half-way between one held-out piece and the next, against the held-out recordings, "
            "which one of the two by itself is as near as can be.",
            ("real", "training"),
            _mixed,
        ),
        Way(
            "reconstruct",
            "reconstruct",
            "Passed through",
            "Held-out pieces as the system can express them, against themselves and against the "
            "held-out recordings. Real music in its place are the pieces themselves.",
            ("original", "real"),
            _reconstructed,
            returns=True,
        ),
        Way(
            "round-trip",
            None,
            "The way there and back alone",
            "Held-out pieces through the representation (the codec, where there is one; the "
            "synthesiser, for notes) without any music being made: what a system could reach. Real "
            "music in its place are the pieces themselves.",
            ("original", "real"),
            _through,
            returns=True,
        ),
    )
}
