"""Solves the model within its time, as often as travel asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from ortools.sat.python import cp_model

from benchmarks.peers.one_shot.held import Chains
from benchmarks.peers.one_shot.journeys import Journeys, Pair
from benchmarks.peers.one_shot.limits import Limits
from benchmarks.peers.one_shot.model import OneShot

Watch = Callable[[float, int], None]
POOR_NEIGHBOURHOODS: Final = (
    "scheduling_intervals_lns",
    "scheduling_precedences_lns",
    "scheduling_resource_windows_lns",
    "scheduling_time_window_lns",
)
"""They free far too much at once here: ten of them in the time of a hundred others, and hardly ever better."""
SHARE: Final = 0.2
"""Of the time that is left, for one round."""
MANY: Final = 6
"""Pairs of meetings without time to travel between them after which a round is ended."""
MENDING: Final = 2
"""Times that it takes to a round's first solution, for each attempt to mend one."""
AT_LEAST: Final = 0.3
"""Seconds to mend one."""
PAUSE: Final = 0.1
"""Seconds between two looks at solutions."""


@dataclass(frozen=True)
class _Answer:
    """What a round gave: the values of all variables, their cost, and how soon the first was there."""

    values: list[int]
    cost: int
    optimal: bool
    start_up: float


class Search:
    """Looks for better calendars than the model's hint, which is the best lawful one at all times.

    Attributes
    ----------
    cost
        Of the best lawful calendar.
    """

    def __init__(self, model: OneShot, journeys: Journeys, cost: int, limits: Limits, watch: Watch) -> None:
        self._model, self._journeys, self._limits, self._watch = model, journeys, limits, watch
        self.cost = cost

    @property
    def best(self) -> Chains:
        """The best lawful calendar."""
        return self._model.read(self._model.build.hint)

    def run(self) -> None:
        """Search until the end."""
        limits = self._limits
        reserve = 0.1 * limits.left
        start_up = 0.05 * limits.left
        while (left := limits.left - reserve) > 2 * start_up:
            answer = self._round(left, left if self._model.exact else max(8 * start_up, SHARE * left))
            if answer is None:
                return
            start_up = min(start_up, answer.start_up)
            before = limits.left
            pairs = self._journeys.broken(self._model.read(answer.values))
            if not pairs:
                self.take(answer.values, answer.cost)
                if answer.optimal:
                    return
            elif self._mend(answer.values, pairs, max(AT_LEAST, MENDING * start_up)):
                reserve = min(reserve, 2 * (before - limits.left))

    def take(self, values: Sequence[int], cost: int) -> None:
        """Keep a lawful calendar if it is better."""
        if cost < self.cost:
            self.cost = cost
            self._model.build.hint = dict(enumerate(values))
            self._watch(self._limits.spent, cost)

    def _round(self, seconds: float, enough: float) -> _Answer | None:
        """Solve the model as it is: for ``enough`` seconds, or all of them as long as there is no solution."""
        build = self._model.build
        solver = self._solver(seconds)
        if self._model.exact:
            solver.parameters.linearization_level = 2
            solver.parameters.extra_subsolvers.append("quick_restart")
        else:
            self._only_neighbourhoods(solver)
        _hint(build.cp, build.hint)
        looking = _Looking(self, self._model, self._journeys, self._limits, enough)
        status = _valid(solver.solve(build.cp, looking))
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        return _Answer(
            list(solver.response_proto.solution),
            round(solver.objective_value),
            status == cp_model.OPTIMAL,
            looking.first,
        )

    def _solver(self, seconds: float) -> cp_model.CpSolver:
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = self._limits.workers
        solver.parameters.random_seed = self._limits.seed
        solver.parameters.max_time_in_seconds = max(0.05, seconds)
        # CP-SAT's own handler of Ctrl-C would end the process.
        solver.parameters.catch_sigint_signal = False
        return solver

    def _only_neighbourhoods(self, solver: cp_model.CpSolver) -> None:
        """All threads on neighbourhoods, and on small ones for a short time: most of what they find, they find at once."""
        meetings = sum(len(times) for times in self._model.times)
        parameters = solver.parameters
        parameters.use_lns_only = True
        parameters.ignore_subsolvers.extend(POOR_NEIGHBOURHOODS)
        parameters.linearization_level = 2
        self._hardly_presolve(solver)
        parameters.lns_initial_difficulty = min(0.3, 20 / max(1, meetings))
        parameters.lns_initial_deterministic_limit = 0.01 if meetings > 200 else 0.02

    @staticmethod
    def _hardly_presolve(solver: cp_model.CpSolver) -> None:
        solver.parameters.cp_model_probing_level = 0
        solver.parameters.max_presolve_iterations = 1
        solver.parameters.symmetry_level = 0

    def _mend(self, values: Sequence[int], pairs: set[Pair], seconds: float) -> bool:
        """Make a solution lawful: the meetings without time to travel between them are planned again, all others stay."""
        model, chains = self._model, self._model.read(values)
        free = {key for pair in pairs for key in pair}
        self._journeys.forbid(model, set(combinations(sorted(free), 2)))
        cp = model.build.cp.clone()
        self._journeys.keep_clear(model, cp, chains, free)
        # Fixed by their domains: with hints as fixed values CP-SAT 9.15 has ended the process (segmentation fault).
        cp.clear_hints()  # type: ignore[no-untyped-call]
        for s, times in enumerate(model.times):
            for k in range(len(times)):
                for index in model.decisions(s, k) if (s, k) not in free else ():
                    domain = cp.proto.variables[index].domain
                    domain.clear()
                    domain.extend([values[index], values[index]])
        # What is free is soon as good as it gets: a proof of that would take most of the time.
        solver = self._solver(min(self._limits.left, seconds))
        self._hardly_presolve(solver)
        solver.parameters.linearization_level = 0
        if _valid(solver.solve(cp)) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return False
        mended = list(solver.response_proto.solution)
        if self._journeys.broken(model.read(mended)):
            return False
        self.take(mended, round(solver.objective_value))
        return True


class _Looking(cp_model.CpSolverSolutionCallback):
    """Looks at solutions as they come, and ends the round once it has had enough time.

    Presolve alone may take longer than that: a limit of the solver's own would end the round with nothing.
    """

    def __init__(
        self, search: Search, model: OneShot, journeys: Journeys, limits: Limits, enough: float
    ) -> None:
        super().__init__()
        self._search, self._model, self._journeys, self._limits = search, model, journeys, limits
        self._began = self._looked = limits.clock()
        self._enough = enough
        self.first = 0.0

    def on_solution_callback(self) -> None:
        """Keep a lawful one; end the round where too much has to be mended."""
        now = self._limits.clock()
        if not self.first:
            self.first = now - self._began
            return
        if now - self._looked < PAUSE:
            return
        self._looked = now
        values = self.response_proto.solution
        broken = self._journeys.broken(self._model.read(values))
        if not broken:
            self._search.take(list(values), round(self.objective_value))
        elif len(broken) >= MANY and not self._model.exact:
            self.stop_search()
        if now - self._began > self._enough:
            self.stop_search()


def _hint(cp: cp_model.CpModel, values: Mapping[int, int]) -> None:
    cp.clear_hints()  # type: ignore[no-untyped-call]
    for index, value in values.items():
        cp.add_hint(cp.get_int_var_from_proto_index(index), value)


def _valid(status: cp_model.CpSolverStatus) -> cp_model.CpSolverStatus:
    """A model with a fault is not one without a solution."""
    if status == cp_model.MODEL_INVALID:
        raise ValueError("CP-SAT doesn't accept the model")
    return status
