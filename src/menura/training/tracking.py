"""What a run leaves to look at: log.jsonl, TensorBoard, previews to hear and see."""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

import numpy as np
from torch.utils.tensorboard import SummaryWriter

from menura import audio
from menura.audio import Clip, Played
from menura.audio.picture import spectrograms_png
from menura.audio.score_picture import score_png
from menura.foundation.atomic import replacing

LOG, TENSORBOARD, PREVIEWS = "log.jsonl", "tensorboard", "previews"


class Tracking:
    """Writes beside the run. What a killed run wrote after its last checkpoint is cut off."""

    def __init__(self, run: Path, from_step: int):
        self._run = run
        _keep_until(run / LOG, from_step)
        self._board = SummaryWriter(str(run / TENSORBOARD), purge_step=from_step or None)

    def __enter__(self) -> "Tracking":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._board.close()

    def values(self, step: int, values: Mapping[str, float]) -> None:
        """One line in the log (in place of an earlier one for this step), a point on every curve.

        There is an earlier one when a run was killed in the middle of its last look.
        """
        _keep_until(self._run / LOG, step - 1)
        with (self._run / LOG).open("a", encoding="utf-8") as file:
            file.write(json.dumps({"step": step, **values}) + "\n")
        for name, value in values.items():
            self._board.add_scalar(name, value, step)

    def preview(self, step: int, clip: Clip, comment: str) -> Path:
        """A clip made at this step, as a file, a picture, and on TensorBoard; with its notes, where
        it was played from notes, which the picture then shows."""
        path = self._run / PREVIEWS / f"step-{step:07d}.wav"
        audio.write(clip, path, comment=comment)
        if isinstance(clip, Played):
            audio.write_score(path.with_suffix(".mid"), clip.score, comment=comment)
            png = score_png(clip.score, title=f"step {step}", seconds=clip.duration_s)
        else:
            png = spectrograms_png([(f"step {step}", clip)])
        with replacing(path.with_suffix(".png")) as temporary:
            temporary.write_bytes(png)
        peak = max(1.0, float(np.abs(clip.samples).max(initial=0.0)))
        self._board.add_audio("preview", clip.mono().samples / peak, step, clip.sample_rate)
        self._board.add_image("preview", _pixels(png), step, dataformats="HWC")
        return path


def _pixels(png: bytes) -> np.ndarray:
    from matplotlib.image import imread

    pixels = np.asarray(imread(io.BytesIO(png), format="png"))
    return np.asarray(np.round(255 * pixels[:, :, :3]), dtype=np.uint8)


def _keep_until(log: Path, step: int) -> None:
    """Drop what is later than `step`: the run writes it again."""
    if not log.is_file():
        return
    every = log.read_text(encoding="utf-8").splitlines()
    lines = [line for line in every if _step(line) <= step]
    if len(lines) == len(every):
        return
    with replacing(log) as temporary:
        temporary.write_text("".join(line + "\n" for line in lines), encoding="utf-8")


def _step(line: str) -> float:
    """The step of a log line; a line cut short by a kill is dropped."""
    try:
        return int(json.loads(line)["step"])
    except (ValueError, KeyError):
        return float("inf")
