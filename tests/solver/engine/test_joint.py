"""The joint relaxation: a bound whatever it looks at, no worse than prices alone, and a plan that makes a lawful calendar."""

from __future__ import annotations

import math

import pytest
from engine_cases import (
    MORE,
    QUICK,
    RIVALS,
    TINY,
    any_case,
    at_prices,
    enough,
    priced,
    random_prices,
    ready,
    rival_case,
    tiny_case,
    tiny_optimum,
    value_of_hint,
)
from solver_cases import (
    Recount,
    constructed,
    generated_problem,
    lone,
    occupancy,
    person,
    plan_of,
    room,
    stepped,
)

from solver.engine.chronological import insert_by_due_date
from solver.engine.incumbent import Incumbent
from solver.engine.joint import SCALE, JointBudget, JointModel, relaxation
from solver.engine.planned import insert_planned
from solver.engine.point import PricePoint
from solver.engine.prices import Dual
from solver.engine.state import no_prices
from solver.problem.tables import Problem

MOST = 100_000
EPSILON = 1e-6
CASES = [
    *(("tiny", seed, "") for seed in QUICK),
    *(("any", seed, "") for seed in range(10)),
    ("made", 9, "typical"),
    *(pytest.param("tiny", seed, "", marks=pytest.mark.slow) for seed in MORE),
    *(pytest.param("any", seed, "", marks=pytest.mark.slow) for seed in range(10, 60)),
    pytest.param("made", 14, "hard", marks=pytest.mark.slow),
]
SHORT_DAY = {"start": "2027-01-14", "end": "2027-01-14"}


def relaxed(
    problem: Problem, point: PricePoint, upper: float, days: int, *, everywhere: bool = False
) -> JointModel:
    model = relaxation(problem, point, upper, None, days=days, most=MOST, everywhere=everywhere)
    assert model is not None
    return model


def some_days(problem: Problem) -> list[int]:
    every = len(problem.days)
    return sorted({1, every // 2, every} - {0})


def lost_to_rounding(problem: Problem, point: PricePoint) -> float:
    """Each literal that is chosen is rounded down: a meeting, and the step to it, the first and the last step."""
    return (2 * sum(len(problem.days) for _ in point.values) + 2 * len(point.values)) / SCALE


@pytest.mark.parametrize("seed", TINY)
class TestTiny:
    """Against the cost of the best calendar, which brute force knows."""

    def test_is_a_bound_whatever_is_looked_at(self, seed: int) -> None:
        _, _, problem = tiny_case(seed)
        optimum = tiny_optimum(seed)
        for steps in (0, 40):
            point = priced(problem, float(optimum), steps)
            for upper in (optimum + 0.5, 1.5 * optimum + 50.0, math.inf):
                for days in some_days(problem):
                    for everywhere in (False, True):
                        result = relaxed(problem, point, upper, days, everywhere=everywhere).solve(enough())
                        assert result.finished
                        assert min(result.bound, upper) <= optimum + EPSILON
                        if days == len(problem.days):
                            least = at_prices(problem, point) - lost_to_rounding(problem, point)
                            assert min(result.bound, upper) >= min(upper, least) - EPSILON

    def test_is_a_bound_at_any_prices(self, seed: int) -> None:
        """Also where contested time is so dear that series would rather go without it: they need not pay for it here."""
        _, _, problem = tiny_case(seed)
        optimum = tiny_optimum(seed)
        for scale, share in ((50.0, 0.5), (300.0, 0.1), (300.0, 0.5)):
            point = random_prices(problem, seed, scale, share)
            for upper in (1.5 * optimum + 50.0, math.inf):
                for days in (len(problem.days) // 2, len(problem.days)):
                    result = relaxed(problem, point, upper, days).solve(enough())
                    assert result.finished
                    assert min(result.bound, upper) <= optimum + EPSILON


def choosy_rivals() -> Problem:
    """Two families who would rather have room 1 for the only hour there is; each has a room of its own further away."""
    data = lone(horizon=SHORT_DAY, grid_minutes=60)
    one_hour = {"thu": [["10:00", "11:00"]]}
    data["venues"] = [
        room(name, site, hours=one_hour)
        for name, site in (("room-1", None), ("room-2", "hill"), ("room-3", "hill"))
    ]
    data["people"] += [person("sw-2", "social_worker", site="hall"), person("mother-2", "parent")]
    data["plans"] = [
        plan_of(1, {"person": "sw-1"}, {"person": "mother-1"}, venue={"never": ["room-3"]}),
        plan_of(2, {"person": "sw-2"}, {"person": "mother-2"}, venue={"never": ["room-2"]}),
    ]
    _, _, problem = ready(data)
    return problem


@pytest.mark.parametrize("price", [0.5, 5.0, 50.0])
def test_who_would_go_elsewhere_at_the_price_may_still_have_the_room(price: float) -> None:
    """Inside the model contested time is free: that both would rather go elsewhere than pay proves nothing."""
    problem = choosy_rivals()
    optimum = constructed(problem).cost
    dual = Dual(problem, problem.constant)
    asked = dual.slot_price.copy()
    asked[problem.resources.index("venue:room-1")] = price
    dual.begin(asked, dual.cap_price.copy(), dual.soft_price.copy())
    result = relaxed(problem, dual.point(), math.inf, 1).solve(enough())
    assert result.finished
    # One of them in room 1: they share nothing else, so the relaxation is the problem.
    assert result.bound == optimum


@pytest.mark.parametrize("which", range(len(RIVALS)))
def test_where_all_that_is_shared_is_in_it_the_relaxation_is_the_problem(which: int) -> None:
    """Also where one series bears all that a calendar costs beyond what each would by itself."""
    (_, _, problem), optimum = rival_case(which)
    points = [priced(problem, float(optimum), steps) for steps in (0, 30)]
    points += [random_prices(problem, which, scale, 0.4) for scale in (5.0, 80.0)]
    for point in points:
        for upper in (optimum + 0.5, 2.0 * optimum + 100.0, math.inf):
            result = relaxed(problem, point, upper, len(problem.days), everywhere=True).solve(enough())
            assert result.finished
            # Sixteenths of prices are rounded down.
            assert optimum - lost_to_rounding(problem, point) <= result.bound <= optimum + EPSILON


@pytest.mark.slow
def test_raises_the_bound_above_what_prices_prove() -> None:
    """Halves of meetings share rooms where meetings cannot."""
    _, _, problem = generated_problem(18, 4, "hard")
    incumbent = constructed(problem)
    dual = stepped(problem, float(incumbent.cost), 150)
    dual.rest()
    point = dual.point()
    upper = dual.bound.value + 30.0
    result = relaxed(problem, point, upper, len(problem.days)).solve(enough())
    assert dual.bound.value + 5.0 < min(result.bound, upper) <= incumbent.cost


@pytest.mark.parametrize(("kind", "number", "congestion"), CASES)
class TestAnyCaseload:
    """With the present calendar as the hint, and as what has to be beaten."""

    def test_the_hint_is_complete_and_can_be(self, kind: str, number: int, congestion: str) -> None:
        problem, incumbent, point = hinted(kind, number, congestion)
        for days in some_days(problem):
            for everywhere in (False, True):
                model = relaxation(
                    problem,
                    point,
                    float(incumbent.cost),
                    incumbent.best,
                    days=days,
                    most=MOST,
                    everywhere=everywhere,
                )
                assert model is not None
                value = value_of_hint(model)
                # What the calendar costs, less what it leaves free of what has a price.
                assert value <= incumbent.cost + EPSILON

    def test_its_plan_makes_a_lawful_calendar(self, kind: str, number: int, congestion: str) -> None:
        caseload, policy, _ = any_case(kind, number, congestion)
        problem, incumbent, point = hinted(kind, number, congestion)
        recount = Recount(caseload, policy, problem)
        for days in some_days(problem):
            model = relaxation(
                problem, point, float(incumbent.cost), incumbent.best, days=days, most=MOST, everywhere=True
            )
            assert model is not None
            result = model.solve(enough(2.0))
            for prices, weight in ((point.prices, 1.0), (no_prices(problem), 0.0)):
                solution, commits, cost = insert_planned(problem, result.plan, days, prices, weight)
                assert recount.cost(solution) == cost
                assert occupancy(commits) == recount.occupancy(solution)
            if not problem.pinned:
                solution, commits, cost = insert_by_due_date(problem, point.prices, 1.0, result.plan)
                assert recount.cost(solution) == cost
                assert occupancy(commits) == recount.occupancy(solution)


def hinted(kind: str, number: int, congestion: str) -> tuple[Problem, Incumbent, PricePoint]:
    _, _, problem = any_case(kind, number, congestion)
    incumbent = constructed(problem)
    point = priced(problem, float(incumbent.cost), 20)
    incumbent.improve(point.prices, point, 20, 0.0)
    return problem, incumbent, point


def test_none_where_there_would_be_too_many_literals() -> None:
    _, _, problem = generated_problem(9, 3, "typical")
    incumbent = constructed(problem)
    point = priced(problem, float(incumbent.cost), 20)
    every = len(problem.days)
    starts = sum(len(chain.rows) for chain, _ in relaxed(problem, point, math.inf, every)._literals.values())
    for most, there in ((starts // 2, False), (2 * starts, True)):
        model = relaxation(problem, point, math.inf, None, days=every, most=most)
        assert (model is not None) == there


def test_stopped_it_still_proves_what_it_says() -> None:
    """CP-SAT is told to stop at once; whatever it has by then is no more than the truth."""
    _, _, problem = generated_problem(9, 3, "typical")
    incumbent = constructed(problem)
    point = priced(problem, float(incumbent.cost), 20)
    for _ in range(3):
        incumbent.improve(point.prices, point, 60, 0.0)
    model = relaxed(problem, point, math.inf, len(problem.days))
    result = model.solve(JointBudget(3600.0, 1e9, 1, lambda: True))
    assert result.bound <= incumbent.cost
