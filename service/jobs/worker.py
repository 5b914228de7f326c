"""A worker: takes jobs from the queue, one of each kind at a time, until it is asked to end."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from threading import Event, Lock, Thread
from typing import Final
from uuid import uuid4

import structlog

from service.jobs.queue import Lease, LostLeaseError, Queue, finish, give_back, put_off
from service.jobs.work import DATABASE_AWAY, AgainError, EndingError, Handler, Looking, Work, place_of
from service.store.engine import Store

POLL_SECONDS: Final = 0.5
"""Between looks at the queue."""
LEASE_SECONDS: Final = 20.0
LOOK_SECONDS: Final = 300.0
"""Between looks for what no job is queued for; the first is at the start."""
_BEATS: Final = 4
"""Heartbeats in the length of a lease."""
_AWAY_SECONDS: Final = 2.0
"""Between looks while the database is away."""
_log = structlog.get_logger("convene.jobs")


def worker_name() -> str:
    """A name that no other worker has."""
    return f"{socket.gethostname()[:32]}.{os.getpid()}.{uuid4().hex[:8]}"


class Worker:
    """Runs jobs. The same for a process of its own and for the one beside a server.

    Each kind has a thread, so that a plan of minutes holds up no mail. Jobs of one kind are done one after the other: more
    at once take more workers.

    Parameters
    ----------
    store
    handlers
        By kind.
    name
        For people.
    now
        The time of day, aware.
    lease_seconds
        How long it may be silent before others take its jobs.
    poll_seconds
        Between looks at the queue.
    monotonic
        Seconds from any origin.
    """

    def __init__(
        self,
        store: Store,
        handlers: Mapping[str, Handler],
        *,
        name: str | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        lease_seconds: float = LEASE_SECONDS,
        poll_seconds: float = POLL_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name or worker_name()
        self._store, self._handlers, self._now = store, dict(handlers), now
        self._lease_seconds, self._poll_seconds, self._monotonic = lease_seconds, poll_seconds, monotonic
        self._lock = Lock()
        self._at_work: dict[str, tuple[Queue, Work]] = {}

    def run(self, stop: Event) -> None:
        """Work until ``stop`` is set; what is being done then goes back to the queue at once."""
        _log.info("worker started", worker=self.name, kinds=sorted(self._handlers))
        lanes = [
            Thread(target=self._lane, args=(kind, handler, stop), name=f"jobs {kind}")
            for kind, handler in self._handlers.items()
        ]
        ended = Event()
        beating = Thread(target=self._beat, args=(ended,), name="heartbeats")
        for thread in (*lanes, beating):
            thread.start()
        for lane in lanes:
            lane.join()
        ended.set()
        beating.join()
        _log.info("worker ended", worker=self.name)

    def _lane(self, kind: str, handler: Handler, stop: Event) -> None:
        queue = Queue(
            self._store, self.name, now=self._now, lease_seconds=self._lease_seconds, monotonic=self._monotonic
        )  # fmt: skip
        looked: float | None = None
        while not stop.is_set():
            try:
                if looked is None or self._monotonic() - looked >= LOOK_SECONDS:
                    looked = self._monotonic()
                    if isinstance(handler, Looking):
                        handler.look(self._store, self._now())
                lease = queue.claim((kind,))
            except DATABASE_AWAY as error:
                _log.warning("database away", worker=self.name, error=place_of(error))
                stop.wait(_AWAY_SECONDS)
                continue
            if lease is None:
                stop.wait(self._poll_seconds)
                continue
            work = Work(self._store, lease, self._now, stop)
            with self._lock:
                self._at_work[lease.job] = (queue, work)
            try:
                self._do(handler, work)
            except LostLeaseError:
                _told("job lost to another worker", lease)
            except DATABASE_AWAY as error:
                # Nothing can be written about the job now. Its lease runs out, and then it is begun again.
                _told("job left to expire", lease, error=place_of(error))
                stop.wait(_AWAY_SECONDS)
            except Exception as error:
                # Of what is written when a job goes wrong. The lane goes on; the job's attempts are bounded.
                _log.error("fault in a handler, job left to expire", job=lease.job, error=place_of(error))
                stop.wait(_AWAY_SECONDS)
            finally:
                work.over.set()
                with self._lock:
                    del self._at_work[lease.job]

    def _do(self, handler: Handler, work: Work) -> None:
        lease = work.lease
        _told("job begun", lease)
        try:
            if lease.is_spent:
                self._give_up(handler, work, lease.detail)
                return
            handler.run(work)
            _told("job done", lease)
        except EndingError:
            with work.writing() as scoped:
                give_back(scoped.session, lease)
                handler.requeued(scoped, work, "")
            _told("job given back", lease)
        except AgainError as again:
            self._again(handler, work, again)
        except (LostLeaseError, *DATABASE_AWAY):
            raise
        except Exception as error:
            _log.error("fault in a handler", job=lease.job, kind=lease.kind, error=place_of(error))
            self._again(handler, work, AgainError("an error in the service broke it off"))

    def _again(self, handler: Handler, work: Work, again: AgainError) -> None:
        lease = work.lease
        if lease.attempt >= lease.most_attempts:
            self._give_up(handler, work, again.detail)
            return
        until = self._now() + timedelta(seconds=again.after) if again.after else None
        with work.writing() as scoped:
            put_off(scoped.session, lease, detail=again.detail, until=until)
            handler.requeued(scoped, work, again.detail)
        _told("job put off", lease, detail=again.detail)

    def _give_up(self, handler: Handler, work: Work, detail: str) -> None:
        lease = work.lease
        with work.writing() as scoped:
            finish(scoped.session, lease, at=self._now(), failed=True, detail=detail)
            handler.given_up(scoped, work, detail)
        _told("job given up", lease, detail=detail)

    def _beat(self, ended: Event) -> None:
        while not ended.wait(self._lease_seconds / _BEATS):
            with self._lock:
                at_work = list(self._at_work.values())
            for queue, work in at_work:
                try:
                    queue.heartbeat(work.lease)
                except LostLeaseError:
                    if not work.over.is_set():
                        work.lost.set()
                except Exception as error:
                    _log.warning("heartbeat missed", job=work.lease.job, error=place_of(error))


def _told(what: str, lease: Lease, **more: str) -> None:
    who = {"job": lease.job, "kind": lease.kind, "subject": lease.subject, "worker": lease.worker}
    _log.info(what, attempt=lease.attempt, **who, **more)


__all__ = ["LEASE_SECONDS", "LOOK_SECONDS", "POLL_SECONDS", "Worker", "worker_name"]
