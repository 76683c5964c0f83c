"""menura classify: train, predict, table."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from menura.cli.answer import Answer
from menura.cli.terminal import terminal
from menura.cli.values import COUNT, PATH
from menura.cli.verb import ContinuedVerb, Verb, Verbs, debug_option
from menura.cli.words import (
    corpus_argument,
    device_option,
    minutes_option,
    names_option,
    out_folder,
    out_option,
    precision_option,
    preset_option,
    seed_option,
    settings_option,
    workers_option,
)
from menura.foundation.printable import printable

if TYPE_CHECKING:
    from menura.workflows.classify.predict import Predictions

label_option = click.option(
    "--label",
    metavar="KIND",
    help="The kind of label to tell, such as genre (default: the only one there is).",
)
sized = preset_option("Settings: laptop, tiny or paper, the report's own.")
grid_option = click.option(
    "--grid", is_flag=True, help="Choose among the settings that the report tried."
)
epochs_option = click.option(
    "--epochs", type=COUNT, metavar="N", help="Of the deep ones: passes over the data at most."
)
timed = minutes_option("Of the deep ones: minutes of learning at most.")
on_device = device_option("Where the deep ones compute.")
in_precision = precision_option("Numbers the deep ones compute with")
with_workers = workers_option("describe")


@click.group("classify", cls=Verbs, no_args_is_help=False, invoke_without_command=True)
@click.pass_context
def classify(context: click.Context) -> None:
    """Tell genres or instruments: train, predict, compare classifiers.

    Classifiers learn the labels of a corpus and tell them of other sound, such as what a system
    made. Recordings are never divided between what is learnt from and what is judged by.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


class KeptVerb(Verb):
    """A verb that keeps what a deep classifier has learnt when it is stopped while learning."""

    kept = (
        "nothing half-written is left, and tracks that were described are kept; "
        "the same command starts the training again"
    )


@click.command("train", cls=KeptVerb)
@corpus_argument
@out_option("DIR", "The classifier's folder.")
@label_option
@click.option(
    "--classifier",
    default="svm",
    show_default=True,
    metavar="NAME",
    help="Which (menura list classifiers).",
)
@sized
@settings_option("classifier")
@grid_option
@epochs_option
@timed
@seed_option
@on_device
@in_precision
@with_workers
def train(
    corpus: Path,
    out: Path,
    label: str | None,
    classifier: str,
    preset: str,
    settings: tuple[tuple[str, str], ...],
    grid: bool,
    epochs: int | None,
    minutes: float | None,
    seed: int,
    device: str,
    precision: str,
    workers: int | None,
) -> Answer:
    """Train a classifier on the labels of CORPUS.

    CORPUS is a prepared folder or a raw folder of audio. What is held out of its split train says
    how well the classifier does. Ctrl-C ends the learning of a deep one and keeps what it learnt.
    """
    from menura.workflows.classify.train import classify_train as work

    with terminal() as reporter:
        report = work(
            corpus,
            out,
            label=label,
            classifier=classifier,
            preset=preset,
            settings=dict(settings),
            grid=grid,
            epochs=epochs,
            minutes=minutes,
            seed=seed,
            device=device,
            precision=precision,
            workers=workers,
            reporter=reporter,
        )
    return Answer(report, [str(out)])


@click.command("predict", cls=Verb)
@click.argument("classifier", type=PATH, metavar="CLASSIFIER")
@click.argument("sound", type=PATH, metavar="CLIP_OR_FOLDER")
@with_workers
def predict(classifier: Path, sound: Path, workers: int | None) -> Answer:
    """Tell the label of a clip, or of every one in a folder.

    A line a file: label, how likely it is, and the file. CLASSIFIER is a folder that `menura
    classify train` wrote.
    """
    from menura.workflows.classify.predict import classify_predict as work

    with terminal() as reporter:
        told = work(classifier, sound, workers=workers, reporter=reporter)
    return Answer(told, _told(told))


def _told(told: "Predictions") -> list[str]:
    width = max(len(one.label) for one in told.files)
    return [
        f"{one.label:{width}}  {one.probability:.2f}  {printable(one.file)}" for one in told.files
    ]


@click.command("table", cls=ContinuedVerb)
@corpus_argument
@out_folder
@label_option
@names_option("--classifiers", "A,B", "Which (menura list classifiers); default: all.")
@click.option(
    "--folds",
    type=COUNT,
    metavar="K",
    help="Judge every recording by who learnt from K−1 of K parts (default: the corpus's own test "
    "split, else 5).",
)
@sized
@grid_option
@epochs_option
@timed
@seed_option
@on_device
@in_precision
@with_workers
def table(
    corpus: Path,
    out: Path,
    label: str | None,
    classifiers: tuple[str, ...],
    folds: int | None,
    preset: str,
    grid: bool,
    epochs: int | None,
    minutes: float | None,
    seed: int,
    device: str,
    precision: str,
    workers: int | None,
) -> Answer:
    """Compare classifiers on CORPUS: precision, recall, F1, confusion.

    Writes table.md, table.csv, table.json and a confusion plot for each classifier. CORPUS is a
    prepared folder or a raw folder of audio.
    """
    from menura.workflows.classify.table import classify_table as work

    with terminal() as reporter:
        report = work(
            corpus,
            out,
            label=label,
            classifiers=classifiers,
            folds=folds,
            preset=preset,
            grid=grid,
            epochs=epochs,
            minutes=minutes,
            seed=seed,
            device=device,
            precision=precision,
            workers=workers,
            reporter=reporter,
        )
    return Answer(report, [str(out / "table.md")])


classify.params.append(debug_option())
for verb in (train, predict, table):
    classify.add_command(verb)
