"""The breach level by itself: what a calendar has of it, the least there can be, and which breaches are called unavoidable."""

from __future__ import annotations

import dataclasses
import math
from collections import Counter
from itertools import count
from typing import Any

import numpy as np
import pytest
from engine_cases import (
    MORE,
    QUICK,
    TINY,
    any_case,
    breach_points_of,
    enough,
    fewest_breach_points,
    held,
    ready,
    rivals,
    tiny_case,
)
from solver_cases import Json, Recount, constructed

from solver.check import check_calendar
from solver.engine.joint import relaxation
from solver.engine.kernels import chain_cost
from solver.engine.levels import breach_only, breach_points, last_breach_day
from solver.engine.planned import Plan, insert_planned
from solver.engine.prices import Dual
from solver.engine.search import Found, Limits, Search
from solver.engine.state import no_prices
from solver.plan import plan
from solver.policy.model import Policy
from solver.problem.tables import BIG, Problem
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload
from solver.score import WEIGHTS

CASES = [
    *(("tiny", seed, "") for seed in QUICK),
    *(("any", seed, "") for seed in range(20)),
    ("made", 9, "typical"),
    pytest.param("made", 14, "hard", marks=pytest.mark.slow),
    *(pytest.param("tiny", seed, "", marks=pytest.mark.slow) for seed in MORE),
    *(pytest.param("any", seed, "", marks=pytest.mark.slow) for seed in range(20, 100)),
]
FEW_DAYS = {"start": "2027-01-11", "end": "2027-01-22"}


@pytest.mark.parametrize(("kind", "number", "congestion"), CASES)
class TestOfACalendar:
    def test_breach_points_are_the_checkers(self, kind: str, number: int, congestion: str) -> None:
        caseload, policy, problem = any_case(kind, number, congestion)
        recount = Recount(caseload, policy, problem)
        for seed in range(3):
            work = constructed(problem, seed).work
            decoded = recount.decode(work)
            points: Counter[str] = Counter()
            for meeting in decoded.meetings:
                points[meeting.series] += meeting.score["breach"]
            for missing in decoded.unheld:
                points[missing.series] += missing.points
            found = breach_points(problem, work)
            assert found.tolist() == [points[series.id] for series in problem.series]
            assert found.sum() == decoded.objective["breach"]
            late = [problem.days.index(m.start.date()) for m in decoded.meetings if m.breach_days]
            assert last_breach_day(problem, work) >= max(late, default=-1)
            assert (last_breach_day(problem, work) < 0) == (found.sum() == 0 or not problem.days)
            assert last_breach_day(problem, work) < max(1, len(problem.days))

    def test_by_themselves_they_are_all_that_a_chain_costs(
        self, kind: str, number: int, congestion: str
    ) -> None:
        _, _, problem = any_case(kind, number, congestion)
        level = breach_only(problem)
        work = constructed(problem).work
        for s, points in enumerate(breach_points(problem, work).tolist()):
            days = np.array([d for d, _, _ in held(work, s)], dtype=np.int32)
            assert chain_cost(level.packed, s, days, len(days)) == points
        tab = level.tables
        assert level.constant == 0
        assert tab.start_cost.max(initial=0) <= 0
        assert tab.venue_cost.max(initial=0) <= 0
        for costs in (tab.option_cost, tab.mode_in_person, tab.mode_remote, tab.place_fallback):
            assert set(np.unique(costs).tolist()) <= {0, BIG}
        for costs, before in (
            (tab.first_cost, problem.tables.first_cost),
            (tab.gap_cost, problem.tables.gap_cost),
            (tab.end_cost, problem.tables.end_cost),
        ):
            assert ((costs >= BIG) == (before >= BIG)).all()
            assert (costs[costs < BIG] % WEIGHTS["breach_day"] == 0).all()


def overloaded(families: int, **changes: Any) -> Json:
    """More families than the one room has hours before their due date."""
    return rivals(families, ("10:00", "11:00"), ("tue", "thu"), horizon=FEW_DAYS, **changes)


def level_bound(problem: Problem, upper: float) -> float:
    """What the joint relaxation of breaches alone proves."""
    level = breach_only(problem)
    dual = Dual(level, 0)
    dual.evaluate()
    model = relaxation(
        level, dual.point(), upper, None, days=len(problem.days), most=100_000, everywhere=True
    )
    assert model is not None
    result = model.solve(enough())
    assert result.finished
    return min(upper, result.bound)


@pytest.mark.parametrize("seed", TINY)
def test_no_calendar_has_fewer_than_is_proven(seed: int) -> None:
    caseload, policy, problem = tiny_case(seed)
    fewest = fewest_breach_points(caseload, policy)
    dual = Dual(breach_only(problem), 0)
    assert dual.evaluate() <= fewest + 1e-6
    for _ in range(20):
        dual.step(float(fewest) + 1.0)
    assert dual.bound.value <= fewest + 1e-6
    for upper in (fewest + 0.5, 2.0 * fewest + 1000.0, math.inf):
        assert level_bound(problem, upper) <= fewest + 1e-6
    for order in range(4):
        assert breach_points(problem, constructed(problem, order).work).sum() >= fewest


@pytest.mark.parametrize("families", [2, 3, 4])
def test_all_that_one_room_forces_is_proven(families: int) -> None:
    """Nobody who can be missed is shared, so the joint relaxation of the level is the level."""
    caseload, policy, problem = ready(overloaded(families))
    fewest = fewest_breach_points(caseload, policy)
    assert (fewest > 0) == (families > 2)
    assert level_bound(problem, 1e7) == fewest


def floors(caseload: Caseload, policy: Policy) -> tuple[int, dict[str, int]]:
    """By brute force the least breach points there can be in all, and of each plan's series with nobody else about."""
    alone = {}
    for one in caseload.plans:
        by_itself = caseload.model_copy(update={"plans": (one,), "booked": ()})
        alone[one.id] = fewest_breach_points(by_itself, policy)
    return fewest_breach_points(caseload, policy), alone


def proved_are_unavoidable(calendar: Calendar, fewest: int, alone: dict[str, int]) -> int:
    """Check every breach that is called proved; returns how many are."""
    points: Counter[str] = Counter()
    for meeting in calendar.meetings:
        points[meeting.series] += meeting.score["breach"]
    for breach in calendar.breaches:
        if breach.meeting is None:
            points[breach.series] += WEIGHTS["breach_day"] * (breach.days + WEIGHTS["unheld_days"])
    assert points.total() == breach_points_of(calendar)
    for breach in calendar.breaches:
        if breach.proved:
            own = alone[breach.series.split(".")[0]]
            assert points.total() == fewest or points[breach.series] <= own
    return sum(breach.proved for breach in calendar.breaches)


def after(polls: int) -> Any:
    asked = count()
    return lambda: next(asked) >= polls


@pytest.mark.parametrize("families", [3, 4, 5])
def test_what_is_called_unavoidable_is(families: int) -> None:
    """However early the search is stopped."""
    caseload, policy, _ = ready(overloaded(families))
    fewest, alone = floors(caseload, policy)
    assert set(alone.values()) == {0}
    for polls in (0, 3, 9, 10**6):
        calendar = plan(caseload, policy, deterministic=25, stop=after(polls))
        assert check_calendar(caseload, policy, calendar).ok
        proved_are_unavoidable(calendar, fewest, alone)
    # Searched to the end, the fewest are found and every one is proven.
    assert breach_points_of(calendar) == fewest
    assert calendar.breaches
    assert all(breach.proved for breach in calendar.breaches)


LATE = (
    41, 73, 93, 99, 183, 253, 255, 283, 291, 323, 325, 409, 439, 487, 535, 549, 605, 631, 637, 665, 671, 683,
)  # fmt: skip


@pytest.mark.parametrize(
    "seed",
    [*LATE[:5], *(pytest.param(seed, marks=pytest.mark.slow) for seed in LATE[5:])],
)
def test_what_is_called_unavoidable_is_in_any_tiny_caseload(seed: int) -> None:
    caseload, policy, problem = tiny_case(seed)
    fewest = fewest_breach_points(caseload, policy)
    alone: dict[str, int] = {}
    for series in problem.series:
        by_itself = caseload.model_copy(
            update={"plans": tuple(p for p in caseload.plans if p in series.plans), "booked": ()}
        )
        alone[series.id.split(".")[0]] = fewest_breach_points(by_itself, policy)
    # With what is pinned elsewhere in the way there can only be more.
    if any(booked.pinned for booked in caseload.booked):
        alone = dict.fromkeys(alone, fewest)
    for polls in (0, 10**6):
        calendar = plan(caseload, policy, deterministic=20, seed=seed, stop=after(polls))
        shown = proved_are_unavoidable(calendar, fewest, alone)
    assert shown == len(calendar.breaches) > 0


@pytest.mark.parametrize("families", [2, 3])
def test_what_could_be_avoided_is_never_called_unavoidable(
    families: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A calendar later than need be, with all that a whole search has proven: the floor doesn't excuse it."""
    caseload, policy, problem = ready(overloaded(families))
    fewest = fewest_breach_points(caseload, policy)
    nothing_held = dict.fromkeys(range(families), ())
    late, _, cost = insert_planned(problem, nothing_held, len(problem.days), no_prices(problem), 0.0)
    assert breach_points(problem, late).sum() > fewest
    run = Search.run

    def found_late(self: Search, limits: Limits, start: Plan | None = None) -> Found:
        return dataclasses.replace(run(self, limits, start), solution=late, cost=cost, optimal=False)

    monkeypatch.setattr(Search, "run", found_late)
    calendar = plan(caseload, policy, deterministic=25)
    assert len(calendar.breaches) == families
    assert not any(breach.proved for breach in calendar.breaches)
