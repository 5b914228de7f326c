"""Whatever is in a caseload: the calendar is lawful, and nothing that is required is dropped without a word."""

from __future__ import annotations

import random

import pytest
from any_caseload import any_caseload
from deep import first
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from solver_cases import planned, read
from solver_duties import accounted_for

from solver.check import check_calendar
from solver.plan import plan
from solver.schema.faults import CaseloadError

ANY = st.randoms(use_true_random=False)
QUIET = (HealthCheck.too_slow, HealthCheck.filter_too_much)


def accounts(chance: random.Random, rounds: int, seed: int) -> None:
    data = any_caseload(chance)
    try:
        caseload, policy = read(data)
    except CaseloadError:
        assume(condition=False)
        return
    calendar = plan(caseload, policy, deterministic=rounds, seed=seed)
    report = check_calendar(caseload, policy, calendar)
    assert report.ok, report.violations
    assert calendar.bound <= calendar.cost
    accounted_for(caseload, policy, calendar)


@settings(max_examples=80, deadline=None, suppress_health_check=QUIET)
@given(ANY, st.integers(0, 2), st.integers(1, 5))
def test_lawful_and_complete(chance: random.Random, rounds: int, seed: int) -> None:
    accounts(chance, rounds, seed)


@pytest.mark.slow
@settings(max_examples=600, deadline=None, suppress_health_check=QUIET)
@given(ANY, st.integers(0, 3), st.integers(1, 50))
def test_lawful_and_complete_over_and_over(chance: random.Random, rounds: int, seed: int) -> None:
    accounts(chance, rounds, seed)


@pytest.mark.slow
@pytest.mark.deep
@settings(max_examples=2500, deadline=None, suppress_health_check=QUIET)
@given(ANY, st.integers(0, 3), st.integers(1, 50))
def test_lawful_and_complete_without_end(chance: random.Random, rounds: int, seed: int) -> None:
    accounts(chance, rounds, seed)


@pytest.mark.slow
@pytest.mark.parametrize("start", first(1, range(0, 3000, 300)))
def test_lawful_and_complete_by_number(start: int) -> None:
    """The same caseloads every time, so that a fault once found can be named."""
    for seed in range(start, start + 300):
        data = any_caseload(random.Random(seed))
        try:
            read(data)
        except CaseloadError:
            continue
        calendar = planned(data, rounds=2, seed=seed)
        accounted_for(*read(data), calendar)


def test_most_of_them_can_be_planned() -> None:
    """The other tests would show little if validation refused nearly all of the caseloads."""
    fine = 0
    for seed in range(200):
        try:
            read(any_caseload(random.Random(seed)))
        except CaseloadError:
            continue
        fine += 1
    assert fine > 150
