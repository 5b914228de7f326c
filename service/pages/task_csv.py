"""The list of tasks as a table for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Final

from service.pages.task_rows import TaskRow

HEADINGS: Final = (
    "Due", "Reminder", "Task", "Owner", "Role of the owner", "From", "Meeting starts", "Source", "Date is Convene's own",
    "Marked as done", "Marked by", "Meeting ends", "Place", "Interpreter", "Changed since done",
)  # fmt: skip
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What spreadsheets take for the beginning of a formula, also in full width."""


def csv_of(rows: Iterable[TaskRow]) -> bytes:
    """Write the table: UTF-8 with a byte order mark, ISO dates, and nothing that a spreadsheet would calculate."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(HEADINGS)
    for row in rows:
        cells = (
            row.due.isoformat(),
            row.remind.isoformat() if row.remind else "",
            row.what,
            row.owner,
            row.role,
            row.where,
            f"{row.start:%Y-%m-%d %H:%M}" if row.start else "",
            ", ".join(row.sources),
            "yes" if row.own_date else "",
            f"{row.done:%Y-%m-%d %H:%M}" if row.done else "",
            row.done_by,
            f"{row.end:%Y-%m-%d %H:%M}" if row.end else "",
            row.place,
            row.call,
            row.again,
        )
        writer.writerow([inert(cell) for cell in cells])
    return target.getvalue().encode("utf-8-sig")


def inert(text: str) -> str:
    """The text, with an apostrophe before what would be a formula (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(_FORMULA) else text


__all__ = ["HEADINGS", "csv_of", "inert"]
