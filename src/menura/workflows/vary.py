"""`menura vary`: something like a clip."""

from pathlib import Path

from menura.foundation.errors import UsageError
from menura.foundation.reporting import Reporter
from menura.workflows.making import Making
from menura.workflows.outputs import sound_file
from menura.workflows.sound import SoundOptions


def vary(
    run: Path | str,
    clip: Path | str,
    out: Path | str,
    *,
    strength: float,
    sound: SoundOptions | None = None,
    reporter: Reporter | None = None,
) -> Path:
    """Write a variation of the clip to `out`. strength: 0 (the clip) … 1 (something new).

    Raises UsageError for words that cannot be, MenuraError for a bad run or clip.
    """
    sound = sound or SoundOptions()
    if not 0 <= strength <= 1:
        raise UsageError(f"--strength must be 0…1, not {strength:g}")
    file = sound_file(out, sound, [clip])
    work = Making.begin("vary", run, sound, reporter, options={"strength": strength})
    return work.write(work.system.vary(work.read(clip), strength, sound.seed), file)
