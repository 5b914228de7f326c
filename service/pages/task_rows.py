"""Tasks in words: what a row of the list, or of the file, says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from service.pages.addresses import meeting_path
from service.store.task_basis import Change
from service.store.task_marks import Mark
from service.views.attention import meeting_words
from service.views.names import Names
from service.views.tasks import WITHOUT_MEETING
from service.words import moment, opening
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
    end: datetime | None
    place: str
    """Of the meeting; empty without one."""
    call: str
    """The interpreters who take part, where the task is about them."""
    path: str
    """The meeting's page; empty without one."""
    remind: date | None
    sources: tuple[str, ...]
    done: datetime | None
    """When it was marked, in the team's zone; ``None`` too where the mark doesn't stand any more."""
    done_by: str
    again: str
    """What was otherwise when it was marked, where the mark doesn't stand any more."""
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
        done = mark if mark is not None and mark.stands else None
        owner = self._names.people.get(task.owner)
        return TaskRow(
            id=task.id,
            due=task.due,
            overdue=done is None and task.due < self._now.date(),
            own_date=task.date_from == "convene",
            what=self.what(task),
            owner=self.owner(task.owner),
            role=ROLE_WORDS[owner.role] if owner else "",
            where=meeting_words(meeting) if meeting else ", ".join(task.plans) or WITHOUT_MEETING,
            start=meeting.start if meeting else None,
            end=meeting.end if meeting else None,
            place=self._names.venue(meeting.venue) if meeting else "",
            call=self._interpreters(meeting) if meeting and "interpreter" in task.kind else "",
            path=meeting_path(self._path, meeting.id) if meeting else "",
            remind=task.warn,
            sources=sources_of(task),
            done=done.at.astimezone(self._now.tzinfo) if done else None,
            done_by=self.marker(done) if done else "",
            again=self.otherwise(mark) if mark and not mark.stands else "",
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

    def otherwise(self, mark: Mark) -> str:
        """What was otherwise when something was marked as done."""
        then = mark.basis
        assert then is not None, "without a basis nothing changes"
        who = listed_words([self._names.person(one) for one in then.interpreters] or [""])
        was: dict[Change, str] = {
            "time": f"the meeting was on {span_words(then.start, then.end)}",
            "place": f"the meeting was at {self._names.venue(then.venue)}",
            "interpreter": f"the interpreter was {who}" if who else "no interpreter was to come",
            "title": f"it said “{then.title}”",
        }
        return f"{self.marked(mark)}, when {listed_words([was[one] for one in mark.changes])}."

    def marked(self, mark: Mark) -> str:
        """When and by whom."""
        return f"Marked as done {moment(mark.at.astimezone(self._now.tzinfo))} by {self.marker(mark)}"

    def _interpreters(self, meeting: Meeting) -> str:
        people = self._names.people
        there = [one.person for one in meeting.attendees if one.status in ("attending", "remote", "deputy")]
        found = [people[one].name for one in there if one in people and people[one].role == "interpreter"]
        return listed_words(found) if found else ""

    def owner(self, person: str) -> str:
        """Who owes it."""
        return opening(self._names.person(person))

    def marker(self, mark: Mark) -> str:
        """Whose mark it is: by name where the account is somebody of the caseload."""
        if mark.person is not None and mark.person in self._names.people:
            return self._names.person(mark.person)
        return ACCOUNT_WORDS.get(mark.role or "", "somebody")


def span_words(start: datetime, end: datetime) -> str:
    """``Tue 8 Dec 2026, 10:00 to 11:00``."""
    return f"{moment(start)} to {end:%H:%M}"


def sources_of(task: Task) -> tuple[str, ...]:
    """Ids of the policy's items that ask for it."""
    return tuple(part.strip() for part in task.source.split(",") if part.strip())


__all__ = ["TaskRow", "TaskWords", "sources_of", "span_words"]
