"""A team's figures in time: those of each day's last revision of the calendars that counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from pydantic_core import from_json

from service.store.calendars import current
from service.store.kept import Kept
from service.store.scope import Scoped
from service.store.tables import CalendarEntry, Revision
from solver.schema.calendar import Kpis

MOST: Final = 30
"""Days shown."""
_kept: Final[Kept[tuple[str, int], Kpis]] = Kept(2_000)
"""By calendar and revision: answers are written into a revision's document, and change none of its figures."""


@dataclass(frozen=True, slots=True)
class Point:
    """The figures of a revision."""

    calendar: str
    revision: int
    made: datetime
    """In the zone asked for."""
    sent: bool
    """Whether it is the one that people were sent last."""
    kpis: Kpis


def trend(scoped: Scoped, team: str, zone: tzinfo, *, most: int = MOST) -> tuple[Point, ...]:
    """The figures in time, the last of each day and the newest days.

    Calendars that were made and never sent to anybody are left out, but for the one that counts.

    Parameters
    ----------
    scoped
    team
    zone
        In which a day begins and ends.
    most
        Days.
    """
    counts = {entry.id for entry in current(scoped, team)}
    entries = {
        entry.id: entry
        for entry in scoped.session.scalars(scoped.select(CalendarEntry).where(CalendarEntry.team == team))
        if entry.published or entry.id in counts
    }
    rows = scoped.session.execute(
        scoped.select(Revision)
        .where(Revision.calendar.in_(entries))
        .order_by(Revision.created, Revision.number)
        .with_only_columns(Revision.calendar, Revision.number, Revision.created)
    )
    days = {row.created.astimezone(zone).date(): row for row in rows}
    chosen = list(days.values())[-most:]
    missing = [(row.calendar, row.number) for row in chosen]
    figures = _figures(scoped, missing)
    return tuple(
        Point(
            row.calendar, row.number, row.created.astimezone(zone), entries[row.calendar].published == row.number,
            figures[row.calendar, row.number],
        )
        for row in chosen
    )  # fmt: skip


def _figures(scoped: Scoped, wanted: list[tuple[str, int]]) -> dict[tuple[str, int], Kpis]:
    found: dict[tuple[str, int], Kpis] = {}
    for calendar, number in wanted:
        # One at a time: each is some megabytes. Of the document only the figures are kept.
        def read(calendar: str = calendar, number: int = number) -> Kpis:
            row = scoped.one(Revision, Revision.calendar == calendar, Revision.number == number)
            assert row is not None, "it was listed in this transaction"
            return Kpis.model_validate(from_json(row.document)["kpis"])

        found[calendar, number] = _kept.get((calendar, number), read)
    return found


__all__ = ["MOST", "Point", "trend"]
