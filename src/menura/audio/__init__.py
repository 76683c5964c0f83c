"""Clip and Score, and the only code that opens sound files."""

from menura.audio.clip import Clip, cancels
from menura.audio.editing import exact_length, fade, loop
from menura.audio.info import SoundInfo
from menura.audio.loudness import integrated_lufs, to_loudness, true_peak
from menura.audio.mel import hz_to_mel, mel_filter_bank, mel_to_hz
from menura.audio.mixing import conform, mix
from menura.audio.picture import frames_png, spectrogram_db, spectrograms_png
from menura.audio.reading import blocks, probe, read
from menura.audio.refusals import UnreadableAudioError
from menura.audio.resampling import StreamResampler, resample
from menura.audio.score import Note, Score
from menura.audio.writing import read_comment, write

__all__ = [
    "Clip",
    "Note",
    "Score",
    "SoundInfo",
    "StreamResampler",
    "UnreadableAudioError",
    "blocks",
    "cancels",
    "conform",
    "exact_length",
    "fade",
    "frames_png",
    "hz_to_mel",
    "integrated_lufs",
    "loop",
    "mel_filter_bank",
    "mel_to_hz",
    "mix",
    "probe",
    "read",
    "read_comment",
    "resample",
    "spectrogram_db",
    "spectrograms_png",
    "to_loudness",
    "true_peak",
    "write",
]
