"""The descriptors frame by frame, by librosa, with the settings of FMA's features.csv."""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float

N_FFT, HOP_LENGTH = 2048, 512
N_CHROMA, N_OCTAVES, N_MFCC, N_BANDS = 12, 7, 20, 6
FMA_AXIS_HZ = 22050
"""FMA's program left librosa's default rate to all that it computed from the STFT but the mel
bands: their frequencies, in Hz and as pitches, are those of a sound at this rate."""
LOWEST_RATE_HZ = 8500
"""The highest note of the constant-Q transform, B7 a quarter tone sharp, needs as much."""

Frames = Float[np.ndarray, "numbers frames"]


def constant_q_frames(
    sound: Float[np.ndarray, " time"], sample_rate: int
) -> Iterator[tuple[str, Frames]]:
    """Chroma of the constant-Q transform, CENS of it, and the tonal centroids of that.

    The transform has 84 bins from C1, 12 an octave, tuned to the sound.
    """
    import librosa

    cqt = np.abs(
        librosa.cqt(
            sound,
            sr=sample_rate,
            hop_length=HOP_LENGTH,
            bins_per_octave=N_CHROMA,
            n_bins=N_OCTAVES * N_CHROMA,
            tuning=None,
            pad_mode="reflect",
        )
    )
    # Told how many bins an octave has: newer versions of librosa would take it to be 36.
    yield (
        "chroma_cqt",
        librosa.feature.chroma_cqt(
            C=cqt, n_chroma=N_CHROMA, n_octaves=N_OCTAVES, bins_per_octave=N_CHROMA
        ),
    )
    cens = librosa.feature.chroma_cens(
        C=cqt, n_chroma=N_CHROMA, n_octaves=N_OCTAVES, bins_per_octave=N_CHROMA
    )
    yield "chroma_cens", cens
    yield "tonnetz", librosa.feature.tonnetz(chroma=cens)


def spectral_frames(
    magnitude: Float[np.ndarray, "bins frames"], mel_db: Float[np.ndarray, "bands frames"]
) -> Iterator[tuple[str, Frames]]:
    """What is computed of the STFT: its magnitude, and its mel power in dB.

    `rmse` is the root mean square over the bins of the magnitude, as `librosa.feature.rmse(S=)`
    gave it until version 0.6 (Parseval's theorem was not applied): not the level of the sound.
    """
    import librosa

    feature, rate = librosa.feature, FMA_AXIS_HZ
    power = magnitude**2
    yield "chroma_stft", feature.chroma_stft(S=power, sr=rate, n_chroma=N_CHROMA)
    yield "rmse", np.sqrt(np.mean(power, axis=0, keepdims=True))
    yield "spectral_centroid", feature.spectral_centroid(S=magnitude, sr=rate)
    yield "spectral_bandwidth", feature.spectral_bandwidth(S=magnitude, sr=rate)
    yield "spectral_contrast", feature.spectral_contrast(S=magnitude, sr=rate, n_bands=N_BANDS)
    yield "spectral_rolloff", feature.spectral_rolloff(S=magnitude, sr=rate)
    yield "mfcc", feature.mfcc(S=mel_db, n_mfcc=N_MFCC)


def spectra(
    sound: Float[np.ndarray, " time"], sample_rate: int
) -> tuple[Float[np.ndarray, "bins frames"], Float[np.ndarray, "bands frames"]]:
    """Magnitude of the STFT, and power of 128 mel bands in dB, down to 80 below the loudest."""
    import librosa

    magnitude = np.abs(librosa.stft(sound, n_fft=N_FFT, hop_length=HOP_LENGTH, pad_mode="reflect"))
    mel = librosa.feature.melspectrogram(sr=sample_rate, S=magnitude**2)
    return magnitude, librosa.power_to_db(mel)


def zero_crossings(sound: Float[np.ndarray, " time"]) -> Frames:
    """The share of samples, in each frame, whose sign is not that of the sample before."""
    import librosa

    rate: Frames = librosa.feature.zero_crossing_rate(
        sound, frame_length=N_FFT, hop_length=HOP_LENGTH
    )
    return rate


def tempo_of(mel_db: Float[np.ndarray, "bands frames"], sample_rate: int) -> float:
    """Beats a minute, by `librosa.feature.tempo`; 0 where nothing begins anywhere."""
    import librosa

    onsets = librosa.onset.onset_strength(S=mel_db, sr=sample_rate, hop_length=HOP_LENGTH)
    if not onsets.any():  # librosa would answer with what is usual for music
        return 0.0
    tempo = librosa.feature.tempo(onset_envelope=onsets, sr=sample_rate, hop_length=HOP_LENGTH)
    return float(tempo[0])
