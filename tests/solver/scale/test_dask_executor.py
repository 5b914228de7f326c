"""A Dask cluster on this machine: the same results as in the caller, whatever happens to a worker."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import scale_tasks
from processes import alive, at_most, kill_worker, until

from solver.scale import dask_executor
from solver.scale.dask_executor import DaskExecutor
from solver.scale.executor import InProcess, TaskLostError

distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")

PAYLOADS = [b"", b"one", b"two", b"three", bytes(range(256)) * 20_000, b"five"]


@pytest.fixture(autouse=True)
def _bounded() -> Iterator[None]:
    with at_most(120):
        yield


def two_workers() -> Any:
    return distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        silence_logs=50,
    )


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    with two_workers() as found:
        yield found


@pytest.fixture
def dask(cluster: Any) -> Iterator[DaskExecutor]:
    with DaskExecutor(cluster.scheduler_address) as executor:
        until(lambda: executor.workers == 2)
        yield executor


@pytest.fixture
def doomed() -> Iterator[DaskExecutor]:
    """On a cluster of its own, for tests that are hard on it."""
    with two_workers() as cluster, DaskExecutor(cluster.scheduler_address) as executor:
        yield executor


@pytest.fixture(params=["through the scheduler", "placed on a worker"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How payloads reach the workers."""
    if request.param == "placed on a worker":
        monkeypatch.setattr(dask_executor, "LARGE", 1)
    return str(request.param)


def test_the_same_results_as_in_the_caller_twice(dask: DaskExecutor) -> None:
    expected = sorted(InProcess().run(scale_tasks.reverse, PAYLOADS))
    assert sorted(dask.run(scale_tasks.reverse, PAYLOADS)) == expected
    assert sorted(dask.run(scale_tasks.reverse, PAYLOADS)) == expected
    assert dask.workers == 2
    assert list(dask.run(scale_tasks.reverse, [])) == []


def test_all_workers_work(dask: DaskExecutor) -> None:
    found = {result for _, result in dask.run(scale_tasks.process_id, [b""] * 20)}
    assert len(found) == 2
    assert str(os.getpid()).encode() not in found


def test_a_worker_killed_in_the_middle_of_its_task(dask: DaskExecutor, way: str, tmp_path: Path) -> None:
    killer = kill_worker(tmp_path / "b")
    payloads = [str(tmp_path / name).encode() for name in ("a", "b", "c", "d")]
    found = sorted(dask.run(scale_tasks.wait, payloads))
    killer.join()
    assert found == [(0, b"a"), (1, b"b"), (2, b"c"), (3, b"d")]
    assert len(list(tmp_path.glob("b.*"))) == 2


@pytest.mark.slow
def test_every_worker_killed_again_and_again(doomed: DaskExecutor, way: str, tmp_path: Path) -> None:
    payloads = [str(tmp_path / f"task-{i}").encode() for i in range(6)]
    found = sorted(doomed.run(scale_tasks.die_later_at_first, payloads))
    assert found == [(i, f"task-{i}".encode()) for i in range(6)]


@pytest.mark.slow
def test_a_task_that_kills_every_worker_is_given_up(doomed: DaskExecutor, way: str) -> None:
    with pytest.raises(TaskLostError, match=r"task 2 was given up after [34] attempts") as caught:
        list(doomed.run(scale_tasks.die_later, [b"fine", b"fine 2", b"die", b"fine 3"]))
    assert caught.value.index == 2


def test_a_hanging_task_is_done_by_another_worker(dask: DaskExecutor, way: str, tmp_path: Path) -> None:
    payloads = [str(tmp_path / f"task-{i}").encode() for i in range(2)]
    (tmp_path / "task-0").write_text("1")
    found = sorted(dask.run(scale_tasks.hang_at_first, payloads, patience=3.0))
    assert found == [(0, b"task-0"), (1, b"task-1")]
    assert not alive(int((tmp_path / "task-1").read_text()))


def test_an_exception_comes_as_it_is(dask: DaskExecutor) -> None:
    with pytest.raises(LookupError, match="no such thing as bad") as caught:
        list(dask.run(scale_tasks.refuse, [b"good", b"bad", b"good"]))
    (note,) = caught.value.__notes__
    assert note.startswith("In task 1:\nTraceback")
    assert 'raise LookupError("no such thing as bad")' in note
    assert list(dask.run(scale_tasks.reverse, [b"ab"])) == [(0, b"ba")]


def test_a_run_given_up_early(dask: DaskExecutor) -> None:
    run = dask.run(scale_tasks.reverse, PAYLOADS)
    next(run)
    run.close()
    assert len(list(dask.run(scale_tasks.reverse, PAYLOADS))) == len(PAYLOADS)


def test_a_client_of_the_caller_stays_open(cluster: Any) -> None:
    with distributed.Client(cluster.scheduler_address, set_as_default=False) as client:
        executor = DaskExecutor(client)
        assert list(executor.run(scale_tasks.reverse, [b"ab"])) == [(0, b"ba")]
        executor.close()
        executor.close()
        assert client.status == "running"
        with pytest.raises(RuntimeError, match="closed"):
            next(executor.run(scale_tasks.reverse, [b"ab"]))


def test_patience_never_ends_the_caller() -> None:
    """Workers that are threads of this process: a watchdog would end the tests themselves."""
    with (
        distributed.LocalCluster(
            n_workers=1,
            threads_per_worker=1,
            processes=False,
            dashboard_address="127.0.0.1:0",
            silence_logs=50,
        ) as threads,
        distributed.Client(threads, set_as_default=False) as client,
    ):
        executor = DaskExecutor(client)
        assert list(executor.run(scale_tasks.slow, [b"0.3"], patience=0.05)) == [(0, b"0.3")]


def test_only_functions_that_a_worker_can_find(dask: DaskExecutor) -> None:
    with pytest.raises(ValueError, match="no top-level function"):
        dask.run(lambda payload: payload, [b""])


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(ImportError, match=r"pip install convene\[cluster\]"):
        DaskExecutor("tcp://127.0.0.1:1")


def test_dask_is_imported_only_when_it_is_needed() -> None:
    code = "import solver.scale.dask_executor, sys; sys.exit('distributed' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
