from __future__ import annotations

from datetime import timedelta
from threading import Event, Thread

import pytest
from access_cases import Clock, House
from stores import add_calendar, add_office

from service.access import limits
from service.access.limits import Rates, SolveLimits, address_of, allow_solve
from service.api.problems import Problem
from service.store.engine import Store
from service.store.scope import Principal, Scoped
from service.store.tables import CalendarEntry, CaseloadVersion, Job


def test_a_minutes_worth_at_once_and_then_as_time_goes() -> None:
    clock = Clock()
    rates = Rates(6, clock.monotonic)
    assert [rates.wait("a") for _ in range(7)] == [0] * 6 + [10]
    clock.seconds += 9
    assert rates.wait("a") == 1
    clock.seconds += 1
    assert [rates.wait("a"), rates.wait("a")] == [0, 10]
    clock.seconds += 3600
    assert [rates.wait("a") for _ in range(7)] == [0] * 6 + [10]
    assert rates.wait("b") == 0


def test_what_is_known_is_bounded_and_the_busiest_is_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_KNOWN", 10)
    rates = Rates(3, Clock().monotonic)
    for _ in range(3):
        assert rates.wait("busy") == 0
    for number in range(100):
        rates.wait(f"stranger {number}")
        assert rates.wait("busy") > 0
    assert len(rates._buckets) == 10


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("unix:", "unknown"),
        ("", "unknown"),
        (None, "unknown"),
    ],
)
def test_what_counts_as_one_address(host: str | None, counted: str) -> None:
    assert address_of(host) == counted


def add_jobs(house: House, *states: str, kind: str = "plan") -> None:
    with house.store.writing() as session:
        for state in states:
            job = Job(
                tenant="north", team="u", kind=kind, subject="x", state=state, not_before=house.clock.now(),
                worker=None, leased_until=None, created=house.clock.now(), finished=None,
            )  # fmt: skip
            Scoped(session, house.office.system()).add(job)


def refusal(house: House, seconds: float, most: SolveLimits, who: Principal | None = None) -> Problem | None:
    who = who or house.office.principal("manager", "t")
    try:
        with house.store.writing() as session:
            allow_solve(Scoped(session, who), most, seconds, house.clock.now())
    except Problem as problem:
        return problem
    return None


def test_searches_that_wait_or_run_are_counted_over_the_whole_authority(store: Store) -> None:
    house, most = House(store), SolveLimits(2, 1e9)
    add_jobs(house, "queued", "done", "failed", "cancelled")
    add_jobs(house, "queued", "leased", kind="send")
    assert refusal(house, 60, most) is None
    add_jobs(house, "leased")
    problem = refusal(house, 60, most)
    assert problem is not None
    assert (problem.status, problem.headers) == (429, {"Retry-After": "60"})
    south = add_office(store, "south")
    assert refusal(house, 60, most, south.principal("manager")) is None


def test_seconds_of_search_are_counted_over_a_day(store: Store) -> None:
    house, most = House(store), SolveLimits(100, 1000)
    for team, seconds in (("t", 300), ("u", 400)):
        add_calendar(store, house.office, b"{}", team=team, seconds=seconds)
    house.clock.pass_(timedelta(hours=20))
    assert refusal(house, 300, most) is None
    problem = refusal(house, 301, most)
    assert problem is not None
    assert (problem.status, problem.headers) == (429, {"Retry-After": str(4 * 3600)})
    house.clock.pass_(timedelta(hours=4))
    assert refusal(house, 1000, most) is None
    assert refusal(house, 1001, most) is not None


def test_two_at_once_do_not_both_find_room(store: Store) -> None:
    house, most, refused = House(store), SolveLimits(100, 100), []
    looked, both = Event(), Event()
    with store.writing() as session:
        scoped = Scoped(session, house.office.system())
        version = CaseloadVersion(
            tenant="north", team="t", caseload="c", version=1, digest="0" * 64, plans=1, document=b"{}",
            created=house.clock.now(), created_by="x",
        )  # fmt: skip
        scoped.add(version)

    def ask(first: bool) -> None:
        if not first:
            looked.wait(10)
        try:
            with store.writing() as session:
                scoped = Scoped(session, house.office.principal("manager", "t"))
                allow_solve(scoped, most, 60, house.clock.now())
                if first:
                    looked.set()
                    # The other one gets as far as this only if nothing makes it wait.
                    both.wait(0.5)
                both.set()
                scoped.add(
                    CalendarEntry(
                        tenant="north",
                        team="t",
                        state="queued",
                        caseload_version=version.id,
                        options={"seconds": 60},
                        created=house.clock.now(),
                        created_by="x",
                        problem=None,
                        finished=None,
                    )
                )
        except Problem as problem:
            refused.append(problem.status)

    threads = [Thread(target=ask, args=(first,)) for first in (True, False)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert refused == [429]
