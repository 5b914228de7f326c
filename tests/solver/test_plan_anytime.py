"""Whenever a search ends, by time, gap or request, it has a whole and checked calendar and says how good it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from solver_cases import lone, read

from solver.check import check_calendar
from solver.events import ProgressEvent
from solver.generate import generate
from solver.plan import CheckFailedError, plan
from solver.policy import load_policy
from solver.policy.model import Policy
from solver.schema.calendar import LEVELS, Calendar
from solver.schema.caseload import Caseload


def team() -> tuple[Caseload, Policy]:
    caseload = generate(28, 3, congestion="hard")
    return caseload, load_policy(caseload.authority)


def whole(caseload: Caseload, policy: Policy, calendar: Calendar) -> None:
    report = check_calendar(caseload, policy, calendar)
    assert report.ok, report.violations
    assert calendar.bound <= calendar.cost
    assert calendar.gap == pytest.approx(
        (calendar.cost - calendar.bound) / calendar.cost if calendar.cost else 0.0
    )
    assert (calendar.status == "optimal") == (calendar.bound == calendar.cost)


def after(polls: int) -> Callable[[], bool]:
    """A request to stop that comes with the given poll."""
    count = iter(range(10**9))
    return lambda: next(count) >= polls


@pytest.mark.parametrize("polls", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
def test_stopped_after_some_polls(polls: int) -> None:
    caseload, policy = team()
    calendar = plan(caseload, policy, deterministic=40, stop=after(polls))
    whole(caseload, policy, calendar)
    assert calendar.status in ("stopped", "optimal")


@pytest.mark.parametrize("polls", range(6))
def test_a_small_one_stopped_after_some_polls(polls: int) -> None:
    caseload, policy = read(lone())
    calendar = plan(caseload, policy, deterministic=40, stop=after(polls))
    whole(caseload, policy, calendar)
    assert calendar.status in ("stopped", "optimal")


def test_stopped_at_once_is_the_first_insertion() -> None:
    caseload, policy = team()
    calendar = plan(caseload, policy, deterministic=40, stop=lambda: True)
    assert calendar.status == "stopped"
    required = {breach.series for breach in calendar.breaches} | {m.series for m in calendar.meetings}
    assert len(required) == calendar.kpis.series


def test_more_rounds_are_never_worse() -> None:
    caseload, policy = team()
    found = [plan(caseload, policy, deterministic=rounds, seed=2) for rounds in (1, 3, 6)]
    for calendar in found:
        whole(caseload, policy, calendar)
        assert calendar.status in ("feasible", "optimal")
    assert found[0].cost >= found[-1].cost
    assert found[0].bound <= found[-1].bound


class Clock:
    """A clock that every look moves on."""

    def __init__(self, step: float) -> None:
        self.now, self.step = 0.0, step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


@pytest.mark.parametrize("step", [0.1, 0.3, 100.0])
def test_out_of_time(step: float) -> None:
    """The clock is given, so that no test waits for it."""
    caseload, policy = team()
    calendar = plan(caseload, policy, seconds=2.0, clock=Clock(step))
    whole(caseload, policy, calendar)
    assert calendar.status in ("feasible", "optimal")


def test_no_time_at_all() -> None:
    caseload, policy = team()
    calendar = plan(caseload, policy, seconds=0.0, clock=Clock(0.001))
    whole(caseload, policy, calendar)


def test_ends_at_the_gap_asked_for() -> None:
    caseload, policy = team()
    loose = plan(caseload, policy, deterministic=40, gap=0.9)
    whole(caseload, policy, loose)
    assert loose.gap <= 0.9
    assert loose.status == "feasible"
    tight = plan(caseload, policy, deterministic=5)
    assert tight.cost <= loose.cost


def test_events_tell_of_progress() -> None:
    caseload, policy = team()
    told: list[ProgressEvent] = []
    calendar = plan(caseload, policy, deterministic=5, on_event=told.append)
    assert all(event.phase for event in told)
    seconds = [event.seconds for event in told]
    assert seconds == sorted(seconds)
    costs = [event.cost for event in told if event.cost is not None]
    bounds = [event.bound for event in told if event.bound is not None]
    assert costs == sorted(costs, reverse=True)
    assert bounds == sorted(bounds)
    assert (costs[-1], bounds[-1]) == (calendar.cost, calendar.bound)
    for event in told:
        # Either there is a calendar and all of it is told, or there is none yet.
        assert (event.best is None) == (event.cost is None) == (event.breaches is None)
        if event.best is not None and event.cost is not None:
            assert set(event.best) == set(LEVELS)
            assert sum(event.best.values()) == event.cost
            if event.bound is not None:
                assert event.gap == pytest.approx((event.cost - event.bound) / event.cost)
    assert told[-1].breaches == len(calendar.breaches)


def test_a_calendar_that_the_checker_refuses_is_never_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    caseload, policy = read(lone())
    monkeypatch.setattr(
        "solver.writer.CalendarWriter.write", _with_a_wrong_cost(plan(caseload, policy, deterministic=2))
    )
    with pytest.raises(CheckFailedError, match=r"calendar\.objective") as caught:
        plan(caseload, policy, deterministic=2)
    assert not caught.value.report.ok


def _with_a_wrong_cost(calendar: Calendar) -> Callable[..., Calendar]:
    wrong = calendar.model_copy(update={"cost": calendar.cost - 1})
    return lambda *given, **named: wrong


def test_seconds_are_told_without_compiling(monkeypatch: pytest.MonkeyPatch) -> None:
    class Compiling:
        """As on a machine's first plan, only longer."""

        seconds = 1_000.0

        def __enter__(self) -> Compiling:
            return self

        def __exit__(self, *_: object) -> None:
            pass

    monkeypatch.setattr("solver.plan.CompileTime", Compiling)
    ticks = iter(range(0, 10**9, 10))
    caseload, policy = read(lone())
    calendar = plan(caseload, policy, seconds=1.0, gap=1.0, clock=lambda: float(next(ticks)))
    assert -1_000.0 < calendar.seconds < -900.0
