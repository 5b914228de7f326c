"""The load on a service: what is sent when, what counts as a fault, and how it is told."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from random import Random

import httpx
import pytest
from job_cases import tiny

from benchmarks import load
from benchmarks.load import Measured, latencies, misses, shares, usage
from benchmarks.load_service import Service, Team, Used, fill
from benchmarks.load_traffic import KINDS, MIX, Due, Seen, Traffic, schedule
from service.store.engine import Store
from service.store.tables import FeedToken
from solver.plan import plan
from solver.policy import load_policy
from solver.schema.caseload import Caseload


def traffic(monkeypatch: pytest.MonkeyPatch, answers: object) -> Traffic:
    """Traffic whose requests for a status are answered here."""
    made = Traffic(Service(("http://127.0.0.1:9",), Team("c", "k", ("key",), ()), ()), None)  # type: ignore[arg-type]
    monkeypatch.setitem(made._ask, "status", answers)  # type: ignore[arg-type]
    return made


def dues(*moments: float) -> list[Due]:
    return [Due(at, "status", 0, Random(1)) for at in moments]


def test_what_is_due_when_is_drawn_beforehand_and_the_same_each_time() -> None:
    found = schedule(50, 60, 1)
    assert [(due.at, due.kind, due.manager) for due in found] == [
        (due.at, due.kind, due.manager) for due in schedule(50, 60, 1)
    ]
    assert sorted(found, key=lambda due: due.at) == found
    assert {due.kind for due in found} == set(KINDS)
    assert {due.manager for due in found} == set(range(50))
    # 25 requests a second by managers, 10 of feeds.
    assert 1_900 < len(found) < 2_300
    assert len(schedule(50, 60, 1, times=2)) > 3_800
    assert sum(due.kind in MIX for due in found) > 2 * sum(due.kind not in MIX for due in found)


def test_whoever_waits_because_of_a_stall_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second request is due while everything stands still: its time counts from then."""

    async def stalls_once(due: Due, client: httpx.AsyncClient) -> httpx.Response:
        if due.at == 0:
            time.sleep(0.4)
        return httpx.Response(200, content=b"abc")

    seen = asyncio.run(traffic(monkeypatch, stalls_once).run(dues(0.0, 0.1)))
    assert min(seen.seconds["status"]) >= 0.3
    assert seen.late >= 0.25
    assert (seen.count, seen.faults, seen.octets) == (2, 0, 6)


def test_nobody_waits_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = 0
    most = 0

    async def slow(due: Due, client: httpx.AsyncClient) -> httpx.Response:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.3)
        at_once -= 1
        return httpx.Response(200)

    asyncio.run(traffic(monkeypatch, slow).run(dues(0.0, 0.01, 0.02)))
    assert most == 3


def test_what_is_not_answered_as_it_should_be_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(due: Due, client: httpx.AsyncClient) -> httpx.Response:
        if due.at == 0:
            raise httpx.ConnectError("nobody")
        return httpx.Response(503)

    seen = asyncio.run(traffic(monkeypatch, fails).run(dues(0.0, 0.01)))
    assert seen.errors["status"] == ["ConnectError", "503"]
    assert (seen.count, seen.faults) == (2, 2)
    assert misses([Measured("sqlite", True, seen, Used())]) == [
        "SQLite, a solve running: status: {'ConnectError': 1, '503': 1}"
    ]


def test_shares_and_tables() -> None:
    seen = Seen(octets=2_000_000, late=0.012, lasted=2.0)
    seen.seconds["status"] = [number / 1000 for number in range(1, 102)]
    seen.seconds["move:check"] = [0.4]
    assert shares(seen.seconds["status"]) == pytest.approx((0.051, 0.096, 0.1))
    assert shares([]) == (0.0, 0.0, 0.0)
    used = Used({"API": 1.0, "desk": 0.5}, {"API": 370.4, "desk": 270.0}, 6.25)
    one = Measured("postgresql-2", True, seen, used)
    rows = latencies([one])
    assert rows[0] == "| request | sent | PostgreSQL, 2 API processes, a solve running |"
    assert "| status | 101 | 51 / 96 / 100 |" in rows
    assert "| move:check | 1 | 400 / 400 / 400 |" in rows
    assert usage([one])[2] == (
        "| PostgreSQL, 2 API processes | yes | 102 | 51 | 0 | 1.0 | 0.50 | 0.25 | 370 MB | 270 MB | – | – | 12 ms | 6.2 |"
    )
    assert len({row.count("|") for row in rows}) == 1
    assert len({row.count("|") for row in usage([one])}) == 1
    assert misses([one]) == [
        "PostgreSQL, 2 API processes, a solve running: move:check: p95 400 ms, to be 300 ms"
    ]


def test_the_database_is_filled_with_what_managers_ask_for(tmp_path: Path) -> None:
    caseload = Caseload.model_validate_json(tiny())
    calendar = plan(caseload, load_policy(caseload.authority), deterministic=2, seed=1)
    store = Store(f"sqlite:///{tmp_path}/convene.sqlite")
    team = fill(store, caseload, calendar, 3)
    assert len(set(team.keys)) == 3
    people = {place.person for meeting in calendar.meetings for place in meeting.attendees}
    assert len(team.feeds) == len(people)
    with store.reading() as session:
        assert session.query(FeedToken).count() == len(people)
    store.close()


def test_it_ends_with_1_where_something_was_missed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = Seen(lasted=1.0)
    seen.seconds["status"] = [0.01, 0.02]
    monkeypatch.setattr(load, "measure", lambda setting, *_: [Measured(setting, False, seen, Used())])
    words = ["--plans", "1", "--settings", "sqlite"]
    assert load.main(words) == 0
    assert "`python -m benchmarks.load --plans 1 --settings sqlite`" in capsys.readouterr().out
    seen.seconds["status"] = [0.5, 0.6]
    assert load.main(words) == 1
    assert "p95 595 ms, to be 100 ms" in capsys.readouterr().err
