"""Exact neighbourhoods: never worse, worth what they say, and the optimum where they say they are finished."""

from __future__ import annotations

from typing import Any

import numpy as np
import policies
import pytest
from brute import best_calendar
from deep import deep
from optima import tiny_best
from solver_cases import (
    Json,
    Recount,
    constructed,
    generated_problem,
    hours,
    inline,
    lone,
    occupancy,
    person,
    plan_of,
    prepared,
    read,
    room,
    some_problem,
    stepped,
)

from solver.check import check_calendar
from solver.engine.exact import ExactBudget, ExactResult, solve_series
from solver.engine.incumbent import Incumbent
from solver.engine.model import ExactModel
from solver.engine.prices import Dual
from solver.engine.subproblem import make_subproblem
from solver.plan import plan
from solver.problem.tables import Problem
from solver.schema.caseload import Caseload

UNLIMITED = 3600.0
EPSILON = 1e-6


def budget(seed: int = 1, patterns: int = 100_000, **changes: Any) -> ExactBudget:
    settings = {"seconds": UNLIMITED, "deterministic": 10.0, "workers": 1, "stop": lambda: False} | changes
    return ExactBudget(seed=seed, patterns=patterns, **settings)


def solve_whole(problem: Problem, incumbent: Incumbent, dual: Dual | None = None) -> ExactResult:
    result = solve_series(
        incumbent,
        dual or stepped(problem, float(incumbent.cost), 5),
        list(range(len(problem.series))),
        budget(),
    )
    assert result is not None
    return result


def adopt(incumbent: Incumbent, series: list[int], result: ExactResult) -> None:
    incumbent.remove(series)
    incumbent.restore(series, result.solution, result.cost)


def subsets(n: int, seed: int, count: int) -> list[list[int]]:
    rng = np.random.default_rng(seed)
    return [rng.permutation(n)[: rng.integers(1, 5)].tolist() for _ in range(count)]


@pytest.mark.parametrize(("seed", "congestion"), [(1, "typical"), (2, "hard"), deep(3, "hard")])
def test_neighbourhoods_of_a_team(seed: int, congestion: str) -> None:
    caseload, policy, problem = generated_problem(18, seed, congestion)
    incumbent = constructed(problem)
    dual = stepped(problem, float(incumbent.cost), 60)
    incumbent.improve(dual.prices, dual, 100, 0.0)
    recount = Recount(caseload, policy, problem)
    for i, chosen in enumerate(subsets(len(problem.series), seed, 6)):
        before, books, work = incumbent.work_cost, occupancy(incumbent.commits), incumbent.work.copy()
        result = solve_series(incumbent, dual, chosen, budget(seed=i))
        # The working solution is as it was, whatever was found.
        assert incumbent.work_cost == before
        assert occupancy(incumbent.commits) == books
        for s in range(len(problem.series)):
            assert (incumbent.work.rows[s, : work.n[s]] == work.rows[s, : work.n[s]]).all()
        assert result is not None
        assert result.finished
        assert result.cost <= before
        assert result.bound == pytest.approx(result.cost)
        assert dual.bound.value <= result.cost + EPSILON
        others = [s for s in range(len(problem.series)) if s not in chosen]
        for s in others:
            assert (result.solution.rows[s, : work.n[s]] == work.rows[s, : work.n[s]]).all()
        adopt(incumbent, chosen, result)
        assert recount.cost(incumbent.work) == result.cost
        assert incumbent.cost == result.cost


@pytest.mark.parametrize("which", range(16))
def test_neighbourhoods_whatever_is_in_the_caseload(which: int) -> None:
    caseload, policy, problem = some_problem(which)
    n = len(problem.series)
    incumbent = constructed(problem)
    dual = stepped(problem, float(incumbent.cost), which)
    recount = Recount(caseload, policy, problem)
    for chosen in subsets(n, which, 3):
        before = incumbent.work_cost
        saved = incumbent.work.copy()
        rest = incumbent.remove(chosen)
        sub = make_subproblem(problem, dual, incumbent.commits, chosen, before - rest, 100_000)
        incumbent.restore(chosen, saved, before)
        result = solve_series(incumbent, dual, chosen, budget())
        assert sub is not None
        assert result is not None
        assert sub.bound <= result.cost - rest + EPSILON
        assert result.cost <= before
        adopt(incumbent, chosen, result)
        assert recount.cost(incumbent.work) == result.cost


def busy_worker() -> Problem:
    """Six families of one worker on two days: there is a price on every meeting beyond the second of a day."""
    data = lone(horizon={"start": "2027-01-13", "end": "2027-01-14"}, grid_minutes=60)
    data["people"] = [
        person("sw-1", "social_worker"),
        person("hv-1", "health_visitor", max_meetings_per_day=3),
    ]
    data["venues"] = [room("room-1"), room("room-2", "hill")]
    data["plans"] = [plan_of(number, {"person": "sw-1"}, {"person": "hv-1"}) for number in range(1, 7)]
    for plan_data in data["plans"][:2]:
        plan_data["venue"] = {"prefer": ["room-2"]}
    return prepared(*read(data))


@pytest.mark.parametrize("which", range(-1, 16))
def test_the_prices_that_prune_are_no_matter(which: int) -> None:
    """Whatever the prices, all that could be better is still there: each finds the same least cost."""
    problem = busy_worker() if which < 0 else some_problem(which)[2]
    incumbent = constructed(problem)
    none = Dual(problem, problem.constant)
    none.evaluate()
    duals = [none, *(stepped(problem, float(incumbent.cost), steps) for steps in (4, 40))]
    for chosen in subsets(len(problem.series), which + 1, 4 if which < 0 else 2):
        results = [solve_series(incumbent, dual, chosen, budget()) for dual in duals]
        assert {None if result is None else result.cost for result in results} == {
            None if results[0] is None else results[0].cost
        }
        assert all(result is not None and result.finished for result in results)


@pytest.mark.parametrize("seed", [1, 45, 73, 99, 139, 174, 195, 240, 323, 409, 535, 549, 665])
@pytest.mark.parametrize("steps", [0, 30])
def test_a_whole_tiny_caseload(seed: int, steps: int) -> None:
    """From one insertion, with prices of nothing and with good ones."""
    caseload, policy, best = tiny_best(seed)
    problem = prepared(caseload, policy)
    incumbent = constructed(problem)
    result = solve_whole(problem, incumbent, stepped(problem, float(incumbent.cost), steps))
    assert result.finished
    assert result.cost == best.cost
    assert result.bound == pytest.approx(result.cost)


class TestRules:
    """Small caseloads in which one rule decides; brute force says what the optimum is."""

    @staticmethod
    def optimum(data: Json) -> tuple[Caseload, Problem, ExactResult, Recount]:
        caseload, policy = read(data)
        problem = prepared(caseload, policy)
        incumbent = constructed(problem)
        result = solve_whole(problem, incumbent)
        recount = Recount(caseload, policy, problem)
        assert result.finished
        assert recount.cost(result.solution) == result.cost
        assert result.cost == best_calendar(caseload, policy).cost
        return caseload, problem, result, recount

    @staticmethod
    def one_day(**changes: Any) -> Json:
        return lone(horizon={"start": "2027-01-14", "end": "2027-01-14"}, grid_minutes=60, **changes)

    def far_apart(self) -> Json:
        """Two families, two sites, one worker from 10:00 to 13:00; both would rather have theirs side by side in time."""
        data = self.one_day(venues=[room("room-1"), room("room-2", "hill")])
        data["people"][0] |= {"hours": hours("10:00", "13:00"), "site": None}
        data["people"].append(person("mother-2", "parent"))
        data["plans"].append(plan_of(2, {"person": "sw-1"}, {"person": "mother-2"}))
        for number, (venue, start, end) in enumerate(
            (("room-1", "10:00", "11:00"), ("room-2", "11:00", "12:00"))
        ):
            wish = {"days": ["thu"], "start": start, "end": end}
            data["plans"][number] |= {"venue": {"only": [venue]}, "times": {"prefer": [wish]}}
        return data

    def test_travel(self) -> None:
        _, _, result, recount = self.optimum(self.far_apart())
        starts = sorted(meeting.start.hour for meeting in recount.decode(result.solution).meetings)
        # One family's wish is lost to the worker's 45 minutes on the road.
        assert starts == [10, 12]

    def test_travel_would_be_broken_without_its_rule(self, monkeypatch: pytest.MonkeyPatch) -> None:
        caseload, policy = read(self.far_apart())
        problem = prepared(caseload, policy)
        incumbent = constructed(problem)
        lawful = solve_whole(problem, incumbent)
        monkeypatch.setattr(ExactModel, "forbid_travel", lambda self, chosen: 0)
        broken = solve_whole(problem, incumbent)
        assert broken.cost == lawful.cost - 40
        with pytest.raises(AssertionError, match=r"person\.travel"):
            Recount(caseload, policy, problem).cost(broken.solution)

    def test_deputies_once(self) -> None:
        """The nearer deputy would serve two places; one place has to take the farther."""
        data = self.one_day(venues=[room("room-1", "hill")])
        data["people"] += [
            person("hv-1", "health_visitor", hours={}, deputies=["near-1", "far-1"]),
            person("dsl-1", "school", hours={}, deputies=["near-1", "far-1"]),
            person("near-1", "health_visitor", site="hill"),
            person("far-1", "health_visitor"),
        ]
        data["plans"][0]["participants"] += [{"person": "hv-1"}, {"person": "dsl-1"}]
        _, _, result, recount = self.optimum(data)
        (meeting,) = recount.decode(result.solution).meetings
        deputies = [one.person for one in meeting.attendees if one.status == "deputy"]
        assert sorted(deputies) == ["far-1", "near-1"]

    @pytest.mark.parametrize("names", [("hv-1", "dsl-1"), ("dsl-1", "hv-1")])
    def test_deputies_where_one_has_no_other(self, names: tuple[str, str]) -> None:
        """The first of two places may not take the only deputy of the second, whichever is first."""
        data = self.one_day()
        data["people"] += [
            person("hv-1", "health_visitor", hours={}, deputies=["sub-1"]),
            person("dsl-1", "school", hours={}, deputies=["sub-1", "sub-2"]),
            person("sub-1", "health_visitor", site="hall"),
            person("sub-2", "health_visitor"),
        ]
        data["plans"][0]["participants"] += [{"person": name} for name in names]
        _, _, result, recount = self.optimum(data)
        (meeting,) = recount.decode(result.solution).meetings
        assert meeting.score["attendance"] == 2 * 240

    @pytest.mark.parametrize(("quorum", "day"), [(None, 14), (1, 14), (2, 15)])
    def test_quorum(self, quorum: int | None, day: int) -> None:
        """The visitor is only invited, and there the day after it is due: a quorum of two has to wait for them."""
        clause = None if quorum is None else policies.quorum(quorum)
        data = self.one_day(authority=inline(policies.make_policy(policies.core_group(quorum=clause))))
        data["horizon"]["end"] = "2027-01-15"
        data["people"].append(person("hv-1", "health_visitor", hours=hours("09:00", "17:00", ["fri"])))
        data["plans"][0]["participants"].append({"person": "hv-1", "level": "invited"})
        _, _, result, recount = self.optimum(data)
        (meeting,) = recount.decode(result.solution).meetings
        assert meeting.start.day == day

    @pytest.mark.parametrize(("quorum", "held"), [(None, 2), (2, 1)])
    def test_quorum_of_two_meetings_at_once(self, quorum: int | None, held: int) -> None:
        """One hour, two rooms, two workers and one visitor: each meeting by itself has its quorum, both have not."""
        clause = None if quorum is None else policies.quorum(quorum)
        data = self.one_day(authority=inline(policies.make_policy(policies.core_group(quorum=clause))))
        data["venues"] = [room(name, hours=hours("10:00", "11:00")) for name in ("room-1", "room-2")]
        data["people"] += [
            person("sw-2", "social_worker"),
            person("mother-2", "parent"),
            person("hv-1", "health_visitor"),
        ]
        data["plans"].append(plan_of(2, {"person": "sw-2"}, {"person": "mother-2"}))
        for plan_data in data["plans"]:
            plan_data["participants"].append({"person": "hv-1", "level": "invited"})
        _, _, result, recount = self.optimum(data)
        assert len(recount.decode(result.solution).meetings) == held

    def crowd(self, **worker: Any) -> Json:
        """Four families of one worker on the one day, with a visitor who is wanted at all four."""
        data = self.one_day()
        data["people"] = [
            person("sw-1", "social_worker", site="hall", **worker),
            person("hv-1", "health_visitor", site="hall", max_meetings_per_day=2),
        ]
        data["plans"] = [plan_of(number, {"person": "sw-1"}, {"person": "hv-1"}) for number in range(1, 5)]
        return data

    def test_meetings_a_day(self) -> None:
        """Whoever takes two a day sends two reports; an essential worker who does leaves two meetings unheld."""
        _, _, result, recount = self.optimum(self.crowd())
        assert recount.decode(result.solution).objective["attendance"] == 2 * 900
        _, _, result, recount = self.optimum(self.crowd(max_meetings_per_day=2))
        decoded = recount.decode(result.solution)
        assert len(decoded.meetings) == 2
        assert decoded.objective["breach"] == 2 * 290_000

    def test_workload(self) -> None:
        """The third and the fourth meeting of the day cost 10 points each."""
        _, _, result, recount = self.optimum(self.crowd())
        assert recount.decode(result.solution).objective["convenience"] == 20

    def test_a_booked_meeting_worth_more_than_it_costs(self) -> None:
        """Kept, a meeting costs less than nothing; a model that left such meetings out had no solution at all."""
        data = lone(venues=[room("room-1"), room("room-2")])
        data["people"].append(person("mother-2", "parent"))
        data["plans"].append(plan_of(2, {"person": "sw-1"}, {"person": "mother-2"}))
        data["horizon"]["end"] = "2027-01-20"
        data["grid_minutes"] = 60
        data["booked"] = [
            {"plans": [f"plan-{number}"], "start": f"2027-01-1{number}T14:00", "venue": "room-2"}
            for number in (1, 2)
        ]
        _, _, result, recount = self.optimum(data)
        assert recount.decode(result.solution).stability == 0


class TestBudget:
    def test_too_many_patterns(self) -> None:
        _, _, problem = generated_problem(18, 1, "typical")
        incumbent = constructed(problem)
        dual = stepped(problem, float(incumbent.cost), 0)
        cost = incumbent.work_cost
        assert solve_series(incumbent, dual, list(range(len(problem.series))), budget(patterns=10)) is None
        assert incumbent.work_cost == cost
        assert occupancy(incumbent.commits) == occupancy(constructed(problem).commits)

    def test_no_time_at_all(self) -> None:
        _, _, problem = generated_problem(18, 1, "typical")
        incumbent = constructed(problem)
        dual = stepped(problem, float(incumbent.cost), 5)
        result = solve_series(incumbent, dual, [0, 1, 2], budget(seconds=0.0))
        assert result is not None
        assert (result.cost, result.finished) == (incumbent.work_cost, False)
        assert result.bound <= result.cost
        assert (result.solution.n == incumbent.work.n).all()

    def test_a_request_to_stop_ends_it_with_what_there_is(self) -> None:
        caseload, policy, problem = generated_problem(18, 2, "hard")
        incumbent = constructed(problem)
        dual = stepped(problem, float(incumbent.cost), 5)
        result = solve_series(
            incumbent, dual, list(range(5)), budget(stop=lambda: True, deterministic=1000.0)
        )
        if result is not None:
            assert result.cost <= incumbent.work_cost
            assert Recount(caseload, policy, problem).cost(result.solution) == result.cost


def test_the_same_seed_gives_the_same_solution() -> None:
    _, _, problem = generated_problem(18, 2, "typical")
    chosen = [0, 3, 5]
    found = []
    for _ in range(2):
        incumbent = constructed(problem)
        result = solve_series(incumbent, stepped(problem, float(incumbent.cost), 10), chosen, budget(seed=7))
        assert result is not None
        found.append(result.solution)
    assert all((a == b).all() for a, b in zip(*found, strict=True))


def test_the_plan_of_one_worker_is_proved() -> None:
    """18 plans, solved whole: what the exact model is for."""
    caseload, policy, _ = generated_problem(18, 4, "easy")
    calendar = plan(caseload, policy, deterministic=12, seed=1)
    assert check_calendar(caseload, policy, calendar).ok
    assert calendar.status == "optimal"
