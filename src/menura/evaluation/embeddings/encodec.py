"""EnCodec: 128 numbers a frame, 75 frames a second, what a codec hears before it rounds."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError

from menura.audio import Clip, conform
from menura.evaluation.embeddings import _weights
from menura.evaluation.embeddings.contract import Embedding, Points
from menura.evaluation.once_per_clip import once_per_clip
from menura.foundation.devices import available
from menura.systems.musicgen.quiet import quiet_transformers

CHECKPOINT = "facebook/encodec_24khz"
PIECE_S, AROUND_S = 30, 2  # long clips go in pieces, with so much heard before and after each


class Encodec(Embedding):
    """Défossez et al. (2022): the encoder of the 24 kHz codec, opened by transformers.

    Its frames before they are rounded to codes, as Gui et al. (2024) take them.
    """

    in_words = "EnCodec, 128 numbers a frame before rounding, 24 kHz"
    counted = "frames"
    points_a_second = 75.0
    sample_rate = 24_000

    def unavailable(self) -> str | None:
        return _weights.missing("encodec", CHECKPOINT)

    def n_points(self, clip: Clip) -> int:
        return round(clip.duration_s * self.points_a_second)

    def points(self, clip: Clip) -> Points:
        return _points(clip, _weights.folder_of("encodec", CHECKPOINT))


@once_per_clip
@torch.no_grad()
def _points(clip: Clip, folder: Path) -> Points:
    model = _opened(folder)
    hop = int(model.config.hop_length)
    sound = conform(clip, Encodec.sample_rate, 1).samples[0]
    piece, around = (-(-s * Encodec.sample_rate // hop) for s in (PIECE_S, AROUND_S))
    found = []
    for start in range(0, -(-len(sound) // hop), piece):
        first = max(0, start - around)
        part = sound[first * hop : (start + piece + around) * hop]
        frames = model.encoder(torch.from_numpy(part)[None, None].to(model.device))[0].T
        found.append(frames[start - first :][:piece].float().cpu().numpy())
    return np.concatenate(found)


@lru_cache(maxsize=1)
def _opened(folder: Path) -> Any:
    with quiet_transformers():
        from transformers import EncodecModel

        try:
            model, told = EncodecModel.from_pretrained(
                folder,
                dtype=torch.float32,
                output_loading_info=True,
                local_files_only=True,
                use_safetensors=True,
            )
        except (OSError, ValueError, RuntimeError, KeyError, SafetensorError) as error:
            raise _weights.cannot_be_loaded(folder, error) from None
    if problems := sorted({*told["missing_keys"], *map(str, told["mismatched_keys"])}):
        raise _weights.cannot_be_loaded(folder, f"{problems[0]} is missing or of another shape")
    form = (model.config.sampling_rate, model.config.audio_channels, model.config.normalize)
    if form != (Encodec.sample_rate, 1, False):
        raise _weights.cannot_be_loaded(
            folder, f"a codec of {form[0]} Hz, {form[1]} channels; {CHECKPOINT} is needed"
        )
    return model.eval().to(available()[0]).requires_grad_(False)
