"""A job in a worker's hands, and what a handler of jobs has to be."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event
from typing import Final, Protocol, runtime_checkable

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from service.jobs.queue import Lease, LostLeaseError, hold
from service.store.engine import Store
from service.store.scope import Principal, Scoped, system

DATABASE_AWAY: Final = (OperationalError, InterfaceError, PoolTimeoutError)
"""The database can't be reached, is full, or somebody else writes: it may be otherwise in a moment."""


class AgainError(Exception):
    """An attempt has come to nothing, the next one may succeed.

    Parameters
    ----------
    detail
        Why, in a sentence without full stop that names nobody.
    after
        Seconds until the next one.
    """

    def __init__(self, detail: str, after: float = 0.0) -> None:
        super().__init__(detail)
        self.detail, self.after = detail, after


class EndingError(Exception):
    """The worker was asked to end: the job goes back to the queue."""


@dataclass(frozen=True)
class Work:
    """A leased job."""

    store: Store
    lease: Lease
    now: Callable[[], datetime]
    ending: Event
    """Set when the worker is to end."""
    lost: Event = field(default_factory=Event)
    """Set when a heartbeat finds that the job is another worker's."""
    over: Event = field(default_factory=Event)
    """Set when the handler has returned: no more heartbeats."""

    @property
    def principal(self) -> Principal:
        """The service itself, for the job's tenant."""
        return system(self.lease.tenant, request=self.lease.job)

    def check(self) -> None:
        """Look whether to go on.

        Raises
        ------
        EndingError, LostLeaseError
        """
        if self.lost.is_set():
            raise LostLeaseError(f"job {self.lease.job} is another worker's")
        if self.ending.is_set():
            raise EndingError

    @contextmanager
    def writing(self) -> Iterator[Scoped]:
        """A transaction in which the job is certain to be this worker's.

        Raises
        ------
        LostLeaseError
        """
        with self.store.writing() as session:
            hold(session, self.lease)
            yield Scoped(session, self.principal)

    @contextmanager
    def reading(self) -> Iterator[Scoped]:
        """One consistent view."""
        with self.store.reading() as session:
            yield Scoped(session, self.principal)


class Handler(Protocol):
    """Does jobs of one kind."""

    def run(self, work: Work) -> None:
        """Do a job, and end it (`service.jobs.queue.finish`) in the transaction of its outcome.

        Raises
        ------
        AgainError
            Another attempt may succeed.
        EndingError, LostLeaseError
            As `Work.check` raises them: it is to be called at least twice a second.
        """

    def requeued(self, scoped: Scoped, work: Work, detail: str) -> None:
        """Write what else changes when the job is queued again, in that transaction; no detail if nothing went wrong."""

    def given_up(self, scoped: Scoped, work: Work, detail: str) -> None:
        """Write what else changes when every attempt has failed, in that transaction."""


@runtime_checkable
class Looking(Protocol):
    """A handler that looks now and then for what no job is queued for."""

    def look(self, store: Store, at: datetime) -> None:
        """Queue jobs for it."""


def place_of(error: BaseException) -> str:
    """Say of an error what it is and where it happened. Not its words: they may repeat somebody's data."""
    frames = traceback.extract_tb(error.__traceback__)
    at = f" at {frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{at}"


__all__ = ["DATABASE_AWAY", "AgainError", "EndingError", "Handler", "Looking", "Work", "place_of"]
