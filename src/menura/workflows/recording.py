"""Sound that is taken down while it is made: on the disk, so that memory does not grow with it."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from menura.audio import Tape
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable
from menura.systems import Steps
from menura.workflows.making import Making

TAPE_BYTES, FILE_BYTES = 4, 2  # a sample: float32 while it is made, 16 bits in the file


def record(
    work: Making, steps: Steps, targets: Sequence[Path], making_s: float, seconds: float, seed: int
) -> Iterator[Path]:
    """Take down the sounds side by side, then finish and write each; yields the files.

    making_s: seconds that each will be long; seconds: those it is to have when it is finished. The
    first has the seed `seed`, the next the one after it. What is taken down has no name and is
    gone whatever happens. Raises MenuraError where the disk has no room for all of it.
    """
    folder = targets[0].absolute().parent
    system = work.system
    refuse_without_room(
        folder, len(targets) * round(making_s * system.sample_rate) * system.n_audio_channels
    )
    with ExitStack() as opened:
        tapes = [
            opened.enter_context(Tape(folder, system.sample_rate, system.n_audio_channels))
            for _ in targets
        ]
        for step in steps:
            for tape, sound in zip(tapes, step, strict=True):
                tape.append(sound)
            _tell(work, tapes[0].duration_s, making_s, len(targets))
        for number, (tape, target) in enumerate(zip(tapes, targets, strict=True)):
            yield work.write(tape, target, seconds=seconds, seed=seed + number)
            tape.close()  # its room is free for the next


def refuse_without_room(folder: Path, n_samples: int) -> None:
    """Raises MenuraError when `folder` has no room to make and to write so many samples."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    needed, free = n_samples * (TAPE_BYTES + FILE_BYTES), shutil.disk_usage(there).free
    if free < needed:
        raise MenuraError(
            f"{printable(str(folder))}: needs about {needed / 1e9:.2f} GB of disk while it is "
            f"made, {free / 1e9:.2f} GB is free; make room, ask for less, or give --out on "
            "another disk"
        )


def _tell(work: Making, done_s: float, all_s: float, n: int) -> None:
    if done_s < all_s:
        each = f" of each of {n} clips" if n > 1 else ""
        line = f"{done_s:.0f} of {all_s:.0f} s{each} made"
        work.reporter.progress(done_s, all_s, line)
