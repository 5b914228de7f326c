"""The kernels against the same thing written plainly: no pruning, no flat array, no early end."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from solver_cases import constructed, generated_problem, lone, prepared, read, some_problem

from solver.engine.filling import fill_places, slot_window
from solver.engine.kernels import best_chain, best_of_node, chain_cost, evaluate_series
from solver.engine.reduced import chain_values, pattern_costs
from solver.engine.state import Commits, Prices, empty_solution, fixed_commits, no_prices
from solver.problem.layout import pack
from solver.problem.tables import BIG, Problem, Tables

FEW = settings(max_examples=25, deadline=None)
INF = float(BIG)


def random_prices(problem: Problem, rng: np.random.Generator) -> Prices:
    """Sparse slot prices and day prices; every slot price is a whole number, so that sums are exact."""
    empty = no_prices(problem)
    shape = (*empty.day.shape, problem.tables.slots)
    slots = rng.integers(0, 90, shape) * (rng.random(shape) < 0.15)
    cumulative = np.zeros_like(empty.cumulative)
    cumulative[:, :, 1:] = np.cumsum(slots, axis=2)
    day = rng.integers(0, 30, empty.day.shape) * (rng.random(empty.day.shape) < 0.2)
    return Prices(cumulative, day.astype(np.float64))


def some_commits(problem: Problem, rng: np.random.Generator) -> Commits:
    """Occupancy by a random part of a constructed calendar."""
    incumbent = constructed(problem, int(rng.integers(1000)))
    n = len(problem.series)
    incumbent.remove([s for s in range(n) if rng.random() < 0.5])
    return incumbent.commits


class Plainly:
    """What a meeting costs, read off the tables one rule after the other."""

    def __init__(
        self, tab: Tables, commits: Commits, prices: Prices, weight: float, *, committed: bool
    ) -> None:
        self.tab, self.commits, self.prices = tab, commits, prices
        self.weight, self.committed = weight, committed

    def price(self, r: int, d: int, begin: int, end: int) -> float:
        tab = self.tab
        slots = [
            k
            for k in range(tab.slots)
            if begin <= tab.span_start + k * tab.grid and tab.span_start + (k + 1) * tab.grid <= end
        ]
        cumulative = self.prices.cumulative[r, d]
        return self.weight * float(sum(cumulative[k + 1] - cumulative[k] for k in slots))

    def booked(self, r: int, d: int) -> list[list[int]]:
        return self.commits.rows[r, d, : self.commits.n[r, d]].tolist() if self.committed else []

    def free(self, r: int, d: int, begin: int, end: int) -> bool:
        return all(end <= a or b <= begin for a, b, *_ in self.booked(r, d))

    def travels(self, r: int, d: int, begin: int, end: int, site: int) -> bool:
        tab = self.tab
        for a, b, other, *_ in self.booked(r, d):
            if other >= 0 and other != site:
                first, second = (other, site) if b <= begin else (site, other)
                needed = int(tab.travel[first, second])
                if needed < 0:
                    needed = int(tab.allowance[r, first]) + int(tab.allowance[r, second])
                if (begin - b if b <= begin else a - end) < needed:
                    return False
        return True

    def places(self, b: int, s: int, d: int, group: int) -> list[tuple[float, float]] | None:
        """By place: the cheapest way to fill it, and what it costs empty; ``None`` where an essential one stays empty."""
        tab = self.tab
        p0, p1 = int(tab.place_ptr[b]), int(tab.place_ptr[b + 1])
        o0 = int(tab.option_ptr[p0])
        options = int(tab.option_ptr[p1]) - o0
        mode0 = int(tab.mode_ptr[b]) + (group - int(tab.group_ptr[b])) * options
        found = []
        for p in range(p0, p1):
            ways = []
            for o in range(int(tab.option_ptr[p]), int(tab.option_ptr[p + 1])):
                a = int(tab.actor_ptr[b]) + int(tab.option_actor[o])
                if not int(tab.start_actors[s]) >> int(tab.option_actor[o]) & 1:
                    continue
                begin = int(tab.start_minute[s]) + int(tab.actor_offset[a])
                end = begin + int(tab.actor_length[a])
                r = int(tab.actor_res[a])
                counted = r >= 0 and tab.actor_forced[a] == 0
                cost = float(tab.option_cost[o])
                in_person = int(tab.mode_in_person[mode0 + o - o0])
                remote = int(tab.mode_remote[mode0 + o - o0])
                if counted:
                    there = len(self.booked(r, d))
                    if 0 < tab.res_cap[r] <= there or not self.free(r, d, begin, end):
                        continue
                    if tab.res_soft[r] and there >= tab.soft_cap:
                        cost += tab.soft_cost
                    cost += self.price(r, d, begin, end) + self.weight * float(self.prices.day[r, d])
                    if not self.travels(r, d, begin, end, int(tab.group_site[group])):
                        in_person = BIG
                ways += [cost + mode for mode in (in_person, remote) if mode < BIG]
            found.append((min(ways, default=INF), float(tab.place_fallback[p])))
        return None if any(way >= INF and fallback >= INF for way, fallback in found) else found

    def venue(self, b: int, s: int, d: int, v: int) -> float:
        tab = self.tab
        begin = int(tab.start_minute[s])
        end = begin + int(tab.block_length[b])
        r = int(tab.venue_res[v])
        if not int(tab.start_venues[s]) >> int(tab.venue_bit[v]) & 1:
            return INF
        cost = float(tab.venue_cost[v]) + float(tab.start_cost[s])
        if tab.start_bonus_venue[s] == tab.venue_id[v]:
            cost -= float(tab.start_bonus[s])
        if r >= 0 and not tab.block_forced[b]:
            if not self.free(r, d, begin, end):
                return INF
            cost += self.price(r, d, begin, end)
        return cost

    def group(self, b: int, s: int, d: int, group: int) -> float:
        """The best a start can cost in a group of venues, deputies asked twice allowed."""
        tab = self.tab
        rooms = range(int(tab.venue_ptr[group]), int(tab.venue_ptr[group + 1]))
        cost = min((self.venue(b, s, d, v) for v in rooms), default=INF)
        places = self.places(b, s, d, group)
        if cost >= INF or places is None:
            return INF
        cost += sum(min(way, fallback) for way, fallback in places)
        p0 = int(tab.place_ptr[b])
        professional = [
            place for p, place in enumerate(places) if tab.place_professional[p0 + p] and place[0] < INF
        ]
        extra = sorted(max(0.0, way - fallback) for way, fallback in professional)
        quorum = int(tab.block_quorum[b])
        return cost + sum(extra[:quorum]) if len(extra) >= quorum else INF

    def node(self, b: int, d: int, lo: int, hi: int, only: int) -> float:
        groups = (
            range(int(self.tab.group_ptr[b]), int(self.tab.group_ptr[b + 1]))
            if only < 0
            else range(only, only + 1)
        )
        return min((self.group(b, s, d, group) for s in range(lo, hi) for group in groups), default=INF)


def nodes_of(problem: Problem) -> list[tuple[int, int, int, int]]:
    """Block, day and starts of every node."""
    tab = problem.tables
    return [
        (int(tab.node_block[k, s, d]), d, int(tab.node_lo[k, s, d]), int(tab.node_hi[k, s, d]))
        for k, s, d in np.argwhere(tab.node_block >= 0).tolist()
    ]


def problem_of(which: int) -> Problem:
    return generated_problem(6, 1, "hard")[2] if which == 0 else some_problem(which)[2]


class TestBestOfNode:
    @FEW
    @given(st.integers(0, 25), st.integers(0, 2**32 - 1))
    def test_is_the_least_there_is(self, which: int, seed: int) -> None:
        problem, rng = problem_of(which), np.random.default_rng(seed)
        nodes = nodes_of(problem)
        if not nodes:
            return
        commits, prices = some_commits(problem, rng), random_prices(problem, rng)
        for _ in range(6):
            b, d, lo, hi = nodes[rng.integers(len(nodes))]
            weight, committed = float(rng.choice([0.0, 1.0])), bool(rng.random() < 0.7)
            only = int(
                rng.choice(
                    [-1, *range(int(problem.tables.group_ptr[b]), int(problem.tables.group_ptr[b + 1]))]
                )
            )
            cost, start, venue = best_of_node(
                problem.packed, commits, prices, b, d, lo, hi, weight, committed, only
            )
            plainly = Plainly(problem.tables, commits, prices, weight, committed=committed)
            assert cost == plainly.node(b, d, lo, hi, only)
            if cost < BIG:
                group = int(np.searchsorted(problem.tables.venue_ptr, venue, side="right")) - 1
                assert lo <= start < hi
                assert only in (-1, group)
                assert cost == plainly.group(b, start, d, group)
                assert plainly.venue(b, start, d, venue) < BIG

    def test_floors_are_what_a_start_costs_with_nothing_booked_and_in_order(self) -> None:
        for which in range(12):
            problem = problem_of(which)
            tab = problem.tables
            plainly = Plainly(tab, fixed_commits(problem), no_prices(problem), 0.0, committed=False)
            for b, d, lo, hi in nodes_of(problem)[:40]:
                floors = tab.start_floor[lo:hi].tolist()
                assert floors == sorted(floors)
                assert floors == [plainly.node(b, d, s, s + 1, -1) for s in range(lo, hi)]


class TestFillPlaces:
    @FEW
    @given(st.integers(0, 25), st.integers(0, 2**32 - 1))
    def test_fills_them_lawfully_at_no_less_than_the_relaxed_cost(self, which: int, seed: int) -> None:
        problem, rng = problem_of(which), np.random.default_rng(seed)
        tab, nodes = problem.tables, nodes_of(problem)
        if not nodes:
            return
        commits, none = some_commits(problem, rng), no_prices(problem)
        choice = np.zeros(80, dtype=np.int32)
        for _ in range(6):
            b, d, lo, hi = nodes[rng.integers(len(nodes))]
            cost, start, venue = best_of_node(problem.packed, commits, none, b, d, lo, hi, 0.0, True, -1)
            if cost >= BIG:
                continue
            total = fill_places(problem.packed, commits, none, b, start, venue, d, 0.0, True, choice)
            p0, p1 = int(tab.place_ptr[b]), int(tab.place_ptr[b + 1])
            o0 = int(tab.option_ptr[p0])
            taken = [o0 + int(value) // 2 for value in choice[: p1 - p0] if value >= 0]
            people = [problem.blocks[b].actors[int(tab.option_actor[o])] for o in taken]
            assert len(people) == len(set(people))
            if total >= BIG:
                continue
            plainly = Plainly(tab, commits, none, 0.0, committed=True)
            # The relaxed cost counts workload, which ``fill_places`` leaves to ``book``.
            soft = 0
            for o in taken:
                r = int(tab.actor_res[int(tab.actor_ptr[b]) + int(tab.option_actor[o])])
                forced = tab.actor_forced[int(tab.actor_ptr[b]) + int(tab.option_actor[o])]
                if r >= 0 and not forced and tab.res_soft[r] and len(plainly.booked(r, d)) >= tab.soft_cap:
                    soft += tab.soft_cost
            assert total + soft >= cost
            professional = sum(int(tab.place_professional[p]) for p in range(p0, p1) if choice[p - p0] >= 0)
            assert professional >= tab.block_quorum[b]
            for p in range(p0, p1):
                own = range(int(tab.option_ptr[p]), int(tab.option_ptr[p + 1]))
                assert choice[p - p0] < 0 or o0 + int(choice[p - p0]) // 2 in own
                assert choice[p - p0] >= 0 or tab.place_fallback[p] < BIG


@pytest.mark.parametrize(
    ("begin", "end", "window"),
    [
        (600, 660, (2, 4)),
        (610, 670, (3, 4)),  # only 10:30 to 11:00 lies wholly in it
        (605, 625, (3, 3)),
        (480, 600, (0, 2)),
        (1000, 1140, (16, 16)),
        (400, 500, (0, 0)),
        (480, 1140, (0, 16)),
    ],
)
def test_slot_window(begin: int, end: int, window: tuple[int, int]) -> None:
    """Slots of half an hour from 09:00 to 17:00."""
    packed = prepared(*read(lone())).packed
    assert slot_window(packed, begin, end) == window


DAYS = 6


def chain_tables(rng: np.random.Generator) -> tuple[Problem, Any, np.ndarray[Any, Any]]:
    """One series over a few days, with random costs of days and gaps and some that cannot be."""
    problem = lone_week()
    tab = problem.tables

    def some(shape: tuple[int, ...], likely: float) -> np.ndarray[Any, Any]:
        return np.where(rng.random(shape) < likely, rng.integers(0, 60, shape), BIG).astype(np.int32)

    tab = tab._replace(
        first_cost=some((1, DAYS), 0.7),
        gap_cost=some((1, DAYS, DAYS), 0.6),
        end_cost=some((1, DAYS), 0.7),
        none_cost=np.array([rng.choice([60, 200, BIG])], dtype=np.int32),
        gap_index=np.zeros(1, dtype=np.int32),
    )
    cost = np.where(rng.random((2, DAYS)) < 0.7, rng.integers(-20, 60, (2, DAYS)), INF).astype(np.float64)
    return problem, tab, cost


def lone_week() -> Problem:
    return prepared(*read(lone(horizon={"start": "2027-01-04", "end": "2027-01-11"})))


def chains(tab: Tables, cost: np.ndarray[Any, Any]) -> dict[tuple[int, ...], float]:
    """Every chain of days that can be, and what it costs."""
    found: dict[tuple[int, ...], float] = {}
    if tab.none_cost[0] < BIG:
        found[()] = float(tab.none_cost[0])
    for size in range(1, DAYS + 1):
        for days in combinations(range(DAYS), size):
            parts = [tab.first_cost[0, days[0]], cost[0, days[0]], tab.end_cost[0, days[-1]]]
            parts += [tab.gap_cost[0, i, j] for i, j in pairwise(days)]
            parts += [cost[1, j] for j in days[1:]]
            if all(part < BIG for part in parts):
                found[days] = float(sum(parts))
    return found


def sure(cost: float) -> float:
    """A cost; what cannot be may have a few points added to it."""
    return INF if cost > INF / 2 else cost


class TestChains:
    @settings(max_examples=150, deadline=None)
    @given(st.integers(0, 2**32 - 1))
    def test_the_best_is_the_best_of_all(self, seed: int) -> None:
        _, tab, cost = chain_tables(np.random.default_rng(seed))
        packed, days = pack(tab), np.zeros(DAYS, dtype=np.int32)
        value, n = best_chain(packed, 0, cost, days)
        every = chains(tab, cost)
        assert value == min(every.values(), default=INF)
        chain = tuple(days[:n].tolist())
        if every:
            assert every[chain] == value
            meetings = sum(float(cost[0 if i == 0 else 1, d]) for i, d in enumerate(chain))
            assert chain_cost(packed, 0, days, n) + meetings == value

    @settings(max_examples=150, deadline=None)
    @given(st.integers(0, 2**32 - 1))
    def test_forward_and_backward_give_the_best_chain_through_each_day(self, seed: int) -> None:
        _, tab, cost = chain_tables(np.random.default_rng(seed))
        forward, backward = np.empty((2, DAYS)), np.empty((2, DAYS))
        best = chain_values(pack(tab), 0, cost, forward, backward)
        every = chains(tab, cost)
        assert sure(best) == min(every.values(), default=INF)
        for d in range(DAYS):
            first = min((value for days, value in every.items() if days[:1] == (d,)), default=INF)
            later = min((value for days, value in every.items() if d in days[1:]), default=INF)
            assert sure(forward[0, d] + backward[0, d]) == first
            assert sure(forward[1, d] + backward[1, d]) == later


class TestPatterns:
    @FEW
    @given(st.integers(0, 25), st.integers(0, 2**32 - 1))
    def test_lists_all_that_cost_no_more_than_there_is_room_for(self, which: int, seed: int) -> None:
        problem, rng = problem_of(which), np.random.default_rng(seed)
        tab, n = problem.tables, len(problem.series)
        if not problem.days:
            return
        s = int(rng.integers(n))
        commits, prices = some_commits(problem, rng), random_prices(problem, rng)
        room = rng.choice([-INF, -30.0, 0.0, 60.0, 200.0, 2000.0], (2, len(problem.days)))
        out = np.zeros((200_000, 4), dtype=np.int32)
        count = pattern_costs(problem.packed, commits, prices, s, room, out)
        plainly = Plainly(tab, commits, prices, 1.0, committed=True)
        expected = {
            (k, d, start, group)
            for k in range(2)
            for d in range(len(problem.days))
            if tab.node_block[k, s, d] >= 0 and room[k, d] > -INF
            for start in range(int(tab.node_lo[k, s, d]), int(tab.node_hi[k, s, d]))
            for group in groups_of(tab, int(tab.node_block[k, s, d]))
            if plainly.group(int(tab.node_block[k, s, d]), start, d, group) <= room[k, d]
        }
        assert {tuple(row) for row in out[:count].tolist()} == expected
        assert count == len(expected)
        if count > 1:
            assert pattern_costs(problem.packed, commits, prices, s, room, out[: count - 1]) == -1


def groups_of(tab: Tables, b: int) -> range:
    return range(int(tab.group_ptr[b]), int(tab.group_ptr[b + 1]))


class TestEvaluateSeries:
    @FEW
    @given(st.integers(0, 25), st.integers(0, 2**32 - 1))
    def test_is_the_best_of_each_node(self, which: int, seed: int) -> None:
        problem, rng = problem_of(which), np.random.default_rng(seed)
        tab, n, days = problem.tables, len(problem.series), len(problem.days)
        if days == 0:
            return
        commits, prices = some_commits(problem, rng), random_prices(problem, rng)
        s = int(rng.integers(n))
        cost, pick = np.zeros((2, days)), np.zeros((2, days, 2), dtype=np.int32)
        evaluate_series(problem.packed, commits, prices, s, 1.0, True, cost, pick)
        for k in range(2):
            for d in rng.choice(days, min(days, 8), replace=False).tolist():
                b, lo, hi = (int(part[k, s, d]) for part in (tab.node_block, tab.node_lo, tab.node_hi))
                expected = (
                    (INF, -1, -1)
                    if b < 0
                    else best_of_node(problem.packed, commits, prices, b, d, lo, hi, 1.0, True, -1)
                )
                assert cost[k, d] == expected[0]
                if cost[k, d] < BIG:
                    assert tuple(pick[k, d].tolist()) == expected[1:]


def test_an_empty_problem_has_arrays_of_some_size() -> None:
    """Kernels are never handed an array without an element."""
    problem = prepared(*read(lone(plans=[])))
    solution, commits = empty_solution(problem), fixed_commits(problem)
    assert all(part.size > 0 for part in (*solution, *commits, *no_prices(problem)))
