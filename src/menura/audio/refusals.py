"""Why a file cannot be read, in words for the person whose file it is."""

import stat
from pathlib import Path

from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable


class UnreadableAudioError(MenuraError):
    """A file that gives no sound. Reads "PATH: REASON"; `reason` is the reason alone."""

    def __init__(self, path: Path, reason: str):
        super().__init__(f"{printable(str(path))}: {reason}")
        self.reason = reason


def beginning(path: Path, n_bytes: int = 4096) -> tuple[bytes, int]:
    """The first bytes of a regular file, and its size in bytes.

    Raises UnreadableAudioError for anything that is not a regular file that may be read. The
    kind is asked for before opening, because opening a named pipe would wait for ever.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableAudioError(path, f"not a regular file but {_kind(status.st_mode)}")
        with path.open("rb") as file:
            return file.read(n_bytes), status.st_size
    except (OSError, ValueError) as error:
        raise UnreadableAudioError(path, _of_system(path, error)) from None


def _kind(mode: int) -> str:
    kinds = {
        stat.S_IFDIR: "a folder",
        stat.S_IFIFO: "a named pipe",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
        stat.S_IFSOCK: "a socket",
    }
    return kinds.get(stat.S_IFMT(mode), "something else")


def _of_system(path: Path, error: OSError | ValueError) -> str:
    if isinstance(error, PermissionError):
        return "permission denied"
    if isinstance(error, FileNotFoundError):
        return "a link to nothing" if path.is_symlink() else "there is no such file"
    if path.is_symlink():
        return "a broken link"
    text = error.strerror if isinstance(error, OSError) else str(error)
    return f"cannot be opened ({text or error})"
