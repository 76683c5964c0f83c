"""One process at a time in a folder, by a lock that ends with the process that holds it."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform != "win32":
    import fcntl

LOCK = "menura.lock"


@contextmanager
def alone(folder: Path, when_busy: Callable[[], None]) -> Iterator[None]:
    """Hold `folder` for this process alone while the block runs.

    when_busy: called once when another process holds it. It may raise; when it returns, the
    other process is waited for. The lock is a file that is gone when the block ends; one that a
    kill left behind holds nobody up. Where the system or the file system has no such locks
    (Windows), the block just runs. Raises OSError when the folder cannot be written.
    """
    if sys.platform == "win32":
        yield
        return
    path = folder / LOCK
    descriptor = _taken(path, when_busy)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)  # before it is let go: see _taken
        os.close(descriptor)


def _taken(path: Path, when_busy: Callable[[], None]) -> int:
    """A descriptor of the lock file that holds the lock."""
    said = False
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            if not _try_to_lock(descriptor):
                if not said:
                    when_busy()
                    said = True
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            # Who held it before has deleted the file meanwhile; a lock on that keeps nobody out.
            if _is_still(path, descriptor):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _try_to_lock(descriptor: int) -> bool:
    """Whether it is locked now, or cannot be locked on this file system at all."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _is_still(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
