"""`menura reconstruct`: a clip as a trained system can express it."""

from collections.abc import Mapping
from pathlib import Path

from menura.foundation.reporting import Reporter
from menura.workflows.making import Making
from menura.workflows.outputs import sound_file
from menura.workflows.sound import SoundOptions


def reconstruct(
    run: Path | str,
    clip: Path | str,
    out: Path | str,
    *,
    label: str | None = None,
    preset: str | None = None,
    settings: Mapping[str, str] | None = None,
    sound: SoundOptions | None = None,
    reporter: Reporter | None = None,
) -> Path:
    """Pass the clip through the system and write the result to the file `out`.

    label: one of the system's (see `list_labels`), told in place of the clip's own.
    preset, settings: where `run` is the name of a pretrained recipe.
    Raises UsageError for words that cannot be, MenuraError for a bad run or clip.
    """
    sound = sound or SoundOptions()
    file = sound_file(out, sound, [clip])
    work = Making.begin(
        *("reconstruct", run, sound, reporter),
        preset=preset,
        settings=settings,
        options={"label": label},
    )
    work.check_label(label)
    return work.write(work.system.reconstruct(work.read(clip), label=label), file)
