"""What is different about a meeting at another time, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from solver.explain.words import counted, name_of, short_list
from solver.schema.calendar import Attendee, Meeting, Score
from solver.schema.caseload import Person

_STATUS: Final = {
    "attending": "would come",
    "remote": "would join remotely",
    "report": "would send a report",
    "absent": "would not come",
}


def more_words(
    people: Mapping[str, Person], before: Meeting, after: Meeting, costs: Score, moved: list[str]
) -> str:
    """Say what makes the other time dearer or cheaper.

    Parameters
    ----------
    people : mapping
    before, after : Meeting
        The meeting as it is and as it would be.
    costs : Score
        Points by level more.
    moved : list of str
        Other meetings that would move as well.
    """
    parts = []
    for level, points in costs.items():
        words = {
            "breach": _late(after),
            "attendance": _who(people, before, after),
            "family": "less of what the family wants" if points > 0 else "more of what the family wants",
            "resilience": _slack(before, after, points),
            "stability": _moves(moved),
            "convenience": "travel, weekday, room" if points > 0 else "travel, weekday or room are better",
        }[level]
        parts.append(f"{words or level} ({points:+,})")
    return "; ".join(parts)


def _late(after: Meeting) -> str:
    if after.breach_days:
        return f"it would be {counted(after.breach_days, 'day')} late"
    return "it or a later one would come sooner or later against its due date"


def _who(people: Mapping[str, Person], before: Meeting, after: Meeting) -> str:
    old = {_place(one): one for one in before.attendees}
    changes = []
    for one in after.attendees:
        was = old.get(_place(one))
        if was is not None and (was.status, was.person) != (one.status, one.person):
            if one.status == "deputy":
                changes.append(f"{name_of(people, one.person)} would come for {name_of(people, _place(one))}")
            else:
                changes.append(f"{name_of(people, _place(one))} {_STATUS[one.status]}")
    return short_list(changes, "changes") if changes else "attendance at later meetings"


def _place(one: Attendee) -> str:
    return one.for_ or one.person


def _slack(before: Meeting, after: Meeting, points: int) -> str:
    if before.slack_days != after.slack_days:
        return f"{counted(after.slack_days, 'working day')} to spare instead of {before.slack_days}"
    return "further from the day it aims at" if points > 0 else "nearer to the day it aims at"


def _moves(moved: list[str]) -> str:
    if not moved:
        return "it would have to be moved"
    return f"it would have to be moved, and {short_list(moved, 'meetings')} with it"
