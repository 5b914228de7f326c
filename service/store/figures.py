"""Counts for those who run the service."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func

from service.store import calendars
from service.store.calendars import Documents
from service.store.scope import Scoped
from service.store.tables import CalendarEntry, Job, Message, Revision

Counts = dict[tuple[str, ...], float]
_documents = Documents()


@dataclass(frozen=True, slots=True)
class Figures:
    """What there is at a moment. The names of the labels are in `service.api.metrics`."""

    jobs: Counts
    oldest_seconds: float
    calendars: Counts
    gaps: Counts
    breaches: Counts
    messages: Counts
    answers: Counts
    open: Counts


def read(scoped: Scoped, now: datetime) -> Figures:
    """Count what belongs to an authority.

    Parameters
    ----------
    scoped
        Of somebody who may see the figures; they are of all its teams.
    now
        Aware.
    """
    session = scoped.session
    jobs = session.execute(
        scoped.select(Job).with_only_columns(Job.kind, Job.state, func.count()).group_by(Job.kind, Job.state)
    )
    oldest = session.scalar(
        scoped.select(Job)
        .where(Job.state == "queued", Job.not_before <= now)
        .with_only_columns(func.min(Job.not_before))
    )
    states = session.execute(
        scoped.select(CalendarEntry)
        .with_only_columns(CalendarEntry.state, func.count())
        .group_by(CalendarEntry.state)
    )
    messages = session.execute(
        scoped.select(Message)
        .with_only_columns(Message.method, Message.state, func.count())
        .group_by(Message.method, Message.state)
    )
    found = Figures(
        {(kind, state): number for kind, state, number in jobs},
        0.0 if oldest is None else max(0.0, (now - oldest).total_seconds()),
        {(state,): number for state, number in states},
        {},
        {},
        {(method, state): number for method, state, number in messages},
        {},
        {},
    )
    answers: Counter[str] = Counter()
    for entry in calendars.current(scoped):
        counts = _counts(scoped, entry)
        found.gaps[entry.team,] = counts["gap"]
        found.breaches[entry.team,] = counts["breaches"]
        found.open[entry.team,] = counts["rebookings"]
        answers.update(counts["answers"])
    found.answers.update({(status,): number for status, number in answers.items()})
    return found


def _counts(scoped: Scoped, entry: CalendarEntry) -> dict[str, Any]:
    latest = (Revision.calendar == entry.id, Revision.number == entry.revision)
    counts: dict[str, Any] | None = scoped.session.scalar(
        scoped.select(Revision).where(*latest).with_only_columns(Revision.counts)
    )
    if counts is not None:
        return counts
    row = scoped.one(Revision, *latest)
    assert row is not None, "a calendar that counts has a revision"
    return calendars.counts_of(_documents.calendar(row))


__all__ = ["Counts", "Figures", "read"]
