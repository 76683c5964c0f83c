"""Tiny networks of random weights, laid out on the disk as those of the embeddings are."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from menura.evaluation.classifiers import About, config_of, kind, save
from menura.evaluation.embeddings import menura
from menura.foundation.config import to_dict
from menura.systems.musicgen.quiet import quiet_transformers

VARIABLE = "MENURA_EMBEDDINGS"
CHANNELS, HIDDEN, DIMENSIONS = (4, 4, 8, 8, 8, 8), 16, 12


def write_all(folder: Path) -> Path:
    """The folder, with one folder an embedding."""
    write_vggish(folder / "vggish")
    write_clap(folder / "clap")
    write_encodec(folder / "encodec")
    write_menura(folder / "menura")
    return folder


def write_vggish(folder: Path) -> Path:
    """Six convolutions and three layers, narrow."""
    rng = torch.Generator().manual_seed(0)

    def drawn(*shape: int) -> torch.Tensor:
        inputs = max(1, shape[0] if len(shape) == 1 else torch.zeros(shape[1:]).numel())
        return torch.randn(shape, generator=rng) * (2 / inputs) ** 0.5

    weights, before = {}, 1
    for layer, width in zip((0, 3, 6, 8, 11, 13), CHANNELS, strict=True):
        weights[f"features.{layer}.weight"] = drawn(width, before, 3, 3)
        weights[f"features.{layer}.bias"] = 0.1 * drawn(width)
        before = width
    sizes = (6 * 4 * before, HIDDEN, HIDDEN, DIMENSIONS)
    for number, layer in enumerate((0, 2, 4)):
        weights[f"embeddings.{layer}.weight"] = drawn(sizes[number + 1], sizes[number])
        weights[f"embeddings.{layer}.bias"] = 0.1 * drawn(sizes[number + 1])
    folder.mkdir(parents=True)
    save_file(weights, folder / "vggish.safetensors")
    return folder


def write_clap(folder: Path) -> Path:
    """Sound and text, as a checkpoint on the hub has both."""
    with quiet_transformers(), torch.random.fork_rng(devices=[]):
        from transformers import ClapConfig, ClapFeatureExtractor, ClapModel

        torch.manual_seed(0)
        sound = {
            "depths": [1, 1],
            "num_attention_heads": [1, 2],
            "patch_embeds_hidden_size": 8,
            "hidden_size": 16,
            "num_hidden_layers": 2,
            "spec_size": 256,
            "patch_size": 16,
            "patch_stride": [16, 16],
            "projection_dim": DIMENSIONS,
        }
        text = {
            "vocab_size": 16,
            "hidden_size": 16,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "intermediate_size": 16,
            "projection_dim": DIMENSIONS,
        }
        config = ClapConfig(audio_config=sound, text_config=text, projection_dim=DIMENSIONS)
        ClapModel(config).save_pretrained(folder)
        ClapFeatureExtractor(sampling_rate=48_000, truncation="rand_trunc").save_pretrained(folder)
    return folder


def write_encodec(folder: Path, sample_rate: int = 24_000) -> Path:
    """A codec of 75 frames a second."""
    with quiet_transformers(), torch.random.fork_rng(devices=[]):
        from transformers import EncodecConfig, EncodecModel

        torch.manual_seed(0)
        config = EncodecConfig(
            sampling_rate=sample_rate,
            upsampling_ratios=[8, 5, 4, 2],
            num_filters=4,
            hidden_size=DIMENSIONS,
            codebook_size=16,
            target_bandwidths=[1.5],
            num_lstm_layers=1,
            normalize=False,
        )
        model = EncodecModel(config)
        with torch.no_grad():  # so narrow and untrained, it would hardly hear anything
            for name, weight in model.encoder.named_parameters():
                if name.endswith("original0"):
                    weight.mul_(2)
        model.save_pretrained(folder)
    return folder


def write_menura(folder: Path, classifier: str = "log-mel-cnn") -> Path:
    """A classifier that has learnt nothing, in place of the one that is shipped."""
    labels = ("high", "low")
    untaught = kind(classifier)(config_of(classifier, "tiny"), labels)
    save(untaught, About(classifier, to_dict(untaught.config), labels, "label"), folder)
    return folder


def looked_for_in(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """From here on the embeddings look for their weights in `folder`, Menura's own too, which are
    a part of the installation otherwise."""
    patch.setenv(VARIABLE, str(folder))
    patch.setattr(menura, "FOLDER", folder / "menura")
