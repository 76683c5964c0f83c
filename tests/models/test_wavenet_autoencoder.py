"""The WaveNet that is told an embedding: what is embedded, held, drawn and mixed."""

from dataclasses import replace
from math import log

import pytest
import torch
from torch.nn.functional import cross_entropy

from menura.foundation.devices import Compute
from menura.foundation.errors import UsageError
from menura.models import Batch, wavenet_autoencoder
from menura.models.contract import Sampling
from menura.models.wavenet_autoencoder import WavenetAutoencoder, WavenetAutoencoderConfig
from menura.recipes import Training
from menura.representations import Spec
from menura.training.stepping import Stepper

SPEC = Spec(8000, 1, 1, n_classes=24)


def a_model(**changes: object) -> WavenetAutoencoder:
    torch.manual_seed(0)
    return WavenetAutoencoder(replace(WavenetAutoencoder.tiny, **changes), SPEC)


def walks(n: int, n_samples: int, seed: int = 0) -> torch.Tensor:
    rng = torch.Generator().manual_seed(seed)
    start = torch.randint(24, (n, 1, 1), generator=rng)
    stride = torch.randint(1, 5, (n, 1, 1), generator=rng)
    return ((start + stride * torch.arange(n_samples)) % 24).float()


def test_the_encoder_sees_both_sides_and_the_decoder_only_the_past() -> None:
    model, music = a_model(), walks(1, 64)
    changed = music.clone()
    changed[0, 0, 35] = (music[0, 0, 35] + 9) % 24
    with torch.no_grad():
        moved = (model.to_latent(music) - model.to_latent(changed)).abs().amax(dim=(0, 1))
        assert (moved > 0).tolist() == [False, True, True, False]
        latents = model.to_latent(music)
        a, b = (
            model.stack(model._numbers(one), model._told(latents), 16) for one in (music, changed)
        )
    assert torch.equal(a[:, :36], b[:, :36])
    assert not torch.equal(a[:, 36], b[:, 36])


def test_an_embedding_is_the_mean_of_its_samples() -> None:
    model, music = a_model(), walks(2, 64)
    with torch.no_grad():
        said = model.encoder(2 * music / 23 - 1)
    torch.testing.assert_close(model.to_latent(music), said.unflatten(2, (4, 16)).mean(dim=3))


@torch.no_grad()
@pytest.mark.parametrize("n_doublings", [3, 6])  # a reach within a piece, and beyond one
@pytest.mark.parametrize("n", [1, 96, 97, 447, 1003])
def test_piece_by_piece_a_clip_is_embedded_as_at_once(
    monkeypatch: pytest.MonkeyPatch, n: int, n_doublings: int
) -> None:
    monkeypatch.setattr(wavenet_autoencoder, "ENCODED", 40)
    model = a_model(hop=7, encoder_doublings=n_doublings)  # a reach of a step and one sample
    rng = torch.Generator().manual_seed(n)
    music = torch.randint(24, (2, 1, n), generator=rng).float()  # every sample is missed
    lengths: list[int] = []
    model.encoder.register_forward_pre_hook(lambda _, given: lengths.append(given[0].shape[2]))
    pieces = model.to_latent(music)
    assert max(lengths) <= 3 * max(40, 7 * -(-model.encoder.reach // 7))
    torch.testing.assert_close(pieces, model._encode(model._numbers(music)))


@torch.no_grad()
def test_what_is_drawn_is_what_the_decoder_says_when_told_the_embedding() -> None:
    model = a_model(temperature=0.0)
    latents = torch.randn(2, 4, 5, generator=torch.Generator().manual_seed(1))
    made = model.from_latent(latents, 75)
    assert made.shape == (2, 1, 75)
    said = model.stack(made[:, 0].long(), model._told(latents), 16)
    assert torch.equal(said.argmax(dim=2), made[:, 0].long())
    other = model.from_latent(latents.flip(2), 75)
    assert not torch.equal(made, other), "what it is told changes nothing"


@torch.no_grad()
def test_equal_embeddings_make_equal_music_and_long_pieces_go_on() -> None:
    model = a_model()
    latents = torch.randn(1, 4, 280, generator=torch.Generator().manual_seed(1))
    long = model.from_latent(latents, 4400)
    assert torch.equal(long, model.from_latent(latents, 4400))
    assert torch.equal(long[:, :, :3000], model.from_latent(latents, 3000))


def test_it_learns_what_the_embedding_says() -> None:
    """Noise cannot be foreseen from what came before: what is known of it, the embedding says."""

    def noise(seed: int) -> torch.Tensor:
        rng = torch.Generator().manual_seed(seed)
        return 3.0 * torch.randint(8, (16, 1, 64), generator=rng)

    model = a_model(hop=2, embedding_noise=0.02)
    stepper = Stepper(model, Training(), Compute("cpu", "float32"), seed=0)
    for step in range(150):
        stepper.step(Batch(noise(step)), step, rate=1.0)
    music = noise(1000)
    numbers = model._numbers(music)
    with torch.no_grad():
        latents = model.eval().to_latent(music)
        told, misled = (
            cross_entropy(
                model.stack(numbers, model._told(one), 2).flatten(0, 1), numbers.flatten()
            )
            for one in (latents, latents.roll(1, dims=0))
        )
    assert told < 0.8 * log(8) < misled


def test_new_pieces_are_drawn_by_their_own_generators() -> None:
    model = a_model()
    model.losses(Batch(walks(4, 64)), "model", torch.Generator())
    made = model.generate([torch.Generator().manual_seed(s) for s in (1, 2)], 100)
    again = model.generate([torch.Generator().manual_seed(2)], 100)
    assert torch.equal(made[1:], again)
    still = Sampling(temperature=0.0)
    a, b = (model.generate([torch.Generator().manual_seed(s)], 50, still) for s in (1, 2))
    assert torch.equal(a, b)


def test_wrong_settings_are_refused() -> None:
    for wrong in ({"hop": 0}, {"n_doublings": 17}, {"embedding_noise": -1.0}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            WavenetAutoencoderConfig(**wrong)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="n_audio_channels"):
        WavenetAutoencoder(WavenetAutoencoder.tiny, Spec(8000, 1, 1))
