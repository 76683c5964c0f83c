"""menura classify: train, predict, table."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from menura.cli.answer import Answer
from menura.cli.terminal import terminal
from menura.cli.values import COUNT, PATH, POSITIVE, OneOf
from menura.cli.verb import ContinuedVerb, Verb, Verbs, debug_option
from menura.cli.words import seed_option, settings_option
from menura.foundation.errors import UsageError
from menura.foundation.printable import printable

if TYPE_CHECKING:
    from menura.workflows.classify.predict import Predictions

corpus_argument = click.argument("corpus", type=PATH, metavar="CORPUS")
label_option = click.option(
    "--label",
    metavar="KIND",
    help="The kind of label to tell, such as genre (default: the only one there is).",
)
preset_option = click.option(
    "--preset",
    default="laptop",
    show_default=True,
    metavar="P",
    help="Settings: laptop, tiny or paper, the report's own.",
)
grid_option = click.option(
    "--grid", is_flag=True, help="Choose among the settings that the report tried."
)
epochs_option = click.option(
    "--epochs", type=COUNT, metavar="N", help="Of the deep ones: passes over the data at most."
)
minutes_option = click.option(
    "--minutes", type=POSITIVE, metavar="M", help="Of the deep ones: minutes of learning at most."
)
device_option = click.option(
    "--device",
    type=OneOf(("auto", "cpu", "cuda", "mps")),
    default="auto",
    show_default=True,
    metavar="auto|cpu|cuda|mps",
    help="Where the deep ones compute.",
)
precision_option = click.option(
    "--precision",
    type=OneOf(("auto", "float32", "bfloat16")),
    default="auto",
    show_default=True,
    metavar="auto|float32|bfloat16",
    help="Numbers the deep ones compute with; auto takes bfloat16 where it is faster.",
)
workers_option = click.option(
    "--workers", type=COUNT, metavar="N", help="Processes that describe (default: one a core)."
)


def _names(
    context: click.Context, param: click.Parameter, values: Sequence[str]
) -> tuple[str, ...]:
    names = tuple(name.strip() for value in values for name in value.split(","))
    if not all(name and not name.startswith("-") for name in names):
        raise UsageError("--classifiers takes names with commas between: --classifiers svm,k-nn")
    return names


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
@click.option("--out", type=PATH, required=True, metavar="DIR", help="The classifier's folder.")
@label_option
@click.option(
    "--classifier",
    default="svm",
    show_default=True,
    metavar="NAME",
    help="Which (menura list classifiers).",
)
@preset_option
@settings_option("classifier")
@grid_option
@epochs_option
@minutes_option
@seed_option
@device_option
@precision_option
@workers_option
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
@workers_option
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
@click.option("--out", type=PATH, required=True, metavar="DIR", help="The folder to write into.")
@label_option
@click.option(
    "--classifiers",
    multiple=True,
    callback=_names,
    metavar="A,B,…",
    help="Which (menura list classifiers); default: all.",
)
@click.option(
    "--folds",
    type=COUNT,
    metavar="K",
    help="Judge every recording by who learnt from K−1 of K parts (default: the corpus's own test "
    "split, else 5).",
)
@preset_option
@grid_option
@epochs_option
@minutes_option
@seed_option
@device_option
@precision_option
@workers_option
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
