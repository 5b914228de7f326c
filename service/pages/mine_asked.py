"""What became of the rebookings that somebody has asked for themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from service.pages.rebooking_wanted import FIELD
from service.store.scope import Scoped
from service.store.tables import Rebooking

Outcome = Literal["open", "accepted", "declined", "lost"]
"""``lost``: the calendar it was asked for isn't the one that counts any more."""
_LATELY: Final = timedelta(days=28)
_SEEN: Final = frozenset({"declined", "accepted"})
"""Of those that are closed. What was taken back, or stands in newer options, isn't told of again."""


@dataclass(frozen=True, slots=True)
class Request:
    """A rebooking that somebody asked for, and its answer."""

    id: str
    meeting: str
    at: datetime
    """When it was asked for, in the team's zone."""
    outcome: Outcome
    decided: datetime | None
    reply: str
    """What the manager wrote to it."""


def own_requests(scoped: Scoped, team: str, calendar: str, now: datetime) -> Mapping[str, Request]:
    """What the principal has asked for lately, the last of each meeting by its id.

    Parameters
    ----------
    scoped
        Of whoever asked.
    team
    calendar
        The one that counts.
    now
        Aware, in the team's zone.
    """
    table = Rebooking
    query = (
        scoped.select(table)
        .where(table.team == team, table.created >= now - _LATELY)
        .order_by(table.created, table.id)
    )
    found: dict[str, Request] = {}
    for row in scoped.session.scalars(query):
        wanted = row.request.get(FIELD)
        if wanted is None or wanted["by"] != scoped.principal.account:
            continue
        closed = wanted.get("closed")
        found.pop(row.meeting, None)
        if closed is not None and closed not in _SEEN:
            continue
        outcome: Outcome = closed or ("open" if row.calendar == calendar else "lost")
        decided = wanted.get("closed_at")
        found[row.meeting] = Request(
            row.id, row.meeting, _local(wanted["at"], now), outcome,
            None if decided is None else _local(decided, now), wanted.get("reply", ""),
        )  # fmt: skip
    return found


def _local(stamp: str, now: datetime) -> datetime:
    return datetime.fromisoformat(stamp).astimezone(now.tzinfo)


__all__ = ["Outcome", "Request", "own_requests"]
