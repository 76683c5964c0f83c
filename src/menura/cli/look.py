"""menura spectrogram, explore: pictures of a clip, and of what a system hears."""

from pathlib import Path

import click

from menura.cli.answer import Answer, files_written
from menura.cli.terminal import terminal
from menura.cli.values import PATH
from menura.cli.verb import Verb
from menura.cli.words import clip_argument, run_argument, settings_option


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


@click.command("explore", cls=Verb)
@run_argument
@click.option("--out", type=PATH, required=True, metavar="HTML", help="The page to write.")
@click.option(
    "--corpus",
    type=PATH,
    metavar="PREPARED",
    help="What the run was trained on (default: where it was then).",
)
@click.option("--by", metavar="KIND", help="The kind of label that points are coloured by.")
def explore(run: Path, out: Path, corpus: Path | None, by: str | None) -> Answer:
    """Draw the plane in which RUN hears sounds, to click and to hear.

    A page that holds all of its sounds: where the training clips fall, by label, and what the
    system makes between them. For autoencoders; of more than two latent numbers, along the two
    directions in which the clips differ most.
    """
    from menura.workflows.explore import explore as work

    with terminal() as reporter:
        file = work(run, out, corpus=corpus, by=by, reporter=reporter)
    return files_written([file])
