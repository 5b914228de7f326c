"""The figures by kind of meeting that the closing table and the report share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from solver.derive.shares import percentage
from solver.schema.base import MeetingKind
from solver.schema.calendar import Breach, Calendar, Meeting

KINDS: tuple[MeetingKind, ...] = (
    "core_group",
    "cin_review",
    "care_team_meeting",
    "review_conference",
    "looked_after_review",
)


@dataclass(frozen=True)
class Figures:
    """What a manager is asked about, for one kind of meeting or (``kind`` is ``None``) for all.

    Attributes
    ----------
    in_time_percent
        Meetings held by their due date, of all that the policy requires, held or not, rounded down to one decimal as
        in the calendar's own figures. ``None`` without any.
    median_slack
        Working days between a meeting and its due date; 0 where late.
    breaches, proved
        Meetings late or not held, and how many of those are proved unavoidable.
    """

    kind: MeetingKind | None
    meetings: int
    in_time_percent: float | None
    median_slack: float | None
    breaches: int
    proved: int
    exceptions: int
    reports: int
    deputies: int


def series_kinds(calendar: Calendar) -> dict[str, MeetingKind]:
    """The kind of every series that has a meeting or a breach, by series id."""
    kinds: dict[str, MeetingKind] = {meeting.series: meeting.kind for meeting in calendar.meetings}
    for breach in calendar.breaches:
        # A series without any meeting has its kind only in its id, `<plan or group>.<kind>`.
        ending = breach.series.rsplit(".", 1)[-1]
        for kind in KINDS:
            if ending == kind:
                kinds.setdefault(breach.series, kind)
    return kinds


def figures(calendar: Calendar) -> tuple[tuple[Figures, ...], Figures]:
    """Figures of each kind that occurs, in the order of `KINDS`, and of all of them together."""
    kinds = series_kinds(calendar)
    kind_of_meeting = {meeting.id: meeting.kind for meeting in calendar.meetings}
    exceptions = Counter(kind_of_meeting.get(exception.meeting) for exception in calendar.exceptions)
    by_kind: list[Figures] = []
    for kind in KINDS:
        meetings = [meeting for meeting in calendar.meetings if meeting.kind == kind]
        breaches = [breach for breach in calendar.breaches if kinds.get(breach.series) == kind]
        if meetings or breaches:
            by_kind.append(_figures(kind, meetings, breaches, exceptions[kind]))
    total = _figures(None, calendar.meetings, calendar.breaches, len(calendar.exceptions))
    return tuple(by_kind), total


def _figures(
    kind: MeetingKind | None, meetings: Iterable[Meeting], breaches: Iterable[Breach], exceptions: int
) -> Figures:
    held, broken = list(meetings), list(breaches)
    required = len(held) + sum(breach.meeting is None for breach in broken)
    in_time = sum(meeting.breach_days == 0 for meeting in held)
    status = Counter(attendee.status for meeting in held for attendee in meeting.attendees)
    return Figures(
        kind=kind,
        meetings=len(held),
        in_time_percent=percentage(in_time, required),
        median_slack=float(median(meeting.slack_days for meeting in held)) if held else None,
        breaches=len(broken),
        proved=sum(breach.proved for breach in broken),
        exceptions=exceptions,
        reports=status["report"],
        deputies=status["deputy"],
    )
