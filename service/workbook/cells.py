"""A value of the caseload and the cell it stands in: each way, so that nothing is lost.

What people and case systems write is read as they mean it: dates as Excel has them, as DD/MM/YYYY or as ISO text, yes and no
in any form, words in any spelling of case and spaces. What can't be read so is handed on as it stands, and the checks of
the caseload say what is wrong with it.
"""

from __future__ import annotations

import json
import math
import re
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any

from service.workbook.columns import Column
from solver.schema.base import DAY_MINUTES, WEEKDAYS, format_clock

Cell = str | int | float | bool | date | datetime | time | timedelta | None
EXAMPLE = "e.g."
"""What the first cell of an example row begins with; no id, date or word of the format does."""
_FORMULA = "=+-@|%＝＋－＠"
"""What a cell begins with that a spreadsheet may take for a formula."""
_CODE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
"""Excel's own way of writing a character by its number."""
_ITEM = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[^;,\n]*)\s*(?:[;,\n]|$)')
_DAY_FIRST = re.compile(r"([0-9]{1,2})[/.\-]([0-9]{1,2})[/.\-]([0-9]{4})")
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK = re.compile(r"([0-9]{1,2})(?:[:.]([0-9]{2}))?(?::00)?(?:\.0+)?\s*([ap])?\.?m?\.?", re.IGNORECASE)
_INTEGER = re.compile(r"[+\-]?[0-9]{1,15}(?:\.0+)?")
_YES = {"yes": True, "y": True, "true": True, "1": True, "no": False, "n": False, "false": False, "0": False}
_MOST = 2**53
_DAY_NAMES = {
    name[:3]: name for name in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
}


class UnreadableError(Exception):
    """A cell that can't be read at all; says what is wrong and what would be right."""

    def __init__(self, problem: str, remedy: str) -> None:
        self.problem = problem
        self.remedy = remedy
        super().__init__(problem)


def to_cell(value: Any, column: Column) -> str | int | date | datetime | time | bool | None:
    """Return what is written for a value as JSON has it."""
    kind = column.kind
    if kind == "value":
        return _json(value)
    if value is None:
        return None
    if kind == "list":
        return "; ".join(_item(str(one)) for one in value)
    if kind == "date":
        return date.fromisoformat(value)
    if kind == "local_time":
        return datetime.fromisoformat(value)
    if kind == "clock":
        return value if value == "24:00" else time.fromisoformat(value)
    if kind in ("yes_no", "number"):
        found: bool | int = value
        return found
    return quoted(str(value))


def quoted(text: str) -> str:
    """Return a text as it is written: in double quotes, as JSON has it, where it would not survive a spreadsheet."""
    return _strict(text) if _delicate(text) else text


def from_cell(cell: Cell, column: Column) -> Any:
    """Return the value of a cell as JSON has it, ``None`` for an empty one.

    Raises
    ------
    UnreadableError
        The cell holds what could be meant in two ways.
    """
    if isinstance(cell, str):
        cell = cell.strip()
    if cell is None or cell == "":
        return None
    match column.kind:
        case "date":
            return _date(cell)
        case "local_time":
            return _local_time(cell)
        case "clock":
            return _clock(cell)
        case "yes_no":
            return _yes_no(cell)
        case "number":
            return _number(cell)
        case "words":
            return _word(cell, column.words)
        case "list":
            return [
                _word(one, column.words) if column.words else one
                for one in _items(cell if isinstance(cell, str) else _text(cell))
            ]
        case "value":
            return _value(cell)
        case "id":
            if isinstance(cell, date | time | timedelta):
                raise UnreadableError(
                    "The spreadsheet has turned this id into a date or a time.",
                    "Format the column as text, and write the id again.",
                )
            return _text(cell)
    return _text(cell)


def _delicate(text: str) -> bool:
    """Whether a text would be trimmed, taken for a formula or an example, or lose characters."""
    if text == "" or text != text.strip() or text[0] in _FORMULA or text[0] == '"':
        return True
    return (
        text.lower().startswith(EXAMPLE)
        or not text.replace("\n", "").isprintable()
        or _CODE.search(text) is not None
    )


def _strict(value: Any) -> str:
    """JSON on one line, whose odd characters are escaped."""
    text = json.dumps(value, ensure_ascii=False)
    text = "".join(one if one.isprintable() else json.dumps(one)[1:-1] for one in text)
    return _CODE.sub("\\\\u005f", text)


def _json(value: Any) -> str | int:
    whole = isinstance(value, int) and not isinstance(value, bool) and abs(value) < _MOST
    return value if whole else _strict(value)


def _item(text: str) -> str:
    return _strict(text) if _delicate(text) or re.search(r"[;,\n]", text) else text


def _items(text: str) -> list[str]:
    found, place = [], 0
    while place < len(text):
        match = _ITEM.match(text, place)
        if match is None:
            # A quote that nothing ends: the rest is one item, which the checks won't know.
            found.append(text[place:].strip())
            break
        if match[1].strip():
            found.append(_unquoted(match[1].strip()))
        place = match.end()
    return found


def _unquoted(text: str) -> str:
    if len(text) >= 2 and text[0] == text[-1] == '"':
        with suppress(ValueError):
            value = json.loads(text)
            if isinstance(value, str):
                return value
    return text


def _text(cell: Cell) -> str:
    if isinstance(cell, str):
        return _unquoted(cell)
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < _MOST else repr(cell)
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell)


def _date(cell: Cell) -> Any:
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, str):
        day, _, rest = cell.replace("T", " ", 1).partition(" ") if _ISO.match(cell) else cell.partition(" ")
        _refuse_month_first(day)
        if rest and re.fullmatch(r"00?:00(:00(\.0+)?)?", rest.strip()):
            return _day(day) or cell
        return _day(cell) or cell
    return _plain(cell)


def _day(text: str) -> str | None:
    """Return a date in ISO form; the day comes before the month, as everywhere in the United Kingdom."""
    with suppress(ValueError):
        if match := _DAY_FIRST.fullmatch(text):
            return date(int(match[3]), int(match[2]), int(match[1])).isoformat()
        if _ISO.fullmatch(text):
            return date.fromisoformat(text).isoformat()
    for form in ("%d %B %Y", "%d %b %Y", "%d-%b-%Y", "%d-%B-%Y"):
        with suppress(ValueError):
            return datetime.strptime(text, form).date().isoformat()
    return None


def _refuse_month_first(text: str) -> None:
    """Refuse 12/24/2026: where one date has the month first, 01/02/2026 beside it is another day than it seems.

    Raises
    ------
    UnreadableError
    """
    match = _DAY_FIRST.fullmatch(text)
    if match is None or int(match[2]) <= 12:
        return
    with suppress(ValueError):
        meant = date(int(match[3]), int(match[1]), int(match[2]))
        raise UnreadableError(
            "The month comes first in this date, and dates are read with the day first.",
            f"Write {meant:%d/%m/%Y} or {meant}. If a program wrote it, have it write all its dates so: "
            "01/02/2026 is read as 1 February.",
        )


def _local_time(cell: Cell) -> Any:
    if isinstance(cell, datetime):
        form = "%Y-%m-%dT%H:%M" if not (cell.second or cell.microsecond) else "%Y-%m-%dT%H:%M:%S"
        return cell.strftime(form)
    if isinstance(cell, date):
        return f"{cell.isoformat()}T00:00"
    if isinstance(cell, str):
        text = cell.replace("T", " ", 1) if _ISO.match(cell) else cell
        day, _, clock = text.partition(" ")
        _refuse_month_first(day)
        when, minutes = _day(day), _minutes(clock.strip())
        # The end of a day is the beginning of the next: which is meant has to be written.
        return (
            f"{when}T{format_clock(minutes)}"
            if when and minutes is not None and minutes < DAY_MINUTES
            else cell
        )
    return _plain(cell)


def _clock(cell: Cell) -> Any:
    if cell == date(1900, 1, 1):
        # Excel's day 1: a whole day after midnight.
        cell = timedelta(days=1)
    if isinstance(cell, time):
        cell = timedelta(
            hours=cell.hour, minutes=cell.minute, seconds=cell.second, microseconds=cell.microsecond
        )
    if isinstance(cell, float | int) and not isinstance(cell, bool) and 0 <= cell <= 1:
        cell = timedelta(seconds=round(cell * 86_400))
    if isinstance(cell, timedelta):
        minutes = cell / timedelta(minutes=1)
        whole = abs(minutes - round(minutes)) < 0.01 and 0 <= round(minutes) <= DAY_MINUTES
        return format_clock(round(minutes)) if whole else str(cell)
    if isinstance(cell, str):
        found = _minutes(cell)
        return cell if found is None else format_clock(found)
    return _plain(cell)


def _minutes(text: str) -> int | None:
    """Return the minutes after midnight of 9:30, 09.30, 9.30 pm or 9am."""
    match = _CLOCK.fullmatch(text)
    if match is None or (match[2] is None and match[3] is None):
        return None
    hour, minute = int(match[1]), int(match[2] or 0)
    if match[3]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match[3] in "pP" else 0)
    total = hour * 60 + minute
    return total if minute < 60 and total <= DAY_MINUTES else None


def _yes_no(cell: Cell) -> Any:
    if isinstance(cell, bool):
        return cell
    text = _text(cell)
    return _YES.get(text.lower(), text)


def _number(cell: Cell) -> Any:
    if isinstance(cell, str) and _INTEGER.fullmatch(cell):
        return int(cell.partition(".")[0])
    return _plain(cell)


def _word(cell: Cell, words: tuple[str, ...]) -> str:
    text = _text(cell)
    plain = re.sub(r"[\s\-]+", "_", text.lower())
    known = {word.lower(): word for word in words}
    if plain in known:
        return known[plain]
    if {"yes", "no"} <= known.keys() and plain in _YES:
        return "yes" if _YES[plain] else "no"
    if words[:7] == WEEKDAYS and len(plain) > 3 and _DAY_NAMES.get(plain[:3], "").startswith(plain):
        return plain[:3]
    return text


def _value(cell: Cell) -> Any:
    if isinstance(cell, str):
        with suppress(ValueError, RecursionError):
            value = json.loads(cell, parse_constant=str)
            # A row holds one value: what has parts has a row for each.
            return cell if isinstance(value, dict | list) and value else value
        return cell
    return _plain(cell)


def _plain(cell: Cell) -> Any:
    """Return a cell of another kind than belongs there as JSON has it, for the checks to name."""
    if isinstance(cell, bool) or cell is None or isinstance(cell, int):
        return cell
    if isinstance(cell, float):
        if not math.isfinite(cell):
            return str(cell)
        return int(cell) if cell.is_integer() and abs(cell) < _MOST else cell
    return _text(cell)
