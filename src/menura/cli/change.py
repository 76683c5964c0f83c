"""menura inpaint, vary, interpolate: new sound from a clip and a run."""

from pathlib import Path
from typing import Literal

import click

from menura.cli.answer import Answer, files_written
from menura.cli.terminal import terminal
from menura.cli.values import COUNT, NOT_NEGATIVE, PATH, OneOf
from menura.cli.verb import SoundVerb
from menura.cli.words import clip_argument, out_file, out_folder, run_argument
from menura.foundation.errors import UsageError
from menura.workflows.sound import SoundOptions


@click.command("inpaint", cls=SoundVerb)
@run_argument
@clip_argument
@click.option(
    "--from",
    "from_s",
    type=NOT_NEGATIVE,
    required=True,
    metavar="A",
    help="Start of the part to replace, in seconds.",
)
@click.option(
    "--to", "to_s", type=NOT_NEGATIVE, required=True, metavar="B", help="Its end, in seconds."
)
@out_file
def inpaint(
    run: Path,
    clip: Path,
    from_s: float,
    to_s: float,
    out: Path,
    sound: SoundOptions,
) -> Answer:
    """Replace a part of CLIP with new sound that fits."""
    if to_s <= from_s:
        raise UsageError(f"--to {to_s:g} must be later than --from {from_s:g}")
    from menura.workflows.inpaint import inpaint as work

    with terminal() as reporter:
        file = work(run, clip, out, from_s=from_s, to_s=to_s, sound=sound, reporter=reporter)
    return files_written([file])


@click.command("vary", cls=SoundVerb)
@run_argument
@clip_argument
@click.option(
    "--strength",
    type=NOT_NEGATIVE,
    required=True,
    metavar="X",
    help="0 changes nothing, 1 keeps nothing.",
)
@out_file
def vary(run: Path, clip: Path, strength: float, out: Path, sound: SoundOptions) -> Answer:
    """Make a variation of CLIP."""
    from menura.workflows.vary import vary as work

    with terminal() as reporter:
        file = work(run, clip, out, strength=strength, sound=sound, reporter=reporter)
    return files_written([file])


@click.command("interpolate", cls=SoundVerb)
@run_argument
@click.argument("a", type=PATH, metavar="A")
@click.argument("b", type=PATH, metavar="B")
@out_folder
@click.option("--steps", type=COUNT, metavar="K", help="How many clips, A and B included.")
@click.option("--glide", is_flag=True, help="One clip that glides from A to B instead.")
@click.option(
    "--path",
    type=OneOf(["linear", "spherical"]),
    metavar="linear|spherical",
    help="The way through the latents: a line or a great circle (default: the system's own).",
)
def interpolate(
    run: Path,
    a: Path,
    b: Path,
    out: Path,
    steps: int | None,
    glide: bool,
    path: Literal["linear", "spherical"] | None,
    sound: SoundOptions,
) -> Answer:
    """Make clips that lie between clip A and clip B, as long as the shorter of the two."""
    if glide and steps is not None:
        raise UsageError("--steps and --glide exclude each other; give one of them")
    from menura.workflows.interpolate import interpolate as work

    with terminal() as reporter:
        files = work(
            run,
            a,
            b,
            out,
            steps=5 if steps is None else steps,
            glide=glide,
            path=path,
            sound=sound,
            reporter=reporter,
        )
    return files_written(files)
