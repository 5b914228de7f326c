"""A school's terms and closed days, out of what schools and councils publish: a calendar file or a table.

What a row is follows from its name. Councils publish terms, or holidays, or first and last days, and any of these
give the terms. What could be two things is an error that names the row: a term a week out is a meeting that a child
is taken out of school for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final, Literal

from calendars.content_lines import CalendarFileError, Notice
from calendars.term_rows import Row, rows_of_calendar, rows_of_table, shortened

Sort = Literal["term", "half", "closed", "holiday", "starts", "ends"]

LONGEST_TERM: Final = 130
"""Days. The longest published are a Scottish spring without a named break, under 110."""
LONGEST_BREAK: Final = 16
"""Days of a half-term: a fortnight with its weekends. What is called half-term and is longer is half of a term."""
LONGEST_HOLIDAY: Final = 90
MOST_ROWS: Final = 2_000
_DAY: Final = timedelta(days=1)

_CLOSED: Final = re.compile(
    r"\b(in[\s-]?set|in[\s-]?service|staff (?:training|development)|(?:teacher |staff )?training days?|teacher training"
    r"|non[\s-]?pupil|non[\s-]?contact|pd days?|cpd|professional development|baker days?|occasional days?|pupil[\s-]free"
    r"|closed to (?:all )?(?:pupils|students|children)|(?:school|academy) (?:is )?closed|polling day|closure days?)\b"
)
_BANK: Final = re.compile(
    r"\b(bank holidays?|public holidays?|may day|good friday|easter monday|boxing day|new year'?s day|christmas day)\b"
)
_HALF: Final = re.compile(r"\b(half[\s-]?terms?|mid[\s-]?terms?)\b")
_STARTS: Final = re.compile(
    r"\b(?:(?:first|1st) day|starts?|begins?|start of|beginning of|re-?opens?|opens|returns?|back to school|back)\b"
)
_ENDS: Final = re.compile(r"\b(?:last day|ends?|end of|breaks? up|closes|finish(?:es)?)\b")
_HOLIDAY: Final = re.compile(r"\b(holidays?|break|vacation|christmas|xmas|easter)\b")
_SEASONS: Final = r"autumn|spring|summer|winter|michaelmas|lent|trinity|hilary"
_TERM: Final = re.compile(rf"\b(?:terms?|semester)\b|^(?:{_SEASONS})(?:\s+[1-6ab])?(?:\s+\d{{4}})?$")
_AROUND: Final = re.compile(r"\b(?:before|after|following|for)\b")
_TEACHING: Final = re.compile(
    rf"\b(?:first|second|1st|2nd)\b|^(?:{_SEASONS})\s+(?:half\s+)?term\s+[12]$|\b(?:term|half)\s*[1-6]\b"
)


@dataclass(frozen=True, slots=True)
class Terms:
    """A school's terms and the days in them without pupils."""

    terms: tuple[tuple[date, date], ...]
    """First and last date of each, in order; no two overlap."""
    closed: tuple[date, ...]
    """Mondays to Fridays within a term, in order."""
    notices: tuple[Notice, ...] = ()


def read_terms(data: bytes) -> Terms:
    """The terms and closed days of one school.

    Parameters
    ----------
    data
        An iCalendar file with all-day events, or a CSV table with a row for each term, holiday, half-term, INSET day,
        or first or last day of term.

    Returns
    -------
    Terms
        From terms where they are named, from first and last days, or, where only holidays are named, what lies between
        two of them. Holidays, half-terms and INSET days within a term are its closed days.

    Raises
    ------
    CalendarFileError
        Naming the line, and the row by its name, and what would be right. Nothing is guessed.
    """
    is_calendar = re.search(rb"B\0?E\0?G\0?I\0?N\0?:\0?V", data[:2000], re.IGNORECASE) is not None
    rows, notices = rows_of_calendar(data) if is_calendar else rows_of_table(data)
    if len(rows) > MOST_ROWS:
        raise CalendarFileError(
            f"there are more than {MOST_ROWS:,} rows", "give the rows of one school, of a few years"
        )
    sorted_rows: dict[Sort, list[Row]] = {}
    others: list[Row] = []
    for row in rows:
        sort = _sort(row)
        if sort is None:
            others.append(row)
        else:
            sorted_rows.setdefault(sort, []).append(row)
    if others and not is_calendar:
        raise CalendarFileError(
            f"“{shortened(others[0].name)}” is neither a term, a holiday nor a closed day by its name",
            "name it so, or leave the row out",
            line=others[0].line,
        )
    if others:
        count = "1 all-day event is" if len(others) == 1 else f"{len(others)} all-day events are"
        notices.append(
            Notice(others[0].line, f"{count} neither term nor closed day by name and left out, this first")
        )
    breaks = [*sorted_rows.get("half", ()), *sorted_rows.get("holiday", ())]
    terms = _terms(sorted_rows)
    closed = [*breaks, *sorted_rows.get("closed", ())]
    return Terms(
        tuple((term.start, term.end) for term in terms), tuple(_within(closed, terms)), tuple(notices)
    )


def _sort(row: Row) -> Sort | None:
    """What a row is by its name; ``None`` if that doesn't say.

    Raises
    ------
    CalendarFileError
        It may be two things.
    """
    name = " ".join(row.name.casefold().replace("’", "'").replace("_", " ").split())
    days = (row.end - row.start).days + 1
    if _CLOSED.search(name) or _BANK.search(name):
        if days > LONGEST_BREAK:
            raise _ambiguous(row, f"lasts {days} days, as no closed day does")
        return "closed"
    starts, ends = _STARTS.search(name) is not None, _ENDS.search(name) is not None
    if (starts or ends) and days == 1:
        return _boundary(row, name, starts=starts, ends=ends)
    if _HALF.search(name):
        return _half(row, name, days)
    if _HOLIDAY.search(name) and not re.search(r"\bterm\b", name):
        if days > LONGEST_HOLIDAY:
            raise _ambiguous(row, f"lasts {days} days, as no holiday does")
        return "holiday"
    if _TERM.search(name):
        if _HOLIDAY.search(name) and re.search(r"\b(holidays?|break|vacation)\b", name):
            raise _ambiguous(row, "may be a term or a holiday")
        if days < 5:
            raise _ambiguous(row, "is a term of less than a week")
        if days > LONGEST_TERM:
            raise _ambiguous(row, f"lasts {days} days, as no term does")
        return "term"
    return None


def _boundary(row: Row, name: str, *, starts: bool, ends: bool) -> Sort | None:
    if starts and ends:
        raise _ambiguous(row, "may be a first or a last day")
    around = _AROUND.search(name) is not None
    if (_HALF.search(name) or _HOLIDAY.search(name)) and not around:
        raise _ambiguous(row, "may be of the term or of the holiday")
    about_school = re.search(r"\b(?:terms?|school|pupils|students|children|semester|half[\s-]?term)\b", name)
    if about_school is None and not re.search(rf"\b(?:{_SEASONS})\b", name):
        return None
    return "starts" if starts else "ends"


def _half(row: Row, name: str, days: int) -> Sort:
    teaching = _TEACHING.search(name) is not None
    if days <= LONGEST_BREAK:
        if teaching and days > 9:
            raise _ambiguous(row, "may be half of a term or its break")
        return "half"
    if days < 20 or days > LONGEST_TERM:
        raise _ambiguous(row, f"lasts {days} days, as neither half of a term nor its break does")
    return "term"


def _ambiguous(row: Row, problem: str) -> CalendarFileError:
    remedy = "give the first and last date of each term and of each holiday, and name them so"
    return CalendarFileError(f"“{shortened(row.name)}” {problem}", remedy, line=row.line)


def _terms(rows: dict[Sort, list[Row]]) -> list[Row]:
    """The terms, from whichever rows tell them."""
    named = sorted(rows.get("term", ()), key=lambda row: (row.start, row.end))
    starts, ends = rows.get("starts", []), rows.get("ends", [])
    if named:
        # A calendar may have both the term and its first and last day: they must agree.
        terms = named
        for row in [*starts, *ends]:
            _refuse_another_word(row, named, rows)
    else:
        terms = _paired(starts, ends) or _between(rows.get("holiday", ()))
    for before, after in pairwise(terms):
        if after.start <= before.end:
            raise CalendarFileError(
                f"“{shortened(after.name)}” overlaps with “{shortened(before.name)}”"
                + (f" of line {before.line}" if before.line else ""),
                "give each term once, whole or in halves",
                line=after.line,
            )
    return terms


def _refuse_another_word(row: Row, terms: Sequence[Row], rows: dict[Sort, list[Row]]) -> None:
    """A first or last day must be that of a term, or lie beside a break in one."""
    edges = {day for term in terms for day in (term.start, term.end)}
    if row.start in edges:
        return
    for one in [*rows.get("half", ()), *rows.get("holiday", ()), *rows.get("closed", ())]:
        if -4 <= (one.start - row.start).days <= 4 or -4 <= (row.start - one.end).days <= 4:
            return
    raise _ambiguous(row, "is neither the first nor the last day of a term that is given")


def _paired(starts: Iterable[Row], ends: Iterable[Row]) -> list[Row]:
    marks = sorted(
        [*((row.start, 0, row) for row in starts), *((row.start, 1, row) for row in ends)],
        key=lambda mark: mark[:2],
    )
    terms: list[Row] = []
    open_: Row | None = None
    for day, is_end, row in marks:
        if is_end:
            if open_ is None:
                raise _ambiguous(row, "is the end of a term whose start is not given")
            if (day - open_.start).days + 1 > LONGEST_TERM:
                raise _ambiguous(row, f"comes {(day - open_.start).days} days after the start before it")
            terms.append(Row(open_.line, open_.name, open_.start, day))
            open_ = None
        else:
            if open_ is not None:
                raise _ambiguous(open_, "is the start of a term whose end is not given")
            open_ = row
    if open_ is not None:
        raise _ambiguous(open_, "is the start of a term whose end is not given")
    return terms


def _between(holidays: Iterable[Row]) -> list[Row]:
    """The terms between holidays, where nothing else is told. Before the first and after the last nothing is known."""
    ordered = sorted(holidays, key=lambda row: (row.start, row.end))
    terms = []
    for before, after in pairwise(ordered):
        start, end = before.end + _DAY, after.start - _DAY
        if (end - start).days + 1 < 5:
            continue
        if (end - start).days + 1 > LONGEST_TERM:
            raise _ambiguous(
                after,
                f"comes {(end - start).days + 1} days after the holiday before it, as no term is so long",
            )
        terms.append(Row(after.line, f"the term before {after.name}", start, end))
    if not terms:
        raise CalendarFileError(
            "the file tells no term", "give the terms, or the holidays on both sides of each", line=None
        )
    return terms


def _within(closed: Iterable[Row], terms: Sequence[Row]) -> list[date]:
    days = set()
    for row in closed:
        for number in range((row.end - row.start).days + 1):
            day = row.start + number * _DAY
            if day.weekday() < 5 and any(term.start <= day <= term.end for term in terms):
                days.add(day)
    return sorted(days)


__all__ = ["LONGEST_BREAK", "LONGEST_TERM", "Terms", "read_terms"]
