"""Sound that is taken down while it is made: on the disk, so that memory does not grow with it."""

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from menura.audio import Tape
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable
from menura.systems import Steps, TrainedSystem
from menura.workflows.making import Making

TAPE_BYTES, FILE_BYTES = 4, 2  # a sample: float32 while it is made, at most 16 bits in the file


def streaming(work: Making) -> TrainedSystem | None:
    """The system, if it can make music of any length; others make clips that fit into memory."""
    system = work.system
    return system if isinstance(system, TrainedSystem) and system.streams else None


def record(
    work: Making,
    steps: Steps,
    targets: Sequence[Path],
    *,
    making_s: float,
    seconds: float,
    seed: int,
    tell: Callable[[float, str], None],
) -> Iterator[Path]:
    """Take down the sounds side by side, then finish and write each; yields the files.

    making_s: seconds that each will be long; seconds: those it is to have when it is finished.
    seed: that of the first sound; the next has the one after it. tell: is told, while more is to
    come, the share that is made, and in words how much that is and when it will be all.

    What is taken down has no name and is gone, whatever happens. Raises MenuraError where the
    disk has no room for all of it.
    """
    system, folder = work.system, targets[0].absolute().parent
    n_samples = len(targets) * round(making_s * system.sample_rate)
    _refuse_without_room(folder, n_samples * system.n_audio_channels)
    started = time.monotonic()
    with ExitStack() as opened:
        tapes = [
            opened.enter_context(Tape(folder, system.sample_rate, system.n_audio_channels))
            for _ in targets
        ]
        for step in steps:
            for tape, sound in zip(tapes, step, strict=True):
                tape.append(sound)
            share = tapes[0].duration_s / making_s
            if 0 < share < 1:
                left_s = (time.monotonic() - started) * (1 / share - 1)
                tell(share, f"{tapes[0].duration_s:.0f} of {making_s:.0f} s, {_left(left_s)}")
        for number, (tape, target) in enumerate(zip(tapes, targets, strict=True)):
            yield work.write(tape, target, seconds=seconds, seed=seed + number)
            tape.close()  # its room is free for the next


def _refuse_without_room(folder: Path, n_samples: int) -> None:
    there = next(place for place in (folder, *folder.parents) if place.exists())
    needed, free = n_samples * (TAPE_BYTES + FILE_BYTES), shutil.disk_usage(there).free
    if free < needed:
        raise MenuraError(
            f"{printable(str(folder))}: needs about {needed / 1e9:.2f} GB of disk while it is "
            f"made, {free / 1e9:.2f} GB is free; make room, ask for less, or give --out on "
            "another disk"
        )


def _left(seconds: float) -> str:
    return f"{seconds:.0f} s left" if seconds < 90 else f"{seconds / 60:.0f} min left"
