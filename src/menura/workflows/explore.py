"""`menura explore`: the plane in which a system hears sounds, as a page to look at and to hear."""

import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from menura import models, recipes
from menura.audio import Clip
from menura.audio.picture import thumbnail_png
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.models.contract import Planar
from menura.pages.explore import Explored, explore_page
from menura.pages.plane import Cell, Dot, Plane
from menura.prepared import NotWritableError, PreparedCorpus, Rendition
from menura.recipes import PretrainedRecipe
from menura.systems import TrainedSystem
from menura.training.assembly import RENDITION
from menura.training.trained_on import corpus_of
from menura.workflows.load import load
from menura.workflows.outputs import output_file

N_FIELDS = 8  # a side
MOST_CLIPS, MOST_HEARD = 1000, 96
HEARD_S = 4.0
PLACED_S = 32.0  # of a track, by which it is placed
MOST_LABELS = 18


def explore(
    run: Path | str,
    out: Path | str,
    *,
    corpus: Path | str | None = None,
    by: str | None = None,
    reporter: Reporter | None = None,
) -> Path:
    """Write a page with the plane of a system's latents: where its training clips fall, by label,
    and what lies between them. Clicking plays; all sounds are in the page.

    run: of a system that has such a plane; a wider latent is seen along the two directions in
        which the training clips differ most. corpus: what it was trained on; None finds it where
        it was. by: the kind of label that the points are coloured by; None chooses one.
    Raises UsageError for a system without a plane and for words that cannot be, MenuraError where
    the corpus is not there.
    """
    reporter = reporter or Reporter()
    file = output_file(out, ["html"], [])
    system = _planar(run)
    prepared = _corpus(Path(run), corpus, system, reporter)
    rendition = _rendition(prepared, system, Path(run), reporter)
    tracks = _some(rendition)
    kind = _kind([rendition.tracks[i].labels for i in tracks], by)
    places = []
    for number, index in enumerate(tracks):
        places.append(system.place(_clip(rendition, index, PLACED_S)))
        reporter.progress(number + 1, len(tracks), "placing the training clips")
    heard = _heard([rendition.tracks[i].labels.get(kind, "") for i in tracks])
    dots = [
        Dot(
            rendition.tracks[index].id,
            *place,
            label=rendition.tracks[index].labels.get(kind, "–"),
            clip=_clip(rendition, index, HEARD_S) if number in heard else None,
        )
        for number, (index, place) in enumerate(zip(tracks, places, strict=True))
    ]
    model = system.model
    story = Explored(
        recipe=system.recipe,
        run=shlex.quote(str(run)),
        corpus=str(prepared.about["source"]["name"]),
        by=kind,
        is_plane=isinstance(model, Planar) and model.is_plane(),
        plane=_plane(system, dots),
        n_heard=len(heard),
    )
    done = "replaced" if file.exists() else "wrote"
    explore_page(story).write(file)
    reporter.say(f"{done} {printable(str(file))} ({file.stat().st_size / 1e6:.1f} MB)")
    return file


def _planar(run: Path | str) -> TrainedSystem:
    name = str(run)
    is_recipe = not Path(run).exists() and name in recipes.room.names()
    pretrained = is_recipe and isinstance(recipes.load(name), PretrainedRecipe)
    system = None if pretrained else load(run)
    if not isinstance(system, TrainedSystem) or not system.has(Planar):
        recipe = name if system is None else system.recipe
        able = ", ".join(recipes_with_a_plane())
        raise UsageError(f"a {recipe} system has no plane to explore; recipes that have: {able}")
    return system


def recipes_with_a_plane() -> list[str]:
    """Names of the recipes whose systems can be explored."""
    found = []
    for name in recipes.room.names():
        recipe = recipes.load(name)
        if isinstance(recipe, PretrainedRecipe):
            continue
        if issubclass(models.load(recipe.presets["tiny"].model.name), Planar):
            found.append(name)
    return found


def _corpus(
    run: Path, named: Path | str | None, system: TrainedSystem, reporter: Reporter
) -> PreparedCorpus:
    where = corpus_of(run) if named is None else named
    if where is None:
        raise MenuraError(
            f"{printable(str(run))}: the corpus it was trained on is not where it was; "
            "give it by --corpus"
        )
    prepared = PreparedCorpus.open(where)
    provenance = system.description.provenance
    if provenance is None or prepared.fingerprint != provenance.data_fingerprint:
        reporter.warn(
            f"{printable(str(where))} is not what {printable(str(run))} was trained on; its "
            "clips are placed as the system hears them"
        )
    return prepared


def _rendition(
    prepared: PreparedCorpus, system: TrainedSystem, run: Path, reporter: Reporter
) -> Rendition:
    form = (system.sample_rate, system.n_audio_channels, reporter)
    try:
        return prepared.rendition(*form)
    except NotWritableError:
        return prepared.rendition(*form, run / RENDITION)


def _some(rendition: Rendition) -> list[int]:
    """Training tracks, evenly from all of them where there are very many."""
    indices = rendition.of_split("train")
    if not indices:
        raise MenuraError("no track is in the training split of this corpus")
    step = max(1.0, len(indices) / MOST_CLIPS)
    return [indices[int(i * step)] for i in range(min(len(indices), MOST_CLIPS))]


def _kind(labels: Sequence[Mapping[str, str]], by: str | None) -> str:
    """The kind of label to colour by: the asked one, or that of the most names that can still be
    told apart and stand for two clips or more; "" where there is none."""
    values: dict[str, set[str]] = {}
    for one in labels:
        for kind, value in one.items():
            values.setdefault(kind, set()).add(value)
    if by is not None:
        if by not in values:
            there_is = ", ".join(sorted(values)) or "none"
            raise UsageError(f"--by {by!r}: no kind of label (there is: {there_is})")
        return by
    most = min(MOST_LABELS, len(labels) // 2)
    fit = {kind: len(found) for kind, found in values.items() if 1 < len(found) <= most}
    return max(sorted(fit), key=lambda kind: fit[kind]) if fit else ""


def _heard(labels: Sequence[str]) -> set[int]:
    """Numbers of the clips whose sound goes into the page: as many of each label, if there are."""
    seen: Counter[str] = Counter()
    rank = []
    for number, label in enumerate(labels):
        rank.append((seen[label], number))
        seen[label] += 1
    return {number for _, number in sorted(rank)[:MOST_HEARD]}


def _clip(rendition: Rendition, index: int, seconds: float) -> Clip:
    n = min(rendition.tracks[index].n_samples, round(seconds * rendition.sample_rate))
    return Clip(np.array(rendition.read(index, 0, n)), rendition.sample_rate)


def _plane(system: TrainedSystem, dots: Sequence[Dot]) -> Plane:
    """A square round the points, but for the farthest, and what is decoded in its fields."""
    left, right = _range([dot.x for dot in dots])
    bottom, top = _range([dot.y for dot in dots])
    middle = (np.arange(N_FIELDS) + 0.5) / N_FIELDS
    xs = left + middle * (right - left)
    ys = (bottom + middle * (top - bottom))[::-1]
    clips = system.at([(float(x), float(y)) for y in ys for x in xs])
    length = round(HEARD_S * system.sample_rate)
    cells = [
        Cell(f"decoded at ({x:.2f}, {y:.2f})".replace("-", "−"), thumbnail_png(clip), clip)
        for (y, x), clip in zip(
            ((y, x) for y in ys for x in xs),
            (Clip(clip.samples[:, :length], clip.sample_rate) for clip in clips),
            strict=True,
        )
    ]
    rows = [cells[i : i + N_FIELDS] for i in range(0, len(cells), N_FIELDS)]
    return Plane(left, right, bottom, top, rows, dots)


def _range(values: Sequence[float]) -> tuple[float, float]:
    low, high = np.percentile(values, [1, 99])
    around = 0.08 * max(float(high - low), 1e-3)
    return float(low - around), float(high + around)
