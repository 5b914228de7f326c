"""The smallest disruption against trying everything, on tiny caseloads."""

from __future__ import annotations

from functools import cache

import pytest
from disruption_oracle import least_disruption, published_and_disturbed
from solver_cases import prepared

from solver.replan.smallest import Smallest, smallest_disruption
from solver.replan.standing import kept_meetings

SEEDS = range(24)
MANY_SEEDS = range(24, 400)


@cache
def agree(seed: int) -> Smallest:
    caseload, policy, weights = published_and_disturbed(seed)
    problem = prepared(caseload, policy)
    kept = kept_meetings(problem, caseload, weights.of_booked)
    found = smallest_disruption(problem, kept)
    least = least_disruption(caseload, policy, weights.of_booked)
    assert (found.breach_days, found.disruption) == least
    assert found.proved
    assert len(found.standing) + len(found.moved) == len(kept)
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_is_the_smallest_there_is(seed: int) -> None:
    agree(seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", MANY_SEEDS)
def test_is_the_smallest_there_is_of_many_more(seed: int) -> None:
    agree(seed)


def test_the_seeds_show_everything() -> None:
    """Meetings that needn't move by themselves and must all the same, proofs with CP-SAT and without, new breaches."""
    found = [agree(seed) for seed in SEEDS]
    assert any(len(one.moved) > len(one.unable) for one in found)
    assert any(one.relaxations for one in found)
    assert any(not one.relaxations and one.moved for one in found)
    assert any(one.breach_days for one in found)
