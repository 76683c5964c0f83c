"""What a trained system hears: its latents on maps, and the plane that they lie in."""

import shlex
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from menura import models, recipes
from menura.audio import Clip
from menura.audio.picture import thumbnail_png
from menura.corpora import Dropped
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.models.contract import Embeds, Planar
from menura.pages.atlas import OTHER, values_shown
from menura.pages.explore import Explored, RunStory, explore_page
from menura.pages.plane import Cell, Dot, Plane
from menura.prepared import NotWritableError, PreparedCorpus, Rendition
from menura.recipes import PretrainedRecipe
from menura.systems import TrainedSystem
from menura.training.assembly import RENDITION
from menura.training.trained_on import corpus_of
from menura.workflows.explore.atlas import Clock, Numbers, alike_among, maps_of
from menura.workflows.explore.corpus import LOW, Asked, Told, listened
from menura.workflows.explore.labels import chosen_kind, heard_of
from menura.workflows.explore.tracks import (
    Explorable,
    Explorables,
    described,
    evenly,
    made_in,
    sounds_of_prepared,
)
from menura.workflows.load import load

N_FIELDS = 8  # a side
MOST_CLIPS, MOST_HEARD = 1000, 96
HEARD_S = 4.0
PLACED_S = 32.0  # of a track, by which it is placed
LATENTS = "By its latents"


def explore_run(run: Path | str, corpus: Path | str | None, asked: Asked) -> Told:
    """The page of a trained system. corpus: what it was trained on; None finds it where it was.

    Raises UsageError and MenuraError as `explore` says.
    """
    system, reporter = _with_latents(run), asked.reporter
    where = _corpus_folder(Path(run), corpus)
    prepared = _corpus(Path(run), where, system, reporter)
    made = made_in(asked.generated) if asked.generated else Explorables("", (), ())
    rendition = _rendition(prepared, system, Path(run), reporter)
    chosen = _some(rendition, asked.most or MOST_CLIPS)
    known = {one.id: one for one in sounds_of_prepared(prepared, where).tracks}
    clips = [known[rendition.tracks[index].id] for index in chosen]
    kind = chosen_kind([one.labels for one in clips], asked.by)
    clock = Clock()
    with clock.measuring("placing the training clips"):
        latents = _latents(system, rendition, chosen, reporter)
        plane = _explored(system, rendition, chosen, kind, reporter) if system.has(Planar) else None
    beside = made.some(asked.most or MOST_CLIPS, reporter)
    tracks: list[Explorable] = [*clips, *beside]
    numbers, dropped = [latents], list(made.dropped)
    if beside:
        with clock.measuring("describing the sounds"):
            found = described(tracks, asked.out, asked.features, asked.workers, reporter)
        numbers.append(Numbers(LOW, found.columns, found.rows))
        dropped.extend(found.dropped)
    placed = [one for one in tracks if any(one.id in strip.rows for strip in numbers)]
    on_maps, results = listened(tracks, placed, kind, clock, asked)
    lost = [one.id for one in tracks if "dropped" in results[one.id]]
    dropped.extend(Dropped(one, results[one]["dropped"]) for one in lost)
    with clock.measuring("looking for duplicates"):
        alike = alike_among(on_maps, results)
    maps = maps_of(
        *(on_maps, results, numbers, alike),
        kind=kind,
        seed=asked.seed,
        clock=clock,
        reporter=reporter,
    )
    n_made = sum(one.made for one in on_maps)
    unique = tuple({item.file: item for item in reversed(dropped)}.values())
    story = RunStory(
        recipe=system.recipe,
        run=shlex.quote(str(run)),
        corpus=str(prepared.about["source"]["name"]),
        by=kind,
        plane=plane,
        maps=maps,
        n_clips=len(on_maps) - n_made,
        n_there=len(rendition.of_split("train")),
        latents=_said(system, len(latents.columns)),
        n_made=n_made,
        made_from=printable(made.name),
        alike=alike,
        left_out=tuple((printable(item.file), item.reason) for item in unique),
    )
    page = explore_page(story)
    return Told(page, story.n_clips, n_made, maps.n_heard, unique, dict(clock.took))


def _with_latents(run: Path | str) -> TrainedSystem:
    name = str(run)
    is_recipe = not Path(run).exists() and name in recipes.room.names()
    pretrained = is_recipe and isinstance(recipes.load(name), PretrainedRecipe)
    system = None if pretrained else load(run)
    if not isinstance(system, TrainedSystem) or not system.has_latents:
        recipe = name if system is None else system.recipe
        able = ", ".join(recipes_with_latents())
        raise UsageError(
            f"a {recipe} system has no latents to explore; recipes that have: {able}. What it "
            "made is seen beside real music by menura explore CORPUS --generated DIR"
        )
    return system


def recipes_with_latents() -> list[str]:
    """Names of the recipes whose systems can be explored."""
    found = []
    for name in recipes.room.names():
        recipe = recipes.load(name)
        if isinstance(recipe, PretrainedRecipe):
            continue
        tiny = recipe.presets["tiny"]
        if tiny.codec is not None or issubclass(models.load(tiny.model.name), Embeds):
            found.append(name)
    return found


def _corpus_folder(run: Path, named: Path | str | None) -> Path:
    where = corpus_of(run) if named is None else Path(named)
    if where is None:
        raise MenuraError(
            f"{printable(str(run))}: the corpus it was trained on is not where it was; "
            "give it by --corpus"
        )
    return where


def _corpus(run: Path, where: Path, system: TrainedSystem, reporter: Reporter) -> PreparedCorpus:
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


def _some(rendition: Rendition, most: int) -> list[int]:
    """Training tracks, evenly from all of them where there are very many."""
    indices = rendition.of_split("train")
    if not indices:
        raise MenuraError("no track is in the training split of this corpus")
    return evenly(indices, most)


def _latents(
    system: TrainedSystem, rendition: Rendition, chosen: Sequence[int], reporter: Reporter
) -> Numbers:
    rows = {}
    for number, index in enumerate(chosen):
        rows[rendition.tracks[index].id] = system.embed(_clip(rendition, index, PLACED_S))
        reporter.progress(number + 1, len(chosen), "hearing the training clips")
    n = len(next(iter(rows.values())))
    return Numbers(LATENTS, tuple(f"latent {i + 1}" for i in range(n)), rows)


def _said(system: TrainedSystem, n: int) -> str:
    over = f"the {PLACED_S:g} s in the middle of each (or all of a shorter one)"
    if system.has(Embeds) and system.has(Planar):
        return f"Each is where {n:,} latents say it is: their mean over {over}."
    return f"Each is said by {n:,} numbers: mean and deviation of every latent over {over}."


def _explored(
    system: TrainedSystem,
    rendition: Rendition,
    chosen: Sequence[int],
    kind: str,
    reporter: Reporter,
) -> Explored:
    """The plane of a system that has one, with what is decoded in its fields."""
    places = []
    for number, index in enumerate(chosen):
        places.append(system.place(_clip(rendition, index, PLACED_S)))
        reporter.progress(number + 1, len(chosen), "placing the training clips")
    labels = [rendition.tracks[index].labels.get(kind, "") for index in chosen]
    heard, named = heard_of(labels, MOST_HEARD), values_shown(labels)
    dots = [
        Dot(
            rendition.tracks[index].id,
            *place,
            label=label if label in named else OTHER if label else "–",
            clip=_clip(rendition, index, HEARD_S) if number in heard else None,
        )
        for number, (index, place, label) in enumerate(zip(chosen, places, labels, strict=True))
    ]
    model = system.model
    is_plane = isinstance(model, Planar) and model.is_plane()
    return Explored(is_plane, _plane(system, dots), len(heard))


def _clip(rendition: Rendition, index: int, seconds: float) -> Clip:
    """At most so many seconds, from the middle."""
    n_there = rendition.tracks[index].n_samples
    n = min(n_there, round(seconds * rendition.sample_rate))
    start = (n_there - n) // 2
    return Clip(np.array(rendition.read(index, start, start + n)), rendition.sample_rate)


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
