"""A database that goes away in the middle of a plan, and comes back."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from job_cases import Seen, asked, children, start_worker, team, until, until_ended
from postgres import Server, programs
from processes import alive, at_most
from stores import add_office, with_layout

from service.store.audit import flaws
from service.store.engine import Store


@pytest.fixture
def server() -> Iterator[Server]:
    """One that can be stopped."""
    binaries = programs()
    if binaries is None:
        if os.environ.get("CI") == "true":
            pytest.fail("PostgreSQL isn't installed, and here it must be")
        pytest.skip("PostgreSQL isn't installed")
    made = Server(binaries)
    try:
        made.start()
        yield made
    finally:
        made.remove()


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
def test_the_database_is_stopped_and_started(server: Server, how: signal.Signals) -> None:
    with_layout(server.url())
    store = Store(server.url())
    office = add_office(store)
    calendar = asked(store, office, team(), seconds=8.0)
    process = start_worker(server.url(), "1.5")
    try:
        with at_most(600):
            until(lambda: process.poll() is not None or Seen(store, office, calendar).incumbent is not None)
            (child,) = children(process.pid)
            kept = Seen(store, office, calendar).incumbent
            server.stop(how)
            assert alive(child)
            server.start()
            seen = until_ended(store, office, calendar)
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait(30)
        store.close()
    assert kept is not None
    assert seen.entry.state == "completed"
    assert seen.document()["cost"] <= kept.cost
    assert [event.number for event in seen.events] == list(range(1, len(seen.events) + 1))
    with store.reading() as session:
        assert list(flaws(session, office.tenant)) == []
    store.close()
