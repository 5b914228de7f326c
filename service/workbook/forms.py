"""How the rows of a sheet and a part of the caseload's JSON correspond: each form says it both ways."""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from service.workbook.columns import Column
from solver.schema.faults import Path

Json = dict[str, Any]
Values = dict[str, Any]
"""The values of a row by the keys of their columns; what is not there is an empty cell."""
NONE = "none"
"""In place of a weekday: on no day at all."""
_STEP = re.compile(r'\[([0-9]+)\]|\[("(?:[^"\\]|\\.)*")\]|(?:^|\.)([A-Za-z0-9_][A-Za-z0-9_\-]*)')
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_\-]*")


class Row(Protocol):
    """A row that is being read."""

    @property
    def values(self) -> Values:
        """What is in it."""

    def note(self, path: Path, key: str | None = None) -> None:
        """Say that what is at a path came from the column of this key, or from the row."""

    def fill(self, item: Json, path: Path) -> None:
        """Put every value into an item of the caseload."""

    def fault(self, key: str | None, problem: str, remedy: str) -> None:
        """Say what is wrong with the cell of this column, or with the row."""


class Form(ABC):
    """Rows of a sheet, and what they are in the item that they belong to."""

    @abstractmethod
    def rows(self, holder: Json, columns: Sequence[Column]) -> Iterator[Values]:
        """Give the rows for an item."""

    @abstractmethod
    def add(self, holder: Json, at: Path, row: Row) -> None:
        """Put a row into an item, which is at a path of the caseload."""


class Fields(Form):
    """One row: fields of the item itself."""

    def rows(self, holder: Json, columns: Sequence[Column]) -> Iterator[Values]:
        """Give a row, if there is anything in it."""
        values = taken(holder, columns)
        if values:
            yield values

    def add(self, holder: Json, at: Path, row: Row) -> None:
        """Put the fields into the item."""
        row.fill(holder, at)


class Items(Form):
    """A row an item of a list."""

    def __init__(self, *steps: str, lists: Sequence[str] = ()) -> None:
        self.steps = steps
        self.lists = lists
        """Lists that an item can't be without, and that have a sheet of their own."""

    def rows(self, holder: Json, columns: Sequence[Column]) -> Iterator[Values]:
        """Give a row for each item, numbered where the sheet numbers them."""
        number = next((column.key for column in columns if column.key.startswith("#")), None)
        for place, item in enumerate(got(holder, self.steps) or ()):
            values = taken(item, columns)
            yield values | {number: place + 1} if number else values

    def add(self, holder: Json, at: Path, row: Row) -> None:
        """Add an item."""
        items = made(holder, self.steps, list)
        item: Json = {name: [] for name in self.lists}
        row.fill(item, (*at, *self.steps, len(items)))
        items.append(item)


class Texts(Form):
    """A row an item of a list of texts, ids or dates; its column is ``value``."""

    def __init__(self, *steps: str) -> None:
        self.steps = steps

    def rows(self, holder: Json, columns: Sequence[Column]) -> Iterator[Values]:  # noqa: ARG002 - as in its base
        """Give a row for each."""
        for value in got(holder, self.steps) or ():
            yield {"value": value}

    def add(self, holder: Json, at: Path, row: Row) -> None:
        """Add one."""
        items = made(holder, self.steps, list)
        row.note((*at, *self.steps, len(items)), "value")
        items.append(row.values["value"])


class Wishes(Form):
    """A row an item of one of several lists, which the column ``wish`` names."""

    def __init__(self, step: str, forms: dict[str, Form]) -> None:
        self.step = step
        self.forms = forms

    def rows(self, holder: Json, columns: Sequence[Column]) -> Iterator[Values]:
        """Give the rows of each list."""
        rest = [column for column in columns if column.key != "wish"]
        for wish, form in self.forms.items():
            for values in form.rows(holder.get(self.step) or {}, rest):
                yield {"wish": wish} | values

    def add(self, holder: Json, at: Path, row: Row) -> None:
        """Add to the list that is named."""
        self.forms[row.values["wish"]].add(made(holder, (self.step,), dict), (*at, self.step), row)


class Keyed(Form):
    """A row an entry of an object: a column ``key`` and a column ``value``."""

    def __init__(self, *steps: str) -> None:
        self.steps = steps

    def rows(self, holder: Json, columns: Sequence[Column]) -> Iterator[Values]:  # noqa: ARG002 - as in its base
        """Give a row for each entry."""
        for key, value in (got(holder, self.steps) or {}).items():
            yield {"key": key, "value": value}

    def add(self, holder: Json, at: Path, row: Row) -> None:
        """Add an entry."""
        entries = made(holder, self.steps, dict)
        key = row.values["key"]
        if key in entries:
            row.fault("key", "This is there twice.", "Keep one of the two rows.")
            return
        row.note((*at, *self.steps, key), "value")
        entries[key] = row.values["value"]


class Travel(Form):
    """A row a way from one site to another; without the other, a site from which no way is given."""

    def rows(self, holder: Json, columns: Sequence[Column]) -> Iterator[Values]:  # noqa: ARG002 - as in its base
        """Give a row for each way."""
        for start, others in (holder.get("travel") or {}).items():
            for end, minutes in others.items():
                yield {"from": start, "to": end, "minutes": minutes}
            if not others:
                yield {"from": start}

    def add(self, holder: Json, at: Path, row: Row) -> None:
        """Add a way."""
        start, end = row.values["from"], row.values.get("to")
        others = made(holder, ("travel", start), dict)
        row.note((*at, "travel", start), "from")
        if end in others:
            row.fault("to", "This is there twice.", "Keep one of the two rows.")
        elif end is not None and "minutes" in row.values:
            row.note((*at, "travel", start, end), "minutes")
            others[end] = row.values["minutes"]
        elif end is not None or "minutes" in row.values:
            missing = "minutes" if end is not None else "to"
            row.fault(missing, "This cell is empty, and a value is needed.", "Give both, or neither.")


class Hours(Form):
    """A row a stretch of a weekday in which somebody or some room is available."""

    def rows(self, holder: Json, columns: Sequence[Column]) -> Iterator[Values]:  # noqa: ARG002 - as in its base
        """Give a row for each stretch, and one for what is said to have none."""
        hours = holder.get("hours")
        for day, spans in (hours or {}).items():
            for start, end in spans:
                yield {"day": day, "start": start, "end": end}
            if not spans:
                yield {"day": day}
        if hours == {}:
            yield {"day": NONE}

    def add(self, holder: Json, at: Path, row: Row) -> None:
        """Add a stretch."""
        hours, day = made(holder, ("hours",), dict), row.values["day"]
        row.note((*at, "hours"))
        if day == NONE:
            return
        spans = hours.setdefault(day, [])
        span = [row.values[key] for key in ("start", "end") if key in row.values]
        if len(span) == 1:
            missing = "end" if "start" in row.values else "start"
            row.fault(
                missing, "This cell is empty, and a value is needed.", "Give a start and an end, or neither."
            )
        elif span:
            here = (*at, "hours", day, len(spans))
            for place, key in enumerate(("start", "end")):
                row.note((*here, place), key)
            row.note(here, "start")
            spans.append(span)


class SchoolDays(Form):
    """A row a weekday on which a school has times of its own."""

    def rows(self, holder: Json, columns: Sequence[Column]) -> Iterator[Values]:  # noqa: ARG002 - as in its base
        """Give a row for each weekday."""
        days = holder["day"]
        if "start" in days:
            return
        for day, span in days.items():
            yield {"day": day} | span
        if not days:
            yield {"day": NONE}

    def add(self, holder: Json, at: Path, row: Row) -> None:
        """Add a weekday."""
        days, day = made(holder, ("day",), dict), row.values["day"]
        row.note((*at, "day"))
        if {"start", "end"} & days.keys():
            remedy = "Empty them there, or remove this row."
            row.fault(None, "The sheet Schools has times for every day of this school.", remedy)
        elif day in days:
            row.fault("day", "This is there twice.", "Keep one of the two rows.")
        elif day != NONE:
            for key in ("start", "end"):
                row.note((*at, "day", day, key), key)
            days[day] = {key: row.values[key] for key in ("start", "end") if key in row.values}


class Policy(Form):
    """A row a value of a policy that is written out in the caseload, by its place in it."""

    def rows(self, holder: Json, columns: Sequence[Column]) -> Iterator[Values]:  # noqa: ARG002 - as in its base
        """Give a row for each value."""
        authority = holder.get("authority")
        if isinstance(authority, dict):
            for path, value in _leaves(authority, ()):
                yield {"place": _written(path), "value": value}

    def add(self, holder: Json, at: Path, row: Row) -> None:
        """Put a value in its place."""
        if isinstance(holder.get("authority"), str):
            remedy = "Empty the one in the sheet Team, or remove these rows."
            row.fault("place", "The sheet Team names a policy, and this sheet writes one out.", remedy)
            return
        path = _read(row.values["place"])
        holder.setdefault("authority", {})
        if path and _put(holder["authority"], path, row.values["value"]):
            row.note((*at, "authority"))
            row.note((*at, "authority", *path), "value")
        else:
            remedy = 'Write it as in "rules[0].kind", with the items of a list in their order.'
            row.fault("place", "This place can't be in a policy with those above.", remedy)


def got(holder: Json, steps: Sequence[str]) -> Any:
    """Return what keys lead to, ``None`` if nothing."""
    value: Any = holder
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def made(holder: Json, steps: Sequence[str], empty: type[list[Any]] | type[Json]) -> Any:
    """Return what keys lead to, made where it isn't there."""
    for step in steps[:-1]:
        holder = holder.setdefault(step, {})
    return holder.setdefault(steps[-1], empty())


def taken(item: Json, columns: Sequence[Column]) -> Values:
    """Return an item's values by the columns they are for."""
    found = {column.key: got(item, column.path) for column in columns}
    # An inline policy and a school's weekdays have sheets of their own.
    return {key: value for key, value in found.items() if value is not None and not isinstance(value, dict)}


def _leaves(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _leaves(item, (*path, key))
    elif isinstance(value, list) and value:
        for place, item in enumerate(value):
            yield from _leaves(item, (*path, place))
    elif path:
        yield path, value


def _written(path: Path) -> str:
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _PLAIN.fullmatch(step):
            text += f".{step}" if text else step
        else:
            text += f"[{json.dumps(step)}]"
    return text


def _read(text: str) -> Path:
    """Return the path of a place; an empty one where it is none."""
    steps: list[str | int] = []
    at = 0
    while at < len(text):
        match = _STEP.match(text, at)
        if match is None or len(steps) > 40:
            return ()
        number, odd, name = match.groups()
        try:
            steps.append(int(number[:9]) if number else json.loads(odd) if odd else name)
        except ValueError:
            return ()
        at = match.end()
    return tuple(steps)


def _put(tree: Any, path: Path, value: Any) -> bool:
    """Put a value into a tree of objects and lists; whether it could be."""
    for place, step in enumerate(path):
        last = place == len(path) - 1
        if isinstance(step, int) != isinstance(tree, list):
            return False
        there = step < len(tree) if isinstance(step, int) else step in tree
        if isinstance(step, int) and step > len(tree):
            return False
        if last:
            if there:
                return False
            empty: Any = value
        elif not there:
            empty = [] if isinstance(path[place + 1], int) else {}
        if not there:
            if isinstance(tree, list):
                tree.append(empty)
            else:
                tree[step] = empty
        tree = tree[step]
        if not last and not isinstance(tree, dict | list):
            return False
    return True
