"""Composes and plays the music that base learns from: any number of hours from a seed.

  python base/material.py --hours 20 --out material --seed 0
  menura prepare material --out material-prepared

Played by FluidR3 (Debian: apt install fluid-soundfont-gm libfluidsynth3), or where that is not
there, which is said, by the built-in synthesiser. Broken off, the same command goes on; with more
hours it adds to what is there.
"""

import argparse
import time
from pathlib import Path

from commands import plainly, say
from making import SOURCES, Made, Order, digest, make
from menura.foundation.cores import n_cores
from menura.foundation.errors import UsageError

FLUIDR3 = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
FLUIDR3_DIGEST = "52e543d337c3dea8"
FLUIDR3_LICENCE = "MIT (FluidR3_GM.sf2 by Frank Wen; composed and played by Menura)"
BUILT_IN, BUILT_IN_LICENCE = "built-in", "CC0 1.0 (composed and played by Menura)"


def main() -> None:
    options = arguments()
    with plainly():
        order = the_order(options.seed, options.channels, options.soundfont, options.licence)
        started = time.perf_counter()
        made = make(order, options.out, options.hours, options.processes, say)
    say(summary(made, time.perf_counter() - started))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=positive, required=True, help="of sound, or a little more")
    parser.add_argument("--out", type=Path, required=True, help="folder for audio and labels")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=at_least_one, default=n_cores())
    parser.add_argument("--channels", type=int, choices=(1, 2), default=1)
    parser.add_argument(
        "--soundfont",
        help=f"an SF2 file, or '{BUILT_IN}'; default: {FLUIDR3}, or {BUILT_IN} without it",
    )
    parser.add_argument("--licence", help="of another SoundFont's sound, in words")
    return parser.parse_args()


def positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise ValueError(text)
    return value


def at_least_one(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError(text)
    return value


def the_order(seed: int, n_channels: int, soundfont: str | None, licence: str | None) -> Order:
    """What is to be made. Raises UsageError for a SoundFont whose licence nobody states."""
    composer = digest(*SOURCES)
    if soundfont is None and not FLUIDR3.exists():
        say(f"{FLUIDR3} is not there: the built-in synthesiser plays")
    if soundfont == BUILT_IN or (soundfont is None and not FLUIDR3.exists()):
        return Order(seed, n_channels, None, BUILT_IN, BUILT_IN_LICENCE, composer)
    font = FLUIDR3 if soundfont is None else Path(soundfont)
    if not font.is_file():
        raise UsageError(f"--soundfont {font}: there is no such file")
    content = digest(font)
    if licence is None:
        if content != FLUIDR3_DIGEST:
            raise UsageError(
                f"--soundfont {font}: not the FluidR3_GM.sf2 whose licence is known; say under "
                "which licence its sound may be used, with --licence"
            )
        licence = FLUIDR3_LICENCE
    return Order(seed, n_channels, str(font), content, licence, composer)


def summary(made: list[Made], took_s: float) -> str:
    seconds = sum(piece.seconds for piece in made)
    kinds = sorted({piece.kind for piece in made})
    parts = ", ".join(f"{sum(p.kind == kind for p in made)} {kind}" for kind in kinds)
    return (
        f"{len(made)} pieces, {seconds / 3600:.2f} hours in {took_s / 60:.1f} minutes "
        f"({seconds / max(took_s, 1e-9):.0f} × real time, with what was there before): {parts}"
    )


if __name__ == "__main__":
    main()
