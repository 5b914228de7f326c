"""Windows around an event, in which one of the meetings is held: section 3 of ``solver/RULES.md``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from calendars.workdays import WorkingCalendar
from solver.policy.clause import NEXT_REVIEW
from solver.policy.counting import in_force
from solver.policy.model import MeetingRule, Policy
from solver.policy.windows import Limits, event_date, review_due, window_limits
from solver.schema.caseload import Plan


def next_review(plan: Plan, policy: Policy, horizon_start: date, cal: WorkingCalendar) -> date | None:
    """Return the plan's next review: the first that it lists from the horizon on, else when one is due by then.

    Returns
    -------
    date or None
        ``None`` for child in need plans, and where nothing says when a review is.
    """
    if plan.type == "child_in_need":
        return None
    given = [day for day in plan.events.reviews if day >= horizon_start]
    due = min(given) if given else review_due(plan, policy, cal)
    return None if due is None or due < horizon_start else due


def event_limits(
    plan: Plan, rule: MeetingRule, policy: Policy, horizon_start: date, cal: WorkingCalendar
) -> tuple[Limits, ...]:
    """Compute the event windows that apply to a plan, in the rule's order; their ``earliest`` is when they open."""
    found = []
    for window in rule.windows:
        if window.applies == "event":
            dates = (
                next_review(plan, policy, horizon_start, cal)
                if event == NEXT_REVIEW
                else event_date(plan, event)
                for event in window.anchor
            )
            day = next((day for day in dates if day is not None), None)
            if day is not None and in_force(window, day):
                found.append(window_limits(window, day, plan, cal))
    return tuple(found)


def next_of(
    ordinary: Limits | None,
    events: Iterable[Limits],
    since: date | None,
    cal: WorkingCalendar,
    *,
    last_day: date | None,
) -> Limits | None:
    """Return the limits of a plan's next meeting.

    Parameters
    ----------
    ordinary : Limits or None
        By the first or the later windows.
    events : iterable of Limits
        Of the event windows that apply to the plan.
    since : date or None
        The meeting before, which has met every window that was open by then.
    cal : WorkingCalendar
    last_day : date or None
        Limits due after this day ask for nothing; ``None``: all count.

    Returns
    -------
    Limits or None
        ``None`` where nothing asks for a meeting.
    """
    open_events = [one for one in events if since is None or since < one.earliest]
    if last_day is not None:
        ordinary = None if ordinary is None or ordinary.due > last_day else ordinary
        open_events = [one for one in open_events if one.due <= last_day]
    if not open_events:
        return ordinary
    limits = open_events if ordinary is None else [ordinary, *open_events]
    binding = min(limits, key=lambda one: one.due)
    return replace(
        binding,
        earliest=min(binding.due, *(one.earliest for one in limits)),
        target=_serving(open_events, binding, cal),
    )


def _serving(events: Sequence[Limits], binding: Limits, cal: WorkingCalendar) -> date:
    """Move a target on into the windows that open before the due date, so that one meeting meets them all."""
    target = binding.target
    for event in events:
        day = event.earliest
        while day <= binding.due and not cal.is_open_day(day):
            day += timedelta(days=1)
        if day <= binding.due:
            target = max(target, day)
    return target


def days_kept_free(plan: Plan, rule: MeetingRule) -> frozenset[date]:
    """Return the days on which no meeting is held because of the plan's reviews."""
    clause = rule.not_on_review_day
    if clause is None:
        return frozenset()
    return frozenset(
        review + timedelta(days=shift)
        for review in plan.events.reviews
        for shift in range(-clause.days_before, clause.days_after + 1)
    )
