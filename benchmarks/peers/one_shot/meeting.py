"""One possible meeting: its room, and who fills each place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from itertools import pairwise

import numpy as np
from ortools.sat.python import cp_model
from ortools.sat.python.cp_model_helper import Literal

from benchmarks.peers.one_shot.building import Builder, Maybe
from benchmarks.peers.one_shot.chain import Time
from benchmarks.peers.one_shot.held import Held, group_of
from benchmarks.peers.one_shot.patterns import FAR, Pattern, Starts, stretches
from benchmarks.peers.one_shot.possible import Block, Possible, Use, Visit, Way
from benchmarks.peers.one_shot.windows import Windows
from solver.problem.tables import BIG, Problem


class MeetingBuilder:
    """Builds the meetings of a problem.

    Parameters
    ----------
    diaries
        Resources of which it is known when they are free: only what is so every week is said of each meeting.

    Attributes
    ----------
    uses
        By resource.
    absent
        Resources whose diaries the model has to know.
    visits
        By resource: where people are in person.
    """

    def __init__(self, build: Builder, problem: Problem, windows: Windows, diaries: Collection[int]) -> None:
        self._build, self._problem, self._windows, self._diaries = build, problem, windows, diaries
        self.absent: set[int] = set()
        self._found: dict[tuple[int, int], Possible] = {}
        self.uses: defaultdict[int, list[Use]] = defaultdict(list)
        self.visits: defaultdict[int, list[Visit]] = defaultdict(list)

    def meeting(self, s: int, k: int, time: Time, starts: Starts) -> list[Block]:
        """Build a possible meeting, once for each block that its days have; ``starts`` are all of its class."""
        tab, build = self._problem.tables, self._build
        by_day = tab.node_block[min(k, 1), s]
        days = np.unique(time.starts.day)
        blocks = np.unique(by_day[days]).tolist()
        found: list[Block] = []
        for b in blocks:
            on, held = time.present, time.held
            if len(blocks) > 1:
                held = held if held is not None and by_day[held.day] == b else None
                on = build.literal(held is not None)
                mine, others = days[by_day[days] == b], days[by_day[days] != b]
                calendar = self._windows.days
                build.within(time.day, stretches(calendar[mine], calendar[others]), on)
            found.append(self._block(s, k, b, on, held, time, starts))
        if len(blocks) > 1:
            literals = [one.on for one in found if one.on is not None]
            absent = [] if time.present is None else [time.present.negated()]
            build.cp.add_exactly_one([*literals, *absent])
        return found

    def _block(
        self, s: int, k: int, b: int, on: Maybe, held: Held | None, time: Time, starts: Starts
    ) -> Block:
        block = Block(b, on)
        if (b, min(k, 1)) not in self._found:
            here = self._problem.tables.node_block[min(k, 1), s]
            mine = starts.where(here[starts.day] == b)
            self._found[b, min(k, 1)] = Possible(self._problem, self._windows, mine)
        self._times(block, time, min(k, 1), held)
        self._venues(block, s, k, time, held)
        self._places(block, s, k, time, held)
        return block

    # --- the time --------------------------------------------------------------------------------

    def _times(self, block: Block, time: Time, k: int, held: Held | None) -> None:
        """Times that the families don't prefer cost points."""
        build, tab = self._build, self._problem.tables
        found = self._found[block.block, k]
        levels = np.unique(found.costs).tolist()
        build.cost(block.on, levels[0])
        for below, level in pairwise(levels):
            value = held is not None and int(tab.start_cost[held.start]) >= level
            literal = build.literal(value, level - below)
            pattern = found.patterns.find(found.costs < level)
            if pattern is not None:
                self._only(pattern, time, block.on, literal.negated())

    def _only(self, pattern: Pattern, time: Time, *when: Literal | None, weekly: bool = False) -> None:
        """Only starts of a pattern (or of its weekly part), where all of ``when`` hold."""
        build, cp, starts = self._build, self._build.cp, time.starts
        for weekdays, slots in pattern.weekly:
            here = [literal for w, literal in time.weekdays.items() if w in weekdays]
            for weekday in [None] if len(here) == len(time.weekdays) else here:
                if slots:
                    domain = cp_model.Domain.from_flat_intervals(slots)
                    build.when(cp.add_linear_expression_in_domain(time.slot, domain), weekday, *when)
                else:
                    literals = [one.negated() for one in (weekday, *when) if one is not None]
                    cp.add_bool_or(literals)
        if weekly:
            return
        first, last = (self._windows.days[starts.day[[0, -1]]]).tolist()
        for run in pattern.days:
            self._outside(time.day, (first, last), run, *when)
        bounds = (self._windows.day_slots * first, self._windows.day_slots * (last + 1))
        for run in pattern.starts:
            self._outside(time.start, bounds, run, *when)

    def _outside(
        self,
        var: cp_model.IntVar,
        bounds: tuple[int, int],
        run: tuple[int, int],
        *when: Literal | None,
    ) -> None:
        """A number within bounds isn't in a run, where all of ``when`` hold."""
        if run[1] < bounds[0] or bounds[1] < run[0]:
            return
        # One run at a time: order literals do for that, which many runs at once would need literals of their own for.
        around = [-FAR, run[0] - 1, run[1] + 1, FAR]
        domain = cp_model.Domain.from_flat_intervals(around)
        self._build.when(self._build.cp.add_linear_expression_in_domain(var, domain), *when)

    def _allow(
        self, block: Block, time: Time, k: int, bit: int, literal: Maybe, *, room: bool, resource: int
    ) -> None:
        """Where a literal holds, only starts that a bit of their masks allows."""
        pattern = self._found[block.block, min(k, 1)].pattern(bit, room=room)
        if pattern is None:
            return
        in_diary = resource in self._diaries
        self._only(pattern, time, literal, weekly=in_diary)
        if in_diary and (pattern.days or pattern.starts):
            self.absent.add(resource)

    # --- the room --------------------------------------------------------------------------------

    def _venues(self, block: Block, s: int, k: int, time: Time, held: Held | None) -> None:
        """One venue, free for the whole meeting."""
        tab, build, b = self._problem.tables, self._build, block.block
        somewhere = self._found[b, min(k, 1)].sometimes[True]
        rooms = [
            (g, v)
            for g in range(int(tab.group_ptr[b]), int(tab.group_ptr[b + 1]))
            if all(min(points) < BIG for points in self._essential(b, g))
            for v in range(int(tab.venue_ptr[g]), int(tab.venue_ptr[g + 1]))
            if somewhere >> int(tab.venue_bit[v]) & 1
        ]
        if len(rooms) == 1:
            block.venues = {rooms[0][1]: block.on}
            build.cost(block.on, int(tab.venue_cost[rooms[0][1]]))
        else:
            block.venues = {
                v: build.literal(held is not None and held.venue == v, int(tab.venue_cost[v]))
                for _, v in rooms
            }
            self._one_of([one for one in block.venues.values() if one is not None], block.on)
        length = int(tab.block_length[b]) // tab.grid
        for v, literal in block.venues.items():
            self._allow(
                block, time, k, int(tab.venue_bit[v]), literal, room=True, resource=int(tab.venue_res[v])
            )
            if tab.venue_res[v] >= 0:
                self.uses[int(tab.venue_res[v])].append(Use(s, k, literal, time, 0, length))
        by_group: defaultdict[int, list[Maybe]] = defaultdict(list)
        for g, v in rooms:
            by_group[g].append(block.venues[v])
        for g, literals in by_group.items():
            if len(by_group) == 1:
                block.groups[g] = block.on
            elif len(literals) == 1:
                block.groups[g] = literals[0]
            else:
                here = held is not None and group_of(self._problem, held.venue) == g
                block.groups[g] = build.literal(here)
                self._one_of([one for one in literals if one is not None], block.groups[g])

    def _one_of(self, literals: list[cp_model.IntVar], on: Maybe) -> None:
        absent = [] if on is None else [on.negated()]
        self._build.cp.add_exactly_one([*literals, *absent])

    def _essential(self, b: int, g: int) -> list[tuple[int, int]]:
        """What it costs the essential people to come to a group of venues in person and remotely."""
        tab = self._problem.tables
        return [
            self._modes(b, g, int(tab.option_ptr[p]))
            for p in range(int(tab.place_ptr[b]), int(tab.place_ptr[b + 1]))
            if tab.place_fallback[p] >= BIG
        ]

    def _modes(self, b: int, g: int, o: int) -> tuple[int, int]:
        tab = self._problem.tables
        first, last = int(tab.option_ptr[tab.place_ptr[b]]), int(tab.option_ptr[tab.place_ptr[b + 1]])
        at = int(tab.mode_ptr[b]) + (g - int(tab.group_ptr[b])) * (last - first) + o - first
        return int(tab.mode_in_person[at]), int(tab.mode_remote[at])

    # --- the places ------------------------------------------------------------------------------

    def _places(self, block: Block, s: int, k: int, time: Time, held: Held | None) -> None:
        tab, build, b = self._problem.tables, self._build, block.block
        quorum = int(tab.block_quorum[b])
        coming: list[cp_model.IntVar] = []
        by_person: defaultdict[str, list[cp_model.IntVar]] = defaultdict(list)
        p0, o0 = int(tab.place_ptr[b]), int(tab.option_ptr[tab.place_ptr[b]])
        for p in range(p0, int(tab.place_ptr[b + 1])):
            choice = None if held is None else held.choice[p - p0]
            ways = self._ways(block, p, k, held, choice)
            block.places.append(ways)
            present = [way for way in ways if way.option is not None]
            for way in present:
                self._come(block, s, k, time, way)
                person = self._problem.blocks[b].actors[int(tab.option_actor[o0 + (way.option or 0)])]
                if way.comes is not None and len(ways) > 1:
                    by_person[person].append(way.comes)
            if tab.place_professional[p]:
                if len(ways) == 1:
                    quorum -= 1
                else:
                    literals = [way.comes for way in present if way.comes is not None]
                    coming += literals
                    if int(tab.block_quorum[b]) and len(literals) > 1:
                        build.cp.add_at_most_one(literals)
        for literals in by_person.values():
            if len(literals) > 1:
                build.cp.add_at_most_one(literals)
        if quorum > 0:
            build.when(build.cp.add(cp_model.LinearExpr.sum(coming) >= quorum), block.on)

    def _ways(self, block: Block, p: int, k: int, held: Held | None, choice: int | None) -> list[Way]:
        """The ways to fill a place that are worth thinking of, the last of them nobody where that may be."""
        tab, build = self._problem.tables, self._build
        nobody = int(tab.place_fallback[p])
        needed = int(tab.block_quorum[block.block]) > 0
        group = None if held is None else group_of(self._problem, held.venue)
        ways: list[Way] = []
        for o in range(int(tab.option_ptr[p]), int(tab.option_ptr[p + 1])):
            way, remotely = self._way(block, o, k)
            if way is None or not (needed or min(way.points.values()) < nobody):
                continue
            if o == tab.option_ptr[p] and self._comes_anyway(block, way, o, k, nobody):
                way.comes = block.on
                for g, points in way.points.items():
                    build.cost(block.groups[g], points)
                self._may_stay_away(block, way, remotely, choice, group)
                return [way]
            way.comes = build.literal(choice is not None and choice >= 0 and choice // 2 == way.option)
            self._may_stay_away(block, way, remotely, choice, group)
            ways.append(way)
        least = {g: min([nobody, *(way.points[g] for way in ways if g in way.points)]) for g in block.groups}
        for g, points in least.items():
            build.cost(block.groups[g], points)
        ways.append(
            Way(None, build.literal(choice is not None and choice < 0), dict.fromkeys(block.groups, nobody))
        )
        for way in ways:
            if way.comes is not None:
                more = {g: points - least[g] for g, points in way.points.items()}
                self._charge(block, way.comes, more, group)
        build.clause(any_of=[way.comes for way in ways if way.comes is not None], unless_all=[block.on])
        present: list[Literal] = [way.comes for way in ways[:-1] if way.comes is not None]
        absent = [] if block.on is None else [block.on.negated()]
        if len(present) + len(absent) > 1:
            build.cp.add_at_most_one([*present, *absent])
        return ways

    def _way(self, block: Block, o: int, k: int) -> tuple[Way | None, dict[int, int]]:
        """One person filling a place, and by group what it costs more to join remotely than to come."""
        tab, b = self._problem.tables, block.block
        bit = int(tab.option_actor[o])
        way = Way(o - int(tab.option_ptr[tab.place_ptr[b]]), None, {})
        way.resource = int(tab.actor_res[int(tab.actor_ptr[b]) + bit])
        remotely: dict[int, int] = {}
        for g in block.groups:
            in_person, remote = self._modes(b, g, o)
            if min(in_person, remote) < BIG:
                way.points[g] = min(in_person, remote) + int(tab.option_cost[o])
            if in_person < remote:
                way.in_person.add(g)
                if remote < BIG:
                    remotely[g] = remote - in_person
        able = self._found[b, min(k, 1)].sometimes[False] >> bit & 1
        return (way if able and way.points else None), remotely

    def _comes_anyway(self, block: Block, way: Way, o: int, k: int, nobody: int) -> bool:
        """Whether the person whose place it is comes whatever is planned."""
        if nobody >= BIG:
            return True
        found = self._found[block.block, min(k, 1)]
        always = found.always[False] >> int(self._problem.tables.option_actor[o]) & 1
        return (
            bool(always)
            and way.resource < 0
            and len(way.points) == len(block.groups)
            and max(way.points.values()) <= nobody
        )

    def _may_stay_away(
        self, block: Block, way: Way, remotely: dict[int, int], choice: int | None, group: int | None
    ) -> None:
        """Somebody who would come may join remotely instead: that is of use only to those who can't be at two sites."""
        if way.resource < 0 or not remotely:
            return
        build = self._build
        value = choice is not None and choice == 2 * (way.option or 0) + 1 and group in way.in_person
        way.away = build.literal(value)
        self._charge(block, way.away, remotely, group)

    def _charge(
        self, block: Block, literal: cp_model.IntVar, points: dict[int, int], group: int | None
    ) -> None:
        """Charge what depends on the group of venues; where a group has no points the literal cannot hold."""
        build = self._build
        for g, venue in block.groups.items():
            if g not in points:
                build.clause(unless_all=[literal, venue])
        least, most = min(points.values()), max(points.values())
        build.cost(literal, least)
        if most > least:
            here = points.get(group, least) if group is not None and build.value(literal) else least
            extra = build.whole(0, most - least, here - least, 1)
            groups = [(block.groups[g], one - least) for g, one in points.items() if one > least]
            terms = [venue for venue, _ in groups if venue is not None]
            factors = [more for venue, more in groups if venue is not None]
            where = cp_model.LinearExpr.weighted_sum(terms, factors)
            build.cp.add(extra >= where - (most - least) * (1 - literal))

    def _come(self, block: Block, s: int, k: int, time: Time, way: Way) -> None:
        """Somebody who comes is free, and takes up their own time."""
        tab, b = self._problem.tables, block.block
        o = int(tab.option_ptr[tab.place_ptr[b]]) + (way.option or 0)
        bit = int(tab.option_actor[o])
        self._allow(block, time, k, bit, way.comes, room=False, resource=way.resource)
        if way.resource < 0:
            return
        a = int(tab.actor_ptr[b]) + bit
        offset, length = int(tab.actor_offset[a]) // tab.grid, int(tab.actor_length[a]) // tab.grid
        use = Use(s, k, way.comes, time, offset, length)
        self.uses[way.resource].append(use)
        for g in way.in_person:
            site = int(tab.group_site[g])
            self.visits[way.resource].append(Visit(use, site, (way.comes, block.groups[g]), way.away))
