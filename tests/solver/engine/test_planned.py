"""Calendars made of plans: as planned where that can be, lawful wherever it cannot."""

from __future__ import annotations

import policies
import pytest
from engine_cases import as_plan, held, ready, rivals
from solver_cases import Recount, constructed, generated_problem, inline, lone, occupancy, person, plan_of

from solver.engine.chronological import insert_by_due_date
from solver.engine.planned import insert_planned
from solver.engine.state import no_prices

SHORT_DAY = {"start": "2027-01-14", "end": "2027-01-14"}


def test_a_plan_is_followed_where_it_can_be() -> None:
    """The plan of a whole calendar gives that calendar back, wherever nothing else is as good at the same start."""
    caseload, policy, problem = generated_problem(14, 3, "hard")
    incumbent = constructed(problem)
    plan = as_plan(incumbent)
    solution, _, cost = insert_planned(problem, plan, len(problem.days), no_prices(problem), 0.0)
    assert cost <= incumbent.cost
    for s, meetings in plan.items():
        assert [row[:2] for row in held(solution, s)] == [row[:2] for row in meetings]
    assert Recount(caseload, policy, problem).cost(solution) == cost


def test_two_that_are_planned_at_once_are_not_both_put_there() -> None:
    """A plan of the relaxation may have one who can be missed, or a room that isn't looked at, twice at once."""
    caseload, policy, problem = ready(rivals(2, ("10:00", "12:00"), ("thu",), horizon=SHORT_DAY))
    incumbent = constructed(problem)
    first = held(incumbent.work, 0)[0]
    clash = dict.fromkeys((0, 1), (first,))
    solution, commits, cost = insert_planned(problem, clash, 1, no_prices(problem), 0.0)
    assert Recount(caseload, policy, problem).cost(solution) == cost
    assert cost == incumbent.cost
    assert occupancy(commits) == Recount(caseload, policy, problem).occupancy(solution)


@pytest.mark.parametrize("by_due_date", [False, True])
def test_one_deputy_cannot_make_up_a_quorum_of_two(by_due_date: bool) -> None:
    """From 20 January one deputy is asked for by two: that such a day fails is seen only when its meeting is booked."""
    away = [{"start": "2027-01-20T00:00", "end": "2027-03-01T00:00"}]
    quorate = policies.make_policy(policies.core_group(quorum=policies.quorum(3)))
    data = lone(grid_minutes=60, authority=inline(quorate))
    data["people"] = [
        person("sw-1", "social_worker"),
        person("hv-1", "health_visitor", busy=away, deputies=["hv-3"]),
        person("hv-2", "health_visitor", busy=away, deputies=["hv-3"]),
        person("hv-3", "health_visitor"),
        person("mother-1", "parent"),
        person("mother-2", "parent"),
    ]
    professionals = [{"person": name} for name in ("sw-1", "hv-1", "hv-2")]
    data["plans"] = [plan_of(n, *professionals, {"person": f"mother-{n}"}) for n in (1, 2)]
    caseload, policy, problem = ready(data)
    every = len(problem.days)
    nothing = no_prices(problem)
    if by_due_date:
        solution, commits, cost = insert_by_due_date(problem, nothing, 0.0)
    else:
        solution, commits, cost = insert_planned(problem, {}, every, nothing, 0.0)
    recount = Recount(caseload, policy, problem)
    assert all(problem.days[d].isoformat() < "2027-01-20" for s in range(2) for d, _, _ in held(solution, s))
    assert recount.cost(solution) == cost
    assert occupancy(commits) == recount.occupancy(solution)
