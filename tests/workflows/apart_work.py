"""Work for the tests of processes apart."""

import errno
import os
import time
from pathlib import Path
from typing import Any

from menura.foundation.errors import UsageError
from menura.foundation.reporting import Reporter
from menura.training.interrupt import Interrupts


def work(payload: dict[str, Any], reporter: Reporter) -> dict[str, Any]:
    """Does what the payload says."""
    what = payload["what"]
    if what == "say":
        reporter.say("a line")
        reporter.warn("a warning")
        reporter.progress(1, 2, "half")
        print("noise of a library")  # noqa: T201
        return {"pid": os.getpid()}
    if what == "die":
        os.kill(os.getpid(), payload["signal"])
    if what == "exit":
        os._exit(3)
    if what == "refuse":
        raise UsageError("these words are wrong")
    if what == "full":
        raise OSError(errno.ENOSPC, "No space left on device", "file")
    if what == "train":
        return _until_interrupted(Path(payload["file"]), reporter)
    raise ValueError("a fault")


def _until_interrupted(file: Path, reporter: Reporter) -> dict[str, Any]:
    """As training does: an interrupt is heard between two steps, and what there is is put away."""
    with Interrupts() as interrupts:
        reporter.say("begun")
        for _ in range(1000):
            if interrupts.wanted:
                file.write_text("kept")
                raise KeyboardInterrupt
            time.sleep(0.02)
    return {}


def full(payload: dict[str, Any], reporter: Reporter) -> dict[str, Any]:
    """Finds no room on the disk, whatever is wanted."""
    raise OSError(errno.ENOSPC, "No space left on device", payload["folder"])
