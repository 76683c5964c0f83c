"""VGGish: 128 numbers every 0.96 s, by a network that learnt to name the sound of videos."""

from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float32
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional as F

from menura.audio import Clip, conform
from menura.evaluation.embeddings import _vggish_input, _weights
from menura.evaluation.embeddings.contract import Embedding, Points
from menura.evaluation.once_per_clip import once_per_clip
from menura.foundation.devices import available

CONVOLUTIONS = {0: True, 3: True, 6: False, 8: True, 11: False, 13: True}  # layer → pooled after it
LAYERS = (0, 2, 4)
AT_ONCE = 32  # pictures: bounds the memory

Weights = dict[str, Tensor]


class Vggish(Embedding):
    """Hershey et al. (ICASSP 2017): the last layer before its rectifier, neither whitened nor
    rounded, as Fréchet audio distances take it (Kilgour et al. 2019; Gui et al. 2024).

    The weights are read from a .safetensors file with the names of the widely used port to PyTorch
    (`features.0.weight` … `embeddings.4.bias`); sizes are read from it.
    """

    in_words = "VGGish, 128 numbers before the last rectifier, 16 kHz"
    counted = "windows"
    points_a_second = 1 / 0.96
    sample_rate = _vggish_input.SAMPLE_RATE

    def unavailable(self) -> str | None:
        return _weights.missing("vggish", None)

    def n_points(self, clip: Clip) -> int:
        return _vggish_input.n_examples(round(clip.duration_s * self.sample_rate))

    def points(self, clip: Clip) -> Points:
        return _points(clip, _weights.folder_of("vggish", None))


@once_per_clip
def _points(clip: Clip, folder: Path) -> Points:
    weights = _opened(folder)
    sound = conform(clip, Vggish.sample_rate, 1).samples[0]
    pictures = _vggish_input.examples(sound)
    n_dimensions = len(weights["embeddings.4.bias"])
    found = [np.zeros((0, n_dimensions), np.float32)]
    for start in range(0, len(pictures), AT_ONCE):
        found.append(_embedded(weights, torch.from_numpy(pictures[start : start + AT_ONCE])))
    return np.concatenate(found)


@torch.no_grad()
def _embedded(
    weights: Weights, pictures: Float32[Tensor, "examples frames mels"]
) -> Float32[np.ndarray, "examples dimensions"]:
    x = pictures[:, None].to(weights["embeddings.0.weight"].device)
    for layer, pooled in CONVOLUTIONS.items():
        named = f"features.{layer}"
        x = F.relu(F.conv2d(x, weights[f"{named}.weight"], weights[f"{named}.bias"], padding=1))
        if pooled:
            x = F.max_pool2d(x, 2)
    x = x.permute(0, 2, 3, 1).flatten(1)  # time, band, channel, as the original lays them out
    for layer in LAYERS:
        x = F.linear(x, weights[f"embeddings.{layer}.weight"], weights[f"embeddings.{layer}.bias"])
        if layer != LAYERS[-1]:
            x = F.relu(x)
    embedded: Float32[np.ndarray, "examples dimensions"] = x.cpu().numpy()
    return embedded


@lru_cache(maxsize=1)
def _opened(folder: Path) -> Weights:
    file = next(iter(sorted(folder.glob("*.safetensors"))))
    try:
        weights = load_file(file, device=available()[0])
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise _weights.cannot_be_loaded(file, error) from None
    wanted = {
        f"{part}.{layer}.{kind}"
        for part, layers in (("features", CONVOLUTIONS), ("embeddings", LAYERS))
        for layer in layers
        for kind in ("weight", "bias")
    }
    if absent := sorted(wanted - set(weights)):
        raise _weights.cannot_be_loaded(file, f"{absent[0]} is not in them")
    return {name: weights[name].float() for name in wanted}
