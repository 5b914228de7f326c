"""What a worker does for one shard: the same bytes for the same bytes, and a bound that no calendar of the whole is below."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest
from any_caseload import any_caseload
from brute import best_calendar
from solver_cases import Recount, lone, person, plan_of, prepared, read
from tiny import tiny_caseload, tiny_policy

from solver.engine.state import Floats, empty_solution
from solver.generate import generate
from solver.plan import plan
from solver.policy import load_policy
from solver.policy.model import Policy
from solver.problem.compile import compile_problem
from solver.problem.travel import Travel
from solver.problem.uses import Use
from solver.scale.executor import LocalProcesses
from solver.scale.extract import Extractor
from solver.scale.held import read_chains, read_uses, solution_of, uses_of
from solver.scale.ledger import Ledger
from solver.scale.partition import partition, shared_ids
from solver.scale.shard import improve, prove
from solver.scale.wire import dense, pack, sparse, unpack
from solver.schema.caseload import Caseload
from solver.schema.faults import CaseloadError
from solver.series import form_series


def document_of(caseload: Caseload, policy: Policy) -> dict[str, Any]:
    return {
        "caseload": caseload.model_dump(mode="json", by_alias=True),
        "policy": policy.model_dump(mode="json", by_alias=True),
    }


# --- improving ---------------------------------------------------------------------------------------


def team() -> tuple[Caseload, Policy]:
    caseload = generate(12, 5, congestion="hard")
    return caseload, load_policy(caseload.authority)


def improving(caseload: Caseload, policy: Policy, rounds: int, **more: Any) -> bytes:
    order = {"chains": None, "standing": [], "seconds": 5.0, "rounds": rounds, "seed": 3}
    return pack(document_of(caseload, policy) | order | more)


def cost_of(answer: Any, caseload: Caseload, policy: Policy) -> int:
    """What a calendar costs, by the ledger: workload is no one chain's."""
    ledger = Ledger(caseload)
    names = [one.id for one in form_series(caseload, policy)]
    chains, uses = read_chains(answer["chains"]), read_uses(answer["uses"])
    for one in zip(names, chains, uses, answer["costs"], strict=True):
        ledger.put(*one)
    return ledger.cost()


def test_improving_is_pure() -> None:
    first = improving(*team(), 3)
    found = improve(first)
    improve(improving(*team(), 1, seed=9))
    assert improve(first) == found
    again = improving(*team(), 2, chains=unpack(found)["chains"])
    with LocalProcesses(1) as elsewhere:
        assert dict(elsewhere.run(improve, [first, again])) == {0: found, 1: improve(again)}


def test_what_is_found_is_a_calendar_of_that_cost() -> None:
    caseload, policy = team()
    answer = unpack(improve(improving(caseload, policy, 3)))
    problem = prepared(caseload, policy)
    solution = solution_of(problem, read_chains(answer["chains"]), empty_solution(problem))
    assert Recount(caseload, policy, problem).cost(solution) == cost_of(answer, caseload, policy)
    assert read_uses(answer["uses"]) == uses_of(problem, solution, Travel(caseload).sites)
    assert set(answer) == {"chains", "uses", "costs"}


def test_it_is_never_worse_than_what_it_began_with() -> None:
    caseload, policy = team()
    good = unpack(improve(improving(caseload, policy, 30)))
    first = unpack(improve(improving(caseload, policy, 0)))
    cost = cost_of(good, caseload, policy)
    assert cost < cost_of(first, caseload, policy)
    for seed in (1, 2):
        kept = unpack(improve(improving(caseload, policy, 0, chains=good["chains"], seed=seed)))
        assert cost_of(kept, caseload, policy) <= cost


def test_what_others_have_is_planned_around() -> None:
    caseload, policy = read(lone())
    answer = unpack(improve(improving(caseload, policy, 2)))
    (first, *_) = read_chains(answer["chains"])[0]
    standing = [Use("person:sw-1", first.day, first.minute - 30, first.minute + 30, "")]
    found = unpack(improve(improving(caseload, policy, 2, standing=standing)))
    assert (first.day, first.minute) not in [held[:2] for held in read_chains(found["chains"])[0]]
    assert found["chains"][0]


def test_chains_that_are_not_possible_any_more_are_planned_anew() -> None:
    caseload, policy = read(lone())
    answer = unpack(improve(improving(caseload, policy, 2)))
    away = answer["chains"][0][0][0]
    data = lone()
    day = str(np.datetime64("0001-01-01") + (away - 1))
    data["people"][0]["busy"] = [{"start": f"{day}T00:00", "end": f"{day}T23:59"}]
    found = unpack(improve(improving(*read(data), 2, chains=answer["chains"])))
    assert away not in [held[0] for held in found["chains"][0]]
    assert found["chains"][0]


# --- proving -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Parted:
    """A caseload in shards, and the least cost known or a proven least cost of the whole."""

    caseload: Caseload
    policy: Policy
    shards: tuple[Caseload, ...]
    shared: tuple[str, ...]
    cost: int

    def prove(self, prices: Floats | None, steps: int = 20, states: Any = None) -> list[Any]:
        orders = [
            document_of(shard, self.policy)
            | {
                "shared": list(self.shared),
                "rent": None if prices is None else sparse(prices),
                "before": None if states is None or prices is None else sparse(prices),
                "state": None if states is None else states[k],
                "target": float(self.cost),
                "steps": steps,
                "seconds": None,
            }
            for k, shard in enumerate(self.shards)
        ]
        return [unpack(prove(pack(order))) for order in orders]

    def bound(self, prices: Floats, steps: int = 20) -> float:
        return float(sum(answer["bound"] for answer in self.prove(prices, steps)) - prices.sum())

    def climb(self, rounds: int, steps: int = 20) -> tuple[float, float]:
        """The bound of shards alone, and the best one of shared prices that move towards what is used; none is above the cost."""
        answers = self.prove(None, steps)
        alone = sum(answer["bound"] for answer in answers)
        assert alone <= self.cost + 1e-6
        prices = np.maximum.reduce([dense(answer["prices"]) for answer in answers])
        best = alone
        for i in range(rounds):
            answers = self.prove(prices, steps)
            value = sum(answer["bound"] for answer in answers) - float(prices.sum())
            assert value <= self.cost + 1e-6
            best = max(best, value)
            usage = np.sum([dense(answer["usage"]) for answer in answers], axis=0)
            slope = np.where((prices > 0) | (usage > 1), usage - 1.0, 0.0)
            step = 0.7**i * max(1.0, 0.3 * (self.cost - value)) / max(1.0, float((slope**2).sum()))
            prices = np.maximum(0.0, prices + step * slope)
        return alone, best

    def some_prices(self, seed: int) -> Floats:
        """Prices as chance has them: of few or of many slots, low or higher than anything costs."""
        problem = compile_problem(self.caseload, self.policy)
        random = np.random.default_rng(seed)
        shape = (len(self.shared), max(1, len(problem.days)), problem.tables.slots)
        scale = [0.0, 1.0, 20.0, 400.0, 5000.0][seed % 5]
        prices: Floats = random.random(shape) * scale
        prices *= random.random(shape) < random.choice([0.02, 0.2, 1.0])
        return prices


def parted(caseload: Caseload, policy: Policy, cost: int, *, plans: int = 1) -> Parted:
    names = partition(caseload, policy, plans=plans)
    extractor = Extractor(caseload, policy)
    shared = tuple(sorted(shared_ids(caseload, policy, names)))
    return Parted(caseload, policy, tuple(extractor.shard(one) for one in names), shared, cost)


@cache
def tiny(seed: int) -> Parted:
    """The cost is that of the best calendar there is, found by trying all."""
    caseload, policy = tiny_caseload(seed), tiny_policy(seed)
    return parted(caseload, policy, best_calendar(caseload, policy).cost)


TINY = (41, 73, 93, 133, 174, 195, 240, 255, 283, 299, 325, 439, 487, 535, 547, 561, 603, 631, 643, 664)


@pytest.mark.parametrize("seed", TINY)
def test_no_calendar_is_below_the_bound_at_any_shared_prices(seed: int) -> None:
    case = tiny(seed)
    for chance in range(5):
        assert case.bound(case.some_prices(10 * seed + chance), 5) <= case.cost + 1e-6
    case.climb(6)


def test_these_cases_share_people_and_rooms() -> None:
    cases = [tiny(seed) for seed in TINY]
    assert sum(len(case.shards) > 1 for case in cases) > 15
    kinds = {name.split(":")[0] for case in cases for name in case.shared}
    assert kinds == {"person", "venue"}
    # Somewhere the whole costs more than its shards would alone: they do stand in each other's way.
    assert any(sum(answer["bound"] for answer in case.prove(None)) < case.cost - 5 for case in cases)


@pytest.mark.parametrize("seed", range(20))
def test_nor_below_that_of_any_caseload(seed: int) -> None:
    """Pinned meetings on top of each other, children with two plans, caps: whatever a caseload may have."""
    try:
        caseload, policy = read(any_caseload(random.Random(seed)))
    except CaseloadError:
        return
    case = parted(caseload, policy, plan(caseload, policy, deterministic=20).cost)
    for chance in range(3):
        assert case.bound(case.some_prices(10 * seed + chance), 5) <= case.cost + 1e-6
    case.climb(6)


def pinned_at_once() -> tuple[Caseload, Policy]:
    """Meetings of three shards pinned at the same time in the same room, with the same worker."""
    people = [person("sw-1", "social_worker", site="hall"), person("mother-1", "parent")]
    plans = [plan_of(i, {"person": "sw-1"}, {"person": "mother-1"}) for i in (1, 2, 3)]
    booked = [
        {"plans": [f"plan-{i}"], "start": "2027-01-12T10:00", "venue": "room-1", "pinned": True}
        for i in (1, 2, 3)
    ]
    return read(lone(people=people, plans=plans, booked=booked))


def test_pinned_meetings_that_take_the_same_time_are_no_bound_s_excuse() -> None:
    caseload, policy = pinned_at_once()
    case = parted(caseload, policy, plan(caseload, policy, deterministic=20).cost)
    assert len(case.shards) == 3
    for chance in range(10):
        assert case.bound(case.some_prices(chance)) <= case.cost + 1e-6
    case.climb(6)


def test_a_bound_worth_having() -> None:
    """Shared prices close most of what shards that know nothing of each other leave open."""
    caseload, policy = team()
    whole = plan(caseload, policy, deterministic=40)
    case = parted(caseload, policy, whole.cost, plans=4)
    alone, best = case.climb(8, 40)
    assert 0.5 * whole.bound < alone < best


def test_usage_says_how_the_bound_moves() -> None:
    """It is a supergradient: at no other prices of the shared is a shard's cost above the line it gives."""
    caseload, policy = team()
    case = parted(caseload, policy, 1000, plans=4)
    points = [case.some_prices(seed) / 50.0 for seed in (3, 8, 13)]
    found = [case.prove(prices, 0) for prices in points]
    compared = 0
    for here, answers in zip(points, found, strict=True):
        for there, others in zip(points, found, strict=True):
            for one, other in zip(answers, others, strict=True):
                line = one["bound"] + float((dense(one["usage"]) * (there - here)).sum())
                assert other["bound"] <= line + 1e-6
                compared += other["bound"] < line - 1.0
    assert compared > 3


def test_proving_is_pure_and_goes_on_from_its_state() -> None:
    caseload, policy = team()
    case = parted(caseload, policy, 2000, plans=6)
    prices = case.some_prices(1)
    first = case.prove(prices, 15)
    assert pack({"all": case.prove(prices, 15)}) == pack({"all": first})
    further = case.prove(prices, 15, [answer["state"] for answer in first])
    for one, other in zip(first, further, strict=True):
        assert other["bound"] >= one["bound"] - 1e-6
    kept = case.prove(prices, 0, [answer["state"] for answer in first])
    assert [answer["bound"] for answer in kept] == pytest.approx([answer["bound"] for answer in first])


def test_a_proof_without_time_is_a_proof_all_the_same() -> None:
    caseload, policy = team()
    case = parted(caseload, policy, 2000, plans=6)
    order = document_of(case.shards[0], policy) | {
        "shared": [], "rent": None, "before": None, "state": None, "target": 100.0, "steps": 10**9, "seconds": 0.0,
    }  # fmt: skip
    answer = unpack(prove(pack(order)))
    assert 0.0 <= answer["bound"] <= plan(case.shards[0], policy, deterministic=5).cost
