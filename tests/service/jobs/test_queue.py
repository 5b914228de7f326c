"""The queue: each job to one worker, whatever the clocks say; what is lost is found again, a bounded number of times."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from job_cases import Clock, until
from sqlalchemy import select, text
from stores import NOON, Office, add_office

from service.jobs.queue import (
    LONGEST_WAIT,
    Lease,
    LostLeaseError,
    Queue,
    enqueue,
    finish,
    give_back,
    hold,
    put_off,
)
from service.jobs.work import DATABASE_AWAY
from service.store import engine
from service.store.engine import Store
from service.store.scope import Scoped
from service.store.tables import Job

LEASE = 20.0


class Ticks:
    """A monotonic clock that a test moves on."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def office(store: Store) -> Office:
    return add_office(store)


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


def add(store: Store, office: Office, subject: str = "a", kind: str = "plan", **more: object) -> str:
    with store.writing() as session:
        job = enqueue(Scoped(session, office.system()), kind, subject, "t", **({"at": NOON} | more))  # type: ignore[arg-type]
    return job.id


def queue_of(
    store: Store, ticks: Ticks, name: str = "one", now: Callable[[], datetime] = lambda: NOON
) -> Queue:
    return Queue(store, name, now=now, lease_seconds=LEASE, monotonic=ticks)


def row(store: Store, job: str) -> Job:
    with store.reading() as session:
        return session.scalars(select(Job).where(Job.id == job)).one()


def claimed(queue: Queue) -> Lease:
    lease = queue.claim(("plan",))
    assert lease is not None
    return lease


def done(store: Store, lease: Lease) -> None:
    with store.writing() as session:
        finish(session, lease, at=NOON)


def silent(queue: Queue, ticks: Ticks, seconds: float = LEASE) -> Lease | None:
    """What a worker gets that has watched for so long without a heartbeat."""
    assert queue.claim(("plan",)) is None
    ticks.at += seconds
    return queue.claim(("plan",))


def test_a_job_is_leased_and_done(store: Store, office: Office, ticks: Ticks) -> None:
    job = add(store, office, payload={"n": 1})
    queue = queue_of(store, ticks)
    lease = claimed(queue)
    assert (lease.job, lease.subject, lease.team, lease.tenant) == (job, "a", "t", "north")
    assert (lease.attempt, lease.payload, lease.is_spent) == (1, {"n": 1}, False)
    assert (row(store, job).state, row(store, job).worker) == ("leased", "one")
    assert row(store, job).leased_until == NOON + timedelta(seconds=LEASE)
    done(store, lease)
    found = row(store, job)
    assert (found.state, found.finished, found.worker, found.leased_until) == ("done", NOON, None, None)
    assert queue.claim(("plan",)) is None


def test_the_one_that_waits_longest_comes_first(store: Store, office: Office, ticks: Ticks) -> None:
    add(store, office, "later", at=NOON + timedelta(seconds=2))
    add(store, office, "first", at=NOON)
    add(store, office, "between", at=NOON + timedelta(seconds=1))
    queue = queue_of(store, ticks)
    assert [claimed(queue).subject for _ in range(3)] == ["first", "between", "later"]


def test_another_kind_is_left_alone(store: Store, office: Office, ticks: Ticks) -> None:
    add(store, office, kind="send")
    assert queue_of(store, ticks).claim(("plan",)) is None


@pytest.mark.parametrize("workers", [2, 8])
def test_of_workers_that_race_one_gets_each_job(store: Store, office: Office, workers: int) -> None:
    jobs = {add(store, office, f"subject-{number}") for number in range(12)}
    got: list[Lease] = []
    ready = threading.Barrier(workers)

    def race(number: int) -> None:
        queue = Queue(store, f"worker-{number}", now=lambda: NOON, lease_seconds=LEASE)
        ready.wait(30)
        misses = 0
        while misses < 3:  # of those that looked at the same moment one gets it, and the others look again
            lease = queue.claim(("plan",))
            if lease is None:
                misses += 1
            else:
                got.append(lease)

    threads = [threading.Thread(target=race, args=(number,)) for number in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(lease.job for lease in got) == sorted(jobs)
    assert all((lease.number, lease.attempt) == (1, 1) for lease in got)


@pytest.mark.parametrize("workers", [2, 6])
def test_two_jobs_of_a_subject_are_not_done_at_once(store: Store, office: Office, workers: int) -> None:
    for _ in range(3):
        add(store, office, "same")
    add(store, office, "same", kind="send")
    got: list[Lease | None] = []
    ready = threading.Barrier(workers)

    def race() -> None:
        queue = Queue(store, "any", now=lambda: NOON, lease_seconds=LEASE)
        ready.wait(30)
        got.extend(queue.claim(("plan",)) for _ in range(3))

    threads = [threading.Thread(target=race) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    (lease,) = [one for one in got if one is not None]
    queue = Queue(store, "any", now=lambda: NOON)
    assert queue.claim(("send",)) is not None
    done(store, lease)
    assert queue.claim(("plan",)) is not None


def test_of_another_tenant_the_same_subject_is_another(store: Store, office: Office, ticks: Ticks) -> None:
    other = add_office(store, "south")
    add(store, office, "t")
    add(store, other, "t")
    queue = queue_of(store, ticks)
    assert {claimed(queue).tenant, claimed(queue).tenant} == {"north", "south"}


def test_a_worker_that_is_silent_loses_its_job(store: Store, office: Office, ticks: Ticks) -> None:
    job = add(store, office)
    lost = claimed(queue_of(store, ticks, "one"))
    lease = silent(queue_of(store, ticks, "two"), ticks)
    assert lease is not None
    assert (lease.job, lease.worker, lease.attempt) == (job, "two", 2)
    assert lease.number > lost.number
    assert "not been heard of" in lease.detail
    for write in (
        lambda session: finish(session, lost, at=NOON),
        lambda session: give_back(session, lost),
        lambda session: put_off(session, lost, detail=""),
        lambda session: hold(session, lost),
    ):
        with pytest.raises(LostLeaseError), store.writing() as session:
            write(session)
    with pytest.raises(LostLeaseError):
        queue_of(store, ticks, "one").heartbeat(lost)
    assert (row(store, job).state, row(store, job).worker) == ("leased", "two")


def test_of_several_that_saw_it_silent_one_gets_it(store: Store, office: Office, ticks: Ticks) -> None:
    add(store, office)
    claimed(queue_of(store, ticks, "one"))
    watching = [queue_of(store, ticks, name) for name in ("two", "three")]
    for queue in watching:
        assert queue.claim(("plan",)) is None
    ticks.at += LEASE
    assert [queue.claim(("plan",)) is not None for queue in watching] == [True, False]


def test_heartbeats_keep_a_job(store: Store, office: Office, ticks: Ticks) -> None:
    job = add(store, office)
    own = queue_of(store, ticks, "one")
    lease = claimed(own)
    other = queue_of(store, ticks, "two")
    for _ in range(20):
        assert other.claim(("plan",)) is None
        ticks.at += LEASE / 2
        own.heartbeat(lease)
    assert row(store, job).attempts == 1
    done(store, lease)


def test_one_that_was_seen_just_now_is_not_taken(store: Store, office: Office, ticks: Ticks) -> None:
    """A worker that starts knows of nobody how long they have been silent."""
    add(store, office)
    claimed(queue_of(store, ticks, "one"))
    ticks.at += 10 * LEASE
    assert silent(queue_of(store, ticks, "two"), ticks, LEASE - 1) is None


@pytest.mark.parametrize(
    "step", [timedelta(days=-1), timedelta(hours=-1), timedelta(hours=1), timedelta(days=400)]
)
def test_a_clock_that_steps_takes_no_job_from_a_worker(
    store: Store, office: Office, ticks: Ticks, step: timedelta
) -> None:
    job = add(store, office)
    clock = Clock()
    own, other = (queue_of(store, ticks, name, clock) for name in ("one", "two"))
    lease = claimed(own)
    assert other.claim(("plan",)) is None
    clock.step(step)
    assert other.claim(("plan",)) is None
    ticks.at += LEASE - 1
    own.heartbeat(lease)
    ticks.at += LEASE - 1
    assert other.claim(("plan",)) is None
    done(store, lease)
    assert (row(store, job).state, row(store, job).attempts) == ("done", 1)


@pytest.mark.parametrize("step", [timedelta(days=-1), timedelta(hours=-1), timedelta(hours=1)])
def test_a_clock_that_steps_loses_no_job(store: Store, office: Office, ticks: Ticks, step: timedelta) -> None:
    """Neither one that waits, nor one that was put off at once, nor one whose worker is gone."""
    clock = Clock()
    job = add(store, office, at=clock())
    clock.step(step)
    lease = claimed(queue_of(store, ticks, "one", clock))
    clock.step(-step)
    with store.writing() as session:
        put_off(session, lease, detail="once more")
    clock.step(step)
    assert claimed(queue_of(store, ticks, "one", clock)).attempt == 2
    other = queue_of(store, ticks, "two", clock)
    assert other.claim(("plan",)) is None
    clock.step(-2 * step)
    ticks.at += LEASE
    taken = other.claim(("plan",))
    assert taken is not None
    assert (taken.job, taken.attempt) == (job, 3)


def test_a_job_is_due_when_it_is(store: Store, office: Office, ticks: Ticks) -> None:
    add(store, office, not_before=NOON + timedelta(seconds=60))
    now = [NOON]
    queue = queue_of(store, ticks, now=lambda: now[0])
    assert queue.claim(("plan",)) is None
    now[0] += timedelta(seconds=60)
    assert queue.claim(("plan",)) is not None


def test_nothing_waits_longer_than_it_was_put_off_by(store: Store, office: Office, ticks: Ticks) -> None:
    add(store, office, not_before=NOON + LONGEST_WAIT)
    now = [NOON]
    queue = queue_of(store, ticks, now=lambda: now[0])
    assert queue.claim(("plan",)) is None
    now[0] -= timedelta(seconds=1)
    assert queue.claim(("plan",)) is not None, "the clock has been put back"


def test_attempts_are_bounded(store: Store, office: Office, ticks: Ticks) -> None:
    job = add(store, office, most_attempts=2)
    attempts = []
    for name in ("one", "two", "three"):
        queue = queue_of(store, ticks, name)
        lease = queue.claim(("plan",))
        if lease is None:
            ticks.at += LEASE
            lease = queue.claim(("plan",))
        assert lease is not None
        attempts.append((lease.attempt, lease.is_spent))
    assert attempts == [(1, False), (2, False), (3, True)]
    with store.writing() as session:
        finish(session, lease, at=NOON, failed=True, detail="no more")
    assert (row(store, job).state, row(store, job).detail) == ("failed", "no more")
    assert silent(queue_of(store, ticks, "four"), ticks) is None


def test_what_is_given_back_was_never_begun(store: Store, office: Office, ticks: Ticks) -> None:
    job = add(store, office, most_attempts=1)
    for _ in range(5):
        lease = claimed(queue_of(store, ticks))
        assert (lease.attempt, lease.is_spent) == (1, False)
        with store.writing() as session:
            give_back(session, lease)
        assert (row(store, job).state, row(store, job).worker) == ("queued", None)
        with pytest.raises(LostLeaseError), store.writing() as session:
            hold(session, lease)


def test_what_fails_with_its_transaction_is_not_done(store: Store, office: Office, ticks: Ticks) -> None:
    job = add(store, office)
    lease = claimed(queue_of(store, ticks))

    def fail() -> None:
        with store.writing() as session:
            finish(session, lease, at=NOON)
            raise RuntimeError("after it")

    with pytest.raises(RuntimeError, match="after it"):
        fail()
    assert row(store, job).state == "leased"


def test_a_job_of_a_team_that_is_not_theirs_is_refused(store: Store, office: Office) -> None:
    with pytest.raises(PermissionError), store.writing() as session:
        enqueue(Scoped(session, office.principal("manager")), "plan", "a", "u", at=NOON)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_whoever_falls_asleep_in_a_transaction_keeps_no_job(
    store: Store, office: Office, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "SILENT_SECONDS", 1)
    job = add(store, office)
    lease = claimed(queue_of(store, ticks))
    other = queue_of(store, ticks, "two")

    def sleep() -> None:
        with store.writing() as asleep:
            hold(asleep, lease).detail = "written by one that slept"
            asleep.flush()
            assert silent(other, ticks) is None, "what is locked is left alone"
            until(lambda: other.claim(("plan",)) is not None, 30)

    with pytest.raises(DATABASE_AWAY):
        sleep()
    found = row(store, job)
    assert (found.worker, found.lease, found.attempts) == ("two", 2, 2)
    assert found.detail == "the worker that had it has not been heard of any more"
    with store.reading() as reader:  # whoever only reads holds nobody up, and may take their time
        assert reader.scalar(text("show idle_in_transaction_session_timeout")) == "0"
