"""Processes that are killed, stopped and asked to end in the middle of a plan: nothing accepted or found is lost."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from job_cases import (
    Seen,
    asked,
    children,
    left_as_it_was,
    put_to_sleep,
    start_worker,
    team,
    until,
    until_ended,
    working,
)  # fmt: skip
from processes import alive, at_most
from stores import Office, add_office

from service.store.audit import flaws
from service.store.calendars import OPEN
from service.store.engine import Store

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("compiled")]
SECONDS = 6.0
"""Of a search."""
LEASE = "1.5"


@pytest.fixture
def office(store: Store) -> Office:
    return add_office(store)


@pytest.fixture(autouse=True)
def nothing_left(store: Store) -> Iterator[None]:
    with at_most(600), left_as_it_was(store):
        yield


@pytest.fixture
def started() -> Iterator[ExitStack]:
    """Ends the processes that are put in it."""
    with ExitStack() as stack:
        yield stack


def worker(stack: ExitStack, url: str) -> subprocess.Popen[bytes]:
    """Start a worker that is gone at the end of the test."""
    process = start_worker(url, LEASE)
    stack.callback(process.wait, 30)
    stack.callback(process.kill)
    return process


def solving(store: Store, office: Office, calendar: str, process: subprocess.Popen[bytes]) -> int:
    """Wait until a worker's search has found something; returns the process that solves."""
    until(lambda: process.poll() is not None or Seen(store, office, calendar).incumbent is not None)
    assert process.poll() is None
    (child,) = children(process.pid)
    return child


def whole(store: Store, office: Office, seen: Seen, kept: int) -> None:
    """Whether the plan has come to its end once, and nothing that was found was lost."""
    assert seen.entry.state == "completed"
    assert seen.entry.revision == 1
    assert seen.document()["cost"] <= kept
    assert seen.incumbent is None
    assert seen.job.state == "done"
    assert [event.number for event in seen.events] == list(range(1, len(seen.events) + 1))
    assert seen.states.count("completed") == 1
    assert seen.events[-1].data["state"] == "completed"
    with store.reading() as session:
        assert list(flaws(session, office.tenant)) == []


def kept_cost(store: Store, office: Office, calendar: str) -> int:
    incumbent = Seen(store, office, calendar).incumbent
    assert incumbent is not None
    return incumbent.cost


def test_the_process_that_solves_is_killed(
    store: Store, office: Office, database_url: str, started: ExitStack
) -> None:
    calendar = asked(store, office, team(), seconds=SECONDS)
    process = worker(started, database_url)
    child = solving(store, office, calendar, process)
    kept = kept_cost(store, office, calendar)
    os.kill(child, signal.SIGKILL)
    seen = until_ended(store, office, calendar)
    whole(store, office, seen, kept)
    assert seen.states == ["preparing", "solving", "queued", "preparing", "solving", "completed"]
    assert seen.job.attempts == 2


@pytest.mark.parametrize("both", [False, True])
def test_the_worker_is_killed(
    store: Store, office: Office, database_url: str, started: ExitStack, both: bool
) -> None:
    calendar = asked(store, office, team(), seconds=SECONDS)
    process = worker(started, database_url)
    child = solving(store, office, calendar, process)
    kept = kept_cost(store, office, calendar)
    if both:
        os.kill(child, signal.SIGKILL)
    process.kill()
    process.wait(30)
    until(lambda: not alive(child), 10)
    assert Seen(store, office, calendar).entry.state in OPEN
    assert kept_cost(store, office, calendar) <= kept
    worker(started, database_url)
    seen = until_ended(store, office, calendar)
    whole(store, office, seen, kept)
    assert seen.job.attempts >= 2


def test_a_worker_that_is_asked_to_end_gives_its_job_back_at_once(
    store: Store, office: Office, database_url: str, started: ExitStack
) -> None:
    calendar = asked(store, office, team(), seconds=SECONDS)
    process = worker(started, database_url)
    child = solving(store, office, calendar, process)
    kept = kept_cost(store, office, calendar)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert not alive(child)
    seen = Seen(store, office, calendar)
    assert (seen.job.state, seen.job.attempts, seen.entry.state) == ("queued", 0, "queued")
    worker(started, database_url)
    seen = until_ended(store, office, calendar)
    whole(store, office, seen, kept)
    assert seen.job.attempts == 1


def test_a_worker_that_was_asleep_writes_nothing_when_it_wakes(
    store: Store, office: Office, database_url: str, started: ExitStack
) -> None:
    calendar = asked(store, office, team(), seconds=SECONDS)
    asleep = worker(started, database_url)
    child = solving(store, office, calendar, asleep)
    kept = kept_cost(store, office, calendar)
    put_to_sleep(asleep, store)
    with working(store, lease_seconds=float(LEASE)):
        until(lambda: Seen(store, office, calendar).job.attempts == 2)
        asleep.send_signal(signal.SIGCONT)
        until(lambda: not alive(child), 60)
        seen = until_ended(store, office, calendar)
    whole(store, office, seen, kept)
    assert seen.job.attempts == 2
    asleep.send_signal(signal.SIGTERM)
    assert asleep.wait(30) == 0


def test_of_two_workers_one_plans(
    store: Store, office: Office, database_url: str, started: ExitStack
) -> None:
    calendars = [asked(store, office, team(), rounds=5) for _ in range(4)]
    for _ in range(2):
        worker(started, database_url)
    for calendar in calendars:
        seen = until_ended(store, office, calendar)
        assert seen.states[-1] in ("completed", "infeasible")
        assert (seen.entry.revision, seen.job.attempts) == (1, 1)
        assert seen.states[:2] == ["preparing", "solving"]
