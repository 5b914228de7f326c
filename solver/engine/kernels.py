"""Compiled kernels: the best meeting of a series on each day, and the best chain of meetings over days.

One implementation serves bound, construction, improvement and rebooking. Prices make contested slots dear (the bound);
commits make taken slots impossible (the calendar).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from solver.problem.tables import BIG, MAX_ACTORS, MAX_COMMITS

_INF = float(BIG)
_NOBODY = -1


@njit(cache=True, inline="always")
def _is_free(commits: Any, r: int, d: int, start: int, end: int) -> bool:
    free = True
    for i in range(commits.n[r, d]):
        free &= commits.start[r, d, i] >= end or start >= commits.end[r, d, i]
    return free


@njit(cache=True)
def can_travel(tab: Any, commits: Any, r: int, d: int, start: int, end: int, site: int) -> bool:
    """Whether resource ``r`` can be in person at ``site`` from ``start`` to ``end`` given where else it is that day."""
    for i in range(commits.n[r, d]):
        other = commits.site[r, d, i]
        if other < 0 or other == site:
            continue
        explicit = tab.travel[site, other]
        needed = explicit if explicit >= 0 else tab.allowance[r, site] + tab.allowance[r, other]
        gap = start - commits.end[r, d, i] if commits.end[r, d, i] <= start else commits.start[r, d, i] - end
        if gap < needed:
            return False
    return True


@njit(cache=True)
def actor_state(
    tab: Any,
    commits: Any,
    prices: Any,
    b: int,
    start: int,
    d: int,
    weight: float,
    committed: bool,
    ok: Any,
    cost: Any,
) -> None:
    """Fill ``ok[a]`` (whether actor ``a`` is free) and ``cost[a]`` (price of their time) for one start."""
    a0 = tab.actor_ptr[b]
    minute = tab.start_minute[start]
    mask = tab.start_actors[start]
    for a in range(tab.actor_ptr[b + 1] - a0):
        ok[a] = (mask >> np.uint64(a)) & np.uint64(1) != np.uint64(0)
        cost[a] = 0.0
        r = tab.actor_res[a0 + a]
        if not ok[a] or r < 0 or tab.actor_forced[a0 + a] == 1:
            continue
        begin = minute + tab.actor_offset[a0 + a]
        end = begin + tab.actor_length[a0 + a]
        if committed:
            n = commits.n[r, d]
            if n > 0:
                if n >= MAX_COMMITS or (tab.res_cap[r] > 0 and n >= tab.res_cap[r]):
                    ok[a] = False
                    continue
                if not _is_free(commits, r, d, begin, end):
                    ok[a] = False
                    continue
                if tab.res_soft[r] == 1 and n >= tab.soft_cap:
                    cost[a] += tab.soft_cost
        if weight > 0.0:
            lo = min(max((begin - tab.span_start) // tab.grid, 0), tab.slots)
            hi = min(max(-((tab.span_start - end) // tab.grid), 0), tab.slots)
            cost[a] += weight * (prices.cumulative[r, d, hi] - prices.cumulative[r, d, lo] + prices.day[r, d])


@njit(cache=True)
def option_mode(
    tab: Any, commits: Any, b: int, g: int, o: int, start: int, d: int, committed: bool
) -> tuple[int, int]:
    """Cheapest way for option ``o`` to take part in a meeting in group ``g``: (cost, 0 in person or 1 remote)."""
    options = tab.option_ptr[tab.place_ptr[b + 1]] - tab.option_ptr[tab.place_ptr[b]]
    at = tab.mode_ptr[b] + g * options + (o - tab.option_ptr[tab.place_ptr[b]])
    in_person = tab.mode_in_person[at]
    remote = tab.mode_remote[at]
    if in_person <= remote and in_person < BIG:
        if not committed:
            return in_person, 0
        a = tab.actor_ptr[b] + tab.option_actor[o]
        r = tab.actor_res[a]
        if r < 0 or commits.n[r, d] == 0 or tab.actor_forced[a] == 1:
            return in_person, 0
        begin = tab.start_minute[start] + tab.actor_offset[a]
        site = tab.group_site[tab.group_ptr[b] + g]
        if can_travel(tab, commits, r, d, begin, begin + tab.actor_length[a], site):
            return in_person, 0
        return remote, 1
    if remote < BIG:
        return remote, 1
    return BIG, 1


@njit(cache=True)
def best_of_node(
    tab: Any,
    commits: Any,
    prices: Any,
    b: int,
    d: int,
    lo: int,
    hi: int,
    weight: float,
    committed: bool,
    only: int,
) -> tuple[float, int, int]:
    """Cheapest start and venue of a block on one day: (cost, start, venue); cost BIG where there is none.

    ``lo`` to ``hi`` are the starts to look at, ``only`` a group of venues to keep to (-1: any).

    Prices and commits only ever add to a start's floor, and starts are in order of their floors: the search ends at
    the first floor that is no better than the best found. One function without inner calls on purpose: handing the
    tables on costs more than the work itself.
    """
    best = _INF
    best_start = -1
    best_venue = -1
    a0 = tab.actor_ptr[b]
    actors = tab.actor_ptr[b + 1] - a0
    p0, p1 = tab.place_ptr[b], tab.place_ptr[b + 1]
    o0 = tab.option_ptr[p0]
    options = tab.option_ptr[p1] - o0
    g0, g1 = tab.group_ptr[b], tab.group_ptr[b + 1]
    quorum = tab.block_quorum[b]
    length = tab.block_length[b]
    forced = tab.block_forced[b] == 1
    ok = np.empty(actors, dtype=np.bool_)
    cost = np.empty(actors)
    extra = np.empty(p1 - p0)
    # What today means for each actor, whatever the start: 0 nothing booked or charged, 1 something, 2 cannot come.
    today = np.zeros(actors, dtype=np.int8)
    for a in range(actors):
        r = tab.actor_res[a0 + a]
        if r < 0 or tab.actor_forced[a0 + a] == 1:
            continue
        n = commits.n[r, d]
        if committed and n > 0:
            today[a] = 2 if n >= MAX_COMMITS or (tab.res_cap[r] > 0 and n >= tab.res_cap[r]) else 1
        elif weight > 0.0 and (prices.cumulative[r, d, tab.slots] > 0.0 or prices.day[r, d] > 0.0):
            today[a] = 1
    for s in range(lo, hi):
        if tab.start_floor[s] >= best:
            break
        minute = tab.start_minute[s]
        mask = tab.start_actors[s]
        lost = False
        for a in range(actors):
            cost[a] = 0.0
            ok[a] = today[a] != 2 and (mask >> np.uint64(a)) & np.uint64(1) != np.uint64(0)
            if not ok[a] or today[a] == 0:
                continue
            r = tab.actor_res[a0 + a]
            begin = minute + tab.actor_offset[a0 + a]
            end = begin + tab.actor_length[a0 + a]
            if committed:
                n = commits.n[r, d]
                for i in range(n):
                    if commits.start[r, d, i] < end and begin < commits.end[r, d, i]:
                        ok[a] = False
                        break
                if not ok[a]:
                    continue
                if tab.res_soft[r] == 1 and n >= tab.soft_cap:
                    cost[a] += tab.soft_cost
            if weight > 0.0:
                k = min(max((begin - tab.span_start) // tab.grid, 0), tab.slots)
                m = min(max(-((tab.span_start - end) // tab.grid), 0), tab.slots)
                cost[a] += weight * (
                    prices.cumulative[r, d, m] - prices.cumulative[r, d, k] + prices.day[r, d]
                )
        for p in range(p0, p1):
            if tab.place_fallback[p] >= BIG and not ok[tab.option_actor[tab.option_ptr[p]]]:
                lost = True
                break
        if lost:
            continue
        base = float(tab.start_cost[s])
        venues = tab.start_venues[s]
        for group in range(g0, g1):
            if only >= 0 and group != only:
                continue
            cheapest = _INF
            chosen = -1
            for v in range(tab.venue_ptr[group], tab.venue_ptr[group + 1]):
                if (venues >> np.uint64(tab.venue_bit[v])) & np.uint64(1) == np.uint64(0):
                    continue
                c = float(tab.venue_cost[v])
                r = tab.venue_res[v]
                if r >= 0 and not forced:
                    if committed:
                        free = True
                        for i in range(commits.n[r, d]):
                            if commits.start[r, d, i] < minute + length and minute < commits.end[r, d, i]:
                                free = False
                                break
                        if not free:
                            continue
                    if weight > 0.0:
                        k = (minute - tab.span_start) // tab.grid
                        c += weight * (
                            prices.cumulative[r, d, k + length // tab.grid] - prices.cumulative[r, d, k]
                        )
                if tab.start_bonus_venue[s] == tab.venue_id[v]:
                    c -= tab.start_bonus[s]
                if c < cheapest:
                    cheapest = c
                    chosen = v
            total = base + cheapest
            if chosen < 0 or total >= best:
                continue
            site = tab.group_site[group]
            mode0 = tab.mode_ptr[b] + (group - g0) * options - o0
            coming = 0
            extras = 0
            for p in range(p0, p1):
                fallback = float(tab.place_fallback[p])
                least = _INF
                for o in range(tab.option_ptr[p], tab.option_ptr[p + 1]):
                    a = tab.option_actor[o]
                    if not ok[a]:
                        continue
                    in_person = tab.mode_in_person[mode0 + o]
                    remote = tab.mode_remote[mode0 + o]
                    mode = min(in_person, remote)
                    c = cost[a] + tab.option_cost[o]
                    if mode >= BIG or c + mode >= least:
                        continue
                    if committed and today[a] == 1 and in_person <= remote:
                        r = tab.actor_res[a0 + a]
                        begin = minute + tab.actor_offset[a0 + a]
                        end = begin + tab.actor_length[a0 + a]
                        for i in range(commits.n[r, d]):
                            other = commits.site[r, d, i]
                            if other < 0 or other == site:
                                continue
                            needed = tab.travel[site, other]
                            if needed < 0:
                                needed = tab.allowance[r, site] + tab.allowance[r, other]
                            if commits.end[r, d, i] <= begin:
                                gap = begin - commits.end[r, d, i]
                            else:
                                gap = commits.start[r, d, i] - end
                            if gap < needed:
                                mode = remote
                                break
                    if mode < BIG:
                        least = min(least, c + mode)
                if quorum > 0 and tab.place_professional[p] == 1:
                    if least <= fallback and least < _INF:
                        coming += 1
                    elif least < _INF:
                        extra[extras] = least - fallback
                        extras += 1
                total += min(least, fallback)
                if total >= best:
                    break
            if total >= best:
                continue
            if coming < quorum:
                if coming + extras < quorum:
                    continue
                ranked = np.sort(extra[:extras])
                for i in range(quorum - coming):
                    total += ranked[i]
            if total < best:
                best = total
                best_start = s
                best_venue = chosen
    return best, best_start, best_venue


@njit(cache=True)
def start_floors(tab: Any, commits: Any, prices: Any, floors: Any) -> None:
    """Fill ``floors`` [starts] with each start's cost when nothing is booked or charged."""
    for k in range(2):
        for s in range(tab.node_block.shape[1]):
            for d in range(tab.node_block.shape[2]):
                b = tab.node_block[k, s, d]
                if b < 0:
                    continue
                for start in range(tab.node_lo[k, s, d], tab.node_hi[k, s, d]):
                    if floors[start] < 0:
                        c, _, _ = best_of_node(tab, commits, prices, b, d, start, start + 1, 0.0, False, -1)
                        floors[start] = int(c)


@njit(cache=True)
def evaluate_series(
    tab: Any,
    commits: Any,
    prices: Any,
    s: int,
    weight: float,
    committed: bool,
    node_cost: Any,
    node_start: Any,
    node_venue: Any,
) -> None:
    """Fill [2, D] arrays with the best meeting of series ``s`` on each day, by class."""
    days = node_cost.shape[1]
    for k in range(2):
        if k == 1 and tab.series_same[s] == 1:
            for d in range(days):
                node_cost[1, d] = node_cost[0, d]
                node_start[1, d] = node_start[0, d]
                node_venue[1, d] = node_venue[0, d]
            return
        for d in range(days):
            b = tab.node_block[k, s, d]
            if b < 0:
                node_cost[k, d] = _INF
                node_start[k, d] = -1
                continue
            c, start, venue = best_of_node(
                tab, commits, prices, b, d, tab.node_lo[k, s, d], tab.node_hi[k, s, d], weight, committed, -1
            )
            node_cost[k, d] = c
            node_start[k, d] = start
            node_venue[k, d] = venue


@njit(cache=True)
def best_chain(tab: Any, s: int, node_cost: Any, chain: Any) -> tuple[float, int]:
    """Cheapest chain of meetings of series ``s`` over its days: a shortest path.

    Returns
    -------
    cost : float
    n : int
        Meetings; their days are written to ``chain[:n]``.
    """
    days = node_cost.shape[1]
    value = np.full(days, _INF)
    before = np.full(days, -1, dtype=np.int32)
    gap = tab.gap_cost[tab.gap_index[s]]
    best = float(tab.none_cost[s])
    last = -1
    for j in range(days):
        if node_cost[0, j] < _INF and tab.first_cost[s, j] < BIG:
            value[j] = tab.first_cost[s, j] + node_cost[0, j]
        later = node_cost[1, j]
        if later < _INF:
            for i in range(j):
                if value[i] < _INF and gap[i, j] < BIG:
                    c = value[i] + gap[i, j] + later
                    if c < value[j]:
                        value[j] = c
                        before[j] = i
        if value[j] < _INF and tab.end_cost[s, j] < BIG:
            c = value[j] + tab.end_cost[s, j]
            if c < best:
                best = c
                last = j
    n = 0
    j = last
    while j >= 0:
        chain[n] = j
        n += 1
        j = before[j]
    for i in range(n // 2):
        swap = chain[i]
        chain[i] = chain[n - 1 - i]
        chain[n - 1 - i] = swap
    return best, n


@njit(cache=True)
def chain_values(tab: Any, s: int, node_cost: Any, forward: Any, backward: Any) -> float:
    """Cheapest chains up to and from each node: ``forward[k, d] + backward[k, d]`` is the best chain through it.

    ``forward`` [2, D] includes the node's own cost, ``backward`` does not. Class 0 is the chain's first meeting.
    """
    days = node_cost.shape[1]
    gap = tab.gap_cost[tab.gap_index[s]]
    best = float(tab.none_cost[s])
    for j in range(days):
        forward[0, j] = _INF
        forward[1, j] = _INF
        if node_cost[0, j] < _INF and tab.first_cost[s, j] < BIG:
            forward[0, j] = tab.first_cost[s, j] + node_cost[0, j]
        if node_cost[1, j] < _INF:
            for i in range(j):
                if gap[i, j] < BIG:
                    c = min(forward[0, i], forward[1, i]) + gap[i, j] + node_cost[1, j]
                    forward[1, j] = min(forward[1, j], c)
    for i in range(days - 1, -1, -1):
        c = float(tab.end_cost[s, i]) if tab.end_cost[s, i] < BIG else _INF
        for j in range(i + 1, days):
            if gap[i, j] < BIG and node_cost[1, j] < _INF:
                c = min(c, gap[i, j] + node_cost[1, j] + backward[1, j])
        backward[0, i] = c
        backward[1, i] = c
        best = min(best, min(forward[0, i], forward[1, i]) + c)
    return best


@njit(cache=True)
def chain_cost(tab: Any, s: int, days: Any, n: int) -> int:
    """Cost of a chain as far as days decide it: windows, spacing, weekdays, and what is not held at the end."""
    if n == 0:
        return int(tab.none_cost[s])
    total = int(tab.first_cost[s, days[0]])
    for i in range(1, n):
        total += int(tab.gap_cost[tab.gap_index[s], days[i - 1], days[i]])
    return total + int(tab.end_cost[s, days[n - 1]])


@njit(cache=True)
def fill_places(
    tab: Any,
    commits: Any,
    prices: Any,
    b: int,
    start: int,
    venue: int,
    d: int,
    weight: float,
    committed: bool,
    choice: Any,
) -> int:
    """Decide who fills each place of one meeting; a deputy stands for one place only.

    ``choice[p]`` becomes ``2 * option + mode`` (option within the block, mode 1 remote) or -1.

    Returns
    -------
    int
        The meeting's cost (start, venue, places, without workload), or BIG where an essential place stays empty.
    """
    ok = np.empty(MAX_ACTORS, dtype=np.bool_)
    cost = np.empty(MAX_ACTORS)
    actor_state(tab, commits, prices, b, start, d, weight, committed, ok, cost)
    g = 0
    while tab.venue_ptr[tab.group_ptr[b] + g + 1] <= venue:
        g += 1
    total = int(tab.start_cost[start]) + int(tab.venue_cost[venue])
    if tab.start_bonus_venue[start] == tab.venue_id[venue]:
        total -= int(tab.start_bonus[start])
    first_place = tab.place_ptr[b]
    first_option = tab.option_ptr[first_place]
    coming = 0
    for p in range(first_place, tab.place_ptr[b + 1]):
        best = float(tab.place_fallback[p])
        worth = int(tab.place_fallback[p])
        pick = _NOBODY
        for o in range(tab.option_ptr[p], tab.option_ptr[p + 1]):
            a = tab.option_actor[o]
            if not ok[a]:
                continue
            m, remote = option_mode(tab, commits, b, g, o, start, d, committed)
            c = cost[a] + tab.option_cost[o] + m
            if m < BIG and (c < best or (c == best and pick < 0)):
                best = c
                worth = int(tab.option_cost[o]) + m
                pick = 2 * (o - first_option) + remote
        choice[p - first_place] = pick
        if pick >= 0:
            ok[tab.option_actor[first_option + pick // 2]] = False
            if tab.place_professional[p] == 1:
                coming += 1
        if worth >= BIG:
            return BIG
        total += worth
    while coming < tab.block_quorum[b]:
        least = _INF
        at = -1
        take = 0
        worth = 0
        for p in range(first_place, tab.place_ptr[b + 1]):
            if choice[p - first_place] >= 0 or tab.place_professional[p] == 0:
                continue
            for o in range(tab.option_ptr[p], tab.option_ptr[p + 1]):
                if not ok[tab.option_actor[o]]:
                    continue
                m, remote = option_mode(tab, commits, b, g, o, start, d, committed)
                c = cost[tab.option_actor[o]] + tab.option_cost[o] + m - tab.place_fallback[p]
                if m < BIG and c < least:
                    least = c
                    worth = int(tab.option_cost[o] + m - tab.place_fallback[p])
                    at = p
                    take = 2 * (o - first_option) + remote
        if at < 0:
            return BIG
        choice[at - first_place] = take
        ok[tab.option_actor[first_option + take // 2]] = False
        total += worth
        coming += 1
    return total


@njit(cache=True)
def _add(commits: Any, r: int, d: int, start: int, end: int, site: int) -> None:
    n = commits.n[r, d]
    commits.start[r, d, n] = start
    commits.end[r, d, n] = end
    commits.site[r, d, n] = site
    commits.n[r, d] = n + 1


@njit(cache=True)
def _remove(commits: Any, r: int, d: int, start: int, end: int) -> None:
    n = commits.n[r, d]
    for i in range(n):
        if commits.start[r, d, i] == start and commits.end[r, d, i] == end:
            commits.start[r, d, i] = commits.start[r, d, n - 1]
            commits.end[r, d, i] = commits.end[r, d, n - 1]
            commits.site[r, d, i] = commits.site[r, d, n - 1]
            commits.n[r, d] = n - 1
            return


@njit(cache=True)
def book(tab: Any, commits: Any, b: int, start: int, venue: int, d: int, choice: Any, sign: int) -> int:
    """Take (``sign`` 1) or give back (-1) what a meeting occupies; returns the change in workload points."""
    g = 0
    while tab.venue_ptr[tab.group_ptr[b] + g + 1] <= venue:
        g += 1
    site = tab.group_site[tab.group_ptr[b] + g]
    minute = tab.start_minute[start]
    workload = 0
    r = tab.venue_res[venue]
    if r >= 0 and tab.block_forced[b] == 0:
        if sign > 0:
            _add(commits, r, d, minute, minute + tab.block_length[b], site)
        else:
            _remove(commits, r, d, minute, minute + tab.block_length[b])
    first_place = tab.place_ptr[b]
    for p in range(tab.place_ptr[b + 1] - first_place):
        if choice[p] < 0:
            continue
        a = tab.actor_ptr[b] + tab.option_actor[tab.option_ptr[first_place] + choice[p] // 2]
        r = tab.actor_res[a]
        if r < 0 or tab.actor_forced[a] == 1:
            continue
        begin = minute + tab.actor_offset[a]
        if sign > 0:
            if tab.res_soft[r] == 1 and commits.n[r, d] >= tab.soft_cap:
                workload += tab.soft_cost
            _add(commits, r, d, begin, begin + tab.actor_length[a], site if choice[p] % 2 == 0 else -1)
        else:
            _remove(commits, r, d, begin, begin + tab.actor_length[a])
            if tab.res_soft[r] == 1 and commits.n[r, d] >= tab.soft_cap:
                workload -= tab.soft_cost
    return workload


@njit(cache=True)
def pattern_costs(
    tab: Any, commits: Any, prices: Any, s: int, slack: Any, out_start: Any, out_group: Any, out_cost: Any
) -> int:
    """List the (start, group) patterns of series ``s`` whose priced cost is within ``slack`` [2, D] of nothing.

    Parameters
    ----------
    slack : [2, D]
        Most that a pattern of the node may cost.

    Returns
    -------
    int
        How many were written to the ``out_`` arrays; never more than these hold, -1 if they don't suffice.
    """
    n = 0
    for k in range(2):
        for d in range(tab.node_block.shape[2]):
            b = tab.node_block[k, s, d]
            if b < 0 or slack[k, d] < 0.0:
                continue
            for start in range(tab.node_lo[k, s, d], tab.node_hi[k, s, d]):
                if tab.start_floor[start] > slack[k, d]:
                    break
                for group in range(tab.group_ptr[b], tab.group_ptr[b + 1]):
                    c, _, _ = best_of_node(tab, commits, prices, b, d, start, start + 1, 1.0, True, group)
                    if c <= slack[k, d]:
                        if n >= len(out_start):
                            return -1
                        out_start[n] = start
                        out_group[n] = group
                        out_cost[n, 0] = k
                        out_cost[n, 1] = d
                        n += 1
    return n
