"""Jobs for tests: small caseloads, workers in threads and in processes, and looking at what became of it."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from solver_cases import lone
from stores import NOON, Office, add_calendar

from service.jobs.planning import Planning
from service.jobs.queue import enqueue
from service.jobs.work import Handler
from service.jobs.worker import Worker
from service.store.calendars import OPEN
from service.store.engine import Store
from service.store.scope import Scoped
from service.store.tables import CalendarEntry, Event, Incumbent, Job, Revision
from solver.generate import generate, to_json

HERE = Path(__file__).parent
PATIENCE = 150.0
"""Seconds until a test gives up waiting: a machine's first plan compiles for most of a minute."""


class Clock:
    """A time of day that goes on by itself and can be set."""

    def __init__(self, at: datetime = NOON) -> None:
        self._ahead = timedelta()
        self._at, self._began = at, time.monotonic()

    def __call__(self) -> datetime:
        return self._at + timedelta(seconds=time.monotonic() - self._began) + self._ahead

    def step(self, by: timedelta) -> None:
        """Set it forwards or back."""
        self._ahead += by


def tiny() -> bytes:
    """A caseload of one plan: found and proven in a moment."""
    return json.dumps(lone()).encode()


def team(plans: int = 28) -> bytes:
    """A caseload that a search has much to do with."""
    return bytes(to_json(generate(plans, 3, congestion="hard")))


def asked(store: Store, office: Office, caseload: bytes, *, most_attempts: int = 3, **options: Any) -> str:
    """Ask for a calendar; returns its id."""
    entry = add_calendar(store, office, caseload, **({"seconds": 20.0} | options))
    with store.writing() as session:
        enqueue(
            Scoped(session, office.system()),
            "plan",
            entry.id,
            entry.team,
            at=NOON,
            most_attempts=most_attempts,
        )
    return entry.id


def ask_to_stop(store: Store, office: Office, calendar: str) -> None:
    """As the API does."""
    with store.writing() as session:
        entry = Scoped(session, office.system()).one(CalendarEntry, CalendarEntry.id == calendar, lock=True)
        assert entry is not None
        entry.stop_asked = True


class Seen:
    """What became of a calendar."""

    def __init__(self, store: Store, office: Office, calendar: str) -> None:
        with store.reading() as session:
            scoped = Scoped(session, office.system())
            entry = scoped.one(CalendarEntry, CalendarEntry.id == calendar)
            job = scoped.one(Job, Job.subject == calendar)
            assert entry is not None
            assert job is not None
            self.entry, self.job = entry, job
            self.events = list(
                session.scalars(scoped.select(Event).where(Event.calendar == calendar).order_by(Event.number))
            )
            self.incumbent = scoped.one(Incumbent, Incumbent.calendar == calendar)
            self.revisions = list(
                session.scalars(scoped.select(Revision).where(Revision.calendar == calendar))
            )

    @property
    def states(self) -> list[str]:
        """As those who watch were told."""
        return [event.data["state"] for event in self.events if event.kind == "state"]

    def document(self) -> dict[str, Any]:
        """The calendar that stands."""
        (revision,) = self.revisions
        found: dict[str, Any] = json.loads(revision.document)
        return found


def until(what: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it has not come about"
        time.sleep(0.05)


def until_ended(store: Store, office: Office, calendar: str) -> Seen:
    """Wait for the end of a plan."""
    until(lambda: Seen(store, office, calendar).entry.state not in OPEN)
    return Seen(store, office, calendar)


@contextmanager
def working(store: Store, handlers: Mapping[str, Handler] | None = None, **more: Any) -> Iterator[Worker]:
    """A worker in a thread, ended at the end."""
    worker = Worker(store, handlers or {"plan": Planning()}, poll_seconds=0.05, **more)
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    try:
        yield worker
    finally:
        stop.set()
        thread.join(60)
        assert not thread.is_alive()


def put_to_sleep(process: subprocess.Popen[bytes], store: Store) -> None:
    """Stop a process where it is; on SQLite not while it has the only right to write, which nobody could take from it."""
    while True:
        process.send_signal(signal.SIGSTOP)
        if not store.is_sqlite or _can_be_written(str(store.url.database)):
            return
        process.send_signal(signal.SIGCONT)
        time.sleep(0.05)


def _can_be_written(path: str) -> bool:
    connection = sqlite3.connect(path, timeout=1, isolation_level=None)
    try:
        connection.execute("begin immediate")
        connection.execute("rollback")
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()
    return True


def children(pid: int | None = None) -> list[int]:
    """Processes that a process has started and that are still there."""
    pid = os.getpid() if pid is None else pid
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(one) for one in task.read_text().split()]
    return found


def handles() -> int:
    """Files and sockets that this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


@contextmanager
def left_as_it_was(store: Store) -> Iterator[None]:
    """Fails if a process or a file handle is left of what was done, beyond the database's own connections."""
    store.close()
    processes, files = set(children()), handles()
    yield
    store.close()
    until(lambda: set(children()) <= processes, 30)
    assert handles() <= files


def faulty_child(what: str) -> tuple[str, ...]:
    """A solving process with a fault, see ``faulty_child.py``."""
    return (sys.executable, str(HERE / "faulty_child.py"), what)


def start_worker(url: str, *words: str) -> subprocess.Popen[bytes]:
    """A worker as a process of its own."""
    return subprocess.Popen(
        [sys.executable, str(HERE / "worker_process.py"), url, *words],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
