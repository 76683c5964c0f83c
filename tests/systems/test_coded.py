"""A codec as a representation: what its latents count for."""

from dataclasses import asdict

import torch

from menura.models.spectral_codec import SpectralCodec
from menura.representations.waveform import Waveform
from menura.systems import SavedPart
from menura.systems.coded import Coded, CodedConfig


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
