"""Worked dates of a policy, from the same windows that a calendar is planned by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from calendars.intervals import parse_interval
from calendars.workdays import WorkingCalendar
from solver.policy.clause import OTHER_EVENT
from solver.policy.counting import count_after, in_force
from solver.policy.model import MeetingRule, Policy, ReviewRule, WindowRule
from solver.policy.windows import Limits, review_due, window_limits
from solver.policy.words import day_words, event_is, interval_words, listed_words, lower_first
from solver.schema.base import PlanType
from solver.schema.caseload import Child, Events, Plan

_LONGEST_WAIT: Final = 370
"""Days from today within which each of the sample days comes."""


@dataclass(frozen=True)
class Example:
    """One worked date.

    Attributes
    ----------
    counted_from : date
        Day 0: of the event, or of the previous meeting.
    limits : Limits or None
        The window; ``None`` for a review, which has a due date alone.
    due : date
    text : str
        The whole in a sentence.
    """

    counted_from: date
    limits: Limits | None
    due: date
    text: str


def policy_calendar(policy: Policy) -> WorkingCalendar:
    """Build the working days of the first nation that the policy is for, without anybody's closures."""
    changes = policy.working_days
    return WorkingCalendar(
        policy.nations[0] if policy.nations else "ENG",
        add=changes.add if changes else (),
        remove=changes.remove if changes else (),
    )


def sample_days(today: date, cal: WorkingCalendar) -> tuple[date, ...]:
    """Choose the days to work from: the next working day, one before Christmas, one before Easter."""
    coming = [today + timedelta(days=number) for number in range(_LONGEST_WAIT)]
    ordinary = next(day for day in coming if cal.is_open_day(day))
    christmas = cal.pull_back(next(day for day in coming if (day.month, day.day) == (12, 22)))
    easter = next((day for day in coming if _good_friday(day + timedelta(days=3), cal)), ordinary)
    return tuple(sorted({ordinary, max(christmas, ordinary), easter}))


def _good_friday(day: date, cal: WorkingCalendar) -> bool:
    """Whether it is Good Friday: the one bank holiday on a Friday between 20 March and 23 April."""
    in_season = date(day.year, 3, 20) <= day <= date(day.year, 4, 23)
    return in_season and day.weekday() == 4 and cal.is_bank_holiday(day)


def window_examples(
    rule: MeetingRule, window: WindowRule, days: Sequence[date], cal: WorkingCalendar
) -> list[Example]:
    """Work out one window of a meeting by itself from each of some days, or from one on which it is in force."""
    counted = [day for day in days if in_force(window, day)] or [_day_in_force(window, cal)]
    return [_window_example(rule, window, day, cal) for day in counted]


def _day_in_force(window: WindowRule, cal: WorkingCalendar) -> date:
    """Find a working day that a version of a window counts from; its first or last day where it has none."""
    start, end = window.effective_from, window.effective_until
    if start is not None:
        coming = (start + timedelta(days=number) for number in range(_LONGEST_WAIT))
        first = next(day for day in coming if cal.is_open_day(day))
        return first if end is None or first <= end else start
    assert end is not None, "a window without dates is always in force"
    return cal.pull_back(end)


def _window_example(rule: MeetingRule, window: WindowRule, day: date, cal: WorkingCalendar) -> Example:
    name = lower_first(rule.name)
    limits = window_limits(window, day, _plan(rule.plan_types[0], {}), cal)
    if window.applies == "later":
        text = f"If a {name} is held on {day_words(day)}, the next is due by {day_words(limits.due)}"
    else:
        which = f"the first {name}" if window.applies == "first" else f"one {name}"
        text = f"If {event_is(window.anchor[0])} {day_words(day)}, {which} is due by {day_words(limits.due)}"
    notes = [] if window.direction == "before" else _notes(window, day, limits.due, cal)
    if window.direction == "before" or window.minimum:
        notes.append(f"and held on {day_words(limits.earliest)} at the earliest")
    if window.target:
        notes.append(f"the aim is {day_words(limits.target)}")
    return Example(day, limits, limits.due, f"{text}{_bracketed(notes)}.")


def review_examples(
    review: ReviewRule, policy: Policy, days: Sequence[date], cal: WorkingCalendar
) -> list[Example]:
    """Work out the first review of a plan from each of some days."""
    found = []
    counted = WindowRule(
        applies="first", anchor=(review.anchor,), maximum=review.first, sources=review.sources
    )
    for day in days:
        due = review_due(_plan(review.plan_type, _events(review.anchor, day)), policy, cal)
        if due is not None:
            text = f"If {event_is(review.anchor)} {day_words(day)}, the first is due by {day_words(due)}"
            found.append(Example(day, None, due, f"{text}{_bracketed(_notes(counted, day, due, cal))}."))
    return found


def _events(event: str, day: date) -> dict[str, object]:
    if event.startswith(OTHER_EVENT):
        return {"other": {event.removeprefix(OTHER_EVENT): day}}
    return {event: day}


def _plan(plan_type: PlanType, events: dict[str, object]) -> Plan:
    return Plan(
        id="example",
        type=plan_type,
        children=(Child(id="child", initials="-", date_of_birth=date(2020, 1, 1)),),
        events=Events.model_validate(events),
    )


def _notes(window: WindowRule, day: date, due: date, cal: WorkingCalendar) -> list[str]:
    """Say what a wall calendar doesn't: which limit counts, what is left out, what moved back."""
    ends = {text: count_after(text, day, cal, day_zero=window.count_day_zero) for text in window.maximum}
    limit = min(ends.values())
    notes = []
    if len(ends) > 1:
        each = [f"{interval_words(text)} is {day_words(end)}" for text, end in ends.items()]
        notes.append(f"{listed_words(each)}: the earlier counts")
    binding = [parse_interval(text) for text, end in ends.items() if end == limit]
    if any(interval.unit == "working days" for interval in binding):
        span = [day + timedelta(days=number) for number in range(1, (limit - day).days + 1)]
        left_out = [each for each in span if each.weekday() < 5 and not cal.is_working_day(each)]
        if left_out:
            dates = listed_words([f"{each.day} {each:%b}" for each in left_out])
            plural = len(left_out) > 1
            notes.append(
                f"bank holiday{'s' if plural else ''} {dates} {'are' if plural else 'is'} not counted"
            )
    if due < limit:
        notes.append(f"{day_words(limit)} is not a working day")
    return notes


def _bracketed(notes: Sequence[str]) -> str:
    return f" ({'; '.join(notes)})" if notes else ""
