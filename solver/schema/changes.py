"""What may have changed since a calendar was planned: facts, or suppositions. A `changes.json` file is a list of these."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, TypeAdapter, model_validator

from solver.policy.clause import IntervalText
from solver.schema.base import Hours, Id, LocalTime, MeetingKind, Model, Weekday
from solver.schema.caseload import DaySpan, Person, Plan, School, Site, Venue


def _as_moment(value: Any, *, inclusive: bool) -> Any:
    """Read a bare date as its first minute or, where the whole day belongs to the stretch, as the next day's."""
    if isinstance(value, str) and len(value) == 10:
        value = date.fromisoformat(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time()) + timedelta(days=int(inclusive))
    return value


Day = date
From = Annotated[LocalTime, BeforeValidator(lambda value: _as_moment(value, inclusive=False))]
"""A local time, or a date: from the beginning of that day."""
Until = Annotated[LocalTime, BeforeValidator(lambda value: _as_moment(value, inclusive=True))]
"""A local time, exclusive, or a date: to the end of that day."""


class _Stretch(Model):
    start: From
    end: Until

    @model_validator(mode="after")
    def _forwards(self) -> _Stretch:
        if self.end <= self.start:
            raise ValueError("the end is not after the start: correct one of the two")
        return self


class PersonAway(_Stretch):
    """Somebody can't come: sick for a day, on leave for three weeks."""

    kind: Literal["person_away"] = "person_away"
    person: Id


class PersonLeaves(Model):
    """Somebody leaves, with or without a successor.

    From ``date`` on the successor has all their parts in plans, and stands in for them wherever they are asked for
    without one. Whoever they deputised for has the successor as a deputy too.
    """

    kind: Literal["person_leaves"] = "person_leaves"
    person: Id
    date: date
    """The first day on which they are no longer there."""
    successor: Id | None = None
    people: tuple[Person, ...] = ()
    """The successor's record, where the caseload has none yet."""


class PersonHours(Model):
    """Somebody's weekly hours are others."""

    kind: Literal["person_hours"] = "person_hours"
    person: Id
    hours: Hours | None
    """As in the caseload; ``None``: as if nothing were said."""


class VenueClosed(_Stretch):
    """A venue can't be used."""

    kind: Literal["venue_closed"] = "venue_closed"
    venue: Id


class NewVenue(Model):
    """A venue as it is from now on, or might be: a new one, or in the place of the one with its id."""

    kind: Literal["venue"] = "venue"
    venue: Venue
    sites: tuple[Site, ...] = ()


class MeetingCannotStand(Model):
    """A meeting of the calendar must not stay at its time, for whatever reason."""

    kind: Literal["meeting_cannot_stand"] = "meeting_cannot_stand"
    meeting: str


class NewPlan(Model):
    """A plan that is new to the caseload, with whoever and whatever else is new."""

    kind: Literal["new_plan"] = "new_plan"
    plan: Plan
    people: tuple[Person, ...] = ()
    schools: tuple[School, ...] = ()
    sites: tuple[Site, ...] = ()
    venues: tuple[Venue, ...] = ()


class ReviewDate(Model):
    """A plan's review has a date, or another one."""

    kind: Literal["review"] = "review"
    plan: Id
    date: date
    instead_of: Day | None = None


class ConferenceDate(Model):
    """A plan's initial conference is on another date."""

    kind: Literal["initial_conference"] = "initial_conference"
    plan: Id
    date: date


class HandoverOn(Model):
    """A plan is handed over: the receiving worker is invited from a date on."""

    kind: Literal["handover"] = "handover"
    plan: Id
    date: date
    person: Id
    people: tuple[Person, ...] = ()
    """The receiving worker's record, where the caseload has none yet."""


class SchoolDay(Model):
    """A school's day is another: every day's, or that of some weekdays."""

    kind: Literal["school_day"] = "school_day"
    school: Id
    day: DaySpan | dict[Weekday, DaySpan]


class ChildAttends(Model):
    """A child wants to come from now on, or doesn't."""

    kind: Literal["child_attends"] = "child_attends"
    plan: Id
    child: Id
    attends: Literal["yes", "no", "if_possible"]


class PolicyInterval(Model):
    """The authority's own interval from one meeting of a kind to the next is another."""

    kind: Literal["policy_interval"] = "policy_interval"
    meetings: MeetingKind
    at_most: IntervalText
    """Such as "4 weeks"; it replaces the limits of the policy's later windows, also where it is longer."""


class PolicyInstead(Model):
    """Another policy: the id of a built-in one, or a whole one inline."""

    kind: Literal["policy"] = "policy"
    authority: str | dict[str, Any]


class TeamInterval(Model):
    """The team's own tighter interval for a kind of meeting; ``None``: none."""

    kind: Literal["team_interval"] = "team_interval"
    meetings: MeetingKind
    at_most: IntervalText | None


Change = Annotated[
    PersonAway
    | PersonLeaves
    | PersonHours
    | VenueClosed
    | NewVenue
    | MeetingCannotStand
    | NewPlan
    | ReviewDate
    | ConferenceDate
    | HandoverOn
    | SchoolDay
    | ChildAttends
    | PolicyInterval
    | PolicyInstead
    | TeamInterval,
    Field(discriminator="kind"),
]
"""One change, told apart by ``kind``."""

CHANGES: Final[TypeAdapter[tuple[Change, ...]]] = TypeAdapter(tuple[Change, ...])
"""Reads and writes a list of changes."""

KINDS: Final = (
    "person_away", "person_leaves", "person_hours", "venue_closed", "venue", "meeting_cannot_stand", "new_plan", "review",
    "initial_conference", "handover", "school_day", "child_attends", "policy_interval", "policy", "team_interval",
)  # fmt: skip
"""The words for ``kind``."""
