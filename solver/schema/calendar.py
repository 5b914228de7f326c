"""The calendar: what Convene answers. Field names are the contract of the format."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from solver.schema.base import DateRange, Level, LocalTime, MeetingKind, Model, Recipient, SittingId

ScoreLevel = Literal["breach", "attendance", "family", "resilience", "stability", "convenience"]
LEVELS: tuple[ScoreLevel, ...] = (
    "breach",
    "attendance",
    "family",
    "resilience",
    "stability",
    "convenience",
)
Score = dict[ScoreLevel, int]
"""Points by level; a level that is absent is 0. Defined in solver/RULES.md."""
Mark = Literal["first", "last_before_review"]
Status = Literal["attending", "remote", "deputy", "report", "absent"]


class CaseloadRef(Model):
    """Which caseload this calendar answers."""

    id: str
    digest: str
    """SHA-256 of the caseload's canonical JSON."""


class PolicyRef(Model):
    """Which policy, in which version."""

    id: str
    version: str


class Window(Model):
    """The lawful dates of a meeting; ``due`` is the last."""

    earliest: date
    due: date
    target: date


AnswerStatus = Literal["accepted", "tentative", "declined", "delegated", "countered"]


class Answer(Model):
    """What somebody last answered to the invite that stands (RFC 5546 sections 3.2.3 and 3.2.7)."""

    status: AnswerStatus
    """``countered``: another time was proposed."""
    at: str
    """When it was answered, by the answer's own stamp. UTC, ISO 8601."""
    sequence: int
    """Of the invite it answers."""
    start: LocalTime | None = None
    """The time proposed instead; ``None`` where none was."""
    end: LocalTime | None = None
    to: str | None = None
    """Whom it was delegated to, where that is somebody of the caseload."""


class Attendee(Model):
    """One place at the meeting and who fills it.

    With status ``deputy``, ``person`` is the deputy and ``for_`` says whose place it is.
    """

    person: str
    level: Level
    status: Status
    for_: str | None = Field(default=None, alias="for")
    sitting: SittingId | None = None
    remote: bool = False
    answer: Answer | None = None
    """``None``: nothing was answered yet."""


class Sitting(Model):
    """One half of a split meeting."""

    id: SittingId
    start: LocalTime
    end: LocalTime


class Meeting(Model):
    """One meeting of a series."""

    id: str
    series: str
    kind: MeetingKind
    plans: tuple[str, ...]
    number: int
    start: LocalTime
    end: LocalTime
    venue: str
    window: Window
    slack_days: int
    attendees: tuple[Attendee, ...]
    sittings: tuple[Sitting, ...] = ()
    chair: str | None = None
    minutes: str | None = None
    pinned: bool = False
    provisional: bool = False
    marks: tuple[Mark, ...] = ()
    """What is special about the meeting: the first of its kind for a plan, the last one before a review."""
    score: Score = Field(default_factory=dict)
    breach_days: int = 0


class Task(Model):
    """Something somebody owes by a date because of a meeting or an open concern."""

    id: str
    kind: str
    meeting: str | None
    """``None``: due between meetings, or of no single meeting."""
    owner: str
    due: date
    source: str
    title: str
    plans: tuple[str, ...] = ()
    """Whom it concerns; those of the meeting if it has one."""
    warn: date | None = None
    """When to remind of it: on or before ``due``."""
    date_from: Literal["source", "convene"] = "source"
    """``convene``: the source asks for it without a date, and the date is Convene's own."""
    recipients: tuple[Recipient, ...] = ()
    """Whom it is for, where the policy says so."""
    people: tuple[str, ...] = ()
    """Whom the task is about: who is missing, say, or who joins remotely."""


class Reason(Model):
    """One cause, in the words of the policy and the people."""

    rule: str
    sources: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    text: str
    venues: tuple[str, ...] = ()
    meetings: tuple[str, ...] = ()
    """Other meetings that are in the way, by id."""
    days: tuple[date, ...] = ()
    """The days on which nothing but this cause is in the way, as far as the other causes named with it go."""
    alone: bool = False
    """Whether it would be possible if only this were otherwise; else something that is not named here is in the way as well."""


RemedyKind = Literal[
    "rebook",
    "free_person",
    "longer_hours",
    "remote",
    "deputy",
    "stand_in",
    "notice",
    "day_cap",
    "move_meeting",
    "free_venue",
    "venue_hours",
    "venue_feature",
    "venue_capacity",
    "family_agrees",
    "family_time",
    "another_room",
    "school_allowance",
    "open_day",
]
"""What would be otherwise: see ``solver.explain``."""


class Remedy(Model):
    """Something that helps: it was tried, everything else being as it is."""

    kind: RemedyKind
    text: str
    """A sentence: what it takes, and the date, time and place that it makes possible."""
    people: tuple[str, ...] = ()
    """Whom to ask."""
    venues: tuple[str, ...] = ()
    meetings: tuple[str, ...] = ()
    """Other meetings that move."""
    start: LocalTime
    """When the meeting can then be held."""
    end: LocalTime
    venue: str
    breach_days: int = 0
    """How late that still is."""
    costs: Score = Field(default_factory=dict)
    """Points by level more than now, of this series and those that move, workload aside; negative where it is better."""


class Breach(Model):
    """A meeting later than its due date, or none at all (``meeting`` is then ``None``)."""

    series: str
    meeting: str | None
    due: date
    days: int
    """Calendar days from the due date to the meeting, or to the day after the series' last possible day."""
    proved: bool
    sources: tuple[str, ...] = ()
    """The clauses that the due date comes from."""
    reasons: tuple[Reason, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    """Those that help of the ones that were tried, the easiest first."""
    tried: int = 0
    """How many remedies were tried."""
    untried: int = 0
    """How many more there were that nobody has tried yet; ``convene explain`` tries more."""
    looked_into: bool = False
    """Whether remedies were looked for; ``convene explain`` does for every breach."""


class CalendarException(Model):
    """Something allowed only in exceptional circumstances, or a pinned meeting that breaks a rule (``kind``: its id)."""

    meeting: str
    person: str | None
    kind: str
    reason: str
    agree: str | None = None
    """The line manager who has to agree to a report; ``None`` where the caseload names none, and of anything else."""
    reasons: tuple[Reason, ...] = ()
    """Why the meeting is at no time within its window at which they, or a deputy, could come; empty where it could be, or
    where nobody has looked into it."""
    remedies: tuple[Remedy, ...] = ()
    tried: int = 0
    untried: int = 0
    looked_into: bool = False
    """Whether remedies were looked for; ``convene explain`` does for every exception."""


class PersonWorkload(Model):
    """What the calendar asks of one person."""

    person: str
    meetings: int
    minutes: int
    busiest_day: int
    """Most meetings on one day."""


class Kpis(Model):
    """The figures inspectors ask for. Percentages are 0 to 100, ``None`` where there is nothing to count."""

    meetings: int
    series: int
    first_core_groups: int
    first_core_groups_in_time_percent: float | None
    in_timescale_percent: float | None
    slack_histogram: dict[str, int]
    """Meetings by working days of slack: "late", "0", "1", "2", "3-5", "6-10", "11+"."""
    expected_attendance_percent: float | None
    child_attended_percent: float | None
    outside_school_hours_percent: float | None
    deputies: int
    reports: int
    exceptions: int
    breaches: int
    breach_days: int
    slack_median_days: float | None = None
    notice_median_days: float | None = None
    """Working days from the horizon's first day to the meeting, at the median."""
    short_notice_percent: float | None = None
    """Meetings with fewer than five of these."""
    partner_attendance_percent: dict[str, float] = Field(default_factory=dict)
    """By agency: expected places filled by the person or a deputy."""
    minutes_due: dict[str, int] = Field(default_factory=dict)
    """Minutes and records to be sent, by the month they are due, such as "2026-11"."""


class HeldKpis(Model):
    """The same figures of the meetings that were held, from what the caseload says of them (``held``)."""

    meetings: int
    in_timescale_percent: float | None
    """Of the meetings whose due date is known."""
    first_core_groups: int
    first_core_groups_in_time_percent: float | None
    slack_median_days: float | None
    expected_attendance_percent: float | None
    partner_attendance_percent: dict[str, float]
    child_attended_percent: float | None
    outside_school_hours_percent: float | None
    """Of the meetings that a pupil attended."""
    minutes_in_time_percent: float | None
    """Of the meetings whose minutes the policy wants by a day that has come; those never sent count as late."""
    notice_median_days: float | None
    """Working days from the invites to the meeting, at the median."""
    short_notice_percent: float | None


class Fairness(Model):
    """How evenly chairing and taking the minutes are shared."""

    series_spread: int
    """How many more turns at a job somebody has in a series than another who could have had one of them, at most."""
    proven: bool
    """Whether it is proven that no series could have more even turns, but for those that booked meetings keep."""
    team_spread: float
    """Most jobs beyond a fair share less fewest; a fair share is what somebody has if every job were shared equally
    by all who may do it."""


class Notice(Model):
    """Something the reader should know that is not a fault of this calendar."""

    kind: str
    subject: str
    text: str
    sources: tuple[str, ...] = ()


class OpenRebooking(Model):
    """A meeting to look at again because of what somebody answered. It ends when the meeting, or the answer, changes."""

    meeting: str
    person: str
    since: str
    """When it was answered. UTC, ISO 8601."""
    because: Literal["declined", "countered", "delegated"]
    start: LocalTime | None = None
    """The time proposed instead; ``None`` where none was."""
    end: LocalTime | None = None


class Calendar(Model):
    """A planned half-year for one caseload, with its proof."""

    format: Literal["convene/1"] = "convene/1"
    id: str
    caseload: CaseloadRef
    policy: PolicyRef
    horizon: DateRange
    created: str
    """UTC, ISO 8601."""
    revision: int = 1
    status: Literal["optimal", "feasible", "infeasible", "stopped"]
    objective: Score
    cost: int
    """Sum of the objective over its levels."""
    weights: dict[str, int]
    bound: float
    gap: float
    """(cost - bound) / cost; 0 where cost is 0."""
    seconds: float
    """Of planning, without compiling the search on a machine's first plan; 0 where rounds were counted."""
    seed: int
    meetings: tuple[Meeting, ...]
    tasks: tuple[Task, ...] = ()
    breaches: tuple[Breach, ...] = ()
    exceptions: tuple[CalendarException, ...] = ()
    notices: tuple[Notice, ...] = ()
    rebookings: tuple[OpenRebooking, ...] = ()
    workload: tuple[PersonWorkload, ...] = ()
    fairness: Fairness | None = None
    kpis: Kpis
    held_kpis: HeldKpis | None = None
    """Of the meetings that were held; ``None`` where the caseload lists none."""
