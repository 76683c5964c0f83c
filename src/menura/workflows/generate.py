"""`menura generate`: new clips from a system."""

from collections.abc import Mapping
from pathlib import Path

from menura.foundation.errors import UsageError
from menura.foundation.reporting import Reporter
from menura.workflows.making import Making
from menura.workflows.outputs import numbered_files
from menura.workflows.sound import SoundOptions

# Made together: more at once is faster, and all of it is in memory.
BATCH, BATCH_S = 16, 600.0


def generate(
    run: Path | str,
    out: Path | str,
    *,
    n: int = 1,
    label: str | None = None,
    prompt: str | None = None,
    negative_prompt: str | None = None,
    temperature: float | None = None,
    guidance: float | None = None,
    preset: str | None = None,
    settings: Mapping[str, str] | None = None,
    sound: SoundOptions | None = None,
    reporter: Reporter | None = None,
) -> list[Path]:
    """Make n clips and write them into the folder `out`; returns the files.

    run: the folder of a run, or the name of a pretrained recipe, whose preset and settings say
    which of its weights.

    The clips have the seeds sound.seed, sound.seed + 1, …, which their comment tags state: a
    single one is made again with its seed and n=1. Files that are in `out` stay: the numbering
    goes on after them.
    temperature: scales the randomness; None is the system's own. Equal seeds give equal clips.
    label: one of the system's (see `list_labels`). prompt: words; a system of labels follows those
    that they name. negative_prompt, and what follows "without" in the prompt: what the music is
    not to be. guidance: how strictly label or prompt are followed.
    Raises UsageError where the system has no use for an option, MenuraError for a bad run.
    """
    sound, reporter = sound or SoundOptions(), reporter or Reporter()
    if n < 1:
        raise UsageError(f"-n must be at least 1, not {n}")
    targets = numbered_files(out, sound)
    work = Making.begin("generate", run, sound, reporter, preset=preset, settings=settings)
    words = work.prompt(prompt, negative_prompt)
    seconds = sound.length(work.system.seconds)
    making_s = seconds + sound.over(seconds)
    batch = max(1, min(BATCH, int(BATCH_S / making_s)))
    files: list[Path] = []
    while len(files) < n:
        reporter.progress(len(files), n, f"{len(files)} of {n} clips made")
        seed = sound.seed + len(files)
        clips = work.system.generate(
            min(batch, n - len(files)),
            making_s,
            seed,
            temperature=temperature,
            label=label,
            guidance=guidance,
            prompt=words,
        )
        for own_seed, clip in enumerate(clips, seed):
            target = targets.file(len(files))
            files.append(work.write(clip, target, seconds=seconds, seed=own_seed))
    return files
