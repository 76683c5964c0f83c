"""Names of a package that are imported when they are first used.

A package whose front names everything in it would make a worker that needs one file load all.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def on_demand(package: str, files: Mapping[str, str]) -> Callable[[str], Any]:
    """The `__getattr__` of `package`. files: file in it → the public names it has, with spaces.

    What was asked for once is found without asking again.
    """
    places = {name: file for file, names in files.items() for name in names.split()}

    def found(name: str) -> Any:
        if name not in places:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(f"{package}.{places[name]}"), name)
        setattr(import_module(package), name, value)
        return value

    return found
