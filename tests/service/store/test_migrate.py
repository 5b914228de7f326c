"""Migrations: the layout is the tables', on both databases; two at once; a database of a later version."""

from __future__ import annotations

import subprocess
import sys

import pytest
from sqlalchemy import inspect, update
from sqlalchemy.sql import table
from sqlalchemy.sql.expression import column

from service.store.engine import Store, StoreError
from service.store.migrate import check, differences, migrate, newest, present
from service.store.tables import Base

_MIGRATE = (
    "import sys; from service.store.engine import Store; from service.store.migrate import migrate;"
    " print('ready', flush=True); sys.stdin.readline(); migrate(Store(sys.argv[1]))"
)


def test_the_layout_is_that_of_the_tables(store: Store) -> None:
    with store.engine.connect() as connection:
        assert differences(connection) == []
        found = set(inspect(connection).get_table_names())
    assert found == {*Base.metadata.tables, "alembic_version"}


def test_what_differs_is_told(store: Store) -> None:
    with store.engine.begin() as connection:
        Base.metadata.tables["feed_token"].drop(connection)
        assert differences(connection)


def test_an_empty_database_has_no_layout(empty_url: str) -> None:
    store = Store(empty_url)
    assert present(store) is None
    with pytest.raises(StoreError, match="the database is empty: run convene database migrate"):
        check(store)
    migrate(store)
    assert present(store) == newest()
    check(store)
    store.close()


def test_migrating_again_changes_nothing(store: Store) -> None:
    migrate(store)
    assert present(store) == newest()


def test_the_first_layout_becomes_the_present_one(empty_url: str) -> None:
    store = Store(empty_url)
    migrate(store, "0001")
    assert present(store) == "0001"
    migrate(store)
    with store.engine.connect() as connection:
        assert differences(connection) == []
    store.close()


def test_two_processes_migrate_at_once(empty_url: str) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", _MIGRATE, empty_url],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    try:
        for one in started:
            assert one.stdout is not None
            assert one.stdout.readline() == "ready\n"
        for one in started:
            assert one.stdin is not None
            one.stdin.write("\n")
            one.stdin.flush()
        ended = [one.communicate(timeout=60) for one in started]
    finally:
        for one in started:
            one.kill()
    assert [(one.returncode, told[1]) for one, told in zip(started, ended, strict=True)] == [(0, "")] * 2
    store = Store(empty_url)
    with store.engine.connect() as connection:
        assert differences(connection) == []
    store.close()


def test_an_earlier_layout_is_to_be_migrated(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.store.migrate.newest", lambda: "9999")
    with pytest.raises(StoreError, match=r"an earlier version of Convene: .*backup.* migrate"):
        check(store)


def test_a_later_version_is_left_alone(store: Store) -> None:
    with store.engine.begin() as connection:
        connection.execute(update(table("alembic_version", column("version_num"))).values(version_num="9999"))
    with pytest.raises(StoreError, match="a later version of Convene"):
        migrate(store)
    with pytest.raises(StoreError, match="a later version of Convene: use that one"):
        check(store)
    assert present(store) == "9999"
