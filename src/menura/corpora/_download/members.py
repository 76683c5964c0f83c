"""What an archive holds, one member at a time, with everything refused that could do harm."""

import gzip
import re
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable

LONGEST_PART = 255  # bytes, on all usual file systems
DEEPEST = 32
LARGEST_HEADER = LARGEST_TAIL = 1 << 20
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(\..*)?$", re.I)
_HEADER_TYPES = frozenset(
    (
        tarfile.XHDTYPE,
        tarfile.XGLTYPE,
        tarfile.SOLARIS_XHDTYPE,
        tarfile.GNUTYPE_LONGNAME,
        tarfile.GNUTYPE_LONGLINK,
    )
)


Opens = Callable[[], AbstractContextManager[IO[bytes]]]
"""Gives a member's content."""


@dataclass(frozen=True)
class Member:
    """A file or folder. parts: its path. size: bytes, as stated. content: None for a folder."""

    parts: tuple[str, ...]
    size: int
    content: Opens | None


class RefusedError(MenuraError):
    """A member that no honest archive of this kind has."""


def members(path: Path) -> Iterator[Member]:
    """The members of the zip or tar.gz archive, in their order; the latter is read as a stream.

    Raises RefusedError for a member that leads out of the folder, is a link or a device, or has a
    name that some system takes for something else.
    """
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                yield _of_zip(archive, info)
    else:
        with gzip.open(path) as plain:
            with tarfile.open(fileobj=plain, mode="r|", tarinfo=_ModestHeader) as stream:
                for header in stream:
                    yield _of_tar(stream, header)
            _read_out(plain)


def safe_parts(name: str) -> tuple[str, ...]:
    """The folders and the file that `name` means, on every system; () for the archive's root.

    Raises RefusedError for a name that is absolute, leads upwards, has a drive letter, backslash
    or control character, or means a device on some system.
    """
    if name.startswith("/"):
        _refuse(name, "is an absolute path")
    if "\\" in name or ":" in name:
        _refuse(name, "has a backslash or a colon, which some systems take for a path or a drive")
    if not name.isprintable() or "\ufffd" in name:
        _refuse(name, "has control characters")
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    if len(parts) > DEEPEST:
        _refuse(name[:80], f"is more than {DEEPEST} folders deep")
    for part in parts:
        if part == "..":
            _refuse(name, "leads out of the folder")
        if part.endswith((".", " ")) or _DEVICES.match(part):
            _refuse(name, "is a name that some systems take for another file or a device")
        if len(part.encode("utf-8", "surrogateescape")) > LONGEST_PART:
            _refuse(part[:80], "is too long a name")
    return parts


class _ModestHeader(tarfile.TarInfo):
    """A tar header whose own extensions cannot fill the memory."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> "_ModestHeader":
        header = super().frombuf(buf, encoding, errors)
        if header.type in _HEADER_TYPES and header.size > LARGEST_HEADER:
            _refuse(header.name, "has a header of more than a megabyte")
        return header


def _read_out(plain: gzip.GzipFile) -> None:
    """To the very end: tarfile takes a cut archive for a short one, but gzip knows its length
    and checksum."""
    left = LARGEST_TAIL
    while piece := plain.read(1 << 16):
        left -= len(piece)
        if left < 0:
            raise RefusedError("its end is followed by other data")


def _of_zip(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Member:
    name = info.orig_filename
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        _refuse(name, "is a link or a device")
    if info.flag_bits & 1:
        _refuse(name, "is encrypted")
    if name.endswith("/"):
        return Member(safe_parts(name), 0, None)
    return Member(safe_parts(name), info.file_size, partial(archive.open, info))


def _of_tar(stream: tarfile.TarFile, header: tarfile.TarInfo) -> Member:
    if header.isdir():
        return Member(safe_parts(header.name), 0, None)
    if not header.isreg():
        _refuse(header.name, "is a link or a device")

    def content() -> AbstractContextManager[IO[bytes]]:
        file = stream.extractfile(header)
        assert file is not None  # it is a regular file
        return file

    return Member(safe_parts(header.name), header.size, content)


def _refuse(name: str, why: str) -> None:
    raise RefusedError(f"the member {printable(name)!r} {why}")
