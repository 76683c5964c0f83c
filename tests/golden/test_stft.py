"""STFT power and its log against scipy in double precision, and Griffin-Lim against librosa."""

import librosa
import numpy as np
import pytest
import scipy.signal
import torch
from jaxtyping import Float

from menura import representations
from menura.representations._phase import griffin_lim
from menura.representations._stft import istft, overlap_added, stft
from menura.representations.log_power import LogPower
from menura.representations.power import Power
from tunes import tune

RATE = 22_050
SOUND = tune(1.5, RATE, seed=3)
SIZES = [(1024, 256), (1024, 512), (2048, 300), (64, 7)]
LENGTHS = [1, 255, 4097, 20_001]


def reference(sound: np.ndarray, n_fft: int, hop: int) -> Float[np.ndarray, "bins frames"]:
    """|STFT|² by scipy, in double precision."""
    window = scipy.signal.get_window("hann", n_fft)
    padded = np.pad(sound.astype(np.float64), n_fft // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, n_fft)[::hop]
    spectra: Float[np.ndarray, "bins frames"] = scipy.fft.rfft(frames * window, axis=1).T
    return np.abs(spectra) ** 2


def librosas(sound: np.ndarray, n_fft: int, hop: int) -> Float[np.ndarray, "bins frames"]:
    spectra = librosa.stft(sound, n_fft=n_fft, hop_length=hop, pad_mode="constant")
    power: Float[np.ndarray, "bins frames"] = np.abs(spectra) ** 2
    return power


@pytest.mark.filterwarnings("ignore:n_fft=:UserWarning")  # librosa says it of short sound
@pytest.mark.parametrize(("n_fft", "hop"), SIZES)
@pytest.mark.parametrize("n_samples", LENGTHS)
def test_power(n_fft: int, hop: int, n_samples: int) -> None:
    sound = SOUND[:, :n_samples]
    part = Power(Power.Config(n_fft, hop, normalisation="none"), RATE)
    ours = part.encode(torch.from_numpy(sound)[None])[0].numpy()
    true = reference(sound[0], n_fft, hop)
    assert ours.shape == (1 + n_fft // 2, part.frames_for(n_samples))
    # Single precision cannot tell bins apart that are 80 dB below the loudest.
    np.testing.assert_allclose(ours, true, rtol=1e-4, atol=1e-8 * true.max())
    np.testing.assert_allclose(
        ours, librosas(sound[0], n_fft, hop), rtol=1e-4, atol=1e-8 * true.max()
    )


@pytest.mark.filterwarnings("ignore:n_fft=:UserWarning")  # librosa says it of short sound
@pytest.mark.parametrize(("n_fft", "hop"), SIZES)
@pytest.mark.parametrize("n_samples", LENGTHS)
def test_log_power(n_fft: int, hop: int, n_samples: int) -> None:
    sound = SOUND[:, :n_samples]
    part = LogPower(LogPower.Config(n_fft, hop, normalisation="none"), RATE)
    ours = part.encode(torch.from_numpy(sound)[None])[0].numpy()
    for power in (reference(sound[0], n_fft, hop), librosas(sound[0], n_fft, hop)):
        np.testing.assert_allclose(
            ours, np.log(np.maximum(power, part.floor)), rtol=1e-4, atol=2e-3
        )


def test_the_form_of_the_stft_lstm_report() -> None:
    part = representations.build(
        "log-power", representations.presets("log-power")["stft-lstm"], RATE
    )
    part.normaliser.kind = "none"
    assert part.spec.n_channels == 512
    assert part.spec.hop_length == 512
    ours = part.encode(torch.from_numpy(SOUND)[None])[0].numpy()
    assert isinstance(part, LogPower)
    true = np.log(np.maximum(reference(SOUND[0], 1024, 512)[:512], part.floor))
    np.testing.assert_allclose(ours, true, rtol=1e-4, atol=2e-3)


def test_not_every_representation_has_presets() -> None:
    assert representations.presets("waveform") == {}


@pytest.mark.parametrize("hop", [256, 300, 512])
def test_rounds_see_what_stft_and_istft_see(hop: int) -> None:
    from menura.representations._phase.framing import Framing

    turned = stft(torch.from_numpy(SOUND), 1024, hop)
    turned = turned * torch.exp(1j * torch.rand(turned.shape, generator=torch.manual_seed(0)))
    framing = Framing(1024, hop, turned.shape[2], turned.device)
    sound = framing.sound(turned.transpose(1, 2))
    torch.testing.assert_close(framing.trimmed(sound), istft(turned, 1024, hop))
    again = stft(istft(turned, 1024, hop), 1024, hop)
    torch.testing.assert_close(framing.frames(sound).transpose(1, 2), again, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("length", "hop"), [(64, 16), (64, 17), (64, 64), (64, 90), (1, 1)])
@pytest.mark.parametrize("n_frames", [1, 2, 9])
def test_pieces_are_laid_as_fold_lays_them(length: int, hop: int, n_frames: int) -> None:
    pieces = torch.randn(3, n_frames, length, generator=torch.manual_seed(1)).requires_grad_()
    total = (n_frames - 1) * hop + length
    folded = torch.nn.functional.fold(
        pieces.transpose(1, 2), (1, total), kernel_size=(1, length), stride=(1, hop)
    )[:, 0, 0]
    laid = overlap_added(pieces, hop)
    torch.testing.assert_close(laid, folded)
    weight = torch.randn(laid.shape, generator=torch.manual_seed(2))
    ours, theirs = (torch.autograd.grad((x * weight).sum(), pieces)[0] for x in (laid, folded))
    torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize("n_iter", [0, 1, 32])
@pytest.mark.parametrize("hop", [256, 300])
def test_griffin_lim_converges_as_librosas(n_iter: int, hop: int) -> None:
    magnitude = stft(torch.from_numpy(SOUND), 1024, hop).abs()
    ours = griffin_lim(magnitude, 1024, hop, n_iter, start=torch.zeros_like(magnitude))
    theirs = librosa.griffinlim(
        magnitude[0].numpy(), n_iter=n_iter, hop_length=hop, pad_mode="constant", init=None
    )
    assert inconsistency(ours, magnitude, hop) == pytest.approx(
        inconsistency(torch.from_numpy(theirs)[None], magnitude, hop), rel=1e-4
    )


def inconsistency(sound: torch.Tensor, magnitude: torch.Tensor, hop: int) -> float:
    """Spectral convergence: how far the sound's magnitudes are from those asked for."""
    made = stft(sound, 1024, hop).abs()
    n = min(made.shape[2], magnitude.shape[2])
    difference = made[:, :, :n] - magnitude[:, :, :n]
    return float(difference.norm() / magnitude.norm())
