"""What the model refuses, in the words of somebody who writes a policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any, get_args, get_type_hints

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from solver.policy.model import Policy
from solver.schema.faults import Path, did_you_mean, listed, nearest, show
from solver.schema.findings import Finding

_REMEDIES = {
    "sources": 'Add sources: the ids of the items that say so, such as ["B9"]; [references] has their words.',
    "maximum": 'Add maximum: the limits that all hold, such as ["10 working days"].',
    "effective_from": "Add effective_from: the date from which the policy holds, such as 2026-04-01.",
    "applies": 'Add applies: "first" for the first meeting, "later" for every one after it, '
    '"event" for one around an event.',
    "plan_types": 'Add plan_types: whose meetings these are, such as ["child_protection"].',
}
_FORMS = {
    "tuple_type": "Put it in square brackets: a list, even of one.",
    "list_type": "Put it in square brackets: a list, even of one.",
    "string_type": "Write it in straight double quotes.",
    "model_type": "Write a table with its own keys.",
    "bool_type": "Write true or false.",
    "bool_parsing": "Write true or false.",
    "int_type": "Write a whole number.",
    "int_parsing": "Write a whole number.",
    "int_from_float": "Write a whole number.",
    "too_short": "Give at least one.",
}


def findings_of(error: ValidationError, document: Mapping[str, Any]) -> list[Finding]:
    """Put every refusal of the model into words, at its place in the document."""
    details = error.errors(include_url=False)
    # A misspelt word is also reported as missing under its right name: the first says it all.
    meant = {
        (*place[:-1], best)
        for place, best in ((_place(one), _meant(one)) for one in details)
        if best is not None
    }
    # A list whose only item is refused is reported as empty, too.
    filled = {_place(one)[:-1] for one in details if isinstance(one["loc"][-1], int)}
    hidden = {"missing": meant, "too_short": filled}
    found = [_finding(one) for one in details if _place(one) not in hidden.get(one["type"], ())]
    return [replace(one, path=_as_written(one.path, document)) for one in found]


def _as_written(path: Path, document: Mapping[str, Any]) -> Path:
    """Leave out the position where one thing stands alone that could be a list."""
    written: list[str | int] = []
    here: Any = document
    for step in path:
        if isinstance(step, int) and not isinstance(here, (list, tuple)):
            continue
        written.append(step)
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            here = None
    return tuple(written)


def _place(detail: ErrorDetails) -> Path:
    return tuple(step for step in detail["loc"] if step != "[key]")


def _meant(detail: ErrorDetails) -> str | None:
    if detail["type"] != "extra_forbidden":
        return None
    place = _place(detail)
    return nearest(str(place[-1]), _words_at(place[:-1]))


def _finding(detail: ErrorDetails) -> Finding:
    path, kind, given = _place(detail), detail["type"], detail["input"]
    context: dict[str, Any] = dict(detail.get("ctx") or {})
    value = show(given)
    last = str(path[-1]) if path else ""
    if kind == "missing":
        return Finding(path, "", f"{last} is missing.", _REMEDIES.get(last, f"Add {last}."))
    if kind == "too_short" and last in _REMEDIES:
        return Finding(path, value, "This list is empty.", _REMEDIES[last])
    if kind == "extra_forbidden":
        known = _words_at(path[:-1])
        remedy = did_you_mean(last, known, f"What can be said here is {listed(known, most=30)}.")
        return Finding(path, "", "The policy language has no such word here.", remedy)
    if kind == "literal_error":
        words = [word.strip("'") for word in str(context["expected"]).replace(" or ", ", ").split(", ")]
        remedy = did_you_mean(str(given), words, f"It can be {listed(words, most=30)}.")
        return Finding(path, value, "This is not a word of the policy language.", remedy)
    if kind == "value_error":
        problem, _, remedy = str(context["error"]).partition(": ")
        return Finding(path, value, _sentence(problem), _sentence(remedy))
    if kind in _FORMS:
        return Finding(path, value, "This is not in the form that belongs here.", _FORMS[kind])
    if _type_at(path) is date:
        return Finding(path, value, "This is not a date.", "Write a date without quotes, such as 2026-04-01.")
    return Finding(path, value, "This is not what belongs here.", _sentence(detail["msg"]))


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else "Correct it."


@cache
def _hints(model: type[BaseModel]) -> dict[str, Any]:
    return get_type_hints(model, include_extras=False)


def _type_at(path: Path) -> Any:
    """Return the type that a place holds, lists and options aside; ``None`` where there is no such place."""
    found: Any = Policy
    for step in path:
        if isinstance(step, int):
            continue
        hints = _hints(found) if _is_model(found) else {}
        found = _innermost(hints[step]) if step in hints else None
    return found


def _innermost(hint: Any) -> Any:
    parts = [part for part in get_args(hint) if part not in (type(None), ...)]
    models = [found for part in parts if _is_model(found := _innermost(part))]
    if models:
        return models[0]
    dates = [part for part in parts if part is date]
    return dates[0] if dates else hint


def _is_model(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, BaseModel)


def _words_at(path: Path) -> list[str]:
    found = _type_at(path)
    return list(found.model_fields) if _is_model(found) else []
