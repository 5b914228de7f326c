"""What moves remember of a day is what working it out anew would give, as long as nothing has changed there."""

from __future__ import annotations

import numpy as np
import pytest
from engine_cases import any_case, as_plan, priced
from numpy.typing import NDArray
from solver_cases import Recount, constructed, occupancy

from solver.engine.filling import mark_of
from solver.engine.incumbent import Incumbent
from solver.engine.kernels import best_chain, best_of_node, evaluate_series
from solver.engine.lookup import ALONE, KINDS, PRICED, SHARE, TRUE, find_chain, look_up
from solver.engine.point import PricePoint
from solver.engine.state import Commits, Floats, Prices
from solver.problem.tables import Ints, Problem

CASES = [
    *(("any", seed, "") for seed in (0, 2, 3, 5, 9, 14, 17, 20)),
    *(("tiny", seed, "") for seed in (99, 183, 439, 682)),
    ("made", 9, "typical"),
    ("made", 14, "hard"),
    *(pytest.param("any", seed, "", marks=pytest.mark.slow) for seed in range(21, 80)),
    pytest.param("made", 28, "hard", marks=pytest.mark.slow),
]
Nodes = tuple[Floats, Ints, Ints, NDArray[np.uint64]]
SHARES = (0.0, 0.0, SHARE, SHARE, *ALONE)
BOOKED = (TRUE, PRICED)
EVERYTHING = 2**64


def wander(incumbent: Incumbent, points: list[PricePoint], rng: np.random.Generator, steps: int) -> Prices:
    """Moves of all kinds at several prices; returns the last prices."""
    n = len(incumbent.problem.series)
    prices = points[0].prices
    for _ in range(steps):
        point = points[int(rng.integers(len(points)))]
        prices = point.prices
        incumbent.improve(prices, point, 15, float(rng.choice([0.0, 300.0])))
        what = int(rng.integers(5))
        if what == 0:
            incumbent.restart()
        elif what == 1:
            chosen = rng.permutation(n)[: rng.integers(1, n + 1)].tolist()
            saved, cost = incumbent.work.copy(), incumbent.work_cost
            incumbent.remove(chosen)
            incumbent.restore(chosen, saved, cost)
        elif what == 2:
            incumbent.construct(prices, rng.permutation(n).astype(np.int64))
        elif what == 3:
            incumbent.replan({s: chain for s, chain in as_plan(incumbent).items() if rng.random() < 0.3})
        else:
            incumbent.construct_planned(as_plan(incumbent), len(incumbent.problem.days), None)
    incumbent.improve(prices, point, 15, 0.0)
    return prices


def key_now(incumbent: Incumbent, kind: int, b: int, d: int) -> int:
    """What stands for all that is booked of a block's resources on a day."""
    if kind not in BOOKED:
        return 1
    memory = incumbent._memory
    needed = memory.resources[memory.pointers[b] : memory.pointers[b + 1]]
    return (1 + sum(int(incumbent.commits.mark[r, d]) for r in needed)) % EVERYTHING | 1


def marks(commits: Commits) -> dict[tuple[int, int], int]:
    """Counted anew from what is booked; what is pinned never changes and doesn't count."""
    found = {}
    for r, d in np.argwhere(commits.n > 0).tolist():
        rows = commits.rows[r, d, : commits.n[r, d]].tolist()
        total = sum(int(mark_of(r, begin, end, site)) for begin, end, site, owner in rows if owner >= 0)
        found[r, d] = total % EVERYTHING
    return {key: total for key, total in found.items() if total}


def ready(kind: str, number: int, congestion: str) -> tuple[Problem, Incumbent, list[PricePoint]]:
    _, _, problem = any_case(kind, number, congestion)
    incumbent = constructed(problem, number)
    return problem, incumbent, [priced(problem, float(incumbent.cost), steps) for steps in (3, 12)]


@pytest.mark.parametrize(("kind", "number", "congestion"), CASES)
class TestAfterManyMoves:
    def test_what_is_remembered_is_what_would_be_found(self, kind: str, number: int, congestion: str) -> None:
        problem, incumbent, points = ready(kind, number, congestion)
        prices = wander(incumbent, points, np.random.default_rng(number), 6)
        tab, memory = problem.tables, incumbent._memory
        used = [0] * KINDS
        for which, s, k, d in np.argwhere(memory.key != 0).tolist():
            b = int(tab.node_block[k, s, d])
            assert b >= 0
            if int(memory.key[which, s, k, d]) != key_now(incumbent, which, b, d):
                continue
            used[which] += 1
            lo, hi = int(tab.node_lo[k, s, d]), int(tab.node_hi[k, s, d])
            fresh = best_of_node(
                problem.packed, incumbent.commits, prices, b, d, lo, hi, SHARES[which], which in BOOKED, -1
            )
            assert (memory.cost[which, s, k, d], *memory.pick[which, s, k, d].tolist()) == fresh
        if kind == "made":
            # What is booked changes too often for much of what was worked out at a share of the prices to last.
            assert min(used[:PRICED] + used[PRICED + 1 :]) > 0

    def test_every_series_is_valued_as_if_anew(self, kind: str, number: int, congestion: str) -> None:
        problem, incumbent, points = ready(kind, number, congestion)
        prices = wander(incumbent, points, np.random.default_rng(number + 1), 6)
        rng = np.random.default_rng(number)
        n = len(problem.series)
        for _ in range(4):
            # Also with some taken out, as a move sees it.
            gone = rng.permutation(n)[: rng.integers(0, n + 1)].tolist()
            saved, cost = incumbent.work.copy(), incumbent.work_cost
            incumbent.remove(gone)
            for which in range(KINDS):
                for s in range(n):
                    fresh, best = anew(incumbent, prices, s, which)
                    nodes, known, found = sought(incumbent, prices, s, which)
                    there = slice(0, len(problem.days))
                    assert (known == fresh)[:, there].all() or which in BOOKED
                    assert (known <= fresh)[:, there].all()
                    # The chain that is found is the best of all, and what stands on it is true.
                    chain = np.zeros(max(1, len(problem.days)), dtype=np.int32)
                    cheapest, m = best_chain(problem.packed, s, fresh, chain)
                    assert best_chain(problem.packed, s, nodes[0], chain.copy()) == (cheapest, m)
                    assert chain[:m].tolist() == nodes[2][:found].tolist()
                    for i, d in enumerate(chain[:m].tolist()):
                        assert nodes[0][min(i, 1), d] == fresh[min(i, 1), d]
                        assert (nodes[1][min(i, 1), d] == best[min(i, 1), d]).all()
            incumbent.restore(gone, saved, cost)

    def test_books_marks_and_cost_are_what_the_calendar_says(
        self, kind: str, number: int, congestion: str
    ) -> None:
        caseload, policy, problem = any_case(kind, number, congestion)
        _, incumbent, points = ready(kind, number, congestion)
        recount = Recount(caseload, policy, problem)
        for seed in range(3):
            wander(incumbent, points, np.random.default_rng(seed), 3)
            assert recount.cost(incumbent.work) == incumbent.work_cost
            assert occupancy(incumbent.commits) == recount.occupancy(incumbent.work)
            there = {
                (r, d): int(incumbent.commits.mark[r, d])
                for r, d in np.argwhere(incumbent.commits.mark != 0).tolist()
            }
            assert there == marks(incumbent.commits)

    def test_moves_are_those_of_one_that_remembers_nothing(
        self, kind: str, number: int, congestion: str
    ) -> None:
        costs: list[list[int]] = []
        plans = []
        for forgetful in (False, True):
            _, incumbent, points = ready(kind, number, congestion)
            costs.append([])
            for i in range(120):
                if forgetful:
                    incumbent._memory.key[:] = 0
                point = points[i // 40 % 2]
                incumbent.improve(point.prices, point, 1, 200.0)
                costs[-1].append(incumbent.work_cost)
            plans.append(as_plan(incumbent))
        assert costs[0] == costs[1]
        assert plans[0] == plans[1]


def sought(incumbent: Incumbent, prices: Prices, s: int, which: int) -> tuple[Nodes, Floats, int]:
    """What a move takes each day of a series to be worth, before and after it has found the best chain."""
    cost, pick = scratch(incumbent.problem)
    days = cost.shape[1]
    nodes = (cost, pick, np.zeros(days, dtype=np.int32), np.zeros((2, days), dtype=np.uint64))
    packed, memory, commits = incumbent.problem.packed, incumbent._memory, incumbent.commits
    look_up(packed, commits, prices, s, SHARES[which], which, memory, nodes)
    known = cost.copy()
    n = int(find_chain(packed, commits, prices, s, SHARES[which], which, memory, nodes))
    return nodes, known, n


def anew(incumbent: Incumbent, prices: Prices, s: int, which: int) -> tuple[Floats, Ints]:
    """The same by itself."""
    cost, pick = scratch(incumbent.problem)
    packed = incumbent.problem.packed
    evaluate_series(packed, incumbent.commits, prices, s, SHARES[which], which in BOOKED, cost, pick)
    return cost, pick


def scratch(problem: Problem) -> tuple[Floats, Ints]:
    days = max(1, len(problem.days))
    return np.full((2, days), np.nan), np.zeros((2, days, 2), dtype=np.int32)


def test_other_prices_are_worked_out_anew() -> None:
    """What was remembered at some prices is not taken for what it is at others."""
    problem, incumbent, (one, other) = ready("made", 9, "typical")
    incumbent.improve(one.prices, one, 60, 0.0)
    assert (incumbent._memory.key[PRICED:] != 0).any()
    incumbent.improve(other.prices, other, 0, 0.0)
    assert not (incumbent._memory.key[PRICED:] != 0).any()
    # True costs are true at any prices.
    assert (incumbent._memory.key[TRUE] != 0).any()
    incumbent.improve(None, other, 60, 0.0)
    assert incumbent._memory.cost.shape == (KINDS, len(problem.series), 2, len(problem.days))


def test_alike_books_alike_marks() -> None:
    """However a calendar came about, the same bookings have the same mark, and others another."""
    problem, incumbent, points = ready("made", 9, "typical")
    wander(incumbent, points, np.random.default_rng(5), 4)
    fresh = Incumbent(problem, 1)
    order = np.random.default_rng(3).permutation(len(problem.series)).tolist()
    fresh.restore(order, incumbent.work.copy(), incumbent.work_cost)
    assert (fresh.commits.mark == incumbent.commits.mark).all()
    numbers = {
        int(mark_of(r, begin, begin + length, site))
        for r in range(6)
        for begin in range(480, 1080, 60)
        for length in (30, 60, 90)
        for site in (-1, 0, 1)
    }
    assert len(numbers) == 6 * 10 * 3 * 3
