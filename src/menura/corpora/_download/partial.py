"""A file that is not all there yet, and what is needed to go on with it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from menura.foundation.atomic import write_json
from menura.foundation.config import from_dict
from menura.foundation.errors import UsageError


@dataclass(frozen=True)
class Source:
    """What the server said of the file. validator: its ETag, or else the time of its last change,
    by which the server tells whether the file is still the same. length: in bytes."""

    validator: str | None = None
    length: int | None = None

    @staticmethod
    def of(headers: Mapping[str, str], length: int | None) -> "Source":
        """Read the headers of an answer."""
        etag = headers.get("ETag")
        # A weak ETag ("W/…") does not promise the same bytes (RFC 9110, section 13.1.5).
        if etag is None or etag.startswith("W/"):
            etag = headers.get("Last-Modified")
        return Source(etag, length)


class Partial:
    """`NAME.part` beside the file that it is to become, with `NAME.part.json`: its Source."""

    def __init__(self, target: Path):
        self.target = target
        self.path = target.with_name(f"{target.name}.part")
        self._said = target.with_name(f"{target.name}.part.json")

    def source(self) -> Source:
        """What was said of it when it was begun."""
        try:
            value = json.loads(self._said.read_bytes())
            return from_dict(Source, value) if isinstance(value, dict) else Source()
        except (OSError, ValueError, RecursionError, UsageError):
            return Source()

    def length(self) -> int:
        """Bytes that are there and can be gone on from; 0 where nothing vouches for them."""
        source = self.source()
        if source.validator is None or not self.path.is_file():
            return 0
        there = self.path.stat().st_size
        return 0 if source.length is not None and there > source.length else there

    def begin(self, source: Source) -> None:
        """Forget what is there and begin anew."""
        self.path.unlink(missing_ok=True)
        write_json(self._said, asdict(source))

    def finish(self) -> None:
        """Give it its name."""
        self.path.replace(self.target)
        self._said.unlink(missing_ok=True)
