"""Percentages, medians and what else the figures of a calendar and of the past have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from statistics import median
from typing import Final

from calendars.schools import SchoolCalendar
from calendars.workdays import WorkingCalendar
from solver.schema.base import WEEKDAYS
from solver.schema.caseload import DaySpan, School

SHORT_NOTICE: Final = 5
"""Working days: less is short notice."""
MINUTES_KINDS: Final = frozenset({"minutes", "record", "send-minutes"})
"""Kinds of task that count as minutes, whatever else a policy calls them."""


def percentage(part: int, whole: int) -> float | None:
    """Return how many of a hundred, rounded down to one decimal so that 100 means all; ``None`` of nothing."""
    return (1000 * part // whole) / 10 if whole else None


def share(kept: Iterable[bool]) -> float | None:
    """Return the percentage of those that are kept."""
    counted = list(kept)
    return percentage(sum(counted), len(counted))


def median_of(days: Iterable[int]) -> float | None:
    """Return the median of numbers of days; ``None`` without any."""
    counted = list(days)
    return float(median(counted)) if counted else None


def short_notice(days: Iterable[int]) -> float | None:
    """Return the percentage of notices that are shorter than `SHORT_NOTICE`."""
    return share(notice < SHORT_NOTICE for notice in days)


def partner_shares(places: Iterable[tuple[str, bool]]) -> dict[str, float]:
    """Return for each agency the percentage of its places that are filled, agencies in alphabetical order."""
    wanted: Counter[str] = Counter()
    filled: Counter[str] = Counter()
    for agency, is_filled in places:
        wanted[agency] += 1
        filled[agency] += is_filled
    return {
        agency: part
        for agency in sorted(wanted)
        if (part := percentage(filled[agency], wanted[agency])) is not None
    }


def outside_school(
    schools: Sequence[School], start: datetime, end: datetime, calendar: WorkingCalendar
) -> bool:
    """Whether a meeting keeps clear of the day of every one of these schools, on its pupil days."""
    day: date = start.date()
    begins = start.hour * 60 + start.minute
    ends = begins + (end - start) // timedelta(minutes=1)
    spans = [_school_calendar(school, calendar).day_span(day) for school in schools]
    return all(span is None or ends <= span[0] or span[1] <= begins for span in spans)


def _school_calendar(school: School, calendar: WorkingCalendar) -> SchoolCalendar:
    days = school.day
    by_weekday = dict.fromkeys(WEEKDAYS[:5], days) if isinstance(days, DaySpan) else days
    return SchoolCalendar(
        {weekday: (span.start, span.end) for weekday, span in by_weekday.items()},
        [(term.start, term.end) for term in school.terms],
        school.closed,
        calendar,
    )
