"""What the pages of an upload show, in plain values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from service.uploads import faults as told
from service.uploads.faults import MOST_IN_FILE, THE_FILE, Row, Sheet
from service.words import count

_ONE_BY_ONE: Final = 8
"""More faults than these are summed up by sheet."""
REFUSALS: Final = {
    "nothing": "Choose a file: an Excel workbook, CSV files, or a caseload in JSON.",
    "broken": "The form did not arrive whole. Choose the file again.",
    "unknown ending": "Choose an Excel workbook (.xlsx), CSV files (.csv), or a caseload in JSON (.json).",
    "several": "Choose one workbook or one JSON file. Only CSV files can be several, one for each sheet.",
    "too much": "This caseload is larger than this service takes. Split it by team.",
    "memory": "This file takes more memory to read than an upload may have. Remove what is not part of the caseload: sheets, "
    "columns, formats far below the last row.",
    "time": "This file takes longer to read than an upload may take. Remove what is not part of the caseload: sheets, "
    "columns, formats far below the last row.",
    "deep": "This file is nested more deeply than any caseload is. Export it again.",
    "died": "This file could not be read. Open it in a spreadsheet program, save it again as an Excel workbook (.xlsx), and "
    "upload that.",
}  # fmt: skip
BUSY: Final = "Other people’s files are being read just now. Wait half a minute, then choose the file again. Nothing was changed."


@dataclass(frozen=True)
class Link:
    """A line of the error summary."""

    to: str
    text: str


@dataclass(frozen=True)
class FaultyRow:
    """A fault with its place on the page."""

    id: str
    row: Row


@dataclass(frozen=True)
class FaultySheet:
    """A sheet with faults."""

    id: str
    sheet: Sheet
    rows: tuple[FaultyRow, ...]

    @property
    def heading(self) -> str:
        """Its title, and how many there are."""
        title = self.sheet.title if self.sheet.title == THE_FILE else f"Sheet {self.sheet.title}"
        return f"{title}: {count(self.sheet.count, 'fault')}"


@dataclass(frozen=True)
class FaultsView:
    """Everything wrong with an upload."""

    files: str
    count: int
    links: tuple[Link, ...]
    sheets: tuple[FaultySheet, ...]
    csv: str
    """As an address that holds the file itself: nothing of it is kept for a second request."""
    csv_cut: bool


def faults_view(data: dict[str, Any], csv: bytes) -> FaultsView:
    """The faults that the reading process told."""
    sheets = [_sheet(told.from_json(one)) for one in data["sheets"]]
    if data["count"] <= _ONE_BY_ONE:
        links = [Link(row.id, _short(row.row)) for sheet in sheets for row in sheet.rows]
    else:
        links = [Link(sheet.id, sheet.heading) for sheet in sheets]
    return FaultsView(
        files_words(data["names"]),
        data["count"],
        tuple(links),
        tuple(sheets),
        "data:text/csv;charset=utf-8," + quote(csv),
        data["count"] > MOST_IN_FILE,
    )


def files_words(names: list[str]) -> str:
    """``team.xlsx``, or how many files."""
    return names[0] if len(names) == 1 else count(len(names), "CSV file")


def _sheet(sheet: Sheet) -> FaultySheet:
    name = _anchor(sheet.title)
    rows: list[FaultyRow] = []
    taken: dict[str, int] = {}
    for row in sheet.rows:
        anchor = f"{name}-{_anchor(row.where)}"
        taken[anchor] = taken.get(anchor, 0) + 1
        rows.append(FaultyRow(anchor if taken[anchor] == 1 else f"{anchor}-{taken[anchor]}", row))
    return FaultySheet(f"sheet-{name}", sheet, tuple(rows))


def _short(row: Row) -> str:
    place = f"{row.sheet}, {row.where}" if row.sheet not in (row.where, THE_FILE) else row.where
    return f"{place}: {row.problem}" if place else row.problem


def _anchor(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-").lower() or "all"


__all__ = ["BUSY", "REFUSALS", "FaultsView", "FaultyRow", "FaultySheet", "Link", "faults_view", "files_words"]
