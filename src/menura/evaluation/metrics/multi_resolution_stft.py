"""Multi-resolution STFT distance between reconstructions and originals."""

import math

import numpy as np
from jaxtyping import Float32

from menura.audio import Clip, conform
from menura.evaluation.fewness import few_pairs
from menura.evaluation.metrics.contract import Clips, Measurement, Metric
from menura.evaluation.pairing import not_reconstructions, pairs, require, unpaired
from menura.evaluation.spectra import centred, magnitude_blocks, sine_power
from menura.foundation.each import each

RESOLUTIONS = (512, 1024, 2048)  # n_fft; the hop is a quarter of it
FLOOR = 1e-4  # of a full-scale sine's magnitude: −80 dB


class MultiResolutionStft(Metric):
    """Spectral convergence plus mean |Δ ln magnitude|, averaged over three window lengths.

    Yamamoto, Song & Kim (ICASSP 2020), equations 4–6, with n_fft 512, 1024 and 2048 at 32 kHz,
    full windows, hops of a quarter, and −80 dBFS as the floor of the logarithm (theirs: 24 kHz,
    hops 50, 120, 240, windows 240, 600, 1200, no floor); an original counts as no softer than that
    floor in every bin. Mean over the pairs, which are files of one name; the comparison ends with
    the shorter.
    """

    means = "how far a reconstruction is from its original in magnitude, fine and coarse"
    about = "likeness to the original"
    ideal = of_itself = 0.0
    higher_is_better = False
    tolerance = 1e-6
    sample_rate = 32_000
    paired = True
    has_floor = False
    against = "original"

    def unsuited(self, reference: Clips, candidate: Clips) -> str | None:
        return not_reconstructions(reference, candidate)

    def score(self, reference: Clips, candidate: Clips) -> Measurement:
        require(self.unsuited(reference, candidate))
        both = pairs(reference, candidate)
        of_each = each(lambda pair: _distance(*pair[1:]), both)
        parts = np.array(of_each).mean(axis=0)
        n_ffts = ", ".join(map(str, RESOLUTIONS))
        few = few_pairs(len(both))
        return Measurement(
            float(parts.sum()),
            f"magnitudes at n_fft {n_ffts}, {MultiResolutionStft.sample_rate // 1000} kHz",
            "pairs",
            len(both),
            len(both),
            details={"spectral convergence": float(parts[0]), "log magnitude": float(parts[1])},
            remarks=(*few, *unpaired(reference, candidate)),
            of_each={name: sum(own) for (name, _, _), own in zip(both, of_each, strict=True)},
            too_few=bool(few),
        )


def _distance(original: Clip, copy: Clip) -> tuple[float, float]:
    """Spectral convergence and log-magnitude difference, each the mean over the resolutions."""
    rate = MultiResolutionStft.sample_rate
    x, y = (conform(clip, rate, 1).samples[0] for clip in (original, copy))
    n = min(len(x), len(y))
    both = [_at(x[:n], y[:n], n_fft) for n_fft in RESOLUTIONS]
    convergence, logarithmic = np.mean(both, axis=0)
    return float(convergence), float(logarithmic)


def _at(
    x: Float32[np.ndarray, "time"], y: Float32[np.ndarray, "time"], n_fft: int
) -> tuple[float, float]:
    """Spectral convergence and mean |Δ ln magnitude| at one resolution, block by block."""
    scale, floor = np.float32(1 / np.sqrt(sine_power(n_fft))), np.float32(FLOOR)
    blocks = (magnitude_blocks(centred(sound, n_fft), n_fft, n_fft // 4) for sound in (x, y))
    apart = loud = logarithmic = 0.0
    n = 0
    for a, b in zip(*blocks, strict=True):
        a, b = a * scale, b * scale
        apart += float(np.square(a - b).sum())
        loud += float(np.square(a).sum())
        ratio = np.log(np.maximum(a, floor) / np.maximum(b, floor))
        logarithmic += float(np.abs(ratio).sum())
        n += a.size
    return math.sqrt(apart) / max(math.sqrt(loud), FLOOR * math.sqrt(n)), logarithmic / n
