"""CLAP: 512 numbers for every ten seconds, by a network that learnt what words fit to sound."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float32
from safetensors import SafetensorError

from menura.audio import Clip, conform
from menura.evaluation.embeddings import _weights
from menura.evaluation.embeddings.contract import Embedding, Points
from menura.evaluation.once_per_clip import once_per_clip
from menura.foundation.devices import available
from menura.systems.musicgen.quiet import quiet_transformers

CHECKPOINT = "laion/larger_clap_music"
WINDOW_S = 10
SHORTEST_S = 1.0  # of a last window that is not whole
AT_ONCE = 8  # windows: bounds the memory


class Clap(Embedding):
    """Wu et al. (ICASSP 2023), the checkpoint of music, opened by transformers.

    Windows of ten seconds, what the network was trained on, one after another: a clip, or the end
    of one, that is shorter is repeated until it fills its window, as the network's own preparation
    does. Each embedding has length 1. Published figures (Gui et al. 2024) begin a window every
    second; those of clips up to ten seconds are the same.
    """

    in_words = "CLAP (music), 512 numbers of length 1 over 10 s, 48 kHz"
    counted = "windows"
    points_a_second = 1 / WINDOW_S
    sample_rate = 48_000

    def unavailable(self) -> str | None:
        return _weights.missing("clap", CHECKPOINT)

    def n_points(self, clip: Clip) -> int:
        return len(_starts(round(clip.duration_s * self.sample_rate)))

    def points(self, clip: Clip) -> Points:
        return _points(clip, _weights.folder_of("clap", CHECKPOINT))


def _starts(n_samples: int) -> list[int]:
    """Where windows begin, in samples; a clip has one, however short it is."""
    n_window = WINDOW_S * Clap.sample_rate
    starts = range(0, max(1, n_samples), n_window)
    least = SHORTEST_S * Clap.sample_rate
    return [start for start in starts if start == 0 or n_samples - start >= least]


@once_per_clip
def _points(clip: Clip, folder: Path) -> Points:
    sound = conform(clip, Clap.sample_rate, 1).samples[0]
    n_window = WINDOW_S * Clap.sample_rate
    windows = [sound[start : start + n_window] for start in _starts(len(sound))]
    parts = [
        _embedded(folder, windows[first : first + AT_ONCE])
        for first in range(0, len(windows), AT_ONCE)
    ]
    return np.concatenate(parts)


@torch.no_grad()
def _embedded(
    folder: Path, windows: list[Float32[np.ndarray, "_"]]
) -> Float32[np.ndarray, "windows dimensions"]:
    model, extractor = _opened(folder)
    heard = extractor(windows, sampling_rate=Clap.sample_rate, return_tensors="pt")
    said = model(
        input_features=heard["input_features"].float().to(model.device),
        is_longer=heard["is_longer"].to(model.device),
    )
    embedded: Float32[np.ndarray, "windows dimensions"] = (
        torch.nn.functional.normalize(said.audio_embeds, dim=-1).float().cpu().numpy()
    )
    return embedded


@lru_cache(maxsize=1)
def _opened(folder: Path) -> tuple[Any, Any]:
    """Network and the preparation of its input."""
    with quiet_transformers():
        from transformers import ClapAudioModelWithProjection, ClapFeatureExtractor

        try:
            model, told = ClapAudioModelWithProjection.from_pretrained(
                folder,
                dtype=torch.float32,
                output_loading_info=True,
                local_files_only=True,
                use_safetensors=True,
            )
            extractor = ClapFeatureExtractor.from_pretrained(folder, local_files_only=True)
        except (OSError, ValueError, RuntimeError, KeyError, SafetensorError) as error:
            raise _weights.cannot_be_loaded(folder, error) from None
    if problems := sorted({*told["missing_keys"], *map(str, told["mismatched_keys"])}):
        raise _weights.cannot_be_loaded(folder, f"{problems[0]} is missing or of another shape")
    if extractor.sampling_rate != Clap.sample_rate:
        raise _weights.cannot_be_loaded(folder, f"it hears {extractor.sampling_rate} Hz")
    return model.eval().to(available()[0]).requires_grad_(False), extractor
