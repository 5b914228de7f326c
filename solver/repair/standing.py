"""What stands of a calendar, in a compiled problem: what it costs that a meeting doesn't, and what is left when some must."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from solver.engine.filling import fill_places, is_free
from solver.engine.state import Commits, Prices
from solver.problem.days import local_minute
from solver.problem.layout import pack
from solver.problem.tables import BIG, Ints, Problem, Tables
from solver.schema.calendar import Calendar
from solver.schema.caseload import BookedMeeting, Caseload
from solver.score import WEIGHTS
from solver.series import series_of


@dataclass(frozen=True)
class Kept:
    """A booked meeting that isn't pinned.

    Attributes
    ----------
    booked : BookedMeeting
    series : int
    day : int
        -1 where nothing can be held on its day.
    weight : int
        Disruption if it doesn't stand.
    at : tuple of ((int, int) or None)
        By class (0: first of its series, 1: later), its start and venue in the problem's tables where the problem has them.
    """

    booked: BookedMeeting
    series: int
    day: int
    weight: int
    at: tuple[tuple[int, int] | None, tuple[int, int] | None]


def kept_meetings(
    problem: Problem, caseload: Caseload, weigh: Callable[[BookedMeeting], int]
) -> tuple[Kept, ...]:
    """Find the booked meetings of a caseload that aren't pinned in the problem compiled from it.

    Parameters
    ----------
    problem : Problem
        With ordered starts.
    caseload : Caseload
    weigh : callable
        Disruption of a booked meeting.
    """
    index = {day: d for d, day in enumerate(problem.days)}
    venues = {venue: v for v, venue in enumerate(problem.venues)}
    found = []
    for booked in caseload.booked:
        s = None if booked.pinned else series_of(booked, problem.series)
        if s is None:
            continue
        d = index.get(booked.start.date(), -1)
        at = (None, None) if d < 0 else _found(problem, s, d, booked, venues[booked.venue])
        found.append(Kept(booked, s, d, weigh(booked), at))
    return tuple(found)


def _found(
    problem: Problem, s: int, d: int, booked: BookedMeeting, venue: int
) -> tuple[tuple[int, int] | None, tuple[int, int] | None]:
    tab = problem.tables
    found: list[tuple[int, int] | None] = []
    for k in range(2):
        b = int(tab.node_block[k, s, d])
        where = None
        if b >= 0:
            lo, hi = int(tab.node_lo[k, s, d]), int(tab.node_hi[k, s, d])
            starts = lo + np.nonzero(tab.start_minute[lo:hi] == local_minute(booked.start))[0]
            first, last = (int(tab.venue_ptr[tab.group_ptr[b + i]]) for i in range(2))
            rows = first + np.nonzero(tab.venue_id[first:last] == venue)[0]
            where = next(
                (
                    (at, v)
                    for at in starts.tolist()
                    for v in rows.tolist()
                    if int(tab.start_venues[at]) >> int(tab.venue_bit[v]) & 1
                ),
                None,
            )
        found.append(where)
    return found[0], found[1]


def fits(
    problem: Problem, commits: Commits, prices: Prices, s: int, k: int, row: tuple[int, int, int]
) -> bool:
    """Whether a meeting (day, start, venue) of series ``s`` can be held with what is booked.

    Parameters
    ----------
    k : int
        0 for the first meeting of the series, 1 for a later one.
    """
    d, start, venue = row
    tab = problem.tables
    b = int(tab.node_block[k, s, d])
    r = int(tab.venue_res[venue])
    begin = int(tab.start_minute[start])
    if (
        r >= 0
        and tab.block_forced[b] == 0
        and not is_free(commits, r, d, begin, begin + int(tab.block_length[b]))
    ):
        return False
    choice = np.full(max(1, int(tab.place_ptr[b + 1] - tab.place_ptr[b])), -1, dtype=np.int32)
    return int(fill_places(problem.packed, commits, prices, b, start, venue, d, 0.0, True, choice)) < BIG


Step = tuple[int, int, int]
"""From one meeting of a series to the next: series, day of the former, day of the latter; -1 where there is none."""


def late_already(problem: Problem, caseload: Caseload, calendar: Calendar) -> dict[Step, int]:
    """Find the breach days that a calendar has between two meetings of a series that are booked now, or after the last.

    Parameters
    ----------
    problem : Problem
    caseload : Caseload
        With what is booked.
    calendar : Calendar
        That stands.

    Returns
    -------
    dict
        By step; what isn't late is left out.
    """
    index = {day: d for d, day in enumerate(problem.days)}
    late = {meeting.id: meeting.breach_days for meeting in calendar.meetings if meeting.breach_days}
    unheld = {
        breach.series: breach.days + WEIGHTS["unheld_days"]
        for breach in calendar.breaches
        if breach.meeting is None
    }
    chains: dict[int, list[tuple[int, str | None]]] = {
        s: [] for s, series in enumerate(problem.series) if series.id in unheld
    }
    for booked in caseload.booked:
        s, d = series_of(booked, problem.series), index.get(booked.start.date())
        if s is not None and d is not None:
            chains.setdefault(s, []).append((d, booked.id))
    found = {}
    for s, held in chains.items():
        in_order = [(-1, None), *sorted(held, key=lambda one: one[0])]
        for (before, _), (d, name) in pairwise(in_order):
            if name in late:
                found[s, before, d] = late[name]
        if problem.series[s].id in unheld:
            found[s, in_order[-1][0], -1] = unheld[problem.series[s].id]
    return found


def disruption_problem(
    problem: Problem, kept: Iterable[Kept], late: Mapping[Step, int] | None = None
) -> tuple[Problem, int]:
    """Give a problem other costs: a breach day before everything, then the disruption of each meeting that doesn't stand.

    Rules are as they were. Nobody comes who needn't, and whoever may join remotely does, as that takes least of everybody: a
    calendar of such meetings becomes one with everybody at their places when these are filled anew.

    Parameters
    ----------
    problem : Problem
        With ordered starts; the new one has the same starts and venues.
    kept : iterable of Kept
    late : mapping, optional
        Breach days by step that count for nothing, as they are there already.

    Returns
    -------
    problem : Problem
    breach_day : int
        Points of a breach day: more than the disruption of all meetings together.
    """
    kept = tuple(kept)
    tab = problem.tables
    total = sum(one.weight for one in kept)
    # In whole breach days of the score, as those are what the engine looks for when it proves that some can't be avoided.
    day = WEIGHTS["breach_day"] * (total // WEIGHTS["breach_day"] + 1)
    bonus = np.zeros_like(tab.start_bonus)
    floor = np.zeros_like(tab.start_floor)
    for one in kept:
        for at, _ in {where for where in one.at if where is not None}:
            bonus[at] += one.weight
    for k, s, d in np.argwhere(tab.node_block >= 0).tolist():
        lo, hi = int(tab.node_lo[k, s, d]), int(tab.node_hi[k, s, d])
        if bonus[lo:hi].any():
            # Floors never fall from one start of a node to the next: the search of a node ends at the first that is no better.
            floor[lo:hi] = np.minimum.accumulate(-bonus[lo:hi][::-1])[::-1]
    first, gap, gap_index = _breaches(tab.first_cost, day), _breaches(tab.gap_cost, day), tab.gap_index
    end, none = _breaches(tab.end_cost, day), _breaches(tab.none_cost, day)
    if late:
        gap_index, gaps = gap_index.copy(), list(gap)
        for s in sorted({s for s, _, _ in late}):
            gaps.append(gaps[gap_index[s]].copy())
            gap_index[s] = len(gaps) - 1
        for (s, i, j), days in late.items():
            if j < 0:
                row, at = (none, s) if i < 0 else (end[s], i)
            else:
                row, at = first[s] if i < 0 else gaps[gap_index[s]][i], j
            row[at] = max(0, int(row[at]) - days * day) if row[at] < BIG else BIG
        gap = np.stack(gaps)
    changed = tab._replace(
        soft_cost=0,
        res_soft=np.zeros_like(tab.res_soft),
        place_fallback=np.where(tab.place_fallback < BIG, 0, BIG).astype(np.int32),
        option_cost=np.zeros_like(tab.option_cost),
        mode_in_person=np.where((tab.mode_in_person < BIG) & (tab.mode_remote >= BIG), 0, BIG).astype(
            np.int32
        ),
        mode_remote=np.where(tab.mode_remote < BIG, 0, BIG).astype(np.int32),
        venue_cost=np.zeros_like(tab.venue_cost),
        start_cost=np.zeros_like(tab.start_cost),
        start_bonus=bonus,
        start_floor=floor,
        first_cost=first,
        gap_index=gap_index,
        gap_cost=gap,
        end_cost=end,
        none_cost=none,
    )
    return dataclasses.replace(problem, tables=changed, packed=pack(changed), constant=total), day


def _breaches(costs: Ints, day: int) -> Ints:
    """Keep nothing of costs but breach days: all else that depends on days alone is less than one of them."""
    days = np.asarray(costs, dtype=np.int64) // WEIGHTS["breach_day"] * day
    # What is years late stays below what can't be.
    return np.where(costs >= BIG, BIG, np.minimum(days, BIG // 16)).astype(np.int32)


def held_to(problem: Problem, standing: Iterable[Kept]) -> Problem:
    """Return the problem with some booked meetings held to where they are, by all the rules.

    Parameters
    ----------
    problem : Problem
        With ordered starts; the new one has the same starts and venues.
    standing : iterable of Kept
        On different days of a series.

    Returns
    -------
    Problem
        A chain of a series passes through its meetings that stand, each at its start and venue, however it likes to fill their
        places.
    """
    tab = problem.tables
    lo, hi, venues = tab.node_lo.copy(), tab.node_hi.copy(), tab.start_venues.copy()
    block = tab.node_block.copy()
    first, end, none = tab.first_cost.copy(), tab.end_cost.copy(), tab.none_cost.copy()
    gap_index, gaps = tab.gap_index.copy(), list(tab.gap_cost)
    days: dict[int, list[int]] = {}
    held = dict(problem.pinned)
    for one in standing:
        days.setdefault(one.series, []).append(one.day)
        held[one.series, one.day] = one.booked.id
        for k, where in enumerate(one.at):
            node = k, one.series, one.day
            if where is None:
                block[node], lo[node], hi[node] = -1, 0, 0
                continue
            at, venue = where
            lo[node], hi[node] = at, at + 1
            venues[at] = np.uint64(1) << np.uint64(int(tab.venue_bit[venue]))
    for s, on in days.items():
        gap = gaps[gap_index[s]].copy()
        none[s] = BIG
        for d in on:
            first[s, d + 1 :] = BIG
            end[s, :d] = BIG
            gap[:d, d + 1 :] = BIG
        gap_index[s] = len(gaps)
        gaps.append(gap)
    changed: Tables = tab._replace(
        node_lo=lo,
        node_hi=hi,
        node_block=block,
        start_venues=venues,
        first_cost=first,
        end_cost=end,
        none_cost=none,
        gap_index=gap_index,
        gap_cost=np.stack(gaps),
    )
    return dataclasses.replace(problem, tables=changed, packed=pack(changed), pinned=held)
