"""Frozen dataclass configs: strict in, plain JSON out.

JSON knows neither tuples nor nested dataclasses; `from_dict` restores both from the field types,
so `from_dict(type(c), json.loads(json.dumps(to_dict(c)))) == c` for every config.
"""

import dataclasses
import json
import types
import typing
from typing import Any, Literal, TypeVar, Union

from menura.foundation.errors import UsageError

T = TypeVar("T")


def to_dict(config: Any) -> dict[str, Any]:
    """The config as plain values, nested configs as dicts: what system.json keeps."""
    return dataclasses.asdict(config)


def from_dict(cls: type[T], values: dict[str, Any], where: str = "") -> T:
    """Build `cls`, refusing any key it does not have (a typo must not become a default).

    Raises UsageError naming the key (with `where` in front) and listing the valid ones, or
    naming the value that does not fit its field's type.
    """
    fields = {field.name for field in dataclasses.fields(cls)}  # type: ignore[arg-type]
    unknown = sorted(values.keys() - fields)
    if unknown:
        there_is = _listed(fields, where)
        raise UsageError(f"{where + unknown[0]!r} is not a setting; there is: {there_is}")
    hints = typing.get_type_hints(cls)
    given = {name: _fit(hints[name], value, f"{where}{name}") for name, value in values.items()}
    try:
        return cls(**given)
    except TypeError as error:  # a field without default is missing
        raise UsageError(f"{where or cls.__qualname__}: {error}") from None
    except ValueError as error:  # the config's own __post_init__ refuses
        raise UsageError(f"{where}{error}") from None


def with_setting(config: T, key: str, text: str, where: str = "") -> T:
    """A copy of `config` with the field at the dotted path `key` set from its written form."""
    prefix = f"{where}{key}"
    name, _, rest = key.partition(".")
    fields = {field.name for field in dataclasses.fields(config)}  # type: ignore[arg-type]
    if name not in fields:
        raise UsageError(f"{prefix!r} is not a setting; there is: {_listed(fields, where)}")
    current = getattr(config, name)
    if rest:
        if not dataclasses.is_dataclass(current):
            raise UsageError(f"{prefix!r} is not a setting: {where}{name} has no parts")
        new: Any = with_setting(current, rest, text, f"{where}{name}.")
    else:
        new = _fit(typing.get_type_hints(type(config))[name], _parse(text), prefix)
    try:
        return dataclasses.replace(config, **{name: new})  # type: ignore[type-var]
    except ValueError as error:
        raise UsageError(f"{prefix}={text}: {error}") from None


def _parse(text: str) -> Any:
    """JSON where it is JSON (numbers, true, null, lists), else the text itself."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def _listed(names: set[str], where: str = "") -> str:
    return ", ".join(where + name for name in sorted(names))


def _fit(hint: Any, value: Any, where: str) -> Any:
    """`value` as the type `hint` asks for, or UsageError."""
    if hint is Any:
        return value
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, types.UnionType):
        return _fit_union(args, value, where)
    if origin is Literal:
        if value in args:
            return value
        raise UsageError(f"{where} must be one of {', '.join(map(str, args))}, not {value!r}")
    if origin is tuple:
        return _fit_tuple(args, value, where)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return value if isinstance(value, hint) else _nested(hint, value, where)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    plain = origin or hint
    if isinstance(value, plain) and not (isinstance(value, bool) and plain is not bool):
        return value
    raise UsageError(f"{where} must be {_name(hint)}, not {value!r}")


def _nested(hint: Any, value: Any, where: str) -> Any:
    if not isinstance(value, dict):
        raise UsageError(f"{where} must be a group of settings, not {value!r}")
    return from_dict(hint, value, f"{where}.")


def _fit_union(args: tuple[Any, ...], value: Any, where: str) -> Any:
    if value is None and type(None) in args:
        return None
    problem: UsageError | None = None
    for arg in args:
        if arg is type(None):
            continue
        try:
            return _fit(arg, value, where)
        except UsageError as error:
            problem = error
    raise problem or UsageError(f"{where} must be none, not {value!r}")


def _fit_tuple(args: tuple[Any, ...], value: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise UsageError(f"{where} must be a list, not {value!r}")
    if len(args) == 2 and args[1] is Ellipsis:
        return tuple(_fit(args[0], item, where) for item in value)
    if len(args) != len(value):
        raise UsageError(f"{where} must have {len(args)} values, not {len(value)}")
    return tuple(_fit(arg, item, where) for arg, item in zip(args, value, strict=True))


def _name(hint: Any) -> str:
    return {int: "a whole number", float: "a number", str: "text", bool: "true or false"}.get(
        hint, getattr(hint, "__name__", str(hint))
    )
