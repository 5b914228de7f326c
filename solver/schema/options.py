"""Options for a meeting that is rebooked: what `convene rebook --json` prints. Field names are the contract of the format."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from solver.schema.base import LocalTime, MeetingKind, Model
from solver.schema.calendar import Attendee, Reason, Score, Window
from solver.schema.diff import AttendanceChange, MeetingChange, Slot


class Asked(Model):
    """Somebody who is asked or told of something."""

    person: str
    meetings: tuple[str, ...]
    """The meetings that it is about."""
    notice_days: int
    """Working days from today to the first day that changes for them."""


class Option(Model):
    """One way to hold the meeting, with all that follows from it."""

    number: int
    """Give this to accept it."""
    start: LocalTime
    end: LocalTime
    venue: str
    window: Window
    breach_days: int
    slack_days: int
    attendees: tuple[Attendee, ...]
    attendance: tuple[AttendanceChange, ...]
    """Places at the meeting that are filled otherwise than now."""
    asked: tuple[Asked, ...]
    disruption: int
    """Points: everybody asked, more at short notice (see `solver.rebook.options`)."""
    also: tuple[MeetingChange, ...] = ()
    """Other meetings of the series that have to move, are new or are cancelled."""
    moves_others: tuple[MeetingChange, ...] = ()
    """Meetings of other series that have to move: only where nothing is possible otherwise."""
    levels: Score
    """Points by level beyond those of the calendar now; below zero: better."""
    why: str
    """Why it ranks where it does."""


class Missed(Model):
    """A meeting that can't stand as it is, with the facts of now."""

    meeting: str
    start: LocalTime
    venue: str
    reason: str


class Rebooking(Model):
    """The options for one meeting, best first."""

    meeting: str
    series: str
    kind: MeetingKind
    revision: int
    """Of the calendar that they were made from."""
    now: Slot
    stands: bool
    """Whether it could also stay as it is."""
    options: tuple[Option, ...]
    other_days: int = 0
    """Further days on which it could be held."""
    other_places: int = 0
    """Further starts and venues, of these days and the others."""
    reasons: tuple[Reason, ...] = ()
    """Why there is no option, or none of the kind asked for."""
    outcome: Literal["options", "others_move", "refused", "none"] = "options"


class Rebookings(Model):
    """What `convene rebook` answers."""

    format: Literal["convene/1"] = "convene/1"
    options: tuple[Option, ...]
    """Of the first meeting, or the one asked for."""
    rebookings: tuple[Rebooking, ...] = ()
    missed: tuple[Missed, ...] = ()
    """Every meeting that can't stand with the facts of now."""
    lacking: tuple[str, ...] = ()
    """Series that ask for meetings which the calendar doesn't have, and which aren't breaches in it."""
    today: str = Field(description="The day from which notice is counted.")
