"""A codec as a representation: what its latents count for."""

from dataclasses import asdict

import numpy as np
import pytest
import torch

from menura.audio import Clip
from menura.models.spectral_codec import SpectralCodec
from menura.recipes import trainable
from menura.representations.waveform import Waveform
from menura.systems import SavedPart, TrainedSystem, trained
from menura.systems.coded import Coded, CodedConfig
from menura.training.assembly import new_system
from tunes import tune


def over(n_audio_channels: int) -> Coded:
    config = CodedConfig(
        SavedPart("waveform", asdict(Waveform.Config())),
        SavedPart("spectral-codec", asdict(SpectralCodec.tiny)),
    )
    return Coded(config, 8000, n_audio_channels)


def test_a_latent_counts_as_far_as_it_moves_the_spectrum_in_this_music() -> None:
    coded = over(n_audio_channels=2)
    one = coded.importance()
    assert one.shape == (coded.spec.n_channels,) == (8,)
    assert torch.equal(one[:4], one[4:]), "the same for both audio channels"
    torch.testing.assert_close(one.mean(), torch.ones(()))
    coded.normaliser.scale[2] *= 8  # eight times as wide in this music
    other = coded.importance()
    torch.testing.assert_close(other[2] / other[0], 8 * one[2] / one[0])


def test_a_latent_that_the_linear_way_leaves_out_counts_too() -> None:
    coded = over(n_audio_channels=1)
    codec = coded.codec
    assert isinstance(codec, SpectralCodec)
    with torch.no_grad():
        codec.outline.weight[1] = 0
    assert 0 < float(coded.importance()[1]) < 0.5
    with torch.no_grad():
        codec.outline.weight.zero_()
    torch.testing.assert_close(coded.importance(), torch.ones(4))


def test_no_more_of_a_seed_is_decoded_than_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    made = new_system("latent-flow", "tiny", trainable("latent-flow").preset("tiny"), seed=1)
    assert isinstance(made, TrainedSystem)
    seed, decoded = Clip(tune(8.0, 8000), 8000), list[int]()
    decode = type(made.representation).decode

    def counted(own: Coded, frames: torch.Tensor) -> torch.Tensor:
        decoded.append(frames.shape[2])
        return decode(own, frames)

    monkeypatch.setattr(type(made.representation), "decode", counted)
    part = made.continue_(seed, 1.0, seed=3).samples
    n_part = sum(decoded)
    monkeypatch.setattr(trained, "first_for", lambda *_: 0)
    decoded.clear()
    whole = made.continue_(seed, 1.0, seed=3).samples
    np.testing.assert_allclose(part, whole, atol=1e-5 * np.abs(whole).max())
    assert n_part < sum(decoded) / 2
