"""Sound ⇄ frames. One file a representation; its file name is its name."""

from typing import Any

from menura.foundation.config import from_dict
from menura.foundation.rooms import Room
from menura.representations._chunking import (
    decode_chunked,
    encode_chunked,
    encode_range,
    reader,
    samples_of,
    trim_context,
)
from menura.representations._faithfulness import keeps_promise, log_mel_db, round_trip, snr_db
from menura.representations.contract import Audio, Frames, Promise, Representation, Spec

__all__ = [
    "Audio",
    "Frames",
    "Promise",
    "Representation",
    "Spec",
    "build",
    "decode_chunked",
    "encode_chunked",
    "encode_range",
    "keeps_promise",
    "load",
    "log_mel_db",
    "reader",
    "room",
    "round_trip",
    "samples_of",
    "snr_db",
    "trim_context",
]

room = Room("menura.representations", "representation")


def load(name: str) -> type[Representation]:
    """The class of a representation by name; UsageError lists the names there are."""
    return room.load_class(name, Representation)


def build(name: str, config: Any, sample_rate: int, n_audio_channels: int = 1) -> Representation:
    """A representation by name; `config` is its Config or the dict that JSON holds of one."""
    kind = load(name)
    settings = from_dict(kind.Config, config, f"{name}: ") if isinstance(config, dict) else config
    return kind(settings, sample_rate, n_audio_channels)
