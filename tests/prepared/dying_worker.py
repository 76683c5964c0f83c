"""Work for a Crew, some of which kills its process or finds no room for what it makes."""

import errno
import os
import signal
from pathlib import Path

from menura.prepared import building, rendering
from menura.prepared.crew import Announce, Payload
from menura.prepared.shards import ShardFile

FROM_SHARD = 2  # those before are written


def sum_up(payload: Payload, announce: Announce) -> Payload:
    """Adds up the items; "dies" ends the process, "once FILE" does so the first time."""
    total = 0
    for item in payload["items"]:
        if item in payload["deadly"]:
            continue
        announce(item)
        if item == "fails":
            raise ValueError("no sum")
        if item.startswith("once "):
            marker = Path(item.removeprefix("once "))
            if not marker.exists():
                marker.touch()
                os.kill(os.getpid(), signal.SIGKILL)
        elif item == "dies":
            os.kill(os.getpid(), signal.SIGKILL)
        os.write(1, b"a decoder's chatter\n")
        total += len(item)
    return {"total": total, "deadly": payload["deadly"]}


def build_shard(payload: Payload, announce: Announce) -> Payload:
    """The real work, with a decoder that crashes on files called deadly.wav."""

    def announce_and_die(identity: str) -> None:
        announce(identity)
        if identity.endswith("deadly.wav"):
            os.kill(os.getpid(), signal.SIGSEGV)

    return building.build_shard(payload, announce_and_die)


def build_on_a_full_disk(payload: Payload, announce: Announce) -> Payload:
    """The real work, on a disk that is full after two shards."""
    if payload["shard"] >= FROM_SHARD:
        ShardFile.write = no_room  # type: ignore[method-assign]
    return building.build_shard(payload, announce)


def build_without_memory(payload: Payload, announce: Announce) -> Payload:
    """The real work, on a machine whose memory ends after two shards."""
    if payload["shard"] >= FROM_SHARD:
        ShardFile.write = no_memory  # type: ignore[method-assign]
    return building.build_shard(payload, announce)


def render_on_a_full_disk(payload: Payload, announce: Announce) -> Payload:
    """The real work, on a disk that is full after two shards."""
    if payload["shard"] >= FROM_SHARD:
        rendering.store = no_room
    return rendering.render_shard(payload, announce)


def no_room(*_: object) -> int:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def no_memory(*_: object) -> int:
    raise MemoryError("no more")
