"""What a series may do on contested time, against every start and venue looked at one by one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from solver_cases import (
    constructed,
    generated_problem,
    lone,
    person,
    plan_of,
    prepared,
    read,
    room,
    some_problem,
)

from solver.engine.chains import essential_resources
from solver.engine.contested import contested_patterns
from solver.engine.kernels import best_of_node
from solver.engine.state import Commits, Floats, Prices, no_prices
from solver.problem.layout import pack
from solver.problem.tables import BIG, Problem

FEW = settings(max_examples=40, deadline=None)
MOST = 20_000
Cells = frozenset[tuple[int, int]]


@dataclass(frozen=True)
class Pattern:
    """One start and venue: what it costs at all prices, what without those counted exactly, and which cells it takes."""

    full: float
    reduced: float
    cells: Cells


@dataclass(frozen=True)
class Given:
    """Random occupancy, prices and contested cells."""

    problem: Problem
    commits: Commits
    full: Prices
    reduced: Prices
    removed: Floats
    hot: NDArray[np.bool_]


def cumulative(values: NDArray[np.float64]) -> Floats:
    return np.concatenate([np.zeros((*values.shape[:2], 1)), np.cumsum(values, axis=2)], axis=2)


def essential(problem: Problem, b: int) -> list[int]:
    """Actors of a block without whom there is no meeting."""
    tab = problem.tables
    places = range(int(tab.place_ptr[b]), int(tab.place_ptr[b + 1]))
    first = [int(tab.option_actor[int(tab.option_ptr[p])]) for p in places if tab.place_fallback[p] >= BIG]
    return [int(tab.actor_ptr[b]) + a for a in first]


def given_of(problem: Problem, rng: np.random.Generator) -> Given:
    """Whole prices, so that sums are exact."""
    incumbent = constructed(problem, int(rng.integers(1000)))
    incumbent.remove([s for s in range(len(problem.series)) if rng.random() < 0.5])
    needed, only = essential_resources(problem)
    empty = no_prices(problem)
    shape = (*empty.day.shape, problem.tables.slots)
    slots = (rng.integers(0, 90, shape) * (rng.random(shape) < 0.4)).astype(np.float64)
    day = (rng.integers(0, 30, empty.day.shape) * (rng.random(empty.day.shape) < 0.2)).astype(np.float64)
    hot = needed[:, None, None] & (rng.random(shape) < rng.choice([0.05, 0.3, 1.0]))
    removed = np.where(hot & only[:, None, None], slots, 0.0)
    return Given(
        problem,
        incumbent.commits,
        Prices(cumulative(slots), day),
        Prices(cumulative(slots - removed), day),
        cumulative(removed),
        hot,
    )


def slots_of(problem: Problem, begin: int, end: int) -> list[int]:
    tab = problem.tables
    starts = [(k, tab.span_start + k * tab.grid) for k in range(tab.slots)]
    return [k for k, at in starts if begin <= at and at + tab.grid <= end]


def cells_of(given_: Given, b: int, d: int, start: int, v: int) -> Cells:
    problem, tab = given_.problem, given_.problem.tables
    if tab.block_forced[b]:
        return frozenset()
    minute = int(tab.start_minute[start])
    taken = [(int(tab.venue_res[v]), minute, int(tab.block_length[b]))]
    taken += [
        (int(tab.actor_res[a]), minute + int(tab.actor_offset[a]), int(tab.actor_length[a]))
        for a in essential(problem, b)
    ]
    return frozenset(
        (r, k)
        for r, begin, length in taken
        if r >= 0
        for k in slots_of(problem, begin, begin + length)
        if given_.hot[r, d, k]
    )


def all_patterns(given_: Given, s: int, k: int, d: int) -> dict[tuple[int, int], Pattern]:
    """Every start and venue of a node that can be, each looked at as if there were no other venue."""
    tab = given_.problem.tables
    b = int(tab.node_block[k, s, d])
    if b < 0:
        return {}
    found = {}
    groups = range(int(tab.group_ptr[b]), int(tab.group_ptr[b + 1]))
    for group in groups:
        for v in range(int(tab.venue_ptr[group]), int(tab.venue_ptr[group + 1])):
            alone = pack(tab._replace(start_venues=tab.start_venues & np.uint64(1 << int(tab.venue_bit[v]))))
            for start in range(int(tab.node_lo[k, s, d]), int(tab.node_hi[k, s, d])):
                full, reduced = (
                    best_of_node(alone, given_.commits, prices, b, d, start, start + 1, 1.0, True, group)[0]
                    for prices in (given_.full, given_.reduced)
                )
                if full < BIG:
                    found[start, v] = Pattern(full, reduced, cells_of(given_, b, d, start, v))
    return found


def listed(
    given_: Given, s: int, days: tuple[int, int], room: Floats, most: int = MOST
) -> tuple[int, NDArray[np.int32], Floats]:
    hot = cumulative(given_.hot.astype(np.float64)).astype(np.int32)
    rows, costs = np.full((most, 5), -9, dtype=np.int32), np.full(most, np.nan)
    n = contested_patterns(
        given_.problem.packed,
        given_.commits,
        given_.reduced,
        given_.removed,
        hot,
        s,
        *days,
        room,
        rows,
        costs,
    )
    return n, rows, costs


def problem_of(which: int) -> Problem:
    return generated_problem(6, 1, "hard")[2] if which == 0 else some_problem(which)[2]


@FEW
@given(st.integers(0, 25), st.integers(0, 2**32 - 1))
def test_lists_what_could_be_needed_at_what_it_costs(which: int, seed: int) -> None:
    problem, rng = problem_of(which), np.random.default_rng(seed)
    if problem.days:
        begin = int(rng.integers(len(problem.days)))
        agrees(problem, rng, int(rng.integers(len(problem.series))), begin, begin + 6)


@pytest.mark.parametrize("kept", ["room-1", "room-2", "room-3"])
def test_where_a_booked_meeting_was(kept: str) -> None:
    """There one room is cheaper than others of its kind, which any of them may be."""
    data = lone(venues=[room("room-1"), room("room-2", capacity=20), room("room-3")], grid_minutes=60)
    data["people"].append(person("mother-2", "parent"))
    data["plans"].append(plan_of(2, {"person": "sw-1"}, {"person": "mother-2"}))
    data["booked"] = [{"plans": ["plan-1"], "start": "2027-01-12T11:00", "venue": kept, "pinned": False}]
    problem = prepared(*read(data))
    assert (problem.tables.start_bonus > 0).any()
    day = [d.isoformat() for d in problem.days].index("2027-01-12")
    for seed in range(12):
        agrees(problem, np.random.default_rng(seed), 0, day, day + 1)


def agrees(problem: Problem, rng: np.random.Generator, s: int, begin: int, end: int) -> None:
    """Compare what is listed of some days of a series with all that there is."""
    around = given_of(problem, rng)
    every = len(problem.days)
    end = min(every, end)
    patterns = {(k, d): all_patterns(around, s, k, d) for k in range(2) for d in range(begin, end)}
    room = np.full((2, every), -float(BIG))
    for node, found in patterns.items():
        if found and rng.random() < 0.9:
            room[node] = rng.choice([float(BIG) - 1.0, float(np.median([p.full for p in found.values()]))])
    n, rows, costs = listed(around, s, (begin, end), room)
    assert n >= 0
    kept: dict[tuple[int, int], list[Pattern]] = {}
    for (k, d, start, venue, contested), cost in zip(rows[:n].tolist(), costs[:n].tolist(), strict=True):
        pattern = patterns[k, d][start, venue]
        assert cost == pattern.reduced
        assert pattern.full <= room[k, d]
        assert contested == (1 if pattern.cells else 0)
        kept.setdefault((k, d), []).append(pattern)
    for node, found in patterns.items():
        there = kept.get(node, [])
        assert sum(not pattern.cells for pattern in there) <= 1
        for pattern in found.values():
            # What is left out has one in its place that costs no more and takes no cell that it doesn't.
            assert pattern.full > room[node] or any(
                other.reduced <= pattern.reduced and other.cells <= pattern.cells for other in there
            )
        for one in there:
            # None is left beside one that takes nothing and costs no more.
            assert not any(
                not other.cells and other.reduced <= one.reduced for other in there if other is not one
            )


@pytest.mark.parametrize("which", [0, 1, 3])
def test_says_when_they_do_not_fit(which: int) -> None:
    problem = problem_of(which)
    around = given_of(problem, np.random.default_rng(which))
    room = np.full((2, len(problem.days)), float(BIG) - 1.0)
    for s in range(len(problem.series)):
        days = (0, len(problem.days))
        n, rows, costs = listed(around, s, days, room)
        assert n >= 0
        # It may take more room than what is left in the end.
        for most in (max(1, n), 2 * n + 1):
            fits, same, alike = listed(around, s, days, room, most)
            assert fits in (-1, n)
            assert fits < 0 or (same[:n] == rows[:n]).all()
            assert fits < 0 or (alike[:n] == costs[:n]).all()
        assert n <= 1 or listed(around, s, days, room, n - 1)[0] == -1


def test_a_pinned_meeting_touches_nothing_contested() -> None:
    """Its room and its people are its own, whatever anybody else has on."""
    shown = 0
    for which in range(60):
        _, _, problem = some_problem(which)
        around = given_of(problem, np.random.default_rng(which))
        around.hot[:] = essential_resources(problem)[0][:, None, None]
        for s, d in problem.pinned:
            room = np.full((2, len(problem.days)), float(BIG) - 1.0)
            n, rows, _ = listed(around, s, (d, d + 1), room)
            assert rows[:n, 4].tolist() == [0] * n
            shown += n
    assert shown > 5
