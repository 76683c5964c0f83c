"""Unpacking an archive into a folder that appears whole or not at all."""

import errno
import lzma
import shutil
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from menura.corpora._download.members import Member, RefusedError, members
from menura.corpora._download.quantities import amount
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter

_PIECE = 1 << 20
_SAID_EVERY = 100  # members
_DAMAGED = (
    zipfile.BadZipFile,
    tarfile.TarError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    UnicodeError,
    ValueError,
    lzma.LZMAError,
    struct.error,
    zlib.error,
)


@dataclass(frozen=True)
class Limits:
    """What an archive may unpack to: `ratio` times its own size (FMA's tables take about four
    times theirs, NSynth's sounds less than two), or `always` bytes if that is more; n_members."""

    ratio: float = 25.0
    always: int = 1 << 26
    n_members: int = 2_000_000


@dataclass(frozen=True)
class Unpacked:
    """n_files, and their bytes together."""

    n_files: int
    n_bytes: int


class DamagedArchiveError(MenuraError):
    """The archive cannot be read to its end."""


def unpack(
    archive: Path, target: Path, reporter: Reporter, limits: Limits | None = None
) -> Unpacked:
    """Unpack the zip or tar.gz archive so that its folder `target.name` becomes `target`.

    An archive without that one folder at its top becomes `target` as a whole. It is unpacked
    beside `target` first, and nothing of it stays if that fails. Raises DamagedArchiveError, or
    MenuraError for a member that could do harm, more content than `limits` allow, or a disk that
    is full.
    """
    if target.exists() or target.is_symlink():
        raise MenuraError(f"{printable(str(target))} is there already; remove it first")
    work = target.with_name(f".{target.name}.unpacking")
    _remove(work)
    try:
        work.mkdir()
        done = _Unpacking(archive, work, reporter, limits or Limits()).run()
        inner = work / target.name
        whole = inner if [entry.name for entry in work.iterdir()] == [target.name] else work
        if not whole.is_dir():
            whole = work
        whole.replace(target)
        return done
    finally:
        _remove(work)


class _Unpacking:
    def __init__(self, archive: Path, work: Path, reporter: Reporter, limits: Limits):
        self._archive, self._work, self._reporter = archive, work, reporter
        self._n_most = limits.n_members
        self._most = int(max(limits.always, limits.ratio * archive.stat().st_size))
        self._n_files = self._n_bytes = self._stated = 0

    def run(self) -> Unpacked:
        where = printable(str(self._archive))
        try:
            for number, member in enumerate(self._checked(members(self._archive))):
                self._put(member)
                if number % _SAID_EVERY == 0:
                    self._say()
        except RefusedError as error:
            raise MenuraError(f"{where}: not unpacked: {error}") from None
        except _DAMAGED as error:
            what = printable(str(error)) or type(error).__name__
            raise DamagedArchiveError(f"{where} is damaged ({what}); download it again") from None
        except OSError as error:
            raise self._failed(error) from None
        if self._n_files == 0:
            raise DamagedArchiveError(f"{where} holds no files; download it again")
        return Unpacked(self._n_files, self._n_bytes)

    def _checked(self, found: Iterator[Member]) -> Iterator[Member]:
        for number, member in enumerate(found):
            self._stated += member.size
            if number >= self._n_most:
                raise RefusedError(f"it has more than {self._n_most} members")
            if self._stated > self._most:
                raise RefusedError(
                    f"it would unpack to more than {amount(self._most)}, far more than its size "
                    "explains"
                )
            free = shutil.disk_usage(self._work).free
            if member.size > free:
                raise OSError(errno.ENOSPC, "no space left on device")
            # What macOS adds to archives is nobody's data.
            if not member.parts or member.parts[0] == "__MACOSX":
                continue
            if not member.parts[-1].startswith("._"):
                yield member

    def _put(self, member: Member) -> None:
        path = self._work.joinpath(*member.parts)
        if member.content is None:
            path.mkdir(parents=True, exist_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        # "x": a name that is there already, in whatever case, is a trick.
        with member.content() as content, path.open("xb") as file:
            written = 0
            while piece := content.read(min(_PIECE, member.size - written + 1)):
                written += len(piece)
                if written > member.size:
                    raise RefusedError(f"{printable(path.name)!r} is longer than stated")
                file.write(piece)
        self._n_files += 1
        self._n_bytes += written

    def _say(self) -> None:
        line = f"{self._archive.name}: {self._n_files} files unpacked, {amount(self._n_bytes)}"
        self._reporter.progress(self._n_bytes, 0, line)

    def _failed(self, error: OSError) -> MenuraError:
        if error.errno in (errno.EEXIST, errno.ENOTDIR, errno.EISDIR):
            name = printable(str(error.filename or ""))
            return MenuraError(
                f"{printable(str(self._archive))}: not unpacked: {name!r} is in it twice"
            )
        if error.errno == errno.ENOSPC:
            return MenuraError(
                f"{printable(str(self._work.parent))}: the disk is full; nothing was unpacked, "
                f"{printable(self._archive.name)} is kept: free some space and run it again"
            )
        if error.errno is None:  # gzip's word for damage
            return DamagedArchiveError(
                f"{printable(str(self._archive))} is damaged ({error}); download it again"
            )
        return MenuraError(f"{printable(str(self._archive))}: {(error.strerror or '').lower()}")


def _remove(folder: Path) -> None:
    if folder.is_symlink():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)
