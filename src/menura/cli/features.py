"""menura features."""

from pathlib import Path

import click

from menura.cli.answer import Answer
from menura.cli.terminal import terminal
from menura.cli.values import COUNT
from menura.cli.verb import ContinuedVerb
from menura.cli.words import corpus_argument, out_option, workers_option


@click.command("features", cls=ContinuedVerb)
@corpus_argument
@out_option("FILE", "The table to write: .csv (as FMA's features.csv) or .parquet.")
@click.option(
    "--sample-rate",
    type=COUNT,
    metavar="HZ",
    help="Resample every track to this rate (default: each track's own, as FMA did).",
)
@workers_option("work")
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
