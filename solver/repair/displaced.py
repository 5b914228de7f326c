"""The relaxation that finds what must move: a few series planned anew, every other meeting stands or is displaced.

What is displaced costs its disruption, and no place is looked for yet where it could go. So the least of the relaxation is a
bound; and where nothing is displaced it is no relaxation.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from solver.engine.cpsat import solve_model
from solver.engine.model import ExactModel, Taking
from solver.engine.point import Priced
from solver.engine.state import Commits, Solution
from solver.engine.subproblem import SeriesChoices, Subproblem, make_subproblem
from solver.problem.tables import Problem
from solver.repair.needless import Other, Taken, people_needed, without_needless
from solver.repair.standing import Kept

LISTED = 10
"""Starts that are listed at most for one that is modelled."""


@dataclass(frozen=True)
class Relaxed:
    """What CP-SAT made of the relaxation.

    Attributes
    ----------
    solution : Solution or None
        With the chains of the series planned anew; ``None`` where CP-SAT found nothing in time.
    elsewhere : frozenset of int
        Series planned anew for which it found no chain that is worth its cost.
    displaced : frozenset of int
        Of the meetings that could be, those that are, by their numbers.
    bound : int
        Least that series planned anew and displaced meetings cost, if it is at most the limit; else beyond it.
    finished : bool
        Proven optimal.
    """

    solution: Solution | None
    elsewhere: frozenset[int]
    displaced: frozenset[int]
    bound: int
    finished: bool


@dataclass(frozen=True)
class CpLimits:
    """What one solve may take.

    Attributes
    ----------
    seconds, deterministic : float
        Wall time, and CP-SAT's own.
    seed : int
    patterns : int
        Most starts, by group of venues, that are modelled.
    stop : callable
        Whether to end now.
    """

    seconds: float
    deterministic: float
    seed: int
    patterns: int
    stop: Callable[[], bool]


class DisplacedModel(ExactModel):
    """The exact model of some series, with other meetings that stand or are displaced.

    Parameters
    ----------
    problem : Problem
        A disruption problem.
    sub : Subproblem
    others : mapping
        Meetings of other series, by number.

    Attributes
    ----------
    stands : dict
        Number of each of them to its literal.
    scale : int
        How many times as much everything counts as that one without a weight is displaced: of solutions that cost the
        same, the one is wanted that leaves most of these where they are.
    """

    def __init__(self, problem: Problem, sub: Subproblem, others: Mapping[int, Other]) -> None:
        self._others = others
        self._standing: frozenset[int] = frozenset()
        self.stands: dict[int, cp_model.IntVar] = {}
        super().__init__(problem, sub)
        found = [self.stands[n] for n, other in others.items() if not other.weight]
        self.scale = len(found) + 1
        points = sum(cost * var for var, cost in self.objective) + self.constant
        self.cp.minimize(self.scale * points + len(found) - sum(found))

    def _one_place_at_a_time(self) -> None:
        for number, other in self._others.items():
            literal = self._bool(-other.weight)
            self.constant += other.weight
            self.stands[number] = literal
            for r, d, begin, end, site in other.taken:
                self.uses[r, d].append(Taking(literal, other.series, begin, end, site))
        super()._one_place_at_a_time()

    def _literals_of(self, solution: Solution) -> set[int]:
        standing = {self.stands[n].index for n in self._standing if n in self.stands}
        return super()._literals_of(solution) | standing

    def hint_all(self, solution: Solution, standing: Iterable[int]) -> None:
        """Give chains, and the other meetings that stand, as a complete hint."""
        self._standing = frozenset(standing)
        self.hint(solution)


def must_take(problem: Problem, kept: Kept) -> tuple[Taken, ...]:
    """List what a meeting takes up where it stands, whoever comes: its room, and those it can't be held without.

    Parameters
    ----------
    problem : Problem
    kept : Kept
        Where it may be the first of its series or a later one, only what either takes.
    """
    found = [
        set(takes(problem, kept.series, k, (kept.day, *where)))
        for k, where in enumerate(kept.at)
        if where is not None
    ]
    return tuple(sorted(set.intersection(*found))) if found else ()


def takes(problem: Problem, s: int, k: int, row: tuple[int, int, int]) -> Iterator[Taken]:
    """Give what a meeting (day, start, venue) of series ``s`` takes up, whoever comes.

    Parameters
    ----------
    k : int
        0 for the first meeting of the series, 1 for a later one.
    """
    tab = problem.tables
    d, start, venue = row
    b = int(tab.node_block[k, s, d])
    begin = int(tab.start_minute[start])
    if tab.block_forced[b]:
        return
    r = int(tab.venue_res[venue])
    if r >= 0:
        yield r, d, begin, begin + int(tab.block_length[b]), -1
    group = int(np.searchsorted(tab.venue_ptr, venue, side="right")) - 1
    yield from people_needed(problem, b, group, d, begin)


def solve_relaxed(
    problem: Problem,
    priced: Priced,
    commits: Commits,
    series: list[int],
    alone: Mapping[int, int],
    spare: int,
    others: Mapping[int, Other],
    present: Solution,
    standing: Iterable[int],
    limits: CpLimits,
) -> Relaxed | None:
    """Solve the relaxation in which some series together may cost ``spare`` more than each of them alone.

    Parameters
    ----------
    problem : Problem
        A disruption problem.
    priced : Priced
        Without prices.
    commits : Commits
        Of pinned meetings.
    series : list of int
        Planned anew.
    alone : mapping
        Least that each of them costs.
    spare : int
    others : mapping
        See `DisplacedModel`.
    present, standing : Solution, iterable of int
        The hint.
    limits : CpLimits

    Returns
    -------
    Relaxed or None
        ``None`` where there would be too many starts.
    """
    least = sum(alone[s] for s in series)
    sub = make_subproblem(problem, priced, commits, series, least + spare, LISTED * limits.patterns)
    if sub is None:
        return None
    sub = without_needless(problem, sub, others)
    if sum(len(one.patterns) for one in sub.choices) > limits.patterns:
        return None
    beyond = {one.series: alone[one.series] + spare + 1 for one in sub.choices}
    # A chain beyond the spare is one literal, so that there is always a solution, and its cost says what it proves.
    choices = tuple(_or_elsewhere(one, beyond[one.series]) for one in sub.choices)
    model = DisplacedModel(problem, dataclasses.replace(sub, choices=choices), others)
    hinted = present.copy()
    for s in series:
        if present.cost[s] >= beyond[s]:
            hinted.n[s] = 0
    model.hint_all(hinted, standing)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = limits.seed
    solver.parameters.linearization_level = 2
    solver.parameters.max_deterministic_time = limits.deterministic
    solver.parameters.max_time_in_seconds = limits.seconds
    solver.parameters.catch_sigint_signal = False
    bound = least
    while True:
        status = solve_model(solver, model.cp, limits.stop)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return Relaxed(None, frozenset(), frozenset(), bound, finished=False)
        bound = max(bound, math.ceil(solver.best_objective_bound - 1e-6) // model.scale)
        chosen = {i for i, value in enumerate(solver.response_proto.solution) if value}
        if not model.forbid_travel(chosen) or status == cp_model.FEASIBLE:
            break
    found = present.copy()
    model.read(solver, found)
    elsewhere = frozenset(
        one.series
        for one in choices
        if one.none_cost == beyond[one.series] and solver.boolean_value(model.none[one.series])
    )
    displaced = frozenset(
        n for n, literal in model.stands.items() if others[n].weight and not solver.boolean_value(literal)
    )
    return Relaxed(found, elsewhere, displaced, bound, finished=status == cp_model.OPTIMAL)


def _or_elsewhere(choices: SeriesChoices, cost: int) -> SeriesChoices:
    if choices.none_cost is not None and choices.none_cost < cost:
        return choices
    return dataclasses.replace(choices, none_cost=cost)
