"""What the API takes and gives, beside the documents of `solver.schema`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from service.store.scope import Role
from service.store.task_basis import Change
from solver.schema.base import LocalTime
from solver.schema.calendar import (
    Answer,
    Breach,
    CalendarException,
    Fairness,
    HeldKpis,
    Kpis,
    Meeting,
    Notice,
    OpenRebooking,
    PersonWorkload,
    Reason,
    Score,
    Task,
)
from solver.schema.options import Option, Rebooking


class Body(BaseModel):
    """What is sent: a field that isn't known is a fault, never ignored."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)


class Given(BaseModel):
    """What is answered: more fields may come."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class CaseloadGiven(Given):
    """A caseload as it is kept."""

    id: str
    """Of this version: give it to plan it."""
    caseload: str
    """The document's own id."""
    team: str
    version: int
    digest: str
    plans: int
    created: datetime


class CaseloadPage(Given):
    """Some caseloads, newest first."""

    items: list[CaseloadGiven]
    next: str | None
    """Give it as ``after`` for the next page."""


class PlanAsked(Body):
    """A calendar that is asked for."""

    caseload: str = Field(min_length=1, max_length=64)
    """The id of a caseload's version."""
    seconds: float = Field(default=60, gt=0, le=86_400)
    """Of the search."""
    seed: int = Field(default=1, ge=0, le=2**31 - 1)
    rounds: int | None = Field(default=None, ge=1, le=10_000)
    """Search so many rounds instead of seconds: the same calendar on any machine."""
    previous: str | None = Field(default=None, max_length=64)
    """The id of a calendar that stands: what can stay of it stays."""
    fixed_until: date | None = None
    """With ``previous``: its meetings up to this day don't move at all."""
    improve: bool = False
    """With ``previous``: others move too where that gains more than it costs."""


CalendarState = Literal[
    "queued", "preparing", "solving", "completed", "stopped", "infeasible", "failed", "invalid"
]


class CalendarProgress(Given):
    """How far a calendar is."""

    id: str
    team: str
    caseload: str
    """The id of the caseload's version that it was asked for."""
    state: CalendarState
    revision: int
    """0 until there is a calendar."""
    published: int
    """The revision whose invites went out last; 0: none."""
    progress: dict[str, Any]
    """Of the search: seconds, cost by level, bound, gap, breaches."""
    problem: dict[str, Any] | None
    created: datetime
    finished: datetime | None


class CalendarPage(Given):
    """Some calendars, newest first."""

    items: list[CalendarProgress]
    next: str | None


class RevisionGiven(Given):
    """One revision of a calendar."""

    number: int
    reason: str
    created: datetime
    caseload: str


class Published(Given):
    """What a publication has queued."""

    revision: int
    requests: int
    cancels: int
    letters: int
    """For people without a mailbox."""
    unchanged: int
    unreachable: list[str]
    """People who can't be told by mail or letter without others reading it: tell them yourself."""
    left: list[dict[str, str]]
    """Messages that were left as they are, each with why."""


class Undone(Given):
    """What stood before is back."""

    calendar: str
    revision: int
    """The further one that it is by now."""
    meetings: list[str]
    """Those that are elsewhere than before, back or gone."""


class MoveAsked(Body):
    """A start, and a venue, for a meeting."""

    start: datetime
    """Local, without an offset."""
    venue: str | None = Field(default=None, max_length=128)
    """Where it is now, if not given."""
    today: date | None = None
    """Count notice from this day; today, if not given."""


class Verdict(Given):
    """Whether a meeting could be held there and then, and what follows."""

    possible: bool
    option: Option | None
    """As `/v1/meetings/{id}/rebookings` gives it."""
    reasons: list[Reason]
    """Why not, in words."""


class RebookingAsked(Body):
    """Why a meeting is to be rebooked."""

    without: list[str] = Field(default_factory=list, max_length=20)
    """People who don't come to it."""
    changes: list[dict[str, JsonValue]] = Field(default_factory=list, max_length=100)
    """Changed facts: see the README for the kinds."""
    today: date | None = None
    options: int = Field(default=8, ge=1, le=50)


class RebookingGiven(Given):
    """The options for a meeting, kept for a while."""

    id: str
    calendar: str
    revision: int
    rebooking: Rebooking
    """Options, best first: each with what it costs, whom it asks and why it ranks where it does."""


class AcceptAsked(Body):
    """Which option."""

    option: int = Field(ge=1, le=1000)


class MeetingMade(Given):
    """A meeting, after it was moved or rebooked."""

    calendar: str
    revision: int
    meeting: Meeting | None
    """``None`` where the calendar doesn't need it any more."""


class MeetingGiven(Given):
    """A meeting, with why it is where it is."""

    calendar: str
    revision: int
    meeting: Meeting


class Analysis(Given):
    """How good a calendar is, what could not be done and why, and what it asks of whom."""

    revision: int
    status: Literal["optimal", "feasible", "infeasible", "stopped"]
    objective: Score
    cost: int
    weights: dict[str, int]
    bound: float
    gap: float
    """(cost - bound) / cost; 0 where cost is 0."""
    seconds: float
    breaches: list[Breach]
    exceptions: list[CalendarException]
    notices: list[Notice]
    rebookings: list[OpenRebooking]
    workload: list[PersonWorkload]
    fairness: Fairness | None
    kpis: Kpis
    held_kpis: HeldKpis | None


class TeamFigures(Given):
    """The figures of a team's calendar that counts."""

    calendar: str
    revision: int
    kpis: Kpis
    """Of what is planned."""
    held_kpis: HeldKpis | None
    """Of what was held."""


class TaskMarkGiven(Given):
    """That somebody has said that a task is done."""

    at: datetime
    account: str
    """Id of the account."""
    role: Role | None
    """Of the account; ``null`` if there is no such account any more."""
    person: str | None
    """Who the account is in the caseloads."""
    start: LocalTime | None
    """Of the meeting, as it was then; ``null`` where the task is of none."""
    stands: bool
    """Whether it is done. Not any more once the meeting has another time, place or interpreter, or the task says another date."""
    changes: list[Change]
    """Why it doesn't stand."""


class TaskGiven(Task):
    """A task, the calendar that it is of, and whether it was done."""

    calendar: str
    revision: int
    """Of the calendar: to be given in ``If-Match`` when the task is marked as done."""
    mark: TaskMarkGiven | None
    """``null``: nobody has said that it is done."""


class TasksMarked(Given):
    """The tasks that were asked for, as they are by now."""

    tasks: list[TaskGiven]
    changed: list[str]
    """Ids of those that weren't so before."""


class TaskPage(Given):
    """Tasks, by due date."""

    items: list[TaskGiven]
    next: str | None


class FileNotice(Given):
    """What was read otherwise than written, or not at all."""

    line: int | None
    text: str


class AvailabilityTaken(Given):
    """What a person's calendar gives now, and what of it is new."""

    source: str
    stretches: int
    first: date | None
    """Of the stretches it gives; ``None``: it gives none."""
    last: date | None
    added: int
    removed: int
    tentative: int
    """Stretches that are only tentative, whether they count or not."""
    ours: int
    """Meetings that came from here, which take nobody's time twice."""
    elsewhere: int
    known_from: date | None
    """Where the source speaks of a part of the horizon alone."""
    known_to: date | None
    notices: list[FileNotice]
    caseload: str
    """The id of the caseload's version that has it now."""
    version: int


class ReplyOutcome(Given):
    """What became of one answer."""

    source: str
    kind: str
    meeting: str | None
    person: str | None
    text: str
    answer: Answer | None
    attention: bool


class RepliesTaken(Given):
    """What became of answers, and which meetings are to be looked at again."""

    revision: int
    counts: dict[str, int]
    """How many there are of each kind."""
    outcomes: list[ReplyOutcome]
    open: list[OpenRebooking]


class Health(Given):
    """Whether the service is well."""

    status: Literal["ok", "ready"]


class AuditEntry(Given):
    """One entry of the audit log."""

    number: int
    at: datetime
    account: str
    role: str
    action: str
    team: str | None
    subject: str
    request: str
    before: str | None
    after: str | None


class AuditPage(Given):
    """Some entries, newest first."""

    items: list[AuditEntry]
    next: int | None
    """Give it as ``before`` for the next page."""


__all__ = [
    "AcceptAsked", "Analysis", "AuditEntry", "AuditPage", "AvailabilityTaken", "CalendarPage", "CalendarProgress",
    "CalendarState", "CaseloadGiven", "CaseloadPage", "Health", "MeetingGiven", "MeetingMade", "MoveAsked", "PlanAsked",
    "Published", "RebookingAsked", "RebookingGiven", "RepliesTaken", "RevisionGiven", "TaskPage", "TeamFigures", "Verdict",
]  # fmt: skip
