"""Score ⇄ piano roll: what sounds in each frame."""

import math

import numpy as np
from jaxtyping import Float32

from menura.audio.score import Note, Score
from menura.foundation.errors import UsageError

MOST_FRAMES = 1 << 22  # 2 GiB; half a day at 100 frames a second

Roll = Float32[np.ndarray, "128 frames"]


def piano_roll(score: Score, frame_rate_hz: float) -> Roll:
    """Velocity / 127 of what sounds at each MIDI pitch in each frame, 0 for silence.

    frame_rate_hz: frames a second; times land on the nearest frame, and a note lasts one at least.
    Where notes of a pitch overlap, the one struck last is shown. A note gives up its last frame to
    silence where the key is struck again at once, so that two notes do not become one (it cannot
    if that frame is its only one). Drums are left out: their pitches are no heights.

    Raises UsageError for a rate that is not above 0, or more than 4,194,304 frames.
    """
    _check_rate(frame_rate_hz)
    notes = [note for note in score.notes if not note.is_drum]
    if score.duration_s * frame_rate_hz > MOST_FRAMES:
        raise UsageError(
            f"a piano roll of more than {MOST_FRAMES} frames; take a lower frame rate or less music"
        )
    n_frames = max((_frames(note, frame_rate_hz)[1] for note in notes), default=0)
    roll = np.zeros((128, n_frames), np.float32)
    struck: dict[int, int] = {}
    for note in notes:  # in the order they start
        start, stop = _frames(note, frame_rate_hz)
        row = roll[note.pitch]
        if start - 1 > struck.get(note.pitch, -1):
            row[start - 1] = 0
        struck[note.pitch] = start
        row[start:stop] = max(note.velocity, 1) / 127
    return roll


def from_piano_roll(roll: Roll, frame_rate_hz: float, threshold: float = 0.0) -> Score:
    """The notes of a roll: each run of frames above `threshold`, as loud as its first frame.

    Values above 1 count as 1. Raises UsageError for a rate that is not above 0, or values that are
    not finite.
    """
    _check_rate(frame_rate_hz)
    if not np.isfinite(roll).all():
        raise UsageError("a piano roll must be finite; it holds NaN or infinite values")
    sounding = np.pad(roll > max(threshold, 0.0), ((0, 0), (1, 1))).astype(np.int8)
    change = np.diff(sounding, axis=1)
    pitches, starts = np.nonzero(change == 1)
    stops = np.nonzero(change == -1)[1]  # in the order of the starts: by pitch, then by frame
    velocities = np.clip(np.rint(127 * roll[pitches, starts]), 1, 127).astype(int)
    return Score(
        tuple(
            Note(start / frame_rate_hz, stop / frame_rate_hz, pitch, velocity)
            for pitch, start, stop, velocity in zip(
                pitches.tolist(), starts.tolist(), stops.tolist(), velocities.tolist(), strict=True
            )
        )
    )


def _frames(note: Note, frame_rate_hz: float) -> tuple[int, int]:
    start = round(note.start_s * frame_rate_hz)
    return start, max(start + 1, round(note.end_s * frame_rate_hz))


def _check_rate(frame_rate_hz: float) -> None:
    if not 0 < frame_rate_hz < math.inf:
        raise UsageError(f"a frame rate must be above 0 Hz, not {frame_rate_hz}")
