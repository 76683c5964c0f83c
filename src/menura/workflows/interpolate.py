"""`menura interpolate`: clips on the way from one clip to another, or one that glides there."""

from dataclasses import replace
from pathlib import Path

from menura.audio import Clip
from menura.foundation.errors import UsageError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.models.contract import Path as InLatents
from menura.workflows.making import Making
from menura.workflows.outputs import numbered_files
from menura.workflows.sound import SoundOptions

LEAST_S = 0.01  # of a cut that is worth saying


def interpolate(
    run: Path | str,
    a: Path | str,
    b: Path | str,
    out: Path | str,
    *,
    steps: int = 5,
    glide: bool = False,
    path: InLatents | None = None,
    sound: SoundOptions | None = None,
    reporter: Reporter | None = None,
) -> list[Path]:
    """Write `steps` clips from a to b, both ends included, into the folder `out`, as long
    as the shorter of the two; that the longer one is cut is said.

    glide: one clip instead that sets off as a and arrives as b.
    path: the way through the latents, a straight line or a great circle; None is the system's own.
    Files that are in `out` stay: the numbering goes on after them.
    Raises UsageError for words that cannot be, MenuraError for a bad run or clip.
    """
    sound = sound or SoundOptions()
    if steps < 2:
        raise UsageError(f"--steps must be at least 2, the two ends; not {steps}")
    targets = numbered_files(out, sound)
    work = Making.begin("interpolate", run, sound, reporter, options={"path": path})
    ends = work.read(a), work.read(b)
    _say_cut((str(a), ends[0]), (str(b), ends[1]), work.reporter)
    if glide:
        work = replace(work, options={**work.options, "glide": True})
        return [work.write(work.system.glide(*ends, path=path), targets.file(0))]
    clips = work.system.interpolate(*ends, n_stops=steps, path=path)
    files = []
    for number, clip in enumerate(clips):
        one = replace(work, options={**work.options, "step": f"{number + 1} of {steps}"})
        files.append(one.write(clip, targets.file(number)))
    return files


def _say_cut(a: tuple[str, Clip], b: tuple[str, Clip], reporter: Reporter) -> None:
    """Which of the two, by its name, loses its end."""
    (short, kept), (long, cut) = sorted((a, b), key=lambda end: end[1].n_samples)
    if cut.duration_s - kept.duration_s >= LEAST_S:
        reporter.say(
            f"{printable(long)} is cut to the {kept.duration_s:.2f} s of {printable(short)}"
        )
