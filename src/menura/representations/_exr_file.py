"""The OpenEXR library: pixels and strings in, pixels and strings out, errors in plain words."""

import contextlib
import io
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType

import numpy as np
from jaxtyping import Float32

from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable

Image = Float32[np.ndarray, "rows columns"]

MAGIC = b"\x76\x2f\x31\x01"
_stderr_lock = threading.Lock()


def write_pixels(
    temporary: Path, path: Path, header: Mapping[str, str], images: Mapping[str, Image]
) -> None:
    """Write the images, all of one size, as channels of a scan-line file, compressed without loss.

    path: the name that errors speak of.
    """
    exr = _library(path)
    form = {"compression": exr.ZIP_COMPRESSION, "type": exr.scanlineimage}
    try:
        exr.File({**form, **header}, dict(images)).write(os.fspath(temporary))
    except (RuntimeError, ValueError, TypeError, OSError) as error:
        raise MenuraError(f"{_named(path)}: cannot be written ({_text(error)})") from None


def read_header(path: Path) -> dict[str, str]:
    """The strings of the header. Raises MenuraError for what is no OpenEXR file."""
    exr = _library(path)
    _refuse_others(path)
    try:
        with _quietly(), exr.File(os.fspath(path), header_only=True) as file:
            return {name: text for name, text in file.header().items() if isinstance(text, str)}
    except (RuntimeError, ValueError, TypeError, OSError, UnicodeError) as error:
        raise _damaged(path, error) from None


def read_pixels(path: Path, names: Sequence[str]) -> dict[str, Image]:
    """The channels of these names, which must be there as 32-bit floats. Raises MenuraError."""
    exr = _library(path)
    try:
        with _quietly(), exr.File(os.fspath(path), separate_channels=True) as file:
            there = file.channels()
            # Copied: the pixels are the file's, which closes here.
            images = {name: np.array(there[name].pixels) for name in names if name in there}
    except (RuntimeError, ValueError, TypeError, OSError, UnicodeError) as error:
        raise _damaged(path, error) from None
    if len(images) < len(names):
        raise MenuraError(f"{_named(path)}: a channel of the image is missing; write it again")
    if any(image.dtype != np.float32 or image.ndim != 2 for image in images.values()):
        raise MenuraError(
            f"{_named(path)}: its pixels are not 32-bit floats, so no sound comes of them; "
            "keep the file as it was written"
        )
    return images


def _library(path: Path) -> ModuleType:
    try:
        import OpenEXR
    except ImportError:
        raise MenuraError(
            f'{_named(path)}: OpenEXR files need one more library: pip install "menura[exr]"'
        ) from None
    library: ModuleType = OpenEXR
    return library


def _refuse_others(path: Path) -> None:
    try:
        with path.open("rb") as file:
            start = file.read(len(MAGIC))
    except OSError as error:
        raise MenuraError(f"{_named(path)}: cannot be read ({error.strerror or error})") from None
    if start != MAGIC:
        raise MenuraError(f"{_named(path)}: not an OpenEXR file")


def _damaged(path: Path, error: Exception) -> MenuraError:
    return MenuraError(
        f"{_named(path)}: a damaged or incomplete OpenEXR file ({_text(error)}); write it again"
    )


def _text(error: Exception) -> str:
    return " ".join(str(error).split())[:200].rstrip(".")


def _named(path: Path) -> str:
    return printable(str(path))


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Keep the library's notes to itself: it prints some, and writes others past Python."""
    printed = contextlib.redirect_stdout(io.StringIO())
    with _stderr_lock, printed, contextlib.ExitStack() as restored:
        try:
            kept = os.dup(2)
        except OSError:  # there is no standard error to keep quiet
            yield
            return
        restored.callback(os.close, kept)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        restored.callback(os.close, nowhere)
        restored.callback(os.dup2, kept, 2)
        os.dup2(nowhere, 2)
        yield
