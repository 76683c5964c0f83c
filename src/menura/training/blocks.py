"""Memory for large tensors, which a training step needs again and again."""

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# Of glibc's malloc.h: what the C library itself begins with, and what it is told in a block.
TRIM_THRESHOLD, MMAP_MAX = -1, -4
USUAL = {TRIM_THRESHOLD: 128 * 1024, MMAP_MAX: 65_536}
KEEPING = {TRIM_THRESHOLD: 2**31 - 1, MMAP_MAX: 0}


@contextmanager
def large_blocks_kept() -> Iterator[None]:
    """Within the block what large tensors lay in is kept for the next ones, where the system's C
    library is glibc.

    By itself it gives each back at once and is given it anew page by page, all filled with zeros: a
    fifth of a step of a network of convolutions. At the end all that is free is given back. What
    the library had found out by itself of sizes is not: glibc takes no advice back.
    """
    library = _glibc()
    if library is None:
        yield
        return
    _tell(library, KEEPING)
    try:
        yield
    finally:
        _tell(library, USUAL)
        library.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None


def _tell(library: ctypes.CDLL, options: dict[int, int]) -> None:
    for option, value in options.items():
        library.mallopt(option, value)
