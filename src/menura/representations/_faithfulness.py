"""How much of a sound survives a round trip: the measures that promises are stated in."""

import numpy as np
import torch
from jaxtyping import Float32

from menura.audio.mel import mel_filter_bank
from menura.representations._stft import stft
from menura.representations.contract import Representation

FAINT = 0.5  # of a sine at −60 dBFS, as filters give it: below is nothing to be faithful to
Samples = Float32[np.ndarray, "channels time"]


def round_trip(representation: Representation, samples: Samples) -> float:
    """`representation.promise.measure` of decode(encode(samples)) against samples.

    Only whole frames return, so the comparison ends with the shorter of the two.
    """
    with torch.no_grad():
        sound = torch.from_numpy(samples)[None].to(representation.device)
        back = representation.decode(representation.encode(sound))
    returned = back[0].cpu().numpy()
    n = min(samples.shape[1], returned.shape[1])
    measure = {"snr-db": snr_db, "log-mel-db": log_mel_db}[representation.promise.measure]
    return measure(samples[:, :n], returned[:, :n], representation.sample_rate)


def keeps_promise(representation: Representation, value: float) -> bool:
    """Whether a value of the promised measure is within its bound."""
    return representation.promise.is_kept_by(value)


def snr_db(reference: Samples, candidate: Samples, sample_rate: int) -> float:
    """Signal-to-noise ratio in dB; 120 for an exact match."""
    noise = float(np.square(reference - candidate, dtype=np.float64).sum())
    signal = float(np.square(reference, dtype=np.float64).sum())
    return 10 * float(np.log10(max(signal, 1e-12) / max(noise, signal * 1e-12, 1e-24)))


def log_mel_db(reference: Samples, candidate: Samples, sample_rate: int) -> float:
    """Mean absolute difference of log-mel spectra in dB, 64 bands, floor 60 dB below the peak, and
    at −120 dBFS at least.

    n_fft 2048, hop 512. The floor keeps the inaudible from deciding the figure.
    """
    filters = torch.from_numpy(mel_filter_bank(sample_rate, 2048, 64))
    spectra = [filters @ stft(torch.from_numpy(x), 2048, 512).abs() for x in (reference, candidate)]
    floor = 1e-3 * float(spectra[0].max().clamp_min(FAINT))
    a, b = (20 * torch.log10(s.clamp_min(floor)) for s in spectra)
    return float((a - b).abs().mean())
