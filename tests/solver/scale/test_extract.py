"""A shard's caseload means the same for its plans as the whole does."""

from __future__ import annotations

import random
from typing import Any

import pytest
from any_caseload import any_caseload
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from shard_tables import resource_tables, series_tables, travel_table
from solver_cases import read

from solver.generate import generate
from solver.policy import load_policy
from solver.policy.model import Policy
from solver.problem.compile import compile_problem
from solver.problem.tables import Problem
from solver.scale.extract import Extractor, group_of
from solver.schema.caseload import Caseload
from solver.schema.faults import CaseloadError

Shards = list[list[str]]


def parted(caseload: Caseload, chance: random.Random, shards: int) -> Shards:
    """The plans dealt out at random, sibling groups together."""
    of_group = {group_of(plan): chance.randrange(shards) for plan in caseload.plans}
    dealt: Shards = [[] for _ in range(shards)]
    for plan in caseload.plans:
        dealt[of_group[group_of(plan)]].append(plan.id)
    return [shard for shard in dealt if shard]


def same_series(whole: dict[str, Any], part: dict[str, Any]) -> None:
    """Piece by piece, so that a difference can be seen for what it is."""
    for name, tables in part.items():
        for piece in tables:
            assert tables[piece] == whole[name][piece], (name, piece)


def agrees(caseload: Caseload, policy: Policy, shards: Shards) -> None:
    problem = compile_problem(caseload, policy)
    whole, resources = series_tables(caseload, problem), resource_tables(caseload, problem)
    minutes = travel_table(caseload, problem)
    found: list[str] = []
    extractor = Extractor(caseload, policy)
    for shard in shards:
        small = extractor.shard(shard)
        part = compile_problem(small, policy)
        assert part.days == problem.days
        for name in ("grid", "span_start", "slots", "soft_cap", "soft_cost"):
            assert getattr(part.tables, name) == getattr(problem.tables, name)
        found += [one.id for one in part.series]
        same_series(whole, series_tables(small, part))
        for name, (cap, soft, allowance) in resource_tables(small, part).items():
            assert (cap, soft) == resources[name][:2]
            assert allowance.items() <= resources[name][2].items()
        assert travel_table(small, part).items() <= minutes.items()
        assert held_by(part) <= held_by(problem)
    assert sorted(found) == sorted(whole)


def held_by(problem: Problem) -> set[tuple[Any, ...]]:
    """What pinned meetings hold of the resources, without the sites' numbers."""
    return {(problem.resources[r], d, begin, end) for r, d, begin, end, _ in problem.fixed_commits}


def refused(data: dict[str, Any]) -> tuple[Caseload, Policy]:
    try:
        return read(data)
    except CaseloadError:
        assume(condition=False)
        raise


@settings(max_examples=120, deadline=None, suppress_health_check=(HealthCheck.too_slow,))
@given(st.randoms(use_true_random=False), st.integers(1, 3))
def test_any_caseload(chance: random.Random, shards: int) -> None:
    caseload, policy = refused(any_caseload(chance))
    agrees(caseload, policy, parted(caseload, chance, shards))


@pytest.mark.parametrize("congestion", ["easy", "typical", "hard"])
@pytest.mark.parametrize("authority", ["wandsworth", "barnsley"])
def test_generated(authority: str, congestion: Any) -> None:
    caseload = generate(40, 3, authority=authority, congestion=congestion)
    agrees(caseload, load_policy(authority), parted(caseload, random.Random(5), 3))
