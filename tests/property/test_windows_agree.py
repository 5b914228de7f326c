"""Whatever windows a policy has: the solver and the checker count the same dates, and a calendar kept to them passes."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from any_windows import any_windows_caseload, any_windows_policy
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from solver.check import check_calendar
from solver.check.case import Case
from solver.check.windows import next_window
from solver.plan import plan
from solver.policy.model import Policy
from solver.policy.windows import working_calendar
from solver.schema.caseload import Caseload
from solver.schema.validate import validate
from solver.series import form_series, next_limits

ANY = st.randoms(use_true_random=False)
QUIET = (HealthCheck.too_slow, HealthCheck.filter_too_much)
Dates = tuple[date, date, date]


def drawn(chance: random.Random) -> tuple[Caseload, Policy]:
    policy = any_windows_policy(chance)
    caseload = any_windows_caseload(chance, policy)
    assume(not validate(caseload, policy))
    return caseload, policy


def solvers(
    caseload: Caseload, policy: Policy, index: int, previous: date | None
) -> tuple[Dates, bool] | None:
    """Earliest, target and due of the next meeting, and whether it must be held."""
    calendar = working_calendar(caseload, policy)
    series = form_series(caseload, policy)[index]
    limits = next_limits(series, previous, calendar)
    imposes = limits is not None
    if limits is None:
        limits = next_limits(series, previous, calendar, imposing=False)
    if limits is None:
        return None
    return (max(limits.earliest, caseload.horizon.start), limits.target, limits.due), imposes


def checkers(
    caseload: Caseload, policy: Policy, index: int, previous: date | None
) -> tuple[Dates, bool] | None:
    case = Case(caseload, policy)
    limits = next_window(case, list(case.series.values())[index], previous)
    return None if limits is None else ((limits.earliest, limits.target, limits.due), limits.imposes)


@settings(max_examples=150, deadline=None, suppress_health_check=QUIET)
@given(ANY)
def test_the_same_window_after_every_day(chance: random.Random) -> None:
    caseload, policy = drawn(chance)
    start = caseload.horizon.start
    for index in range(len(form_series(caseload, policy))):
        for previous in (None, *(start + timedelta(days=days) for days in range(0, 75, 3))):
            assert solvers(caseload, policy, index, previous) == checkers(caseload, policy, index, previous)


@settings(max_examples=40, deadline=None, suppress_health_check=QUIET)
@given(ANY, st.integers(1, 5))
def test_the_calendar_passes(chance: random.Random, seed: int) -> None:
    caseload, policy = drawn(chance)
    calendar = plan(caseload, policy, deterministic=2, seed=seed)
    report = check_calendar(caseload, policy, calendar)
    assert report.ok, report.violations
    assert calendar.bound <= calendar.cost


def test_chance_brings_every_sort_of_window() -> None:
    found: set[str] = set()
    for number in range(200):
        chance = random.Random(number)
        policy = any_windows_policy(chance)
        caseload = any_windows_caseload(chance, policy)
        if not validate(caseload, policy):
            found |= {window.applies for window in policy.meetings[0].windows}
            found |= {
                name
                for series in form_series(caseload, policy)
                for events in series.events
                for name in ("around",)
                if events
            }
    assert found == {"first", "later", "event", "around"}


@pytest.mark.slow
@settings(max_examples=500, deadline=None, suppress_health_check=QUIET)
@given(ANY)
def test_the_same_window_after_every_day_over_and_over(chance: random.Random) -> None:
    same_after_every_day(chance)


@pytest.mark.slow
@pytest.mark.deep
@settings(max_examples=1500, deadline=None, suppress_health_check=QUIET)
@given(ANY)
def test_the_same_window_after_every_day_without_end(chance: random.Random) -> None:
    same_after_every_day(chance)


def same_after_every_day(chance: random.Random) -> None:
    caseload, policy = drawn(chance)
    start = caseload.horizon.start
    for index in range(len(form_series(caseload, policy))):
        for days in range(75):
            previous = start + timedelta(days=days)
            assert solvers(caseload, policy, index, previous) == checkers(caseload, policy, index, previous)
