"""The rows of a school's term dates, out of a table or a calendar file: a name, a first and a last date each."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import icalendar

from calendars.content_lines import CalendarFileError, Limits, Notice, text_of
from calendars.reading import line_of, read
from calendars.recurrence import UnreadableError, times
from calendars.written_dates import written_date, written_dates

LARGEST_TABLE: Final = 1_000_000
"""Bytes. The terms of every school of a large council for ten years are less."""
_MOST_COLUMNS: Final = 200

_NAMES: Final = (
    "term", "name", "title", "event", "description", "summary", "holiday", "type", "subject", "period", "occasion",
    "event name", "term name", "event type", "label", "closure", "term/holiday", "term or holiday", "what", "details",
)  # fmt: skip
_STARTS: Final = (
    "start", "start date", "from", "first day", "begins", "begin", "opens", "open", "date from", "starts", "dtstart",
    "start_date", "startdate", "first date", "term starts", "term start", "term begins", "term start date", "date start",
    "open date", "opening date",
)  # fmt: skip
_ENDS: Final = (
    "end", "end date", "to", "last day", "ends", "closes", "close", "date to", "until", "finish", "finishes", "dtend",
    "end_date", "enddate", "last date", "term ends", "term end", "term end date", "date end", "close date", "closing date",
)  # fmt: skip
_SINGLE: Final = ("date", "dates", "day", "date(s)", "on")
_SCHOOLS: Final = ("school", "school name", "establishment", "urn", "school_name")
_ENGLISH: Final = "name the columns, such as name, start, end"


@dataclass(frozen=True, slots=True)
class Row:
    """One row, or one all-day event."""

    line: int | None
    name: str
    """As written. It is used to tell what the row is, and quoted in errors: school calendars are public."""
    start: date
    end: date
    """Inclusive."""


def rows_of_table(data: bytes) -> tuple[list[Row], list[Notice]]:
    """The rows of a CSV file with a line of column names.

    Comma, semicolon or tab; a column for the name, and one for each of first and last date or one for both; and, where
    there are any, two more for the first and last day of that term's half-term.

    Raises
    ------
    CalendarFileError
        Naming the line and what would be right.
    """
    text, notices = text_of(data, Limits(octets=LARGEST_TABLE))
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    first = next((line for line in lines.split("\n") if line.strip()), "")
    mark = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(lines), delimiter=mark)
    rows: list[Row] = []
    columns: _Columns | None = None
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if columns is None:
                columns = _columns(cells, reader.line_num)
            else:
                rows += columns.rows(cells, reader.line_num)
    except csv.Error as error:
        raise CalendarFileError("this line is no part of a table", _ENGLISH, line=reader.line_num) from error
    if columns is None or not rows:
        raise CalendarFileError("the table has no rows", "give a row for each term and holiday")
    return rows, notices


class _Columns:
    """Which column is what."""

    def __init__(
        self, name: int, start: int, end: int | None, half: tuple[int, int] | None, school: int | None
    ) -> None:
        self.name, self.start, self.end, self.half, self.school = name, start, end, half, school
        self.schools: set[str] = set()

    def rows(self, cells: Sequence[str], line: int) -> list[Row]:
        """The row of a line; and one for the half-term where it has columns of its own."""

        def cell(at: int | None) -> str:
            return cells[at].strip() if at is not None and at < len(cells) else ""

        self.schools.add(cell(self.school).casefold())
        if len(self.schools) > 1:
            raise CalendarFileError(
                "the table is of more than one school", "give the rows of one school alone", line=line
            )
        name = cell(self.name)
        if not name:
            raise CalendarFileError("the row has no name", "say which term or holiday it is", line=line)
        made = [_row(name, cell(self.start), cell(self.end) if self.end is not None else None, line)]
        if self.half is not None and any(cell(at) for at in self.half):
            made.append(_row("half term", cell(self.half[0]), cell(self.half[1]), line))
        return made


def _row(name: str, start: str, end: str | None, line: int) -> Row:
    try:
        first, last = written_dates(start) if not end else (written_date(start), written_date(end))
    except ValueError as error:
        raise CalendarFileError(f"“{shortened(name)}”: {error}", line=line) from None
    if last < first:
        raise CalendarFileError(
            f"“{shortened(name)}” ends before it starts", "give the first date first", line=line
        )
    return Row(line, name, first, last)


def _columns(cells: Sequence[str], line: int) -> _Columns:
    heads = [" ".join(re.sub(r"[_\-]+", " ", cell).split()).casefold() for cell in cells[:_MOST_COLUMNS]]
    plain = [head if "half" not in head else "" for head in heads]
    name = _first(plain, _NAMES)
    start, end, single = _first(plain, _STARTS), _first(plain, _ENDS), _first(plain, _SINGLE)
    if start is None and end is None and single is not None:
        start = single
    elif start is None or end is None:
        start = None
    if name is None or start is None:
        missing = "name" if name is None else "first and last dates"
        raise CalendarFileError(
            f"no column is called what a column of the {missing} is called", _ENGLISH, line=line
        )
    halves = [at for at, head in enumerate(heads) if "half" in head]
    half = None
    if len(halves) == 2:
        half = halves[0], halves[1]
    elif halves:
        raise CalendarFileError(
            "the columns about half-term are not two",
            "give its first and its last day, or a row of its own",
            line=line,
        )
    return _Columns(name, start, end, half, _first(plain, _SCHOOLS))


def _first(heads: Sequence[str], known: Sequence[str]) -> int | None:
    """The column with the commonest of the known names."""
    return next((heads.index(one) for one in known if one in heads), None)


def rows_of_calendar(data: bytes) -> tuple[list[Row], list[Notice]]:
    """The all-day events of a calendar file; others are left out, and how many is told.

    Raises
    ------
    CalendarFileError
        The file can't be used, or an all-day event has no dates, or repeats.
    """
    file = read(
        data,
        components=["VEVENT"],
        properties=["SUMMARY", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "STATUS"],
    )
    rows: list[Row] = []
    timed = 0
    for calendar in file.calendars:
        for event in calendar.subcomponents:
            if str(event.get("STATUS", "")).strip().upper() == "CANCELLED":
                continue
            row = _of_event(event)
            if row is None:
                timed += 1
            else:
                rows.append(row)
    notices = list(file.notices)
    if timed:
        events = "1 event with a time of day is" if timed == 1 else f"{timed} events with a time of day are"
        notices.append(Notice(None, f"{events} left out: terms are whole days"))
    return rows, notices


def _of_event(event: icalendar.Component) -> Row | None:
    line = line_of(event)
    try:
        start, end = times(event)
    except (UnreadableError, OverflowError, TypeError):
        raise CalendarFileError("this event has no dates", "correct it, or leave it out", line=line) from None
    if isinstance(start, datetime):
        # Some programs write a whole day from midnight to midnight.
        if not (
            isinstance(end, datetime) and start.time() == end.time() == datetime.min.time() and end > start
        ):
            return None
        start, end = start.date(), end.date()
    elif isinstance(end, datetime):
        return None
    name = " ".join(str(event.get("SUMMARY", "")).split())
    if "RRULE" in event or "RDATE" in event:
        raise CalendarFileError(
            f"“{shortened(name)}” repeats, as no term does", "give an event for each time", line=line
        )
    return Row(line, name, start, max(start, end - timedelta(days=1)))


def shortened(name: str) -> str:
    """A name for an error: one line, not long."""
    plain = " ".join(name.split())
    return plain if len(plain) <= 60 else f"{plain[:57]}…"


__all__ = ["LARGEST_TABLE", "Row", "rows_of_calendar", "rows_of_table", "shortened"]
