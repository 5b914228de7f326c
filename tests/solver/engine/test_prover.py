"""What is proven: rises, never passes the truth, and can have a thread of its own that ends when it is told."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count, pairwise
from typing import Any, cast

import pytest
from engine_cases import (
    TINY,
    as_plan,
    fewest_breach_points,
    ready,
    rivals,
    tiny_case,
    tiny_optimum,
)
from solver_cases import Recount, constructed, generated_problem, occupancy

from solver.check import check_calendar
from solver.engine import prover as prover_module
from solver.engine import search
from solver.engine.exact import solve_series
from solver.engine.incumbent import Incumbent
from solver.engine.joint import relaxation
from solver.engine.planned import insert_planned
from solver.engine.prover import Background, Prover
from solver.engine.search import Found, Limits, Search
from solver.engine.settings import EVERYTHING, Parts
from solver.engine.state import Solution, no_prices
from solver.generate import generate
from solver.generate.shape import Congestion
from solver.plan import plan
from solver.policy import load_policy
from solver.problem.tables import Problem

SLICES = 60
PARTS = {
    "everything": EVERYTHING,
    "no prices": Parts(prices=False),
    "no neighbourhoods": Parts(neighbourhoods=False),
    "no joint": Parts(joint=False),
    "no pruning": Parts(pruning=False),
    "no hints": Parts(hints=False),
    "nothing": Parts(prices=False, neighbourhoods=False, joint=False, pruning=False, hints=False),
}


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


class Stub:
    """Work that can be held up, or fail."""

    def __init__(self, *, fails_at: int | None = None, busy: bool = True) -> None:
        self.slices = 0
        self.begun = threading.Event()
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self._fails_at = fails_at
        self._busy = busy

    def advance(self) -> bool:
        self.slices += 1
        self.begun.set()
        self.may_go_on.wait()
        if self.slices == self._fails_at:
            raise ArithmeticError("no price for that")
        return self._busy


def background(stub: Stub) -> Background:
    return Background(cast("Prover", stub))


class TestBackground:
    @pytest.mark.parametrize("busy", [True, False])
    def test_works_until_it_is_told_to_end(self, busy: bool) -> None:
        stub = Stub(busy=busy)
        thread = background(stub)
        thread.start()
        assert stub.begun.wait(60)
        assert not thread.ending
        thread.end()
        thread._thread.join(60)
        assert thread.ending
        assert not thread._thread.is_alive()
        slices = stub.slices
        assert slices >= 1
        thread.check()
        assert stub.slices == slices

    def test_begins_nothing_more_once_it_is_told_to_end(self) -> None:
        """It ends after the slice that it is in the middle of, and nobody has to wait for that."""
        stub = Stub()
        stub.may_go_on.clear()
        thread = background(stub)
        thread.start()
        assert stub.begun.wait(60)
        thread.end()
        assert stub.slices == 1
        stub.may_go_on.set()
        thread._thread.join(60)
        assert not thread._thread.is_alive()
        assert stub.slices == 1

    @pytest.mark.parametrize("at", [1, 3])
    def test_passes_on_what_went_wrong(self, at: int) -> None:
        stub = Stub(fails_at=at)
        thread = background(stub)
        thread.start()
        thread._thread.join(60)
        assert not thread._thread.is_alive()
        assert stub.slices == at
        for ask in (thread.check, thread.end, thread.check):
            with pytest.raises(ArithmeticError, match="no price for that"):
                ask()


class Clock:
    """A clock that every look moves on."""

    def __init__(self, step: float) -> None:
        self._looks, self._step = count(), step

    def __call__(self) -> float:
        return self._step * next(self._looks)


def after(polls: int) -> Callable[[], bool]:
    """A request to stop that comes with the given poll, from whichever thread, and stays."""
    asked = count()
    return lambda: next(asked) >= polls


class TestTwoThreads:
    """What is proven has a thread of its own; no test waits for a clock."""

    @pytest.mark.parametrize("polls", [0, 1, 5, 20])
    def test_stops_when_asked(self, polls: int) -> None:
        caseload = generate(9, 3, congestion="hard")
        policy = load_policy(caseload.authority)
        calendar = plan(caseload, policy, seconds=3600.0, workers=2, stop=after(polls), clock=Clock(1e-6))
        assert check_calendar(caseload, policy, calendar).ok
        assert calendar.status in ("stopped", "optimal")
        assert calendar.bound <= calendar.cost

    @pytest.mark.parametrize("step", [0.5, 100.0])
    def test_ends_in_time(self, step: float) -> None:
        caseload = generate(9, 3, congestion="hard")
        policy = load_policy(caseload.authority)
        calendar = plan(caseload, policy, seconds=3.0, workers=2, clock=Clock(step))
        assert check_calendar(caseload, policy, calendar).ok
        assert calendar.status in ("feasible", "optimal")
        assert calendar.bound <= calendar.cost

    @pytest.mark.parametrize("seed", [2, 5])
    def test_proves_a_small_one(self, seed: int) -> None:
        """Both threads work to the end, and what they know together is the truth."""
        caseload = generate(6, seed, congestion="typical")
        policy = load_policy(caseload.authority)
        alone = plan(caseload, policy, deterministic=60)
        together = plan(caseload, policy, seconds=3600.0, workers=2, clock=Clock(1e-6))
        assert together.status == alone.status == "optimal"
        assert together.cost == together.bound == alone.cost

    def test_a_failure_of_the_thread_is_a_failure_of_the_search(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fails(self: Prover) -> bool:
            raise ArithmeticError("no price for that")

        monkeypatch.setattr(Prover, "advance", fails)
        caseload = generate(9, 3, congestion="hard")
        for workers in (1, 2):
            with pytest.raises(ArithmeticError, match="no price for that"):
                plan(
                    caseload,
                    load_policy(caseload.authority),
                    seconds=3600.0,
                    workers=workers,
                    clock=Clock(1e-3),
                )

    def test_a_failure_of_the_search_ends_the_thread(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fails(self: Search, limits: Limits) -> None:
            raise ArithmeticError("no such round")

        monkeypatch.setattr(Search, "_round", fails)
        caseload = generate(9, 3, congestion="hard")
        before = set(threading.enumerate())
        with pytest.raises(ArithmeticError, match="no such round"):
            plan(caseload, load_policy(caseload.authority), seconds=3600.0, workers=2, clock=Clock(1e-6))
        for thread in set(threading.enumerate()) - before:
            thread.join(60)
        assert set(threading.enumerate()) <= before


def bytes_of(plans: int, rounds: int, workers: int, congestion: Congestion) -> bytes:
    caseload = generate(plans, 4, congestion=congestion)
    policy = load_policy(caseload.authority)
    calendar = plan(caseload, policy, deterministic=rounds, workers=workers)
    return calendar.model_dump_json(by_alias=True).encode()


@pytest.mark.parametrize(
    ("plans", "rounds", "congestion"),
    [
        (9, 9, "hard"),
        pytest.param(26, 9, "typical", marks=pytest.mark.slow),
        pytest.param(28, 12, "hard", marks=pytest.mark.slow),
    ],
)
def test_rounds_give_the_same_bytes_whatever_the_threads(
    plans: int, rounds: int, congestion: Congestion
) -> None:
    first = bytes_of(plans, rounds, 1, congestion)
    assert bytes_of(plans, rounds, 2, congestion) == first
    assert bytes_of(plans, rounds, 2, congestion) == first


@pytest.mark.parametrize("name", PARTS)
class TestParts:
    @pytest.mark.parametrize(
        ("plans", "rounds", "congestion"),
        [
            (3, 12, "hard"),
            pytest.param(26, 9, "typical", marks=pytest.mark.slow),
            pytest.param(26, 9, "hard", marks=pytest.mark.slow),
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

        monkeypatch.setattr(search, "solve_series", solving)
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
    found = prover(problem, good)
    for _ in range(6):
        found.advance()
        good.improve(found.point.prices, found.point, 200, 0.0)
    again = searched(problem, 0, good)
    assert again.cost <= good.cost < searched(problem, 0, None).cost
    assert Recount(caseload, policy, problem).cost(again.solution) == again.cost
    assert again.bound <= again.cost
