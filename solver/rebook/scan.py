"""Every start and venue of one series' meeting on some days, with what each would cost by level.

Names in capitals say where a table begins, see ``solver.problem.layout``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit
from numba.core import config
from numpy.typing import NDArray

from solver.engine.filling import COMMITTED, INF, fill_places, is_free, wide
from solver.engine.state import Commits, no_prices
from solver.problem.layout import (
    ACTOR_PTR,
    ACTOR_RES,
    BLOCK_FORCED,
    BLOCK_LENGTH,
    DAYS,
    GROUP_PTR,
    MODE_IN_PERSON,
    MODE_PTR,
    MODE_REMOTE,
    NODE_BLOCK,
    NODE_HI,
    NODE_LO,
    OPTION_ACTOR,
    OPTION_COST,
    OPTION_PTR,
    PLACE_FALLBACK,
    PLACE_PTR,
    RES_SOFT,
    SERIES,
    SOFT_CAP,
    SOFT_COST,
    START_COST,
    START_MINUTE,
    VENUE_BIT,
    VENUE_PTR,
    VENUE_RES,
)
from solver.problem.tables import MAX_ACTORS, Ints, Problem
from solver.score import WEIGHTS

Masks = NDArray[np.uint64]
"""[candidates] a bit for each actor of the block."""


@dataclass(frozen=True)
class Candidates:
    """Feasible meetings, one a row: everybody who can come does, as is cheapest.

    Attributes
    ----------
    rows : [N, 6]
        Day, start, venue, and points of attendance, family and convenience (its weekday left out).
    in_person, remote : [N]
        Who fills a place, by actor of the day's block.
    """

    rows: NDArray[np.int32]
    in_person: Masks
    remote: Masks


@njit(cache=True)
def scan(
    tab: Any,
    commits: Any,
    prices: Any,
    s: int,
    k: int,
    on: Any,
    venue_family: Any,
    rows: Any,
    in_person: Any,
    remote: Any,
) -> int:
    """Fill ``rows`` and the masks with the feasible meetings of a series on some days, of class ``k``; returns how many."""
    ints, at = tab.ints, tab.at
    choice = np.empty(MAX_ACTORS + 1, dtype=np.int32)
    n = 0
    for d in on:
        node = (k * at[SERIES] + s) * at[DAYS] + d
        b = wide(ints[at[NODE_BLOCK] + node])
        if b < 0:
            continue
        p0, p1 = ints[at[PLACE_PTR] + b], ints[at[PLACE_PTR] + b + 1]
        o0 = ints[at[OPTION_PTR] + p0]
        options = ints[at[OPTION_PTR] + p1] - o0
        a0 = ints[at[ACTOR_PTR] + b]
        g0 = ints[at[GROUP_PTR] + b]
        for start in range(wide(ints[at[NODE_LO] + node]), wide(ints[at[NODE_HI] + node])):
            minute = ints[at[START_MINUTE] + start]
            for group in range(g0, ints[at[GROUP_PTR] + b + 1]):
                mode0 = ints[at[MODE_PTR] + b] + (group - g0) * options
                for v in range(wide(ints[at[VENUE_PTR] + group]), wide(ints[at[VENUE_PTR] + group + 1])):
                    bit = np.uint64(ints[at[VENUE_BIT] + v])
                    if (tab.venues[start] >> bit) & np.uint64(1) == np.uint64(0):
                        continue
                    r = ints[at[VENUE_RES] + v]
                    if (
                        r >= 0
                        and ints[at[BLOCK_FORCED] + b] == 0
                        and not is_free(commits, r, d, minute, minute + ints[at[BLOCK_LENGTH] + b])
                    ):
                        continue
                    cost = fill_places(tab, commits, prices, b, start, v, d, 0.0, COMMITTED, choice)
                    if cost >= INF:
                        continue
                    attendance = 0
                    family = ints[at[START_COST] + start] + venue_family[v, 0]
                    convenience = venue_family[v, 1]
                    there = np.uint64(0)
                    away = np.uint64(0)
                    for p in range(p0, p1):
                        c = choice[p - p0]
                        if c < 0:
                            attendance += ints[at[PLACE_FALLBACK] + p]
                            continue
                        attendance += ints[at[OPTION_COST] + o0 + c // 2]
                        a = ints[at[OPTION_ACTOR] + o0 + c // 2]
                        if c % 2 == 1:
                            family += ints[at[MODE_REMOTE] + mode0 + c // 2]
                            away |= np.uint64(1) << np.uint64(a)
                        else:
                            convenience += ints[at[MODE_IN_PERSON] + mode0 + c // 2]
                            there |= np.uint64(1) << np.uint64(a)
                        who = ints[at[ACTOR_RES] + a0 + a]
                        if who >= 0 and ints[at[RES_SOFT] + who] == 1 and commits.n[who, d] >= at[SOFT_CAP]:
                            convenience += at[SOFT_COST]
                    rows[n, 0] = d
                    rows[n, 1] = start
                    rows[n, 2] = v
                    rows[n, 3] = attendance
                    rows[n, 4] = family
                    rows[n, 5] = convenience
                    in_person[n] = there
                    remote[n] = away
                    n += 1
    return n


def is_compiled() -> bool:
    """Whether this machine has compiled the scan before."""
    return any(Path(config.CACHE_DIR).rglob("scan.scan-*.nbi"))  # type: ignore[attr-defined]


def scan_days(
    problem: Problem, packed: Any, commits: Commits, s: int, k: int, days: Sequence[int]
) -> Candidates:
    """Find every feasible meeting of a series on some days.

    Parameters
    ----------
    problem : Problem
    packed : Packed
        The problem's, or with fewer people free.
    commits : Commits
        What is in the way.
    s : int
        Series.
    k : int
        0 for the first meeting of the series in the calendar, 1 for a later one.
    days : sequence of int
    """
    tab = problem.tables
    most = 0
    for d in days:
        b = int(tab.node_block[k, s, d])
        if b >= 0:
            venues = tab.venue_ptr[tab.group_ptr[b + 1]] - tab.venue_ptr[tab.group_ptr[b]]
            most += int(venues) * int(tab.node_hi[k, s, d] - tab.node_lo[k, s, d])
    rows = np.empty((most, 6), dtype=np.int32)
    masks = np.empty((2, most), dtype=np.uint64)
    on = np.array(days, dtype=np.int64)
    n = scan(packed, commits, no_prices(problem), s, k, on, _venue_points(problem), rows, masks[0], masks[1])
    return Candidates(rows[:n], masks[0, :n], masks[1, :n])


def _venue_points(problem: Problem) -> Ints:
    """[venues, 2] points of a venue for the family's wishes, and for its size."""
    unit = WEIGHTS["venue_not_preferred"]
    assert WEIGHTS["spare_seats_cap"] < unit
    size = problem.tables.venue_cost % unit
    return np.stack([problem.tables.venue_cost - size, size], axis=1)
