"""Playing a score: by the built-in synthesiser, or by a SoundFont."""

from pathlib import Path

import numpy as np

from menura.audio.played import Played
from menura.audio.score import LONGEST_S, Score
from menura.audio.synthesis import builtin
from menura.audio.synthesis import soundfont as soundfonts
from menura.foundation.errors import MenuraError

END_FADE_S = 0.01  # where sound is cut that would have gone on


def synthesise(
    score: Score,
    sample_rate: int,
    n_channels: int = 1,
    seconds: float | None = None,
    *,
    soundfont: Path | None = None,
) -> Played:
    """The score as sound at `sample_rate` (Hz), mono or stereo.

    seconds: exact length; what would sound on is faded out within 10 ms. None: until the last note
        has died away.
    soundfont: an SF2 file to play with (extra `notes`, and the FluidSynth library); None is the
        built-in synthesiser, which needs nothing and plays any General MIDI program and drums.

    The same score gives the same samples. A sound whose peak would pass full scale is lowered to
    fit. Raises MenuraError for a score of more than 24 hours, and where a SoundFont cannot be used.
    """
    if n_channels not in (1, 2):
        raise ValueError(f"a score is played in mono or stereo, not in {n_channels} channels")
    player = builtin if soundfont is None else soundfonts.Player(soundfont, sample_rate)
    length_s = score.duration_s + player.ring_s(score) if seconds is None else seconds
    if length_s > LONGEST_S:
        raise MenuraError(f"a score of {length_s / 3600:.0f} hours cannot be played; at most 24")
    samples = player.play(score, sample_rate, n_channels, round(length_s * sample_rate))
    n_fade = min(samples.shape[1], round(END_FADE_S * sample_rate))
    if n_fade:
        samples[:, -n_fade:] *= np.linspace(1, 0, n_fade, dtype=np.float32)
    peak = float(np.abs(samples).max(initial=0.0))
    return Played(samples / max(1.0, peak), sample_rate, score)
