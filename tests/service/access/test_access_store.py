from __future__ import annotations

from datetime import timedelta

import pytest
from access_cases import House
from sqlalchemy import func, select

from service.access import keys
from service.store.accounts import Accounts, add_tenant
from service.store.audit import flaws
from service.store.credentials import begin_session, end_session, find_key, find_session, find_subject, used
from service.store.engine import Store, StoreError
from service.store.scope import Scoped, system
from service.store.tables import Account, Audit, WebSession


@pytest.fixture
def house(store: Store) -> House:
    return House(store)


def test_an_authority_begins_with_a_secret_and_a_log(store: Store) -> None:
    house = House(store)
    with store.writing() as session:
        one = add_tenant(session, "south", "South", house.clock.now())
        two = add_tenant(session, "west", "West", house.clock.now())
        assert len(one.key) == 32
        assert one.key != two.key
    with store.reading() as session:
        assert list(flaws(session, "south")) == []
        entry = session.scalars(select(Audit).where(Audit.tenant == "south")).one()
        assert (entry.action, entry.account) == ("tenant.add", "system")
    with store.writing() as session, pytest.raises(StoreError, match="already"):
        add_tenant(session, "south", "Again", house.clock.now())
    for bad in ("", "a b", "-a", "a" * 65, "å"):
        with store.writing() as session, pytest.raises(StoreError, match="up to 64"):
            add_tenant(session, bad, "Bad", house.clock.now())


@pytest.mark.parametrize(
    ("subject", "role", "teams", "person", "words"),
    [
        ("", "manager", ["t"], None, "1 to 255"),
        ("x" * 256, "manager", ["t"], None, "1 to 255"),
        ("manager@north.example", "manager", ["t"], None, "already"),
        ("x", "boss", ["t"], None, "one of manager, worker"),
        ("x", "system", ["t"], None, "one of manager, worker"),
        ("x", "manager", [], None, "a manager needs a team"),
        ("x", "auditor", [], None, "an auditor needs a team"),
        ("x", "admin", ["t"], None, "no family's data"),
        ("x", "manager", ["*"], None, "only an auditor or an integrator"),
        ("x", "manager", ["t", "nowhere"], None, "no team nowhere"),
        ("x", "worker", ["t"], None, "needs a person"),
    ],
)
def test_accounts_that_cannot_be(
    house: House, subject: str, role: str, teams: list[str], person: str | None, words: str
) -> None:
    with house.store.writing() as session:
        before = session.scalar(select(func.count()).select_from(Account))
        with pytest.raises(StoreError, match=words):
            house.accounts(session).add(subject, role, teams, person)
        assert session.scalar(select(func.count()).select_from(Account)) == before


def test_accounts_of_another_authority_are_not_there(house: House) -> None:
    with house.store.writing() as session:
        add_tenant(session, "south", "South", house.clock.now())
        south = Accounts(Scoped(session, system("south")), house.clock.now())
        assert south.all() == south.teams() == south.all_keys() == []
        made = keys.new_key()
        house.accounts(session).add_key(
            house.accounts(session).get("manager@north.example"), made.prefix, made.hash
        )
        for ask in (
            lambda: south.get(house.office.accounts["manager"]),
            lambda: south.disable("manager@north.example"),
            lambda: south.revoke(made.prefix),
            lambda: south.rotate(made.prefix, "0" * 12, "0" * 64, timedelta()),
        ):
            with pytest.raises(StoreError, match="there is no such"):
                ask()
        # The same subject may be known to both.
        south.add_team("t", "Team")
        assert south.add("manager@north.example", "manager", ["t"]).tenant == "south"
    nowhere = Accounts(Scoped(session, system("nowhere")), house.clock.now())
    with pytest.raises(StoreError, match="no such authority"):
        nowhere.all()


def test_every_change_is_in_the_log_and_none_holds_a_secret(house: House) -> None:
    one, two = keys.new_key(), keys.new_key()
    with house.store.writing() as session:
        accounts = house.accounts(session)
        accounts.add_team("v", "Team V")
        account = accounts.add("case-system", "integrator", ["*"])
        accounts.add_key(account, one.prefix, one.hash, ["calendar.read"])
        accounts.rotate(one.prefix, two.prefix, two.hash, timedelta(hours=1))
        accounts.revoke(two.prefix)
        accounts.revoke(two.prefix)
        accounts.disable(account.id)
        accounts.disable(account.id)
    with house.store.reading() as session:
        assert list(flaws(session, "north")) == []
        entries = session.scalars(select(Audit).order_by(Audit.number)).all()
        told = [(entry.action, entry.subject, entry.after) for entry in entries]
    assert told == [
        ("team.add", "v", None),
        ("account.add", account.id, None),
        ("key.new", one.prefix, None),
        ("key.new", two.prefix, None),
        ("key.rotate", one.prefix, two.prefix),
        ("key.revoke", two.prefix, None),
        ("account.disable", account.id, None),
    ]
    assert not any(secret in str(told) for secret in (one.hash, two.hash, one.text, two.text))


def test_keys_that_cannot_be(house: House) -> None:
    with house.store.writing() as session:
        accounts = house.accounts(session)
        account = accounts.get("integrator@north.example")
        with pytest.raises(StoreError, match="already"):
            accounts.add_key(account, "a" * 12, "b" * 64, expires=house.clock.now())
        accounts.disable(account.id)
        with pytest.raises(StoreError, match="disabled"):
            accounts.add_key(account, "a" * 12, "b" * 64)


def test_rotation_overlaps_and_keeps_scopes_and_lifetime(house: House) -> None:
    begun = house.clock.now()
    old = house.key("integrator", ["calendar.read"], expires=begun + timedelta(days=90))
    house.clock.pass_(timedelta(days=60))
    new = keys.new_key()
    with house.store.writing() as session:
        before, after = house.accounts(session).rotate(old.prefix, new.prefix, new.hash, timedelta(hours=24))
        assert before.expires == house.clock.now() + timedelta(hours=24)
        assert (after.scopes, after.account) == (before.scopes, before.account)
        assert after.expires == house.clock.now() + timedelta(days=90)
    house.clock.pass_(timedelta(hours=25))
    with house.store.writing() as session:
        with pytest.raises(StoreError, match="is over"):
            house.accounts(session).rotate(old.prefix, "c" * 12, "c" * 64, timedelta())
        house.accounts(session).revoke(new.prefix)
        with pytest.raises(StoreError, match="is over"):
            house.accounts(session).rotate(new.prefix, "c" * 12, "c" * 64, timedelta())


def test_an_overlap_never_makes_a_key_last_longer(house: House) -> None:
    ends = house.clock.now() + timedelta(hours=1)
    old, new = house.key("integrator", expires=ends), keys.new_key()
    with house.store.writing() as session:
        before, _ = house.accounts(session).rotate(old.prefix, new.prefix, new.hash, timedelta(days=1))
        assert before.expires == ends


def test_last_use_is_noted_once_a_minute(house: House) -> None:
    key, begun = house.key("integrator"), house.clock.now()
    for seconds, noted in ((0, 0), (59, 0), (60, 60), (61, 60), (121, 121)):
        with house.store.writing() as session:
            used(session, key.prefix, begun + timedelta(seconds=seconds))
        with house.store.reading() as session:
            found = find_key(session, key.prefix)
        assert found is not None
        assert found.last_used == begun + timedelta(seconds=noted)


def test_an_admin_has_no_teams_whatever_the_table_says(house: House) -> None:
    with house.store.writing() as session:
        house.accounts(session).get("admin@north.example").teams = ["t", "*"]
    with house.store.reading() as session:
        holder = find_subject(session, "north", "admin@north.example")
        assert holder is not None
        assert holder.teams == frozenset()
        assert find_subject(session, "south", "admin@north.example") is None


def test_sessions_that_have_ended_are_forgotten(house: House) -> None:
    now, account = house.clock.now(), house.office.accounts["manager"]
    with house.store.writing() as session:
        begin_session(session, "a" * 64, account, "c", at=now, until=now + timedelta(hours=1))
        begin_session(session, "c" * 64, account, "c", at=now, until=now + timedelta(hours=2))
        begin_session(session, "b" * 64, account, "c", at=now, until=now + timedelta(hours=3))
    with house.store.writing() as session:
        later = now + timedelta(hours=2)
        begin_session(session, "d" * 64, account, "c", at=later, until=later + timedelta(hours=1))
    with house.store.writing() as session:
        assert set(session.scalars(select(WebSession.hash))) == {"b" * 64, "d" * 64}
        end_session(session, "b" * 64)
        assert find_session(session, "b" * 64) is None
        found = find_session(session, "d" * 64)
        assert found is not None
        assert found.holder.account == account
