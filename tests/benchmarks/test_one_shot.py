from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from caseloads import small_caseload
from ortools.sat.python import cp_model

from benchmarks.peers import one_shot
from benchmarks.peers.answer import OWN_SCORE, calendar_of
from benchmarks.peers.first_fit import FirstFit
from benchmarks.peers.one_shot.diaries import Absences
from benchmarks.peers.one_shot.held import Chains, Writer, read_meetings
from benchmarks.peers.one_shot.journeys import Journeys
from benchmarks.peers.one_shot.limits import Limits
from benchmarks.peers.one_shot.model import OneShot
from benchmarks.peers.one_shot.windows import Windows
from solver.check import CheckReport, check_calendar
from solver.generate import generate, generate_one_off
from solver.plan import plan
from solver.policy import load_policy
from solver.problem.compile import compile_problem
from solver.problem.tables import Problem
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload

AMPLE = 60.0
"""Seconds that what is solved to a proof doesn't come near."""


def checked(caseload: Caseload, calendar: Calendar | None) -> CheckReport:
    assert calendar is not None
    report = check_calendar(caseload, load_policy(caseload.authority), calendar)
    assert {violation.rule for violation in report.violations} <= OWN_SCORE
    return report


def first_fit(caseload: Caseload) -> Calendar:
    policy = load_policy(caseload.authority)
    return calendar_of(caseload, policy, *FirstFit(caseload, policy).run(), seed=1)


def solved(caseload: Caseload, seconds: float, **more: Any) -> Calendar | None:
    return one_shot.solve(
        caseload, load_policy(caseload.authority), seconds=seconds, seed=1, workers=1, **more
    )


def modelled(
    caseload: Caseload, *, exact: bool = False, seconds: float = AMPLE
) -> tuple[Problem, Chains, OneShot]:
    """The model of a caseload with first fit's calendar as its hint."""
    policy = load_policy(caseload.authority)
    problem = compile_problem(caseload, policy)
    start = read_meetings(problem, FirstFit(caseload, policy).run()[0])
    windows = Windows(problem, caseload, policy)
    absences = Absences(problem, caseload, policy, windows)
    cost = Writer(caseload, policy, problem).cost(start)
    now = time.monotonic()
    limits = Limits(now, now + seconds, seed=1, workers=1)
    return problem, start, OneShot(problem, windows, absences, start, cost, limits, exact=exact)


def cost_of_hint(model: OneShot, cp: cp_model.CpModel | None = None) -> int | None:
    """What the model, or a copy of it, says its hint costs, all of it fixed; ``None`` where it breaks the model."""
    cp = (cp or model.build.cp).clone()
    for index, value in model.build.hint.items():
        cp.add(cp.get_int_var_from_proto_index(index) == value)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    status = solver.solve(cp)
    assert status in (cp_model.OPTIMAL, cp_model.INFEASIBLE)
    return round(solver.objective_value) if status == cp_model.OPTIMAL else None


@pytest.mark.parametrize(
    "caseload",
    [generate(3, 1), generate(6, 1), generate(6, 2, congestion="hard")],
    ids=["family", "typical", "hard"],
)
def test_a_small_caseload_is_solved_to_the_optimum_that_our_engine_proves(caseload: Caseload) -> None:
    told: list[tuple[float, int]] = []
    report = checked(caseload, solved(caseload, AMPLE, watch=lambda *seen: told.append(seen)))
    ours = plan(caseload, load_policy(caseload.authority), seconds=AMPLE, seed=1, workers=1)
    assert ours.status == "optimal"
    assert report.cost == ours.cost
    assert report.cost >= ours.bound
    # What the model says a calendar costs is what the checker finds, at the beginning and at the end.
    assert told[0][1] == checked(caseload, first_fit(caseload)).cost
    assert told[-1][1] == report.cost < told[0][1]
    assert [cost for _, cost in told] == sorted((cost for _, cost in told), reverse=True)
    assert [seconds for seconds, _ in told] == sorted(seconds for seconds, _ in told)


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize(
    "caseload",
    [
        generate(18, 5, authority="barnsley", congestion="hard"),
        generate(18, 2, authority="south-west", congestion="hard"),
        generate_one_off(60, 1),
    ],
    ids=lambda caseload: caseload.authority,
)
def test_the_hint_is_complete_and_costs_what_the_checker_says(caseload: Caseload, exact: bool) -> None:
    _, start, model = modelled(caseload, exact=exact)
    assert sorted(model.build.hint) == list(range(len(model.build.cp.proto.variables)))
    assert model.read(model.build.hint) == start
    assert cost_of_hint(model) == checked(caseload, first_fit(caseload)).cost


def test_a_model_too_large_for_a_proof_gives_lawful_calendars() -> None:
    caseload = generate(18, 1, congestion="hard")
    assert len(compile_problem(caseload, load_policy(caseload.authority)).series) > one_shot.PROVABLE
    told: list[int] = []
    report = checked(caseload, solved(caseload, 3, watch=lambda _, cost: told.append(cost)))
    assert report.cost == told[-1]
    assert told[0] == checked(caseload, first_fit(caseload)).cost


@pytest.fixture(scope="module")
def travelling() -> tuple[Journeys, Journeys, Chains, OneShot]:
    """A team's travel as it is and with ten hours between any two sites, and its model."""
    problem, start, model = modelled(generate(37, 1))
    travel = np.full_like(problem.tables.travel, 600)
    slow = Journeys(replace(problem, tables=problem.tables._replace(travel=travel)))
    return Journeys(problem), slow, start, model


def test_meetings_that_are_planned_again_leave_time_to_travel_to_the_others(
    travelling: tuple[Journeys, Journeys, Chains, OneShot],
) -> None:
    usual, slow, start, model = travelling
    free = {one for one, _ in slow.broken(start)}
    cp = model.build.cp.clone()
    usual.keep_clear(model, cp, start, free)
    assert len(cp.proto.constraints) > len(model.build.cp.proto.constraints)
    assert cost_of_hint(model, cp) == cost_of_hint(model)
    slow.keep_clear(model, cp, start, free)
    assert cost_of_hint(model, cp) is None


def test_meetings_without_time_to_travel_between_them_are_found_and_forbidden(
    travelling: tuple[Journeys, Journeys, Chains, OneShot],
) -> None:
    usual, slow, start, model = travelling
    assert usual.broken(start) == set()
    pairs = slow.broken(start)
    assert pairs
    assert cost_of_hint(model) is not None
    slow.forbid(model, pairs)
    assert cost_of_hint(model) is None


def test_without_time_for_first_fit_there_is_no_calendar() -> None:
    told: list[int] = []
    assert solved(generate(3, 1), 0, watch=lambda _, cost: told.append(cost)) is None
    assert told == []


def test_without_time_for_the_model_first_fit_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    caseload = generate(3, 1)
    with pytest.raises(TimeoutError):
        modelled(caseload, seconds=0)

    def late(*_: Any, **__: Any) -> OneShot:
        raise TimeoutError

    monkeypatch.setattr(one_shot, "OneShot", late)
    assert checked(caseload, solved(caseload, AMPLE)).cost == checked(caseload, first_fit(caseload)).cost


def test_booked_meetings_are_refused() -> None:
    with pytest.raises(ValueError, match="empty calendar"):
        solved(Caseload.model_validate(small_caseload()), 1)


@pytest.mark.slow
@pytest.mark.parametrize("congestion", ["typical", "hard"])
def test_part_of_a_team_is_planned_better_than_by_first_fit(congestion: Any) -> None:
    caseload = generate(37, 1, congestion=congestion)
    fitted = checked(caseload, first_fit(caseload)).cost
    # Its limit is of wall time, and a machine that is busy gets little done in the usual one.
    assert any(checked(caseload, solved(caseload, seconds)).cost < fitted for seconds in (12, 36, 108))
