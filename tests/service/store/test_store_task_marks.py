"""Marks of tasks that are done: kept with who and when, taken away again, each with an entry in the audit log."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from stores import NOON, Office, add_office

from service.store import audit
from service.store.backup import backup, restore
from service.store.engine import Store
from service.store.migrate import migrate
from service.store.scope import Scoped
from service.store.tables import Audit, TaskMark
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


def test_marks_come_back_from_a_backup(store: Store, office: Office, tmp_path: Path) -> None:
    with store.writing() as session:
        mark(Scoped(session, office.principal("manager", "t")), "t", "c", ["a"], at=NOON)
    backup(store, tmp_path / "all.gz", now=NOON)
    other = Store(f"sqlite:///{tmp_path / 'other.sqlite'}")
    migrate(other)
    restore(other, tmp_path / "all.gz")
    with other.reading() as session:
        assert [(one.team, one.task, one.at) for one in session.scalars(select(TaskMark))] == [
            ("t", "a", NOON)
        ]
    other.close()
