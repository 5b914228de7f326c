"""Tokens of feeds: each good for one feed until it is revoked, and kept as nothing but a hash."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from stores import NOON, Office, add_office

from service.feeds.feed import Subject
from service.store import feed_tokens
from service.store.engine import Store
from service.store.scope import Scoped
from service.store.tables import FeedToken

MOTHER = Subject("person", "mother-1")


@pytest.fixture
def office(store: Store) -> Office:
    return add_office(store)


def granted(store: Store, office: Office, subject: Subject = MOTHER, team: str = "t") -> str:
    with store.writing() as session:
        return feed_tokens.grant(Scoped(session, office.system()), team, subject, at=NOON)


def good(store: Store, subject: Subject, token: str) -> bool:
    with store.reading() as session:
        return feed_tokens.find(session, subject, token) is not None


def test_a_token_is_good_for_its_feed_until_it_is_revoked(store: Store, office: Office) -> None:
    first, second = granted(store, office), granted(store, office)
    other = granted(store, office, Subject("team", "mother-1"))
    assert len({first, second, other}) == 3
    assert good(store, MOTHER, first)
    assert good(store, MOTHER, second)
    assert not good(store, MOTHER, other)
    assert not good(store, Subject("venue", "mother-1"), first)
    with store.writing() as session:
        assert feed_tokens.revoke(Scoped(session, office.system()), "u", MOTHER, at=NOON) == 0
        assert feed_tokens.revoke(Scoped(session, office.system()), "t", MOTHER, at=NOON) == 2
    assert not good(store, MOTHER, first)
    assert good(store, Subject("team", "mother-1"), other)


@pytest.mark.parametrize("token", ["", "x", "\udc80", "é" * 3, "x" * 100_000])
def test_what_is_no_token_is_not_accepted(store: Store, office: Office, token: str) -> None:
    assert not good(store, MOTHER, token)
    issued = granted(store, office)
    assert not good(store, MOTHER, token)
    assert not good(store, MOTHER, issued + token[:1] if token else issued.swapcase())


def test_no_token_is_kept(store: Store, office: Office) -> None:
    token = granted(store, office)
    with store.reading() as session:
        (row,) = session.scalars(select(FeedToken)).all()
        kept = [getattr(row, column.name) for column in FeedToken.__table__.columns]
    assert token not in repr(kept)
    assert token[:8] not in repr(kept)
