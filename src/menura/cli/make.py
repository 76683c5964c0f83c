"""menura generate, continue, reconstruct: new sound from a run."""

from pathlib import Path

import click

from menura.cli.answer import Answer, files_written
from menura.cli.terminal import terminal
from menura.cli.values import COUNT, NOT_NEGATIVE
from menura.cli.verb import SoundVerb
from menura.cli.words import (
    clip_argument,
    label_option,
    out_file,
    out_folder,
    run_argument,
    soundfont_option,
    temperature_option,
)
from menura.workflows.sound import SoundOptions


@click.command("generate", cls=SoundVerb)
@run_argument
@out_folder
@click.option(
    "-n",
    type=COUNT,
    default=1,
    show_default=True,
    metavar="N",
    help="How many clips: the first by seed K, the next by K+1, …",
)
@label_option
@click.option("--prompt", metavar="TEXT", help="Words to follow, where the system reads words.")
@temperature_option
@click.option(
    "--guidance", type=NOT_NEGATIVE, metavar="G", help="How strictly to follow the label or prompt."
)
@soundfont_option
def generate(
    run: Path,
    out: Path,
    n: int,
    label: str | None,
    prompt: str | None,
    temperature: float | None,
    guidance: float | None,
    soundfont: Path | None,
    sound: SoundOptions,
) -> Answer:
    """Make new clips with the system in RUN.

    Where RUN makes notes, they are written beside each clip as MIDI.
    Files that are in DIR stay: the numbers go on after them. The comment tag of a file names its
    seed; `--seed` with it and `-n 1` make the clip again.
    """
    from menura.workflows.generate import generate as work

    with terminal() as reporter:
        files = work(
            run,
            out,
            n=n,
            label=label,
            prompt=prompt,
            temperature=temperature,
            guidance=guidance,
            soundfont=soundfont,
            sound=sound,
            reporter=reporter,
        )
    return files_written(files)


@click.command("continue", cls=SoundVerb)
@run_argument
@clip_argument
@out_file
@temperature_option
@soundfont_option
def continue_(
    run: Path,
    clip: Path,
    out: Path,
    temperature: float | None,
    soundfont: Path | None,
    sound: SoundOptions,
) -> Answer:
    """Play on from where CLIP ends, with the system in RUN.

    The result is CLIP and the new part; `--seconds` is the length of the new part. CLIP is a MIDI
    file where RUN makes notes; those of the whole are then written beside FILE.
    """
    from menura.workflows.continue_ import continue_ as work

    with terminal() as reporter:
        file = work(
            run,
            clip,
            out,
            temperature=temperature,
            soundfont=soundfont,
            sound=sound,
            reporter=reporter,
        )
    return files_written([file])


@click.command("reconstruct", cls=SoundVerb)
@run_argument
@clip_argument
@out_file
@label_option
def reconstruct(
    run: Path,
    clip: Path,
    out: Path,
    label: str | None,
    sound: SoundOptions,
) -> Answer:
    """Send CLIP through the system in RUN and back to sound."""
    from menura.workflows.reconstruct import reconstruct as work

    with terminal() as reporter:
        file = work(run, clip, out, label=label, sound=sound, reporter=reporter)
    return files_written([file])
