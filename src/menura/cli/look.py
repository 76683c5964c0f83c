"""menura spectrogram."""

from pathlib import Path

import click

from menura.cli.answer import Answer, files_written
from menura.cli.terminal import terminal
from menura.cli.values import PATH
from menura.cli.verb import Verb
from menura.cli.words import clip_argument


@click.command("spectrogram", cls=Verb)
@clip_argument
@click.option(
    "--representation",
    default="log-mel",
    show_default=True,
    metavar="R",
    help="How to see it (menura list representations).",
)
@click.option("--out", type=PATH, required=True, metavar="PNG", help="The picture to write.")
def spectrogram(clip: Path, representation: str, out: Path) -> Answer:
    """Draw CLIP as a system sees it."""
    from menura.workflows.spectrogram import spectrogram as work

    with terminal() as reporter:
        picture = work(clip, out, representation=representation, reporter=reporter)
    return files_written([picture])
