"""The recipes of autoencoders: what the reports state of them, layer by layer."""

from dataclasses import replace

import pytest
import torch

from menura import models, recipes, representations
from menura.models.conv2d_autoencoder import Conv2dAutoencoder
from menura.models.dense_vae import DenseVae
from menura.recipes import Preset

FAMILY = ("mfcc-vae", "conv2d-autoencoder", "inception-vae", "conv1d-vae", "mel-vae")


def on_meta(preset: Preset) -> models.Model:
    """Counted without being allocated."""
    assert preset.representation is not None
    part = representations.build(
        preset.representation.name, preset.representation.config, preset.sample_rate
    )
    with torch.device("meta"):
        return models.build(preset.model.name, preset.model.config, part.spec)


def n_parameters(module: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def test_mfcc_vae_has_the_report_s_layers_and_parameters() -> None:
    model = on_meta(recipes.load("mfcc-vae").preset("paper"))
    shapes = {name: tuple(p.shape) for name, p in model.named_parameters() if p.ndim > 1}
    assert shapes == {
        "encoder.hidden.weight": (2580, 25_860),
        "encoder.mean.weight": (128, 2580),
        "encoder.log_variance.weight": (128, 2580),
        "decoder.hidden.weight": (2580, 128),
        "decoder.window.weight": (25_860, 2580),
    }
    assert n_parameters(model.encoder.hidden) == 66_721_380  # type: ignore[arg-type, union-attr]
    assert n_parameters(model.encoder.mean) == 330_368  # type: ignore[arg-type, union-attr]
    assert n_parameters(model.decoder) == 67_077_480  # type: ignore[arg-type]
    assert n_parameters(model) == 134_459_596


def test_conv2d_autoencoder_has_the_report_s_layers_and_parameters() -> None:
    """Every line of the report's tables: shape after each layer, and its parameters."""
    model = on_meta(recipes.load("conv2d-autoencoder").preset("paper"))
    assert isinstance(model, Conv2dAutoencoder)
    image = torch.empty(1, 1, 512, 640, device="meta")
    down = layers_of(model.encoder.layers, image)  # type: ignore[arg-type]
    assert down == [
        ((32, 255, 319), 320),
        ((64, 127, 159), 18_496),
        ((64, 63, 79), 36_928),
        ((64, 31, 39), 36_928),
    ]
    assert n_parameters(model.encoder.dense) == 4_952_128  # type: ignore[arg-type]
    assert model.encoder.dense.weight.shape == (64, 77_376)  # type: ignore[union-attr]
    assert n_parameters(model.decoder.dense) == 2_703_360  # type: ignore[arg-type]
    assert model.decoder.dense.weight.shape == (81_920, 32)  # type: ignore[union-attr]
    up = layers_of(model.decoder.layers, torch.empty(1, 64, 32, 40, device="meta"))  # type: ignore[arg-type]
    assert up == [
        ((64, 64, 80), 36_928),
        ((64, 128, 160), 36_928),
        ((64, 256, 320), 36_928),
        ((32, 512, 640), 18_464),
        ((1, 512, 640), 289),
    ]
    assert n_parameters(model.encoder) == 5_044_800
    assert n_parameters(model.decoder) == 2_832_897


def layers_of(layers: torch.nn.Sequential, image: torch.Tensor) -> list[tuple[object, int]]:
    said: list[tuple[object, int]] = []
    for layer in layers:
        image = layer(image)
        if n := n_parameters(layer):
            said.append((tuple(image.shape[1:]), n))
    return said


def test_the_plain_preset_says_32_numbers_and_nothing_of_their_spread() -> None:
    model = on_meta(recipes.load("conv2d-autoencoder").preset("plain"))
    assert isinstance(model, Conv2dAutoencoder)
    assert model.encoder.dense.weight.shape == (32, 77_376)  # type: ignore[union-attr]
    assert not model.config.bottleneck.variational


def test_mel_vae_has_a_plane_and_a_preset_that_is_wider() -> None:
    recipe = recipes.load("mel-vae")
    sizes = {
        name: preset.model.config.bottleneck.n_latent for name, preset in recipe.presets.items()
    }
    assert {sizes[name] for name in sizes if name != "laptop-wide"} == {2}
    assert sizes["laptop-wide"] > 2
    forms = ("paper", "paper-log-amplitude", "paper-vanilla")
    parts = [recipe.presets[form].representation for form in forms]
    assert [part.name for part in parts if part] == ["log-mel", "log-power", "power"]


@pytest.mark.parametrize("name", FAMILY)
def test_every_preset_trains_on_windows_of_its_model(name: str) -> None:
    for preset in recipes.load(name).presets.values():
        assert preset.batching.n_frames == preset.model.config.n_window


def test_the_report_s_draws_have_the_stated_mean_and_variance() -> None:
    config = replace(DenseVae.tiny, drawn=(0.05, 0.95))
    drawn = DenseVae(config, DenseVae.tiny_spec)._drawn(
        [torch.Generator().manual_seed(seed) for seed in range(3000)], 1, 1.0
    )
    assert float(drawn.mean()) == pytest.approx(0.05, abs=0.02)
    assert float(drawn.var()) == pytest.approx(0.95, abs=0.03)
    assert recipes.load("mfcc-vae").preset("paper").model.config.drawn == (0.05, 0.95)


def test_the_template_and_its_range_are_options_of_the_recipe() -> None:
    preset = recipes.load("mfcc-vae").preset("paper")
    assert preset.representation is not None
    assert preset.representation.config.bounds == (-1.0, 1.0)
    other = recipes.load("mfcc-vae").preset("paper-wide-range")
    assert other.representation is not None
    assert other.representation.config.bounds == (-2.0, 2.0)
    templated = preset.with_settings({"representation.template": "clip.wav"})
    assert templated.representation is not None
    assert templated.representation.config.template == "clip.wav"
