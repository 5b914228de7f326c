"""What the checks of an input find, before it is put in the words and the order that a reader sees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from solver.schema.faults import Fault, Path, format_path

_SUBJECTS = {
    "people": "person",
    "schools": "school",
    "sites": "site",
    "venues": "venue",
    "plans": "plan",
    "booked": "booked meeting",
    "held": "held meeting",
}


@dataclass(frozen=True)
class Finding:
    """A fault whose place is still a path of keys and positions; `value` is what may be shown of it."""

    path: Path
    value: str
    problem: str
    remedy: str


def to_faults(findings: Iterable[Finding], document: Mapping[str, Any]) -> list[Fault]:
    """Write findings as faults, each once, in the order of the document.

    Parameters
    ----------
    findings : iterable of Finding
    document : mapping
        The JSON data that they were found in.
    """
    once = dict.fromkeys(findings)
    return [
        Fault(
            format_path(found.path), found.value, found.problem, found.remedy, _subject(found.path, document)
        )
        for found in sorted(once, key=lambda found: _position(found.path, document))
    ]


def child_of(value: Any, step: str | int) -> Any:
    """Return what a key or a list position leads to in JSON data, ``None`` if nothing."""
    if isinstance(step, int):
        return value[step] if isinstance(value, list) and step < len(value) else None
    return value.get(step) if isinstance(value, dict) else None


def _position(path: Path, document: Any) -> tuple[int, ...]:
    """Where a path stands in the document; what isn't there comes last in what would hold it."""
    places = []
    value = document
    for step in path:
        if isinstance(step, int):
            places.append(step)
        else:
            keys = list(value) if isinstance(value, dict) else []
            places.append(keys.index(step) if step in keys else len(keys))
        value = child_of(value, step)
    return tuple(places)


def _subject(path: Path, document: Any) -> str:
    """Name the item of the caseload that a path leads through, by its id."""
    if len(path) < 2 or path[0] not in _SUBJECTS:
        return ""
    name = child_of(child_of(child_of(document, path[0]), path[1]), "id")
    return f"{_SUBJECTS[path[0]]} {name}" if isinstance(name, str) and len(name) <= 80 else ""
