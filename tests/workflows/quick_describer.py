"""Work for `features` that takes no library: rows made up from the bytes of the files."""

import hashlib
import os
import time
from pathlib import Path

from menura.prepared.crew import Announce, Payload

SLOW_S = 0.1


def row(payload: Payload, announce: Announce) -> Payload:
    """519 values; a file called deadly.wav ends the process."""
    identity = payload["id"]
    if identity in payload["deadly"]:
        return {"dropped": f"crashed ({payload['deadly'][identity]})"}
    announce(identity)
    if identity == "deadly.wav":
        os.kill(os.getpid(), 9)
    digest = hashlib.blake2b(Path(payload["file"]).read_bytes(), digest_size=3).digest()
    values = [byte / 256 for byte in digest * 173]
    return {"values": values, "notes": [], "sample_rate": 22050, "seconds": 1.0}


def slow_row(payload: Payload, announce: Announce) -> Payload:
    """The same, after a while."""
    time.sleep(SLOW_S)
    return row(payload, announce)
