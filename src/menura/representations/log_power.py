"""Log-power spectrogram: ln |STFT|², the form of the STFT-LSTM report."""

from menura.representations._spectral import Power, Spectral, SpectralConfig
from menura.representations.contract import MonoFrames, Promise


class LogPower(Spectral):
    """ln |STFT|² (Dubey, Singh & Dabral 2017, section 3), above a floor.

    The report's form is n_fft 1024, hop_length 512, drop_nyquist at 22,050 Hz: 512 features.
    """

    Config = SpectralConfig
    promise = Promise("log-mel-db", 3.0)

    def from_power(self, power: Power) -> MonoFrames:
        return power.clamp_min(self.floor).log()

    def to_power(self, frames: MonoFrames) -> Power:
        # A model may overshoot; nothing recorded is more than 20 dB above a full-scale sine.
        return frames.clamp_max(_ceiling(self.config.n_fft)).exp()


def _ceiling(n_fft: int) -> float:
    from math import log

    return log((n_fft / 4) ** 2 * 100)
