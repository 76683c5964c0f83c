"""menura evaluate: figures, and what each rests on."""

from collections.abc import Container, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from menura.cli.answer import Answer
from menura.cli.terminal import terminal
from menura.cli.values import PATH
from menura.cli.verb import Verb, debug_option
from menura.cli.words import names_option
from menura.foundation.printable import printable

if TYPE_CHECKING:
    from menura.evaluation.metrics import Measurement
    from menura.workflows.evaluate import Evaluation, Figure, Heard

_STANDARD_OUTPUT = "-"
_SECONDS_SHOWN = 30
_FLOOR_IN_WORDS = (
    "real to real: what other music of the reference scores, cut like the candidates. "
    "Nearer than that tells nothing more."
)
_FEW_IN_WORDS = "?: too little sound for the figure to mean much by itself; its note says why."
_ENOUGH = 0.9  # of the candidates' samples: the floor of fewer lies elsewhere
# What is counted is what the music has: it says nothing of how much sound there is.
_OF_THE_MUSIC = ("onsets", "excerpts")
_FEWER_IN_WORDS = (
    "real to real ?: half of the reference has fewer than eight files, or gives fewer samples than "
    "the candidates; most figures then lie farther off, so it is no measure for them: give more "
    "reference sound."
)


class JsonFileVerb(Verb):
    """A verb whose `--json` may name a file; without one it prints, as everywhere."""

    shared = (
        click.Option(
            ["--json"],
            type=PATH,
            is_flag=False,
            flag_value=_STANDARD_OUTPUT,
            metavar="[FILE]",
            help="Write the results to FILE as JSON; without FILE (then last), print them.",
        ),
        debug_option(),
    )

    def invoke(self, ctx: click.Context) -> None:
        file: Path | None = ctx.params["json"]
        printed = file is not None and str(file) == _STANDARD_OUTPUT
        ctx.params |= {"json": printed, "json_file": None if printed else file}
        super().invoke(ctx)


@click.command("evaluate", cls=JsonFileVerb)
@click.argument("candidates", type=PATH, metavar="CANDIDATES")
@click.argument("reference", type=PATH, metavar="REFERENCE")
@names_option("--metrics", "A,B", "Which (menura list metrics); default: all that suit.")
@click.option(
    "--through",
    type=PATH,
    metavar="RUN",
    help="Also measure real music sent through this system's codec or representation.",
)
def evaluate(
    candidates: Path,
    reference: Path,
    metrics: tuple[str, ...],
    through: Path | None,
    json_file: Path | None,
) -> Answer:
    """Measure how near CANDIDATES come to REFERENCE.

    Each is a sound file or a folder of them. Beside each figure stands what real music scores
    against other real music of the reference, cut like the candidates: nearer than that says
    nothing. Files of one name are pairs: a reconstruction and its original, a continuation and
    its seed; in folders by label only where such a metric is named. For `memorisation`, the
    reference is the training sound; for `label-accuracy`, both are in folders by label
    (rock/1.wav).
    """
    from menura.workflows.evaluate import evaluate as work

    with terminal() as reporter:
        result = work(
            candidates,
            reference,
            metrics=metrics,
            through=through,
            json_file=json_file,
            reporter=reporter,
        )
    return Answer(result, _lines(result))


def _lines(result: "Evaluation") -> list[str]:
    coded = any(figure.round_trip for figure in result.figures)
    few = any(figure.measured.too_few for figure in result.figures)
    rows = [
        _without(coded, ("metric", "value", "real to real", "round trip", "best", "better")),
        *(_without(coded, _row(figure)) for figure in result.figures),
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    table = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    floors = any(figure.floor for figure in result.figures)
    fewer = any(_rests_on_fewer(figure) for figure in result.figures)
    shared = _shared(result.figures)
    return [
        _heard("candidates", result.candidates),
        _heard("reference", result.reference),
        "",
        *table,
        "",
        *([_FLOOR_IN_WORDS] if floors else []),
        *([_FEW_IN_WORDS] if few else []),
        *([_FEWER_IN_WORDS] if fewer else []),
        *(f"note of {', '.join(those)}: {printable(one)}" for one, those in shared.items()),
        *(line for figure in result.figures for line in ("", *_explained(figure, shared))),
        *(("", "not measured:") if result.not_measured else ()),
        *(f"  {name}: {printable(why)}" for name, why in sorted(result.not_measured.items())),
    ]


def _heard(side: str, heard: "Heard") -> str:
    files = "1 file" if heard.n_files == 1 else f"{heard.n_files} files"
    return f"{side:10}  {printable(heard.path)}: {files}, {heard.seconds:.1f} s"


def _without(coded: bool, row: tuple[str, ...]) -> tuple[str, ...]:
    """The row without its round trip where none was measured."""
    return row if coded else (*row[:3], *row[4:])


def _rests_on_fewer(figure: "Figure") -> bool:
    """Whether real to real is mostly chance, or measured on far fewer samples than the candidates,
    so that the two cannot be compared. What was sent through a codec is the same pieces."""
    floor, measured = figure.floor, figure.measured
    if floor is None or figure.floor_is_chance:
        return figure.floor_is_chance
    if measured.counted in _OF_THE_MUSIC:
        return False
    return floor.n_candidate < _ENOUGH * measured.n_candidate


def _row(figure: "Figure") -> tuple[str, ...]:
    fewer = " ?" if _rests_on_fewer(figure) else ""
    floor, back = (
        "–" if one is None else f"{_value(one.value)}{fewer}"
        for one in (figure.floor, figure.round_trip)
    )
    unit = f" {figure.unit}" if figure.unit else ""
    few = " ?" if figure.measured.too_few else ""
    return (
        figure.metric,
        f"{_value(figure.measured.value)}{unit}{few}",
        floor,
        back,
        _value(figure.ideal),
        "higher" if figure.higher_is_better else "lower",
    )


def _shared(figures: Sequence["Figure"]) -> dict[str, list[str]]:
    """Remarks that several metrics have → whose they are: they are said once."""
    whose: dict[str, list[str]] = {}
    for figure in figures:
        for remark in dict.fromkeys(figure.measured.remarks):
            whose.setdefault(remark, []).append(figure.metric)
    return {remark: names for remark, names in whose.items() if len(names) > 1}


def _explained(figure: "Figure", said: Container[str]) -> list[str]:
    """What one metric means and rests on, its further figures and curves, then its remarks but
    for those that are said already."""
    measured = figure.measured
    floor = f"; real to real: {_counts(figure.floor)}" if figure.floor else ""
    details = "; ".join(f"{name} {_value(value)}" for name, value in measured.details.items())
    below = [
        f"from {printable(measured.embedding)}: {_counts(measured)}{floor}",
        *([details] if details else []),
        *(_curve(name, values) for name, values in measured.curves.items()),
        *(f"note: {printable(remark)}" for remark in measured.remarks if remark not in said),
    ]
    return [f"{figure.metric}: {printable(figure.means)}", *(f"  {line}" for line in below)]


def _curve(name: str, values: Sequence[float]) -> str:
    shown = " ".join(_value(value) for value in values[:_SECONDS_SHOWN])
    return f"{name} by second: {shown}{' …' if len(values) > _SECONDS_SHOWN else ''}"


def _counts(measured: "Measurement") -> str:
    if measured.counted == "pairs":
        return f"{measured.n_candidate} pairs"
    return f"{measured.n_candidate} {measured.counted} against {measured.n_reference}"


def _value(value: float) -> str:
    """Four digits that count; no exponent for what a person may meet."""
    if value == 0 or 1e-4 <= abs(value) < 1e3:
        return f"{value:.4g}"
    return f"{value:.0f}" if abs(value) >= 1e3 else f"{value:.1e}"
