"""What everybody owes by when, for the report."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from service.views.attention import meeting_words
from service.views.names import Names
from service.words import day, opening
from solver.policy.words import ROLE_WORDS, listed_words
from solver.schema.calendar import Calendar, Meeting, Task

WITHOUT_MEETING = "Between meetings"


@dataclass(frozen=True)
class TaskView:
    """One line of somebody's list."""

    due: str
    own_date: bool
    """Whether the date is Convene's own, because the source names none."""
    what: str
    meeting: str | None
    """Id of the meeting it comes from, if it comes from one."""
    where: str
    remind: str
    source: str


@dataclass(frozen=True)
class OwnerTasks:
    """What one person owes, by date."""

    name: str
    role: str
    tasks: tuple[TaskView, ...]


def tasks_by_owner(calendar: Calendar, names: Names) -> tuple[OwnerTasks, ...]:
    """All tasks by who owes them, in the caseload's order of people."""
    meetings = {meeting.id: meeting for meeting in calendar.meetings}
    owed: dict[str, list[Task]] = defaultdict(list)
    for task in calendar.tasks:
        owed[task.owner].append(task)
    order = [person for person in names.people if person in owed]
    return tuple(
        OwnerTasks(
            name=opening(names.person(owner)),
            role=ROLE_WORDS[names.people[owner].role] if owner in names.people else "",
            tasks=tuple(_view(task, meetings, names) for task in owed[owner]),
        )
        for owner in (*order, *(owner for owner in owed if owner not in names.people))
    )


def _view(task: Task, meetings: dict[str, Meeting], names: Names) -> TaskView:
    meeting = meetings.get(task.meeting) if task.meeting else None
    about = f" ({listed_words([names.person(person) for person in task.people])})" if task.people else ""
    return TaskView(
        due=day(task.due),
        own_date=task.date_from == "convene",
        what=f"{task.title}{about}",
        meeting=meeting.id if meeting else None,
        where=meeting_words(meeting) if meeting else ", ".join(task.plans) or WITHOUT_MEETING,
        remind=day(task.warn) if task.warn else "",
        source=task.source,
    )
