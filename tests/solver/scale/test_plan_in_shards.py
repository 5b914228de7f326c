"""A generated caseload planned in shards, by this process, by others and on a cluster, also when one of them is killed."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from processes import alive, at_most, until
from shard_cases import Side, bytes_of, in_shards

from solver.check import check_calendar
from solver.generate import generate
from solver.generate.shape import Congestion
from solver.plan import plan
from solver.policy import load_policy
from solver.policy.model import Policy
from solver.scale.executor import Executor, LocalProcesses
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload

ROUNDS = 2


@pytest.fixture(autouse=True)
def _bounded() -> Iterator[None]:
    with at_most(600):
        yield


@cache
def case(congestion: Congestion = "hard", plans: int = 24, seed: int = 3) -> tuple[Caseload, Policy]:
    caseload = generate(plans, seed, congestion=congestion)
    return caseload, load_policy(caseload.authority)


def planned_by(executor: Executor, **more: Any) -> Calendar:
    """In three shards."""
    return in_shards(*case(), plans=8, executor=executor, deterministic=ROUNDS, **more)


@cache
def by_two_here() -> Calendar:
    return planned_by(Side(2))


@pytest.mark.parametrize(("congestion", "worse"), [("typical", 0.01), ("hard", 0.2)])
def test_a_whole_in_shards(congestion: Congestion, worse: float) -> None:
    """Lawful; and what is planned and proven is near what one search of the whole finds and proves."""
    found = in_shards(*case(congestion, 40), plans=15, deterministic=ROUNDS)
    whole = plan(*case(congestion, 40), deterministic=10)
    assert whole.bound <= found.cost <= (1.0 + worse) * whole.cost
    assert 0.9 * whole.bound <= found.bound <= whole.cost
    assert len(found.meetings) > 100


def test_the_same_again_in_other_processes() -> None:
    """Two workers have waves of two, whoever is quicker; in this process or in others is the same."""
    with LocalProcesses(2) as executor:
        first = planned_by(executor)
        pids = executor.pids
        assert len(pids) == 2
    assert not any(alive(pid) for pid in pids)
    assert bytes_of(first) == bytes_of(by_two_here())


def test_another_seed_gives_another_lawful_one() -> None:
    found = planned_by(Side(1), seed=8)
    assert found.id != by_two_here().id
    assert by_two_here().bound <= found.cost
    assert found.bound <= by_two_here().cost


@pytest.mark.slow
@pytest.mark.parametrize("authority", ["barnsley", "sefton", "carefirst"])
def test_other_policies(authority: str) -> None:
    caseload, policy = generate(40, 6, authority=authority, congestion="hard"), load_policy(authority)
    found = in_shards(caseload, policy, plans=15, executor=Side(2), deterministic=ROUNDS)
    whole = plan(caseload, policy, deterministic=10)
    assert whole.bound <= found.cost
    assert found.bound <= whole.cost


@pytest.mark.slow
@pytest.mark.parametrize("workers", [2, 4])
def test_several_teams(workers: int) -> None:
    """They share rooms, interpreters and agencies, some of whom take few meetings a day."""
    caseload, policy = case("typical", 300, 2)
    found = in_shards(caseload, policy, plans=60, executor=Side(workers), deterministic=1)
    assert 0 < found.bound <= found.cost


# --- stopped -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("calls", [0, 2, 5])
def test_stopped_it_has_the_whole(calls: int) -> None:
    left = iter([False] * calls)
    found = planned_by(Side(1), stop=lambda: next(left, True))
    assert found.status == "stopped"
    assert by_two_here().bound <= found.cost
    assert series_of(found) == series_of(by_two_here())


def series_of(calendar: Calendar) -> set[str]:
    return {one.series for one in calendar.meetings} | {one.series for one in calendar.breaches}


# --- killed ------------------------------------------------------------------------------------------


def kill_during(phase: str, at_work: Callable[[], list[int]], killed: list[int]) -> Callable[[Any], None]:
    """Watch events; once a phase has begun, kill a worker in the middle of its next task."""
    killers: list[threading.Thread] = []

    def kill() -> None:
        while not (found := at_work()):
            time.sleep(0.01)
        os.kill(found[0], signal.SIGKILL)
        killed.append(found[0])

    def watch(event: Any) -> None:
        if event.phase == phase and not killers:
            killers.append(threading.Thread(target=kill))
            killers[0].start()

    return watch


def processes_at_work(executor: LocalProcesses) -> list[int]:
    return [worker.pid for worker in list(executor._running) if worker.begun is not None and worker.pid]


def lawful(calendar: Calendar) -> None:
    report = check_calendar(*case(), calendar)
    assert report.ok, report.violations
    assert series_of(calendar) == series_of(by_two_here())


@pytest.mark.parametrize("phase", ["planning", pytest.param("proving", marks=pytest.mark.slow)])
def test_a_worker_killed_in_the_middle_of_a_run(phase: str) -> None:
    killed: list[int] = []
    with LocalProcesses(2) as executor:
        watch = kill_during(phase, lambda: processes_at_work(executor), killed)
        found = planned_by(executor, on_event=watch)
        until(lambda: bool(killed))
        pids = executor.pids
    lawful(found)
    assert not any(alive(pid) for pid in (*pids, *killed))
    assert killed[0] not in pids
    # It changes nothing at all: what was lost is done again.
    assert bytes_of(found) == bytes_of(by_two_here())


# --- a cluster ---------------------------------------------------------------------------------------


def cluster(workers: int) -> Any:
    distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    return distributed.LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        silence_logs=50,
    )


def workers_at_work(client: Any, pids: dict[str, int]) -> list[int]:
    return [pids[address] for address, tasks in client.processing().items() if tasks]


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_a_dask_cluster(workers: int) -> None:
    from solver.scale.dask_executor import DaskExecutor

    with cluster(workers) as machines, DaskExecutor(machines.scheduler_address) as executor:
        until(lambda: executor.workers == workers)
        found = planned_by(executor)
    assert bytes_of(found) == bytes_of(planned_by(Side(workers)))


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_a_dask_worker_killed_in_the_middle_of_a_run(workers: int) -> None:
    from solver.scale.dask_executor import DaskExecutor

    killed: list[int] = []
    with cluster(workers) as machines, DaskExecutor(machines.scheduler_address) as executor:
        until(lambda: executor.workers == workers)
        client = executor._client
        before = client.run(os.getpid)
        watch = kill_during("planning", lambda: workers_at_work(client, before), killed)
        found = planned_by(executor, on_event=watch)
        until(lambda: bool(killed))
        until(lambda: executor.workers == workers)
        after = client.run(os.getpid)
    lawful(found)
    assert killed[0] not in after.values()
    assert not any(alive(pid) for pid in (*before.values(), *after.values()))
