"""When the next meeting of a series may be held and is due: section 3 of ``solver/RULES.md``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from solver.check.case import Case
from solver.check.days import Days, plus_days
from solver.check.reviews import event_day, statutory_review
from solver.check.series import Member, Series
from solver.policy.model import WindowRule
from solver.schema.caseload import Plan

TARGET_WORKING_DAYS: Final = 3
"""How long before the due date a meeting aims at, where the policy names no target."""


@dataclass(frozen=True, slots=True)
class Limits:
    """A window as one plan has it.

    Attributes
    ----------
    imposes : bool
        Whether the due date is on or before the plan's last day: else the plan needs no further meeting.
    """

    earliest: date
    target: date
    due: date
    imposes: bool


def next_window(case: Case, series: Series, previous: date | None) -> Limits | None:
    """Return the window of the meeting after ``previous``, the series' previous meeting in the calendar.

    Returns
    -------
    Limits or None
        Those of the plan with the earliest due date, of the plans that impose one; if none does, of all of them (a
        pinned meeting may still stand there). ``None`` if no plan has a date to count from, or none asks for another.
    """
    found = [plan_limits(case, member, previous) for member in series.members]
    limits = [one for one in found if one is not None]
    imposing = [one for one in limits if one.imposes]
    return min(
        imposing or limits, key=lambda one: one.due, default=None
    )  # on a tie, the first in caseload order


def plan_limits(case: Case, member: Member, previous: date | None) -> Limits | None:
    """Return what one plan asks of the meeting after ``previous``.

    Returns
    -------
    Limits or None
        ``None`` without a date to count from, and where neither the policy nor the plan asks for a later meeting.
    """
    start = previous or member.plan.events.last_meeting
    usual = _usual(case, member, start)
    if usual is None and start is None:
        return None
    everything = ([] if usual is None else [usual]) + [
        one for one in _around_events(case, member) if start is None or one.earliest > start
    ]
    limits = [one for one in everything if one.imposes] or everything
    if not limits:
        return None
    first_due = min(limits, key=lambda one: one.due)
    due, target = first_due.due, first_due.target
    for one in limits:
        if one is not usual:
            opening = _first_open_day(case.days, one.earliest, due)
            target = target if opening is None else max(target, opening)
    earliest = min(due, *(one.earliest for one in limits))
    return Limits(max(earliest, case.caseload.horizon.start), target, due, first_due.imposes)


def _usual(case: Case, member: Member, start: date | None) -> Limits | None:
    """Return what the first windows ask, or after a meeting on ``start`` the later ones and the intervals."""
    plan = member.plan
    if start is None:
        anchored = [
            (window, day)
            for window in member.rule.windows
            if window.applies == "first"
            and (day := anchor_of(case, plan, window)) is not None
            and _holds(window, day)
        ]
    else:
        anchored = [
            (window, start)
            for window in member.rule.windows
            if window.applies == "later" and _holds(window, start)
        ]
    instead = [one for one in anchored if not one[0].also]
    newest = max((one[0].effective_from or date.min for one in instead), default=None)
    used = next((one for one in instead if (one[0].effective_from or date.min) == newest), None)
    if used is None and anchored:
        used = anchored[0]
    own: tuple[str, ...] = ()
    if start is not None:
        interval = plan.every_at_most
        if used is None:
            if interval is None:
                return None
            window = WindowRule(applies="later", maximum=(interval,), sources=("plan",))
            used = (window, start)
        team = case.caseload.team.every_at_most.get(member.rule.kind)
        own = tuple(one for one in (interval, team) if one is not None)
    if used is None:
        return None
    found = [_window(case, member, *used, own)]
    found += [_window(case, member, *one) for one in anchored if one[0].also and one is not used]
    first_due = min(found, key=lambda one: one.due)
    earliest = min(max(one.earliest for one in found), first_due.due)
    return replace(first_due, earliest=earliest)


def _around_events(case: Case, member: Member) -> list[Limits]:
    """Return the windows around the plan's events, each with its opening as its earliest day."""
    return [
        _window(case, member, window, day)
        for window in member.rule.windows
        if window.applies == "event"
        and (day := anchor_of(case, member.plan, window)) is not None
        and _holds(window, day)
    ]


def _holds(window: WindowRule, day: date) -> bool:
    """Whether this version of a window counts from the day."""
    return (window.effective_from or date.min) <= day <= (window.effective_until or date.max)


def _first_open_day(days: Days, start: date, end: date) -> date | None:
    day = start
    while day <= end:
        if days.is_open(day):
            return day
        day = plus_days(day, 1)
    return None


def anchor_of(case: Case, plan: Plan, window: WindowRule) -> date | None:
    """Return the date of the first of a window's events that the plan has."""
    for event in window.anchor:
        day = next_review(case, plan) if event == "next_review" else event_day(plan, event)
        if day is not None:
            return day
    return None


def _window(
    case: Case, member: Member, window: WindowRule, anchor: date, own: tuple[str, ...] = ()
) -> Limits:
    """Count a window from a day; its earliest day is not yet that of the horizon."""
    days, counts_day = case.days, bool(window.count_day_zero)
    next_day = plus_days(anchor, 1)
    if window.direction == "before":
        # The event itself, or the minimum before it, is the deadline.
        due = (
            anchor
            if window.minimum is None
            else days.count(anchor, window.minimum, -1, counts_day=counts_day)
        )
        due = days.pull_back(due)
        earliest = max(days.count(anchor, maximum, -1, counts_day=counts_day) for maximum in window.maximum)
        floor = earliest
    else:
        limit = min(days.count(anchor, one, counts_day=counts_day) for one in (*window.maximum, *own))
        pulled = days.pull_back(limit)
        due = pulled if pulled > anchor else limit
        earliest = next_day
        if window.minimum is not None:
            earliest = days.count(anchor, window.minimum, counts_day=counts_day)
        floor = earliest if window.applies == "event" else next_day
    direction = -1 if window.direction == "before" else 1
    if window.target is None:
        wanted = days.plus_working_days(due, -TARGET_WORKING_DAYS)
    else:
        wanted = days.count(anchor, window.target, direction, counts_day=counts_day)
    target = min(max(days.pull_back(wanted), floor), due)
    return Limits(min(earliest, due), target, due, imposes=due <= member.last_day)


def slack_days(case: Case, day: date, due: date) -> int:
    """Count the working days after a meeting up to and including its due date; 0 if it is late."""
    return case.days.working_days(day, due)


def next_review(case: Case, plan: Plan) -> date | None:
    """Return the plan's next review on or after the horizon's start; ``None`` without one.

    The dates the plan gives come first, then the policy's statutory due date.
    """
    start = case.caseload.horizon.start
    given = [day for day in plan.events.reviews if day >= start]
    if plan.type == "child_in_need":
        return None
    if given:
        return min(given)
    due = statutory_review(case.days, case.policy, plan)
    return due if due is not None and due >= start else None
