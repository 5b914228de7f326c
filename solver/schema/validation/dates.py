"""Dates outside reason: the century, the years after the horizon, and what has happened but lies ahead."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from typing import Any

from solver.schema.base import Model
from solver.schema.caseload import Child, Events
from solver.schema.faults import Path
from solver.schema.validation.case import Case
from solver.schema.validation.setting import FIRST_DAY

YEARS_AHEAD = 5
OLDEST_CHILD = 26
"""Years: care leavers are supported until 25."""
_HAPPENED = (
    "initial_conference",
    "strategy_discussion",
    "plan_start",
    "last_meeting",
    "became_looked_after",
    "last_review",
    "inquorate",
)
_ELSEWHERE = ("horizon", "booked")
"""Parts with limits of their own."""


def check_dates(case: Case) -> None:
    """From 1990 until five years after the horizon; of what has happened, until the end of the horizon.

    An initial conference within the horizon is allowed, as is any other event that meetings are counted from:
    the caseload may know of one that is already fixed.
    """
    end = case.caseload.horizon.end
    last = _years_after(end, YEARS_AHEAD)
    for path, day, happened in _dates(case.caseload, ()):
        if day < FIRST_DAY:
            case.report(path, f"This date is before {FIRST_DAY.year}.", "Correct the year.")
        elif day > last:
            problem = f"This date is more than {YEARS_AHEAD} years after the horizon."
            remedy = "Correct the year; leave the field out where there is no such date yet."
            case.report(path, problem, remedy, depends=[("horizon",)])
        elif happened and day > end:
            problem = f"This lies ahead: it is after the horizon's end, {end}."
            remedy = "Correct the date; leave the field out where it hasn't happened."
            case.report(path, problem, remedy, depends=[("horizon",)])


def check_births(case: Case) -> None:
    """A child is at most 26; one who is to be born within the horizon has the expected date of birth."""
    horizon = case.caseload.horizon
    oldest = _years_after(horizon.start, -OLDEST_CHILD)
    for place, plan in enumerate(case.caseload.plans):
        for at, child in enumerate(plan.children):
            path: Path = ("plans", place, "children", at, "date_of_birth")
            if child.date_of_birth > horizon.end:
                problem = f"This date of birth lies ahead: it is after the horizon's end, {horizon.end}."
                remedy = "Correct the date; for an unborn child give the expected date."
                case.report(path, problem, remedy, depends=[("horizon",)])
            elif child.date_of_birth < oldest:
                problem = f"This child is more than {OLDEST_CHILD} years old."
                case.report(path, problem, "Correct the date of birth.", depends=[("horizon",)])


def _dates(value: Any, path: Path) -> Iterator[tuple[Path, date, bool]]:
    """Give every date of the caseload that has no check of its own, with whether it should have happened."""
    if isinstance(value, Model):
        for name, key in _fields(type(value)):
            inner = getattr(value, name)
            if isinstance(inner, date) and not isinstance(value, Child):
                day = inner.date() if isinstance(inner, datetime) else inner
                yield (*path, key), day, isinstance(value, Events) and name in _HAPPENED
            elif isinstance(inner, dict):
                yield from (
                    ((*path, key, name), day, False) for name, day in inner.items() if type(day) is date
                )
            elif isinstance(inner, Model | tuple) and (path or key not in _ELSEWHERE):
                yield from _dates(inner, (*path, key))
    elif isinstance(value, tuple):
        for at, item in enumerate(value):
            if isinstance(item, date):
                yield (*path, at), item, False
            elif isinstance(item, Model | tuple):
                yield from _dates(item, (*path, at))


@cache
def _fields(model: type[Model]) -> tuple[tuple[str, str], ...]:
    """Names of a model's fields, and their keys in the document."""
    return tuple((name, field.alias or name) for name, field in model.model_fields.items())


def _years_after(day: date, years: int) -> date:
    year = min(max(day.year + years, date.min.year), date.max.year)
    return day.replace(year=year, day=28 if (day.month, day.day) == (2, 29) else day.day)
