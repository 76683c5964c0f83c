"""Fetching a file over HTTP, going on where it broke off."""

import errno
import http.client
import os
import re
import shutil
import socket
import ssl
import time
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, build_opener

from menura.corpora._download.partial import Partial, Source
from menura.corpora._download.quantities import amount, time_left
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.foundation.version import __version__

_PIECE = 1 << 18
_SAID_EVERY_S = 0.2
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)$")
# Answers that may be others in a while: too many requests, and a server's own troubles.
_PASSING = frozenset((408, 425, 429, 500, 502, 503, 504))


@dataclass(frozen=True)
class Patience:
    """timeout_s: of silence, after which a connection counts as broken. n_retries: how often in
    a row to go on without a byte gained. wait_s: before the first of them; then twice as long
    each time."""

    timeout_s: float = 30.0
    n_retries: int = 5
    wait_s: float = 1.0


class _UnavailableError(MenuraError):
    """This address gives nothing; another may."""


class _BrokenError(Exception):
    """The connection broke; going on may help. Its text completes "…: "."""


def fetch(
    urls: tuple[str, ...], target: Path, reporter: Reporter, patience: Patience | None = None
) -> None:
    """Bring the file at the first of `urls` that answers to `target`, whose folder is there.

    What has come so far stays in `target`.part when it breaks off, however it does; the next call
    goes on from there if the server still has the same file. Raises MenuraError, in one line that
    says what to do, when it cannot be fetched now.
    """
    for number, url in enumerate(urls, start=1):
        try:
            _Transfer(url, Partial(target), reporter, patience or Patience()).run()
            return
        except _UnavailableError as error:
            if number == len(urls):
                raise
            reporter.warn(f"{error}; trying the next address")


class _Transfer:
    """One file from one address."""

    def __init__(self, url: str, partial: Partial, reporter: Reporter, patience: Patience):
        self._url, self._partial = url, partial
        self._reporter, self._patience = reporter, patience
        self._opener = build_opener()
        self._opener.addheaders = [("User-Agent", f"menura/{__version__}")]
        self._gained = 0  # bytes in this run
        self._started = self._said = time.monotonic()

    def run(self) -> None:
        tries = 0
        while True:
            before = self._gained
            try:
                self._attempt()
                self._partial.finish()
                return
            except _BrokenError as error:
                tries = 1 if self._gained > before else tries + 1
                if tries > self._patience.n_retries:
                    raise MenuraError(self._gave_up(error)) from None
                wait_s = self._patience.wait_s * 2 ** (tries - 1)
                self._reporter.warn(f"{self._url}: {error}; going on in {wait_s:g} s")
                time.sleep(wait_s)

    def _attempt(self) -> None:
        there = self._partial.length()
        source = self._partial.source()
        if there and there == source.length:
            return
        request = Request(self._url)
        if there and source.validator:
            request.add_header("Range", f"bytes={there}-")
            request.add_header("If-Range", source.validator)
        try:
            response = self._opener.open(request, timeout=self._patience.timeout_s)
        except HTTPError as error:
            self._refused(error)
        except (OSError, http.client.HTTPException) as error:
            raise self._unreachable(error) from None
        with response:
            self._receive(response, response.status, response.headers, there)

    def _receive(
        self, response: http.client.HTTPResponse, status: int, headers: Message, there: int
    ) -> None:
        if status == http.client.PARTIAL_CONTENT:
            total = _total_of_range(headers, there)
            if total is None:
                self._partial.begin(Source())
                raise _BrokenError("the server sent another part than was asked for")
        else:
            there = 0
            stated = headers.get("Content-Length", "")
            total = int(stated) if stated.isdecimal() else None
            self._partial.begin(Source.of(dict(headers.items()), total))
        self._check_room(there, total)
        self._copy(response, there, total)

    def _copy(self, response: http.client.HTTPResponse, there: int, total: int | None) -> None:
        try:
            file = self._partial.path.open("ab")
        except OSError as error:
            raise self._unwritable(error) from None
        with file:
            while True:
                try:
                    piece = response.read1(_PIECE)
                except (OSError, http.client.HTTPException) as error:
                    raise _BrokenError(_reason(error)) from None
                if not piece:
                    break
                try:
                    file.write(piece)
                except OSError as error:
                    raise self._unwritable(error) from None
                there += len(piece)
                self._gained += len(piece)
                self._say(there, total)
            file.flush()
            os.fsync(file.fileno())
        if total is not None and there < total:
            raise _BrokenError(f"broke off after {amount(there)} of {amount(total)}")
        if total is not None and there > total:
            self._partial.begin(Source())
            raise _BrokenError("the server sent more than it said it would")

    def _say(self, there: int, total: int | None) -> None:
        now = time.monotonic()
        if now - self._said < _SAID_EVERY_S:
            return
        self._said = now
        pace = self._gained / (now - self._started)
        words = [self._partial.target.name + ": " + amount(there)]
        if total:
            words[0] += f" of {amount(total)}"
        words.append(f"{amount(pace)}/s")
        if total and pace:
            words.append(time_left((total - there) / pace))
        self._reporter.progress(there, total or 0, ", ".join(words))

    def _check_room(self, there: int, total: int | None) -> None:
        folder = self._partial.target.parent
        free = shutil.disk_usage(folder).free
        if total is not None and total - there > free:
            raise MenuraError(
                f"{printable(str(folder))} has {amount(free)} free, and {amount(total - there)} "
                "are still to come; free some space or choose another --out"
            )

    def _refused(self, error: HTTPError) -> None:
        """Raises what an answer that is no success means."""
        error.close()
        if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
            self._partial.begin(Source())
            raise _BrokenError("the file there has changed")
        if error.code in _PASSING:
            raise _BrokenError(f"the server cannot answer now ({error.code})")
        missing = error.code in (http.client.NOT_FOUND, http.client.GONE)
        why = "there is no such file there" if missing else "the server refuses it"
        raise _UnavailableError(
            f"{self._url}: {why} ({error.code}); its publisher may have moved it"
        )

    def _unreachable(self, error: Exception) -> Exception:
        """Before a byte has come, waiting helps little; a line that drops later often returns."""
        cause = error.reason if isinstance(error, URLError) else error
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _UnavailableError(
                f"{self._url}: its certificate cannot be verified; check this machine's clock "
                "and certificates"
            )
        reason = _reason(cause)
        if self._gained:
            return _BrokenError(reason)
        kept = self._partial.length()
        so_far = f"; {amount(kept)} are kept, to go on from" if kept else ""
        return _UnavailableError(
            f"{self._url}: cannot be reached ({reason}); check the network and try again{so_far}"
        )

    def _unwritable(self, error: OSError) -> MenuraError:
        path = printable(str(self._partial.path))
        if error.errno == errno.ENOSPC:
            return MenuraError(
                f"{path}: the disk is full; free some space, then run the same command: it goes "
                "on from there"
            )
        return MenuraError(f"{path} cannot be written: {_reason(error)}")

    def _gave_up(self, error: _BrokenError) -> str:
        kept = self._partial.length()
        so_far = f"{amount(kept)} are kept: run" if kept else "run"
        return f"{self._url}: {error}; {so_far} the same command again later to go on"


def _total_of_range(headers: Message, there: int) -> int | None:
    """The whole length, if the answer begins at `there`."""
    found = _RANGE.match(headers.get("Content-Range", ""))
    if found is None or int(found[1]) != there or found[2] == "*":
        return None
    return int(found[2])


def _reason(error: object) -> str:
    if isinstance(error, socket.gaierror):
        return "no network, or no such host"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, http.client.HTTPException):
        return "the connection broke off"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return printable(str(error)) or type(error).__name__
