"""Places: a prepared corpus lies in a folder of this machine, or behind a URL that fsspec knows."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.printable import printable
from menura.foundation.urls import is_url

_LOCAL = re.compile(r"(file|local)://", re.IGNORECASE)
_READ_AT_ONCE = 1 << 20


class Remote:
    """A folder behind a URL (`s3://…`, `gs://…`, `https://…`, `memory://…`), only ever read.

    What goes wrong there is raised as MenuraError, with the URL and the reason.
    """

    def __init__(self, url: str):
        self.url = url.rstrip("/")

    def __str__(self) -> str:
        return self.url

    def read(self, name: str) -> bytes:
        """A whole small file. Raises FileNotFoundError when there is none of this name."""
        with self._reading(name, FileNotFoundError):
            return bytes(self._system.cat_file(self._path(name)))

    def read_range(self, name: str, start: int, stop: int, size: int) -> bytes:
        """Bytes `start` … `stop` of a file that has `size`."""
        with self._reading(name):
            data = bytes(self._system.cat_file(self._path(name), start=start, end=stop))
        if len(data) == size != stop - start:  # a server that knows no ranges sends all
            data = data[start:stop]
        if len(data) != stop - start:
            raise MenuraError(
                f"{self._said(name)}: {len(data)} bytes came where {stop - start} should; "
                "`menura verify` says what is damaged"
            )
        return data

    def blocks(self, name: str) -> Iterator[bytes]:
        """A file, a piece at a time. Raises FileNotFoundError when there is none."""
        with (
            self._reading(name, FileNotFoundError),
            self._system.open(self._path(name), "rb") as file,
        ):
            while block := file.read(_READ_AT_ONCE):
                yield block

    def fetch(self, name: str, path: Path) -> None:
        """Copy a file to `path`."""
        with path.open("wb") as file:
            for block in self._all(name):
                file.write(block)

    def _all(self, name: str) -> Iterator[bytes]:
        try:
            yield from self.blocks(name)
        except FileNotFoundError:
            raise MenuraError(f"{self._said(name)}: there is no such file") from None

    @cached_property
    def _opened(self) -> tuple[Any, str]:
        import fsspec  # here, because few corpora are read from elsewhere

        try:
            return cast(tuple[Any, str], fsspec.core.url_to_fs(self.url))
        except ImportError as error:
            raise MenuraError(
                f"{printable(self.url)}: a package is missing to read it ({error})"
            ) from None
        except ValueError as error:
            raise UsageError(f"{printable(self.url)}: {error}") from None

    @property
    def _system(self) -> Any:
        return self._opened[0]

    def _path(self, name: str) -> str:
        return f"{self._opened[1].rstrip('/')}/{name}"

    def _said(self, name: str) -> str:
        return printable(f"{self.url}/{name}")

    @contextmanager
    def _reading(self, name: str, passed: type[Exception] | None = None) -> Iterator[None]:
        try:
            yield
        except (MenuraError, MemoryError):
            raise
        except Exception as error:  # each system behind a URL has errors of its own
            if passed is not None and isinstance(error, passed):
                raise
            reason = printable(str(error).partition("\n")[0]) or type(error).__name__
            raise MenuraError(f"{self._said(name)}: cannot be read ({reason})") from None


Place = Path | Remote


def place_of(where: Path | str) -> Place:
    """The place that a person names: a path, or a URL. `file://` names a folder of this machine,
    which is read as quickly as by its path."""
    text = str(where)
    if not is_url(text):
        return Path(where)
    if _LOCAL.match(text):
        from fsspec.implementations.local import LocalFileSystem

        return Path(str(LocalFileSystem._strip_protocol(text)))
    return Remote(text)


def read_small(place: Place, name: str) -> bytes:
    """A whole small file. Raises OSError when there is none."""
    return place.read(name) if isinstance(place, Remote) else (place / name).read_bytes()
