"""What can be left out of the search, and where it starts from."""

from __future__ import annotations

import math
from typing import Any

import pytest
from deep import deep
from engine_cases import (
    PARTS,
    as_plan,
    priced,
    ready,
    rivals,
)
from solver_cases import Recount, constructed, generated_problem

from solver.check import check_calendar
from solver.engine import neighbourhoods
from solver.engine import prover as prover_module
from solver.engine.exact import solve_series
from solver.engine.incumbent import Incumbent
from solver.engine.joint import relaxation
from solver.engine.search import Found, Limits, Search
from solver.generate import generate
from solver.generate.shape import Congestion
from solver.plan import plan
from solver.policy import load_policy
from solver.problem.tables import Problem


@pytest.mark.parametrize("name", PARTS)
class TestParts:
    @pytest.mark.parametrize(
        ("plans", "rounds", "congestion"),
        [
            (3, 12, "hard"),
            deep(26, 9, "typical"),
            pytest.param(12, 9, "hard", marks=pytest.mark.slow),
            deep(26, 9, "hard"),
        ],
    )
    def test_each_left_out_leaves_a_lawful_calendar(
        self, name: str, plans: int, rounds: int, congestion: Congestion
    ) -> None:
        caseload = generate(plans, 4, congestion=congestion)
        policy = load_policy(caseload.authority)
        phases: set[str] = set()
        calendar = plan(
            caseload,
            policy,
            deterministic=rounds,
            parts=PARTS[name],
            on_event=lambda event: phases.add(event.phase),
        )
        assert check_calendar(caseload, policy, calendar).ok
        assert calendar.bound <= calendar.cost
        parts = PARTS[name]
        assert parts.neighbourhoods or not phases & {"exact", "weeks"}
        assert parts.joint or "joint" not in phases

    def test_what_is_left_out_is_not_used(self, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Where two threads' worth of everything is used, the parts left out are not, and the others are."""
        used: dict[str, list[Any]] = {"exact": [], "relaxed": [], "prices": []}
        improve = Incumbent.improve

        def solving(*given: Any) -> Any:
            used["exact"].append(given[-1].parts)
            return solve_series(*given)

        def relaxing(problem: Problem, point: Any, upper: float, present: Any, **more: Any) -> Any:
            used["relaxed"].append((upper, present, more.get("everywhere", False)))
            return relaxation(problem, point, upper, present, **more)

        def improving(self: Incumbent, prices: Any, *given: Any) -> bool:
            used["prices"].append(prices)
            return improve(self, prices, *given)

        monkeypatch.setattr(neighbourhoods, "solve_series", solving)
        monkeypatch.setattr(prover_module, "relaxation", relaxing)
        monkeypatch.setattr(Incumbent, "improve", improving)
        days = {"start": "2027-01-11", "end": "2027-01-29"}
        caseload, policy, _ = ready(rivals(6, ("10:00", "11:00"), ("tue", "thu"), horizon=days))
        parts = PARTS[name]
        plan(caseload, policy, deterministic=25, parts=parts)
        assert bool(used["exact"]) == parts.neighbourhoods
        assert all(one == parts for one in used["exact"])
        assert bool(used["relaxed"]) == parts.joint
        assert any(present is not None for _, present, _ in used["relaxed"]) == (parts.joint and parts.hints)
        whole = [upper for upper, _, everywhere in used["relaxed"] if not everywhere]
        assert all(math.isinf(upper) != parts.pruning for upper in whole)
        assert any(prices is not None for prices in used["prices"][:1]) == parts.prices

    def test_none_changes_what_is_optimal(self, name: str) -> None:
        caseload, policy, _ = ready(
            rivals(4, ("10:00", "12:00"), ("thu",), horizon={"start": "2027-01-04", "end": "2027-01-31"})
        )
        full = plan(caseload, policy, deterministic=40)
        assert full.status == "optimal"
        calendar = plan(caseload, policy, deterministic=40, parts=PARTS[name])
        assert calendar.bound <= full.cost <= calendar.cost
        if name in ("everything", "no hints"):
            assert calendar.cost == full.cost


def searched(problem: Problem, rounds: int, start: Incumbent | None) -> Found:
    one = Search(
        problem,
        seed=1,
        workers=1,
        clock=lambda: 0.0,
        stop=lambda: False,
        report=lambda *_: None,
    )
    limits = Limits(seconds=3600.0, rounds=rounds)
    return one.run(limits, None if start is None else as_plan(start))


def test_starts_from_a_calendar_that_there_is() -> None:
    caseload, policy, problem = generated_problem(14, 3, "hard")
    good = constructed(problem)
    point = priced(problem, float(good.cost), 20)
    for _ in range(6):
        good.improve(point.prices, point, 200, 0.0)
    again = searched(problem, 0, good)
    assert again.cost <= good.cost < searched(problem, 0, None).cost
    assert Recount(caseload, policy, problem).cost(again.solution) == again.cost
    assert again.bound <= again.cost
