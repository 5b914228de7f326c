"""Processes of this machine: the same results as in the caller, whatever happens to a process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import scale_tasks
from processes import alive, at_most, kill_worker, until

from solver.scale.executor import Executor, InProcess, LocalProcesses, TaskLostError
from solver.scale.worker import TaskFailedError

PAYLOADS = [b"", b"one", b"two", b"three", bytes(range(256)) * 20_000, b"five"]
PARENT = """
import sys
import scale_tasks
from solver.scale.executor import LocalProcesses

with LocalProcesses(2) as executor:
    paths = [sys.argv[1].encode() + b"/a", sys.argv[1].encode() + b"/b"]
    for found in executor.run(scale_tasks.wait, paths):
        pass
"""


@pytest.fixture(autouse=True)
def _bounded() -> Iterator[None]:
    with at_most(120):
        yield


@pytest.fixture
def local() -> Iterator[LocalProcesses]:
    with LocalProcesses(2) as executor:
        yield executor


def reversed_by(executor: Executor) -> list[tuple[int, bytes]]:
    return sorted(executor.run(scale_tasks.reverse, PAYLOADS))


def test_the_same_results_as_in_the_caller(local: LocalProcesses) -> None:
    expected = [(i, payload[::-1]) for i, payload in enumerate(PAYLOADS)]
    with InProcess() as here:
        assert reversed_by(here) == expected
        assert here.workers == 1
    assert reversed_by(local) == expected
    assert local.workers == 2


def test_nothing_to_do(local: LocalProcesses) -> None:
    assert list(local.run(scale_tasks.reverse, [])) == []
    assert local.pids == ()


def test_processes_stay_from_one_run_to_the_next(local: LocalProcesses) -> None:
    first = {result for _, result in local.run(scale_tasks.process_id, [b""] * 20)}
    second = {result for _, result in local.run(scale_tasks.process_id, [b""] * 20)}
    assert first | second == {str(pid).encode() for pid in local.pids}
    assert str(os.getpid()).encode() not in first


def test_a_worker_killed_in_the_middle_of_its_task(local: LocalProcesses, tmp_path: Path) -> None:
    killer = kill_worker(tmp_path / "b")
    payloads = [str(tmp_path / name).encode() for name in ("a", "b", "c", "d")]
    found = sorted(local.run(scale_tasks.wait, payloads))
    killer.join()
    assert found == [(0, b"a"), (1, b"b"), (2, b"c"), (3, b"d")]
    # Only the lost task was done again, by another process.
    assert {name: len(list(tmp_path.glob(f"{name}.*"))) for name in "abcd"} == {
        "a": 1,
        "b": 2,
        "c": 1,
        "d": 1,
    }


def test_every_worker_killed_and_most_tasks_lost(local: LocalProcesses, tmp_path: Path) -> None:
    payloads = [str(tmp_path / f"task-{i}").encode() for i in range(6)]
    found = sorted(local.run(scale_tasks.die_at_first, payloads))
    assert found == [(i, f"task-{i}".encode()) for i in range(6)]


def test_a_worker_killed_between_two_runs(local: LocalProcesses) -> None:
    reversed_by(local)
    for pid in local.pids:
        os.kill(pid, signal.SIGKILL)
    assert reversed_by(local) == reversed_by(InProcess())


def test_a_task_that_kills_every_worker_is_given_up(local: LocalProcesses) -> None:
    with pytest.raises(
        TaskLostError, match="task 2 was given up after 3 attempts: its worker ended with -9"
    ) as caught:
        list(local.run(scale_tasks.die, [b"fine", b"fine", b"die", b"fine"]))
    assert (caught.value.index, caught.value.attempts) == (2, 3)
    assert reversed_by(local) == reversed_by(InProcess())


def test_a_hanging_task_is_done_by_another_worker(local: LocalProcesses, tmp_path: Path) -> None:
    payloads = [str(tmp_path / f"task-{i}").encode() for i in range(3)]
    found = sorted(local.run(scale_tasks.hang_at_first, payloads, patience=0.5))
    assert found == [(i, f"task-{i}".encode()) for i in range(3)]
    assert not any(alive(int(path.read_text())) for path in tmp_path.iterdir())


def test_an_exception_comes_as_it_is(local: LocalProcesses) -> None:
    with pytest.raises(LookupError, match="no such thing as bad") as caught:
        list(local.run(scale_tasks.refuse, [b"good", b"bad", b"good"]))
    (note,) = caught.value.__notes__
    assert note.startswith("In task 1:\nTraceback")
    assert 'raise LookupError("no such thing as bad")' in note
    assert reversed_by(local) == reversed_by(InProcess())


def test_an_exception_that_cannot_be_sent_comes_as_text(local: LocalProcesses) -> None:
    with pytest.raises(TaskFailedError, match="OddError: very odd"):
        list(local.run(scale_tasks.refuse_oddly, [b""]))


def test_a_run_given_up_early(local: LocalProcesses, tmp_path: Path) -> None:
    payloads = [str(tmp_path / name).encode() for name in ("a", "b", "c")]
    (tmp_path / "a").touch()
    run = local.run(scale_tasks.hang_at_first, payloads)
    assert next(run) == (0, b"a")
    run.close()
    until(lambda: not any(alive(int(path.read_text())) for path in tmp_path.glob("[bc]")))
    assert reversed_by(local) == reversed_by(InProcess())


def test_one_run_at_a_time(local: LocalProcesses) -> None:
    run = local.run(scale_tasks.reverse, PAYLOADS)
    next(run)
    with pytest.raises(RuntimeError, match="another run has not ended"):
        next(local.run(scale_tasks.reverse, PAYLOADS))
    assert len(list(run)) == len(PAYLOADS) - 1


def test_closing_leaves_no_process() -> None:
    executor = LocalProcesses(2)
    reversed_by(executor)
    pids = executor.pids
    assert pids
    executor.close()
    executor.close()
    assert not any(alive(pid) for pid in pids)
    assert executor.pids == ()
    with pytest.raises(RuntimeError, match="closed"):
        reversed_by(executor)


def test_closing_in_the_middle_of_a_run(tmp_path: Path) -> None:
    executor = LocalProcesses(2)
    (tmp_path / "a").touch()
    payloads = [str(tmp_path / name).encode() for name in ("a", "b", "c")]
    run = executor.run(scale_tasks.hang_at_first, payloads)
    next(run)
    pids = executor.pids
    executor.close()
    assert not any(alive(pid) for pid in pids)
    with pytest.raises(RuntimeError, match="closed during the run"):
        next(run)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_no_worker_outlives_the_caller(how: signal.Signals, tmp_path: Path) -> None:
    """Ctrl-C goes to the terminal's whole group, as here; SIGKILL leaves the caller no time for anything."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    until(lambda: len(list(tmp_path.iterdir())) == 2)
    pids = [int(path.suffix[1:]) for path in tmp_path.iterdir()]
    assert all(alive(pid) for pid in pids)
    os.killpg(parent.pid, how)
    parent.wait()
    until(lambda: not any(alive(pid) for pid in pids))


def test_workers_ignore_the_terminal(local: LocalProcesses) -> None:
    reversed_by(local)
    before = local.pids
    for pid in before:
        os.kill(pid, signal.SIGINT)
    assert reversed_by(local) == reversed_by(InProcess())
    assert local.pids == before


def test_what_a_task_prints_is_no_result(local: LocalProcesses, capfd: pytest.CaptureFixture[str]) -> None:
    assert list(local.run(scale_tasks.chatty, [b"x"])) == [(0, b"x")]
    assert capfd.readouterr().out == ""


def test_one_thread_a_worker(local: LocalProcesses) -> None:
    assert list(local.run(scale_tasks.threads, [b""])) == [(0, b"1")]


def test_only_functions_that_a_worker_can_find(local: LocalProcesses) -> None:
    def inner(payload: bytes) -> bytes:
        return payload

    with pytest.raises(ValueError, match="no top-level function"):
        local.run(inner, [b""])


def test_at_least_one_worker() -> None:
    with pytest.raises(ValueError, match="0 workers"):
        LocalProcesses(0)
