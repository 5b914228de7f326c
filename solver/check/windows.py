"""When the next meeting of a series may be held and is due: section 3 of ``solver/RULES.md``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from solver.check.case import Case
from solver.check.days import Days, plus_days
from solver.check.series import Member, Series
from solver.policy.model import EventName, ReviewRule, WindowRule
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
    plan = member.plan
    start = previous or plan.events.last_meeting
    if start is not None:
        own = () if plan.every_at_most is None else (plan.every_at_most,)
        for window in member.rule.windows:
            if window.applies == "later":
                return _after(case, member, window, start, own)
        if own:
            return _after(
                case, member, WindowRule(applies="later", maximum=own, sources=("plan",)), start, ()
            )
        return None
    for window in member.rule.windows:
        anchor = first_of(plan, window.anchor)
        if window.applies == "first" and anchor is not None:
            count = _before if window.direction == "before" else _after
            return count(case, member, window, anchor, ())
    return None


def first_of(plan: Plan, events: tuple[EventName, ...]) -> date | None:
    """Return the first of the events that the plan has."""
    dates: list[date | None] = [getattr(plan.events, event) for event in events]
    return next((day for day in dates if day is not None), None)


def _after(case: Case, member: Member, window: WindowRule, anchor: date, own: tuple[str, ...]) -> Limits:
    """Count forwards: the anchor is day 0."""
    days = case.days
    limit = min(days.count(anchor, maximum) for maximum in (*window.maximum, *own))
    pulled = days.pull_back(limit)
    due = pulled if pulled > anchor else limit
    earliest = plus_days(anchor, 1) if window.minimum is None else days.count(anchor, window.minimum)
    wanted = None if window.target is None else days.count(anchor, window.target)
    return _limits(case, member, earliest, _target(days, wanted, due), plus_days(anchor, 1), due)


def _before(case: Case, member: Member, window: WindowRule, anchor: date, own: tuple[str, ...]) -> Limits:
    """Count backwards: the event itself, or the minimum before it, is the deadline."""
    days = case.days
    due = days.pull_back(anchor if window.minimum is None else days.count(anchor, window.minimum, -1))
    earliest = max(days.count(anchor, maximum, -1) for maximum in (*window.maximum, *own))
    wanted = None if window.target is None else days.count(anchor, window.target, -1)
    return _limits(case, member, earliest, _target(days, wanted, due), earliest, due)


def _target(days: Days, wanted: date | None, due: date) -> date:
    return days.pull_back(days.plus_working_days(due, -TARGET_WORKING_DAYS) if wanted is None else wanted)


def _limits(case: Case, member: Member, earliest: date, target: date, floor: date, due: date) -> Limits:
    return Limits(
        earliest=max(min(earliest, due), case.caseload.horizon.start),
        target=min(max(target, floor), due),
        due=due,
        imposes=due <= member.last_day,
    )


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
    due = _statutory_review(case, plan)
    return due if due is not None and due >= start else None


def _statutory_review(case: Case, plan: Plan) -> date | None:
    rule = next((rule for rule in case.policy.reviews if rule.plan_type == plan.type), None)
    if rule is None:
        return None
    last = plan.events.last_review
    anchor = first_of(plan, (rule.anchor,))
    if last is None:
        return None if anchor is None else _earliest(case, rule.first, anchor)
    was_first = anchor is not None and _was_first(case, rule, plan, anchor, last)
    return _earliest(case, rule.second if was_first else rule.later, last)


def _was_first(case: Case, rule: ReviewRule, plan: Plan, anchor: date, last: date) -> bool:
    """Whether the last review was the first of all, so that the limit to the second follows it, where there is one.

    The events do not number the reviews. It was the first if none before it is listed and it was held nearer to the day
    on which the first was due than to the day on which the second would have been.
    """
    if not rule.second or any(review < last for review in plan.events.reviews):
        return False
    first_due = _earliest(case, rule.first, anchor)
    second_due = _earliest(case, rule.second, first_due)
    return (last - first_due).days < (second_due - last).days


def _earliest(case: Case, intervals: tuple[str, ...], day: date) -> date:
    return case.days.pull_back(min(case.days.count(day, interval) for interval in intervals))
