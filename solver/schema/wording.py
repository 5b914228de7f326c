"""From pydantic's errors to findings in the words of somebody who wrote, or exported, a caseload."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from solver.schema.expected import (
    CLOCK,
    DATE,
    ID,
    LIST,
    LOCAL_TIME,
    NUMBER,
    OBJECT,
    PAIR,
    expected,
    field_names,
    keys_allowed,
    optional,
    words_allowed,
)
from solver.schema.faults import Path, did_you_mean, listed, nearest, show
from solver.schema.findings import Finding, child_of

_LIMITS = {
    "greater_than_equal": ("ge", "less than {0}, the least that is allowed", "Give {0} or more."),
    "less_than_equal": ("le", "more than {0}, the most that is allowed", "Give {0} or less."),
    "string_too_long": (
        "max_length",
        "longer than {0} characters",
        "Shorten it, here and wherever it is used.",
    ),
}
_DATE_FORMS = (
    "%d/%m/%Y",
    "%d-%m-%Y",
    "%d.%m.%Y",
    "%Y/%m/%d",
    "%d/%m/%y",
    "%Y%m%d",
    "%Y-%m-%d",
    "%d %B %Y",
    "%d %b %Y",
)
_ID_REMEDY = 'Give a short one, such as "p-1", here and wherever it is used.'
_PAIR_REMEDY = 'Give a day a list of pairs, such as [["09:00", "12:30"], ["13:00", "17:00"]].'
_FORMS = {DATE: "9999-99-99", CLOCK: "99:99", LOCAL_TIME: "9999-99-99T99:99"}
_CLOCK = re.compile(r"([0-9]{1,2})[:.h]?([0-9]{2})(?::00)?")


def findings_of(error: ValidationError, data: dict[str, Any]) -> list[Finding]:
    """Put every error of reading `data` into words, at its path in `data`.

    Parameters
    ----------
    error : ValidationError
        Of reading `data` as a caseload.
    data
        The JSON data.
    """
    found: dict[Finding, None] = {}
    errors = error.errors(include_url=False)
    # A misspelt field is also reported as missing under its right name: the first says it all.
    meant = {
        place for one in errors if one["type"] == "extra_forbidden" for place in misspelt(_path(one, data))
    }
    for one in errors:
        path = _path(one, data)
        if not (_other_branch(one["loc"], data) or _follows(one, path in meant)):
            found[_finding(one, path, of_key=_is_of_key(one, data))] = None
    return list(found)


def misspelt(path: Path) -> list[Path]:
    """Return where a field that isn't known was most likely meant to be: one path, or none."""
    names = field_names(path[:-1])
    best = nearest(str(path[-1]), names)
    return [] if best is None else [(*path[:-1], best)]


def wrong_form(path: Path, value: Any) -> Finding:
    """Say that a value is of another kind or form than belongs there: a text for a number, no such date."""
    wanted = expected(path)
    better = _rewritten(value, wanted)
    if isinstance(value, str) and value.isdecimal() and wanted == NUMBER:
        remedy = f"Write {value}, without the quotes."
    elif better:
        remedy = f'Write "{better}", if that is what is meant.'
    else:
        remedy = f"Give {wanted}{', or leave the field out' if optional(path) else ''}."
    # A text where a whole record belongs may say anything about anybody, so it isn't shown.
    record = wanted.startswith((OBJECT, LIST))
    shown = "" if record and isinstance(value, str) else show(value, path)
    return Finding(path, shown, _problem(value, wanted), remedy)


def _path(error: ErrorDetails, data: dict[str, Any]) -> Path:
    """Return the error's place in the data: pydantic's also names the branch of a union and marks keys."""
    steps = error["loc"][:-1] if _is_of_key(error, data) else error["loc"]
    return tuple(step for place, step in enumerate(steps) if not _is_branch(step, steps[:place]))


def _is_of_key(error: ErrorDetails, data: dict[str, Any]) -> bool:
    """Whether an error is of a key, which pydantic says by a last step "[key]" (a key could be called that, too)."""
    steps = error["loc"]
    if steps[-1] != "[key]" or error["type"] in ("missing", "extra_forbidden"):
        return False
    value: Any = data
    for place, step in enumerate(steps[:-1]):
        if not _is_branch(step, steps[:place]):
            value = child_of(value, step)
    return not (isinstance(value, dict) and "[key]" in value)


def _follows(error: ErrorDetails, is_misspelt: bool) -> bool:
    """Whether the error only says again what another says: no items that are right are left in a list."""
    return (error["type"] == "missing" and is_misspelt) or (
        error["type"] == "too_short" and bool(error["input"])
    )


def _is_branch(step: str | int, before: Sequence[str | int]) -> bool:
    """Whether a step names a branch of a union: there are two in the caseload."""
    if not isinstance(step, str) or not before or before[-1] not in ("day", "authority"):
        return False
    return step in ("DaySpan", "str") or step.startswith("dict[")


def _other_branch(location: tuple[str | int, ...], data: dict[str, Any]) -> bool:
    """Whether an error is of the branch of a union that the data doesn't mean."""
    for place, step in enumerate(location):
        if isinstance(step, str) and _is_branch(step, location[:place]):
            value: Any = data
            for key in location[:place]:
                value = child_of(value, key)
            by_weekday = isinstance(value, dict) and not {"start", "end"} & value.keys()
            return step.startswith("dict[") != by_weekday
    return False


def _finding(error: ErrorDetails, path: Path, *, of_key: bool) -> Finding:
    kind, value = error["type"], error["input"]
    context: dict[str, Any] = error.get("ctx", {})
    shown = show(value, path)
    if kind == "missing":
        if isinstance(path[-1], int):
            return _pair(path[:-1], value)
        problem = f'The field "{path[-1]}" is missing.'
        return Finding(path, "", problem, f'Give "{path[-1]}": {expected(path)}.')
    if kind == "extra_forbidden":
        return _unknown_field(path)
    if of_key:
        return _unknown_key(path)
    if kind == "literal_error":
        return _not_a_word(path, value, shown)
    if kind in _LIMITS:
        name, problem, remedy = _LIMITS[kind]
        limit = context[name]
        return Finding(path, shown, f"This is {problem.format(limit)}.", remedy.format(limit))
    if kind in ("string_pattern_mismatch", "string_too_short"):
        return Finding(path, shown, f"This is not {ID}.", _ID_REMEDY)
    if kind == "too_short":
        return Finding(path, shown, "This list is empty.", "Give at least one.")
    if kind in ("too_long", "tuple_type") and expected(path) == PAIR:
        return _pair(path, value)
    return wrong_form(path, value)


def _pair(path: Path, value: Any) -> Finding:
    return Finding(path, show(value, path), "Hours are pairs of a start and an end.", _PAIR_REMEDY)


def _unknown_field(path: Path) -> Finding:
    names = field_names(path[:-1])
    best = nearest(str(path[-1]), names)
    every = f"The fields here are {listed(names, most=30)}: remove any other."
    remedy = every if best is None else f'Did you mean "{best}"?'
    return Finding(path, "", "There is no field of this name here.", remedy)


def _unknown_key(path: Path) -> Finding:
    words = keys_allowed(path[:-1])
    if not words:
        return Finding(path, "", f"This key is not {ID}.", _ID_REMEDY)
    remedy = did_you_mean(str(path[-1]), words, f"The keys here are {listed(words)}.")
    return Finding(path, "", "This key is none of those allowed here.", remedy)


def _not_a_word(path: Path, value: Any, shown: str) -> Finding:
    words = words_allowed(path)
    if path == ("format",):
        remedy = f"Write {listed(words)}, if it is a caseload in that format."
        return Finding(path, shown, "This is not a format that Convene reads.", remedy)
    remedy = f"Write {listed(words, most=30)}."
    if isinstance(value, str):
        remedy = did_you_mean(value, words, remedy)
    return Finding(path, shown, "This is none of the words allowed here.", remedy)


def _problem(value: Any, wanted: str) -> str:
    if not isinstance(value, str) or wanted not in (CLOCK, DATE, LOCAL_TIME):
        return f"This is {_sort(value)}, where {wanted} belongs."
    if re.sub("[0-9]", "9", value) == _FORMS[wanted]:
        return "There is no such day or time."
    if wanted == LOCAL_TIME and _has_offset(value):
        return "This has an offset from UTC, where the time on the clock on the wall belongs."
    return f"This can't be read as {wanted}."


def _sort(value: Any) -> str:
    """Name the kind of a JSON value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    for kind, words in ((str, "text"), (int | float, "a number"), (dict, OBJECT)):
        if isinstance(value, kind):
            return words
    return LIST


def _rewritten(value: Any, wanted: str) -> str | None:
    """Return what was most likely meant by a date or time in another form."""
    if not isinstance(value, str):
        return None
    if wanted == CLOCK:
        match = _CLOCK.fullmatch(value.strip())
        return (
            f"{int(match[1]):02d}:{match[2]}" if match and int(match[1]) < 24 and int(match[2]) < 60 else None
        )
    if wanted == DATE:
        return next((day.isoformat() for day in _dates(re.split("[T ]0", value.strip())[0])), None)
    if wanted == LOCAL_TIME:
        with suppress(ValueError):
            time = datetime.fromisoformat(value.strip())
            # With an offset, the hour written need not be the one on the wall: the author has to say.
            return None if time.tzinfo else time.strftime("%Y-%m-%dT%H:%M")
        day, _, clock = value.strip().partition(" ")
        hour = _rewritten(clock, CLOCK)
        return next((f"{found}T{hour}" for found in _dates(day)), None) if hour else None
    return None


def _has_offset(text: str) -> bool:
    with suppress(ValueError):
        return datetime.fromisoformat(text.strip()).tzinfo is not None
    return False


def _dates(text: str) -> list[date]:
    found = []
    for form in _DATE_FORMS:
        with suppress(ValueError):
            found.append(datetime.strptime(text, form).date())
    return found
