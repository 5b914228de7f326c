"""The database: transactions, one writer, one view; what a URL may be."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from stores import NOON, add_office

from service.store.engine import Store, StoreError
from service.store.tables import Team, Tenant


def _teams(store: Store) -> int:
    with store.reading() as session:
        return session.scalar(select(func.count()).select_from(Team)) or 0


def test_a_transaction_is_kept(store: Store) -> None:
    add_office(store, teams=("a", "b", "c"))
    assert _teams(store) == 3


def test_of_a_transaction_that_fails_nothing_is_kept(store: Store) -> None:
    add_office(store)

    def fail() -> None:
        with store.writing() as session:
            session.add(Team(tenant="north", id="w", name="W", created=NOON))
            session.flush()
            raise RuntimeError("halfway")

    with pytest.raises(RuntimeError, match="halfway"):
        fail()
    assert _teams(store) == 2


def test_what_is_done_while_reading_is_not_kept(store: Store) -> None:
    add_office(store)
    with store.reading() as session:
        session.add(Team(tenant="north", id="w", name="W", created=NOON))
        session.flush()
    assert _teams(store) == 2


def test_a_reader_has_one_view(store: Store) -> None:
    add_office(store)
    with store.reading() as session:
        before = session.scalar(select(func.count()).select_from(Team))
        with store.writing() as other:
            other.add(Team(tenant="north", id="w", name="W", created=NOON))
        assert session.scalar(select(func.count()).select_from(Team)) == before == 2
    assert _teams(store) == 3


def test_foreign_keys_hold(store: Store) -> None:
    with pytest.raises(IntegrityError), store.writing() as session:
        session.add(Team(tenant="nobody", id="t", name="T", created=NOON))


def test_writers_take_turns(store: Store) -> None:
    """Each adds to what the one before left: no addition is lost."""
    add_office(store)

    def add() -> None:
        for _ in range(5):
            with store.writing() as session:
                tenant = session.scalars(select(Tenant).with_for_update()).one()
                tenant.name += "+"

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with store.reading() as session:
        assert session.scalars(select(Tenant)).one().name.count("+") == 20


@pytest.mark.parametrize("url", ["nonsense", "", "mysql://host/name"])
def test_another_url_is_refused(url: str) -> None:
    with pytest.raises(StoreError):
        Store(url)


def test_a_refusal_does_not_repeat_a_password() -> None:
    with pytest.raises(StoreError) as told:
        Store("oracle://user:hunter2@host/name")
    assert "hunter2" not in str(told.value)


def test_the_driver_is_ours_whatever_the_url_says() -> None:
    store = Store("postgresql://somebody@host.example/name")
    assert store.url.drivername == "postgresql+psycopg"
    assert not store.is_sqlite
    store.close()
