"""Stretches of time: each ends after it starts, hours of a day don't overlap, travel takes some minutes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from solver.schema.base import DateRange, Hours, Span, format_clock
from solver.schema.caseload import DaySpan, TimeWindow
from solver.schema.faults import Path
from solver.schema.validation.case import Case

LONGEST_TRAVEL = 480


def check_hours(case: Case) -> None:
    """Weekly hours of people and venues."""
    for collection in ("people", "venues"):
        for place, item in enumerate(getattr(case.caseload, collection)):
            if item.hours is not None:
                _hours(case, (collection, place, "hours"), item.hours)
            for at, busy in enumerate(item.busy):
                _busy(case, (collection, place, "busy", at), busy)


def check_school_days(case: Case) -> None:
    """Terms and the times of a school's day."""
    for place, school in enumerate(case.caseload.schools):
        path: Path = ("schools", place)
        for at, term in enumerate(school.terms):
            _dates(case, (*path, "terms", at), term)
        if isinstance(school.day, DaySpan):
            _clock(case, (*path, "day"), school.day)
            continue
        for weekday, day in school.day.items():
            _clock(case, (*path, "day", weekday), day)


def check_wishes(case: Case) -> None:
    """The times a family wants or can't manage, and who comes from when until when."""
    for place, plan in enumerate(case.caseload.plans):
        for wish in ("prefer", "never"):
            for at, window in enumerate(getattr(plan.times, wish)):
                path: Path = ("plans", place, "times", wish, at)
                _clock(case, path, window)
                if not window.days:
                    remedy = "Name the weekdays, or leave the field out for Monday to Friday."
                    case.report((*path, "days"), "This is on no weekday.", remedy)
        for at, part in enumerate(plan.participants):
            if part.from_ is not None and part.until is not None and part.until < part.from_:
                path = ("plans", place, "participants", at)
                _backwards(case, path, "until", "from", part.from_)


def check_travel(case: Case) -> None:
    """Minutes between sites."""
    for site, others in case.caseload.travel.items():
        for other, minutes in others.items():
            if not 0 <= minutes <= LONGEST_TRAVEL:
                problem = f"Travel takes from 0 to {LONGEST_TRAVEL} minutes."
                case.report(("travel", site, other), problem, "Give the minutes from one site to the other.")


def _hours(case: Case, path: Path, hours: Hours) -> None:
    for weekday, spans in hours.items():
        for at, (start, end) in enumerate(spans):
            here: Path = (*path, weekday, at)
            if end <= start:
                problem = f"These hours end at {format_clock(end)}, no later than they start."
                case.report(here, problem, "Give the start and then the end, on one day.")
                continue
            for first, last in _before(spans, at):
                if start < last and first < end:
                    problem = f"These hours overlap those from {format_clock(first)} to {format_clock(last)}."
                    case.report(here, problem, "Join the two, or correct one.")


def _before(spans: tuple[tuple[int, int], ...], at: int) -> Iterator[tuple[int, int]]:
    return ((start, end) for start, end in spans[:at] if start < end)


def _busy(case: Case, path: Path, busy: Span) -> None:
    if busy.end <= busy.start:
        _backwards(case, path, "end", "start", f"{busy.start:%Y-%m-%dT%H:%M}")


def _dates(case: Case, path: Path, dates: DateRange) -> None:
    if dates.end < dates.start:
        _backwards(case, path, "end", "start", dates.start)


def _clock(case: Case, path: Path, span: DaySpan | TimeWindow) -> None:
    if span.end <= span.start:
        _backwards(case, path, "end", "start", format_clock(span.start))


def _backwards(case: Case, path: Path, end: str, start: str, since: date | str) -> None:
    # Dates are inclusive, so one may end on the day it starts; a time may not.
    relation = "is before" if isinstance(since, date) else "is not after"
    problem = f'"{end}" {relation} "{start}", {since}.'
    case.report((*path, end), problem, "Correct one of the two.", depends=[(*path, start)])
