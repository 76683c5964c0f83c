"""menura compare."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from menura.cli.answer import Answer
from menura.cli.terminal import terminal
from menura.cli.values import COUNT, PATH_OR_URL, POSITIVE
from menura.cli.verb import ContinuedVerb
from menura.cli.words import names_option, out_folder, preset_option, seed_option
from menura.foundation.printable import printable

if TYPE_CHECKING:
    from menura.workflows.compare.compare import CompareResult


@click.command("compare", cls=ContinuedVerb)
@click.argument("corpus", type=PATH_OR_URL, metavar="CORPUS")
@names_option(
    "--recipes",
    "A,B:P,C@RUN",
    "Which, with a preset where it is another, and a system to set off from (default: all that are "
    "trained here, from nothing).",
)
@click.option(
    "--minutes",
    type=POSITIVE,
    default=5.0,
    show_default=True,
    metavar="M",
    help="Minutes of training for each, all stages together.",
)
@out_folder
@preset_option("The size of those that name none.")
@click.option(
    "--clips",
    type=COUNT,
    default=16,
    show_default=True,
    metavar="N",
    help="Clips to make by each way.",
)
@click.option(
    "--seconds",
    type=POSITIVE,
    default=10.0,
    show_default=True,
    metavar="S",
    help="Length of each clip.",
)
@click.option(
    "--page-seconds",
    type=POSITIVE,
    default=600.0,
    show_default=True,
    metavar="S",
    help="Seconds of sound on the page, all together: less makes a smaller page.",
)
@seed_option
def compare(
    corpus: Path | str,
    recipes: tuple[str, ...],
    minutes: float,
    out: Path,
    preset: str,
    clips: int,
    seconds: float,
    page_seconds: float,
    seed: int,
) -> Answer:
    """Train many RECIPES alike, measure them alike, show all on one page.

    Every recipe learns the same recordings for the same minutes, one after the other, and makes as
    much music in every way it can. DIR gets index.html, results.json and results.csv. A recipe
    that fails is a row with its reason. Started again, it goes on where it was stopped; with other
    recipes, it adds them to the page.
    """
    from menura.workflows.compare.compare import compare as work

    with terminal() as reporter:
        result = work(
            corpus,
            out,
            recipes=recipes,
            minutes=minutes,
            preset=preset,
            clips=clips,
            seconds=seconds,
            page_seconds=page_seconds,
            seed=seed,
            reporter=reporter,
        )
    return Answer(result, _lines(result))


def _lines(result: "CompareResult") -> list[str]:
    ranks = [
        f"{way}: {', '.join(f'{name} {rank:.1f}' for name, rank in _ranked(systems))}"
        for way, systems in result.ranks.items()
        if systems
    ]
    failed = [f"failed: {name}: {printable(why)}" for name, why in result.failed.items()]
    files = [str(file) for file in (result.page, result.results, result.table)]
    return [*ranks, *failed, *files]


def _ranked(systems: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(systems.items(), key=lambda one: one[1])
