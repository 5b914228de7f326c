"""Tasks in words: what a row of the list, or of the file, says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from service.pages.addresses import meeting_path
from service.store.task_marks import Mark
from service.views.attention import meeting_words
from service.views.names import Names
from service.views.tasks import WITHOUT_MEETING
from service.words import opening
from solver.policy.words import ROLE_WORDS, listed_words
from solver.schema.calendar import Calendar, Meeting, Task

ACCOUNT_WORDS = {
    "manager": "the manager", "worker": "a worker", "support": "business support", "integrator": "the case system",
    "auditor": "an auditor", "admin": "an administrator",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task as it is shown."""

    id: str
    due: date
    overdue: bool
    own_date: bool
    """Whether the date is Convene's own, because the source names none."""
    what: str
    owner: str
    role: str
    where: str
    """The meeting, or the plans."""
    start: datetime | None
    """Of the meeting."""
    path: str
    """The meeting's page; empty without one."""
    remind: date | None
    sources: tuple[str, ...]
    done: datetime | None
    """When it was marked, in the team's zone."""
    done_by: str
    may_mark: bool


class TaskWords:
    """Puts tasks into words.

    Parameters
    ----------
    calendar
        As far as the reader sees it.
    names
    marks
        By the task's id.
    path
        Of the team's pages.
    now
        Aware, in the team's zone.
    markable
        Whose tasks may be marked: ``None`` for everybody's, else a person's id, or an id that is nobody's.
    """

    def __init__(
        self,
        calendar: Calendar,
        names: Names,
        marks: Mapping[str, Mark],
        *,
        path: str,
        now: datetime,
        markable: str | None,
    ) -> None:
        self._meetings: dict[str, Meeting] = {one.id: one for one in calendar.meetings}
        self._names, self._marks, self._path, self._now, self._markable = names, marks, path, now, markable

    def row(self, task: Task) -> TaskRow:
        """A task as it is shown."""
        meeting = self._meetings.get(task.meeting) if task.meeting else None
        mark = self._marks.get(task.id)
        owner = self._names.people.get(task.owner)
        return TaskRow(
            id=task.id,
            due=task.due,
            overdue=mark is None and task.due < self._now.date(),
            own_date=task.date_from == "convene",
            what=self.what(task),
            owner=self.owner(task.owner),
            role=ROLE_WORDS[owner.role] if owner else "",
            where=meeting_words(meeting) if meeting else ", ".join(task.plans) or WITHOUT_MEETING,
            start=meeting.start if meeting else None,
            path=meeting_path(self._path, meeting.id) if meeting else "",
            remind=task.warn,
            sources=sources_of(task),
            done=mark.at.astimezone(self._now.tzinfo) if mark else None,
            done_by=self.marker(mark) if mark else "",
            may_mark=self._markable in (None, task.owner),
        )

    def what(self, task: Task) -> str:
        """What is to be done, and about whom."""
        about = (
            f" ({listed_words([self._names.person(person) for person in task.people])})"
            if task.people
            else ""
        )
        return f"{task.title}{about}"

    def owner(self, person: str) -> str:
        """Who owes it."""
        return opening(self._names.person(person))

    def marker(self, mark: Mark) -> str:
        """Whose mark it is: by name where the account is somebody of the caseload."""
        if mark.person is not None and mark.person in self._names.people:
            return self._names.person(mark.person)
        return ACCOUNT_WORDS.get(mark.role or "", "somebody")


def sources_of(task: Task) -> tuple[str, ...]:
    """Ids of the policy's items that ask for it."""
    return tuple(part.strip() for part in task.source.split(",") if part.strip())


__all__ = ["TaskRow", "TaskWords", "sources_of"]
