"""menura prepare."""

from pathlib import Path

import click

from menura.cli.answer import Answer
from menura.cli.terminal import terminal
from menura.cli.values import NOT_NEGATIVE, PATH
from menura.cli.verb import ResumableVerb
from menura.cli.words import out_option, seed_option, settings_option, workers_option


@click.command("prepare", cls=ResumableVerb)
@click.argument("source", type=PATH, metavar="SOURCE")
@out_option("DIR", "The prepared folder to write.")
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
@workers_option("read")
@click.option(
    "--resume",
    is_flag=True,
    help="Go on with an interrupted prepare; make again what `menura verify` finds damaged.",
)
@click.option(
    "--append",
    is_flag=True,
    help="Add to the prepared folder --out; what is in it stays as it is.",
)
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
@click.option(
    "--duplicates",
    type=click.Choice(["group", "drop", "ignore"]),
    default="group",
    show_default=True,
    help="Files that hold the same recording: kept on one side of the split, left out when "
    "another has all of it, or not looked for.",
)
@click.option(
    "--trim-silence-db",
    type=float,
    metavar="DB",
    help="Cut what is quieter than this off both ends, such as -60 (default: nothing is cut).",
)
@settings_option("layout")
@click.option(
    "--engine",
    default="local",
    show_default=True,
    metavar="local|ray",
    help="Where the work is done: on this machine, or on a Ray cluster whose machines all see "
    "SOURCE and --out under the same names.",
)
@click.option(
    "--address",
    metavar="HOST:PORT",
    help="The Ray cluster (default: the one Ray finds, else one on this machine).",
)
def prepare(
    source: Path,
    out: Path,
    corpus: str,
    labels: Path | None,
    workers: int | None,
    resume: bool,
    append: bool,
    min_seconds: float,
    held_out: float,
    seed: int,
    duplicates: str,
    trim_silence_db: float | None,
    settings: tuple[tuple[str, str], ...],
    engine: str,
    address: str | None,
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
            append=append,
            min_seconds=min_seconds,
            held_out=held_out,
            seed=seed,
            duplicates=duplicates,
            trim_silence_db=trim_silence_db,
            settings=dict(settings),
            engine=engine,
            address=address,
            reporter=reporter,
        )
    return Answer(report, [str(out)])
