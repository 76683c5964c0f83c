"""The kinds of values an option takes, each refused in words that complete "--option …"."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import click

from menura.foundation.urls import is_url


class Number(click.ParamType):  # type: ignore[type-arg]  # no generic before click 8.5
    """A finite number, optionally whole, at least `least` or above `above`."""

    name = "number"

    def __init__(
        self, *, whole: bool = False, least: float | None = None, above: float | None = None
    ):
        self.whole, self.least, self.above = whole, least, above

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        try:
            number: float = int(value) if self.whole else float(value)
        except ValueError:
            self._refuse(value, param, ctx)
        too_low = (self.least is not None and number < self.least) or (
            self.above is not None and number <= self.above
        )
        if too_low or not math.isfinite(number):
            self._refuse(value, param, ctx)
        return number

    def _refuse(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> NoReturn:
        kind = "a whole number" if self.whole else "a number"
        if self.least is not None:
            kind += f", {self.least:g} or more"
        elif self.above is not None:
            kind += f" above {self.above:g}"
        self.fail(f"must be {kind}, not {value!r}", param, ctx)


class OneOf(click.ParamType):  # type: ignore[type-arg]  # no generic before click 8.5
    """One of a few names."""

    name = "name"

    def __init__(self, names: Sequence[str]):
        self.names = names

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in self.names:
            self.fail(f"must be one of {', '.join(self.names)}, not {value!r}", param, ctx)
        return str(value)


class FileName(click.ParamType):  # type: ignore[type-arg]  # no generic before click 8.5
    """A path. Whether it is there is for the workflow to see; an empty one is never meant."""

    name = "path"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        if not str(value).strip():
            self.fail("must be the name of a file or folder, not empty", param, ctx)
        if is_url(str(value)):  # a path would lose one of its slashes
            self.fail(f"must be on this machine, not behind the URL {value}", param, ctx)
        return Path(value)


class FolderOrUrl(FileName):
    """A folder as a path, or a URL as it is written. Which URLs can be read is for the workflow
    to see."""

    name = "path or URL"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return str(value) if is_url(str(value)) else super().convert(value, param, ctx)


class Setting(click.ParamType):  # type: ignore[type-arg]  # no generic before click 8.5
    """KEY=VALUE, split at the first `=`."""

    name = "setting"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        key, equals, text = str(value).partition("=")
        if not equals or not key.strip():
            self.fail(f"must be written KEY=VALUE, not {value!r}", param, ctx)
        return key.strip(), text


COUNT = Number(whole=True, least=1)
WHOLE = Number(whole=True, least=0)
NOT_NEGATIVE = Number(least=0)
POSITIVE = Number(above=0)
ANY_NUMBER = Number()
PATH = FileName()
PATH_OR_URL = FolderOrUrl()
