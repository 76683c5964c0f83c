"""`menura inpaint`: a clip with a part of it made anew."""

from pathlib import Path

from menura.foundation.reporting import Reporter
from menura.workflows.making import Making
from menura.workflows.outputs import sound_file
from menura.workflows.sound import SoundOptions


def inpaint(
    run: Path | str,
    clip: Path | str,
    out: Path | str,
    *,
    from_s: float,
    to_s: float,
    sound: SoundOptions | None = None,
    reporter: Reporter | None = None,
) -> Path:
    """Make the clip's part from from_s to to_s (seconds) anew; write all of it to `out`.

    Raises UsageError for words that cannot be, MenuraError for a bad run or clip.
    """
    sound = sound or SoundOptions()
    file = sound_file(out, sound, [clip])
    options = {"from": from_s, "to": to_s}
    work = Making.begin("inpaint", run, sound, reporter, options=options)
    return work.write(work.system.inpaint(work.read(clip), from_s, to_s, sound.seed), file)
