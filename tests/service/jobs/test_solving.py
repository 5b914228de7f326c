"""The process that solves: what it is told, how it ends."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from dataclasses import replace

import pytest
from job_cases import children, faulty_child, handles, tiny
from processes import alive, at_most

from service.jobs.solving import COMMAND, DiedError, Solving, Task, Told

TASK = Task(
    seconds=20.0,
    seed=1,
    rounds=10,
    threads=1,
    moment="2027-01-04T12:00:00+00:00",
    memory_mb=4096,
    cpu_seconds=600,
)

pytestmark = pytest.mark.usefixtures("compiled")


def told(solving: Solving) -> list[Told]:
    """All that it says until it ends, or has told a result."""
    found: list[Told] = []
    with at_most(200):
        while not found or found[-1].kind not in ("result", "invalid", "fault"):
            said = solving.receive(1.0)
            if said is not None:
                found.append(said)
    return found


def listen(solving: Solving) -> None:
    """Until it has died."""
    with at_most(120):
        while True:
            solving.receive(0.5)


def test_it_tells_how_far_it_is_and_what_it_finds() -> None:
    before = handles()
    with Solving(TASK, tiny()) as solving:
        found = told(solving)
    kinds = [one.kind for one in found]
    assert kinds[0] == "solving"
    assert kinds[-1] == "result"
    assert {"progress", "best"} <= set(kinds)
    assert not alive(solving.pid)
    assert handles() == before


def test_leaving_it_ends_it() -> None:
    with Solving(replace(TASK, rounds=None, seconds=600.0), tiny(), command=faulty_child("hangs")) as solving:
        with at_most(60):
            while solving.receive(1.0) is None:
                pass
        pid = solving.pid
        assert pid in children()
    assert not alive(pid)
    assert pid not in children()


def test_one_that_cannot_be_started_leaves_nothing() -> None:
    before = handles()
    with pytest.raises(FileNotFoundError), Solving(TASK, tiny(), command=("/there/is/no/such",)):
        pass
    assert handles() == before


def test_one_that_ends_at_once_has_died() -> None:
    exits = (sys.executable, "-c", "raise SystemExit(3)")
    with (
        Solving(TASK, tiny() * 1000, command=exits) as solving,
        pytest.raises(DiedError, match="ended with code 3"),
    ):
        listen(solving)


def test_it_ends_when_nobody_holds_the_other_end() -> None:
    """Where no kernel kills it with its worker."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [*faulty_child("hangs"), str(theirs.fileno()), str(os.getpid())], pass_fds=(theirs.fileno(),)
        )
    try:
        assert process.poll() is None
        ours.close()
        assert process.wait(60) != 0
    finally:
        process.kill()
        process.wait(10)


def test_it_does_not_begin_without_its_worker() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ended = subprocess.run(
            [*COMMAND, str(theirs.fileno()), "1" if os.getpid() != 1 else "2"],
            pass_fds=(theirs.fileno(),), timeout=60, check=False,
        )  # fmt: skip
    assert ended.returncode == 1


def test_processor_time_is_bounded() -> None:
    task = replace(TASK, cpu_seconds=1)
    with (
        Solving(task, tiny(), command=faulty_child("busy")) as solving,
        pytest.raises(DiedError, match=r"more processor time|was killed"),
    ):
        listen(solving)
