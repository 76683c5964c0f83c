"""menura prepare."""

from pathlib import Path

import click

from menura.cli.answer import Answer
from menura.cli.terminal import terminal
from menura.cli.values import COUNT, NOT_NEGATIVE, PATH
from menura.cli.verb import ResumableVerb
from menura.cli.words import seed_option


@click.command("prepare", cls=ResumableVerb)
@click.argument("source", type=PATH, metavar="SOURCE")
@click.option(
    "--out", type=PATH, required=True, metavar="DIR", help="The prepared folder to write."
)
@click.option(
    "--corpus",
    default="folder",
    show_default=True,
    metavar="NAME",
    help="The layout of SOURCE (menura list corpora).",
)
@click.option(
    "--labels", type=PATH, metavar="FILE", help="CSV or JSONL of file and label (default: folders)."
)
@click.option(
    "--workers", type=COUNT, metavar="N", help="Processes that read (default: one a core)."
)
@click.option("--resume", is_flag=True, help="Go on with an interrupted prepare.")
@click.option(
    "--min-seconds",
    type=NOT_NEGATIVE,
    default=0.5,
    show_default=True,
    metavar="S",
    help="Files this long or shorter are left out.",
)
@click.option(
    "--held-out",
    type=NOT_NEGATIVE,
    default=0.2,
    show_default=True,
    metavar="SHARE",
    help="Share of the seconds kept out of training, by whole recordings, to measure with.",
)
@seed_option
def prepare(
    source: Path,
    out: Path,
    corpus: str,
    labels: Path | None,
    workers: int | None,
    resume: bool,
    min_seconds: float,
    held_out: float,
    seed: int,
) -> Answer:
    """Read a folder of audio and write it for training.

    SOURCE is any folder of audio, however mixed. Every file that is dropped is named, with the
    reason.
    """
    from menura.workflows.prepare import prepare as work

    with terminal() as reporter:
        report = work(
            source,
            out,
            corpus=corpus,
            labels=labels,
            workers=workers,
            resume=resume,
            min_seconds=min_seconds,
            held_out=held_out,
            seed=seed,
            reporter=reporter,
        )
    return Answer(report, [str(out)])
