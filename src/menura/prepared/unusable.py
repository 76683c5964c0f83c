"""A file that cannot be used, and why: its fault, not the machine's."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from menura.audio import UnreadableAudioError
from menura.foundation.printable import printable

# Troubles of the machine, not of the file that was being read when they came.
_MACHINE = (errno.ENOSPC, errno.EMFILE, errno.ENFILE, errno.ENOMEM)


class UnusableError(Exception):
    """The file cannot be used; the text says why."""


@contextmanager
def refusing() -> Iterator[None]:
    """Turn whatever reading a file raises into UnusableError, in words. One bad file must not
    stop the rest, whatever it does; troubles of the machine pass, they are not the file's."""
    try:
        yield
    except UnreadableAudioError as error:
        raise UnusableError(error.reason) from None
    except MemoryError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _MACHINE:
            raise
        if isinstance(error, OSError) and error.strerror:
            raise UnusableError(error.strerror.lower()) from error
        line = printable(str(error).partition("\n")[0])
        words = f"{type(error).__name__}{': ' + line if line else ''}"
        raise UnusableError(f"cannot be decoded ({words})") from error
