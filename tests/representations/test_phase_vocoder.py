"""The phase vocoder: it reads the frequency of a sine between two bins, and gives it back."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from menura.representations import snr_db
from menura.representations.phase_vocoder import PhaseVocoder, PhaseVocoderConfig
from tunes import tune

RATE = 22_050
PLAIN = PhaseVocoderConfig(normalisation="none")


def sine(hz: float, level: float = 1.0, n: int = 8192) -> torch.Tensor:
    t = np.arange(n) / RATE
    return torch.from_numpy((level * np.sin(2 * np.pi * hz * t)).astype(np.float32))[None, None]


@settings(max_examples=30)
@given(hz=st.floats(100, 10_000), hop=st.sampled_from([128, 200, 256]))
def test_a_sine_between_two_bins_reads_its_true_frequency(hz: float, hop: int) -> None:
    part = PhaseVocoder(PhaseVocoderConfig(hop_length=hop, normalisation="none"), RATE)
    amplitudes, deviations = part.encode(sine(hz))[0].chunk(2)
    middle = amplitudes.shape[1] // 2
    loudest = int(amplitudes[:, middle].argmax())
    read = part.frequencies_hz(deviations)[loudest, middle - 5 : middle + 5]
    torch.testing.assert_close(read, torch.full_like(read, hz), atol=0.1, rtol=0)


def test_a_full_scale_sine_on_a_bin_is_1() -> None:
    part = PhaseVocoder(PLAIN, RATE)
    hz = 40 * RATE / 1024
    amplitudes, deviations = part.encode(sine(hz))[0].chunk(2)
    assert float(amplitudes[40, 16]) == pytest.approx(1, abs=1e-3)
    assert float(deviations[40, 16]) == pytest.approx(0, abs=1e-3)


@given(seed=st.integers(0, 100))
@settings(max_examples=5)
def test_deviations_stay_within_half_a_turn_of_a_hop(seed: int) -> None:
    part = PhaseVocoder(PLAIN, RATE)
    deviations = part.encode(torch.from_numpy(tune(0.5, RATE, seed))[None])[0].chunk(2)[1]
    assert deviations.abs().max() <= 1024 / (2 * 256) + 1e-4
    assert deviations.abs().max() > 1


def test_silence_does_not_deviate() -> None:
    sound = torch.cat([sine(440.0), torch.zeros(1, 1, 4096)], dim=2)
    frames = PhaseVocoder(PLAIN, RATE).encode(sound)
    assert (frames[:, :, 8192 // 256 + 4 :] == 0).all()


def test_moving_every_deviation_moves_the_pitch() -> None:
    """What a vocoder is for: amplitude and frequency are told apart."""
    part = PhaseVocoder(PLAIN, RATE)
    frames = part.encode(sine(1000.0, 0.5, 32_768))
    frames[:, 513:, 4:] += 0.3
    back = part.decode(frames)[0, 0, 8192:24_576].numpy()
    spectrum = np.abs(np.fft.rfft(back * np.hanning(len(back))))
    heard = np.argmax(spectrum) * RATE / len(back)
    assert heard == pytest.approx(1000 + 0.3 * RATE / 1024, abs=2)


def test_fitted_amplitudes_come_back() -> None:
    part = PhaseVocoder(PhaseVocoderConfig(), RATE)
    part.fit([torch.from_numpy(tune(2.0, RATE, seed)) for seed in (1, 2)])
    for sound in (torch.from_numpy(tune(2.0, RATE, 9)), torch.rand(1, 40_000) * 2 - 1):
        back = part.decode(part.encode(sound[None]))[0, :, : sound.shape[1]]
        assert snr_db(sound.numpy(), back.numpy(), RATE) > 60


def test_amplitudes_below_0_are_silent() -> None:
    part = PhaseVocoder(PLAIN, RATE)
    frames = torch.cat([torch.full((1, 513, 9), -3.0), torch.ones(1, 513, 9)], dim=1)
    assert (part.decode(frames) == 0).all()


@pytest.mark.parametrize("exponent", [0.3, 0.5])
def test_the_exponent_is_that_of_the_amplitudes_and_the_way_back_undoes_it(exponent: float) -> None:
    config = PhaseVocoderConfig(normalisation="none", exponent=exponent)
    part, plain = PhaseVocoder(config, RATE), PhaseVocoder(PLAIN, RATE)
    sound = torch.from_numpy(tune(1.0, RATE))[None]
    levels, deviations = part.encode(sound)[0].chunk(2)
    amplitudes, same = plain.encode(sound)[0].chunk(2)
    torch.testing.assert_close(levels, amplitudes**exponent)
    assert torch.equal(deviations, same)
    back, as_is = (one.decode(one.encode(sound)) for one in (part, plain))
    torch.testing.assert_close(back, as_is, atol=1e-4, rtol=0)
    with pytest.raises(ValueError, match="exponent"):
        PhaseVocoderConfig(exponent=0.0)
