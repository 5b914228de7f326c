"""What one series may do in a stretch of days, against the cost of the whole chain that comes of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from engine_cases import MORE, QUICK, any_case, held
from solver_cases import constructed

from solver.engine.chains import CLOSE, Chain, Scene, chain_of, dearest_now, node_values
from solver.engine.incumbent import Incumbent
from solver.engine.kernels import chain_cost
from solver.engine.state import cumulative, no_prices
from solver.problem.tables import BIG, Problem

CASES = [
    *(("tiny", seed, "") for seed in QUICK),
    *(("any", seed, "") for seed in range(12)),
    ("made", 9, "typical"),
    *(pytest.param("tiny", seed, "", marks=pytest.mark.slow) for seed in MORE),
    *(pytest.param("any", seed, "", marks=pytest.mark.slow) for seed in range(12, 60)),
]
DEAR = 1e6
"""More than any chain costs, less than leaving out what stays."""


def stretch_of(incumbent: Incumbent, s: int, begin: int, end: int) -> tuple[Scene, Chain]:
    """Everything that series ``s`` may do in some days, at true costs, its other meetings as they are."""
    problem = incumbent.problem
    free = no_prices(problem)
    hot = np.zeros((*free.cumulative.shape[:2], problem.tables.slots), dtype=np.int32)
    hot[:, begin:end] = 1
    commits = incumbent.without([s], begin, end)
    nothing = np.zeros_like(free.cumulative)
    scene = Scene(commits, free, free, nothing, cumulative(hot), begin, end, incumbent.work)
    chain = chain_of(problem, scene, s, node_values(problem, scene, s), float(BIG) / 2, 50_000)
    assert chain is not None
    return scene, chain


def whole_cost(problem: Problem, s: int, days: Sequence[int]) -> float:
    """What days alone decide of a chain; at least ``BIG`` where it cannot be."""
    tab = problem.tables
    row, before = tab.first_cost[s], -1
    for d in days:
        if d <= before or row[d] >= BIG:
            return float(BIG)
        row, before = tab.gap_cost[tab.gap_index[s], d], d
    if (tab.end_cost[s, days[-1]] if days else tab.none_cost[s]) >= BIG:
        return float(BIG)
    return float(chain_cost(problem.packed, s, np.array(days, dtype=np.int32), len(days)))


@pytest.mark.parametrize(("kind", "number", "congestion"), CASES)
def test_one_meeting_or_none_in_a_stretch(kind: str, number: int, congestion: str) -> None:
    _, _, problem = any_case(kind, number, congestion)
    incumbent = constructed(problem, number)
    rng, every = np.random.default_rng(number), len(problem.days)
    for _ in range(8 if every else 0):
        s = int(rng.integers(len(problem.series)))
        begin = int(rng.integers(every))
        end = min(every, begin + int(rng.integers(1, 12)))
        _, chain = stretch_of(incumbent, s, begin, end)
        now = [d for d, _, _ in held(incumbent.work, s)]
        staying = [d for d in now if not begin <= d < end]
        alike = problem.tables.series_same[s] == 1

        def may_be(
            days: list[int], now: list[int] = now, staying: list[int] = staying, alike: bool = alike
        ) -> bool:
            """Whether all that stays can: as the first only if it is that now, where the first is another kind."""
            return alike or all((d == days[0]) == (d == now[0]) for d in staying)

        none = whole_cost(problem, s, staying) if may_be(staying) else float(BIG)
        if none < BIG:
            assert chain.without == pytest.approx(none)
        else:
            assert chain.without > DEAR
        least = none
        for (k, d, _, _, _), cost in zip(chain.rows.tolist(), chain.costs.tolist(), strict=True):
            days = sorted([*staying, d])
            there = whole_cost(problem, s, days)
            found = float(chain.entry[k, d] + chain.after[d])
            if k == min(days.index(d), 1) and there < BIG and may_be(days):
                assert found == pytest.approx(there)
                least = min(least, there + cost)
            else:
                # What stays would have to go, or one would not be the first that is to be.
                assert found > DEAR
        if least < BIG:
            assert chain.best <= least + CLOSE


@pytest.mark.parametrize(("kind", "number", "congestion"), CASES)
def test_what_stands_now_is_never_dearer_than_is_allowed_for(kind: str, number: int, congestion: str) -> None:
    _, _, problem = any_case(kind, number, congestion)
    incumbent = constructed(problem, number)
    if not problem.days:
        return
    for s in range(len(problem.series)):
        saved, cost = incumbent.work.copy(), incumbent.work_cost
        rest = incumbent.remove([s])
        incumbent.restore([s], saved, cost)
        assert cost - rest <= dearest_now(problem, incumbent.work, s)
        _, chain = stretch_of(incumbent, s, 0, len(problem.days))
        assert chain.best <= cost - rest + CLOSE
