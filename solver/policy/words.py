"""The clauses of a policy in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from calendars.intervals import parse_interval
from solver.policy.clause import NEXT_REVIEW, OTHER_EVENT
from solver.policy.meeting_clauses import (
    ChairClause,
    ChildClause,
    ManagerClause,
    ReviewDayClause,
    SchoolHoursClause,
    SlotClause,
    VenueClause,
)
from solver.policy.model import ReviewRule, WindowRule
from solver.schema.base import Level, PlanType, Role, VenueKind

ROLE_WORDS: Final[dict[Role, str]] = {
    "child": "child",
    "parent": "parent",
    "carer": "carer",
    "family": "wider family",
    "advocate": "advocate",
    "interpreter": "interpreter",
    "social_worker": "social worker",
    "team_manager": "team manager",
    "senior_practitioner": "senior practitioner",
    "business_support": "business support",
    "conference_chair": "conference chair",
    "iro": "independent reviewing officer",
    "school": "school",
    "early_years": "early years setting",
    "health_visitor": "health visitor",
    "school_nurse": "school nurse",
    "midwife": "midwife",
    "police": "police",
    "family_support": "family support worker",
    "therapist": "therapist",
    "mental_health": "mental health worker",
    "housing": "housing",
    "probation": "probation",
    "receiving_worker": "receiving worker",
    "other": "anybody else",
}
PLAN_TYPE_WORDS: Final[dict[PlanType, str]] = {
    "child_protection": "child protection plans",
    "child_in_need": "child in need plans",
    "looked_after": "looked-after children's care plans",
}
LEVEL_WORDS: Final[dict[Level, str]] = {
    "essential": "Essential: the meeting is not held without them",
    "expected": "Expected: they come or a deputy does; a report or an absence is an exception",
    "invited": "Invited: they come if they can",
}
_EVENT_WORDS: Final[dict[str, str]] = {
    "initial_conference": "the initial child protection conference",
    "strategy_discussion": "the strategy discussion",
    "assessment_due": "the day the assessment is due",
    "plan_start": "the start of the plan",
    "became_looked_after": "the day the child came into care",
    "last_review": "the last review",
    "birth": "the birth of the child",
    "inquorate": "a meeting that was cancelled or had no quorum",
    NEXT_REVIEW: "the next review",
}
_EVENT_IS: Final[dict[str, str]] = {
    "initial_conference": "the conference is on",
    "strategy_discussion": "the strategy discussion is on",
    "assessment_due": "the assessment is due on",
    "plan_start": "the plan starts on",
    "became_looked_after": "the child comes into care on",
    "last_review": "the last review was on",
    "birth": "the child is born on",
    "inquorate": "a meeting is cancelled or has no quorum on",
    NEXT_REVIEW: "the next review is on",
}
_VENUE_WORDS: Final[dict[VenueKind, str]] = {
    "office": "office",
    "school": "school",
    "nursery": "nursery",
    "community": "community venue",
    "family_home": "family home",
    "placement": "placement",
    "virtual": "virtual",
}
STATUS_WORDS: Final = {
    "enforced": "Always so",
    "scored": "As far as possible",
    "derived_task": "As a task",
    "reported": "Reported",
    "out_of_scope": "Not in Convene",
}


def day_words(day: date) -> str:
    """Write a date, such as ``Tue 22 Dec 2026``."""
    return f"{day:%a} {day.day} {day:%b %Y}"


def listed_words(words: Sequence[str], last: str = "and") -> str:
    """Join words with commas, and the last with "and"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def lower_first(text: str) -> str:
    """Write a name as it stands within a sentence."""
    return text[:1].lower() + text[1:]


def event_words(event: str) -> str:
    """Name an event within a sentence; one of the authority's own by the name it gave."""
    return _EVENT_WORDS.get(event) or f"the {_own_name(event)}"


def event_is(event: str) -> str:
    """Begin a sentence that gives the date of an event."""
    return _EVENT_IS.get(event) or f"the {_own_name(event)} is on"


def _own_name(event: str) -> str:
    return event.removeprefix(OTHER_EVENT).replace("_", " ")


def interval_words(text: str) -> str:
    """Write an interval, with the weeks that a number of days makes."""
    interval = parse_interval(text)
    if interval.unit == "days" and interval.amount >= 14 and interval.amount % 7 == 0:
        return f"{interval} ({interval.amount // 7} weeks)"
    return str(interval)


def limits_words(limits: Sequence[str], binds: str = "earlier") -> str:
    """Write limits that all hold."""
    words = [interval_words(limit) for limit in limits]
    return words[0] if len(words) == 1 else f"{listed_words(words, 'or')}, whichever is {binds},"


def window_words(window: WindowRule, name: str, *, fallback: bool = False) -> str:
    """Say when a meeting falls due.

    Parameters
    ----------
    window : WindowRule
    name : str
        Of the meeting, as within a sentence.
    fallback : bool
        Whether it is for plans that don't have what an earlier window counts from.
    """
    events = listed_words([event_words(event) for event in window.anchor], "or else") if window.anchor else ""
    opening = f"Without that date, the first {name}" if fallback else f"The first {name}"
    if window.applies == "later":
        opening, events = "Every later one", "the one before it that was held"
    elif window.applies == "event":
        opening = f"One {name}, whichever it is,"
    if window.direction == "before":
        closes = f"{interval_words(window.minimum)} before" if window.minimum else "on or before"
        text = f"{opening} is {closes} {events}, at most {limits_words(window.maximum, 'later')} before it"
    else:
        text = f"{opening} is within {limits_words(window.maximum)} of {events}"
        text += f", and not within {interval_words(window.minimum)} of it" if window.minimum else ""
    if window.target:
        text += f"; the aim is {interval_words(window.target)}"
    notes = [
        *(["this holds beside the other limits, and the earliest counts"] if window.also else []),
        *(["the day counted from is day 1"] if window.count_day_zero else []),
        *_versions(window.effective_from, window.effective_until),
    ]
    return f"{text} ({'; '.join(notes)})." if notes else f"{text}."


def _versions(start: date | None, end: date | None) -> list[str]:
    """Say which days a version of a window counts from."""
    since = "" if start is None else f" from {day_words(start)}"
    until = "" if end is None else f" until {day_words(end)}"
    return [f"counted from days{since}{until}"] if since or until else []


def review_day_words(clause: ReviewDayClause) -> str:
    """Say how near to a review no meeting is held."""
    near = [
        f"the {clause_days} days {side}" if clause_days > 1 else f"the day {side}"
        for clause_days, side in ((clause.days_before, "before it"), (clause.days_after, "after it"))
        if clause_days
    ]
    text = "Never on the day of the plan's review"
    return f"{text}, nor on {listed_words(near, 'or')}." if near else f"{text}."


def review_words(review: ReviewRule) -> str:
    """Say when a plan's reviews fall due."""
    text = f"The first within {limits_words(review.first)} of {event_words(review.anchor)}"
    if review.second:
        text += f"; the second within {limits_words(review.second)} of the first"
    return f"{text}; every later one within {limits_words(review.later)} of the one before."


def manager_words(clause: ManagerClause) -> str:
    """Say when the team manager comes."""
    when = "at the first meeting, and at every meeting" if clause.at == "first" else "at every meeting"
    return f"{clause.level.capitalize()} {when} of a plan that is marked complex."


def venue_words(clause: VenueClause) -> str:
    """Say where the meeting may be. Privacy is a rule for every meeting."""
    text = "Somewhere private, with what the plan's family needs, and nowhere that they refused."
    if clause.kinds:
        text += f" Kinds of place: {listed_words([_VENUE_WORDS[kind] for kind in clause.kinds], 'or')}."
    if clause.features:
        text += f" It must have: {listed_words([feature.replace('_', ' ') for feature in clause.features])}."
    return text


def chair_words(clauses: Sequence[ChairClause]) -> str:
    """Say who chairs and who takes the minutes."""
    return " ".join(f"{_AT_WORDS[clause.at]}{_runs_words(clause)}" for clause in clauses)


_AT_WORDS: Final = {
    "always": "",
    "first": "At the first meeting: ",
    "later": "At later meetings: ",
    "complex": "At meetings of a plan that is marked complex: ",
}


def _runs_words(clause: ChairClause) -> str:
    chair, minutes = _who_words(clause.chair_roles), _who_words(clause.minutes_roles)
    if not chair and not minutes:
        text = "The professionals take turns to chair and to take the minutes."
    elif chair == minutes:
        text = f"{chair} chairs and takes the minutes."
    elif not minutes:
        text = f"{chair} chairs; the professionals take turns to take the minutes."
    elif not chair:
        text = f"{minutes} takes the minutes; the professionals take turns to chair."
    else:
        text = f"{chair} chairs; {lower_first(minutes)} takes the minutes."
    if clause.differ:
        text += " One person chairs and another takes the minutes."
    if clause.family_may_chair:
        text += " A family member may chair."
    return text


def _who_words(roles: Sequence[Role]) -> str:
    return f"The {', or else the '.join(ROLE_WORDS[role] for role in roles)}" if roles else ""


def slot_words(clause: SlotClause) -> str:
    """Say which of several roles has to come."""
    number = {1: "One of them comes", 2: "Two of them come", 3: "Three of them come"}
    comes = number.get(clause.count, f"{clause.count} of them come")
    return f"{listed_words([ROLE_WORDS[role] for role in clause.roles], 'or')}: {lower_first(comes)}, or a deputy does."


def child_words(clause: ChildClause) -> str:
    """Say from which age a child is asked, and who comes instead."""
    told = []
    if clause.from_age is not None:
        told.append(
            f"A child who may come is asked from the age of {clause.from_age}; one who wants to come always is."
        )
    if clause.level == "expected":
        told.append("A child who may come is expected.")
    if clause.instead == "advocate":
        told.append("Where a child of the plan does not come, an advocate does; else an advocate is invited.")
    return " ".join(told) or "A child who may come is invited."


def school_words(clause: SchoolHoursClause) -> str:
    """Say how far a meeting keeps from a child's school hours."""
    outside = f"outside the school's day, with {clause.travel_minutes} minutes to get there or back"
    if clause.wherever_possible:
        return f"A child who is asked meets {outside}, wherever that is possible."
    return f"A child who attends meets {outside}."
