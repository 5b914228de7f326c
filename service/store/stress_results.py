"""What became of a calendar when it was tried out: the last result of each, and the job that makes the next."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from service.store.scope import Scoped
from service.store.tables import Job, StressResult

KIND: Final = "stress"
"""Of the jobs."""
WAITING: Final = frozenset({"queued", "leased"})
_DONE: Final = "done"
_STOP: Final = "stop"
"""Beside what the job is about, in what it carries."""


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


def runs_done(job: Job) -> int:
    """How many runs the attempt at hand has done, as far as it has told."""
    return int(job.payload.get(_DONE, 0))


def tell_runs(job: Job, done: int) -> None:
    """Keep how many runs an attempt has done. The job is locked by whoever calls this."""
    job.payload = {**job.payload, _DONE: done}


def is_to_stop(job: Job) -> bool:
    """Whether somebody has asked to stop it."""
    return bool(job.payload.get(_STOP))


def ask_to_stop(scoped: Scoped, calendar: str, *, at: datetime) -> bool:
    """Stop the try of a calendar that waits, or have the worker stop the one that runs; whether there is one.

    Parameters
    ----------
    scoped
        Writing, of somebody who may plan.
    calendar
        Theirs to see.
    at
        Aware.
    """
    query = scoped.select(Job).where(Job.kind == KIND, Job.subject == calendar, Job.state.in_(WAITING))
    jobs = scoped.session.scalars(query.with_for_update()).all()
    for job in jobs:
        if job.state == "queued":
            job.state, job.finished = "cancelled", at
        else:
            job.payload = {**job.payload, _STOP: True}
    return bool(jobs)


__all__ = [
    "KIND", "WAITING", "ask_to_stop", "is_to_stop", "keep", "kept", "last_job", "runs_done", "tell_runs",
]  # fmt: skip
