"""Scores in shards: the MIDI file of a track, as it is, behind the track's sound."""

import hashlib
from pathlib import Path
from typing import Any

from menura.audio import Score, parse_score
from menura.audio.midi import MOST_BYTES
from menura.audio.refusals import beginning
from menura.prepared.shards import ShardFile
from menura.prepared.unusable import UnusableError, refusing

# The sound that follows stays where 16-bit values are read fastest.
_ALIGNED = 4


def keep_score(path: Path, out: ShardFile) -> dict[str, Any]:
    """Append the MIDI file `path` to `out`: {"score": [offset, bytes], "score_s": seconds}.

    Raises UnusableError when its notes cannot be read; nothing is appended then.
    """
    score, data = _read(path)
    return {"score": _append(data, out), "score_s": round(score.duration_s, 6)}


def keep_notes(path: Path, min_seconds: float, out: ShardFile) -> dict[str, Any]:
    """The same for a track of notes alone, with what a mark says of any track but its id.

    Raises UnusableError when it has no notes, or they last `min_seconds` or less.
    """
    score, data = _read(path)
    if not score.notes:
        raise UnusableError("a MIDI file without notes")
    if score.duration_s <= min_seconds:
        raise UnusableError(
            f"too short: {score.duration_s:.3g} s of notes, and files of {min_seconds:g} s or less "
            "are left out (menura prepare --min-seconds)"
        )
    offset = out.tell()
    return {
        "offset": offset,
        "n_samples": 0,
        "sample_rate": 0,
        "n_channels": 0,
        "scale": 1.0,
        "silent": [],
        "content": hashlib.blake2b(data, digest_size=16).hexdigest(),
        "notes": [],
        "score": _append(data, out),
        "score_s": round(score.duration_s, 6),
    }


def _read(path: Path) -> tuple[Score, bytes]:
    with refusing():
        data, size = beginning(path, MOST_BYTES + 1)
        return parse_score(data, size, path), data


def _append(data: bytes, out: ShardFile) -> list[int]:
    offset = out.tell()
    out.write(data)
    out.write(bytes(-out.tell() % _ALIGNED))
    return [offset, len(data)]
