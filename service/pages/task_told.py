"""What the list says of what has just been done, and what can be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from service.pages.task_list import words_of
from service.pages.team import TeamView
from service.store.task_marks import Mark
from service.words import count
from solver.policy.words import listed_words

_NAMED: Final = 3
"""So many tasks are named, where no more were marked."""


@dataclass(frozen=True, slots=True)
class Told:
    """What became of what was asked."""

    title: str
    text: str
    more: str
    undo: tuple[str, ...]
    """Ids of the tasks whose marks can be taken back again."""
    nothing: bool = False
    """Whether nothing was ticked at all."""


def told_of(view: TeamView, query: Mapping[str, str], marks: Mapping[str, Mark]) -> Told | None:
    """Read it from the address that a form led to; ``None`` where none did."""
    said = query.get("did", "")
    if said == "nothing":
        return Told("", "", "", (), nothing=True)
    if not (said.isascii() and said.isdecimal() and len(said) < 5) or view.seen is None:
        return None
    number, how = int(said), _how(query.get("how", ""))
    tasks = count(number, "task")
    if how == "gone":
        return Told("Dealt with", "It is off the list.", "", ()) if number else _none(how)
    if how == "undo":
        back = f"{tasks} {'isn’t' if number == 1 else 'aren’t'} done after all."
        return Told("Taken back", back, "Still to do.", ()) if number else _none(how)
    moved = query.get("moved", "")
    left = int(moved) if moved.isascii() and moved.isdecimal() and len(moved) < 5 else 0
    more = (
        f"{count(left, 'task')} {'was' if left == 1 else 'were'} not marked: the meeting has changed since you saw the list. "
        "See when it is now, and whether what was done still stands."
        if left
        else ""
    )
    if not number:
        return Told("Not marked", "Nothing was changed.", more, ()) if left else _none(how)
    undo = tuple(
        task.id
        for task in view.seen.tasks
        if (mark := marks.get(task.id)) is not None
        and mark.account == view.who.account
        and mark.at.isoformat() == query.get("at")
    )
    named = _named(view, undo, marks) if len(undo) <= _NAMED else ""
    return Told(
        "Marked", f"{tasks} {'is' if number == 1 else 'are'} marked as done.", f"{named} {more}".strip(), undo
    )


def _how(text: str) -> Literal["done", "undo", "gone"]:
    return "undo" if text == "undo" else "gone" if text == "gone" else "done"


def _none(how: str) -> Told:
    why = "somebody had marked all of it before" if how == "done" else "the marks were gone already"
    return Told("Nothing to change", "Nothing was changed.", f"It is as you wanted it: {why}.", ())


def _named(view: TeamView, tasks: tuple[str, ...], marks: Mapping[str, Mark]) -> str:
    assert view.seen is not None, "tasks are of a calendar"
    words = words_of(view, view.seen, marks)
    rows = [words.row(task) for task in view.seen.tasks if task.id in tasks]
    return f"{listed_words([f'{row.what} ({row.where})' for row in rows])}." if rows else ""


__all__ = ["Told", "told_of"]
