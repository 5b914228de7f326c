"""Calendars on the way: whole and checked, ever better; and a search that begins with one."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import cache

import pytest
from solver_cases import lone, read

from solver.check import check_calendar
from solver.generate import generate
from solver.plan import plan
from solver.policy import load_policy
from solver.policy.model import Policy
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload


@cache
def team() -> tuple[Caseload, Policy]:
    caseload = generate(28, 3, congestion="hard")
    return caseload, load_policy(caseload.authority)


def ticking(seconds: float) -> Callable[[], float]:
    """A clock that goes on by so much at each look."""
    looks = itertools.count()
    return lambda: seconds * next(looks)


def kept(**more: object) -> tuple[list[Calendar], Calendar]:
    caseload, policy = team()
    found: list[Calendar] = []
    result = plan(caseload, policy, deterministic=40, on_best=found.append, **more)  # type: ignore[arg-type]
    return found, result


def test_each_is_whole_and_better_than_the_one_before() -> None:
    # A clock that stands still: writing takes no time, so each better one is due at once.
    found, result = kept(clock=lambda: 0.0)
    caseload, policy = team()
    assert len(found) > 1
    for calendar in found:
        assert check_calendar(caseload, policy, calendar).ok
        assert calendar.status == "feasible"
        assert calendar.bound <= result.cost
    costs = [calendar.cost for calendar in found]
    assert costs == sorted(costs, reverse=True)
    assert len(set(costs)) == len(costs)
    assert result.cost <= costs[-1]


@pytest.mark.slow
def test_they_are_written_only_as_often_as_that_takes_little_of_the_time() -> None:
    assert len(kept(clock=ticking(1.0))[0]) < len(kept(clock=lambda: 0.0)[0])


@pytest.mark.slow
def test_keeping_changes_nothing_of_the_result() -> None:
    caseload, policy = team()
    assert kept()[1] == plan(caseload, policy, deterministic=40)


@pytest.mark.parametrize("rounds", [1, pytest.param(40, marks=pytest.mark.slow)])
def test_a_search_begins_with_a_calendar_that_was_kept(rounds: int) -> None:
    caseload, policy = team()
    before = plan(caseload, policy, deterministic=40)
    first: list[Calendar] = []
    result = plan(
        caseload, policy, deterministic=rounds, start=before, on_best=first.append, clock=lambda: 0.0, seed=9
    )
    assert check_calendar(caseload, policy, result).ok
    # Places are filled anew one meeting after the other, so it may cost a little more at first.
    assert first[0].cost <= 1.05 * before.cost
    held = {(meeting.series, meeting.start, meeting.venue) for meeting in before.meetings}
    again = {(meeting.series, meeting.start, meeting.venue) for meeting in first[0].meetings}
    assert len(held & again) > 0.9 * len(held)


def test_a_calendar_of_another_caseload_is_no_hindrance() -> None:
    caseload, policy = read(lone())
    other = plan(*team(), deterministic=1)
    assert (
        plan(caseload, policy, deterministic=30, start=other).cost
        == plan(caseload, policy, deterministic=30).cost
    )
