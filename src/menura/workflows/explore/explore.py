"""`menura explore`: a page to look at and to hear, of a corpus or of how a system hears one."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from menura import recipes
from menura.corpora import Dropped
from menura.foundation import shipped
from menura.foundation.errors import UsageError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.prepared.refusals import written_into
from menura.systems import is_system
from menura.workflows.explore.corpus import Asked, Told, explore_corpus
from menura.workflows.explore.run import explore_run
from menura.workflows.explore.tracks import finished
from menura.workflows.outputs import output_file

NAMED = 20  # sounds named one by one when several are left out


@dataclass(frozen=True)
class ExploreReport:
    """What `explore` did. page: the file. tracks: sounds of the corpus on its maps; generated:
    those of a system beside them; heard: sounds that are in the page.

    dropped: each sound that is not on the maps, with the reason. seconds: what was done → how long
    it took.
    """

    page: str
    tracks: int
    generated: int
    heard: int
    dropped: tuple[Dropped, ...]
    seconds: Mapping[str, float]


def explore(
    source: Path | str,
    out: Path | str,
    *,
    corpus: Path | str | None = None,
    by: str | None = None,
    generated: Path | str | None = None,
    features: Path | str | None = None,
    echonest: Path | str | None = None,
    most: int | None = None,
    heard: int | None = None,
    workers: int | None = None,
    seed: int = 0,
    reporter: Reporter | None = None,
) -> ExploreReport:
    """Write one page with maps (PCA, t-SNE, UMAP) of sounds, to point at and to hear.

    source: a prepared corpus or a folder of sound, whose sounds are laid out by their features,
        counted, and looked through for duplicates; or a run, whose training clips are laid out by
        its latents (an autoencoder also shows the plane of its latents, and what lies between).
    out: the page, a name that ends in .html. All that it shows and plays is in it.
    corpus: what a run was trained on; None finds it where it was.
    by: the kind of label that points are coloured by; None chooses one.
    generated: a folder of sounds that a system made, marked beside the real ones.
    features: a table that `menura features` made of the corpus, or FMA's features.csv; None
        describes the sounds now (at most the 30 s in the middle of each, at 22,050 Hz).
    echonest: FMA's echonest.csv or its folder, for maps of high-level features; None looks in and
        beside a corpus that is FMA's.
    most: sounds on the maps at most, evenly from all, and as many generated ones; None is 10,000 of
        a corpus, 1000 of a run.
    heard: how many of them can be heard at most, as many of each label; None is 240.
    workers: processes; None takes one for each core that may be used. seed: of the maps.

    What cannot be used is left out with a reason, on the page, in the report and on `reporter`.
    UMAP takes the extra `maps`; without it the page says so. A run that was stopped goes on where
    it was: until the page is there, what was found out of the sounds is kept beside it. Raises
    UsageError for words that cannot be, and MenuraError where nothing can be used or written.
    """
    reporter = reporter or Reporter()
    file = output_file(out, ["html"], [])
    asked = Asked(
        *(file, by, _path(generated), _path(features), _path(echonest)),
        most=most,
        heard=heard,
        workers=workers,
        seed=seed,
        reporter=reporter,
    )
    is_run = _is_run(source)
    _check(is_run, corpus, asked)
    done = "replaced" if file.exists() else "wrote"
    with written_into(f"--out {printable(str(file))}", "choose another place", "start it again"):
        told = explore_run(source, corpus, asked) if is_run else explore_corpus(Path(source), asked)
        told.page.write(file)
        finished(file)
    _say(told, reporter)
    reporter.say(f"{done} {printable(str(file))} ({file.stat().st_size / 1e6:.1f} MB)")
    return ExploreReport(
        str(file), told.tracks, told.made, told.heard, told.dropped, dict(told.seconds)
    )


def _path(given: Path | str | None) -> Path | None:
    return None if given is None else Path(given)


def _is_run(source: Path | str) -> bool:
    """Whether it is a system: its folder, `base`, or the name of a recipe."""
    return (
        shipped.is_base(source)
        or is_system(Path(source))
        or (not Path(source).exists() and str(source) in recipes.room.names())
    )


def _check(is_run: bool, corpus: Path | str | None, asked: Asked) -> None:
    if asked.workers is not None and asked.workers < 1:
        raise UsageError(f"--workers must be at least 1, not {asked.workers}")
    if asked.most is not None and asked.most < 1:
        raise UsageError(f"--most must be at least 1, not {asked.most}")
    if asked.heard is not None and asked.heard < 1:
        raise UsageError(f"--heard must be at least 1, not {asked.heard}")
    if not is_run and corpus is not None:
        raise UsageError(
            "--corpus says what a run was trained on; a corpus is explored by its own name alone"
        )
    if is_run and asked.echonest is not None:
        raise UsageError("--echonest is for the maps of a corpus; leave it out with a run")
    if is_run and asked.features is not None and asked.generated is None:
        raise UsageError(
            "--features of a run's corpus are for maps beside --generated sounds; give both, or "
            "leave it out"
        )


def _say(told: Told, reporter: Reporter) -> None:
    for item in told.dropped[:NAMED]:
        reporter.warn(f"left out {printable(item.file)}: {item.reason}")
    if len(told.dropped) > NAMED:
        reporter.warn(f"left out {len(told.dropped) - NAMED} more (--json lists all)")
    for name, seconds in told.seconds.items():
        reporter.say(f"{name}: {seconds:.1f} s")
    beside = f" and {told.made} generated ones" if told.made else ""
    reporter.say(f"{told.tracks} sounds{beside} on the maps, {told.heard} of them to hear")
