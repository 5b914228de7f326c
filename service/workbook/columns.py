"""Columns of the sheets: what each holds, in the words of the schema wherever the schema has words for it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from solver.schema.base import ClockTime, Id, LocalTime, Model
from solver.schema.expected import choices, fields

Kind = Literal["id", "text", "date", "clock", "local_time", "yes_no", "number", "words", "list", "value"]
"""What the cells hold. A list is several words or ids in one cell; a value is anything JSON has."""
Value = str | int | bool
HINTS: dict[Kind, str] = {
    "date": "A date: 24/12/2026, or 2026-12-24.",
    "clock": "A time of day: 09:30. The end of the day is 24:00.",
    "local_time": "A date and a time: 24/12/2026 09:30. A date alone counts as midnight, at its beginning.",
    "yes_no": "Yes or no.",
    "number": "A whole number.",
    "list": "Several are separated by semicolons.",
}


@dataclass(frozen=True)
class Column:
    """A column of a sheet.

    Attributes
    ----------
    key : str
        Where the value goes in the item that a row is about: keys joined by dots. With "@" before it, it names the
        item of another sheet that the row belongs to; with "#", it only numbers the rows.
    heading : str
    kind : Kind
    note : str
        What it means.
    example : str or int or bool
        As JSON has it.
    words : tuple of str
        All that may be in it, where that is closed.
    needed : bool
    refers : str
        The sheet in whose first column the ids that belong here are.
    limits : tuple of int or None
        The least and the most that a number may be.
    own : bool
        Whether the schema has no such field: then nobody else checks what is in it.
    """

    key: str
    heading: str
    kind: Kind
    note: str
    example: Value
    words: tuple[str, ...] = ()
    needed: bool = False
    refers: str = ""
    limits: tuple[int | None, int | None] = (None, None)
    own: bool = False

    @property
    def path(self) -> tuple[str, ...]:
        """The steps of the key."""
        return tuple(self.key.split("."))

    @property
    def hint(self) -> str:
        """The whole note: what it means, what form it has, whether it is needed."""
        parts = [self.note, HINTS.get(self.kind, "")]
        if self.words and len(self.words) <= 12:
            parts.append(f"One of: {', '.join(self.words)}.")
        if self.refers:
            parts.append(f"An id of the sheet {self.refers}.")
        parts.append("Needed." if self.needed else "May be left empty.")
        return " ".join(part for part in parts if part)


def column(
    model: type[Model],
    key: str,
    example: Value,
    note: str = "",
    *,
    heading: str = "",
    refers: str = "",
    needed: bool | None = None,
) -> Column:
    """Return the column of a field of the schema.

    Parameters
    ----------
    model
        What a row is about.
    key : str
        The field, or the field of a field, by the names in JSON.
    example
        As JSON has it.
    note : str
        What it means, where the schema doesn't say.
    heading : str
        By default the key in words.
    refers : str
    needed : bool, optional
        By default as the schema says.
    """
    hint, info, required = _field(model, key.split("."))
    kind, words = kind_of(hint)
    least = next((one.ge for one in info.metadata if hasattr(one, "ge")), None)
    most = next((one.le for one in info.metadata if hasattr(one, "le")), None)
    return Column(
        key,
        heading or heading_of(key),
        kind,
        note or plain(info.description or ""),
        example,
        words,
        required if needed is None else needed,
        refers,
        (least, most),
    )


def heading_of(key: str) -> str:
    """Return a key in words: ``date_of_birth`` is "Date of birth", ``id`` is "ID"."""
    words = re.sub(r"[._]", " ", key)
    return re.sub(r"\bid\b", "ID", words[0].upper() + words[1:], flags=re.IGNORECASE)


def plain(docstring: str) -> str:
    """Return what a docstring says, for a reader who writes no programs."""
    text = re.sub(r"\s+", " ", docstring).strip()
    text = text.replace("``None``:", "Empty:").replace("``None`` is", "Empty is")
    text = re.sub(r", such as ``\{.*?\}``", "", text)
    text = text.replace("``", "").replace("; Empty", "; empty")
    return text if not text or text.endswith(".") else f"{text}."


def kind_of(hint: Any) -> tuple[Kind, tuple[str, ...]]:
    """Return what cells of a type of the schema hold, and the words that they may be."""
    for known, kind in _KINDS:
        if hint == known:
            return kind, ()
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Literal:
        return "words", parts
    if origin is tuple:
        return "list", kind_of(parts[0])[1]
    return "text", ()


_KINDS: tuple[tuple[Any, Kind], ...] = (
    (ClockTime, "clock"),
    (LocalTime, "local_time"),
    (Id, "id"),
    (date, "date"),
    (bool, "yes_no"),
    (int, "number"),
)


def _field(model: type[Model], steps: list[str]) -> tuple[Any, FieldInfo, bool]:
    """Return a field's type, itself, and whether it is needed wherever what holds it is there."""
    required = True
    here: Any = model
    for place, step in enumerate(steps):
        name = next(name for name, field in here.model_fields.items() if step in (name, field.alias))
        info: FieldInfo = here.model_fields[name]
        required = required and info.is_required()
        hint = choices(fields(here)[step])[0]
        if place < len(steps) - 1:
            here = hint
    return hint, info, required
