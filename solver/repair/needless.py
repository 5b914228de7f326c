"""Starts that a relaxation can do without: where a meeting can be held on a day without getting in anybody's way, that is enough.

In a disruption problem every start of a day costs the same, but for those at which a booked meeting stands. So of a day as many
starts will do as the other series planned anew, which meet once a day at most, can't all get in the way of: starts that don't
overlap, at which nobody who can't be missed is elsewhere, with rooms enough that the others leave one free.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np

from solver.engine.subproblem import Pattern, SeriesChoices, Subproblem
from solver.problem.tables import BIG, Problem

Taken = tuple[int, int, int, int, int]
"""Resource, day, begin and end in minutes, and the site of somebody who is there in person, else -1."""


class Other(NamedTuple):
    """A meeting of a series that isn't planned anew."""

    series: int
    weight: int
    """Disruption where it is displaced. 0: it isn't booked yet, and the best calendar so far has found this place for it."""
    taken: tuple[Taken, ...]


def without_needless(problem: Problem, sub: Subproblem, others: Mapping[int, Other]) -> Subproblem:
    """Leave out the starts of a day that another makes needless.

    Parameters
    ----------
    problem : Problem
        A disruption problem.
    sub : Subproblem
        Of the series planned anew.
    others : mapping
        Meetings that stand or are displaced.
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
    def __init__(self, problem: Problem, sub: Subproblem, others: Mapping[int, Other]) -> None:
        self._problem = problem
        self._tab = problem.tables
        self._standing: defaultdict[tuple[int, int], list[tuple[int, int, int]]] = defaultdict(list)
        for other in others.values():
            for r, d, begin, end, site in other.taken:
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
        self._longest: defaultdict[tuple[int, int], int] = defaultdict(int)
        """Minutes of the longest meeting of a series on a day."""
        allowance = int(self._tab.allowance.max(initial=0))
        self._farthest = max(2 * allowance, int(self._tab.travel.max(initial=0)))
        """Most minutes from one site to another."""
        for one in sub.choices:
            for pattern in one.patterns:
                self._meeting[pattern.day].add(one.series)
                length = int(self._tab.block_length[pattern.block])
                key = one.series, pattern.day
                self._longest[key] = max(self._longest[key], length)
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
        chosen: list[Pattern] = []
        rivals: set[int] = set()
        for pattern in sorted(patterns, key=lambda one: int(self._tab.start_minute[one.start])):
            begin, _ = self._span(pattern)
            if (chosen and begin < self._span(chosen[-1])[1]) or not self._is_undisturbed(s, pattern):
                continue
            chosen.append(pattern)
            rivals |= self._rivals(s, pattern)
            if len(chosen) > sum(self._most_taken(chosen, rival) for rival in rivals):
                kept = set(chosen)
                return [one for one in patterns if one in kept or self._tab.start_bonus[one.start] > 0]
        return patterns

    def _span(self, pattern: Pattern) -> tuple[int, int]:
        minute = int(self._tab.start_minute[pattern.start])
        return minute, minute + int(self._tab.block_length[pattern.block])

    def _rivals(self, s: int, pattern: Pattern) -> set[int]:
        """Other series planned anew that may want somebody on that day without whom the meeting can't be held."""
        begin, _ = self._span(pattern)
        taken = people_needed(self._problem, pattern.block, pattern.group, pattern.day, begin)
        return {rival for r, d, *_ in taken for rival in self._wanted[r, d] if rival != s}

    def _most_taken(self, chosen: Sequence[Pattern], rival: int) -> int:
        """Most of some starts, none overlapping, that the one meeting of another series can get in the way of."""
        reach = self._longest[rival, chosen[0].day] + 2 * self._farthest
        spans = [self._span(one) for one in chosen]
        return max(sum(end <= later < end + reach for later, _ in spans) + 1 for _, end in spans)

    def _is_undisturbed(self, s: int, pattern: Pattern) -> bool:
        """Whether nothing that stands is in the way, and there are rooms enough for whatever else is planned anew that day."""
        tab, d = self._tab, pattern.day
        minute, end = self._span(pattern)
        for r, _, begin, until, site in people_needed(self._problem, pattern.block, pattern.group, d, minute):
            if any(self._in_the_way(r, (begin, until, site), other) for other in self._standing[r, d]):
                return False
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
