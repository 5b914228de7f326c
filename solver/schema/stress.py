"""A stress test: the rates that it assumes, and what `convene stress --json` prints. Field names are the contract."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from solver.schema.base import MeetingKind, Model
from solver.schema.calendar import Score

FactKind = Literal["sick", "called_away", "leave", "family", "room", "school"]
"""What happens: somebody is ill, is called away, takes leave; a family cancels; a room is lost; a school is closed."""

AYear = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Length = Annotated[float, Field(ge=1, le=200, allow_inf_nan=False)]
Ahead = Annotated[int, Field(ge=0, le=130)]


class Rates(Model):
    """How often things happen, and how long before they are known. Days are working days, and a year has 253.

    These are assumptions, not measurements: put your own in their place. A professional is anybody whose role isn't one of the
    family's. What would be known before the horizon begins is left out, as the calendar was planned with it.
    """

    sick_spells_a_year: AYear = 2.0
    """Spells of illness of a professional in a year, each beginning on any working day alike."""
    sick_days: Length = 4.0
    """Days that a spell lasts on average: each day may be its last, alike."""
    sick_note_days: Annotated[int, Field(ge=1, le=130)] = 5
    """Most days of a spell that are told at once, on its first day; then, on the first day after these, the next as many."""
    called_away_percent: Percent = 0.5
    """Of a professional's days: called away for that day (to court, to an emergency), and known on that day."""
    leave_a_year: AYear = 1.5
    """Stretches of leave of a professional in a year that the caseload doesn't have yet."""
    leave_days: Annotated[int, Field(ge=1, le=130)] = 5
    """Days of such a stretch."""
    leave_known_days: Ahead = 20
    """Days before its first that it is known."""
    room_lost_a_year: AYear = 4.0
    """Days in a year on which a room (but a family's home, a placement or a virtual one) can't be used."""
    room_known_days: Ahead = 3
    """Days before that this is known."""
    family_cancels_percent: Percent = 4.0
    """Of the days on which a family has a meeting: it can't come that day, and the meeting is not held without it."""
    family_known_days: Ahead = 1
    """Days before that this is known."""
    school_closed_a_year: AYear = 1.0
    """Days in a year on which a school is closed without warning: its rooms can't be used and its staff don't come."""
    school_known_days: Ahead = 0
    """Days before that this is known."""
    rebook_notice_days: Ahead = 2
    """Notice that everybody needs of a new date: a meeting is put no sooner than so many days after the day on which it
    is rebooked. At least 1. A room may be changed without notice."""


class Late(Model):
    """A meeting that was late in a run, or was not held though it was due."""

    meeting: str
    series: str
    kind: MeetingKind
    days: int
    """Calendar days after its due date; of one not held, up to the day after the horizon."""
    held: bool
    cause: FactKind | None
    """What it was that put it there; ``None``: it was late as planned."""
    subject: str | None
    """Whose it was: the id of a person, a venue or a school, or that of a sibling group or plan."""


class Run(Model):
    """What became of a calendar in one run."""

    run: int
    required: int
    """Meetings held, and those due that were not."""
    in_time: int
    late: tuple[Late, ...]
    past_horizon: int
    """Meetings put off to after the horizon, and not due before: neither in time nor late."""
    lost: int
    """Times that a meeting couldn't be held as it was booked."""
    saved: int
    """Times that one of these was put where it is in time, or only had its room changed."""
    moved: int
    """Times that a meeting got another time, others of its series with it included."""
    rooms_changed: int
    asked: int
    """Times that somebody was asked to another time or told that a meeting isn't held."""
    absences: int
    """Times that somebody who can be missed was away from a meeting that was held."""

    @property
    def late_days(self) -> int:
        """Calendar days late, of all late meetings together."""
        return sum(one.days for one in self.late)

    @property
    def in_time_percent(self) -> float:
        """Of the meetings required; 100 where there are none."""
        return 100 * self.in_time / self.required if self.required else 100.0


class Spread(Model):
    """A figure over all runs."""

    mean: float
    low: float
    """The 5th percentile: 5 runs of 100 are below it."""
    high: float
    """The 95th percentile."""


class KindFigures(Model):
    """What became of the meetings of one kind, on average over the runs."""

    kind: MeetingKind
    planned: int
    lost: float
    late: float
    late_days: float
    in_time_percent: float


class Cause(Model):
    """A person, a room, a school or a family behind meetings that couldn't be held as booked, on average over the runs."""

    kind: FactKind
    subject: str
    lost: float
    late: float


class Stressed(Model):
    """What became of one calendar over all runs."""

    calendar: str
    meetings: int
    late_as_planned: int
    """Breaches that the calendar has itself."""
    in_time: Spread
    in_time_percent: Spread
    late: Spread
    late_days: Spread
    lost: Spread
    moved: Spread
    asked: Spread
    saved_percent: float | None
    """Of the meetings lost, those put where they are in time."""
    late_by: dict[str, float]
    """Late meetings by how late they are, in calendar days: "1-7", "8-14", "15-28", "29+", "not held"; averages."""
    kinds: tuple[KindFigures, ...]
    causes: tuple[Cause, ...]
    """Those behind most losses, most first."""
    by_fact: dict[FactKind, float]
    """Meetings lost by what happened; averages."""
    slack: dict[str, int]
    """Meetings by working days of slack, as planned."""
    runs: tuple[Run, ...]


class Difference(Model):
    """A figure of this calendar less that of the other one, run by run."""

    mean: float
    low: float
    """With ``high`` a 95 % confidence interval of the mean (bootstrap over the runs)."""
    high: float


class Comparison(Model):
    """The calendar against another one of the same caseload, both meeting the same fate in every run."""

    given: bool
    """Whether the other calendar was given; else it was planned for this, with resilience counting for nothing."""
    other: Stressed
    late: Difference
    """Late meetings."""
    late_days: Difference
    in_time_percent: Difference
    lost: Difference
    price: Score
    """Points by level, resilience and stability aside, that this calendar costs more than the other; below zero: less."""
    price_meetings: int
    """Meetings that this calendar has more."""


class Stress(Model):
    """A stress test of a calendar."""

    calendar: str
    revision: int
    seed: int
    rates: Rates
    stressed: Stressed
    comparison: Comparison | None = None
    breach_day: int
    """Points of a day late in the score, to set the price against."""


__all__ = [
    "Cause", "Comparison", "Difference", "FactKind", "KindFigures", "Late", "Rates", "Run", "Spread", "Stress", "Stressed",
]  # fmt: skip
