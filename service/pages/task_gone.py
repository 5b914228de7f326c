"""What was done for meetings that aren't held any more: an interpreter who was booked doesn't know that yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from service.access.rights import Reach, reach
from service.pages.task_rows import TaskWords, span_words
from service.pages.team import TeamView
from service.store.task_marks import Mark
from service.words import KIND_NAMES, opening


@dataclass(frozen=True, slots=True)
class GoneRow:
    """Something that was done for nothing."""

    id: str
    what: str
    meeting: str
    when: str
    marked: str
    start: datetime


def gone(view: TeamView, marks: Mapping[str, Mark], words: TaskWords) -> tuple[GoneRow, ...]:
    """Marks of tasks that the calendar doesn't have any more, of meetings that were to come, by date.

    A worker is told of those that were theirs, or that they marked: what else there was is not in the calendar that they see.
    """
    if view.standing is None:
        return ()
    there = {task.id for task in view.standing.calendar.tasks}
    own = reach(view.who, "task.read") is Reach.OWN
    found = [
        _row(task, mark, words)
        for task, mark in marks.items()
        if task not in there
        and mark.basis is not None
        and mark.basis.start > view.now.replace(tzinfo=None)
        and (not own or mark.account == view.who.account or mark.basis.owner == view.who.person)
    ]
    return tuple(sorted((row for row in found if row is not None), key=lambda row: (row.start, row.id)))


def _row(task: str, mark: Mark, words: TaskWords) -> GoneRow | None:
    then = mark.basis
    if then is None:
        return None
    subject = then.series.removesuffix(f".{then.kind}")
    return GoneRow(
        id=task,
        what=then.title,
        meeting=f"{opening(KIND_NAMES[then.kind])} {then.number}, {subject}",
        when=span_words(then.start, then.end),
        marked=words.marked(mark),
        start=then.start,
    )


__all__ = ["GoneRow", "gone"]
