"""The worker: what it does with a handler's faults, and with its own end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from job_cases import left_as_it_was, until, working
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from stores import NOON, Office, add_office

from service.jobs.queue import enqueue, finish
from service.jobs.work import AgainError, Work
from service.store.engine import Store
from service.store.scope import Scoped
from service.store.tables import Job

SECRET = "Robin Example"


class Does:
    """A handler that does what a test says."""

    def __init__(self, what: Callable[[Work], object]) -> None:
        self.what = what
        self.requeues: list[str] = []
        self.gave_up: list[str] = []

    def run(self, work: Work) -> None:
        self.what(work)
        with work.writing() as scoped:
            finish(scoped.session, work.lease, at=work.now())

    def requeued(self, scoped: Scoped, work: Work, detail: str) -> None:
        self.requeues.append(detail)

    def given_up(self, scoped: Scoped, work: Work, detail: str) -> None:
        self.gave_up.append(detail)


@pytest.fixture
def office(store: Store) -> Office:
    return add_office(store)


@pytest.fixture(autouse=True)
def nothing_left(store: Store) -> Iterator[None]:
    with left_as_it_was(store):
        yield


def add(store: Store, office: Office, kind: str = "plan", subject: str = "a", **more: Any) -> str:
    with store.writing() as session:
        return enqueue(Scoped(session, office.system()), kind, subject, "t", at=NOON, **more).id


def row(store: Store, job: str) -> Job:
    with store.reading() as session:
        return session.scalars(select(Job).where(Job.id == job)).one()


def is_(store: Store, job: str, state: str) -> Callable[[], bool]:
    return lambda: row(store, job).state == state


def raising(error: BaseException) -> Callable[[Work], object]:
    def run(work: Work) -> None:
        raise error

    return run


def wait_for_the_end(work: Work) -> None:
    """Work that goes on until the worker ends, or the job is lost."""
    while True:
        work.check()
        threading.Event().wait(0.02)


@pytest.mark.parametrize("error", [AgainError("no luck"), ValueError(SECRET), AssertionError(SECRET)])
def test_an_attempt_that_fails_is_followed_by_another(
    store: Store, office: Office, error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    handler = Does(raising(error))
    job = add(store, office)
    with working(store, {"plan": handler}):
        until(is_(store, job, "failed"))
    assert row(store, job).attempts == 3
    assert len(handler.requeues) == 2
    assert len(handler.gave_up) == 1
    assert "no luck" in row(store, job).detail or "an error in the service" in row(store, job).detail
    assert SECRET not in row(store, job).detail + capsys.readouterr().out


def test_an_attempt_can_be_put_off(store: Store, office: Office) -> None:
    job = add(store, office)
    with working(store, {"plan": Does(raising(AgainError("later", after=90.0)))}, now=lambda: NOON):
        until(lambda: row(store, job).detail == "later")
    found = row(store, job)
    assert (found.state, found.not_before) == ("queued", NOON + timedelta(seconds=90))


def test_the_database_away_leaves_the_job_to_expire(store: Store, office: Office) -> None:
    """It is found again by the same worker, and the count of attempts is bounded all the same."""
    away = OperationalError("select 1", {}, Exception(SECRET))
    handler = Does(raising(away))
    job = add(store, office)
    with working(store, {"plan": handler}, lease_seconds=0.2):
        until(is_(store, job, "failed"))
    assert row(store, job).attempts == 4
    assert len(handler.gave_up) == 1
    assert handler.requeues == []


def test_a_worker_that_ends_gives_back_what_it_was_at(store: Store, office: Office) -> None:
    handler = Does(wait_for_the_end)
    job = add(store, office)
    with working(store, {"plan": handler}):
        until(is_(store, job, "leased"))
    assert (row(store, job).state, row(store, job).attempts) == ("queued", 0)
    assert handler.requeues == [""]
    with working(store, {"plan": Does(lambda work: None)}):
        until(is_(store, job, "done"))


def test_a_job_that_takes_long_holds_up_no_other_kind(store: Store, office: Office) -> None:
    long = add(store, office)
    with working(store, {"plan": Does(wait_for_the_end), "send": Does(lambda work: None)}):
        until(is_(store, long, "leased"))
        job = add(store, office, "send")
        until(is_(store, job, "done"))
        assert row(store, long).state == "leased"


def test_it_beats_while_it_works(store: Store, office: Office) -> None:
    job = add(store, office)
    with working(store, {"plan": Does(wait_for_the_end)}, lease_seconds=0.4):
        until(lambda: row(store, job).beats >= 5)
        with working(store, {"plan": Does(lambda work: None)}, lease_seconds=5.0):
            until(lambda: row(store, job).beats >= 20)
            assert row(store, job).attempts == 1


def test_a_job_that_was_lost_is_let_go(store: Store, office: Office) -> None:
    """Another worker has it by now: this one ends what it was at, writes nothing, and goes on with the next job."""
    written: list[str] = []

    def work_on(work: Work) -> None:
        if work.lease.subject == "lost":
            try:
                wait_for_the_end(work)
            finally:
                written.append("let go")

    handler = Does(work_on)
    job = add(store, office, subject="lost")
    with working(store, {"plan": handler}, lease_seconds=4.0):
        until(is_(store, job, "leased"))
        with store.writing() as session:
            session.execute(update(Job).where(Job.id == job).values(lease=7, worker="another"))
        until(lambda: written == ["let go"])
        following = add(store, office, subject="next")
        until(is_(store, following, "done"))
        assert (row(store, job).worker, row(store, job).lease) == ("another", 7)
    assert handler.gave_up == []
    assert handler.requeues == []


def test_a_fault_in_giving_up_ends_no_worker(
    store: Store, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = Does(raising(AgainError("no luck")))
    job = add(store, office, most_attempts=1)
    given_up = handler.given_up
    broken = iter([True])

    def fail_once(scoped: Scoped, work: Work, detail: str) -> None:
        if next(broken, False):
            raise ValueError(SECRET)
        given_up(scoped, work, detail)

    monkeypatch.setattr(handler, "given_up", fail_once)
    with working(store, {"plan": handler}, lease_seconds=0.2):
        until(is_(store, job, "failed"))
    assert handler.gave_up != []
