"""Series that others came in the way of: planned again where these leave room, and nobody else moves."""

from __future__ import annotations

from functools import cache

import pytest
from solver_cases import constructed, generated_problem

from solver.policy.model import Policy
from solver.problem.travel import Travel
from solver.scale.extract import Extractor, group_of
from solver.scale.held import Held, chains_of, uses_of
from solver.scale.ledger import Ledger
from solver.scale.mend import Planned, mend
from solver.schema.caseload import Caseload
from solver.series import Series


@cache
def team() -> tuple[Caseload, Policy, tuple[Series, ...], list[Planned]]:
    caseload, policy, problem = generated_problem(24, 4, "hard")
    best = constructed(problem).best
    assert best is not None
    chains, uses = chains_of(problem, best), uses_of(problem, best, Travel(caseload).sites)
    planned = [Planned(*one) for one in zip(chains, uses, best.cost.tolist(), strict=False)]
    return caseload, policy, problem.series, planned


def with_everybody() -> Ledger:
    caseload, _, series, planned = team()
    ledger = Ledger(caseload)
    for one, how in zip(series, planned, strict=True):
        ledger.put(one.id, how.chain, how.uses, how.cost)
    return ledger


def mended(ledger: Ledger, series: list[Series], wanted: dict[str, list[Held]]) -> dict[str, Planned]:
    caseload, policy, _, _ = team()
    groups = {group_of(plan) for one in series for plan in one.plans}
    plans = [plan.id for plan in caseload.plans if group_of(plan) in groups]
    return mend(Extractor(caseload, policy), policy, ledger, wanted, plans, seed=1)


@pytest.mark.parametrize("chosen", [(0,), (3, 4, 9), tuple(range(12))])
def test_with_nobody_in_the_way_it_is_no_worse(chosen: tuple[int, ...]) -> None:
    _, _, series, planned = team()
    ledger = with_everybody()
    before = ledger.cost()
    for i in chosen:
        ledger.take_out(series[i].id)
    found = mended(ledger, [series[i] for i in chosen], {series[i].id: planned[i].chain for i in chosen})
    assert set(found) == {series[i].id for i in chosen}
    for name, how in found.items():
        assert ledger.in_the_way({name}, how.uses) == set()
        ledger.put(name, how.chain, how.uses, how.cost)
    assert ledger.cost() <= before


def test_what_somebody_else_has_now_is_left_to_them() -> None:
    """Of two series that want the same, one gets it, and the other another place; the rest stays where it is."""
    caseload, _, series, planned = team()
    ledger = with_everybody()
    i = next(i for i, how in enumerate(planned) if how.uses)
    name, how = series[i].id, planned[i]
    ledger.take_out(name)
    ledger.put("somebody.else", [], how.uses[:2], 0)
    assert ledger.in_the_way({name}, how.uses) == {"somebody.else"}
    others = {one: ledger.uses(one) for one in ledger.chains}
    (found,) = mended(ledger, [series[i]], {name: how.chain}).values()
    assert found.chain != how.chain
    assert ledger.in_the_way({name}, found.uses) == set()
    assert {one: ledger.uses(one) for one in ledger.chains} == others
    assert len(caseload.plans) == 24


def test_the_same_again() -> None:
    _, _, series, planned = team()
    ledger = with_everybody()
    for i in (2, 5):
        ledger.take_out(series[i].id)
    wanted = {series[i].id: planned[i].chain for i in (2, 5)}
    chosen = [series[i] for i in (2, 5)]
    assert mended(ledger, chosen, wanted) == mended(ledger, chosen, wanted)
