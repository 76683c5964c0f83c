"""`menura continue`: a clip, and new music that goes on from it."""

from collections.abc import Mapping
from pathlib import Path

from menura.foundation.reporting import Reporter
from menura.workflows.making import Making
from menura.workflows.outputs import sound_file
from menura.workflows.sound import SoundOptions


def continue_(
    run: Path | str,
    clip: Path | str,
    out: Path | str,
    *,
    label: str | None = None,
    prompt: str | None = None,
    negative_prompt: str | None = None,
    temperature: float | None = None,
    guidance: float | None = None,
    preset: str | None = None,
    settings: Mapping[str, str] | None = None,
    sound: SoundOptions | None = None,
    reporter: Reporter | None = None,
) -> Path:
    """Write the clip followed by `sound.seconds` of new music to the file `out`.

    The options are those of `generate`.
    Raises UsageError for words that cannot be, MenuraError for a bad run or clip.
    """
    sound = sound or SoundOptions()
    file = sound_file(out, sound, [clip])
    work = Making.begin("continue", run, sound, reporter, preset=preset, settings=settings)
    words = work.prompt(prompt, negative_prompt)
    known = work.read(clip)
    new_s = sound.length(work.system.seconds)
    seconds = known.duration_s + new_s
    made = work.system.continue_(
        known,
        new_s + sound.over(seconds),
        sound.seed,
        temperature=temperature,
        label=label,
        guidance=guidance,
        prompt=words,
    )
    return work.write(made, file, seconds=seconds)
