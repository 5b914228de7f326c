"""What became of a calendar when it was tried out: the last result of each, and the job that makes the next."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from service.store.scope import Scoped
from service.store.tables import Job, StressResult

KIND: Final = "stress"
"""Of the jobs."""
WAITING: Final = frozenset({"queued", "leased"})


def kept(scoped: Scoped, calendar: str) -> StressResult | None:
    """The last result of a calendar, of whichever revision."""
    query = scoped.select(StressResult).where(StressResult.calendar == calendar)
    return scoped.session.scalars(query.order_by(StressResult.revision.desc()).limit(1)).first()


def keep(scoped: Scoped, calendar: str, revision: int, document: bytes, *, at: datetime) -> None:
    """Keep a result in the place of all that the calendar had before.

    Parameters
    ----------
    scoped
    calendar, revision
        That it is of.
    document
        As `solver.schema.stress` writes it.
    at
        Aware.
    """
    for row in scoped.session.scalars(
        scoped.select(StressResult).where(StressResult.calendar == calendar)
    ).all():
        scoped.session.delete(row)
    scoped.session.flush()
    scoped.add(StressResult(calendar=calendar, revision=revision, document=document, created=at))


def last_job(scoped: Scoped, calendar: str) -> Job | None:
    """The job that was queued last for a calendar, ended or not."""
    query = scoped.select(Job).where(Job.kind == KIND, Job.subject == calendar)
    return scoped.session.scalars(query.order_by(Job.created.desc(), Job.id).limit(1)).first()


__all__ = ["KIND", "WAITING", "keep", "kept", "last_job"]
