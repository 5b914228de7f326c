"""What the caseload's schema expects at a place, in words."""

from __future__ import annotations

from datetime import date
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from solver.schema.base import ClockTime, Id, LocalTime, Model
from solver.schema.caseload import Caseload
from solver.schema.faults import Path, listed

CLOCK = 'a time of day such as "09:00"'
DATE = 'a date such as "2026-12-01"'
LOCAL_TIME = 'a local date and time such as "2026-12-01T10:00"'
ID = 'an id of letters, digits, ".", "_" or "-"'
NUMBER = "a whole number"
LIST = "a list [...]"
OBJECT = "an object {...}"
PAIR = 'a pair of times such as ["09:00", "17:00"]'
_UNIONS: dict[tuple[str | None, ...], str] = {
    ("authority",): 'the id of a policy such as "wandsworth" or a whole policy {...}',
    ("schools", None, "day"): '{"start": "08:45", "end": "15:15"} or one of these for each weekday',
}
"""Where the words for each of the types would not say what to choose; ``None`` is any position."""


@cache
def fields(model: type[Model]) -> dict[str, Any]:
    """Return the fields of a part of the caseload by their names in JSON, each with its type."""
    hints = get_type_hints(model, include_extras=True)
    return {field.alias or name: hints[name] for name, field in model.model_fields.items()}


@cache
def needed(model: type[Model]) -> tuple[str, ...]:
    """Return the names in JSON of the fields that must be there."""
    return tuple(field.alias or name for name, field in model.model_fields.items() if field.is_required())


def choices(hint: Any) -> tuple[Any, ...]:
    """Return the types that a type allows, without null."""
    if get_origin(hint) in (Union, UnionType):
        return tuple(part for part in get_args(hint) if part is not NoneType)
    return (hint,)


def optional(path: Path) -> bool:
    """Whether a field may be left out."""
    name = path[-1]
    return any(
        _is_model(hint) and name in fields(hint) and name not in needed(hint) for hint in _hints(path[:-1])
    )


def field_names(path: Path) -> tuple[str, ...]:
    """Return the names a field may have in the object at `path`; none where any name goes."""
    return tuple(name for hint in _hints(path) if _is_model(hint) for name in fields(hint))


def words_allowed(path: Path) -> tuple[str, ...]:
    """Return the words allowed at `path`; none where it isn't a matter of words."""
    return tuple(word for hint in _hints(path) if get_origin(hint) is Literal for word in get_args(hint))


def keys_allowed(path: Path) -> tuple[str, ...]:
    """Return the words allowed as keys of the object at `path`; none where any go."""
    return tuple(
        word
        for hint in _hints(path)
        if get_origin(hint) is dict and get_origin(get_args(hint)[0]) is Literal
        for word in get_args(get_args(hint)[0])
    )


def expected(path: Path) -> str:
    """Say what belongs at `path`, such as "a date such as ..." or "a list"."""
    for place, words in _UNIONS.items():
        if len(path) == len(place) and all(
            want in (step, None) for want, step in zip(place, path, strict=True)
        ):
            return words
    return " or ".join(dict.fromkeys(_describe(hint) for hint in _hints(path))) or "something else"


def _hints(path: Path) -> list[Any]:
    """Return the types that the schema allows at a place."""
    found: list[Any] = [Caseload]
    for step in path:
        found = [choice for hint in found for inner in _inner(hint, step) for choice in choices(inner)]
    return found


def _inner(hint: Any, step: str | int) -> tuple[Any, ...]:
    """Return the type that a key or a position of this type leads to, if it leads anywhere."""
    if _is_model(hint):
        return (fields(hint)[step],) if step in fields(hint) else ()
    origin, parts = get_origin(hint), get_args(hint)
    if origin is dict and isinstance(step, str):
        closed = get_args(parts[0]) if get_origin(parts[0]) is Literal else (step,)
        return (parts[1],) if step in closed else ()
    if origin is tuple and isinstance(step, int):
        return (parts[0],)
    return ()


def _is_model(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, Model)


def _describe(hint: Any) -> str:
    for known, words in ((ClockTime, CLOCK), (LocalTime, LOCAL_TIME), (Id, ID), (date, DATE)):
        if hint == known:
            return words
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Literal:
        return listed(parts, most=30)
    if origin is tuple:
        return LIST if parts[-1] is ... else PAIR
    if _is_model(hint):
        names = [f'"{name}"' for name in needed(hint)]
        return f"{OBJECT} with {' and '.join(names)}" if names else OBJECT
    return {str: "text in double quotes", int: NUMBER, bool: "true or false"}.get(hint, OBJECT)
