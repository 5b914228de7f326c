"""Statutory reviews that are planned with everything else: section 2 of ``solver/RULES.md``."""

from __future__ import annotations

from datetime import date

from calendars.workdays import WorkingCalendar
from solver.policy.model import MeetingRule, Policy, WindowRule
from solver.policy.windows import event_date, review_limits
from solver.schema.caseload import Plan


def review_rule(plan: Plan, policy: Policy, horizon_start: date, cal: WorkingCalendar) -> MeetingRule | None:
    """Return the rule of a plan's next review, with the window it falls in.

    Returns
    -------
    MeetingRule or None
        ``None`` where the plan doesn't ask for it, has a review with a date of its own from the horizon's start on, or has no
        date to count from, and where the policy has no reviews of such plans.
    """
    if not plan.schedule_review or any(day >= horizon_start for day in plan.events.reviews):
        return None
    review = next((one for one in policy.reviews if one.plan_type == plan.type), None)
    rule = next((one for one in policy.review_meetings if plan.type in one.plan_types), None)
    if review is None or rule is None:
        return None
    held = plan.events.last_review is not None
    anchor = "last_review" if held else review.anchor
    if event_date(plan, anchor) is None:
        return None
    window = WindowRule(
        applies="first",
        anchor=(anchor,),
        maximum=review_limits(review, plan, cal),
        sources=review.sources,
    )
    return rule.model_copy(update={"windows": (window,), "once": True})


def as_reviewed(plan: Plan, horizon_start: date) -> Plan:
    """Return a plan as its review sees it: it counts reviews instead of meetings, and brings no interval."""
    events = plan.events
    past = {day for day in (*events.reviews, events.last_review) if day is not None and day < horizon_start}
    return plan.model_copy(
        update={
            "events": events.model_copy(update={"last_meeting": None, "held": len(past)}),
            "minutes": plan.review_minutes or plan.minutes,
            "every_at_most": None,
        }
    )
