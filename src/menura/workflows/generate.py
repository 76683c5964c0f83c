"""`menura generate`: new clips from a system."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from menura.foundation.errors import UsageError
from menura.foundation.reporting import Reporter
from menura.systems import Prompt, TrainedSystem
from menura.workflows.making import Making, asked
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
    negative_prompt: str | None = None,
    temperature: float | None = None,
    guidance: float | None = None,
    preset: str | None = None,
    settings: Mapping[str, str] | None = None,
    soundfont: Path | str | None = None,
    sound: SoundOptions | None = None,
    reporter: Reporter | None = None,
) -> list[Path]:
    """Make n clips and write them into the folder `out`; returns the files.

    run: the folder of a run, or the name of a pretrained recipe, whose preset and settings say
    which of its weights.

    The clips have the seeds sound.seed, sound.seed + 1, …, which their comment tags state, as
    they do the other options: a single one is made again with its seed and n=1. Files that are in
    `out` stay: the numbering goes on after them.
    temperature: scales the randomness; None is the system's own. Equal seeds give equal clips.
    A system of notes writes a MIDI file beside each clip, by the same name (001.wav, 001.mid).
    soundfont: an SF2 file that plays them; None is the built-in synthesiser.
    label: one of the system's (see `list_labels`). prompt: words; a system of labels follows those
    that they name. negative_prompt, and what follows "without" in the prompt: what the music is
    not to be. guidance: how strictly label or prompt are followed.
    Raises UsageError where the system has no use for an option, MenuraError for a bad run.
    """
    sound, reporter = sound or SoundOptions(), reporter or Reporter()
    if n < 1:
        raise UsageError(f"-n must be at least 1, not {n}")
    targets = numbered_files(out, sound)
    work = Making.begin(
        *("generate", run, sound, reporter, soundfont),
        preset=preset,
        settings=settings,
        options=asked(label, prompt, negative_prompt, temperature, guidance),
    )
    words = work.prompt(prompt, negative_prompt)
    wishes = _Wishes(temperature, label, guidance, words)
    making_s = work.seconds + sound.over(work.seconds)
    batch = BATCH if streaming(work) else max(1, min(BATCH, int(BATCH_S / making_s)))
    files: list[Path] = []
    while len(files) < n:
        n_done, n_more = len(files), min(batch, n - len(files))
        reporter.progress(n_done, n, f"{n_done} of {n} clips made")
        new = [targets.file(n_done + k) for k in range(n_more)]
        tell = _teller(reporter, n_done, n_more, n)
        files += _made(work, wishes, new, making_s, sound.seed + n_done, tell)
    return files


@dataclass(frozen=True)
class _Wishes:
    temperature: float | None
    label: str | None
    guidance: float | None
    prompt: Prompt | None


def _made(
    work: Making,
    wishes: _Wishes,
    targets: list[Path],
    making_s: float,
    seed: int,
    tell: Callable[[float, str], None],
) -> Iterator[Path]:
    """The clips of one batch, written."""
    system, seconds = streaming(work), work.seconds
    if system is not None:
        steps = system.generate_steps(
            *(len(targets), making_s, seed),
            temperature=wishes.temperature,
            label=wishes.label,
            guidance=wishes.guidance,
            prompt=wishes.prompt,
        )
        yield from record(
            work, steps, targets, making_s=making_s, seconds=seconds, seed=seed, tell=tell
        )
        return
    looping = _looping(work)
    make = work.system.generate if looping is None else looping.generate_loops
    clips = make(
        *(len(targets), making_s if looping is None else seconds, seed),
        temperature=wishes.temperature,
        label=wishes.label,
        guidance=wishes.guidance,
        prompt=wishes.prompt,
    )
    is_loop = looping is not None
    for own_seed, (target, clip) in enumerate(zip(targets, clips, strict=True), seed):
        yield work.write(clip, target, seconds=seconds, seed=own_seed, is_loop=is_loop)


def _looping(work: Making) -> TrainedSystem | None:
    """The system, if a loop is asked for and it can make the music over the join itself."""
    system = work.system
    if not work.sound.loop or not isinstance(system, TrainedSystem):
        return None
    return system if system.can_loop(work.seconds) else None


def _teller(reporter: Reporter, n_done: int, n_more: int, n: int) -> Callable[[float, str], None]:
    """Tells how far the next n_more clips are, after n_done of n."""

    def tell(share: float, words: str) -> None:
        line = f"{n_done} of {n} clips made; of the next {n_more}: {words}"
        reporter.progress(n_done + share * n_more, n, line)

    return tell
