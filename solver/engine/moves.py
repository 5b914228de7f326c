"""Insertion, and ruin and recreate: chains taken out and put back best, one series at a time.

Everything is reached through one compiled entry, ``work``, with one place for each thing it does: every entry, and every further
call of a large function, costs seconds of compiling on a new machine.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from solver.engine.filling import book, fill_places, slot_window
from solver.engine.kernels import best_chain, best_of_node, chain_cost, evaluate_series
from solver.problem.layout import (
    ACTOR_FORCED,
    ACTOR_LENGTH,
    ACTOR_OFFSET,
    ACTOR_PTR,
    ACTOR_RES,
    BLOCK_FORCED,
    BLOCK_LENGTH,
    DAYS,
    NODE_BLOCK,
    NODE_HI,
    NODE_LO,
    OPTION_ACTOR,
    OPTION_PTR,
    PLACE_PTR,
    SERIES,
    SERIES_SAME,
    SLOTS,
    START_MINUTE,
    VENUE_RES,
)
from solver.problem.tables import BIG

INSERT = 0
IMPROVE = 1
REMOVE = 2
RESTORE = 3
COMPANY = 6
"""Most related series taken out together."""
KINDS = 7
"""Evaluations whose results are kept, each until something changes: at true costs, the same as if nothing were booked, at a
share of the prices, the same as if nothing were booked, and at three shares as if nothing were booked."""
TRUE = 0
PRICED = 2
FIRST_ALONE = 4
SHARE = 0.6
ALONE = (0.3, 0.7, 1.2)
TRIES = 20
"""Chains that are sought before everything is worked out after all."""
CROWDS = 0.5
WIDEST = 6
"""Share of the groups that are taken out for what they use at about the same time, within so many days at most."""
CHEAP = 1e-3
EJECT = 0.4
"""Share of the moves that put one series where it would best be and move what stands there."""


@njit(cache=True)
def _block(tab: Any, s: int, i: int, d: int) -> int:
    """Block of the ``i``-th meeting of series ``s`` on day ``d``."""
    k = 0 if i == 0 else 1
    return int(tab.ints[tab.at[NODE_BLOCK] + (k * tab.at[SERIES] + s) * tab.at[DAYS] + d])


@njit(cache=True)
def _work_out(
    tab: Any,
    commits: Any,
    prices: Any,
    s: int,
    k: int,
    d: int,
    weight: float,
    kind: int,
    key: Any,
    memory: Any,
) -> None:
    """Work out the best meeting of a node, and keep it."""
    ints, at = tab.ints, tab.at
    node = (k * at[SERIES] + s) * at[DAYS] + d
    c, start, venue = best_of_node(
        tab,
        commits,
        prices,
        ints[at[NODE_BLOCK] + node],
        d,
        ints[at[NODE_LO] + node],
        ints[at[NODE_HI] + node],
        weight,
        kind in (TRUE, PRICED),
        -1,
    )
    memory.key[kind, s, k, d] = key
    memory.cost[kind, s, k, d] = c
    memory.pick[kind, s, k, d, 0] = start
    memory.pick[kind, s, k, d, 1] = venue


@njit(cache=True)
def _fill(nodes: Any, memory: Any, kind: int, s: int, k: int, d: int, same: bool) -> None:
    """Take a node's cost and meeting from memory; a later meeting's as well where the first is like all others."""
    cost, pick, _, wanted = nodes
    wanted[k, d] = np.uint64(0)
    for other in range(k, 2 if same else k + 1):
        cost[other, d] = memory.cost[kind, s, k, d]
        pick[other, d, 0] = memory.pick[kind, s, k, d, 0]
        pick[other, d, 1] = memory.pick[kind, s, k, d, 1]


@njit(cache=True)
def _look_up(
    tab: Any, commits: Any, prices: Any, s: int, weight: float, kind: int, memory: Any, nodes: Any
) -> None:
    """Fill the nodes of series ``s`` with what is known of them, and otherwise with what they cost if nothing is booked.

    Those that may be dearer in truth have a number in ``wanted``. ``kind`` -1 knows nothing, and works everything out: its
    weight or prices are not those of the others of its kind.
    """
    cost, pick, _, wanted = nodes
    if kind < 0:
        wanted[:] = np.uint64(0)
        evaluate_series(tab, commits, prices, s, weight, True, cost, pick)
        return
    ints, at = tab.ints, tab.at
    same = ints[at[SERIES_SAME] + s] == 1
    booked = kind in (TRUE, PRICED)
    least = kind + 1 if booked else kind
    for k in range(1 if same else 2):
        for d in range(at[DAYS]):
            b = ints[at[NODE_BLOCK] + (k * at[SERIES] + s) * at[DAYS] + d]
            if b < 0:
                wanted[k, d] = np.uint64(0)
                cost[k, d] = BIG
                if same:
                    cost[1, d] = BIG
                continue
            key = np.uint64(1)
            if booked:
                for i in range(memory.pointers[b], memory.pointers[b + 1]):
                    key += commits.mark[memory.resources[i], d]
                key |= np.uint64(1)
                if memory.key[kind, s, k, d] == key:
                    _fill(nodes, memory, kind, s, k, d, same)
                    continue
            if memory.key[least, s, k, d] == np.uint64(0):
                _work_out(tab, commits, prices, s, k, d, weight, least, np.uint64(1), memory)
            _fill(nodes, memory, least, s, k, d, same)
            if booked and cost[k, d] < BIG:
                wanted[k, d] = key


@njit(cache=True)
def _find_chain(
    tab: Any, commits: Any, prices: Any, s: int, weight: float, kind: int, memory: Any, nodes: Any
) -> int:
    """Find the best chain of series ``s`` over nodes that were looked up; returns how many meetings it has.

    Nodes are worked out when the best chain so far passes over them (a lazy shortest path): most never are.
    """
    cost, _, chain, wanted = nodes
    same = tab.ints[tab.at[SERIES_SAME] + s] == 1
    tries = 0
    while True:
        _, n = best_chain(tab, s, cost, chain)
        done = True
        tries += 1
        for i in range(n if tries < TRIES else tab.at[DAYS] * 2):
            k = 0 if i == 0 or same else 1
            d = chain[i] if i < n else 0
            if tries >= TRIES:
                k, d = i // tab.at[DAYS], i % tab.at[DAYS]
                if same and k == 1:
                    break
            if wanted[k, d] != np.uint64(0):
                _work_out(tab, commits, prices, s, k, d, weight, kind, wanted[k, d], memory)
                _fill(nodes, memory, kind, s, k, d, same)
                done = False
        if done:
            return int(n)


@njit(cache=True)
def _insert(
    tab: Any, commits: Any, prices: Any, weight: float, kind: int, s: int, sol: Any, nodes: Any, memory: Any
) -> int:
    """Put series ``s`` (not booked) in its best place given what is booked; returns the change in total cost."""
    cost, pick, chain, wanted = nodes
    _look_up(tab, commits, prices, s, weight, kind, memory, nodes)
    while True:
        n = _find_chain(tab, commits, prices, s, weight, kind, memory, nodes)
        total = chain_cost(tab, s, chain, n)
        workload = 0
        failed = -1
        for i in range(n):
            k = 0 if i == 0 else 1
            d = chain[i]
            b = _block(tab, s, i, d)
            row = sol.rows[s, i]
            row[0], row[1], row[2] = d, pick[k, d, 0], pick[k, d, 1]
            c = fill_places(tab, commits, prices, b, row[1], row[2], d, weight, True, sol.choice[s, i])
            if c >= BIG:
                failed = i
                cost[k, d] = BIG
                wanted[k, d] = np.uint64(0)
                break
            total += c
            workload += book(tab, commits, s, b, row[1], row[2], d, sol.choice[s, i], 1)
        if failed < 0:
            sol.n[s] = n
            sol.cost[s] = total
            return total + workload
        # Only distinct deputies under a quorum can fail here: that day is out, the chain is sought again.
        sol.n[s] = failed
        sol.cost[s] = 0
        _remove(tab, commits, s, sol)


@njit(cache=True)
def _remove(tab: Any, commits: Any, s: int, sol: Any) -> int:
    """Take series ``s`` out; returns the change in total cost (negative)."""
    change = -int(sol.cost[s])
    for i in range(sol.n[s]):
        row = sol.rows[s, i]
        change += book(
            tab, commits, s, _block(tab, s, i, row[0]), row[1], row[2], row[0], sol.choice[s, i], -1
        )
    return change


@njit(cache=True)
def _copy(source: Any, a: int, target: Any, b: int) -> None:
    """Copy row ``a`` of one solution to row ``b`` of another."""
    target.n[b] = source.n[a]
    target.cost[b] = source.cost[a]
    for i in range(source.n[a]):
        for c in range(3):
            target.rows[b, i, c] = source.rows[a, i, c]
        for p in range(source.choice.shape[2]):
            target.choice[b, i, p] = source.choice[a, i, p]


@njit(cache=True)
def _rebook(tab: Any, commits: Any, s: int, sol: Any) -> int:
    """Book series ``s`` as its rows say; returns the change in total cost."""
    change = int(sol.cost[s])
    for i in range(sol.n[s]):
        row = sol.rows[s, i]
        change += book(
            tab, commits, s, _block(tab, s, i, row[0]), row[1], row[2], row[0], sol.choice[s, i], 1
        )
    return change


@njit(cache=True)
def _note(owners: Any, n: int, owner: int) -> int:
    """Add a series to the first ``n`` of ``owners`` if it isn't there; returns how many there are, -1 if too many."""
    for i in range(n):
        if owners[i] == owner:
            return n
    if owner < 0 or n >= len(owners):
        return -1
    owners[n] = owner
    return n + 1


@njit(cache=True)
def _dearest(tab: Any, prices: Any, sol: Any, s: int, i: int) -> int:
    """Choose what the ``i``-th meeting of a series would take, by chance and by what it costs that day; -1 if nothing."""
    ints, at = tab.ints, tab.at
    d, venue = sol.rows[s, i, 0], sol.rows[s, i, 2]
    b = _block(tab, s, i, d)
    chosen, most = -1, -1.0
    p0 = ints[at[PLACE_PTR] + b]
    for p in range(-1, ints[at[PLACE_PTR] + b + 1] - p0):
        if p < 0:
            r = ints[at[VENUE_RES] + venue]
        else:
            # Who isn't there may be wanted elsewhere: then it is the first who might have come.
            choice = sol.choice[s, i, p]
            first = at[OPTION_PTR] + p0 + (p if choice < 0 else 0)
            if choice < 0 and ints[first] == ints[first + 1]:
                continue
            option = ints[first] + max(0, choice) // 2
            a = ints[at[ACTOR_PTR] + b] + ints[at[OPTION_ACTOR] + option]
            r = ints[at[ACTOR_RES] + a]
        if r >= 0:
            weight = (prices.cumulative[r, d, at[SLOTS]] + CHEAP) * np.random.random()
            if weight > most:
                chosen, most = r, weight
    return chosen


@njit(cache=True)
def _crowd(tab: Any, commits: Any, prices: Any, sol: Any, size: int, subset: Any) -> int:
    """Add series that take the same as a meeting of series ``subset[0]`` within some days of it; returns how many there are."""
    s = subset[0]
    n = 1
    if sol.n[s] == 0:
        return n
    i = np.random.randint(sol.n[s])
    r = _dearest(tab, prices, sol, s, i)
    if r < 0:
        return n
    width = np.random.randint(1, WIDEST + 1)
    for _ in range(6 * size):
        if n >= size:
            break
        d = sol.rows[s, i, 0] + np.random.randint(-width, width + 1)
        if d < 0 or d >= tab.at[DAYS] or commits.n[r, d] == 0:
            continue
        owner = commits.rows[r, d, np.random.randint(commits.n[r, d]), 3]
        if owner >= 0:
            n = _note(subset, n, owner)
    return n


@njit(cache=True)
def _pick(
    tab: Any,
    commits: Any,
    prices: Any,
    sol: Any,
    regret: Any,
    near_ptr: Any,
    near: Any,
    size: int,
    subset: Any,
) -> int:
    """Choose a series by regret, and others that share a resource with it."""
    series = len(regret)
    total = regret.sum()
    first = np.random.randint(series)
    if total > 0.0 and np.random.random() < 0.7:
        u = np.random.random() * total
        for s in range(series):
            u -= regret[s]
            if u <= 0.0:
                first = s
                break
    subset[0] = first
    if size > 1 and np.random.random() < CROWDS:
        return _crowd(tab, commits, prices, sol, size, subset)
    n = 1
    for _ in range(6 * size):
        if n >= size:
            break
        around = subset[np.random.randint(n)]
        lo = near_ptr[around]
        hi = near_ptr[around + 1]
        if hi <= lo:
            continue
        s = near[np.random.randint(lo, hi)]
        seen = False
        for i in range(n):
            seen |= subset[i] == s
        if not seen:
            subset[n] = s
            n += 1
    return n


@njit(cache=True)
def _in_the_way(
    tab: Any,
    commits: Any,
    prices: Any,
    share: float,
    kind: int,
    sol: Any,
    nodes: Any,
    memory: Any,
    owners: Any,
) -> int:
    """List the series that stand where series ``owners[0]`` (not booked) would best be at a share of the prices.

    Returns
    -------
    int
        How many are now in ``owners``, the first included; -1 where a pinned meeting or too many stand there.
    """
    s = owners[0]
    _, pick, chain, _ = nodes
    ints, at = tab.ints, tab.at
    _look_up(tab, commits, prices, s, share, kind, memory, nodes)
    m = _find_chain(tab, commits, prices, s, share, kind, memory, nodes)
    n = 1
    for i in range(m):
        k = 0 if i == 0 else 1
        d = chain[i]
        b = _block(tab, s, i, d)
        start, venue = pick[k, d, 0], pick[k, d, 1]
        if fill_places(tab, commits, prices, b, start, venue, d, share, False, sol.choice[s, 0]) >= BIG:
            return -1
        p0 = ints[at[PLACE_PTR] + b]
        for p in range(-1, ints[at[PLACE_PTR] + b + 1] - p0):
            begin = ints[at[START_MINUTE] + start]
            if p < 0:
                r = ints[at[VENUE_RES] + venue]
                end = begin + ints[at[BLOCK_LENGTH] + b]
            elif sol.choice[s, 0, p] < 0:
                continue
            else:
                a = (
                    ints[at[ACTOR_PTR] + b]
                    + ints[at[OPTION_ACTOR] + ints[at[OPTION_PTR] + p0] + sol.choice[s, 0, p] // 2]
                )
                r = ints[at[ACTOR_RES] + a] if ints[at[ACTOR_FORCED] + a] == 0 else -1
                begin += ints[at[ACTOR_OFFSET] + a]
                end = begin + ints[at[ACTOR_LENGTH] + a]
            if r < 0 or ints[at[BLOCK_FORCED] + b] == 1:
                continue
            for j in range(commits.n[r, d]):
                if commits.rows[r, d, j, 0] < end and begin < commits.rows[r, d, j, 1]:
                    n = _note(owners, n, commits.rows[r, d, j, 3])
                    if n < 0:
                        return -1
    return n


@njit(cache=True)
def reduced_costs(tab: Any, prices: Any, sol: Any, values: Any, out: Any) -> None:
    """Fill ``out`` [series] with what each chain costs at the prices beyond the best chain there (``values``)."""
    ints, at = tab.ints, tab.at
    for s in range(len(values)):
        total = float(sol.cost[s])
        for i in range(sol.n[s]):
            d, start, venue = sol.rows[s, i, 0], sol.rows[s, i, 1], sol.rows[s, i, 2]
            b = _block(tab, s, i, d)
            p0 = ints[at[PLACE_PTR] + b]
            for p in range(-1, ints[at[PLACE_PTR] + b + 1] - p0):
                begin = ints[at[START_MINUTE] + start]
                if p < 0:
                    r = ints[at[VENUE_RES] + venue] if ints[at[BLOCK_FORCED] + b] == 0 else -1
                    end = begin + ints[at[BLOCK_LENGTH] + b]
                elif sol.choice[s, i, p] < 0:
                    continue
                else:
                    a = ints[at[ACTOR_PTR] + b]
                    a += ints[at[OPTION_ACTOR] + ints[at[OPTION_PTR] + p0] + sol.choice[s, i, p] // 2]
                    r = ints[at[ACTOR_RES] + a] if ints[at[ACTOR_FORCED] + a] == 0 else -1
                    begin += ints[at[ACTOR_OFFSET] + a]
                    end = begin + ints[at[ACTOR_LENGTH] + a]
                if r >= 0:
                    lo, hi = slot_window(tab, begin, end)
                    total += prices.cumulative[r, d, hi] - prices.cumulative[r, d, lo]
                    if p >= 0:
                        total += prices.day[r, d]
        out[s] = max(0.0, total - values[s])


@njit(cache=True, nogil=True)
def work(
    tab: Any,
    commits: Any,
    prices: Any,
    sol: Any,
    saved: Any,
    nodes: Any,
    memory: Any,
    what: int,
    order: Any,
    regret: Any,
    near: Any,
    current: int,
    moves: int,
    settings: Any,
) -> int:
    """Change ``sol`` and ``commits`` in place; returns the total cost then.

    Parameters
    ----------
    saved : Solution
        Scratch for ``IMPROVE``; the source of rows for ``RESTORE``.
    nodes : (cost [2, D], pick [2, D, 2], chain [D], wanted [2, D])
        Scratch.
    memory : Memory
        What ``IMPROVE`` has worked out.
    what : int
        ``INSERT`` the series of ``order``, ``REMOVE`` them, ``RESTORE`` them from the same rows of ``saved``, or ``IMPROVE``.
    regret : [series]
        How likely ``IMPROVE`` starts from each series.
    near : (pointers [series + 1], series)
        Which share a resource.
    current : int
        Total cost before.
    moves : int
        Ruin-and-recreate moves. Either a few related series are taken out and put back in random order, at true costs
        or at a share of the prices; or one series goes where it would best be, and whatever stands there goes elsewhere.
    settings : [3]
        Price weight of insertions; temperature in points, at which worse results are kept with the usual annealing
        probability; seed, or a negative number to go on with the present random state.
    """
    weight, temperature = settings[0], settings[1]
    if settings[2] >= 0:
        np.random.seed(int(settings[2]))
    improving = what == IMPROVE
    subset = np.empty(max(len(saved.n), len(order)), dtype=np.int64)
    room = subset[: len(saved.n)] if improving else subset
    for _ in range(moves if improving else 1):
        new = current
        n = len(order)
        removed = 0
        eject = False
        if improving:
            eject = np.random.random() < EJECT
            size = 1 if eject else 1 + np.random.randint(COMPANY)
            n = _pick(tab, commits, prices, sol, regret, near[0], near[1], size, room)
            if eject:
                _copy(sol, room[0], saved, 0)
                new += _remove(tab, commits, room[0], sol)
                removed = 1
                which = np.random.randint(len(ALONE))
                n = max(
                    1,
                    _in_the_way(
                        tab, commits, prices, ALONE[which], FIRST_ALONE + which, sol, nodes, memory, room
                    ),
                )
            for i in range(n - 1, removed, -1):
                j = removed + np.random.randint(i + 1 - removed)
                swap = room[i]
                room[i] = room[j]
                room[j] = swap
        else:
            subset[:n] = order
        if improving or what == REMOVE:
            for i in range(removed, n):
                if improving:
                    _copy(sol, subset[i], saved, i)
                new += _remove(tab, commits, subset[i], sol)
        if improving or what == INSERT:
            priced = improving and n > 1 and np.random.random() < 0.6
            for i in range(n):
                share, kind = weight, -1
                if improving:
                    # The last one, and the one for which others make room, see true costs.
                    kind = PRICED if priced and i < n - 1 and not (eject and i == 0) else TRUE
                    share = SHARE if kind == PRICED else 0.0
                new += _insert(tab, commits, prices, share, kind, subset[i], sol, nodes, memory)
        back = what == RESTORE
        if improving:
            worse = new - current
            back = worse > 0 and (temperature <= 0.0 or np.random.random() >= np.exp(-worse / temperature))
            if back:
                new = current
                for i in range(n):
                    _remove(tab, commits, subset[i], sol)
        if back:
            for i in range(n):
                _copy(saved, i if improving else subset[i], sol, subset[i])
                change = _rebook(tab, commits, subset[i], sol)
                if not improving:
                    new += change
        current = new
    return current
