"""What a worker process hears of one track: how long, how loud, which recording, and an excerpt."""

import base64
import math
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32

from menura.audio import Clip, Signal, Tape, blocks, conform, integrated_lufs, mix, probe
from menura.audio.fingerprint import Fingerprinter
from menura.audio.thumbnail import stamp_png
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable
from menura.pages.sound import mp3
from menura.prepared.crew import Announce, Payload
from menura.prepared.matching import to_text
from menura.prepared.shards import Shards
from menura.prepared.unusable import UnusableError, refusing

WORK = f"{__name__}:hear_track"
EXCERPT_S = 4.0
MOST_HZ = 32_000  # of an excerpt, which is mono


def hear_track(payload: Payload, announce: Announce) -> Payload:
    """{"seconds", "sample_rate", "n_channels", "lufs" (None: too quiet to measure), "content"
    (hash of the samples), "words" (`matching.to_text` of its fingerprint), "picture" (a PNG of the
    4 s in its middle), "sound" (these as mp3, or None); both in base64} or {"dropped": reason}.

    payload: {"id", "excerpt": whether the sound is wanted} and the place of the track, as
    `descriptors.describing` has it. Memory does not grow with the length of the track.
    """
    identity = payload["id"]
    if identity in payload["deadly"]:
        return {"dropped": f"what reads it crashed ({payload['deadly'][identity]})"}
    announce(identity)
    try:
        with _opened(payload) as (signal, n_channels):
            return _heard(signal, payload["excerpt"]) | {"n_channels": n_channels}
    except UnusableError as error:
        return {"dropped": str(error)}
    except (OSError, MenuraError):  # the machine's own troubles
        raise
    except Exception as error:  # one odd track must not stop the rest
        line = printable(str(error).partition("\n")[0])
        return {"dropped": f"cannot be heard ({type(error).__name__}: {line})"}


def _heard(signal: Signal, excerpt: bool) -> Payload:
    if not signal.n_samples:
        raise UnusableError("holds no sound")
    digest, printer = blake2b(digest_size=16), Fingerprinter(signal.sample_rate)
    for block in signal.blocks():
        if not np.isfinite(block).all():
            raise UnusableError("contains samples that are not numbers")
        digest.update(np.ascontiguousarray(block.T).data)
        printer.push(block)
    lufs = integrated_lufs(signal)
    middle = excerpt_of(signal)
    return {
        "seconds": signal.duration_s,
        "sample_rate": signal.sample_rate,
        "lufs": lufs if math.isfinite(lufs) else None,
        "content": digest.hexdigest(),
        "words": to_text(printer.finish()),
        "picture": _text(stamp_png(middle)),
        "sound": _text(mp3(middle)[0]) if excerpt else None,
    }


def excerpt_of(signal: Signal) -> Clip:
    """The EXCERPT_S in the middle, mono, at its own rate or MOST_HZ."""
    n = min(signal.n_samples, round(EXCERPT_S * signal.sample_rate))
    start = (signal.n_samples - n) // 2
    middle = Clip(np.ascontiguousarray(signal.read(start, start + n)), signal.sample_rate)
    return conform(middle, min(signal.sample_rate, MOST_HZ), 1)


@dataclass
class Stored(Signal):
    """A track of a prepared corpus, read from its shard a range at a time."""

    shards: Shards
    track: dict[str, Any]

    def __post_init__(self) -> None:
        self.sample_rate = self.track["sample_rate"]

    @property
    def n_channels(self) -> int:
        return int(self.track["n_channels"])

    @property
    def n_samples(self) -> int:
        return int(self.track["n_samples"])

    def read(self, start: int, stop: int) -> Float32[np.ndarray, "channels part"]:
        place, shape = self.track, (self.n_channels, self.n_samples)
        return self.shards.read(place["shard"], place["offset"], shape, place["scale"], start, stop)


@contextmanager
def _opened(payload: Payload) -> Iterator[tuple[Signal, int]]:
    """The track as a signal, and how many channels it has (more than two are mixed to two); a file
    is decoded once, onto the disk."""
    if "shards" in payload:
        shards = Shards(Path(payload["shards"]))
        try:
            stored = Stored(shards, payload["track"])
            yield stored, stored.n_channels
        finally:
            shards.close()
        return
    path = Path(payload["file"])
    with refusing():
        info = probe(path)
    with Tape(Path(tempfile.gettempdir()), info.sample_rate, min(info.n_channels, 2)) as tape:
        with refusing():
            for block in blocks(path, info=info):
                tape.append(mix(block, tape.n_channels))
        yield tape, info.n_channels


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
