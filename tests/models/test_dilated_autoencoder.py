"""The report's autoencoder of samples: its form, its loss, and what it gives back."""

from dataclasses import replace
from itertools import pairwise

import pytest
import torch

from menura import recipes
from menura.foundation.devices import Compute
from menura.foundation.errors import UsageError
from menura.models import Batch, dilated_autoencoder
from menura.models.dilated_autoencoder import (
    Causal,
    DilatedAutoencoder,
    DilatedAutoencoderConfig,
)
from menura.recipes import Training
from menura.representations import Spec
from menura.training.stepping import Stepper

SPEC = Spec(8000, 1, 1)


def a_model(**changes: object) -> DilatedAutoencoder:
    torch.manual_seed(0)
    return DilatedAutoencoder(replace(DilatedAutoencoder.tiny, **changes), SPEC)


def tones(n: int = 4, n_samples: int = 512, seed: int = 0) -> torch.Tensor:
    rng = torch.Generator().manual_seed(seed)
    hz = 100 + 300 * torch.rand(n, 1, 1, generator=rng)
    t = torch.arange(n_samples) / 8000
    return 0.5 * torch.sin(6.2832 * hz * t + 6.28 * torch.rand(n, 1, 1, generator=rng))


def test_the_papers_form_is_the_reports() -> None:
    preset = recipes.load("wavenet-autoencoder").presets["paper"]
    assert isinstance(preset, recipes.Preset)
    config = preset.model.config
    model = DilatedAutoencoder(config, Spec(16_000, 1, 1))
    assert (preset.sample_rate, preset.batching) == (
        16_000,
        recipes.RandomCrops(batch_size=16, n_frames=64_000),
    )
    assert config.optimizer.name == "adam"
    assert config.optimizer.learning_rate == 1e-3
    for blocks in (model.encoder, model.decoder):
        dilations = [block.dilated.convolution.dilation for block in blocks.blocks]
        assert dilations == [(1,), (4,), (16,)]
    w, n, s = config.width, config.n_latent, config.stride
    block = w * w * 3 + w + 2 * w + w * w + w  # dilated, normalisation, skip
    residual = w * w + w
    sides = 2 * (3 * block + 2 * residual)
    ends = (2 * w + w) + (w * n * s + n) + (2 * n * w + w) + (w + 1)
    assert sum(p.numel() for p in model.parameters()) == sides + ends


def test_its_loss_is_the_mean_absolute_error_of_what_comes_back() -> None:
    model, sound = a_model().eval(), tones()
    made = model.reconstruct(sound)
    found = model.losses(Batch(sound), "model", torch.Generator())["total"].detach()
    assert float(found) == pytest.approx(float((made - sound).abs().mean()), rel=1e-5)


def test_convolutions_are_blind_to_the_future() -> None:
    torch.manual_seed(0)
    convolution, x = Causal(1, 2, 3, 4), torch.randn(1, 1, 40)
    changed = x.clone()
    changed[:, :, 20] += 1
    moved = (convolution(x) - convolution(changed)).abs().amax(dim=(0, 1))
    assert moved.nonzero()[:, 0].tolist() == [20, 24, 28]


@pytest.mark.parametrize("upsampling", ["repeat", "learnt"])
def test_it_learns_to_give_tones_back(upsampling: str) -> None:
    model = a_model(upsampling=upsampling, width=16, optimizer=replace(a_model().config.optimizer))
    stepper = Stepper(model, Training(), Compute("cpu", "float32"), seed=0)
    for step in range(80):
        stepper.step(Batch(tones(8, seed=step)), step, rate=3.0)
    sound = tones(seed=1000)
    assert (model.reconstruct(sound) - sound).abs().mean() < 0.25 * sound.abs().mean()


def test_dropout_is_drawn_by_the_generator_and_only_in_training() -> None:
    model, sound = a_model(dropout=0.5), tones()
    a, b, c = (
        model.losses(Batch(sound), "model", torch.Generator().manual_seed(s))["total"].detach()
        for s in (1, 1, 2)
    )
    assert a == b != c
    assert torch.equal(model.reconstruct(sound), model.reconstruct(sound))


def test_a_clip_does_not_depend_on_its_neighbours_and_may_have_any_length() -> None:
    model = a_model()
    for n in (1, 7, 8, 300):
        sound = tones(3, n)
        together = model.reconstruct(sound)
        assert together.shape == sound.shape
        torch.testing.assert_close(together[1:2], model.reconstruct(sound[1:2]))
    assert model.training, "it was in training, and is again"


@pytest.fixture
def short_pieces(monkeypatch: pytest.MonkeyPatch) -> int:
    """Pieces of 100 samples, in which steps of 8 do not come out even."""
    monkeypatch.setattr(dilated_autoencoder, "PIECE", 100, raising=False)
    return 100


def whole(
    model: DilatedAutoencoder, sound: torch.Tensor, n: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """The latents of a clip, and n samples made of them, each by the layers in one go."""
    model.eval()
    with torch.no_grad():
        latents = model._encode(sound, None)
        return latents, model._decode(latents, n, None)


@pytest.mark.parametrize("upsampling", ["repeat", "learnt"])
@pytest.mark.parametrize("n", [96, 97, 447, 1003])
def test_piece_by_piece_is_as_the_whole(short_pieces: int, upsampling: str, n: int) -> None:
    model = a_model(upsampling=upsampling)
    model.losses(Batch(tones()), "model", torch.Generator())  # so that normalising is not nothing
    # Noise: every sample is heard, and loud enough to be missed.
    sound = torch.randn(2, 1, n, generator=torch.Generator().manual_seed(3))
    latents, made = whole(model, sound, n)
    torch.testing.assert_close(model.to_latent(sound), latents, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(model.from_latent(latents, n), made, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(model.reconstruct(sound), made, atol=1e-5, rtol=1e-5)
    # Fewer samples than the latents have.
    torch.testing.assert_close(
        model.from_latent(latents, n - 11), made[:, :, : n - 11], atol=1e-5, rtol=1e-5
    )


def test_a_piece_that_hears_far_back_is_as_the_whole(short_pieces: int) -> None:
    """Further than a piece is long."""
    model = a_model(dilations=(1, 60, 90), kernel=2)
    sound = torch.randn(1, 1, 1003, generator=torch.Generator().manual_seed(3))
    latents, made = whole(model, sound, 1003)
    torch.testing.assert_close(model.to_latent(sound), latents, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(model.reconstruct(sound), made, atol=1e-5, rtol=1e-5)


def test_no_layer_holds_more_than_a_piece_and_what_is_heard_before_it(short_pieces: int) -> None:
    model = a_model()
    lengths: list[int] = []
    for layer in model.modules():
        if isinstance(layer, torch.nn.Conv1d):
            layer.register_forward_pre_hook(lambda _, given: lengths.append(given[0].shape[2]))
    a, b = tones(2, 4000).split(1)
    model.reconstruct(a)
    model.generate([torch.Generator().manual_seed(1)], 4000)
    mixed = model.mixed(model.to_latent(a), model.to_latent(b), torch.linspace(0, 1, 4000))
    model.from_latent(mixed, 4000)
    # 43 samples are heard before a piece, in whole steps; a convolution pads as many at most.
    assert max(lengths) <= short_pieces + 48 + 43


def test_the_way_from_one_clip_to_another_has_even_steps() -> None:
    model, (a, b) = a_model(), (tones(seed=seed) for seed in (1, 2))
    to_a, to_b = model.to_latent(a), model.to_latent(b)
    stops = [
        model.mixed(to_a, to_b, torch.full((512,), share)) for share in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
    steps = torch.stack([(y - x).norm() for x, y in pairwise(stops)])
    torch.testing.assert_close(steps, steps.mean().expand(4), rtol=1e-4, atol=0)
    glide = model.mixed(to_a, to_b, torch.linspace(0, 1, 512))
    torch.testing.assert_close(glide[:, :, 0], to_a[:, :, 0])
    circle = model.mixed(to_a, to_b, torch.full((512,), 0.5), "spherical")
    assert not torch.allclose(circle, stops[2])


def test_wrong_settings_are_refused() -> None:
    for wrong in ({"width": 0}, {"dilations": ()}, {"kernel": 0}, {"dropout": 1.0}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            DilatedAutoencoderConfig(**wrong)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="waveform"):
        DilatedAutoencoder(DilatedAutoencoder.tiny, Spec(8000, 1, 1, n_classes=24))
