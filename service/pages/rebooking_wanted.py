"""Rebookings that somebody asks the manager for: options that were found, kept with who wants them and why.

Whoever may ask for options and not accept them leaves them to the manager. What they want is in the row of the options:
nothing is open twice, and an option that is accepted ends it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from service.access.rights import may
from service.access.views import visible_meetings
from service.pages.whom import Whom
from service.store.calendars import Standing
from service.store.scope import Scoped
from service.store.tables import Rebooking
from solver.schema.calendar import Meeting

FIELD: Final = "wanted"
"""In the row's ``request``: by whom, when, which option they would like best, and once it is dealt with, how."""

MOST_SAID: Final = 200
"""Letters of what a manager says to it."""


@dataclass(frozen=True)
class Wanted:
    """A rebooking that somebody asks for."""

    id: str
    meeting: Meeting
    by: str
    """What they sign in with."""
    at: datetime
    option: int | None
    """Which they would like best."""
    request: dict[str, Any]
    current: bool
    """Whether the options are of the calendar as it is."""


def ask_manager(row: Rebooking, option: int | None, at: datetime, by: str) -> None:
    """Leave options to the manager."""
    row.request = row.request | {FIELD: {"by": by, "at": at.isoformat(), "option": option}}


def close_wanted(row: Rebooking, how: str, at: datetime | None = None, reply: str = "") -> None:
    """Say that it has been dealt with.

    Parameters
    ----------
    row
    how
        ``declined``, ``accepted``, ``withdrawn`` by whoever asked, or ``again`` where the options are asked for anew.
    at
        When: what has been decided is told to whoever asked.
    reply
        What the manager says to it.
    """
    if FIELD in row.request:
        told = {"closed": how} | ({} if at is None else {"closed_at": at.isoformat()})
        row.request = row.request | {FIELD: row.request[FIELD] | told | ({"reply": reply} if reply else {})}


def is_open(row: Rebooking) -> bool:
    """Whether somebody waits for an answer to it."""
    return row.accepted is None and "closed" not in row.request.get(FIELD, {"closed": ""})


def passed_on(old: Rebooking, new: Rebooking) -> None:
    """Have newer options stand for older ones that somebody wants."""
    wanted = old.request.get(FIELD)
    if wanted is not None and "closed" not in wanted:
        new.request = new.request | {FIELD: wanted | {"option": None}}
        close_wanted(old, "again")


def wanted_rebookings(scoped: Scoped, standing: Standing, meeting: str | None = None) -> Sequence[Wanted]:
    """What is open, of one meeting or all that the principal may see, oldest first."""
    table = Rebooking
    query = (
        scoped.select(table)
        .where(table.calendar == standing.entry.id, table.accepted.is_(None))
        .order_by(table.created, table.id)
    )
    if meeting is not None:
        query = query.where(table.meeting == meeting)
    rows = [row for row in scoped.session.scalars(query) if is_open(row)]
    if not rows:
        return ()
    calendar = standing.calendar
    if scoped.principal.role == "worker":
        calendar = visible_meetings(scoped.principal, standing.caseload, calendar)
    known, whom = {one.id: one for one in calendar.meetings}, Whom(scoped)
    return tuple(
        Wanted(
            id=row.id,
            meeting=known[row.meeting],
            by=whom(row.request[FIELD]["by"]),
            at=datetime.fromisoformat(row.request[FIELD]["at"]),
            option=row.request[FIELD]["option"],
            request=row.request,
            current=row.revision == standing.revision.number,
        )
        for row in rows
        if row.meeting in known
    )


def count_wanted(scoped: Scoped, standing: Standing) -> int:
    """How many are open for whoever may accept them; 0 for all others."""
    return len(wanted_rebookings(scoped, standing)) if may(scoped.principal, "rebooking.accept") else 0


__all__ = [
    "FIELD", "MOST_SAID", "Wanted", "ask_manager", "close_wanted", "count_wanted", "is_open", "passed_on", "wanted_rebookings",
]  # fmt: skip
