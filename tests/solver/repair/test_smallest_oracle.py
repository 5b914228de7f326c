"""The smallest disruption against trying everything, on tiny caseloads."""

from __future__ import annotations

import random
from functools import cache
from typing import Any

import pytest
from any_caseload import any_caseload
from deep import first
from disruption_oracle import least_disruption, published_and_disturbed, since_published
from solver_cases import prepared, read

from solver.policy.model import Policy
from solver.repair.disruption import Disruption
from solver.repair.smallest import Smallest, smallest_disruption
from solver.repair.standing import kept_meetings
from solver.schema.caseload import Caseload
from solver.schema.faults import CaseloadError

SEEDS = (*range(12), 17, 106, 157, 365)
MANY_SEEDS = [seed for seed in range(400) if seed not in SEEDS]


@cache
def agree(seed: int) -> Smallest:
    return compared(*published_and_disturbed(seed))


def compared(caseload: Caseload, policy: Policy, weights: Disruption) -> Smallest:
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
@pytest.mark.parametrize("seed", first(20, MANY_SEEDS))
def test_is_the_smallest_there_is_of_many_more(seed: int) -> None:
    agree(seed)


def _is_small(data: dict[str, Any]) -> bool:
    return data["grid_minutes"] == 60 and len(data["plans"]) <= 2


@pytest.mark.slow
@pytest.mark.parametrize(
    "seed", first(8, [seed for seed in range(400) if _is_small(any_caseload(random.Random(seed)))])
)
def test_is_the_smallest_there_is_whatever_is_in_the_caseload(seed: int) -> None:
    read_or_refused = None
    try:
        read_or_refused = read(any_caseload(random.Random(seed)))
    except CaseloadError as refused:
        said = str(refused)
    if read_or_refused is None:
        # Chance also makes caseloads that validation refuses; then it must say why.
        assert said
        return
    compared(*since_published(*read_or_refused, seed))


def test_the_seeds_show_everything() -> None:
    """Meetings that needn't move by themselves and must all the same, proofs with CP-SAT and without, new breaches."""
    found = [agree(seed) for seed in SEEDS]
    assert any(len(one.moved) > len(one.unable) for one in found)
    assert any(one.relaxations for one in found)
    assert any(not one.relaxations and one.moved for one in found)
    assert any(one.breach_days for one in found)
