"""The small caseload as a plain Excel workbook, with cells put in by their names."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import xlsxwriter
from caseloads import small_caseload

from service.workbook.cells import to_cell
from service.workbook.flatten import rows_of
from service.workbook.layout import sheets
from service.workbook.read import WorkbookError, read_bytes
from solver.schema.faults import Fault

GONE = object()
"""As a cell: take out what is there."""


@dataclass(frozen=True)
class Formula:
    """A cell with a formula and what it last gave; ``None``: nothing, as where no program worked it out."""

    text: str
    gave: str | float | None


def plain_sheets(data: Mapping[str, Any] | None = None) -> dict[str, list[list[Any]]]:
    """The sheets of a caseload's data as rows of cells: headings first, no example."""
    found = {}
    for sheet in sheets():
        rows = list(rows_of(sheet, dict(data or small_caseload())))
        if rows:
            found[sheet.title] = [
                [column.heading for column in sheet.columns],
                *[
                    [to_cell(row[one.key], one) if one.key in row else None for one in sheet.columns]
                    for row in rows
                ],
            ]
    return found


def book(pages: Mapping[str, list[list[Any]]], merged: Mapping[str, str] | None = None) -> bytes:
    """An Excel workbook of rows of cells; ``merged`` are ranges such as {"Children": "A2:A3"}."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as workbook:
        forms = {
            kind: workbook.add_format({"num_format": text})
            for kind, text in ((datetime, "dd/mm/yyyy hh:mm"), (date, "dd/mm/yyyy"), (time, "hh:mm"))
        }
        for title, rows in pages.items():
            page = workbook.add_worksheet(title)
            for number, row in enumerate(rows):
                for place, cell in enumerate(row):
                    if isinstance(cell, Formula):
                        page.write_formula(
                            number, place, cell.text, None, "" if cell.gave is None else cell.gave
                        )
                    elif isinstance(cell, bool):
                        page.write_boolean(number, place, cell)
                    elif isinstance(cell, date | time):
                        page.write_datetime(number, place, cell, forms[type(cell)])
                    elif isinstance(cell, int | float):
                        page.write_number(number, place, cell)
                    elif cell is not None and cell is not GONE:
                        page.write_string(number, place, cell)
            if merged and title in merged:
                page.merge_range(merged[title], "")
                first = merged[title].partition(":")[0]
                row, place = xlsxwriter.utility.xl_cell_to_rowcol(first)
                page.write_string(row, place, str(rows[row][place]))
    return target.getvalue()


def spoilt(changes: Mapping[str, Any]) -> dict[str, list[list[Any]]]:
    """The small caseload's sheets with cells put in, such as {"People!C2": "wizard"}."""
    pages = plain_sheets()
    for where, value in changes.items():
        title, _, cell = where.partition("!")
        row, place = xlsxwriter.utility.xl_cell_to_rowcol(cell)
        rows = pages.setdefault(title, [])
        while len(rows) <= row:
            rows.append([])
        rows[row].extend([None] * (place + 1 - len(rows[row])))
        rows[row][place] = value
    return pages


def faults_in(data: bytes, *, ignore_extra: bool = False) -> list[Fault]:
    """What is said to be wrong with a workbook."""
    try:
        read_bytes(data, "team.xlsx", ignore_extra=ignore_extra)
    except WorkbookError as error:
        return list(error.faults)
    return []
