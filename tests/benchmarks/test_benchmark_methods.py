from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import pytest
from benchmark_results import order

from benchmarks import child
from benchmarks.methods import METHODS, Log
from benchmarks.peers import timefold
from benchmarks.record import Method, Missing, Order
from solver.events import ProgressEvent
from solver.policy import Policy
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload


def ticking() -> Iterator[float]:
    yield from (100.0, 100.5, 101.5, 103.0)


def test_every_method_has_a_way_to_plan() -> None:
    assert set(METHODS) == set(get_args(Method))


def test_times_are_the_benchmarks_own_whatever_the_search_says() -> None:
    clock = ticking()
    log = Log(clock=lambda: next(clock))
    log.watch(ProgressEvent(77.0, "first", {"family": 9}, 9, 3.0, 0.5, 1))
    log.better(77.0, 8)
    assert [(one.seconds, one.cost, one.bound, one.breaches, one.levels) for one in log.samples] == [
        (0.5, 9, 3.0, 1, {"family": 9}),
        (1.5, 8, None, None, None),
    ]
    assert log.seconds == 3.0


def test_a_peer_that_is_not_there_is_a_result(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timefold, "missing", lambda: "There is no JDK.")
    result = child.run(order(1, case="family", size=3, seconds=1, method="timefold"))
    assert isinstance(result, Missing)
    assert (result.why, result.note) == ("not available", "There is no JDK.")


def test_a_method_without_a_calendar_in_time_is_a_result(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(asked: Order, caseload: Caseload, policy: Policy, log: Log) -> Calendar | None:
        return None

    monkeypatch.setitem(METHODS, "one-shot", none)
    result = child.run(order(1, case="family", size=3, seconds=1, method="one-shot"))
    assert isinstance(result, Missing)
    assert result.why == "no calendar in time"


def test_a_method_that_is_not_written_yet_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(METHODS, "one-shot", raising=False)
    result = child.run(order(1, case="family", size=3, seconds=1, method="one-shot"))
    assert isinstance(result, Missing)
    assert (result.why, result.note) == ("not available", "one-shot is not part of this version")
