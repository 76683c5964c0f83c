"""`menura generate`: new clips from a trained system."""

from collections.abc import Callable
from pathlib import Path

from menura.foundation.errors import UsageError
from menura.foundation.reporting import Reporter
from menura.workflows.making import Making
from menura.workflows.outputs import numbered_files
from menura.workflows.recording import record, streaming
from menura.workflows.sound import SoundOptions

# Made together: more at once is faster. What does not stream is in memory, all of it.
BATCH, BATCH_S = 16, 600.0


def generate(
    run: Path | str,
    out: Path | str,
    *,
    n: int = 1,
    label: str | None = None,
    prompt: str | None = None,
    temperature: float | None = None,
    guidance: float | None = None,
    soundfont: Path | str | None = None,
    sound: SoundOptions | None = None,
    reporter: Reporter | None = None,
) -> list[Path]:
    """Make n clips and write them into the folder `out`; returns the files.

    The clips have the seeds sound.seed, sound.seed + 1, …, which their comment tags state: a
    single one is made again with its seed and n=1. Files that are in `out` stay: the numbering
    goes on after them.
    temperature: scales the randomness; None is the system's own. Equal seeds give equal clips.
    A system of notes writes a MIDI file beside each clip, by the same name (001.wav, 001.mid).
    soundfont: an SF2 file that plays them; None is the built-in synthesiser.
    label: one of the system's (see `list_labels`); guidance: how strictly it is followed.
    Raises UsageError where the system has no use for an option, MenuraError for a bad run.
    """
    sound, reporter = sound or SoundOptions(), reporter or Reporter()
    if n < 1:
        raise UsageError(f"-n must be at least 1, not {n}")
    targets = numbered_files(out, sound)
    work = Making.begin("generate", run, sound, reporter, soundfont)
    _refuse_prompt(work.system.description.recipe, prompt)
    seconds = sound.length(work.system.seconds)
    making_s = seconds + sound.over(seconds)
    system = streaming(work)
    batch = max(1, min(BATCH, int(BATCH_S / making_s))) if system is None else BATCH
    files: list[Path] = []
    while len(files) < n:
        n_done, n_more = len(files), min(batch, n - len(files))
        reporter.progress(n_done, n, f"{n_done} of {n} clips made")
        seed, new = sound.seed + n_done, [targets.file(n_done + k) for k in range(n_more)]
        asked = n_more, making_s, seed
        if system is not None:
            steps = system.generate_steps(
                *asked, temperature=temperature, label=label, guidance=guidance
            )
            tell = _teller(reporter, n_done, n_more, n)
            files += record(
                work, steps, new, making_s=making_s, seconds=seconds, seed=seed, tell=tell
            )
            continue
        clips = work.system.generate(
            *asked, temperature=temperature, label=label, guidance=guidance
        )
        for own_seed, (target, clip) in enumerate(zip(new, clips, strict=True), seed):
            files.append(work.write(clip, target, seconds=seconds, seed=own_seed))
    return files


def _teller(reporter: Reporter, n_done: int, n_more: int, n: int) -> Callable[[float, str], None]:
    """Tells how far the next n_more clips are, after n_done of n."""

    def tell(share: float, words: str) -> None:
        line = f"{n_done} of {n} clips made; of the next {n_more}: {words}"
        reporter.progress(n_done + share * n_more, n, line)

    return tell


def _refuse_prompt(recipe: str, prompt: str | None) -> None:
    if prompt is not None:
        raise UsageError(
            f"--prompt: a {recipe} system has learnt no words to follow; leave the option out"
        )
