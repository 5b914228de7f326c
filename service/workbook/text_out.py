"""CSV files to fill in, or with a caseload in them: one a sheet, in the form that Excel opens by itself."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, time
from typing import Any

from service.workbook.cells import EXAMPLE, to_cell
from service.workbook.columns import Column
from service.workbook.flatten import rows_of
from service.workbook.layout import sheets
from service.workbook.sheet import Sheet


def csv_files(data: dict[str, Any] | None = None) -> dict[str, bytes]:
    """Write the files.

    Parameters
    ----------
    data : dict, optional
        A caseload's JSON data to put into them: then only those that have rows are written. By default there is one for
        every sheet, with headings and an example.

    Returns
    -------
    dict
        Contents by file names: UTF-8 with a byte order mark, commas, dates in ISO form.
    """
    return {
        f"{sheet.title}.csv": _file(sheet, data)
        for sheet in sheets()
        if data is None or next(rows_of(sheet, data), None) is not None
    }


def date_text(column: Column) -> str:
    """Return a column's example as it is written by hand."""
    if column.kind == "date":
        return date.fromisoformat(str(column.example)).strftime("%d/%m/%Y")
    return str(column.example)


def _file(sheet: Sheet, data: dict[str, Any] | None) -> bytes:
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(column.heading for column in sheet.columns)
    if data is None:
        first, *rest = sheet.columns
        writer.writerow([f"{EXAMPLE} {date_text(first)}", *(_example(column) for column in rest)])
    else:
        for values in rows_of(sheet, data):
            writer.writerow(
                [
                    text_of(to_cell(values[column.key], column)) if column.key in values else ""
                    for column in sheet.columns
                ]
            )
    return target.getvalue().encode("utf-8-sig")


def text_of(value: str | int | date | datetime | time | bool | None) -> str:
    """Return the text of a cell in a CSV file."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return str(value)


def _example(column: Column) -> str:
    if isinstance(column.example, bool):
        return "yes" if column.example else "no"
    return str(column.example).replace("T", " ") if column.kind == "local_time" else str(column.example)
