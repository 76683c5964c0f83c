"""What every representation owes, asked of all that are found in the room."""

import json

import numpy as np
import pytest
import torch

from menura import representations
from menura.foundation.config import from_dict, to_dict
from menura.foundation.errors import UsageError
from menura.representations import (
    Representation,
    decode_chunked,
    encode_chunked,
    keeps_promise,
    reader,
    round_trip,
)
from tunes import tune

SAMPLE_RATE = 22_050


@pytest.fixture(params=representations.sound_names())
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def fitted(name: str) -> Representation:
    return build(name)


def build(name: str, n_channels: int = 1) -> Representation:
    kind = representations.load(name)
    part = kind(kind.Config(), SAMPLE_RATE, n_channels)
    part.fit(torch.from_numpy(tune(3, SAMPLE_RATE, seed, n_channels)) for seed in (1, 2, 3))
    return part


def clip(seconds: float = 2.0, seed: int = 9, n_channels: int = 1) -> torch.Tensor:
    return torch.from_numpy(tune(seconds, SAMPLE_RATE, seed, n_channels))[None]


def test_it_keeps_its_promise(fitted: Representation) -> None:
    assert keeps_promise(fitted, round_trip(fitted, clip()[0].numpy()))


def test_its_promise_is_worth_something(fitted: Representation) -> None:
    """Noise in place of the sound must break the promise, or it promises nothing."""
    from menura.representations._faithfulness import log_mel_db, snr_db

    sound = clip()[0].numpy()
    noise = np.random.default_rng(0).standard_normal(sound.shape).astype(np.float32) * 0.1
    measure = {"snr-db": snr_db, "log-mel-db": log_mel_db}[fitted.promise.measure]
    assert not keeps_promise(fitted, measure(sound, noise, SAMPLE_RATE))


def test_the_spec_tells_the_truth(fitted: Representation) -> None:
    frames = fitted.encode(clip())
    assert frames.shape[1] == fitted.spec.n_channels
    assert frames.shape[2] == fitted.frames_for(clip().shape[2])
    assert fitted.spec.sample_rate == SAMPLE_RATE
    assert fitted.spec.n_audio_channels == 1
    assert fitted.decode(frames).shape == (1, 1, fitted.samples_for(frames.shape[2]))
    if fitted.spec.hop_length is not None:
        longer = fitted.encode(clip(4.0)).shape[2] - frames.shape[2]
        assert longer == pytest.approx(2.0 * SAMPLE_RATE / fitted.spec.hop_length, abs=1)


@pytest.mark.parametrize("level", [0.0, 1.0, -1.0])
def test_silence_and_full_scale_stay_finite(fitted: Representation, level: float) -> None:
    frames = fitted.encode(torch.full((1, 1, 8192), level))
    assert frames.isfinite().all()
    assert fitted.decode(frames).isfinite().all()


def test_wild_frames_give_finite_sound(fitted: Representation) -> None:
    """A model may overshoot by far."""
    frames = torch.full((1, fitted.spec.n_channels, 16), 1e3)
    assert fitted.decode(frames).isfinite().all()


def test_a_clip_does_not_depend_on_its_neighbours(fitted: Representation) -> None:
    a, b = clip(seed=4), torch.randn(1, 1, clip().shape[2]).clamp(-1, 1)
    together = fitted.encode(torch.cat([a, b]))
    torch.testing.assert_close(together[:1], fitted.encode(a))
    torch.testing.assert_close(fitted.decode(together)[:1], fitted.decode(fitted.encode(a)))


def test_encoding_in_chunks_is_encoding_whole(fitted: Representation) -> None:
    sound = clip(3.0)
    whole = fitted.encode(sound)
    chunk = max(7, whole.shape[2] // 5)
    pieces = encode_chunked(fitted, reader(sound[0].numpy()), sound.shape[2], chunk)
    torch.testing.assert_close(torch.cat(list(pieces), dim=2), whole)


def test_decoding_in_chunks_keeps_the_promise(fitted: Representation) -> None:
    sound = clip(3.0)
    frames = fitted.encode(sound)
    chunked = decode_chunked(fitted, frames, max(7, frames.shape[2] // 4))
    whole = fitted.decode(frames)[0].numpy()
    assert chunked.shape == whole.shape
    if fitted.promise.measure == "snr-db":
        np.testing.assert_allclose(chunked, whole, atol=1e-5)
    else:
        assert representations.log_mel_db(whole, chunked, SAMPLE_RATE) < fitted.promise.bound


def test_decoding_in_chunks_loses_and_repeats_nothing(fitted: Representation) -> None:
    """Whatever is left over after the last whole chunk."""
    hop = fitted.spec.hop_length or 1
    size = 8 * max(1, fitted.context_frames)
    for left_over in range(0, size, max(1, size // 11)):
        n_frames = 2 * size + left_over
        sound = clip(n_frames * hop / SAMPLE_RATE)
        frames = fitted.encode(sound)[:, :, :n_frames]
        assert decode_chunked(fitted, frames, size).shape[1] == fitted.samples_for(n_frames)


def test_audio_channels_stay_apart(name: str) -> None:
    stereo = build(name, n_channels=2)
    sound = clip(n_channels=2)
    sound[:, 1] = 0
    assert stereo.spec.n_channels == 2 * build(name).spec.n_channels
    back = stereo.decode(stereo.encode(sound))
    assert back.shape[1] == 2
    assert back[:, 1].abs().max() < 1e-2 < back[:, 0].abs().max()


def test_the_wrong_number_of_channels_is_refused(fitted: Representation) -> None:
    with pytest.raises(UsageError, match="channels"):
        fitted.encode(clip(n_channels=2))


def test_statistics_survive_saving(name: str, fitted: Representation) -> None:
    again = build_plain(name)
    again.load_state_dict(fitted.state_dict())
    torch.testing.assert_close(again.encode(clip()), fitted.encode(clip()), rtol=0, atol=0)


def test_its_config_survives_json(name: str) -> None:
    config = representations.load(name).Config()
    assert from_dict(type(config), json.loads(json.dumps(to_dict(config)))) == config


def test_it_moves_to_a_device(fitted: Representation) -> None:
    assert all(tensor.device.type == "meta" for tensor in fitted.to("meta").buffers())


def build_plain(name: str) -> Representation:
    kind = representations.load(name)
    return kind(kind.Config(), SAMPLE_RATE)
