"""Moments and documents: the same from both databases."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import StatementError
from stores import NOON, add_calendar, add_office

from service.store.engine import Store
from service.store.scope import Scoped
from service.store.tables import CalendarEntry, CaseloadVersion, Event, Team
from service.store.types import Document, Moment, new_id

DIALECT = sqlite.dialect()  # type: ignore[no-untyped-call]
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@pytest.mark.parametrize(
    "at",
    [
        NOON,
        NOON.astimezone(timezone(timedelta(hours=5, minutes=30))),
        datetime(2027, 3, 28, 1, 30, 15, 999_999, tzinfo=UTC),
        datetime(1970, 1, 1, tzinfo=UTC),
    ],
)
def test_a_moment_comes_back_in_utc(store: Store, at: datetime) -> None:
    add_office(store)
    with store.writing() as session:
        session.add(Team(tenant="north", id="w", name="W", created=at))
    with store.reading() as session:
        found = session.scalars(select(Team.created).where(Team.id == "w")).one()
    assert found == at
    assert found.tzinfo is UTC


def test_moments_of_any_offset_are_compared_as_moments(store: Store) -> None:
    office = add_office(store)
    entry = add_calendar(store, office, b"{}")
    east = timezone(timedelta(hours=9))
    with store.writing() as session:
        scoped = Scoped(session, office.system())
        for number, at in enumerate([NOON, (NOON + timedelta(seconds=1)).astimezone(east)], 1):
            scoped.add(Event(calendar=entry.id, number=number, kind="x", data={}, at=at))
    with store.reading() as session:
        query = select(Event.number).where(Event.at > NOON.astimezone(timezone(timedelta(hours=-5))))
        assert session.scalars(query).all() == [2]


def test_a_moment_without_an_offset_is_refused(store: Store) -> None:
    add_office(store)
    with pytest.raises(StatementError, match="must say its offset"), store.writing() as session:
        session.add(Team(tenant="north", id="w", name="W", created=datetime(2027, 1, 4, 12, 0)))


@given(st.datetimes(datetime(1900, 1, 3), datetime(2200, 1, 1), timezones=ZONES))
def test_a_moment_is_bound_in_utc(at: datetime) -> None:
    bound = Moment().process_bind_param(at, DIALECT)
    assert bound == at
    assert bound is not None
    assert bound.utcoffset() == timedelta()
    assert Moment().process_result_value(bound.replace(tzinfo=None), DIALECT) == at


def test_nothing_stays_nothing() -> None:
    for one in (Moment(), Document()):
        assert one.process_bind_param(None, DIALECT) is None
        assert one.process_result_value(None, DIALECT) is None


def test_a_document_comes_back_and_takes_little_room(store: Store) -> None:
    office = add_office(store)
    document = json.dumps([{"name": "zoë ☃ 🎉", "number": number % 7} for number in range(20_000)]).encode()
    add_calendar(store, office, document)
    with store.reading() as session:
        assert session.scalars(select(CaseloadVersion.document)).one() == document
        kept = session.scalar(text("select length(document) from caseload_version"))
    assert kept is not None
    assert kept < len(document) / 10


@given(st.binary(max_size=2000))
def test_any_document_comes_back(content: bytes) -> None:
    kept = Document().process_bind_param(content, DIALECT)
    assert Document().process_result_value(kept, DIALECT) == content


def test_json_holds_any_text(store: Store) -> None:
    office = add_office(store)
    data = {
        "text": 'zoë ☃ 🎉 \u2028 "quoted" \\',
        "number": 2**40,
        "share": 0.1,
        "none": None,
        "list": [True, {}],
    }
    entry = add_calendar(store, office, b"{}", **data)
    with store.reading() as session:
        assert (
            session.scalars(select(CalendarEntry.options).where(CalendarEntry.id == entry.id)).one() == data
        )


def test_ids_are_long_and_differ() -> None:
    made = {new_id() for _ in range(1000)}
    assert len(made) == 1000
    assert all(len(one) == 32 and int(one, 16) >= 0 for one in made)
