"""menura generate, continue, reconstruct: new sound from a run."""

from pathlib import Path

import click

from menura.cli.answer import Answer, files_written
from menura.cli.terminal import terminal
from menura.cli.values import COUNT
from menura.cli.verb import SoundVerb
from menura.cli.words import (
    clip_argument,
    guidance_option,
    label_option,
    negative_prompt_option,
    out_file,
    out_folder,
    pretrained_preset_option,
    prompt_option,
    run_argument,
    settings_option,
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
@prompt_option
@negative_prompt_option
@temperature_option
@guidance_option
@pretrained_preset_option
@settings_option("pretrained recipe")
@soundfont_option
def generate(
    run: Path,
    out: Path,
    n: int,
    label: str | None,
    prompt: str | None,
    negative_prompt: str | None,
    temperature: float | None,
    guidance: float | None,
    preset: str | None,
    settings: tuple[tuple[str, str], ...],
    soundfont: Path | None,
    sound: SoundOptions,
) -> Answer:
    """Make new clips with the system in RUN, or with a pretrained recipe: RUN is its name then.

    Where RUN makes notes, they are written beside each clip as MIDI.
    Files that are in DIR stay: the numbers go on after them. The comment tag of a file names its
    seed and the other options; with that `--seed`, these and `-n 1` the clip is made again.
    """
    from menura.workflows.generate import generate as work

    with terminal() as reporter:
        files = work(
            run,
            out,
            n=n,
            label=label,
            prompt=prompt,
            negative_prompt=negative_prompt,
            temperature=temperature,
            guidance=guidance,
            preset=preset,
            settings=dict(settings),
            soundfont=soundfont,
            sound=sound,
            reporter=reporter,
        )
    return files_written(files)


@click.command("continue", cls=SoundVerb)
@run_argument
@clip_argument
@out_file
@label_option
@prompt_option
@negative_prompt_option
@temperature_option
@guidance_option
@pretrained_preset_option
@settings_option("pretrained recipe")
@soundfont_option
def continue_(
    run: Path,
    clip: Path,
    out: Path,
    label: str | None,
    prompt: str | None,
    negative_prompt: str | None,
    temperature: float | None,
    guidance: float | None,
    preset: str | None,
    settings: tuple[tuple[str, str], ...],
    soundfont: Path | None,
    sound: SoundOptions,
) -> Answer:
    """Play on from where CLIP ends, with the system in RUN, or with a pretrained recipe.

    The result is CLIP and the new part; `--seconds` is the length of the new part. CLIP is a MIDI
    file where RUN makes notes; those of the whole are then written beside FILE.
    """
    from menura.workflows.continue_ import continue_ as work

    with terminal() as reporter:
        file = work(
            run,
            clip,
            out,
            label=label,
            prompt=prompt,
            negative_prompt=negative_prompt,
            temperature=temperature,
            guidance=guidance,
            preset=preset,
            settings=dict(settings),
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
@pretrained_preset_option
@settings_option("pretrained recipe")
def reconstruct(
    run: Path,
    clip: Path,
    out: Path,
    label: str | None,
    preset: str | None,
    settings: tuple[tuple[str, str], ...],
    sound: SoundOptions,
) -> Answer:
    """Send CLIP through the system in RUN and back to sound."""
    from menura.workflows.reconstruct import reconstruct as work

    with terminal() as reporter:
        file = work(
            run,
            clip,
            out,
            label=label,
            preset=preset,
            settings=dict(settings),
            sound=sound,
            reporter=reporter,
        )
    return files_written([file])
