"""Meetings as shards exchange them: by date, minute and venue, and who or what they take up."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from solver.engine.planned import Plan
from solver.engine.state import Solution
from solver.problem.tables import Problem
from solver.problem.uses import Use


class Held(NamedTuple):
    """One meeting of a chain."""

    day: int
    """Ordinal of its date."""
    minute: int
    venue: str
    choice: tuple[int, ...]
    """Who fills each place, as in ``filling.fill_places``: the same in every shard that has the series."""


def chains_of(problem: Problem, solution: Solution) -> list[list[Held]]:
    """Return each series' meetings."""
    tab = problem.tables
    found = []
    for s in range(len(problem.series)):
        chain = []
        for i, (d, start, v) in enumerate(solution.rows[s, : int(solution.n[s])].tolist()):
            b = int(tab.node_block[min(i, 1), s, d])
            places = int(tab.place_ptr[b + 1] - tab.place_ptr[b])
            chain.append(
                Held(
                    problem.days[d].toordinal(),
                    int(tab.start_minute[start]),
                    problem.venues[int(tab.venue_id[v])],
                    tuple(solution.choice[s, i, :places].tolist()),
                )
            )
        found.append(chain)
    return found


def uses_of(problem: Problem, solution: Solution, sites: list[str]) -> list[list[Use]]:
    """Return what each series takes up, of everybody and every room that can be in one place only.

    What a pinned meeting holds in any case isn't among it, see `solver.scale.pinned`.

    Parameters
    ----------
    problem : Problem
    solution : Solution
    sites : list of str
        As in ``Travel.sites``.
    """
    tab = problem.tables
    found = []
    for s in range(len(problem.series)):
        uses = []
        for i, (d, start, v) in enumerate(solution.rows[s, : int(solution.n[s])].tolist()):
            b = int(tab.node_block[min(i, 1), s, d])
            day, minute = problem.days[d].toordinal(), int(tab.start_minute[start])
            group = int(np.searchsorted(tab.venue_ptr, v, side="right")) - 1
            site = int(tab.group_site[group])
            if site >= 0 and tab.block_forced[b] == 0:
                venue = f"venue:{problem.venues[int(tab.venue_id[v])]}"
                uses.append(Use(venue, day, minute, minute + int(tab.block_length[b]), ""))
            o0, a0 = int(tab.option_ptr[int(tab.place_ptr[b])]), int(tab.actor_ptr[b])
            for choice in solution.choice[s, i, : int(tab.place_ptr[b + 1] - tab.place_ptr[b])].tolist():
                if choice < 0:
                    continue
                local = int(tab.option_actor[o0 + choice // 2])
                if tab.actor_forced[a0 + local] == 1:
                    continue
                begin = minute + int(tab.actor_offset[a0 + local])
                uses.append(
                    Use(
                        f"person:{problem.blocks[b].actors[local]}",
                        day,
                        begin,
                        begin + int(tab.actor_length[a0 + local]),
                        sites[site] if site >= 0 and choice % 2 == 0 else "",
                    )
                )
        found.append(uses)
    return found


def plan_of(problem: Problem, chains: list[list[Held]]) -> Plan:
    """Return chains as starts and venues of the problem; a chain with a meeting that has none there is left out."""
    tab = problem.tables
    day_of = {day.toordinal(): d for d, day in enumerate(problem.days)}
    plan = {}
    for s, chain in enumerate(chains):
        rows = []
        for i, held in enumerate(chain):
            d = day_of.get(held.day, -1)
            b = int(tab.node_block[min(i, 1), s, d]) if d >= 0 else -1
            if b < 0:
                break
            lo, hi = int(tab.node_lo[min(i, 1), s, d]), int(tab.node_hi[min(i, 1), s, d])
            at = np.nonzero(tab.start_minute[lo:hi] == held.minute)[0]
            first, last = (int(tab.venue_ptr[int(tab.group_ptr[b + k])]) for k in range(2))
            where = [v for v in range(first, last) if problem.venues[int(tab.venue_id[v])] == held.venue]
            if len(at) == 0 or not where:
                break
            rows.append((d, lo + int(at[0]), where[0]))
        else:
            plan[s] = tuple(rows)
    return plan


def solution_of(problem: Problem, chains: list[list[Held]], empty: Solution) -> Solution:
    """Write chains into ``empty``, as they are.

    Raises
    ------
    ValueError
        The problem has no such start: the chains are not from a problem that agrees with this one.
    """
    plan = plan_of(problem, chains)
    for s, chain in enumerate(chains):
        if s not in plan:
            raise ValueError(f"series {s} holds a meeting where it has no start")
        empty.n[s] = len(chain)
        for i, held in enumerate(chain):
            empty.rows[s, i] = plan[s][i]
            empty.choice[s, i] = -1
            empty.choice[s, i, : len(held.choice)] = held.choice
    return empty


def read_chains(document: list[Any]) -> list[list[Held]]:
    """Chains as they came over the wire."""
    return [
        [Held(day, minute, venue, tuple(choice)) for day, minute, venue, choice in chain]
        for chain in document
    ]


def read_uses(document: list[Any]) -> list[list[Use]]:
    """Uses as they came over the wire."""
    return [[Use(*use) for use in uses] for uses in document]
