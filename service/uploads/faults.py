"""Everything wrong with an upload as it is shown: by sheet, those of a kind together, and as a CSV file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from service.workbook.layout import sheets
from service.workbook.places import Place, letters
from solver.schema.faults import Fault

SHOWN: Final = 3
"""Of many faults of a kind, so many are shown one by one."""
MOST_KINDS: Final = 25
"""In a sheet; a file with more of them isn't corrected one by one."""
MOST_IN_FILE: Final = 2_000
THE_FILE: Final = "The file"
_COLLECTIONS: Final = {
    "people": "People", "schools": "Schools", "sites": "Sites", "venues": "Venues", "plans": "Plans", "booked": "Booked",
    "held": "Held", "travel": "Travel", "team": "Team",
}  # fmt: skip
_OF_EXCEL: Final = re.compile(r"!(?:[A-Z]+[0-9]+|[0-9]+:[0-9]+)$")
_MOST: Final = 600
"""Characters of a sentence: it may repeat a list of what there is."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True)
class Row:
    """A fault as it is shown."""

    sheet: str
    where: str
    """The cell, or in a CSV file its line."""
    heading: str
    subject: str
    value: str
    problem: str
    remedy: str
    more: int = 0
    """Of the same kind, which aren't shown."""
    until: str = ""
    """Where the last one of those is."""


@dataclass
class Sheet:
    """The faults of one sheet."""

    title: str
    rows: list[Row] = field(default_factory=list)
    count: int = 0
    unshown: int = 0
    """Faults of further kinds."""


def rows_of(faults: Iterable[Fault], places: Mapping[Fault, Place] | None = None) -> list[Row]:
    """Say of each fault in which sheet and cell it is.

    Parameters
    ----------
    faults
    places
        Of a workbook's; a caseload in JSON has paths instead.
    """
    return [_row(fault, (places or {}).get(fault)) for fault in faults]


def by_sheet(rows: Sequence[Row]) -> list[Sheet]:
    """Put rows together by sheet, those that say the same of a column one after the other.

    Their order is that of the workbook by the first one of each kind.
    """
    found: dict[str, dict[tuple[str, str], list[Row]]] = {}
    for row in rows:
        kinds = found.setdefault(row.sheet, {})
        kinds.setdefault((row.heading, re.sub(r"[0-9]+", "0", row.problem)), []).append(row)
    made = []
    for title, kinds in found.items():
        sheet = Sheet(title, count=sum(map(len, kinds.values())))
        for number, alike in enumerate(kinds.values()):
            if number == MOST_KINDS:
                sheet.unshown = sum(len(one) for one in list(kinds.values())[number:])
                break
            sheet.rows += _shortened(alike)
        made.append(sheet)
    return made


def csv_of(rows: Sequence[Row]) -> bytes:
    """The rows as a CSV file that opens in Excel, in which no cell is a formula."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(
        ("Sheet", "Cell", "Column", "About", "What is there", "What is wrong", "What would be right")
    )
    for row in rows[:MOST_IN_FILE]:
        cells = (row.sheet, row.where, row.heading, row.subject, row.value, row.problem, row.remedy)
        writer.writerow(_harmless(cell) for cell in cells)
    return target.getvalue().encode("utf-8-sig")


def as_json(sheet: Sheet) -> dict[str, Any]:
    """A sheet as it crosses between processes; `from_json` makes it again."""
    rows = [vars(row) for row in sheet.rows]
    return {"title": sheet.title, "count": sheet.count, "unshown": sheet.unshown, "rows": rows}


def from_json(data: Mapping[str, Any]) -> Sheet:
    """A sheet that was `as_json`."""
    return Sheet(data["title"], [Row(**row) for row in data["rows"]], data["count"], data["unshown"])


def _row(fault: Fault, place: Place | None) -> Row:
    where, sheet, heading = fault.path, THE_FILE, ""
    if place is not None:
        heading = place.heading
        if place.sheet < len(sheets()):
            sheet = sheets()[place.sheet].title
            inside = _inside(place)
            where = inside or where
    elif (collection := re.match(r"[a-z]+", fault.path)) is not None:
        sheet = _COLLECTIONS.get(collection[0], THE_FILE) if collection[0] != fault.path else THE_FILE
    subject = re.sub(r"^(\w+) (?=\1-)", "", fault.subject)
    return Row(
        _clean(sheet), _clean(where), _clean(heading), _clean(subject), _clean(fault.value), _clean(fault.problem),
        _clean(fault.remedy),
    )  # fmt: skip


def _inside(place: Place) -> str:
    """Where in its sheet a place is: ``C14``, ``row 14``, or the line of a CSV file; empty for all of the sheet."""
    if place.row < 1:
        return ""
    if _OF_EXCEL.search(place.label):
        return f"row {place.row}" if place.column < 0 else f"{letters(place.column)}{place.row}"
    return place.label.partition(", column ")[0]


def _shortened(alike: list[Row]) -> list[Row]:
    # Saying "and one more" takes as much room as that one.
    if len(alike) <= SHOWN + 1:
        return alike
    shown = alike[:SHOWN]
    last = shown[-1]
    counted = Row(**vars(last) | {"more": len(alike) - SHOWN, "until": alike[-1].where})
    return [*shown[:-1], counted]


def _clean(text: str) -> str:
    plain = text.encode("utf-8", "backslashreplace").decode()
    plain = "".join(one if one.isprintable() else " " for one in plain)
    return plain if len(plain) <= _MOST else f"{plain[: _MOST - 1]}…"


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


__all__ = [
    "MOST_IN_FILE",
    "SHOWN",
    "THE_FILE",
    "Row",
    "Sheet",
    "as_json",
    "by_sheet",
    "csv_of",
    "from_json",
    "rows_of",
]
