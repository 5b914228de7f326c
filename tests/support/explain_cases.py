"""Calendars to be explained, and ways to see whether what is said of them is true of the compiled problem and of the checker."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

import any_caseload
from builder import settle
from solver_cases import read

from solver.check import check_calendar
from solver.derive.marks import mark_meetings
from solver.derive.rota import assign_roles
from solver.engine.state import fixed_commits
from solver.explain.explainer import Explainer
from solver.explain.trying import Tried
from solver.plan import plan
from solver.replan.focus import Focused, place_of
from solver.schema.calendar import Calendar, Meeting
from solver.schema.caseload import Caseload
from solver.schema.faults import CaseloadError

Json = dict[str, Any]


@cache
def some_explainer(seed: int) -> Explainer:
    """A planned caseload of ``any_caseload``; the same for a seed."""
    try:
        caseload, policy = read(any_caseload.any_caseload(random.Random(seed)))
    except CaseloadError:
        return some_explainer(seed + 10_000)
    return Explainer(caseload, policy, plan(caseload, policy, deterministic=2))


def explained(data: Json, rounds: int = 20) -> Explainer:
    """Read, plan, and be ready to explain."""
    caseload, policy = read(data)
    return Explainer(caseload, policy, plan(caseload, policy, deterministic=rounds))


def chains(explainer: Explainer) -> Iterator[tuple[str, list[Meeting]]]:
    """The series that hold anything."""
    for name, chain in explainer.focus.meetings.items():
        if chain:
            yield name, chain


def possible(
    explainer: Explainer, focused: Focused, like: Meeting, k: int, begin: date, end: date
) -> set[tuple[datetime, str]]:
    """Every day, start on the grid and venue at which the compiled problem can hold a meeting, asked one by one."""
    problem, commits = focused.problem, fixed_commits(focused.problem)
    s = focused.index(like.series)
    grid = explainer.case.grid
    pinned = {d for one, d in problem.pinned if one == s}
    found = set()
    for d, day in enumerate(problem.days):
        if not begin <= day <= end or d in pinned:
            continue
        for slot in range(grid.slots):
            start = datetime.combine(day, time()) + timedelta(minutes=grid.start + slot * grid.minutes)
            for venue in problem.venues:
                meeting = like.model_copy(update={"start": start, "end": start, "venue": venue})
                if place_of(problem, commits, s, k, meeting) is not None:
                    found.add((start, venue))
    return found


def as_calendar(explainer: Explainer, tried: Tried) -> tuple[Caseload, Calendar]:
    """The whole calendar with what was tried put into effect, and the caseload as it would then be: the calendar is booked."""
    change, booked = tried.supposition.change, explainer.focus.caseload
    caseload = booked if change is None else change(booked)
    series = {one.id for one in tried.focused.problem.series}
    rest = [one for one in explainer.calendar.meetings if one.series not in series]
    meetings = (*rest, *tried.decoded.meetings)
    roles = assign_roles(caseload, explainer.policy, meetings)
    return caseload, settle(caseload, explainer.policy, mark_meetings(caseload, roles))


def passes(explainer: Explainer, tried: Tried, holds: Callable[[Meeting], bool]) -> bool:
    """Whether the checker agrees with a remedy: no rule is broken that wasn't, and the meeting is as it was wanted."""
    caseload, calendar = as_calendar(explainer, tried)
    before = check_calendar(explainer.caseload, explainer.policy, explainer.calendar)
    excused = {(one.rule, *one.meetings) for one in before.reported}
    broken = [
        one
        for one in check_calendar(caseload, explainer.policy, calendar).violations
        if (one.rule, *one.meetings) not in excused
    ]
    meeting = next(
        one
        for one in calendar.meetings
        if one.series == tried.decoded.meetings[0].series or one.start == tried.remedy.start
        if (one.start, one.venue) == (tried.remedy.start, tried.remedy.venue)
    )
    assert not broken, broken
    return holds(meeting)
