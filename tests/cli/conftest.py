"""Stand-ins for workflows, so that the command line is tested for what it says, alone."""

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

import menura

Calls = list[tuple[tuple[Any, ...], dict[str, Any]]]
StandIn = Callable[[str, Any], Calls]


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """`stand_in("train", result)` makes the workflow `train` answer `result` (or raise it, or
    call it) and returns the list of its calls: positional and named arguments."""

    def install(name: str, result: Any) -> Calls:
        calls: Calls = []

        def workflow(*args: Any, **named: Any) -> Any:
            calls.append((args, named))
            if isinstance(result, BaseException):
                raise result
            return result(*args, **named) if callable(result) else result

        module = ModuleType(f"menura.workflows.{menura._VERBS[name]}")
        setattr(module, name, workflow)
        monkeypatch.setitem(sys.modules, module.__name__, module)
        return calls

    return install
