"""What ``convene explain`` answers: why a meeting is where it is, what else there is, and what holds a calendar up."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from solver.schema.base import LocalTime, Model
from solver.schema.calendar import Breach, CalendarException, Reason, Remedy, Score


class Alternative(Model):
    """Another time or place for a meeting, everybody else's meetings being where they are."""

    start: LocalTime
    end: LocalTime
    venue: str
    costs: Score
    """Points by level more than now, what follows for the later meetings of the series included."""
    total: int
    """Their sum."""
    text: str


class Narrowing(Model):
    """How many times are left of a meeting's window once something is taken into account."""

    what: str
    times: int


class MeetingExplanation(Model):
    """Why one meeting is where it is."""

    meeting: str
    series: str
    start: LocalTime
    venue: str
    earliest: date
    due: date
    sources: tuple[str, ...]
    """Where the window comes from."""
    text: str
    """In a few sentences."""
    narrowing: tuple[Narrowing, ...] = ()
    """From every time in the window to those that are open, step by step."""
    alternatives: tuple[Alternative, ...] = ()
    """The next best, the cheapest first."""
    breach: Breach | None = None
    exceptions: tuple[CalendarException, ...] = ()


class NotThen(Model):
    """Why a meeting is not at a time that was asked for."""

    meeting: str
    start: LocalTime
    venue: str | None
    """``None``: any venue."""
    possible: bool
    text: str
    reasons: tuple[Reason, ...] = ()
    """A minimal set of causes; empty where it is possible."""
    alternative: Alternative | None = None
    """What it would cost, where it is possible."""
    remedies: tuple[Remedy, ...] = ()
    tried: int = 0
    untried: int = 0


class Bottleneck(Model):
    """A person or a room whose time is what the calendar's cost comes from."""

    resource: str
    """``person:<id>`` or ``venue:<id>``."""
    weekday: str | None = None
    """The day of the week on which most of it falls, if one stands out."""
    price: int
    """Points that all of its time is worth at the best prices found: what others pay for not having it."""
    at_most: int | None = None
    """Points that more of it can save at the very most; ``None`` where that was not worked out."""
    saved: int | None = None
    """Points saved by a calendar that was really planned with more of it; ``None`` where none was."""
    text: str


class CalendarExplanation(Model):
    """What a calendar could not do, why, and what holds it up."""

    calendar: str
    revision: int
    breaches: tuple[Breach, ...] = ()
    exceptions: tuple[CalendarException, ...] = ()
    bottlenecks: tuple[Bottleneck, ...] | None = Field(default_factory=tuple)
    """``None`` where that wasn't worked out: for more plans than can be."""
