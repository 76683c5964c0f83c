"""Mean difference in dB between the log-mel spectra of reconstructions and originals."""

import numpy as np
from jaxtyping import Float32

from menura.audio import Clip, conform
from menura.evaluation.fewness import few_pairs
from menura.evaluation.metrics.contract import Clips, Measurement, Metric
from menura.evaluation.pairing import not_reconstructions, pairs, require, unpaired
from menura.evaluation.spectra import centred, mel_filters, mel_power
from menura.foundation.each import each

N_FFT, HOP_LENGTH, N_MELS = 2048, 512, 128
FLOOR = 1e-8  # of a full-scale sine's power: −80 dB


class LogMelDistance(Metric):
    """Mean |ΔdB| over 128 mel bands and all frames, then over the pairs; −80 dBFS is the floor.

    Pairs are files of one name; the comparison ends with the shorter. What sits below the floor
    in both differs by nothing, so long silences lower the figure.
    """

    means = "how many dB the spectrum of a reconstruction is off, on average"
    about = "likeness to the original"
    ideal = of_itself = 0.0
    higher_is_better = False
    tolerance = 1e-6
    unit = "dB"
    sample_rate = 32_000
    paired = True
    has_floor = False
    against = "original"

    def unsuited(self, reference: Clips, candidate: Clips) -> str | None:
        return not_reconstructions(reference, candidate)

    def score(self, reference: Clips, candidate: Clips) -> Measurement:
        require(self.unsuited(reference, candidate))
        both = pairs(reference, candidate)
        values = each(lambda pair: _difference(*pair[1:]), both)
        few = few_pairs(len(both))
        return Measurement(
            float(np.mean(values)),
            f"{N_MELS} log-mel bands, n_fft {N_FFT}, {LogMelDistance.sample_rate // 1000} kHz",
            "pairs",
            len(both),
            len(both),
            details={"worst pair": max(values)},
            remarks=(*few, *unpaired(reference, candidate)),
            of_each={name: value for (name, _, _), value in zip(both, values, strict=True)},
            too_few=bool(few),
        )


def _difference(original: Clip, copy: Clip) -> float:
    a, b = _decibels(original), _decibels(copy)
    n = min(len(a), len(b))
    return float(np.abs(a[:n] - b[:n]).mean(dtype=np.float64))


def _decibels(clip: Clip) -> Float32[np.ndarray, "frames mels"]:
    rate = LogMelDistance.sample_rate
    sound = conform(clip, rate, 1).samples[0]
    filters = mel_filters(rate, N_FFT, N_MELS, of_full_scale=True)
    power = mel_power(centred(sound, N_FFT), filters, HOP_LENGTH)
    decibels: Float32[np.ndarray, "frames mels"] = 10 * np.log10(
        np.maximum(power, np.float32(FLOOR))
    )
    return decibels
