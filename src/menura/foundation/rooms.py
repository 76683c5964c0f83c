"""A room is a package whose every file is one part, named by its file.

`stft_lstm.py` is the part `stft-lstm`. Names are read from the folder without importing anything,
so listing stays instant; other packages add parts through entry points in the group
`menura.<room>` (the entry point's name is the part's name, its value the module).
"""

import ast
import importlib
import importlib.util
import inspect
import pkgutil
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from menura.foundation.errors import UsageError, unknown_name

T = TypeVar("T")


class Room:
    """The parts of one kind. `Room("menura.models", "model")` lists the package `menura.models`.

    group: the entry point group of other packages' parts; None takes the package's name.
    """

    def __init__(self, package: str, kind: str, group: str | None = None):
        self.package, self.kind, self.group = package, kind, group or package

    def names(self) -> list[str]:
        """Names of all parts, sorted; imports none of them."""
        return sorted({*self._own(), *self._foreign()})

    def summary(self, name: str) -> str:
        """First line of the part's docstring, read as text (nothing is imported)."""
        source = self._source(name)
        if source is None:
            return ""
        docstring = ast.get_docstring(ast.parse(source.read_text(encoding="utf-8")))
        return (docstring or "").partition("\n")[0]

    def load(self, name: str) -> ModuleType:
        """Import the part's module; UsageError lists the names there are."""
        return importlib.import_module(self._module(name))

    def load_class(self, name: str, contract: type[T]) -> type[T]:
        """The one subclass of `contract` that the part's file defines."""
        module = self.load(name)
        mine = [
            cls
            for _, cls in inspect.getmembers(module, inspect.isclass)
            if issubclass(cls, contract) and cls.__module__ == module.__name__
        ]
        if len(mine) != 1:
            raise UsageError(
                f"{module.__name__} must define exactly one {contract.__name__}, not {len(mine)}"
            )
        return mine[0]

    def _module(self, name: str) -> str:
        own = self._own()
        if name in own:
            return f"{self.package}.{own[name]}"
        foreign = self._foreign()
        if name in foreign:
            return foreign[name].module
        raise unknown_name(self.kind, name, self.names())

    def _own(self) -> dict[str, str]:
        """Part name → file name. `contract` and names with a leading underscore are not parts."""
        files = (module.name for module in pkgutil.iter_modules(self._folders()))
        return {
            file.replace("_", "-"): file
            for file in files
            if file != "contract" and not file.startswith("_")
        }

    def _folders(self) -> list[str]:
        """Where the room's files lie, found without importing the room itself."""
        spec = importlib.util.find_spec(self.package)
        if spec is None:
            raise ModuleNotFoundError(f"there is no package {self.package}")
        return list(spec.submodule_search_locations or ())

    def _source(self, name: str) -> Path | None:
        """The part's file, or None where it cannot be told without running foreign code."""
        module = self._module(name)
        if module.startswith(f"{self.package}."):
            file = module.removeprefix(f"{self.package}.")
            for folder in map(Path, self._folders()):
                for source in (folder / f"{file}.py", folder / file / "__init__.py"):
                    if source.is_file():
                        return source
            return None
        try:
            spec = importlib.util.find_spec(module)
        except ModuleNotFoundError:  # the entry point names a package that is not there
            return None
        return Path(spec.origin) if spec and spec.origin else None

    def _foreign(self) -> dict[str, EntryPoint]:
        return _entry_points(self.group)


@cache
def _entry_points(group: str) -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=group)}
