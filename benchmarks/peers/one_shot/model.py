"""The whole team as one CP-SAT model: what a calendar is, and what it costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from ortools.sat.python import cp_model

from benchmarks.peers.one_shot.building import Builder, Maybe
from benchmarks.peers.one_shot.chain import ChainBuilder, Time
from benchmarks.peers.one_shot.diaries import Absences
from benchmarks.peers.one_shot.held import Chains, Held
from benchmarks.peers.one_shot.limits import Limits
from benchmarks.peers.one_shot.meeting import MeetingBuilder
from benchmarks.peers.one_shot.patterns import Starts
from benchmarks.peers.one_shot.possible import Block, Use, Way
from benchmarks.peers.one_shot.windows import Windows
from solver.problem.tables import BIG, Problem


class OneShot:
    """A model of all series at once.

    Every possible meeting has a day and a slot as whole numbers, a literal for each room and for everybody who may come, and for
    each of them an optional interval: nobody and no room has two at once. Travel between sites is added where a solution
    needs it (``journeys``), so that the model is never stricter than the rules.

    Parameters
    ----------
    start
        A lawful calendar, which becomes the hint.
    cost
        Of that. What can only cost more is left out.
    exact
        Whether chains may have as many meetings as they could ever need, not just as many as keep to their targets: only
        then is the best of the model the best of all calendars.

    Raises
    ------
    TimeoutError
        The time was up before the model was there.
    """

    def __init__(
        self,
        problem: Problem,
        windows: Windows,
        absences: Absences,
        start: Chains,
        cost: int,
        limits: Limits,
        *,
        exact: bool,
    ) -> None:
        self.problem, self.windows, self._absences = problem, windows, absences
        self.exact = exact
        self.build = Builder()
        self.times: list[list[Time]] = []
        self.blocks: list[list[list[Block]]] = []
        chains = ChainBuilder(self.build, problem, windows, cost)
        self.meetings = MeetingBuilder(self.build, problem, windows, absences.known)
        for s, held in enumerate(start):
            if limits.left <= 0:
                raise TimeoutError
            classes = [self._starts(s, k) for k in range(2)]
            times = chains.chain(s, held, classes, exact=exact)
            self.times.append(times)
            self.blocks.append(
                [self.meetings.meeting(s, k, time, classes[min(k, 1)]) for k, time in enumerate(times)]
            )
        self._one_thing_at_a_time()
        self._meetings_a_day()
        self.build.finish()

    def _starts(self, s: int, k: int) -> Starts:
        """The starts of a series' first meeting (0) or of later ones (1)."""
        tab = self.problem.tables
        days = np.nonzero(tab.node_block[k, s] >= 0)[0]
        if k == 0:
            days = days[tab.first_cost[s, days] < BIG]
        lo, hi = tab.node_lo[k, s, days], tab.node_hi[k, s, days]
        rows = np.concatenate([np.arange(a, b) for a, b in zip(lo, hi, strict=True)] or [np.zeros(0, int)])
        at = np.repeat(days, hi - lo)
        slots = (tab.start_minute[rows] - tab.span_start) // tab.grid
        return Starts(rows, at, slots.astype(np.int64))

    def _one_thing_at_a_time(self) -> None:
        """Nobody is at two meetings at once, and no room holds two."""
        cp = self.build.cp
        for r, uses in self.meetings.uses.items():
            away = self._absences.of(r) if r in self.meetings.absent else []
            if away or len({use.series for use in uses}) > 1:
                intervals = [self._interval(use.time.start + use.offset, use.length, use.on) for use in uses]
                intervals += [cp.new_fixed_size_interval_var(begin, end - begin, "") for begin, end in away]
                cp.add_no_overlap(intervals)

    def _interval(self, start: cp_model.LinearExprT, length: int, on: Maybe) -> cp_model.IntervalVar:
        cp = self.build.cp
        if on is None:
            return cp.new_fixed_size_interval_var(start, length, "")
        return cp.new_optional_fixed_size_interval_var(start, length, on, "")

    def _meetings_a_day(self) -> None:
        """Nobody has more meetings on a day than they can, and a social worker's beyond a few cost points."""
        tab, build = self.problem.tables, self.build
        for r, uses in self.meetings.uses.items():
            if not self.problem.resources[r].startswith("person:"):
                continue
            series = len({use.series for use in uses})
            cap = int(tab.res_cap[r])
            if 0 < cap < series:
                days = [self._interval(use.time.day, 1, use.on) for use in uses]
                build.cp.add_cumulative(days, [1] * len(days), cap)
            if tab.res_soft[r] and series > tab.soft_cap and not 0 < cap <= tab.soft_cap:
                self._workload(uses)

    def _workload(self, uses: list[Use]) -> None:
        tab, build = self.problem.tables, self.build
        so_far: Counter[int] = Counter()
        days = []
        for use in uses:
            comes = build.value(use.on) and use.time.held is not None
            so_far[use.time.hinted_day] += int(comes)
            over = comes and so_far[use.time.hinted_day] > tab.soft_cap
            beyond = build.literal(over, int(tab.soft_cost))
            counted = build.literal(comes and not over)
            build.clause(any_of=[beyond, counted], unless_all=[use.on])
            days.append(self._interval(use.time.day, 1, counted))
        build.cp.add_cumulative(days, [1] * len(days), int(tab.soft_cap))

    def decisions(self, s: int, k: int) -> Iterator[int]:
        """The variables that a possible meeting's time, room and people hang on."""
        time = self.times[s][k]
        yield from (var.index for var in (time.present, time.day, time.slot) if var is not None)
        for block in self.blocks[s][k]:
            yield from (one.index for one in (block.on, *block.venues.values()) if one is not None)
            for way in (way for ways in block.places for way in ways):
                yield from (one.index for one in (way.comes, way.away) if one is not None)

    # --- reading solutions -----------------------------------------------------------------------

    def read(self, values: Sequence[int] | Mapping[int, int]) -> Chains:
        """The meetings of a solution, from its value by variable index."""
        return tuple(
            tuple(
                self._held(time, blocks, values)
                for time, blocks in zip(times, found, strict=True)
                if _holds(time.present, values)
            )
            for times, found in zip(self.times, self.blocks, strict=True)
        )

    def _held(self, time: Time, blocks: list[Block], values: Sequence[int] | Mapping[int, int]) -> Held:
        tab = self.problem.tables
        day = int(np.searchsorted(self.windows.days, values[time.day.index]))
        slot = values[time.slot.index]
        starts = time.starts
        at = int(np.nonzero((starts.day == day) & (starts.slot == slot))[0][0])
        block = next(block for block in blocks if _holds(block.on, values))
        venue = next(v for v, literal in block.venues.items() if _holds(literal, values))
        group = int(np.searchsorted(tab.venue_ptr, venue, side="right")) - 1
        choice = []
        for ways in block.places:
            way = min(
                (way for way in ways if _holds(way.comes, values) and group in way.points),
                key=lambda way: way.points[group],
            )
            choice.append(_choice(way, group, values))
        return Held(day, int(starts.row[at]), venue, tuple(choice))


def _choice(way: Way, group: int, values: Sequence[int] | Mapping[int, int]) -> int:
    if way.option is None:
        return -1
    away = way.away is not None and values[way.away.index]
    return 2 * way.option + int(bool(away) or group not in way.in_person)


def _holds(literal: Maybe, values: Sequence[int] | Mapping[int, int]) -> bool:
    return literal is None or bool(values[literal.index])
