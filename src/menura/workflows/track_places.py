"""Where a worker process finds the sound of a track, and how it is known to have changed."""

import os
from dataclasses import asdict
from pathlib import Path

from menura.prepared import PreparedTrack
from menura.prepared.crew import Payload

_STORED = ("shard", "offset", "n_samples", "sample_rate", "n_channels", "scale")


def stored_place(track: PreparedTrack, shards: str) -> Payload:
    """Of a track of a prepared corpus. shards: the folder of its shards, absolute."""
    facts = asdict(track)
    return {"shards": shards, "track": {name: facts[name] for name in _STORED}}


def file_place(path: Path) -> Payload:
    """Of a sound file. Links are not followed: errors name what the person knows."""
    return {"file": os.path.abspath(path)}  # noqa: PTH100


def file_state(path: Path) -> str:
    """Size and time of last change of a sound file."""
    try:
        stat = path.stat()
    except OSError:  # a worker will say what is wrong with it
        return "not there"
    return f"{stat.st_size} {stat.st_mtime_ns}"
