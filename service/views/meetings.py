"""Every meeting in words: the timeline's text alternative, by worker."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from service.views.names import Names
from service.views.timeline import State, meeting_state
from service.words import KIND_NAMES, day, opening, slack_words
from solver.schema.calendar import Calendar, Mark, Meeting
from solver.schema.caseload import Caseload

MARK_WORDS: Final[dict[Mark, str]] = {"first": "first", "last_before_review": "last before a review"}
NOT_THERE = {"report": "report", "absent": "absent"}


@dataclass(frozen=True)
class MeetingView:
    """One line of the list."""

    id: str
    date: str
    time: str
    kind: str
    number: int
    plans: str
    venue: str
    due: str
    state: State
    slack: str
    chair: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class WorkerMeetings:
    """A worker's meetings, by date."""

    name: str
    meetings: tuple[MeetingView, ...]


def meetings_by_worker(caseload: Caseload, calendar: Calendar, names: Names) -> tuple[WorkerMeetings, ...]:
    """All meetings, grouped as the timeline is: by the social worker of their first plan that has one."""
    plans = {plan.id: plan for plan in caseload.plans}
    by_worker: dict[str | None, list[Meeting]] = defaultdict(list)
    for meeting in sorted(calendar.meetings, key=lambda meeting: (meeting.start, meeting.id)):
        workers = (names.worker(plans[plan]) for plan in meeting.plans if plan in plans)
        by_worker[next((worker for worker in workers if worker), None)].append(meeting)
    order: list[str | None] = [person.id for person in caseload.people if person.id in by_worker]
    if None in by_worker:
        order.append(None)
    wanted = calendar.weights.get("slack_days_wanted", 0)
    return tuple(
        WorkerMeetings(
            names.worker_name(worker),
            tuple(meeting_view(meeting, names, wanted) for meeting in by_worker[worker]),
        )
        for worker in order
    )


def meeting_view(meeting: Meeting, names: Names, wanted: int) -> MeetingView:
    """A meeting in words; ``wanted`` is the slack that counts as room to postpone."""
    return MeetingView(
        id=meeting.id,
        date=day(meeting.start.date()),
        time=f"{meeting.start:%H:%M} to {meeting.end:%H:%M}",
        kind=opening(KIND_NAMES[meeting.kind]),
        number=meeting.number,
        plans=", ".join(meeting.plans),
        venue=names.venue(meeting.venue),
        due=day(meeting.window.due),
        state=meeting_state(meeting, wanted),
        slack=slack_words(meeting.slack_days, meeting.breach_days),
        chair=names.person(meeting.chair) if meeting.chair else "",
        notes=tuple(_notes(meeting, names)),
    )


def _notes(meeting: Meeting, names: Names) -> list[str]:
    notes = [MARK_WORDS[mark] for mark in meeting.marks]
    if meeting.pinned:
        notes.append("pinned")
    if meeting.provisional:
        notes.append("provisional")
    if meeting.sittings:
        halves = [f"{sitting.start:%H:%M} to {sitting.end:%H:%M}" for sitting in meeting.sittings]
        notes.append(f"two sittings, {' and '.join(halves)}")
    for entry in meeting.attendees:
        if entry.status == "deputy":
            whose = names.person(entry.for_) if entry.for_ else "someone"
            notes.append(f"{names.person(entry.person)} stands in for {whose}")
        elif entry.status in NOT_THERE and entry.level != "invited":
            notes.append(f"{names.person(entry.person)}: {NOT_THERE[entry.status]}")
    return notes
