"""Clip, Score and longer sounds, and the only code that opens sound files."""

from typing import TYPE_CHECKING

from menura.foundation.on_demand import on_demand

if TYPE_CHECKING:
    from menura.audio.axis import Axis
    from menura.audio.clip import Clip, cancels, whole
    from menura.audio.editing import exact_length, fade, loop
    from menura.audio.frames_picture import frames_png
    from menura.audio.info import SoundInfo
    from menura.audio.loudness import integrated_lufs, to_loudness, true_peak
    from menura.audio.mel import hz_to_mel, mel_filter_bank, mel_to_hz
    from menura.audio.midi import parse_score, read_score
    from menura.audio.midi_writing import read_score_comment, write_score
    from menura.audio.mixing import conform, mix
    from menura.audio.picture import spectrogram_db, spectrograms_png
    from menura.audio.played import Played
    from menura.audio.reading import blocks, probe, read
    from menura.audio.refusals import UnreadableAudioError
    from menura.audio.resampling import StreamResampler, resample
    from menura.audio.score import Note, Score, TempoChange
    from menura.audio.signal import Signal
    from menura.audio.synthesis import synthesise
    from menura.audio.tape import Tape
    from menura.audio.widening import widened
    from menura.audio.writing import read_comment, write
else:
    __getattr__ = on_demand(
        __name__,
        {
            "axis": "Axis",
            "clip": "Clip cancels whole",
            "editing": "exact_length fade loop",
            "frames_picture": "frames_png",
            "info": "SoundInfo",
            "loudness": "integrated_lufs to_loudness true_peak",
            "mel": "hz_to_mel mel_filter_bank mel_to_hz",
            "midi": "parse_score read_score",
            "midi_writing": "read_score_comment write_score",
            "mixing": "conform mix",
            "picture": "spectrogram_db spectrograms_png",
            "played": "Played",
            "reading": "blocks probe read",
            "refusals": "UnreadableAudioError",
            "resampling": "StreamResampler resample",
            "score": "Note Score TempoChange",
            "signal": "Signal",
            "synthesis": "synthesise",
            "tape": "Tape",
            "widening": "widened",
            "writing": "read_comment write",
        },
    )

__all__ = [
    "Axis",
    "Clip",
    "Note",
    "Played",
    "Score",
    "Signal",
    "SoundInfo",
    "StreamResampler",
    "Tape",
    "TempoChange",
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
    "parse_score",
    "probe",
    "read",
    "read_comment",
    "read_score",
    "read_score_comment",
    "resample",
    "spectrogram_db",
    "spectrograms_png",
    "synthesise",
    "to_loudness",
    "true_peak",
    "whole",
    "widened",
    "write",
    "write_score",
]


def __dir__() -> list[str]:
    return __all__
