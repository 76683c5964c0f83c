"""What a worker process does: the descriptors of one track, or why it has none."""

from pathlib import Path
from typing import Any

from menura.audio import Clip, read
from menura.evaluation.descriptors.describe import UndescribableError, describe
from menura.foundation.printable import printable
from menura.prepared.crew import Announce, Payload
from menura.prepared.shards import Shards
from menura.prepared.unusable import UnusableError, refusing

WORK = f"{__name__}:describe_track"


def describe_track(payload: Payload, announce: Announce) -> Payload:
    """{"values": [...], "notes": [...], "sample_rate": Hz, "seconds": s} or {"dropped": reason}.

    payload: {"id", "sample_rate": Hz or None} and {"file": path}, or {"shards": folder, "track":
    {"shard", "offset", "n_samples", "sample_rate", "n_channels", "scale"}} for a prepared one;
    {"middle_s": s} where at most so much of the middle is to be described.
    """
    identity = payload["id"]
    if identity in payload["deadly"]:
        return {"dropped": f"what reads or describes it crashed ({payload['deadly'][identity]})"}
    announce(identity)
    try:
        clip = _clip(payload)
        description = describe(clip, payload["sample_rate"])
    except (UnusableError, UndescribableError) as error:
        return {"dropped": str(error)}
    except MemoryError:
        return {"dropped": "too long: there is not enough memory for it"}
    except OSError:  # the machine's own troubles
        raise
    except Exception as error:  # one odd track must not stop the rest
        line = printable(str(error).partition("\n")[0])
        return {"dropped": f"cannot be described ({type(error).__name__}: {line})"}
    return {
        "values": description.values.tolist(),
        "notes": list(description.notes),
        "sample_rate": clip.sample_rate,
        "seconds": clip.duration_s,
    }


def middle_of(clip: Clip, seconds: float) -> Clip:
    """The middle of a clip that is longer."""
    start, stop = _middle(clip.n_samples, clip.sample_rate, seconds)
    return Clip(clip.read(start, stop), clip.sample_rate)


def _clip(payload: Payload) -> Clip:
    seconds = payload.get("middle_s")
    if "file" in payload:
        with refusing():
            clip = read(Path(payload["file"]))
        return clip if seconds is None else middle_of(clip, seconds)
    track: dict[str, Any] = payload["track"]
    shards = Shards(Path(payload["shards"]))
    n_samples, rate = track["n_samples"], track["sample_rate"]
    start, stop = (0, n_samples) if seconds is None else _middle(n_samples, rate, seconds)
    shape = (track["n_channels"], n_samples)
    try:
        samples = shards.read(track["shard"], track["offset"], shape, track["scale"], start, stop)
    finally:
        shards.close()
    return Clip(samples, rate)


def _middle(n_samples: int, sample_rate: int, seconds: float) -> tuple[int, int]:
    """Where the middle begins and ends, in samples."""
    n_heard = min(n_samples, round(seconds * sample_rate))
    start = (n_samples - n_heard) // 2
    return start, start + n_heard
