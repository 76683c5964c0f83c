"""`menura continue`: a clip, and new music that goes on from it."""

from collections.abc import Mapping
from pathlib import Path

from menura.foundation.reporting import Reporter
from menura.workflows.making import Making, asked
from menura.workflows.outputs import sound_file
from menura.workflows.recording import record, streaming
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
    soundfont: Path | str | None = None,
    sound: SoundOptions | None = None,
    reporter: Reporter | None = None,
) -> Path:
    """Write the clip followed by `sound.seconds` of new music to the file `out`.

    clip: a sound file; a MIDI file for a system of notes, which writes the notes of the whole to a
    MIDI file beside `out` and plays them by `soundfont` (an SF2 file; None: by itself).
    The other options are those of `generate`.
    Raises UsageError for words that cannot be, MenuraError for a bad run or clip.
    """
    sound = sound or SoundOptions()
    file = sound_file(out, sound, [clip])
    work = Making.begin(
        *("continue", run, sound, reporter, soundfont),
        preset=preset,
        settings=settings,
        options=asked(label, prompt, negative_prompt, temperature, guidance),
    )
    words = work.prompt(prompt, negative_prompt)
    work.keep_apart(file, [clip])
    known, new_s = work.read(clip), work.seconds
    seconds = known.duration_s + new_s
    over_s = sound.over(seconds)
    if (system := streaming(work)) is None:
        made = work.system.continue_(
            *(known, new_s + over_s, sound.seed),
            temperature=temperature,
            label=label,
            guidance=guidance,
            prompt=words,
        )
        return work.write(made, file, seconds=seconds)
    steps = system.continue_steps(
        *(known, new_s + over_s, sound.seed),
        temperature=temperature,
        label=label,
        guidance=guidance,
        prompt=words,
    )
    [written] = record(
        *(work, steps, [file]),
        making_s=seconds + over_s,
        seconds=seconds,
        seed=sound.seed,
        tell=lambda share, words: work.reporter.progress(share, 1.0, words),
    )
    return written
