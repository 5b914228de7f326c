"""Marks of tasks that are done: kept with who and when, taken away again, each with an entry in the audit log."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from stores import NOON, Office, add_office

from service.store import audit
from service.store.backup import backup, restore
from service.store.engine import Store
from service.store.migrate import migrate
from service.store.scope import Scoped
from service.store.tables import Audit, TaskMark
from service.store.task_basis import Bases, Basis
from service.store.task_marks import mark, marks, unmark

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def office(store: Store) -> Office:
    return add_office(store)


def entries(store: Store) -> list[tuple[str, str | None, str | None]]:
    with store.reading() as session:
        query = select(Audit).where(Audit.action == "task.mark").order_by(Audit.number)
        assert list(audit.flaws(session, "north")) == []
        return [(one.subject, one.before, one.after) for one in session.scalars(query)]


def test_a_mark_says_who_and_when(store: Store, office: Office) -> None:
    who = office.principal("manager", "t")
    with store.writing() as session:
        assert mark(Scoped(session, who), "t", "c", ["b", "a", "b"], at=NOON) == ["b", "a"]
    with store.reading() as session:
        found = marks(Scoped(session, who), "t")
        assert set(found) == {"a", "b"}
        assert (found["a"].at, found["a"].account, found["a"].role) == (NOON, who.account, "manager")
    assert entries(store) == [("b", None, "done"), ("a", None, "done")]


def test_a_task_is_marked_once_and_the_first_mark_stays(store: Store, office: Office) -> None:
    manager, support = office.principal("manager", "t"), office.principal("support", "t")
    with store.writing() as session:
        mark(Scoped(session, manager), "t", "c", ["a"], at=NOON)
    with store.writing() as session:
        assert mark(Scoped(session, support), "t", "c", ["a", "b"], at=LATER) == ["b"]
    with store.reading() as session:
        found = marks(Scoped(session, support), "t")
        assert (found["a"].role, found["b"].role) == ("manager", "support")


def test_a_mark_is_taken_away_and_what_has_none_stays_as_it_is(store: Store, office: Office) -> None:
    who = office.principal("support", "t")
    with store.writing() as session:
        mark(Scoped(session, who), "t", "c", ["a", "b"], at=NOON)
    with store.writing() as session:
        assert unmark(Scoped(session, who), "t", ["a", "c"], at=LATER) == ["a"]
    with store.reading() as session:
        assert set(marks(Scoped(session, who), "t")) == {"b"}
    assert entries(store)[-1] == ("a", "done", None)


def test_another_teams_marks_are_not_seen_and_not_taken_away(store: Store, office: Office) -> None:
    theirs, ours = office.principal("manager", "u"), office.principal("manager", "t")
    with store.writing() as session:
        mark(Scoped(session, theirs), "u", "c", ["a"], at=NOON)
    with store.writing() as session:
        scoped = Scoped(session, ours)
        assert marks(scoped, "u") == {}
        assert unmark(scoped, "u", ["a"], at=NOON) == []
        with pytest.raises(PermissionError):
            mark(scoped, "u", "c", ["b"], at=NOON)


def basis(**change: Any) -> Basis:
    at = datetime(2027, 1, 12, 10)
    made = Basis(
        at,
        at + timedelta(hours=1),
        "room-1",
        ("int-1",),
        "Book",
        "sw-1",
        "plan-1.core_group",
        "core_group",
        1,
    )
    return replace(made, **change)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, ()),
        ({"owner": "sw-2"}, ()),
        ({"start": datetime(2027, 1, 13, 10)}, ("time",)),
        ({"end": datetime(2027, 1, 12, 12)}, ("time",)),
        ({"venue": "room-2"}, ("place",)),
        ({"interpreters": ("int-2",)}, ("interpreter",)),
        ({"title": "Book: Wed 13 Jan"}, ("title",)),
        ({"venue": "online", "interpreters": ()}, ("place", "interpreter")),
    ],
)
def test_what_a_mark_was_made_for_is_compared(change: dict[str, Any], told: tuple[str, ...]) -> None:
    assert basis().changes(basis(**change)) == told
    assert Basis.of_document(json.loads(json.dumps(basis(**change).document()))) == basis(**change)


class Now(Bases):
    """A calendar of one task, as it is now."""

    def __init__(self, now: Basis) -> None:
        self.zone, self._now = ZoneInfo("Europe/London"), now

    def of(self, task: str) -> Basis | None:
        return self._now if task == "a" else None


def test_a_mark_for_another_time_is_renewed_and_comes_back_when_that_is_undone(
    store: Store, office: Office
) -> None:
    first, second = office.principal("support", "t"), office.principal("manager", "t")
    before, after = Now(basis()), Now(basis(start=datetime(2027, 1, 11, 9)))
    with store.writing() as session:
        mark(Scoped(session, first), "t", "c", ["a", "b"], before, at=NOON)
    with store.writing() as session:
        scoped = Scoped(session, second)
        found = marks(scoped, "t", after)
        assert (found["a"].stands, found["a"].changes, found["b"].stands) == (False, ("time",), True)
        assert found["a"].basis == basis()
        assert mark(scoped, "t", "c", ["a", "b"], after, at=LATER) == ["a"]
        session.flush()
        found = marks(scoped, "t", after)
        assert (found["a"].stands, found["a"].at, found["a"].role) == (True, LATER, "manager")
        assert unmark(scoped, "t", ["a"], at=LATER) == ["a"]
        found = marks(scoped, "t", after)
        assert (found["a"].stands, found["a"].at, found["a"].role) == (False, NOON, "support")
        assert unmark(scoped, "t", ["a"], at=LATER) == ["a"]
        assert set(marks(scoped, "t", after)) == {"b"}
    assert entries(store)[2:] == [
        ("a", "done", "done again"),
        ("a", "done again", "done"),
        ("a", "done", None),
    ]


def test_what_is_marked_once_the_meeting_has_begun_stands() -> None:
    now = Now(basis(venue="room-2"))
    begins = basis().start.replace(tzinfo=now.zone)
    assert now.changes("a", basis(), begins - timedelta(minutes=1)) == ("place",)
    assert now.changes("a", basis(), begins) == ()
    assert now.changes("a", None, NOON) == ()
    assert now.changes("gone", basis(), NOON) == ()


def test_marks_come_back_from_a_backup(store: Store, office: Office, tmp_path: Path) -> None:
    with store.writing() as session:
        mark(Scoped(session, office.principal("manager", "t")), "t", "c", ["a"], Now(basis()), at=NOON)
    backup(store, tmp_path / "all.gz", now=NOON)
    other = Store(f"sqlite:///{tmp_path / 'other.sqlite'}")
    migrate(other)
    restore(other, tmp_path / "all.gz")
    with other.reading() as session:
        assert [(one.team, one.task, one.at, one.made_for) for one in session.scalars(select(TaskMark))] == [
            ("t", "a", NOON, basis().document())
        ]
    other.close()
