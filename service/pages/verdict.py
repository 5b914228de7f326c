"""What is to be said of a start and a place for a meeting: what follows from it, or what is against it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from service.api.problems import Problem
from service.pages.meeting_at import At
from service.pages.option_words import choice, reasons
from service.words import moment


@dataclass(frozen=True)
class Verdict:
    """A verdict in words."""

    state: Literal["possible", "late", "same", "impossible", "unknown"]
    heading: str
    lines: tuple[str, ...]


def verdict_of(at: At, start: datetime, venue: str) -> Verdict:
    """Ask the desk, and say what it says."""
    where = f"{moment(start)}, {at.sentences.names.venue(venue)}"
    if at.past:
        return Verdict(
            "impossible", "It can’t be moved any more", ("The meeting has begun, or has been held.",)
        )
    if (start, venue) == (at.meeting.start, at.meeting.venue):
        return Verdict("same", "It is there now", (f"Nothing changes: {where}.",))
    try:
        found = at.options(at.ask(at=start, venue=venue))
    except Problem as problem:
        if problem.status not in (409, 503):
            raise
        return Verdict("unknown", "There is no answer", (at.sentences.text(problem.detail or problem.title),))
    if not found.options:
        why = tuple(reasons(found, at.sentences)) or (
            "Something else is in the way: your manager sees what.",
        )
        return Verdict("impossible", f"It can’t be held on {where}", why)
    option = choice(found.options[0], at.sentences)
    lines = tuple(one for one in option.lines if one != option.why)
    if option.late:
        return Verdict("late", f"It can be held on {where}, but late", lines)
    return Verdict("possible", f"It can be held on {where}", lines)


__all__ = ["Verdict", "verdict_of"]
