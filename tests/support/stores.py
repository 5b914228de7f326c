"""Databases for tests: the same tests on SQLite and on PostgreSQL, each with an empty database of the present layout.

A folder's ``conftest.py`` imports the fixtures. ``store`` is the one to use; ``postgres`` is the server behind it, which a
test may not stop: one that does makes a `postgres.Server` of its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from uuid import uuid4

import pytest
from postgres import Server, programs

from service.store.audit import begin_log
from service.store.engine import Store
from service.store.migrate import migrate
from service.store.scope import Principal, Role, Scoped, system
from service.store.tables import Account, CalendarEntry, CaseloadVersion, Team, Tenant

NOON: Final = datetime(2027, 1, 4, 12, 0, tzinfo=UTC)
BOTH: Final = ("sqlite", "postgresql")
_TEMPLATE: Final = "made"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """One server for all tests of a run."""
    binaries = programs()
    if binaries is None:
        if os.environ.get("CI") == "true":
            pytest.fail("PostgreSQL isn't installed, and here it must be")
        pytest.skip("PostgreSQL isn't installed")
    server = Server(binaries)
    try:
        server.start()
        server.execute(f"create database {_TEMPLATE}")
        with_layout(server.url(_TEMPLATE))
        yield server
    finally:
        server.remove()


@cache
def sqlite_layout() -> bytes:
    """A file of the present layout with nothing in it, for tests that aren't about migrating: it is migrated once."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "made.sqlite"
        with_layout(f"sqlite:///{path}")
        return path.read_bytes()


def sqlite_store(folder: Path) -> Store:
    """An empty database of the present layout, in a folder."""
    path = folder / "convene.sqlite"
    path.write_bytes(sqlite_layout())
    return Store(f"sqlite:///{path}")


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of the present layout, by its URL: for tests that hand it to other processes."""
    if request.param == "sqlite":
        path = tmp_path / "convene.sqlite"
        path.write_bytes(sqlite_layout())
        yield f"sqlite:///{path}"
        return
    server: Server = request.getfixturevalue("postgres")
    name = f"t{uuid4().hex}"
    server.execute(f"create database {name} template {_TEMPLATE}")
    yield server.url(name)
    server.execute(f"drop database {name} with (force)")


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An empty database of the present layout."""
    made = Store(database_url)
    yield made
    made.close()


@pytest.fixture(params=BOTH)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with nothing in it at all."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite'}"
        return
    server: Server = request.getfixturevalue("postgres")
    name = f"t{uuid4().hex}"
    server.execute(f"create database {name}")
    yield server.url(name)
    server.execute(f"drop database {name} with (force)")


def with_layout(url: str) -> None:
    """Migrate a database."""
    store = Store(url)
    migrate(store)
    store.close()


@dataclass(frozen=True)
class Office:
    """A made-up authority with teams and accounts."""

    tenant: str
    teams: tuple[str, ...]
    accounts: dict[str, str]
    """Account ids by role."""

    def principal(self, role: Role, *teams: str, person: str | None = None) -> Principal:
        """Somebody who signed in; of the first team if none is named. The admin has none."""
        own = frozenset(teams) if teams else frozenset(() if role == "admin" else self.teams[:1])
        return Principal(
            self.tenant, self.accounts.get(role, "system"), role, own, person=person, request="request-1"
        )

    def system(self) -> Principal:
        """The service itself."""
        return system(self.tenant)


ROLES: Final[tuple[Role, ...]] = ("manager", "worker", "support", "integrator", "auditor", "admin")


def add_office(store: Store, tenant: str = "north", teams: tuple[str, ...] = ("t", "u")) -> Office:
    """Make an authority with these teams, and an account of each role."""
    accounts = {}
    with store.writing() as session:
        session.add(Tenant(id=tenant, name=f"Authority {tenant}", created=NOON, key=tenant.encode() * 8))
        begin_log(session, tenant)
        session.flush()
        for team in teams:
            session.add(Team(tenant=tenant, id=team, name=f"Team {team}", created=NOON))
        for role in ROLES:
            account = Account(
                tenant=tenant, subject=f"{role}@{tenant}.example", role=role, created=NOON,
                teams=[] if role == "admin" else ["*"] if role in ("auditor", "integrator") else list(teams[:1]),
                person="sw-1" if role == "worker" else None,
            )  # fmt: skip
            session.add(account)
            session.flush()
            accounts[role] = account.id
    return Office(tenant, teams, accounts)


def add_calendar(
    store: Store, office: Office, caseload: bytes, *, team: str | None = None, **options: object
) -> CalendarEntry:
    """Store a caseload, and a calendar that was asked for and nobody has begun."""
    team = team or office.teams[0]
    with store.writing() as session:
        scoped = Scoped(session, office.system())
        version = CaseloadVersion(
            tenant=office.tenant, team=team, caseload=f"caseload-{uuid4().hex[:8]}", version=1, digest="0" * 64,
            plans=1, document=caseload, created=NOON, created_by=office.accounts["manager"],
        )  # fmt: skip
        scoped.add(version)
        entry = CalendarEntry(
            tenant=office.tenant, team=team, state="queued", caseload_version=version.id, options=options,
            created=NOON, created_by=office.accounts["manager"], problem=None, finished=None,
        )  # fmt: skip
        scoped.add(entry)
    return entry
