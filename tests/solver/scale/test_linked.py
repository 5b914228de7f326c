"""Shards of families who need the same people: everybody who needs somebody shared is in one, once, with their siblings."""

from __future__ import annotations

import pytest

from solver.generate import generate
from solver.policy.load import load_policy
from solver.scale.extract import group_of
from solver.scale.linked import Links
from solver.scale.needs import EXPECTED, NeedsIndex
from solver.scale.partition import partition, shared_ids
from solver.schema.caseload import Caseload

SIZE = 40


def authority() -> tuple[Caseload, Links, set[str], tuple[tuple[str, ...], ...]]:
    caseload = generate(300, 3)
    policy = load_policy(caseload.authority)
    first = partition(caseload, policy, plans=SIZE)
    shared = shared_ids(caseload, policy, first)
    wanted = {
        plan
        for needs in NeedsIndex(caseload, policy).all()
        if any(need >= EXPECTED and f"person:{person}" in shared for person, need in needs.people.items())
        for plan in needs.plans
    }
    families = {group_of(plan) for plan in caseload.plans if plan.id in wanted}
    wanted |= {plan.id for plan in caseload.plans if group_of(plan) in families}
    return caseload, Links(caseload, policy, shared), wanted, first


@pytest.mark.parametrize("turn", [0, 1, 5])
def test_whoever_needs_somebody_shared_is_in_one_shard(turn: int) -> None:
    caseload, links, wanted, _ = authority()
    shards = links.shards(turn, SIZE)
    members = [plan for shard in shards for plan in shard]
    assert set(members) == wanted
    assert len(members) == len(wanted) > 100
    assert all(len(shard) <= SIZE for shard in shards)
    shard_of = {plan: i for i, shard in enumerate(shards) for plan in shard}
    for group in {group_of(plan) for plan in caseload.plans}:
        assert len({shard_of.get(plan.id) for plan in caseload.plans if group_of(plan) == group}) == 1


def test_they_cut_across_the_first_shards() -> None:
    """Else nobody who couldn't trade places before could do so now."""
    _, links, _, first = authority()
    home = {plan: i for i, shard in enumerate(first) for plan in shard}
    linked = links.shards(0, SIZE)
    assert sum(len({home[plan] for plan in shard}) > 1 for shard in linked) > len(linked) / 2
    assert links.shards(0, SIZE) == linked != links.shards(1, SIZE)


def test_a_family_larger_than_a_shard_is_one_of_its_own() -> None:
    _, links, wanted, _ = authority()
    assert {plan for shard in links.shards(0, 1) for plan in shard} == wanted


def test_where_nothing_is_shared_nobody_is_linked() -> None:
    caseload = generate(20, 3)
    assert Links(caseload, load_policy(caseload.authority), frozenset()).shards(0, SIZE) == ()
