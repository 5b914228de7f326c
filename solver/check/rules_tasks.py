"""The tasks of a calendar are those that follow from it."""

from __future__ import annotations

from collections.abc import Iterator

from solver.check.owed import owed_tasks
from solver.check.report import Finding
from solver.check.view import View
from solver.schema.calendar import Task


def tasks(view: View) -> Iterator[Finding]:
    """Every task that follows is there as it follows, and no other is."""
    owed = {task.id: task for task in owed_tasks(view)}
    told = {task.id: task for task in view.calendar.tasks}
    meetings = {meeting.id for meeting in view.calendar.meetings}
    for name, task in owed.items():
        where = (task.meeting,) if task.meeting in meetings else ()
        if name not in told:
            yield Finding(f"The task {name}, due on {task.due}, is missing{_at(where)}.", where)
            continue
        wrong = _differences(told[name], task)
        if wrong:
            yield Finding(f"The task {name} has {', '.join(wrong)}{_at(where)}.", where, amount=len(wrong))
    for name, task in told.items():
        if name not in owed:
            where = (task.meeting,) if task.meeting in meetings else ()
            yield Finding(f"Nothing asks for the task {name}{_at(where)}.", where)


def _at(meetings: tuple[str | None, ...]) -> str:
    return "".join(f" ({meeting})" for meeting in meetings)


def _differences(told: Task, owed: Task) -> list[str]:
    fields = (
        "kind",
        "meeting",
        "owner",
        "due",
        "warn",
        "source",
        "plans",
        "date_from",
        "recipients",
        "people",
    )
    found = [
        f"{field.replace('_', ' ')} {_words(getattr(told, field))} and not {_words(getattr(owed, field))}"
        for field in fields
        if getattr(told, field) != getattr(owed, field)
    ]
    # What the policy's title goes on with (to whom, the next date, what a concern is about) is for reading only.
    return found if told.title.startswith(owed.title) else [*found, "another title"]


def _words(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "nobody"
    return "none" if value is None else str(value)
