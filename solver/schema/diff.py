"""How two calendars differ: what `convene diff` answers. Field names are the contract of the format."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from solver.schema.base import LocalTime, MeetingKind, Model
from solver.schema.calendar import Breach, CalendarException, Score, Status


class Slot(Model):
    """When and where a meeting is."""

    start: LocalTime
    end: LocalTime
    venue: str


class MeetingChange(Model):
    """A meeting that is new, cancelled or elsewhere."""

    meeting: str
    series: str
    kind: MeetingKind
    plans: tuple[str, ...]
    before: Slot | None
    """``None``: the meeting is new."""
    after: Slot | None
    """``None``: it is cancelled."""
    slack_before: int | None
    slack_after: int | None
    """Working days between the meeting and its due date; ``None`` where there is no meeting."""
    breach_days_before: int | None
    breach_days_after: int | None
    people: tuple[str, ...]
    """Everyone who comes, or was to come: who has to be asked or told."""


class Presence(Model):
    """How a place is filled."""

    person: str
    """Who fills it: the person whose place it is, or a deputy."""
    status: Status
    remote: bool


class AttendanceChange(Model):
    """A place at a meeting that both calendars hold, filled otherwise."""

    meeting: str
    person: str
    """Whose place it is."""
    before: Presence | None
    after: Presence | None
    """``None``: there is no such place."""


class RoleChange(Model):
    """Somebody else chairs a meeting that both calendars hold, or takes its minutes."""

    meeting: str
    role: Literal["chair", "minutes"]
    before: str | None
    after: str | None


class Compared(Model):
    """Which calendar it is."""

    id: str
    revision: int
    caseload: str
    """Digest of the caseload that it answers."""
    cost: int
    objective: Score


class CalendarDiff(Model):
    """The difference between two calendars of one team. Meetings are told apart by their ids."""

    format: Literal["convene/1"] = "convene/1"
    before: Compared
    after: Compared
    same: int
    """Meetings that stand as they were, people and all."""
    moved: tuple[MeetingChange, ...] = ()
    added: tuple[MeetingChange, ...] = ()
    cancelled: tuple[MeetingChange, ...] = ()
    attendance: tuple[AttendanceChange, ...] = ()
    roles: tuple[RoleChange, ...] = ()
    breaches_new: tuple[Breach, ...] = ()
    breaches_gone: tuple[Breach, ...] = ()
    exceptions_new: tuple[CalendarException, ...] = ()
    exceptions_gone: tuple[CalendarException, ...] = ()
    people: dict[str, int] = Field(default_factory=dict)
    """Who is asked or told of something, with how many meetings it is about."""

    @property
    def empty(self) -> bool:
        """Whether nobody has to be told of anything."""
        return not (self.moved or self.added or self.cancelled or self.attendance or self.roles)
