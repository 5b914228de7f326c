"""The caseload: everything Convene is told before it plans. Field names are the contract of the format."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import Field

from solver.schema.base import (
    ClockTime,
    ConcernKind,
    DateRange,
    Hours,
    Id,
    Level,
    LocalTime,
    MeetingKind,
    Model,
    Nation,
    PlanType,
    Remote,
    Role,
    SittingId,
    Span,
    VenueKind,
    Weekday,
)

FORMAT = "convene/1"


class Organiser(Model):
    """The team's monitored role mailbox: the ORGANIZER of every invite."""

    name: str
    email: str


class Team(Model):
    """The team whose caseload this is."""

    id: Id
    name: str
    organiser: Organiser
    every_at_most: dict[MeetingKind, str] = Field(default_factory=dict)
    """The team's own tighter interval for a kind of meeting, such as ``{"core_group": "21 days"}``. Like a plan's own it
    counts from the meeting before, and the earliest limit binds; it requires no meeting by itself."""


class Person(Model):
    """Anyone who may be asked to a meeting."""

    id: Id
    name: str
    role: Role
    agency: str | None = None
    email: str | None = None
    aliases: tuple[str, ...] = ()
    """Other mailboxes the person answers invites from. Nothing is sent there."""
    site: Id | None = None
    """Where the person is based: no travel allowance is needed there."""
    hours: Hours | None = None
    """Availability by weekday; an absent day is not available. ``None``: 09:00-17:00 Monday to Friday for
    professionals, any time for family (child, parent, carer, family)."""
    busy: tuple[Span, ...] = ()
    deputies: tuple[Id, ...] = ()
    line_manager: Id | None = None
    """Who agrees to a written report instead of this person, and is told of their meetings."""
    notice_working_days: int | None = Field(default=None, ge=0, le=60)
    """How many working days ahead the person has to be booked, such as an interpreter."""
    remote: bool | None = None
    """Whether the person can join remotely. ``None``: professionals can, family members and children cannot."""
    max_meetings_per_day: int | None = Field(default=None, ge=1, le=20)


class DaySpan(Model):
    """A school's day."""

    start: ClockTime
    end: ClockTime


class School(Model):
    """A school with its own terms, INSET days and day times."""

    id: Id
    name: str
    site: Id | None = None
    day: DaySpan | dict[Weekday, DaySpan]
    terms: tuple[DateRange, ...]
    closed: tuple[date, ...] = ()
    """Half-terms and INSET days within a term."""


class Site(Model):
    """A place people travel to."""

    id: Id
    name: str
    travel_minutes: int = Field(default=15, ge=0, le=480)
    """Allowance to reach it, for anyone not based there."""


class Venue(Model):
    """A room, a home, or a virtual room."""

    id: Id
    name: str
    kind: VenueKind
    site: Id | None = None
    address: str | None = None
    email: str | None = None
    """The room's own mailbox, where it has one: it is invited to what is held there, so that nobody else books it."""
    capacity: int | None = Field(default=None, ge=1, le=500)
    """Seats; ``None`` is unlimited."""
    features: tuple[str, ...] = ()
    hours: Hours | None = None
    """``None``: whenever people can meet."""
    busy: tuple[Span, ...] = ()
    confidential: bool = False


class Child(Model):
    """A child of a plan. Not a person record unless the child's own hours matter (same id, role child)."""

    id: Id
    initials: str
    date_of_birth: date
    school: Id | None = None
    attends: Literal["yes", "no", "if_possible"] = "no"
    educated_elsewhere: bool = False
    sitting: SittingId | None = None
    """Of a split meeting; ``None`` is both."""


class Events(Model):
    """What has happened, from which the windows are counted."""

    initial_conference: date | None = None
    strategy_discussion: date | None = None
    assessment_due: date | None = None
    plan_start: date | None = None
    last_meeting: date | None = None
    """The last meeting of this plan's series that was held (not cancelled, not inquorate)."""
    held: int | None = Field(default=None, ge=0)
    """How many meetings of the series have been held; ``None``: 1 if there was a last meeting, else 0."""
    reviews: tuple[date, ...] = ()
    became_looked_after: date | None = None
    last_review: date | None = None
    birth: date | None = None
    """The birth of the child, or the expected date of it."""
    inquorate: date | None = None
    """A meeting of this plan's series that was cancelled, or held without a quorum: it counts as not held."""
    other: dict[Id, date] = Field(default_factory=dict)
    """Events of the authority's own that its policy counts from, as ``other:<name>``."""


class Participant(Model):
    """A person's part in a plan's meetings."""

    person: Id
    level: Level | None = None
    """``None``: the policy says, by role and kind of meeting."""
    remote: Remote | None = None
    """``None``: ``if_needed`` for those who can join remotely, else ``no``."""
    from_: date | None = Field(default=None, alias="from")
    until: date | None = None
    sitting: SittingId | None = None
    chairs: bool = False
    meetings: tuple[MeetingKind, ...] = ()
    """The kinds of meeting that the part is in; empty: all of the plan's."""


class VenueWishes(Model):
    """What the family needs and wants of a venue."""

    needs: tuple[str, ...] = ()
    kinds: tuple[VenueKind, ...] = ()
    only: tuple[Id, ...] = ()
    never: tuple[Id, ...] = ()
    prefer: tuple[Id, ...] = ()


class TimeWindow(Model):
    """A weekly window of wall time."""

    days: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri")
    start: ClockTime
    end: ClockTime


class TimeWishes(Model):
    """Times the family prefers, and times that are never possible."""

    prefer: tuple[TimeWindow, ...] = ()
    never: tuple[TimeWindow, ...] = ()


class Split(Model):
    """Why the plan's meetings are held in two sittings."""

    reason: str


class Handover(Model):
    """The receiving worker, invited from a date on."""

    date: date
    person: Id


class Concern(Model):
    """A disagreement or a concern that a clock runs for until it is settled."""

    id: Id
    kind: ConcernKind
    raised: date
    about: str = Field(default="", max_length=200)
    """In a few words, without anybody's name."""
    settle_by: date | None = None
    """Sooner than the policy asks, where the child's safety needs it."""
    settled: date | None = None
    """``None``: it is open."""


class Plan(Model):
    """One child's (or one household's) open plan."""

    id: Id
    type: PlanType
    sibling_group: Id | None = None
    children: tuple[Child, ...] = Field(min_length=1)
    events: Events = Events()
    ends: date | None = None
    """Nothing is held after this date."""
    complex: bool = False
    every_at_most: str | None = None
    minutes: int = Field(default=60, ge=15, le=480)
    schedule_review: bool = False
    """Whether the plan's next statutory review is planned with everything else; a review with a date of its own is not."""
    review_minutes: int | None = Field(default=None, ge=15, le=480)
    """How long that review lasts; ``None``: as long as its other meetings."""
    participants: tuple[Participant, ...] = ()
    venue: VenueWishes = VenueWishes()
    times: TimeWishes = TimeWishes()
    split: Split | None = None
    family_sees_roles: bool = False
    """Whether the family's invites say which professionals come, by role and never by name."""
    handover: Handover | None = None
    concerns: tuple[Concern, ...] = ()

    def __hash__(self) -> int:
        """By the id: plans that are equal have the same, and what is within them need not be hashable."""
        return hash(self.id)


class BookedAttendee(Model):
    """Somebody already asked to a booked meeting."""

    person: Id
    sitting: SittingId | None = None


class BookedMeeting(Model):
    """A meeting that already stands. Pinned: it is not moved. Not pinned: moving it costs stability."""

    id: str | None = None
    series: str | None = None
    kind: MeetingKind | None = None
    plans: tuple[Id, ...] = Field(min_length=1)
    start: LocalTime
    end: LocalTime | None = None
    venue: Id
    pinned: bool = False
    attendees: tuple[BookedAttendee, ...] = ()
    chair: Id | None = None
    """Who was to chair, and does so again where the meeting stands and they may."""
    minutes: Id | None = None
    """Who was to take the minutes, likewise."""


class HeldMeeting(Model):
    """A meeting that was held: for the figures of the past alone, nothing is planned by it."""

    plans: tuple[Id, ...] = Field(min_length=1)
    kind: MeetingKind | None = None
    """``None``: that of its first plan under the policy."""
    start: LocalTime
    end: LocalTime | None = None
    due: date | None = None
    """By when it was due; ``None``: by the policy, where it is the first or the one before it is listed too."""
    attended: tuple[Id, ...] = ()
    """Who took part, also remotely: people's ids, and those of children without a person record."""
    invited: date | None = None
    """The day on which the invites went out."""
    minutes_sent: date | None = None


class Caseload(Model):
    """A team's open plans and everything that limits when their meetings can be."""

    format: Literal["convene/1"]
    id: Id
    timezone: str = "Europe/London"
    nation: Nation
    authority: str | dict[str, Any]
    """The id of a built-in policy, or a whole policy inline."""
    team: Team
    horizon: DateRange
    grid_minutes: int = Field(default=15, ge=5, le=60)
    closures: tuple[date, ...] = ()
    people: tuple[Person, ...] = ()
    schools: tuple[School, ...] = ()
    sites: tuple[Site, ...] = ()
    venues: tuple[Venue, ...] = ()
    plans: tuple[Plan, ...] = ()
    travel: dict[Id, dict[Id, int]] = Field(default_factory=dict)
    booked: tuple[BookedMeeting, ...] = ()
    held: tuple[HeldMeeting, ...] = ()


__all__ = [
    "FORMAT", "BookedAttendee", "BookedMeeting", "Caseload", "Child", "Concern", "DaySpan", "Events", "Handover",
    "HeldMeeting", "LocalTime", "Organiser", "Participant", "Person", "Plan", "School", "Site", "Split", "Team",
    "TimeWindow", "TimeWishes", "Venue", "VenueWishes",
]  # fmt: skip
