"""`menura interpolate`: clips on the way from one clip to another, or one that glides there."""

from pathlib import Path

from menura.foundation.errors import UsageError
from menura.foundation.reporting import Reporter
from menura.models.contract import Path as InLatents
from menura.workflows.making import Making
from menura.workflows.outputs import numbered_files
from menura.workflows.sound import SoundOptions


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
    """Write `steps` clips from a to b, both ends included, into the folder `out`.

    glide: one clip instead that sets off as a and arrives as b.
    path: the way through the latents, a straight line or a great circle; None is the system's own.
    Files that are in `out` stay: the numbering goes on after them.
    Raises UsageError for words that cannot be, MenuraError for a bad run or clip.
    """
    sound = sound or SoundOptions()
    if steps < 2:
        raise UsageError(f"--steps must be at least 2, the two ends; not {steps}")
    targets = numbered_files(out, sound)
    work = Making.begin("interpolate", run, sound, reporter)
    ends = work.read(a), work.read(b)
    if glide:
        return [work.write(work.system.glide(*ends, path=path), targets.file(0))]
    clips = work.system.interpolate(*ends, n_stops=steps, path=path)
    return [work.write(clip, targets.file(number)) for number, clip in enumerate(clips)]
