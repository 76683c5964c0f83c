"""Sound ⇄ frames, and notes ⇄ events. One file a representation; its file name is its name."""

from typing import Any

from menura.foundation.config import from_dict
from menura.foundation.errors import UsageError
from menura.foundation.rooms import Room
from menura.representations._chunking import (
    StreamDecoder,
    decode_chunked,
    encode_chunked,
    encode_range,
    reader,
    samples_of,
    trim_context,
)
from menura.representations._exr import (
    exr_n_samples,
    name_of,
    read_exr,
    refuse_large,
    write_exr,
)
from menura.representations._faithfulness import keeps_promise, log_mel_db, round_trip, snr_db
from menura.representations._piano_roll import from_piano_roll, piano_roll
from menura.representations._score_contract import Events, ScoreRepresentation
from menura.representations._score_faithfulness import note_f1, round_trip_score
from menura.representations.contract import Audio, Frames, Promise, Representation, Spec

__all__ = [
    "Audio",
    "Events",
    "Frames",
    "Promise",
    "Representation",
    "ScoreRepresentation",
    "Spec",
    "StreamDecoder",
    "build",
    "build_score",
    "decode_chunked",
    "encode_chunked",
    "encode_range",
    "exr_n_samples",
    "from_piano_roll",
    "is_of_scores",
    "keeps_promise",
    "load",
    "load_score",
    "log_mel_db",
    "name_of",
    "note_f1",
    "piano_roll",
    "presets",
    "read_exr",
    "reader",
    "refuse_large",
    "room",
    "round_trip",
    "round_trip_score",
    "samples_of",
    "score_names",
    "snr_db",
    "sound_names",
    "trim_context",
    "write_exr",
]

room = Room("menura.representations", "representation")


def load(name: str) -> type[Representation]:
    """The class of a representation of sound by name; UsageError lists the names there are."""
    if is_of_scores(name):
        there_is = ", ".join(sound_names())
        raise UsageError(f"{name!r} shows notes, not sound; for sound there is: {there_is}")
    return room.load_class(name, Representation)


def load_score(name: str) -> type[ScoreRepresentation]:
    """The class of a representation of notes by name; UsageError lists the names there are."""
    if name in room.names() and not is_of_scores(name):
        there_is = ", ".join(score_names())
        raise UsageError(f"{name!r} shows sound, not notes; for notes there is: {there_is}")
    return room.load_class(name, ScoreRepresentation)


def sound_names() -> list[str]:
    """Names of the representations of sound (imports them all)."""
    return [name for name in room.names() if not is_of_scores(name)]


def score_names() -> list[str]:
    """Names of the representations of notes (imports them all)."""
    return [name for name in room.names() if is_of_scores(name)]


def presets(name: str) -> dict[str, Any]:
    """Ready-made configs of a representation by name: its file's `PRESETS`; none is allowed.

    Each carries the form of a report or a paper; the comment beside it says which, and the sample
    rate it was stated at. UsageError lists the names there are.
    """
    ready: dict[str, Any] = getattr(room.load(name), "PRESETS", {})
    return dict(ready)


def is_of_scores(name: str) -> bool:
    """Whether a representation shows notes rather than sound; UsageError lists the names there
    are."""
    module = room.load(name)
    kinds = (kind for kind in vars(module).values() if isinstance(kind, type))
    return any(
        issubclass(kind, ScoreRepresentation) and kind.__module__ == module.__name__
        for kind in kinds
    )


def build(name: str, config: Any, sample_rate: int, n_audio_channels: int = 1) -> Representation:
    """One of sound by name; `config` is its Config or the dict that JSON holds of one."""
    kind = load(name)
    return kind(_settings(name, kind, config), sample_rate, n_audio_channels)


def build_score(
    name: str, config: Any, sample_rate: int, n_audio_channels: int = 1
) -> ScoreRepresentation:
    """The same for one of notes."""
    kind = load_score(name)
    return kind(_settings(name, kind, config), sample_rate, n_audio_channels)


def _settings(name: str, kind: type[Representation | ScoreRepresentation], config: Any) -> Any:
    return from_dict(kind.Config, config, f"{name}: ") if isinstance(config, dict) else config
