"""menura features."""

from pathlib import Path

import click

from menura.cli.answer import Answer
from menura.cli.terminal import terminal
from menura.cli.values import COUNT, PATH
from menura.cli.verb import ContinuedVerb


@click.command("features", cls=ContinuedVerb)
@click.argument("corpus", type=PATH, metavar="CORPUS")
@click.option(
    "--out",
    type=PATH,
    required=True,
    metavar="FILE",
    help="The table to write: .csv (as FMA's features.csv) or .parquet.",
)
@click.option(
    "--sample-rate",
    type=COUNT,
    metavar="HZ",
    help="Resample every track to this rate (default: each track's own, as FMA did).",
)
@click.option(
    "--workers", type=COUNT, metavar="N", help="Processes that work (default: one a core)."
)
def features(corpus: Path, out: Path, sample_rate: int | None, workers: int | None) -> Answer:
    """Describe every track of CORPUS in numbers.

    A row a track: FMA's 518 columns (chroma, tonnetz, MFCC, level, spectral shape, zero
    crossings; seven statistics of each), then the tempo. CORPUS is a prepared folder or any
    folder of audio.
    """
    from menura.workflows.features import features as work

    with terminal() as reporter:
        report = work(corpus, out, sample_rate=sample_rate, workers=workers, reporter=reporter)
    return Answer(report, [str(out)])
