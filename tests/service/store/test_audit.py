"""The audit log: in order, whole, and whatever is done to it shows."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from stores import NOON, Office, add_office

from service.store.audit import Flaw, begin_log, flaws, record
from service.store.engine import Store
from service.store.scope import Scoped
from service.store.tables import Audit, Chain, Tenant


@pytest.fixture
def office(store: Store) -> Office:
    made = add_office(store)
    with store.writing() as session:
        scoped = Scoped(session, made.principal("manager"))
        for number in range(1, 6):
            record(
                scoped, "calendar.publish", f"calendar-{number}", at=NOON + timedelta(minutes=number), team="t",
                before=str(number), after=str(number + 1),
            )  # fmt: skip
    return made


def found(store: Store, tenant: str = "north") -> list[Flaw]:
    with store.reading() as session:
        return list(flaws(session, tenant))


def entries(store: Store, tenant: str = "north") -> list[Audit]:
    with store.reading() as session:
        return list(session.scalars(select(Audit).where(Audit.tenant == tenant).order_by(Audit.number)))


def spoil(store: Store, *statements: Any) -> None:
    with store.writing() as session:
        for statement in statements:
            session.execute(statement)


def entry(number: int) -> Any:
    return (Audit.tenant == "north") & (Audit.number == number)


def test_what_was_written_is_whole(store: Store, office: Office) -> None:
    assert found(store) == []
    told = entries(store)
    assert [one.number for one in told] == [1, 2, 3, 4, 5]
    first = told[0]
    assert (first.account, first.role) == (office.accounts["manager"], "manager")
    assert (first.team, first.request, first.before, first.after) == ("t", "request-1", "1", "2")
    assert len({one.seal for one in told}) == 5


def test_an_empty_log_is_whole(store: Store) -> None:
    add_office(store)
    assert found(store) == []


@pytest.mark.parametrize(
    "change",
    [
        {"account": "somebody-else"}, {"role": "auditor"}, {"action": "calendar.read"}, {"team": "u"}, {"team": None},
        {"subject": "another"}, {"request": ""}, {"before": None}, {"after": "9"}, {"at": NOON}, {"seal": "0" * 64},
    ],
    ids=str,
)  # fmt: skip
def test_a_change_shows(store: Store, office: Office, change: dict[str, Any]) -> None:
    spoil(store, update(Audit).where(entry(3)).values(**change))
    flaw = found(store)[0]
    assert flaw.number == 3
    assert "was changed" in flaw.text


@pytest.mark.parametrize(
    ("number", "at", "text"),
    [(1, 1, "1 entries are missing before entry 2"), (3, 3, "missing"), (5, 4, "ends before its last entry")],
)
def test_an_entry_that_is_gone_shows(store: Store, office: Office, number: int, at: int, text: str) -> None:
    spoil(store, delete(Audit).where(entry(number)))
    assert any(flaw.number == at and text in flaw.text for flaw in found(store))


def test_a_log_cut_short_shows_though_its_end_was_moved(store: Store, office: Office) -> None:
    last = entries(store)[3]
    spoil(
        store,
        delete(Audit).where(entry(5)),
        update(Chain).where(Chain.tenant == "north").values(number=4, seal="1" * 64),
    )
    assert [flaw.text for flaw in found(store)] == ["the log ends before its last entry"]
    assert last.seal != "1" * 64


def test_a_log_that_is_gone_altogether_shows(store: Store, office: Office) -> None:
    spoil(store, delete(Audit).where(Audit.tenant == "north"))
    assert found(store) == [Flaw(0, "the log ends before its last entry")]
    spoil(store, delete(Chain).where(Chain.tenant == "north"))
    assert found(store) == [Flaw(0, "the log ends before its last entry")]


def test_two_entries_that_change_places_show(store: Store, office: Office) -> None:
    spoil(
        store,
        update(Audit).where(entry(2)).values(number=99),
        update(Audit).where(entry(3)).values(number=2),
        update(Audit).where(entry(99)).values(number=3),
    )
    assert {2, 3} <= {flaw.number for flaw in found(store)}


def test_an_entry_of_another_authority_shows(store: Store, office: Office) -> None:
    add_office(store, "south")
    spoil(store, update(Audit).where(entry(5)).values(tenant="south", number=1))
    assert found(store) != []
    assert found(store, "south") != []


def test_another_key_shows(store: Store, office: Office) -> None:
    spoil(store, update(Tenant).where(Tenant.id == "north").values(key=b"another" * 8))
    assert len(found(store)) == 5


def test_of_an_authority_that_there_is_not_nothing_is_said(store: Store) -> None:
    with pytest.raises(LookupError):
        found(store, "elsewhere")


def test_a_clock_that_was_put_back_leaves_the_order(store: Store, office: Office) -> None:
    with store.writing() as session:
        kept = record(Scoped(session, office.system()), "x", "y", at=NOON - timedelta(days=1))
    assert kept.at == NOON + timedelta(minutes=5)
    assert found(store) == []


def test_an_entry_goes_with_its_transaction(store: Store, office: Office) -> None:
    def fail() -> None:
        with store.writing() as session:
            record(Scoped(session, office.system()), "x", "y", at=NOON)
            session.flush()
            raise RuntimeError("halfway")

    with pytest.raises(RuntimeError, match="halfway"):
        fail()
    assert len(entries(store)) == 5
    assert found(store) == []


def test_several_in_one_transaction_are_whole(store: Store, office: Office) -> None:
    with store.writing() as session:
        for number in range(3):
            record(Scoped(session, office.system()), "x", str(number), at=NOON)
    assert [one.number for one in entries(store)] == list(range(1, 9))
    assert found(store) == []


def test_writers_at_once_make_one_log(store: Store, office: Office) -> None:
    other = add_office(store, "south")

    def write(made: Office) -> None:
        for number in range(8):
            with store.writing() as session:
                record(Scoped(session, made.system()), "x", str(number), at=NOON)

    threads = [threading.Thread(target=write, args=(made,)) for made in (office, office, office, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [one.number for one in entries(store)] == list(range(1, 5 + 24 + 1))
    assert found(store) == found(store, "south") == []


def test_a_tenant_gets_its_log_with_itself(store: Store) -> None:
    with store.writing() as session:
        session.add(Tenant(id="west", name="West", created=NOON, key=b"w" * 32))
        begin_log(session, "west")
    assert found(store, "west") == []


def test_what_was_told_cannot_be_rewritten_by_a_later_entry(store: Store, office: Office) -> None:
    """Whoever changes an entry and writes on shows all the same."""
    spoil(store, update(Audit).where(entry(2)).values(subject="another"))
    with store.writing() as session:
        record(Scoped(session, office.system()), "x", "y", at=NOON)
    assert found(store)[0].number == 2
