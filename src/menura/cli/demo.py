"""menura demo."""

from pathlib import Path

import click

from menura.cli.answer import Answer
from menura.cli.terminal import terminal
from menura.cli.values import PATH
from menura.cli.verb import Verb


@click.command("demo", cls=Verb)
@click.option(
    "--out",
    type=PATH,
    default="menura-demo",
    show_default=True,
    metavar="DIR",
    help="The folder to write into.",
)
def demo(out: Path) -> Answer:
    """Train on the bundled clips, make music, show it on one page.

    Takes under three minutes on two cores and needs nothing but the package. A finished demo in
    DIR is kept: you are told where its page is.
    """
    from menura.workflows.demo import demo as work

    with terminal() as reporter:
        result = work(out, reporter=reporter)
    return Answer(result, [str(result.page)])
