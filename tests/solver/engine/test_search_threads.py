"""What is proven has a thread of its own, which ends when it is told and fails aloud; rounds take no notice of threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import count
from typing import cast

import pytest

from solver.check import check_calendar
from solver.engine.prover import Background, Prover
from solver.engine.search import Limits, Search
from solver.generate import generate
from solver.generate.shape import Congestion
from solver.plan import plan
from solver.policy import load_policy


class Stub:
    """Work that can be held up, or fail."""

    def __init__(self, *, fails_at: int | None = None, busy: bool = True) -> None:
        self.slices = 0
        self.begun = threading.Event()
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self._fails_at = fails_at
        self._busy = busy

    def advance(self) -> bool:
        self.slices += 1
        self.begun.set()
        self.may_go_on.wait()
        if self.slices == self._fails_at:
            raise ArithmeticError("no price for that")
        return self._busy


def background(stub: Stub) -> Background:
    return Background(cast("Prover", stub))


class TestBackground:
    @pytest.mark.parametrize("busy", [True, False])
    def test_works_until_it_is_told_to_end(self, busy: bool) -> None:
        stub = Stub(busy=busy)
        thread = background(stub)
        thread.start()
        assert stub.begun.wait(60)
        assert not thread.ending
        thread.end()
        thread._thread.join(60)
        assert thread.ending
        assert not thread._thread.is_alive()
        slices = stub.slices
        assert slices >= 1
        thread.check()
        assert stub.slices == slices

    def test_begins_nothing_more_once_it_is_told_to_end(self) -> None:
        """It ends after the slice that it is in the middle of, and nobody has to wait for that."""
        stub = Stub()
        stub.may_go_on.clear()
        thread = background(stub)
        thread.start()
        assert stub.begun.wait(60)
        thread.end()
        assert stub.slices == 1
        stub.may_go_on.set()
        thread._thread.join(60)
        assert not thread._thread.is_alive()
        assert stub.slices == 1

    @pytest.mark.parametrize("at", [1, 3])
    def test_passes_on_what_went_wrong(self, at: int) -> None:
        stub = Stub(fails_at=at)
        thread = background(stub)
        thread.start()
        thread._thread.join(60)
        assert not thread._thread.is_alive()
        assert stub.slices == at
        for ask in (thread.check, thread.end, thread.check):
            with pytest.raises(ArithmeticError, match="no price for that"):
                ask()


class Clock:
    """A clock that every look moves on."""

    def __init__(self, step: float) -> None:
        self._looks, self._step = count(), step

    def __call__(self) -> float:
        return self._step * next(self._looks)


def after(polls: int) -> Callable[[], bool]:
    """A request to stop that comes with the given poll, from whichever thread, and stays."""
    asked = count()
    return lambda: next(asked) >= polls


class TestTwoThreads:
    """What is proven has a thread of its own; no test waits for a clock."""

    @pytest.mark.parametrize("polls", [0, 1, 5, 20])
    def test_stops_when_asked(self, polls: int) -> None:
        caseload = generate(9, 3, congestion="hard")
        policy = load_policy(caseload.authority)
        calendar = plan(caseload, policy, seconds=3600.0, workers=2, stop=after(polls), clock=Clock(1e-6))
        assert check_calendar(caseload, policy, calendar).ok
        assert calendar.status in ("stopped", "optimal")
        assert calendar.bound <= calendar.cost

    @pytest.mark.parametrize("step", [0.5, 100.0])
    def test_ends_in_time(self, step: float) -> None:
        caseload = generate(9, 3, congestion="hard")
        policy = load_policy(caseload.authority)
        calendar = plan(caseload, policy, seconds=3.0, workers=2, clock=Clock(step))
        assert check_calendar(caseload, policy, calendar).ok
        assert calendar.status in ("feasible", "optimal")
        assert calendar.bound <= calendar.cost

    @pytest.mark.parametrize("seed", [2, 5])
    def test_proves_a_small_one(self, seed: int) -> None:
        """Both threads work to the end, and what they know together is the truth."""
        caseload = generate(6, seed, congestion="typical")
        policy = load_policy(caseload.authority)
        alone = plan(caseload, policy, deterministic=60)
        together = plan(caseload, policy, seconds=3600.0, workers=2, clock=Clock(1e-6))
        assert together.status == alone.status == "optimal"
        assert together.cost == together.bound == alone.cost

    def test_a_failure_of_the_thread_is_a_failure_of_the_search(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fails(self: Prover) -> bool:
            raise ArithmeticError("no price for that")

        monkeypatch.setattr(Prover, "advance", fails)
        caseload = generate(9, 3, congestion="hard")
        for workers in (1, 2):
            with pytest.raises(ArithmeticError, match="no price for that"):
                plan(
                    caseload,
                    load_policy(caseload.authority),
                    seconds=3600.0,
                    workers=workers,
                    clock=Clock(1e-3),
                )

    def test_a_failure_of_the_search_ends_the_thread(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fails(self: Search, limits: Limits) -> None:
            raise ArithmeticError("no such round")

        monkeypatch.setattr(Search, "_round", fails)
        caseload = generate(9, 3, congestion="hard")
        before = set(threading.enumerate())
        with pytest.raises(ArithmeticError, match="no such round"):
            plan(caseload, load_policy(caseload.authority), seconds=3600.0, workers=2, clock=Clock(1e-6))
        for thread in set(threading.enumerate()) - before:
            thread.join(60)
        assert set(threading.enumerate()) <= before


def bytes_of(plans: int, rounds: int, workers: int, congestion: Congestion) -> bytes:
    caseload = generate(plans, 4, congestion=congestion)
    policy = load_policy(caseload.authority)
    calendar = plan(caseload, policy, deterministic=rounds, workers=workers)
    return calendar.model_dump_json(by_alias=True).encode()


@pytest.mark.parametrize(
    ("plans", "rounds", "congestion"),
    [
        (9, 9, "hard"),
        pytest.param(26, 9, "typical", marks=pytest.mark.slow),
        pytest.param(28, 12, "hard", marks=pytest.mark.slow),
    ],
)
def test_rounds_give_the_same_bytes_whatever_the_threads(
    plans: int, rounds: int, congestion: Congestion
) -> None:
    first = bytes_of(plans, rounds, 1, congestion)
    assert bytes_of(plans, rounds, 2, congestion) == first
    assert bytes_of(plans, rounds, 2, congestion) == first
