"""The exact model: what a calendar of some series is, on the starts that reduced costs leave, everything else fixed.

Its starts, venues, places and chains are literals, so that every resource is a handful of at-most-ones: on pruned starts this
has a far tighter relaxation than intervals. Travel between sites is added where a solution breaks it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from ortools.sat.python import cp_model

from solver.engine.filling import can_travel
from solver.engine.state import Commits, Solution
from solver.engine.subproblem import Pattern, SeriesChoices, Subproblem
from solver.problem.tables import BIG, Problem

Filling = tuple[int, int, int, int, int]
"""One way to fill a place: (choice, actor, cost, resource, site or -1 when remote)."""


@dataclass(frozen=True)
class Taking:
    """One way of taking up a resource's time: the literal that decides it, and where and when."""

    literal: cp_model.IntVar
    series: int
    begin: int
    end: int
    site: int


@dataclass
class PatternVars:
    """Literals of one pattern."""

    pattern: Pattern
    chosen: cp_model.IntVar
    venues: list[tuple[int, cp_model.IntVar]] = field(default_factory=list)
    places: list[list[tuple[int, cp_model.IntVar]]] = field(default_factory=list)
    """By place: (choice as in ``fill_places``, literal)."""


class ExactModel:
    """Builds the model rule by rule; the method names are its table of contents."""

    def __init__(self, problem: Problem, sub: Subproblem) -> None:
        self.problem = problem
        self.tab = problem.tables
        self.sub = sub
        self.cp = cp_model.CpModel()
        self.objective: list[tuple[cp_model.IntVar, int]] = []
        self.constant = 0
        self.patterns: dict[int, list[PatternVars]] = {}
        self.arcs: dict[int, dict[tuple[int, int], cp_model.IntVar]] = {}
        self.ends: dict[int, dict[int, cp_model.IntVar]] = {}
        self.none: dict[int, cp_model.IntVar] = {}
        self.uses: defaultdict[tuple[int, int], list[Taking]] = defaultdict(list)
        for choices in sub.choices:
            self._meetings(choices)
            self._chain(choices)
        self._one_place_at_a_time()
        self._meetings_a_day()
        self.cp.minimize(sum(cost * var for var, cost in self.objective) + self.constant)

    def _bool(self, cost: int = 0) -> cp_model.IntVar:
        var = self.cp.new_bool_var("")
        if cost:
            self.objective.append((var, cost))
        return var

    # --- one meeting -----------------------------------------------------------------------------

    def _meetings(self, choices: SeriesChoices) -> None:
        self.patterns[choices.series] = []
        for pattern in choices.patterns:
            found = self._pattern(choices.series, pattern)
            if found is not None:
                self.patterns[choices.series].append(found)

    def _pattern(self, s: int, pattern: Pattern) -> PatternVars | None:
        tab = self.tab
        variables = PatternVars(pattern, self._bool(int(tab.start_cost[pattern.start])))
        self._one_venue(s, variables)
        for p in range(int(tab.place_ptr[pattern.block]), int(tab.place_ptr[pattern.block + 1])):
            self._one_filling(s, variables, p)
        self._deputies_once(variables)
        self._quorum(variables)
        return variables

    def _one_venue(self, s: int, variables: PatternVars) -> None:
        tab, commits = self.tab, self.sub.commits
        pattern = variables.pattern
        begin = int(tab.start_minute[pattern.start])
        end = begin + int(tab.block_length[pattern.block])
        open_venues = int(tab.start_venues[pattern.start])
        possible: list[tuple[int, int, int]] = []
        for v in range(int(tab.venue_ptr[pattern.group]), int(tab.venue_ptr[pattern.group + 1])):
            if not open_venues >> int(tab.venue_bit[v]) & 1:
                continue
            r = int(tab.venue_res[v])
            counted = r >= 0 and tab.block_forced[pattern.block] == 0
            if counted and not _free(commits, r, pattern.day, begin, end):
                continue
            cost = int(tab.venue_cost[v])
            if tab.start_bonus_venue[pattern.start] == tab.venue_id[v]:
                cost -= int(tab.start_bonus[pattern.start])
            possible.append((v, r if counted else -1, cost))
        literals = self._choose_one(variables.chosen, [cost for _, _, cost in possible])
        for (v, r, _), literal in zip(possible, literals, strict=True):
            variables.venues.append((v, literal))
            if r >= 0:
                self.uses[r, pattern.day].append(Taking(literal, s, begin, end, -1))

    def _one_filling(self, s: int, variables: PatternVars, p: int) -> None:
        tab = self.tab
        pattern = variables.pattern
        b = pattern.block
        fallback = int(tab.place_fallback[p])
        quorum = int(tab.block_quorum[b]) > 0
        found, sure = self._worth_while(self._fillings(pattern, p), p, fallback, quorum=quorum)
        costs = [cost for _, _, cost, _, _ in found]
        if fallback < BIG and not sure:
            costs.append(fallback)
        literals = self._choose_one(variables.chosen, costs)
        places: list[tuple[int, cp_model.IntVar]] = []
        for (choice, a, _, r, site), literal in zip(found, literals, strict=False):
            places.append((choice, literal))
            if r >= 0 and tab.actor_forced[a] == 0:
                begin = int(tab.start_minute[pattern.start]) + int(tab.actor_offset[a])
                self.uses[r, pattern.day].append(
                    Taking(literal, s, begin, begin + int(tab.actor_length[a]), site)
                )
        if len(literals) > len(found):
            places.append((-1, literals[-1]))
        variables.places.append(places)

    def _worth_while(
        self, found: list[Filling], p: int, fallback: int, *, quorum: bool
    ) -> tuple[list[Filling], bool]:
        """Leave out fillings that another makes pointless; also returns whether the one left is sure to be best."""
        alone: dict[int, int] = {}
        for _, a, cost, r, _ in found:
            if r < 0:
                alone[a] = min(cost, alone.get(a, BIG))
        # Somebody no other series needs comes in the cheapest way; nobody comes at more than staying away costs, unless a
        # quorum needs them.
        kept = [
            filling
            for filling in found
            if not (filling[3] < 0 and filling[2] > alone[filling[1]]) and (quorum or filling[2] < fallback)
        ]
        # And if the person whose place it is can come and no other series needs them, nobody else need be thought of.
        b = int(np.searchsorted(self.tab.place_ptr, p, side="right")) - 1
        own = int(self.tab.actor_ptr[b]) + int(self.tab.option_actor[int(self.tab.option_ptr[p])])
        cheapest = min((cost for _, _, cost, _, _ in kept), default=BIG)
        for filling in kept:
            if filling[3] < 0 and filling[1] == own and filling[2] <= min(cheapest, fallback):
                return [filling], True
        return kept, False

    def _choose_one(self, chosen: cp_model.IntVar, costs: list[int]) -> list[cp_model.IntVar]:
        """Literals of which exactly one holds where ``chosen`` does; a single way needs none of its own."""
        if len(costs) == 1:
            if costs[0]:
                self.objective.append((chosen, costs[0]))
            return [chosen]
        literals = [self._bool(cost) for cost in costs]
        self.cp.add_exactly_one([*literals, chosen.negated()])
        return literals

    def _fillings(self, pattern: Pattern, p: int) -> list[Filling]:
        """List the ways to fill a place."""
        tab, commits = self.tab, self.sub.commits
        b, d = pattern.block, pattern.day
        o0 = int(tab.option_ptr[int(tab.place_ptr[b])])
        options = int(tab.option_ptr[int(tab.place_ptr[b + 1])]) - o0
        mode0 = int(tab.mode_ptr[b]) + (pattern.group - int(tab.group_ptr[b])) * options - o0
        site = int(tab.group_site[pattern.group])
        mask = int(tab.start_actors[pattern.start])
        minute = int(tab.start_minute[pattern.start])
        found = []
        for o in range(int(tab.option_ptr[p]), int(tab.option_ptr[p + 1])):
            local = int(tab.option_actor[o])
            a = int(tab.actor_ptr[b]) + local
            if not mask >> local & 1:
                continue
            r = int(tab.actor_res[a])
            begin = minute + int(tab.actor_offset[a])
            end = begin + int(tab.actor_length[a])
            counted = r >= 0 and tab.actor_forced[a] == 0
            if counted:
                n = int(commits.n[r, d])
                if 0 < int(tab.res_cap[r]) <= n or not _free(commits, r, d, begin, end):
                    continue
            cost = int(tab.option_cost[o])
            in_person, remote = int(tab.mode_in_person[mode0 + o]), int(tab.mode_remote[mode0 + o])
            if in_person < BIG and (
                not counted or can_travel(self.problem.packed, commits, r, d, begin, end, site)
            ):
                found.append((2 * (o - o0), a, cost + in_person, r, site))
            if remote < BIG:
                found.append((2 * (o - o0) + 1, a, cost + remote, r, -1))
        return found

    def _deputies_once(self, variables: PatternVars) -> None:
        tab = self.tab
        b = variables.pattern.block
        o0 = int(tab.option_ptr[int(tab.place_ptr[b])])
        actors = self.problem.blocks[b].actors
        by_person: defaultdict[str, list[tuple[int, cp_model.IntVar]]] = defaultdict(list)
        for p, literals in enumerate(variables.places):
            for choice, literal in literals:
                if choice >= 0:
                    by_person[actors[int(tab.option_actor[o0 + choice // 2])]].append((p, literal))
        for found in by_person.values():
            if len({p for p, _ in found}) > 1:
                self.cp.add_at_most_one([literal for _, literal in found])

    def _quorum(self, variables: PatternVars) -> None:
        tab = self.tab
        b = variables.pattern.block
        quorum = int(tab.block_quorum[b])
        if quorum == 0:
            return
        p0 = int(tab.place_ptr[b])
        coming = [
            literal
            for p, literals in enumerate(variables.places)
            if tab.place_professional[p0 + p]
            for choice, literal in literals
            if choice >= 0
        ]
        self.cp.add(sum(coming) >= quorum * variables.chosen)

    # --- one chain -------------------------------------------------------------------------------

    def _chain(self, choices: SeriesChoices) -> None:
        s, tab = choices.series, self.tab
        on_day: dict[bool, defaultdict[int, list[cp_model.IntVar]]] = {
            True: defaultdict(list),
            False: defaultdict(list),
        }
        for variables in self.patterns[s]:
            on_day[variables.pattern.first][variables.pattern.day].append(variables.chosen)
        arcs = {(arc.i, arc.j): self._bool(arc.cost) for arc in choices.arcs}
        ends = {d: self._bool(cost) for d, cost in choices.ends.items()}
        self.arcs[s], self.ends[s] = arcs, ends
        begin = [literal for literals in on_day[True].values() for literal in literals]
        for d, literals in on_day[True].items():
            for literal in literals:
                self.objective.append((literal, int(tab.first_cost[s, d])))
        if choices.none_cost is not None:
            self.none[s] = self._bool(choices.none_cost)
            begin = [*begin, self.none[s]]
        self.cp.add_exactly_one(begin)
        into: defaultdict[int, list[cp_model.IntVar]] = defaultdict(list)
        out: defaultdict[int, list[cp_model.IntVar]] = defaultdict(list)
        for (i, j), literal in arcs.items():
            into[j].append(literal)
            out[i].append(literal)
        for d, literal in ends.items():
            out[d].append(literal)
        for d in {*on_day[True], *on_day[False], *into, *out}:
            held = on_day[True][d] + on_day[False][d]
            self.cp.add(sum(on_day[False][d]) == sum(into[d]))
            self.cp.add(sum(held) == sum(out[d]))
            if len(held) > 1:
                self.cp.add_at_most_one(held)

    # --- between series --------------------------------------------------------------------------

    def _one_place_at_a_time(self) -> None:
        for found in self.uses.values():
            if len({use.series for use in found}) < 2:
                continue
            seen: set[frozenset[int]] = set()
            for moment in sorted({use.begin for use in found}):
                taking = [use for use in found if use.begin <= moment < use.end]
                key = frozenset(use.literal.index for use in taking)
                if len({use.series for use in taking}) > 1 and key not in seen:
                    seen.add(key)
                    self.cp.add_at_most_one([use.literal for use in taking])

    def _meetings_a_day(self) -> None:
        tab, commits = self.tab, self.sub.commits
        for (r, d), found in self.uses.items():
            n = int(commits.n[r, d])
            cap = int(tab.res_cap[r])
            total = [use.literal for use in found]
            series = len({use.series for use in found})
            if cap and n + series > cap:
                self.cp.add(sum(total) <= cap - n)
            if tab.res_soft[r] and n + series > tab.soft_cap:
                beyond = self.cp.new_int_var(0, series, "")
                self.cp.add(beyond >= sum(total) - max(0, int(tab.soft_cap) - n))
                self.objective.append((beyond, int(tab.soft_cost)))

    def forbid_travel(self, chosen: set[int]) -> int:
        """Add the travel rule for the resources and days on which the chosen literals break it; returns how many."""
        added = 0
        for (r, _), found in self.uses.items():
            there = [use for use in found if use.site >= 0]
            if len(there) < 2:
                continue
            here = [use for use in there if use.literal.index in chosen]
            if not any(self._too_far(r, a, b) for i, a in enumerate(here) for b in here[i + 1 :]):
                continue
            for i, a in enumerate(there):
                for b in there[i + 1 :]:
                    if a.series != b.series and self._too_far(r, a, b):
                        self.cp.add_bool_or([a.literal.negated(), b.literal.negated()])
                        added += 1
        return added

    def _too_far(self, r: int, a: Taking, b: Taking) -> bool:
        tab = self.tab
        if a.site == b.site:
            return False
        first, second = (a, b) if a.begin <= b.begin else (b, a)
        gap = second.begin - first.end
        explicit = int(tab.travel[first.site, second.site])
        needed = explicit if explicit >= 0 else int(tab.allowance[r, a.site]) + int(tab.allowance[r, b.site])
        return 0 <= gap < needed

    # --- hints and answers -----------------------------------------------------------------------

    def hint(self, solution: Solution) -> None:
        """Give the present chains as a complete hint."""
        on = self._literals_of(solution)
        for index in range(len(self.cp.proto.variables)):
            var = self.cp.get_int_var_from_proto_index(index)
            if index in on:
                self.cp.add_hint(var, 1)
            elif self.cp.proto.variables[index].domain[1] == 1:
                self.cp.add_hint(var, 0)

    def _literals_of(self, solution: Solution) -> set[int]:
        on: set[int] = set()
        for s, patterns in self.patterns.items():
            n = int(solution.n[s])
            if n == 0:
                if s in self.none:
                    on.add(self.none[s].index)
                continue
            days = solution.rows[s, :n, 0].tolist()
            for i, j in pairwise(days):
                if (i, j) in self.arcs[s]:
                    on.add(self.arcs[s][i, j].index)
            if days[-1] in self.ends[s]:
                on.add(self.ends[s][days[-1]].index)
            rows = {
                (int(solution.rows[s, i, 1]), i == 0): (int(solution.rows[s, i, 2]), solution.choice[s, i])
                for i in range(n)
            }
            for variables in patterns:
                row = rows.get((variables.pattern.start, variables.pattern.first))
                if row is None:
                    continue
                at = next((literal for v, literal in variables.venues if v == row[0]), None)
                if at is None:
                    continue
                on |= {variables.chosen.index, at.index}
                for literals, choice in zip(variables.places, row[1].tolist(), strict=False):
                    on |= {literal.index for value, literal in literals if value == choice}
        return on

    def read(self, solver: cp_model.CpSolver, solution: Solution) -> int:
        """Write the chains found into the rows of ``solution``; returns their cost as the model counts it."""
        for s, patterns in self.patterns.items():
            held = sorted(
                (v for v in patterns if solver.boolean_value(v.chosen)), key=lambda v: v.pattern.day
            )
            solution.n[s] = len(held)
            for i, variables in enumerate(held):
                venue = next(v for v, literal in variables.venues if solver.boolean_value(literal))
                solution.rows[s, i] = (variables.pattern.day, variables.pattern.start, venue)
                solution.choice[s, i] = -1
                for p, literals in enumerate(variables.places):
                    solution.choice[s, i, p] = next(
                        choice for choice, literal in literals if solver.boolean_value(literal)
                    )
        return round(solver.objective_value)


def _free(commits: Commits, r: int, d: int, begin: int, end: int) -> bool:
    return not any(a < end and begin < b for a, b, *_ in commits.rows[r, d, : commits.n[r, d]].tolist())
