"""Notes that are heard: semitones of voiced frames, by probabilistic YIN."""

from typing import Any

import numpy as np
from jaxtyping import Float64, Int64

from menura.audio import Clip, conform
from menura.evaluation.once_per_clip import once_per_clip

SAMPLE_RATE = 16_000
LOWEST_HZ, HIGHEST_HZ = 65.41, 2093.0  # C2 to C7
FRAME_LENGTH, HOP_LENGTH = 2048, 512
RESOLUTION = 0.34  # of a semitone: three bins each, the middle one in tune
BESIDE = 0.5  # of a semitone
LEAST_FRAMES = 3  # that a semitone must last to be a note: 96 ms, no slide through it
IN_WORDS = "semitones of voiced frames by pYIN, C2 to C7, 16 kHz"

Semitones = Int64[np.ndarray, "frames"]


@once_per_clip
def semitones(clip: Clip, start_s: float, seconds: float) -> Semitones:
    """MIDI numbers of the voiced frames of an excerpt, 31.25 frames a second.

    `librosa.pyin` (Mauch & Dixon, ICASSP 2014) from C2 to C7 in steps of a third of a semitone: of
    several notes at once it follows one, and noise has none. Semitones that are heard for less
    than 96 ms in all are left out.
    """
    heard = voiced_pitches(clip.between(start_s, start_s + seconds))
    notes = np.round(heard).astype(np.int64)
    kept, counts = np.unique(notes, return_counts=True)
    found: Semitones = notes[np.isin(notes, kept[counts >= LEAST_FRAMES])]
    return found


def voiced_pitches(clip: Clip, *, is_fine: bool = False) -> Float64[np.ndarray, "frames"]:
    """MIDI numbers, with what is between them, of the voiced frames, 31.25 a second, by
    `librosa.pyin` in steps of a third of a semitone.

    is_fine: to a cent or two, by the parabola through YIN's dip (de Cheveigné & Kawahara 2002,
    section II.E), where that is beside what pYIN hears; other frames are left out. In finer
    steps pYIN takes time by their square.
    """
    import librosa  # takes long, and compiles

    sound = conform(clip, SAMPLE_RATE, 1).samples[0]
    how: dict[str, Any] = {
        "fmin": LOWEST_HZ,
        "fmax": HIGHEST_HZ,
        "sr": SAMPLE_RATE,
        "frame_length": FRAME_LENGTH,
        "hop_length": HOP_LENGTH,
    }
    hz, voiced, _ = librosa.pyin(sound, resolution=RESOLUTION, **how)
    hz = hz[voiced]
    if is_fine:
        fine = librosa.yin(sound, **how)[voiced]
        hz = fine[np.abs(12 * np.log2(fine / hz)) < BESIDE]
    pitches: Float64[np.ndarray, "frames"] = 69 + 12 * np.log2(hz / 440)
    return pitches


def entropy_bits(values: Int64[np.ndarray, "values"]) -> float:
    """−Σ p log₂ p over the values: 0 when all are one, log₂ n when n are equally many. Raises
    ValueError where there is none."""
    if not len(values):
        raise ValueError("there are no values to have an entropy")
    shares = np.unique(values, return_counts=True)[1] / len(values)
    return float(-(shares * np.log2(shares)).sum())


def distinct(notes: Semitones) -> float:
    """How many different semitones are heard."""
    return float(len(np.unique(notes)))


def span(notes: Semitones) -> float:
    """From the lowest semitone to the highest. Raises ValueError where none is heard."""
    return float(np.ptp(notes))
