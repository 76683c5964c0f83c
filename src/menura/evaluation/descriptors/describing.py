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
    {"shard", "offset", "n_samples", "sample_rate", "n_channels", "scale"}} for a prepared one.
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


def _clip(payload: Payload) -> Clip:
    if "file" in payload:
        with refusing():
            return read(Path(payload["file"]))
    track: dict[str, Any] = payload["track"]
    shards = Shards(Path(payload["shards"]))
    n_samples = track["n_samples"]
    shape = (track["n_channels"], n_samples)
    try:
        samples = shards.read(track["shard"], track["offset"], shape, track["scale"], 0, n_samples)
    finally:
        shards.close()
    return Clip(samples, track["sample_rate"])
