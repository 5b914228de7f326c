"""The service with its pages on a port of this machine, in this process, over a made-up authority.

`World` has accounts of every role for two teams; `give` puts a caseload with a calendar into a team as if they had been uploaded
and planned. Everything is on loopback and ends with the test.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Final

import uvicorn
from api_cases import HereDesks
from stores import sqlite_store

from service.access import sessions
from service.api.app import create_app
from service.settings import Settings
from service.store import calendars, caseloads
from service.store.accounts import Accounts, add_tenant
from service.store.engine import Store
from service.store.scope import Scoped, system
from service.store.tables import CalendarEntry, Team
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload

TENANT: Final = "authority"
ROLES: Final = ("manager", "worker", "support", "auditor", "integrator", "admin")


@dataclass
class Clock:
    """Set by hand."""

    at: datetime = datetime(2026, 12, 7, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


@dataclass
class World:
    """A running service."""

    store: Store
    address: str = ""
    clock: Clock = field(default_factory=Clock)
    settings: Settings = field(default_factory=lambda: Settings(tenant=TENANT, requests_a_minute=100_000))

    def team(self, team: str, name: str = "") -> None:
        """A team, with an account of every role: ``manager@TEAM.example`` and so on. The worker is the person ``worker-1``."""
        with self.store.writing() as session:
            scoped = Scoped(session, system(TENANT))
            scoped.add(Team(tenant=TENANT, id=team, name=name or team, created=self.clock.now()))
            session.flush()
            accounts = Accounts(scoped, self.clock.now())
            for role in ROLES:
                own = () if role == "admin" else (team,)
                person = "worker-1" if role == "worker" else None
                accounts.add(f"{role}@{team}.example", role, own, person=person)  # type: ignore[arg-type]

    def is_person(self, subject: str, person: str) -> None:
        """Say who in the caseload an account is."""
        with self.store.writing() as session:
            accounts = Accounts(Scoped(session, system(TENANT)), self.clock.now())
            next(one for one in accounts.all() if one.subject == subject).person = person

    def caseload(self, caseload: Caseload) -> str:
        """Upload a caseload: the id of its version."""
        with self.store.writing() as session:
            row, _ = caseloads.add_version(Scoped(session, system(TENANT)), caseload, at=self.clock.now())
            return row.id

    def give(self, caseload: Caseload, calendar: Calendar, *, published: bool = False) -> str:
        """Upload a caseload and have this calendar for it: the calendar's id."""
        version = self.caseload(caseload)
        with self.store.writing() as session:
            scoped = Scoped(session, system(TENANT))
            entry = CalendarEntry(
                tenant=TENANT, team=caseload.team.id, state="completed", caseload_version=version, options={},
                created=self.clock.now(), created_by="system", finished=self.clock.now(),
            )  # fmt: skip
            scoped.add(entry)
            session.flush()
            calendars.add_revision(scoped, entry, calendar, version, reason="planned", at=self.clock.now())
            calendars.add_event(scoped, entry, "state", {"state": "completed"}, at=self.clock.now())
            if published:
                entry.published = entry.revision
            return entry.id

    def revise(self, entry: str, calendar: Calendar, reason: str = "moved") -> None:
        """The next revision of a calendar, as if somebody else had made it."""
        with self.store.writing() as session:
            scoped = Scoped(session, system(TENANT))
            found = calendars.find(scoped, entry, lock=True)
            assert found is not None
            calendars.add_revision(
                scoped, found, calendar, found.caseload_version, reason=reason, at=self.clock.now()
            )

    def cookie(self, subject: str) -> str:
        """Sign somebody in: the cookie of their session."""
        with self.store.writing() as session:
            accounts = Accounts(Scoped(session, system(TENANT)), self.clock.now())
            account = next(one for one in accounts.all() if one.subject == subject)
            return sessions.begin(session, account.id, self.clock.now()).cookie


@contextmanager
def world(folder: Path, settings: Callable[[str], Settings] | None = None) -> Iterator[World]:
    """The service, running meanwhile.

    Parameters
    ----------
    folder
        For its database.
    settings
        Gives them for the address that it is found at, where the usual ones don't do.
    """
    store = sqlite_store(folder)
    made = World(store)
    with store.writing() as session:
        add_tenant(session, TENANT, "Made-up authority", made.clock.now())
    with socket.create_server(("127.0.0.1", 0)) as listening:
        made.address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        if settings is not None:
            made.settings = settings(made.address)
        app = create_app(store, made.settings, desks=HereDesks(), listens_on="127.0.0.1", now=made.clock.now)
        server = uvicorn.Server(
            uvicorn.Config(app, log_config=None, lifespan="on", timeout_graceful_shutdown=2)
        )
        thread = Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            while not server.started and thread.is_alive():
                sleep(0.01)
            yield made
        finally:
            server.should_exit = True
            thread.join(20)
    store.close()
