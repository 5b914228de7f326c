"""A backup holds everything, comes back on either database, and is refused when it isn't whole."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from api_cases import Service
from sqlalchemy import select
from stores import NOON

from service.delivery.issued import Issued, Told
from service.store import audit
from service.store.backup import backup, restore
from service.store.engine import Store, StoreError
from service.store.messages import Outbox
from service.store.migrate import migrate, newest
from service.store.scope import Scoped
from service.store.tables import Base, CalendarEntry, Message


def rows(store: Store) -> dict[str, list[tuple[object, ...]]]:
    with store.reading() as session:
        return {
            table.name: sorted(tuple(map(repr, row)) for row in session.execute(select(table)))
            for table in Base.metadata.sorted_tables
        }


@pytest.fixture
def full(store: Store) -> Service:
    service = Service(store)
    calendar = service.calendar()
    service.post(f"/v1/calendars/{calendar}:publish", headers={"If-Match": '"1"'})
    service.post("/v1/feeds", json={"kind": "team", "subject": "t"})
    service.options(service.first())
    return service


@pytest.fixture
def other(empty_url: str) -> Iterator[Store]:
    made = Store(empty_url)
    migrate(made)
    yield made
    made.close()


def test_everything_comes_back_on_either_database(full: Service, other: Store, tmp_path: Path) -> None:
    path = tmp_path / "all.gz"
    written = backup(full.store, path, now=NOON)
    assert (path.stat().st_mode & 0o777) == 0o600
    assert restore(other, path) == written
    assert rows(other) == rows(full.store)
    assert sum(written.values()) > 20
    with other.reading() as session:
        assert list(audit.flaws(session, "north")) == []


def test_what_is_written_afterwards_goes_on_after_it(full: Service, other: Store, tmp_path: Path) -> None:
    backup(full.store, tmp_path / "all.gz", now=NOON)
    restore(other, tmp_path / "all.gz")
    with other.writing() as session:
        scoped = Scoped(session, full.house.office.system())
        entry = scoped.one(CalendarEntry, CalendarEntry.team == "t")
        assert entry is not None
        highest = max(session.scalars(select(Message.id)))
        told = Told(datetime(2027, 3, 1, 10), datetime(2027, 3, 1, 11), "Room", "")
        one = Issued("sw-9", "f" * 40, "m", "7F3K", "x@convene.example", "REQUEST", 0, NOON, told)
        (kept,) = Outbox(scoped, "t", entry, 1).reserve([(one, b"mail")])
        assert kept.id > highest
        audit.record(scoped, "team.add", "t", at=NOON)
    with other.reading() as session:
        assert list(audit.flaws(session, "north")) == []


def test_a_database_that_holds_something_is_not_overwritten(full: Service, tmp_path: Path) -> None:
    backup(full.store, tmp_path / "all.gz", now=NOON)
    before = rows(full.store)
    with pytest.raises(StoreError, match="isn't empty"):
        restore(full.store, tmp_path / "all.gz")
    assert rows(full.store) == before
    with pytest.raises(StoreError, match="is there already"):
        backup(full.store, tmp_path / "all.gz", now=NOON)


def test_a_file_that_is_not_whole_changes_nothing(
    full: Service, other: Store, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    path = tmp_path / "all.gz"
    backup(full.store, path, now=NOON)
    whole = path.read_bytes()
    lines = gzip.decompress(whole).splitlines(keepends=True)
    spoilt = {
        "cut": whole[:-200],
        "a line left out": gzip.compress(b"".join(lines[:5] + lines[6:])),
        "changed": gzip.compress(b"".join(lines).replace(b'"role":"worker"', b'"role":"admin"')),
        "another format": gzip.compress(b'{"format": "something"}\n'),
        "a later layout": gzip.compress(b"".join([lines[0].replace(newest().encode(), b"9999"), *lines[1:]])),
        "text": b"no backup at all",
    }
    for fault, content in spoilt.items():
        with subtests.test(fault):
            path.write_bytes(content)
            with pytest.raises(StoreError):
                restore(other, path)
            assert not any(rows(other).values())
    path.write_bytes(whole)
    restore(other, path)
    assert rows(other) == rows(full.store), "what isn't spoilt is taken where nothing was"


def test_a_backup_is_of_one_moment_while_others_write(full: Service, other: Store, tmp_path: Path) -> None:
    seen = rows(full.store)
    path = tmp_path / "all.gz"
    with full.store.reading() as session:
        session.execute(select(Message)).all()
        backup(full.store, path, now=NOON)
    full.house.clock.pass_(timedelta(seconds=1))
    full.get("/v1/tasks")
    restore(other, path)
    assert rows(other) == seen
