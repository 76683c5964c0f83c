"""Work for engines: some of it never ends, some finds no room."""

import errno
import os
import time
from pathlib import Path

from menura.prepared.crew import Announce, Payload


def count(payload: Payload, announce: Announce) -> Payload:
    """Lists the items; "hangs" never ends, "slow" takes a while."""
    done = []
    for item in payload["items"]:
        if item in payload["deadly"]:
            continue
        announce(item)
        if item == "hangs":
            time.sleep(3600)
        elif item == "slow":
            time.sleep(0.3)
        done.append(item)
    return {"done": done, "deadly": payload["deadly"], "parent": os.getppid()}


def no_room(payload: Payload, announce: Announce) -> Payload:
    """The disk is full."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def wait(payload: Payload, announce: Announce) -> Payload:
    """Shows that it was begun, and is never done."""
    announce("forever")
    Path(payload["folder"], "begun").touch()
    time.sleep(3600)
    return {}
