"""Starts that a relaxation can do without: where a meeting can be held on a day without getting in anybody's way, that is enough.

In a disruption problem every start of a day costs the same, but for those at which a booked meeting stands. So of a day one start
will do that takes nothing that could be wanted otherwise: nobody who can't be missed elsewhere, and one of so many rooms that
all the other series planned anew, which meet once a day at most, leave one free.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

import numpy as np

from solver.engine.subproblem import Pattern, SeriesChoices, Subproblem
from solver.problem.tables import BIG, Problem
from solver.replan.standing import Kept

Taken = tuple[int, int, int, int, int]
"""Resource, day, begin and end in minutes, and the site of somebody who is there in person, else -1."""


def without_needless(
    problem: Problem, sub: Subproblem, others: Mapping[int, tuple[Kept, Sequence[Taken]]]
) -> Subproblem:
    """Leave out the starts of a day that another makes needless.

    Parameters
    ----------
    problem : Problem
        A disruption problem.
    sub : Subproblem
        Of the series planned anew.
    others : mapping
        Meetings that stand or are displaced, with what they take.
    """
    reducer = _Reducer(problem, sub, others)
    return dataclasses.replace(sub, choices=tuple(reducer.reduced(one) for one in sub.choices))


def people_needed(problem: Problem, b: int, group: int, day: int, minute: int) -> Iterator[Taken]:
    """Give what a meeting of block ``b`` in a group of venues takes of those whom it can't be held without."""
    tab = problem.tables
    o0 = int(tab.option_ptr[int(tab.place_ptr[b])])
    options = int(tab.option_ptr[int(tab.place_ptr[b + 1])]) - o0
    mode0 = int(tab.mode_ptr[b]) + (group - int(tab.group_ptr[b])) * options - o0
    for p in range(int(tab.place_ptr[b]), int(tab.place_ptr[b + 1])):
        if tab.place_fallback[p] < BIG:
            continue
        o = int(tab.option_ptr[p])
        a = int(tab.actor_ptr[b]) + int(tab.option_actor[o])
        r = int(tab.actor_res[a])
        if r >= 0 and not tab.actor_forced[a]:
            begin = minute + int(tab.actor_offset[a])
            site = int(tab.group_site[group]) if tab.mode_remote[mode0 + o] >= BIG else -1
            yield r, day, begin, begin + int(tab.actor_length[a]), site


class _Reducer:
    def __init__(
        self, problem: Problem, sub: Subproblem, others: Mapping[int, tuple[Kept, Sequence[Taken]]]
    ) -> None:
        self._problem = problem
        self._tab = problem.tables
        self._standing: defaultdict[tuple[int, int], list[tuple[int, int, int]]] = defaultdict(list)
        for _, taken in others.values():
            for r, d, begin, end, site in taken:
                self._standing[r, d].append((begin, end, site))
        for r, d in np.argwhere(sub.commits.n > 0).tolist():
            self._standing[r, d] += [
                (begin, end, site)
                for begin, end, site, _ in sub.commits.rows[r, d, : sub.commits.n[r, d]].tolist()
            ]
        self._wanted: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
        """Series planned anew that may want somebody on a day."""
        self._meeting: defaultdict[int, set[int]] = defaultdict(set)
        """Those that may meet on a day."""
        for one in sub.choices:
            for pattern in one.patterns:
                self._meeting[pattern.day].add(one.series)
            for b, d in {(pattern.block, pattern.day) for pattern in one.patterns}:
                actors = slice(int(self._tab.actor_ptr[b]), int(self._tab.actor_ptr[b + 1]))
                for r in self._tab.actor_res[actors].tolist():
                    if r >= 0:
                        self._wanted[r, d].add(one.series)

    def reduced(self, choices: SeriesChoices) -> SeriesChoices:
        patterns: list[Pattern] = []
        for _, found in groupby(choices.patterns, key=lambda pattern: (pattern.first, pattern.day)):
            patterns += self._of_day(choices.series, list(found))
        return dataclasses.replace(choices, patterns=tuple(patterns))

    def _of_day(self, s: int, patterns: Sequence[Pattern]) -> Iterable[Pattern]:
        # Whom a quorum brings isn't decided by the start.
        if self._tab.block_quorum[patterns[0].block] or self._tab.block_forced[patterns[0].block]:
            return patterns
        free = next((pattern for pattern in patterns if self._is_free(s, pattern)), None)
        if free is None:
            return patterns
        return [
            pattern for pattern in patterns if pattern is free or self._tab.start_bonus[pattern.start] > 0
        ]

    def _is_free(self, s: int, pattern: Pattern) -> bool:
        tab, d = self._tab, pattern.day
        minute = int(tab.start_minute[pattern.start])
        for r, _, begin, end, site in people_needed(self._problem, pattern.block, pattern.group, d, minute):
            if self._wanted[r, d] - {s}:
                return False
            if any(self._in_the_way(r, (begin, end, site), other) for other in self._standing[r, d]):
                return False
        end = minute + int(tab.block_length[pattern.block])
        spare = -len(self._meeting[d] - {s})
        for v in range(int(tab.venue_ptr[pattern.group]), int(tab.venue_ptr[pattern.group + 1])):
            if not int(tab.start_venues[pattern.start]) >> int(tab.venue_bit[v]) & 1:
                continue
            r = int(tab.venue_res[v])
            if r < 0:
                return True
            spare += not any(a < end and minute < b for a, b, _ in self._standing[r, d])
        return spare > 0

    def _in_the_way(self, r: int, one: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
        tab = self._tab
        (begin, end, site), (since, until, there) = one, other
        gap = max(since - end, begin - until)
        if gap < 0:
            return True
        if min(site, there) < 0 or site == there:
            return False
        usual = int(tab.allowance[r, site]) + int(tab.allowance[r, there])
        explicit = max(int(tab.travel[site, there]), int(tab.travel[there, site]))
        return gap < max(usual, explicit)
