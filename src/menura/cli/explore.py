"""menura explore."""

from pathlib import Path

import click

from menura.cli.answer import Answer
from menura.cli.terminal import terminal
from menura.cli.values import COUNT, PATH
from menura.cli.verb import ContinuedVerb
from menura.cli.words import out_option, seed_option, workers_option


@click.command("explore", cls=ContinuedVerb)
@click.argument("source", type=PATH, metavar="CORPUS|RUN")
@out_option("HTML", "The page to write.")
@click.option("--by", metavar="KIND", help="The kind of label that points are coloured by.")
@click.option(
    "--generated",
    type=PATH,
    metavar="DIR",
    help="Sounds that a system made, marked beside the real ones.",
)
@click.option(
    "--corpus",
    type=PATH,
    metavar="PREPARED",
    help="What RUN was trained on (default: where it was then).",
)
@click.option(
    "--features",
    type=PATH,
    metavar="FILE",
    help="A table of `menura features`, or FMA's (default: sounds are described now).",
)
@click.option(
    "--echonest",
    type=PATH,
    metavar="FILE",
    help="FMA's echonest.csv (default: looked for in and beside CORPUS).",
)
@click.option(
    "--most",
    type=COUNT,
    metavar="N",
    help="Sounds on the maps, evenly from all, and as many generated ones (default: 10000 of a "
    "corpus, 1000 of a run).",
)
@click.option(
    "--heard",
    type=COUNT,
    metavar="N",
    help="Sounds of the maps that can be heard, at most (default: 240: the page stays small).",
)
@workers_option("work")
@seed_option
def explore(
    source: Path,
    out: Path,
    by: str | None,
    generated: Path | None,
    corpus: Path | None,
    features: Path | None,
    echonest: Path | None,
    most: int | None,
    heard: int | None,
    workers: int | None,
    seed: int,
) -> Answer:
    """Draw maps of a corpus, or of what a run hears in one.

    One page that holds all its sounds: PCA, t-SNE and UMAP, coloured by label, to point at and to
    hear. Of a CORPUS (prepared, or any folder of audio) by features of the sounds, with counts,
    loudness and duplicates; of a RUN by its latents, and for autoencoders the plane in which they
    lie, with what the system makes between the clips. At most 240 points of the maps can be heard
    (or --heard) and 96 of the plane, as many of each label as there are; others are faint and
    silent.
    """
    from menura.workflows.explore.explore import explore as work

    with terminal() as reporter:
        report = work(
            source,
            out,
            corpus=corpus,
            by=by,
            generated=generated,
            features=features,
            echonest=echonest,
            most=most,
            heard=heard,
            workers=workers,
            seed=seed,
            reporter=reporter,
        )
    return Answer(report, [report.page])
