"""The chain around a meeting that is moved, against every chain there is."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pytest
from solver_cases import hours, lone, planned, read, room

from solver.engine.kernels import evaluate_series
from solver.engine.state import fixed_commits, no_prices
from solver.problem.tables import BIG, Problem
from solver.rebook.around import Around, Chain
from solver.replan.focus import Focus, place_of
from solver.score import WEIGHTS

DAY = WEIGHTS["breach_day"]
Row = tuple[int, int, int]


@cache
def scene() -> tuple[Problem, list[Row], dict[int, tuple[Row, int]]]:
    """One plan with meetings on two days a week at most: its chain, and what could be held when."""
    data: dict[str, Any] = lone(venues=[room("room-1", hours=hours("09:00", "12:00", ("mon", "thu")))])
    data["plans"][0]["every_at_most"] = "24 days"
    calendar = planned(data, rounds=4)
    assert len(calendar.meetings) == 3
    caseload, policy = read(data)
    focus = Focus(caseload, policy, calendar)
    problem = focus.on(["plan-1.core_group"]).problem
    commits = fixed_commits(problem)
    rows = [place_of(problem, commits, 0, min(i, 1), one) for i, one in enumerate(calendar.meetings)]
    days = len(problem.days)
    cost, pick = np.empty((2, days)), np.zeros((2, days, 2), dtype=np.int32)
    evaluate_series(problem.packed, commits, no_prices(problem), 0, 0.0, True, cost, pick)
    free = {
        d: ((d, int(pick[1, d, 0]), int(pick[1, d, 1])), int(cost[1, d]))
        for d in range(days)
        if cost[1, d] < BIG
    }
    return problem, [row for row in rows if row is not None], free


def chain(target: int, fixed: int = 0) -> Chain:
    problem, rows, free = scene()
    kept: list[tuple[Row, int] | None] = [(row, free[row[0]][1]) for row in rows]
    return Chain(problem, 0, kept, target, fixed, free)


def days_of(around: Around, d: int) -> list[int]:
    return [*(one.row[0] for one in around.before), d, *(one.row[0] for one in around.after)]


def points(days: list[int]) -> int | None:
    """What days cost, ``None`` where they can't be."""
    problem, _, _ = scene()
    tab = problem.tables
    cost = int(tab.first_cost[0, days[0]])
    for i, j in pairwise(days):
        cost += int(tab.gap_cost[tab.gap_index[0], i, j])
    cost += int(tab.end_cost[0, days[-1]])
    return cost if cost < BIG else None


def every_chain(target: int, d: int) -> Iterator[tuple[int, int]]:
    """Breach days of each chain with ``d`` in the meeting's place, and how many of the others are added or given up."""
    _, rows, free = scene()
    own = [row[0] for row in rows]
    possible = [one for one in free if one not in (d, own[target])]
    for size in range(5):
        for others in combinations(possible, size):
            days = sorted((*others, d))
            if days.index(d) != target or (target > 0 and days[0] != own[0]):
                continue
            cost = points(days)
            if cost is not None:
                stay = set(own) - {own[target]}
                yield cost // DAY, len(set(others) - stay) + len(stay - set(others))


@pytest.mark.parametrize("target", range(3))
def test_no_chain_has_fewer_breach_days_nor_as_few_and_less_moved(target: int) -> None:
    _, rows, free = scene()
    own = [row[0] for row in rows]
    for d in list(free)[:: 1 + len(free) // 12]:
        found = chain(target).repaired(d)
        least = min(every_chain(target, d), default=None)
        if least is None or found is None:
            assert (least is None) == (found is None)
            continue
        days = days_of(found, d)
        cost = points(days)
        assert cost is not None
        stay = set(own) - {own[target]}
        others = set(days) - {d}
        assert (cost // DAY, len(others - stay) + len(stay - others)) == least
        assert found.breach == cost // DAY * DAY
        assert found.breach + found.resilience + found.weekdays == cost


def test_as_it_is_nothing_else_moves() -> None:
    _, rows, free = scene()
    own = [row[0] for row in rows]
    held = 0
    for d in free:
        found = chain(1).as_it_is(d)
        if found is None:
            assert not own[0] < d < own[2] or points([own[0], d, own[2]]) is None
            continue
        held += 1
        assert days_of(found, d) == [own[0], d, own[2]]
        assert not found.repaired
    assert held > 3


def test_what_is_fixed_stays() -> None:
    _, rows, free = scene()
    for d in free:
        found = chain(2, fixed=2).repaired(d)
        if found is not None:
            assert [one.kept for one in found.before[:2]] == [0, 1]
            assert [one.row for one in found.before[:2]] == rows[:2]
