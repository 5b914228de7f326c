"""When a plan's next statutory review is due, and the review as a meeting of its own: sections 2 and 3 of ``solver/RULES.md``."""

from __future__ import annotations

from datetime import date

from solver.check.days import Days
from solver.policy.model import MeetingRule, Policy, ReviewRule, WindowRule
from solver.schema.caseload import Plan


def event_day(plan: Plan, event: str) -> date | None:
    """Return the date that a plan gives for an event; one of the authority's own begins with ``other:``."""
    kind, _, name = event.partition(":")
    found: date | None = plan.events.other.get(name) if kind == "other" else getattr(plan.events, event)
    return found


def statutory_review(days: Days, policy: Policy, plan: Plan) -> date | None:
    """Return when the policy has the plan's next review; ``None`` without a date to count from."""
    for rule in policy.reviews:
        if rule.plan_type == plan.type:
            anchor, intervals = _count_from(days, rule, plan)
            return None if anchor is None else earliest(days, intervals, anchor)
    return None


def review_rule(days: Days, policy: Policy, plan: Plan, start: date) -> MeetingRule | None:
    """Return the rule of the review that a plan wants planned, with the window it is to be held in.

    There is none where the plan doesn't want it or has a review of its own from the horizon's start on, where the policy
    has no reviews of such plans, and without a date to count from.
    """
    if not plan.schedule_review or (plan.events.reviews and max(plan.events.reviews) >= start):
        return None
    for rule in policy.reviews:
        for meeting in policy.review_meetings:
            if rule.plan_type == plan.type and plan.type in meeting.plan_types:
                anchor, intervals = _count_from(days, rule, plan)
                if anchor is None:
                    return None
                since = rule.anchor if plan.events.last_review is None else "last_review"
                window = WindowRule(applies="first", anchor=(since,), maximum=intervals, sources=rule.sources)
                return meeting.model_copy(update={"windows": (window,), "once": True})
    return None


def seen_by_review(plan: Plan, start: date) -> Plan:
    """Return the plan with its reviews in the place of its meetings."""
    reviews = set(plan.events.reviews)
    if plan.events.last_review is not None:
        reviews.add(plan.events.last_review)
    events = plan.events.model_copy(
        update={"last_meeting": None, "held": sum(review < start for review in reviews)}
    )
    minutes = plan.minutes if plan.review_minutes is None else plan.review_minutes
    return plan.model_copy(update={"events": events, "minutes": minutes, "every_at_most": None})


def earliest(days: Days, intervals: tuple[str, ...], day: date) -> date:
    """Return the earliest end of the intervals from a day, pulled back."""
    return days.pull_back(min(days.count(day, interval) for interval in intervals))


def _count_from(days: Days, rule: ReviewRule, plan: Plan) -> tuple[date | None, tuple[str, ...]]:
    last, anchor = plan.events.last_review, event_day(plan, rule.anchor)
    if last is None:
        return anchor, rule.first
    was_first = anchor is not None and _was_first(days, rule, plan, anchor, last)
    return last, rule.second if was_first else rule.later


def _was_first(days: Days, rule: ReviewRule, plan: Plan, anchor: date, last: date) -> bool:
    """Whether the last review was the first of all, so that the limit to the second follows it, where there is one.

    The events do not number the reviews. It was the first if none before it is listed and it was held nearer to the day
    on which the first was due than to the day on which the second would have been.
    """
    if not rule.second or any(review < last for review in plan.events.reviews):
        return False
    first_due = earliest(days, rule.first, anchor)
    second_due = earliest(days, rule.second, first_due)
    return (last - first_due).days < (second_due - last).days
