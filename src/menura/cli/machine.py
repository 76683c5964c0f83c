"""menura doctor, menura list: what this machine has, and what Menura has."""

from pathlib import Path

import click

from menura.cli.answer import Answer
from menura.cli.values import PATH, OneOf
from menura.cli.verb import Verb
from menura.foundation.errors import UsageError

_ROOMS = ("recipes", "models", "representations", "corpora", "metrics", "classifiers")
_OF_ONE = {"presets": "RECIPE", "labels": "RUN"}


@click.command("doctor", cls=Verb)
def doctor() -> Answer:
    """Say what this machine has and what is missing.

    Beside what is missing stands the command that installs it.
    """
    from menura.workflows.doctor import doctor as work

    checks = work()
    width = max(len(check.name) for check in checks)
    return Answer(
        checks,
        [
            f"{'ok' if check.ok else 'missing':8}{check.name:{width}}  {check.found}"
            + (f"; get it with: {check.mend}" if check.mend else "")
            for check in checks
        ],
    )


@click.command("list", cls=Verb)
@click.argument("what", type=OneOf((*_ROOMS, *_OF_ONE)), required=False, metavar="[WHAT]")
@click.argument("of", type=PATH, required=False, metavar="[RECIPE|RUN]")
def list_(what: str | None, of: Path | None) -> Answer:
    """List the parts there are, the presets of a recipe, or the labels a run knows.

    WHAT is recipes, models, representations, corpora, metrics, classifiers, presets or labels. A
    RECIPE goes with presets, a RUN (a folder that `menura train` wrote, or base) with labels.
    Without WHAT, all parts are listed.
    """
    from menura.workflows.list_parts import ListedPart, list_labels, list_parts

    if what in _OF_ONE:
        if of is None:
            wanted = _OF_ONE[what]
            raise UsageError(f"{what} needs a {wanted}: menura list {what} {wanted}")
        if what == "labels":
            names = list_labels(of)
        else:
            from menura.workflows.list_presets import list_presets

            names = list_presets(str(of))
        return Answer(names, names)
    if of is not None:
        raise UsageError(f"{of} is one argument too many; only presets and labels are of something")

    def lines(parts: list[ListedPart]) -> list[str]:
        width = max((len(part.name) for part in parts), default=0)
        return [f"{part.name:{width}}  {part.summary}".rstrip() for part in parts]

    if what is not None:
        parts = list_parts(what)
        return Answer(parts, lines(parts))
    everything = {room: list_parts(room) for room in _ROOMS}
    brief = [
        line
        for room, parts in everything.items()
        for line in (room, *(f"  {line}" for line in lines(parts)))
    ]
    return Answer(everything, brief)
