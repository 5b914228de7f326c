"""The queue: rows of `Job`, each leased to one worker at a time.

No clock is trusted to say whether a worker is still there. A lease has a number, which goes up each time the job is leased,
and a count of heartbeats. A worker that waits for another's job watches both: if they have stood still for the length of a
lease by the *watcher's* monotonic clock, the lease has expired. So neither a clock that steps nor two machines whose clocks
differ lose a job or take it from a worker that is alive. ``leased_until`` is for people and figures alone.

Whoever writes the outcome of a job calls `hold` first, in the same transaction: a worker that was taken for dead finds
another lease number there, and writes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from service.store.engine import Store
from service.store.scope import Scoped
from service.store.tables import Job

MOST_ATTEMPTS: Final = 3
"""Times that a job is begun, before it is given up. A worker that was asked to end gives its jobs back uncounted."""

LONGEST_WAIT: Final = timedelta(hours=1)
"""That anything is put off by. What is due later still was put off by a clock that has been put back since."""


class LostLeaseError(Exception):
    """The job is another worker's by now, or nobody's any more: nothing may be written about it."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A job, and the right to write what becomes of it."""

    job: str
    kind: str
    subject: str
    tenant: str
    team: str
    payload: dict[str, Any]
    worker: str
    number: int
    attempt: int
    """1 at first."""
    most_attempts: int
    detail: str = ""
    """Why the attempt before ended."""

    @property
    def is_spent(self) -> bool:
        """Whether every attempt has been made already: the job is leased once more only to be given up."""
        return self.attempt > self.most_attempts


def enqueue(
    scoped: Scoped,
    kind: str,
    subject: str,
    team: str,
    *,
    at: datetime,
    payload: dict[str, Any] | None = None,
    not_before: datetime | None = None,
    most_attempts: int = MOST_ATTEMPTS,
) -> Job:
    """Queue a job, in the transaction of what it is about.

    Parameters
    ----------
    scoped
        Of somebody who may see the team.
    kind
        Which handler it is for.
    subject
        The id of what it is about. Of several jobs of one kind, tenant and subject one runs at a time.
    team
    at
        Now. Aware.
    payload
        Plain data.
    not_before
        When it is due, no later than after `LONGEST_WAIT`; at once if not given.
    most_attempts
        Times it may be begun.
    """
    job = Job(
        tenant=scoped.principal.tenant, team=team, kind=kind, subject=subject, payload=payload or {}, state="queued",
        not_before=at if not_before is None else not_before, most_attempts=most_attempts, worker=None,
        leased_until=None, created=at, finished=None,
    )  # fmt: skip
    scoped.add(job)
    return job


class Queue:
    """The queue as one worker sees it.

    Parameters
    ----------
    store
    worker
        The worker's name: for people; two of the same name do no harm.
    now
        The time of day, aware.
    lease_seconds
        How long a worker may be silent. It should beat four times as often.
    monotonic
        Seconds from any origin, which no change of the time of day moves.
    """

    def __init__(
        self,
        store: Store,
        worker: str,
        *,
        now: Callable[[], datetime],
        lease_seconds: float = 20.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.store, self.worker, self.now, self.lease_seconds = store, worker, now, lease_seconds
        self._monotonic = monotonic
        self._seen: dict[str, tuple[tuple[int, int], float]] = {}
        """Of each leased job: its lease and beats, and since when they have stood there."""

    def claim(self, kinds: Collection[str]) -> Lease | None:
        """Lease the job that has waited longest, or one whose worker is gone; ``None`` if there is neither."""
        silent = self._silent(kinds)
        with self.store.reading() as session:
            waiting = session.scalars(self._due(kinds).limit(1)).first() is not None
        if not silent and not waiting:
            return None
        with self.store.writing() as session:
            return self._abandoned(session, silent) or self._next(session, kinds)

    def heartbeat(self, lease: Lease) -> None:
        """Say that this worker is still at it.

        Raises
        ------
        LostLeaseError
        """
        with self.store.writing() as session:
            job = hold(session, lease)
            job.beats += 1
            job.leased_until = self._until()

    def _until(self) -> datetime:
        return self.now() + timedelta(seconds=self.lease_seconds)

    def _due(self, kinds: Collection[str]) -> Any:
        other = aliased(Job)
        busy = select(other.id).where(
            other.state == "leased", other.kind == Job.kind, other.tenant == Job.tenant, other.subject == Job.subject
        )  # fmt: skip
        return (
            select(Job)
            .where(
                Job.state == "queued",
                Job.kind.in_(kinds),
                # What is due at once is due whatever the clock says now: it may have been put back since.
                or_(
                    Job.not_before <= self.now(),
                    Job.not_before <= Job.created,
                    Job.not_before > self.now() + LONGEST_WAIT,
                ),
                ~busy.exists(),
            )
            .order_by(Job.not_before, Job.created, Job.id)
        )

    def _next(self, session: Session, kinds: Collection[str]) -> Lease | None:
        job: Job | None = session.scalars(
            self._due(kinds).limit(1).with_for_update(skip_locked=True, of=Job)
        ).first()
        if job is None:
            return None
        if not self.store.is_sqlite and not _alone(session, job):
            return None
        return self._leased(session, job)

    def _silent(self, kinds: Collection[str]) -> list[tuple[str, int, int]]:
        """Leased jobs that have not been heard of for the length of a lease, as they were seen last."""
        with self.store.reading() as session:
            rows = session.execute(
                select(Job.id, Job.lease, Job.beats).where(Job.state == "leased", Job.kind.in_(kinds))
            ).all()
        at = self._monotonic()
        self._seen = {
            row.id: (
                (row.lease, row.beats),
                known[1] if (known := self._seen.get(row.id)) and known[0] == (row.lease, row.beats) else at,
            )
            for row in rows
        }
        return [(job, *mark) for job, (mark, since) in self._seen.items() if at - since >= self.lease_seconds]

    def _abandoned(self, session: Session, silent: list[tuple[str, int, int]]) -> Lease | None:
        for job_id, lease, beats in silent:
            job = session.scalars(
                select(Job)
                .where(Job.id == job_id, Job.state == "leased", Job.lease == lease, Job.beats == beats)
                .with_for_update(skip_locked=True)
            ).first()
            if job is not None:
                job.detail = "the worker that had it has not been heard of any more"
                return self._leased(session, job)
        return None

    def _leased(self, session: Session, job: Job) -> Lease:
        job.state, job.worker, job.leased_until = "leased", self.worker, self._until()
        job.lease += 1
        job.beats = 0
        job.attempts += 1
        session.flush()
        return Lease(
            job=job.id, kind=job.kind, subject=job.subject, tenant=job.tenant, team=job.team, payload=dict(job.payload),
            worker=self.worker, number=job.lease, attempt=job.attempts, most_attempts=job.most_attempts,
            detail=job.detail,
        )  # fmt: skip


def hold(session: Session, lease: Lease) -> Job:
    """Lock a leased job until the transaction ends, having made sure that it still is this lease's.

    Raises
    ------
    LostLeaseError
    """
    job = session.scalars(
        select(Job).where(Job.id == lease.job, Job.state == "leased", Job.lease == lease.number).with_for_update()
    ).first()  # fmt: skip
    if job is None:
        raise LostLeaseError(f"job {lease.job} is another worker's")
    return job


def finish(session: Session, lease: Lease, *, at: datetime, failed: bool = False, detail: str = "") -> None:
    """End a job, in the transaction of its outcome.

    Raises
    ------
    LostLeaseError
    """
    job = hold(session, lease)
    job.state, job.finished, job.detail = "failed" if failed else "done", at, detail
    job.worker = job.leased_until = None


def cancel(session: Session, lease: Lease, *, at: datetime) -> None:
    """End a job of which nothing is to come, as somebody has asked.

    Raises
    ------
    LostLeaseError
    """
    finish(session, lease, at=at)
    job = session.get_one(Job, lease.job)
    job.state = "cancelled"


def give_back(session: Session, lease: Lease) -> None:
    """Queue a job as if it had not been begun: another worker can have it at once.

    Raises
    ------
    LostLeaseError
    """
    job = hold(session, lease)
    job.attempts -= 1
    _requeue(job, job.created)


def put_off(session: Session, lease: Lease, *, detail: str, until: datetime | None = None) -> None:
    """Queue a job anew: this attempt has failed, another one may not. At once if no time is given.

    Whoever calls it has seen that there is an attempt left.

    Raises
    ------
    LostLeaseError
    """
    job = hold(session, lease)
    job.detail = detail
    _requeue(job, job.created if until is None else until)


def _requeue(job: Job, due: datetime) -> None:
    job.state, job.not_before = "queued", due
    job.worker = job.leased_until = None
    # Whoever had it can write no more, not even before somebody else has it.
    job.lease += 1


def _alone(session: Session, job: Job) -> bool:
    """Whether no other job of its subject is leased, now that no other worker can lease one (PostgreSQL).

    On SQLite the transaction is the only one that writes, and what it read holds.
    """
    name = f"{job.kind}:{job.tenant}:{job.subject}"
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))
    others = select(Job.id).where(
        Job.state == "leased", Job.kind == job.kind, Job.tenant == job.tenant, Job.subject == job.subject
    )
    return session.execute(others).first() is None


__all__ = [
    "LONGEST_WAIT",
    "MOST_ATTEMPTS",
    "Lease",
    "LostLeaseError",
    "Queue",
    "cancel",
    "enqueue",
    "finish",
    "give_back",
    "hold",
    "put_off",
]
