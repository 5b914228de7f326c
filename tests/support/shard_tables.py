"""Everything a problem says of a series, with names in place of numbers: the same for a series wherever it was compiled.

``series_tables`` leaves out what numbers the rows have, and whether somebody or some room is a resource: a shard's resources
are those that two of its own series need.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solver.problem.tables import Problem
from solver.problem.travel import Travel
from solver.schema.caseload import Caseload
from solver.series import Series


def series_tables(caseload: Caseload, problem: Problem) -> dict[str, Any]:
    """By series id."""
    reader = _Reader(caseload, problem)
    return {one.id: reader.of(s) for s, one in enumerate(problem.series)}


class _Reader:
    def __init__(self, caseload: Caseload, problem: Problem) -> None:
        self.problem = problem
        self.tab = problem.tables
        self.sites = Travel(caseload).sites

    def of(self, s: int) -> dict[str, Any]:
        problem, tab = self.problem, self.tab
        blocks = [b for b, info in enumerate(problem.blocks) if info.series == s]
        return {
            "series": _series(problem.series[s]),
            "blocks": [self._block(b) for b in blocks],
            "nodes": [[self._node(k, s, d, blocks) for d in range(len(problem.days))] for k in range(2)],
            "same": int(tab.series_same[s]),
            "first": tab.first_cost[s].tolist(),
            "gap": tab.gap_cost[tab.gap_index[s]].tolist(),
            "end": tab.end_cost[s].tolist(),
            "none": int(tab.none_cost[s]),
            "pinned": {d: name for (one, d), name in problem.pinned.items() if one == s},
        }

    def _node(self, k: int, s: int, d: int, blocks: list[int]) -> Any:
        tab, b = self.tab, int(self.tab.node_block[k, s, d])
        if b < 0:
            return None
        lo, hi = int(tab.node_lo[k, s, d]), int(tab.node_hi[k, s, d])
        starts = [
            part[lo:hi].tolist()
            for part in (
                tab.start_minute, tab.start_cost, tab.start_actors, tab.start_venues, tab.start_bonus, tab.start_floor,
            )
        ]  # fmt: skip
        bonus = [None if v < 0 else self.problem.venues[v] for v in tab.start_bonus_venue[lo:hi].tolist()]
        return blocks.index(b), starts, bonus

    def _block(self, b: int) -> Any:
        tab, info = self.tab, self.problem.blocks[b]
        actors = slice(tab.actor_ptr[b], tab.actor_ptr[b + 1])
        places = slice(tab.place_ptr[b], tab.place_ptr[b + 1])
        options = slice(tab.option_ptr[places.start], tab.option_ptr[places.stop])
        groups = range(tab.group_ptr[b], tab.group_ptr[b + 1])
        venues = slice(tab.venue_ptr[groups.start], tab.venue_ptr[groups.stop])
        modes = slice(tab.mode_ptr[b], tab.mode_ptr[b] + len(groups) * (options.stop - options.start))
        return {
            "who": (info.places, info.actors),
            "block": (int(tab.block_length[b]), int(tab.block_quorum[b]), int(tab.block_forced[b])),
            "actors": _lists(actors, tab.actor_offset, tab.actor_length, tab.actor_forced, tab.actor_twin),
            "places": _lists(places, tab.place_fallback, tab.place_professional),
            "options": _lists(options, tab.option_actor, tab.option_cost),
            "options of": (tab.option_ptr[places] - options.start).tolist(),
            "sites": [None if site < 0 else self.sites[site] for site in tab.group_site[groups].tolist()],
            "modes": _lists(modes, tab.mode_in_person, tab.mode_remote),
            "venues": [self.problem.venues[v] for v in tab.venue_id[venues].tolist()],
            "of venues": _lists(venues, tab.venue_cost, tab.venue_bit),
            "venues of": (tab.venue_ptr[groups] - venues.start).tolist(),
        }


def _series(series: Series) -> Series:
    """Without the venues that a family refused: which of them are in the caseload makes no difference."""
    plans = tuple(
        plan.model_copy(update={"venue": plan.venue.model_copy(update={"never": ()})})
        for plan in series.plans
    )
    return replace(series, plans=plans)


def resource_tables(caseload: Caseload, problem: Problem) -> dict[str, Any]:
    """What a problem says of each resource, by name."""
    tab, sites = problem.tables, Travel(caseload).sites
    return {
        name: (
            int(tab.res_cap[r]),
            int(tab.res_soft[r]),
            dict(zip(sites, tab.allowance[r].tolist(), strict=False)),
        )
        for r, name in enumerate(problem.resources)
    }


def travel_table(caseload: Caseload, problem: Problem) -> dict[tuple[str, str], int]:
    """Minutes between sites, by their ids."""
    sites = Travel(caseload).sites
    return {
        (a, b): int(problem.tables.travel[i, j]) for i, a in enumerate(sites) for j, b in enumerate(sites)
    }


def _lists(rows: slice, *columns: NDArray[np.integer[Any]]) -> list[list[int]]:
    return [column[rows].tolist() for column in columns]
