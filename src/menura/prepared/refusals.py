"""Why something could not be written, in words, with the mend that fits."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from menura.foundation.errors import MenuraError

_NOT_ALLOWED = (errno.EACCES, errno.EPERM, errno.EROFS)
_NO_ROOM = tuple(
    getattr(errno, name) for name in ("ENOSPC", "EDQUOT", "EFBIG") if hasattr(errno, name)
)


class NotWritableError(MenuraError):
    """The folder may be read but not written."""


@contextmanager
def written_into(place: str, instead: str, again: str) -> Iterator[None]:
    """Turn what goes wrong while `place` is written into one plain line.

    place: as the person knows it, e.g. "--out prepared". instead: where else it could go.
    again: how to go on, e.g. "start it again with --resume"; what was done before is kept.
    Raises NotWritableError where writing is not allowed, and MenuraError for a full disk, for
    too little memory, and for the rest.
    """
    try:
        yield
    except MemoryError:
        raise MenuraError(
            f"not enough memory to write into {place}; end other programs and {again}: what is "
            "done is kept"
        ) from None
    except OSError as error:
        reason = (error.strerror or str(error) or type(error).__name__).lower()
        line = f"cannot write into {place} ({reason})"
        if error.errno in _NOT_ALLOWED:
            raise NotWritableError(f"{line}; {instead}") from None
        mend = "make room there" if error.errno in _NO_ROOM else "mend that"
        raise MenuraError(f"{line}; {mend} and {again}: what is done is kept") from None
