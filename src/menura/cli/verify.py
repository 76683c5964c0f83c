"""menura verify."""

from pathlib import Path

import click

from menura.cli.answer import Answer
from menura.cli.mistakes import COULD_NOT, DONE
from menura.cli.terminal import terminal
from menura.cli.values import PATH_OR_URL
from menura.cli.verb import Verb


@click.command("verify", cls=Verb)
@click.argument("prepared", type=PATH_OR_URL, metavar="PREPARED")
def verify(prepared: Path | str) -> Answer:
    """Check that a prepared folder is whole.

    Every shard is read and compared with its checksum; index, shards and report must agree.
    PREPARED is what `menura prepare` made, here or behind a URL. Exits with 1 when something is
    damaged, and says what, which tracks it holds, and the mend.
    """
    from menura.workflows.verify import verify as work

    with terminal() as reporter:
        report = work(prepared, reporter=reporter)
    return Answer(report, report.lines(), DONE if report.whole else COULD_NOT)
