"""menura spectrogram: a picture of a clip."""

from pathlib import Path

import click

from menura.cli.answer import Answer, files_written
from menura.cli.terminal import terminal
from menura.cli.values import PATH
from menura.cli.verb import Verb
from menura.cli.words import clip_argument, settings_option


@click.command("spectrogram", cls=Verb)
@clip_argument
@click.option(
    "--representation",
    metavar="R",
    help="How to see it (menura list representations).  [default: log-mel]",
)
@click.option("--preset", metavar="P", help="Settings of the representation, by name.")
@settings_option("representation")
@click.option(
    "--vocoder",
    type=PATH,
    metavar="RUN",
    help="Pass the sound of an .exr file through this run's codec.",
)
@click.option(
    "--out",
    type=PATH,
    required=True,
    metavar="PNG|EXR",
    help="The picture, or the numbers as OpenEXR, to write.",
)
def spectrogram(
    clip: Path,
    representation: str | None,
    preset: str | None,
    settings: tuple[tuple[str, str], ...],
    vocoder: Path | None,
    out: Path,
) -> Answer:
    """Draw CLIP as a system sees it.

    A CLIP that ends in .exr, as this verb writes it, becomes a picture or, with --out SOUND.wav,
    sound again.
    """
    from menura.workflows.spectrogram import spectrogram as work

    with terminal() as reporter:
        file = work(
            clip,
            out,
            representation=representation,
            preset=preset,
            settings=dict(settings),
            vocoder=vocoder,
            reporter=reporter,
        )
    return files_written([file])
