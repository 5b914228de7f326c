"""Travel between sites, added to the model only where a solution breaks it: most people are at one site on most days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import combinations

from ortools.sat.python import cp_model

from benchmarks.peers.one_shot.held import Chains, Held, group_of
from benchmarks.peers.one_shot.model import OneShot
from benchmarks.peers.one_shot.patterns import FAR
from benchmarks.peers.one_shot.possible import Visit
from solver.problem.tables import Problem

Key = tuple[int, int]
"""A meeting, by its series and its place in the chain."""
Pair = tuple[Key, Key]


@dataclass(frozen=True)
class _Stay:
    """Somebody's time at a site in person, in minutes of the day."""

    meeting: Key
    begin: int
    end: int
    site: int


class Journeys:
    """The travel of a problem's shared people."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._pairs: set[Pair] = set()

    def minutes(self, r: int, one: int, other: int) -> int:
        """Minutes that a person needs from one site to another."""
        tab = self._problem.tables
        if one == other:
            return 0
        given = int(tab.travel[one, other])
        return given if given >= 0 else int(tab.allowance[r, one]) + int(tab.allowance[r, other])

    def broken(self, chains: Chains) -> set[Pair]:
        """Meetings between which somebody has too little time to travel."""
        days: defaultdict[tuple[int, int], list[_Stay]] = defaultdict(list)
        for r, day, stay in self._all_stays(chains):
            days[r, day].append(stay)
        found: set[Pair] = set()
        for (r, _), stays in days.items():
            stays.sort(key=lambda stay: stay.begin)
            for one, other in combinations(stays, 2):
                if other.begin - one.end < self.minutes(r, one.site, other.site):
                    first, second = sorted((one.meeting, other.meeting))
                    found.add((first, second))
        return found

    def _all_stays(self, chains: Chains) -> Iterator[tuple[int, int, _Stay]]:
        """Every shared person's stays, with their days."""
        for s, chain in enumerate(chains):
            for k, held in enumerate(chain):
                for r, stay in self._stays(s, k, held):
                    yield r, held.day, stay

    def _stays(self, s: int, k: int, held: Held) -> Iterator[tuple[int, _Stay]]:
        """The shared people who are at a meeting in person."""
        tab = self._problem.tables
        b = int(tab.node_block[min(k, 1), s, held.day])
        site = int(tab.group_site[group_of(self._problem, held.venue)])
        for choice in held.choice:
            if choice < 0 or choice % 2:
                continue
            o = int(tab.option_ptr[tab.place_ptr[b]]) + choice // 2
            a = int(tab.actor_ptr[b]) + int(tab.option_actor[o])
            r = int(tab.actor_res[a])
            if r >= 0:
                begin = int(tab.start_minute[held.start]) + int(tab.actor_offset[a])
                yield r, _Stay((s, k), begin, begin + int(tab.actor_length[a]), site)

    def forbid(self, model: OneShot, pairs: set[Pair]) -> None:
        """Leave everybody time to travel between these meetings."""
        by_meeting = _by_meeting(model)
        for pair in sorted(pairs - self._pairs):
            one, other = by_meeting[pair[0]], by_meeting[pair[1]]
            here, there = (model.times[s][k] for s, k in pair)
            build = model.build
            first = build.literal(build.hint[here.start.index] < build.hint[there.start.index])
            for r in sorted(one.keys() & other.keys()):
                for a in one[r]:
                    for b in other[r]:
                        self._apart(model, r, a, b, first)
        self._pairs |= pairs

    def _apart(self, model: OneShot, r: int, a: Visit, b: Visit, first: cp_model.IntVar) -> None:
        step = self._problem.tables.grid
        slots = -(-self.minutes(r, a.site, b.site) // step)
        if not slots:
            return
        build = model.build
        there = [*a.when, *b.when, *(one.away.negated() for one in (a, b) if one.away is not None)]
        for before, after, order in ((a, b, first), (b, a, first.negated())):
            begin = after.use.time.start + after.use.offset
            end = before.use.time.start + before.use.offset + before.use.length
            build.when(build.cp.add(begin >= end + slots), order, *there)

    def keep_clear(self, model: OneShot, cp: cp_model.CpModel, chains: Chains, free: Collection[Key]) -> None:
        """Leave everybody time to travel between the free meetings and those that stay as they are in ``chains``.

        Parameters
        ----------
        cp
            A copy of the model's, to which this is added.
        """
        others: defaultdict[int, list[tuple[int, _Stay]]] = defaultdict(list)
        for r, day, stay in self._all_stays(chains):
            if stay.meeting not in free:
                others[r].append((day, stay))
        by_meeting = _by_meeting(model)
        whole = cp_model.Domain(0, FAR)
        for key in sorted(free):
            for r, visits in by_meeting[key].items():
                for visit in visits:
                    taken = [one for stay in others[r] if (one := self._taken(model, r, visit, *stay))]
                    if taken:
                        domain = whole.intersection_with(cp_model.Domain.from_intervals(taken).complement())
                        there = [*visit.when, None if visit.away is None else visit.away.negated()]
                        model.build.when(
                            cp.add_linear_expression_in_domain(visit.use.time.start, domain), *there
                        )

    def _taken(self, model: OneShot, r: int, visit: Visit, day: int, stay: _Stay) -> list[int]:
        """The first and the last start at which a visit leaves too little time to travel; none if it always does."""
        tab = self._problem.tables
        way = -(-self.minutes(r, visit.site, stay.site) // tab.grid)
        if not way:
            return []
        midnight = model.windows.day_slots * int(model.windows.days[day])
        begin, end = ((minute - tab.span_start) // tab.grid for minute in (stay.begin, stay.end))
        first = begin - way - visit.use.length - visit.use.offset + 1
        last = end + way - visit.use.offset - 1
        first, last = max(first, 0), min(last, tab.slots)
        return [midnight + first, midnight + last] if first <= last else []


def _by_meeting(model: OneShot) -> defaultdict[Key, dict[int, list[Visit]]]:
    """Who may be where in person, by meeting and by resource."""
    found: defaultdict[Key, dict[int, list[Visit]]] = defaultdict(dict)
    for r, visits in model.meetings.visits.items():
        for visit in visits:
            found[visit.use.series, visit.use.number].setdefault(r, []).append(visit)
    return found
