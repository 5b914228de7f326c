"""What is proven: it rises and never passes the truth, whatever is looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest
from engine_cases import (
    PARTS,
    TINY,
    fewest_breach_points,
    ready,
    rivals,
    tiny_case,
    tiny_optimum,
)
from solver_cases import Recount, constructed, generated_problem, occupancy

from solver.engine import prover as prover_module
from solver.engine.incumbent import Incumbent
from solver.engine.joint import relaxation
from solver.engine.planned import insert_planned
from solver.engine.prover import Prover
from solver.engine.settings import EVERYTHING, Parts
from solver.engine.state import Solution, no_prices
from solver.generate.shape import Congestion
from solver.plan import plan
from solver.problem.tables import Problem

SLICES = 60


@dataclass
class Known:
    """A calendar that somebody else has found."""

    best: Solution | None
    cost: int


def prover(
    problem: Problem,
    best: Known | Incumbent,
    parts: Parts = EVERYTHING,
    stop: Callable[[], bool] | None = None,
) -> Prover:
    """No clock: CP-SAT counts its own steps."""
    return Prover(problem, best, seed=1, parts=parts, remaining=lambda: 3600.0, stop=stop or (lambda: False))


def advanced(found: Prover, slices: int = SLICES) -> list[tuple[float, int]]:
    """The bound and the breach floor before anything, and after each slice until there is nothing to do."""
    seen = [(found.bound, found.breach_floor)]
    for _ in range(slices):
        going = found.advance()
        seen.append((found.bound, found.breach_floor))
        if not going:
            break
    return seen


def rises(seen: list[tuple[float, int]]) -> bool:
    return all(a[0] <= b[0] and a[1] <= b[1] for a, b in pairwise(seen))


@pytest.mark.parametrize("seed", TINY)
class TestTiny:
    @pytest.mark.parametrize("parts", ["everything", "no pruning"])
    def test_rises_and_never_passes_the_optimum(self, seed: int, parts: str) -> None:
        """Whatever calendar there is to beat: a poor one, the best, or none that can be looked at."""
        _, _, problem = tiny_case(seed)
        optimum = tiny_optimum(seed)
        incumbent = constructed(problem, seed)
        known = [Known(incumbent.best, incumbent.cost), Known(incumbent.best, incumbent.cost + 100_000)]
        for best in known:
            seen = advanced(prover(problem, best, PARTS[parts]))
            assert rises(seen)
            assert seen[-1][0] <= optimum

    def test_the_breach_floor_is_one(self, seed: int) -> None:
        """However many breach points the calendar has that there is: here nothing is held that need not be."""
        caseload, policy, problem = tiny_case(seed)
        fewest = fewest_breach_points(caseload, policy)
        nothing = dict.fromkeys(range(len(problem.series)), ())
        late, _, cost = insert_planned(problem, nothing, len(problem.days), no_prices(problem), 0.0)
        for best in (Known(late, cost), constructed(problem)):
            found = prover(problem, best)
            for _ in range(12):
                found.advance()
            assert found.breach_floor <= fewest


@pytest.mark.parametrize(("families", "hours"), [(3, 1), (4, 1), (5, 1), (4, 2)])
def test_proves_the_optimum_where_all_that_is_shared_is_in_the_model(families: int, hours: int) -> None:
    """The bound and the breach floor are what the best calendar has, and the plan that is suggested is that calendar."""
    days = {"start": "2027-01-11", "end": "2027-01-22"}
    caseload, policy, problem = ready(
        rivals(families, ("10:00", f"{10 + hours}:00"), ("tue", "thu"), horizon=days)
    )
    incumbent = constructed(problem)
    found = prover(problem, incumbent)
    cheapest = incumbent.cost
    for _ in range(SLICES):
        if not found.advance():
            break
        while found.suggestions:
            suggestion = found.suggestions.popleft()
            incumbent.construct_planned(suggestion.plan, suggestion.until, None)
            assert Recount(caseload, policy, problem).cost(incumbent.work) == incumbent.work_cost
            cheapest = min(cheapest, incumbent.work_cost)
    calendar = plan(caseload, policy, deterministic=40)
    assert calendar.status == "optimal"
    assert found.bound == cheapest == calendar.cost
    assert found.breach_floor == calendar.objective["breach"]


@pytest.mark.parametrize(
    ("plans", "seed", "congestion"),
    [
        (9, 3, "typical"),
        pytest.param(14, 3, "hard", marks=pytest.mark.slow),
        pytest.param(18, 4, "hard", marks=pytest.mark.slow),
        pytest.param(28, 3, "hard", marks=pytest.mark.slow),
    ],
)
def test_never_passes_a_calendar_and_suggests_lawful_ones(
    plans: int, seed: int, congestion: Congestion
) -> None:
    """The calendar improves meanwhile, as it does beside a thread."""
    caseload, policy, problem = generated_problem(plans, seed, congestion)
    recount = Recount(caseload, policy, problem)
    incumbent = constructed(problem)
    found = prover(problem, incumbent)
    seen = [(found.bound, found.breach_floor)]
    suggested = 0
    for _ in range(25):
        if not found.advance():
            break
        seen.append((found.bound, found.breach_floor))
        point = found.point
        incumbent.improve(point.prices, point, 60, 0.0)
        while found.suggestions:
            suggested += 1
            suggestion = found.suggestions.popleft()
            incumbent.construct_planned(suggestion.plan, suggestion.until, point.prices)
            assert recount.cost(incumbent.work) == incumbent.work_cost
            assert occupancy(incumbent.commits) == recount.occupancy(incumbent.work)
            incumbent.restart()
    assert rises(seen)
    assert incumbent.best is not None
    assert seen[-1][0] <= recount.cost(incumbent.best)
    assert seen[-1][1] <= recount.decode(incumbent.best).objective["breach"]
    assert seen[-1][0] > seen[0][0]
    assert suggested or seen[-1][0] == incumbent.cost or plans < 14


@pytest.mark.parametrize("joint", [True, False])
def test_without_the_joint_relaxation_there_are_prices_alone(
    joint: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = []

    def relaxing(*given: Any, **more: Any) -> Any:
        built.append(more.get("everywhere", False))
        return relaxation(*given, **more)

    monkeypatch.setattr(prover_module, "relaxation", relaxing)
    _, _, problem = generated_problem(9, 3, "typical")
    incumbent = constructed(problem)
    # A cost that is higher than need be leaves something to prove once the prices have settled.
    advanced(prover(problem, Known(incumbent.best, incumbent.cost + 50), Parts(joint=joint)), 40)
    assert (False in built) == joint


def test_the_same_slices_prove_the_same() -> None:
    _, _, problem = generated_problem(9, 3, "typical")
    both = []
    for _ in range(2):
        incumbent = constructed(problem)
        found = prover(problem, incumbent)
        both.append((advanced(found, 12), [(one.plan, one.until) for one in found.suggestions]))
    assert both[0] == both[1]


def test_told_to_stop_it_builds_nothing_large() -> None:
    """A slice that is begun after that is a short one, and what is proven stays proven."""
    _, _, problem = generated_problem(9, 3, "typical")
    incumbent = constructed(problem)
    found = prover(problem, incumbent, stop=lambda: True)
    seen = advanced(found, 40)
    assert rises(seen)
    assert seen[-1][0] <= incumbent.cost
    assert not found.suggestions
