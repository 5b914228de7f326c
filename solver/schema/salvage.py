"""What can still be read of a caseload with faults, so that the rest of it is checked at the same time."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from solver.schema.caseload import FORMAT, Caseload
from solver.schema.faults import Path
from solver.schema.findings import Finding, child_of
from solver.schema.wording import findings_of, misspelt, wrong_form

_GONE = object()
"""Holds the position of a list item that was taken out, so that the others keep theirs."""

_DATE = "2000-01-01"
_TEAM = {"id": "unknown", "name": "unknown", "organiser": {"name": "unknown", "email": "unknown@invalid"}}
_STAND_INS: dict[tuple[str | None, ...], Any] = {
    ("format",): FORMAT,
    ("id",): "unknown",
    ("nation",): "ENG",
    ("authority",): "unknown",
    ("team",): _TEAM,
    ("horizon",): {"start": _DATE, "end": _DATE},
    ("people", None, "name"): "unknown",
    ("people", None, "role"): "other",
    ("schools", None, "name"): "unknown",
    ("schools", None, "day"): {"start": "09:00", "end": "15:00"},
    ("schools", None, "terms"): [],
    ("sites", None, "name"): "unknown",
    ("venues", None, "name"): "unknown",
    ("venues", None, "kind"): "office",
    ("plans", None, "type"): "child_in_need",
    ("plans", None, "children"): [{"id": "unknown", "initials": "?", "date_of_birth": _DATE}],
    ("plans", None, "children", None, "initials"): "?",
    ("plans", None, "children", None, "date_of_birth"): _DATE,
    ("plans", None, "participants", None, "person"): "unknown",
    ("booked", None, "plans"): ["unknown"],
    ("booked", None, "start"): f"{_DATE}T09:00",
    ("booked", None, "venue"): "unknown",
    ("held", None, "plans"): ["unknown"],
    ("held", None, "start"): f"{_DATE}T09:00",
    ("plans", None, "concerns", None, "kind"): "disagreement",
    ("plans", None, "concerns", None, "raised"): _DATE,
}
"""What a needed value that can't be read is replaced by, so that its item is still checked (``None`` is any
position). Where there is none, what holds the value is left out as a whole."""
_OWN_ID = {(name, None, "id") for name in ("people", "schools", "sites", "venues", "plans")} | {
    ("plans", None, "children", None, "id"),
    ("plans", None, "concerns", None, "id"),
}


@dataclass(frozen=True)
class Draft:
    """A caseload as far as it can be read.

    Attributes
    ----------
    caseload : Caseload
        What can be read. Where there was a fault, something is left out or stands in.
    findings : list of Finding
        What is wrong with the form of the document; where empty, `caseload` is all of it.
    touched : set of Path
        Where the caseload isn't what the document says, or may not be.
    origin : callable
        From a path in the caseload to its path in the document.
    """

    caseload: Caseload
    findings: list[Finding]
    touched: frozenset[Path] = frozenset()
    origin: Callable[[Path], Path] = field(default=lambda path: path)


def read_draft(data: dict[str, Any], findings: Iterable[Finding]) -> Draft:
    """Read JSON data as a caseload, as far as it goes.

    Parameters
    ----------
    data
        A JSON object.
    findings : iterable of Finding
        What is already known to be wrong with it.
    """
    found = list(findings)
    known = {finding.path for finding in found}
    try:
        caseload = _validate(data)
    except ValidationError as error:
        # Null stands for a number or a text that was already found to be unusable.
        found += [finding for finding in findings_of(error, data) if finding.path not in known]
    else:
        return _without_coerced(Draft(caseload, found, frozenset(known)), data)
    work = copy.deepcopy(data)
    while True:
        readable, places = _compressed(work)
        origin = _origin(places)
        try:
            caseload = _validate(readable)
        except ValidationError as error:
            repaired: set[Path] = set()
            for finding in findings_of(error, readable):
                path = origin(finding.path)
                if not any(path[:length] in repaired for length in range(len(path) + 1)):
                    repaired.add(_repair(work, path))
        else:
            break
    touched = {finding.path for finding in found}
    touched |= {meant for path in touched for meant in misspelt(path)}
    return _without_coerced(Draft(caseload, found, frozenset(touched), origin), readable)


def _validate(data: dict[str, Any]) -> Caseload:
    """Read strictly: a number is no date, and "yes" is not true."""
    return Caseload.model_validate_json(json.dumps(data), strict=True, by_alias=True, by_name=False)


def _repair(work: dict[str, Any], path: Path) -> Path:
    """Take out or replace the least that holds the faulty value at `path`, and return where that was."""
    shape = tuple(None if isinstance(step, int) else step for step in path)
    holder: Any = work
    for step in path[:-1]:
        holder = child_of(holder, step)
    step = path[-1]
    if shape in _STAND_INS:
        holder[step] = copy.deepcopy(_STAND_INS[shape])
    elif shape in _OWN_ID:
        holder[step] = "unknown-" + "-".join(str(part) for part in path[:-1])
    elif isinstance(holder, list) and isinstance(step, int) and step < len(holder):
        holder[step] = _GONE
    elif isinstance(holder, dict) and step in holder:
        del holder[step]
    else:
        return _repair(work, path[:-1])
    return path


def _compressed(work: dict[str, Any]) -> tuple[dict[str, Any], dict[Path, list[int]]]:
    """Copy without the items taken out; also give the old positions in the lists that lost some."""
    places: dict[Path, list[int]] = {}

    def walk(value: Any, path: Path) -> Any:
        if isinstance(value, dict):
            return {key: walk(item, (*path, key)) for key, item in value.items()}
        if not isinstance(value, list):
            return value
        kept = [place for place, item in enumerate(value) if item is not _GONE]
        if len(kept) < len(value):
            places[path] = kept
        return [walk(value[old], (*path, new)) for new, old in enumerate(kept)]

    return walk(work, ()), places


def _origin(places: dict[Path, list[int]]) -> Callable[[Path], Path]:
    def origin(path: Path) -> Path:
        steps = list(path)
        for place, step in enumerate(path):
            kept = places.get(path[:place])
            if kept is not None and isinstance(step, int) and step < len(kept):
                steps[place] = kept[step]
        return tuple(steps)

    return origin


def _without_coerced(draft: Draft, readable: dict[str, Any]) -> Draft:
    """Also refuse what was read as something else than it says: 900 for 15:00, "1767225600" for a date."""
    understood = draft.caseload.model_dump(mode="json", by_alias=True, exclude_unset=True)
    paths = list(_differences(readable, understood, ()))
    if not paths:
        return draft
    more = [replace(wrong_form(path, value), path=draft.origin(path)) for path, value in paths]
    touched = draft.touched | {finding.path for finding in more}
    return replace(draft, findings=draft.findings + more, touched=touched)


def _differences(said: Any, understood: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(said, dict) and isinstance(understood, dict):
        for key in said.keys() & understood.keys():
            yield from _differences(said[key], understood[key], (*path, key))
    elif isinstance(said, list) and isinstance(understood, list):
        for place, (one, other) in enumerate(zip(said, understood, strict=True)):
            yield from _differences(one, other, (*path, place))
    elif type(said) is not type(understood) or (isinstance(said, str) and said[:10] != understood[:10]):
        yield path, said
