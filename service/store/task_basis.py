"""What a task was about when it was marked as done, and whether that is still so.

An interpreter who was booked for ten o'clock isn't booked for two: a mark stands for the meeting as it was. A task that is of no
meeting has no basis, and its mark stands until it is taken away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo

from solver.schema.base import MeetingKind
from solver.schema.calendar import Calendar, Meeting, Task
from solver.schema.caseload import Caseload

Change = Literal["time", "place", "interpreter", "title"]
_TAKES_PART = ("attending", "remote", "deputy")


@dataclass(frozen=True, slots=True)
class Basis:
    """A meeting, as far as what is done for it depends on that."""

    start: datetime
    """Local, as in the calendar; so is ``end``."""
    end: datetime
    venue: str
    interpreters: tuple[str, ...]
    """Ids of those who take part."""
    title: str
    """Of the task: it may say when the next meeting is."""
    owner: str
    series: str
    kind: MeetingKind
    number: int

    def changes(self, now: Basis) -> tuple[Change, ...]:
        """What is otherwise by now."""
        found: dict[Change, bool] = {
            "time": (self.start, self.end) != (now.start, now.end),
            "place": self.venue != now.venue,
            "interpreter": self.interpreters != now.interpreters,
            "title": self.title != now.title,
        }
        return tuple(name for name, otherwise in found.items() if otherwise)

    def document(self) -> dict[str, Any]:
        """As it is stored."""
        times = {"start": self.start.isoformat(), "end": self.end.isoformat()}
        return asdict(self) | times | {"interpreters": list(self.interpreters)}

    @classmethod
    def of_document(cls, document: Mapping[str, Any]) -> Self:
        """As it was stored."""
        moments = {name: datetime.fromisoformat(document[name]) for name in ("start", "end")}
        return cls(**{**document, **moments, "interpreters": tuple(document["interpreters"])})


class Bases:
    """The basis of each task of a calendar.

    Parameters
    ----------
    caseload
    calendar
        The whole of it: what is told of a basis is the reader's affair.
    """

    def __init__(self, caseload: Caseload, calendar: Calendar) -> None:
        self.zone = ZoneInfo(caseload.timezone)
        self.tasks: Mapping[str, Task] = {one.id: one for one in calendar.tasks}
        self._meetings: Mapping[str, Meeting] = {one.id: one for one in calendar.meetings}
        self._interpreters = {one.id for one in caseload.people if one.role == "interpreter"}

    def of(self, task: str) -> Basis | None:
        """What a task is about; ``None`` for one of no meeting, or that isn't there."""
        found = self.tasks.get(task)
        meeting = None if found is None or found.meeting is None else self._meetings.get(found.meeting)
        if found is None or meeting is None:
            return None
        there = {one.person for one in meeting.attendees if one.status in _TAKES_PART}
        return Basis(
            meeting.start, meeting.end, meeting.venue, tuple(sorted(there & self._interpreters)), found.title, found.owner,
            meeting.series, meeting.kind, meeting.number,
        )  # fmt: skip

    def changes(self, task: str, then: Basis | None, at: datetime) -> tuple[Change, ...]:
        """What has changed for a task since it was marked; nothing: the mark stands.

        What was marked once the meeting had begun stands: when it was is put right at most.

        Parameters
        ----------
        task
        then
            What it was about; ``None``: that isn't known, or it is of no meeting.
        at
            When it was marked. Aware.
        """
        now = self.of(task)
        if then is None or now is None or at >= now.start.replace(tzinfo=self.zone):
            return ()
        return then.changes(now)


__all__ = ["Bases", "Basis", "Change"]
