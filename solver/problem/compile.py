"""From a caseload and a policy to a ``Problem``: the one place where the outward documents become arrays."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from calendars.workdays import WorkingCalendar
from solver.policy.events import days_kept_free
from solver.policy.model import Policy
from solver.policy.windows import working_calendar
from solver.problem.availability import FreeTime
from solver.problem.blocks import Blocks, CompileError
from solver.problem.days import ChainCosts, Grid, local_minute, make_grid
from solver.problem.layout import pack
from solver.problem.tables import BIG, Ints, Problem, Tables, ints
from solver.problem.travel import Travel
from solver.problem.uses import Use
from solver.schema.caseload import BookedMeeting, Caseload, Person, Plan
from solver.score import WEIGHTS
from solver.series import Membership, Place, form_series, series_of

_T = TypeVar("_T", bound=np.generic)


class _Compiler:
    def __init__(
        self,
        caseload: Caseload,
        policy: Policy,
        shared: Collection[str],
        standing: Collection[Use],
        only: Collection[str] | None,
        resilience: bool,
    ) -> None:
        self.caseload = caseload
        self.shared = {*shared, *(use.resource for use in standing)}
        self.standing = standing
        self.calendar: WorkingCalendar = working_calendar(caseload, policy)
        self.grid: Grid = make_grid(caseload, self.calendar)
        self.index = self.grid.index()
        self.people: dict[str, Person] = {person.id: person for person in caseload.people}
        self.venue_index = {venue.id: i for i, venue in enumerate(caseload.venues)}
        self.membership = Membership(caseload)
        series = form_series(caseload, policy)
        self.series = tuple(one for one in series if only is None or one.id in only)
        self.chains = ChainCosts(caseload, self.grid, self.calendar, resilience=resilience)
        self.travel = Travel(caseload, {use.site for use in standing})
        free = FreeTime(caseload, self.grid, self.calendar)
        self.pinned: dict[tuple[int, int], BookedMeeting] = {}
        self.kept: dict[int, list[BookedMeeting]] = {}
        self.blocks = Blocks(caseload, self.series, self.grid, free, self.travel, self.kept)
        self.lists = self.blocks.lists
        self._booked()

    def _booked(self) -> None:
        for meeting in self.caseload.booked:
            s = series_of(meeting, self.series)
            if s is None:
                continue
            if meeting.pinned:
                self.pinned[s, self.index[meeting.start.date()]] = meeting
            else:
                self.kept.setdefault(s, []).append(meeting)

    def _casts(self, s: int, *, first: bool) -> dict[tuple[tuple[Place, ...], tuple[Plan, ...]], list[int]]:
        """Days by who would be there and for whom."""
        series = self.series[s]
        casts: dict[tuple[tuple[Place, ...], tuple[Plan, ...]], list[int]] = {}
        changes = series.changes()
        known: tuple[tuple[Place, ...], tuple[Plan, ...]] | None = None
        period = -1
        for d, day in enumerate(self.grid.days):
            now = sum(change <= day for change in changes)
            if known is None or now != period:
                known = (self.membership.places(series, day, first=first), series.plans_on(day))
                period = now
            # A pinned meeting stands even when every plan has ended and nobody has a place left.
            if known[1] or (s, d) in self.pinned:
                casts.setdefault(known, []).append(d)
        return casts

    def compile(self) -> Problem:
        days, n = self.grid.days, len(self.series)
        node_block = np.full((2, n, len(days)), -1, dtype=np.int32)
        node_lo = np.zeros((2, n, len(days)), dtype=np.int32)
        node_hi = np.zeros((2, n, len(days)), dtype=np.int32)
        same = np.ones(n, dtype=np.int8)
        for s, series in enumerate(self.series):
            later = self._casts(s, first=False)
            first = self._casts(s, first=True) if series.first else later
            same[s] = int(first == later)
            for k, casts in ((1, later), (0, first)):
                if k == 0 and same[s]:
                    node_block[0, s], node_lo[0, s], node_hi[0, s] = (
                        node_block[1, s],
                        node_lo[1, s],
                        node_hi[1, s],
                    )
                    continue
                for (places, plans), on in casts.items():
                    self._nodes(s, places, plans, on, (node_block[k, s], node_lo[k, s], node_hi[k, s]))
        return self._finish(node_block, node_lo, node_hi, same)

    def _nodes(
        self,
        s: int,
        places: tuple[Place, ...],
        plans: tuple[Plan, ...],
        on: list[int],
        out: tuple[Ints, Ints, Ints],
    ) -> None:
        series = self.series[s]
        ordinary = [
            d for d in on if (s, d) not in self.pinned and self.calendar.is_open_day(self.grid.days[d])
        ]
        reviews = {
            day
            for plan, rule in zip(series.plans, series.rules, strict=True)
            if plan in plans
            for day in days_kept_free(plan, rule)
        }
        ordinary = [d for d in ordinary if self.grid.days[d] not in reviews]
        ordinary = [
            d for d in ordinary if self.caseload.horizon.start <= self.grid.days[d] <= series.last_day
        ]
        if ordinary:
            b = self.blocks.add(s, places, plans, None)
            for d, (lo, hi) in self.blocks.starts(b, ordinary, plans).items():
                if hi > lo:
                    out[0][d], out[1][d], out[2][d] = b, lo, hi
        for d in on:
            meeting = self.pinned.get((s, d))
            if meeting is not None:
                b = self.blocks.add(s, places, plans, meeting)
                out[1][d], out[2][d] = self.blocks.pinned_start(b, meeting, plans)
                out[0][d] = b

    def _resources(self) -> tuple[list[str], dict[str, int]]:
        """People two series may need, and every bookable room two series may use; those shared with other shards as well."""
        series_of: dict[str, set[int]] = {}
        lists = self.lists
        for b, info in enumerate(lists.infos):
            for person in info.actors:
                series_of.setdefault(f"person:{person}", set()).add(info.series)
            for v in range(lists.venue_ptr[lists.group_ptr[b]], lists.venue_ptr[lists.group_ptr[b + 1]]):
                venue = self.caseload.venues[lists.venue_index[v]]
                if venue.kind != "virtual":
                    series_of.setdefault(f"venue:{venue.id}", set()).add(info.series)
        names = [name for name, users in series_of.items() if len(users) > 1 or name in self.shared]
        return names, {name: i for i, name in enumerate(names)}

    def _finish(self, node_block: Ints, node_lo: Ints, node_hi: Ints, same: NDArray[np.int8]) -> Problem:
        lists, n, days = self.lists, len(self.series), self.grid.days
        names, resource = self._resources()
        cap = np.zeros(max(1, len(names)), dtype=np.int32)
        soft = np.zeros(max(1, len(names)), dtype=np.int8)
        allowance = np.zeros((max(1, len(names)), max(1, len(self.travel.sites))), dtype=np.int32)
        for name, r in resource.items():
            kind, _, key = name.partition(":")
            person = self.people.get(key) if kind == "person" else None
            if person is not None:
                cap[r] = person.max_meetings_per_day or 0
                soft[r] = int(person.role == "social_worker")
            if kind == "person":
                # Of a child without a record, too: two of its plans may meet at different sites.
                allowance[r, : len(self.travel.sites)] = [
                    self.travel.allowance(key, site) for site in range(len(self.travel.sites))
                ]
        first_cost = np.full((max(1, n), len(days)), BIG, dtype=np.int32)
        end_cost = np.zeros((max(1, n), len(days)), dtype=np.int32)
        none_cost = np.zeros(max(1, n), dtype=np.int32)
        gap_index = np.zeros(max(1, n), dtype=np.int32)
        for s, series in enumerate(self.series):
            first_cost[s], none_cost[s] = self.chains.first(series)
            gap_index[s], end_cost[s] = self.chains.later(series)
        self._chain_through_pinned(first_cost, end_cost, none_cost, gap_index)
        starts = _concat(lists.start_minute, np.int32)
        bonus_venue, bonus = self._bonus(starts, node_block, node_lo, node_hi)
        gaps = self.chains.gap_rows or [np.full((len(days), len(days)), BIG, dtype=np.int32)]
        tables = Tables(
            grid=self.grid.minutes,
            span_start=self.grid.start,
            slots=self.grid.slots,
            soft_cap=WEIGHTS["workload_meetings_a_day"],
            soft_cost=WEIGHTS["workload_day"],
            res_cap=cap,
            res_soft=soft,
            travel=self.travel.minutes if self.travel.minutes.size else np.full((1, 1), -1, dtype=np.int32),
            allowance=allowance,
            block_series=ints(lists.series),
            block_length=ints(lists.length),
            block_quorum=ints(lists.quorum),
            block_forced=np.array(lists.forced, dtype=np.int8),
            actor_ptr=ints(lists.actor_ptr),
            actor_res=ints([resource.get(f"person:{person}", -1) for person in lists.actor_person]),
            actor_offset=ints(lists.actor_offset),
            actor_length=ints(lists.actor_length),
            actor_forced=np.array(lists.actor_forced, dtype=np.int8),
            actor_twin=ints(lists.actor_twin),
            place_ptr=ints(lists.place_ptr),
            place_fallback=ints(lists.place_fallback),
            place_professional=np.array(lists.place_professional, dtype=np.int8),
            option_ptr=ints(lists.option_ptr),
            option_actor=ints(lists.option_actor),
            option_cost=ints(lists.option_cost),
            group_ptr=ints(lists.group_ptr),
            group_site=ints(lists.group_site),
            mode_ptr=ints(lists.mode_ptr),
            mode_in_person=ints(lists.mode_in_person),
            mode_remote=ints(lists.mode_remote),
            venue_ptr=ints(lists.venue_ptr),
            venue_res=ints(
                [resource.get(f"venue:{self.caseload.venues[v].id}", -1) for v in lists.venue_index]
            ),
            venue_cost=ints(lists.venue_cost),
            venue_bit=ints(lists.venue_bit),
            venue_id=ints(lists.venue_index),
            start_minute=starts,
            start_cost=_concat(lists.start_cost, np.int32),
            start_actors=_concat(lists.start_actors, np.uint64),
            start_venues=_concat(lists.start_venues, np.uint64),
            start_bonus_venue=bonus_venue,
            start_bonus=bonus,
            start_floor=np.full(len(starts), -BIG, dtype=np.int32),
            node_block=node_block,
            node_lo=node_lo,
            node_hi=node_hi,
            series_same=same,
            first_cost=first_cost,
            gap_index=gap_index,
            gap_cost=np.stack(gaps),
            end_cost=end_cost,
            none_cost=none_cost,
        )
        kept = sum(len(meetings) for meetings in self.kept.values())
        fixed = self._fixed(resource, node_block)
        held: dict[tuple[int, int], int] = {}
        for r, d, *_ in fixed:
            held[r, d] = held.get((r, d), 0) + 1
        crowded = sum(
            max(0, count - WEIGHTS["workload_meetings_a_day"]) for (r, _), count in held.items() if soft[r]
        )
        return Problem(
            tables=tables,
            packed=pack(tables),
            series=self.series,
            blocks=tuple(lists.infos),
            days=days,
            venues=tuple(venue.id for venue in self.caseload.venues),
            resources=tuple(names),
            pinned={key: meeting.id for key, meeting in self.pinned.items()},
            fixed_commits=(*fixed, *self._others(resource)),
            constant=WEIGHTS["moved"] * kept + WEIGHTS["workload_day"] * crowded,
        )

    def _chain_through_pinned(
        self, first_cost: Ints, end_cost: Ints, none_cost: Ints, gap_index: Ints
    ) -> None:
        """Forbid chains that miss a pinned meeting; allow those that only the pinned meeting's own day breaks."""
        by_series: dict[int, list[int]] = {}
        for s, d in self.pinned:
            by_series.setdefault(s, []).append(d)
        for s, on in by_series.items():
            series = self.series[s]
            gap = self.chains.gap_rows[gap_index[s]].copy()
            none_cost[s] = BIG
            for d in on:
                if first_cost[s, d] >= BIG:
                    first_cost[s, d] = self.chains.broken_window(series, None, d)
                for i in range(d):
                    # Only a pinned meeting may stand too early before a pinned one: any other is put elsewhere.
                    if gap[i, d] >= BIG and (
                        i in on or not self.chains.too_early(series, self.grid.days[i], d)
                    ):
                        gap[i, d] = self.chains.broken_window(series, self.grid.days[i], d)
            for d in on:
                first_cost[s, d + 1 :] = BIG
                end_cost[s, :d] = BIG
                gap[:d, d + 1 :] = BIG
            gap_index[s] = len(self.chains.gap_rows)
            self.chains.gap_rows.append(gap)

    def _fixed(
        self, resource: dict[str, int], node_block: Ints
    ) -> tuple[tuple[int, int, int, int, int], ...]:
        """What pinned meetings hold: their venue and their essential people."""
        commits = []
        lists = self.lists
        for (s, d), meeting in self.pinned.items():
            b = int(node_block[1, s, d])
            if b < 0:
                continue
            minute, site = local_minute(meeting.start), self.travel.site_of[meeting.venue]
            room = resource.get(f"venue:{meeting.venue}")
            if room is not None:
                commits.append((room, d, minute, minute + lists.length[b], site))
            # Somebody may be essential only at a first meeting. Whether this is the chain's first is not known yet, unless
            # another pinned one comes before it: their time is kept for it.
            blocks = (
                [b]
                if any(one == s and day < d for one, day in self.pinned)
                else [b, int(node_block[0, s, d])]
            )
            held: set[int] = set()
            for a in (a for one in blocks for a in range(lists.actor_ptr[one], lists.actor_ptr[one + 1])):
                r = resource.get(f"person:{lists.actor_person[a]}")
                if lists.actor_forced[a] and r is not None and r not in held:
                    held.add(r)
                    begin = minute + lists.actor_offset[a]
                    commits.append((r, d, begin, begin + lists.actor_length[a], site))
        return tuple(commits)

    def _others(self, resource: dict[str, int]) -> Iterator[tuple[int, int, int, int, int]]:
        """What meetings outside the caseload take up."""
        site = {name: i for i, name in enumerate(self.travel.sites)}
        for use in dict.fromkeys(self.standing):
            r, d = resource.get(use.resource), self.index.get(date.fromordinal(use.day))
            if r is not None and d is not None:
                yield r, d, use.begin, use.end, site.get(use.site, -1)

    def _bonus(self, minutes: Ints, node_block: Ints, node_lo: Ints, node_hi: Ints) -> tuple[Ints, Ints]:
        """Points for keeping booked meetings where they are."""
        venue = np.full(len(minutes), -1, dtype=np.int32)
        points = np.zeros(len(minutes), dtype=np.int32)
        for s, meetings in self.kept.items():
            for meeting in meetings:
                d = self.index.get(meeting.start.date())
                pinned = self.pinned.get((s, d)) if d is not None else None
                if d is None or (pinned is not None and pinned.venue != meeting.venue):
                    continue
                # Both classes of a day may have the same starts.
                found = {
                    at
                    for k in range(2)
                    if node_block[k, s, d] >= 0
                    for at in range(node_lo[k, s, d], node_hi[k, s, d])
                    if minutes[at] == local_minute(meeting.start)
                }
                for at in found:
                    if venue[at] not in (-1, self.venue_index[meeting.venue]):
                        raise CompileError(
                            f"{self.series[s].id} is booked twice at {meeting.start:%Y-%m-%d %H:%M}, in two venues: keep one"
                        )
                    venue[at] = self.venue_index[meeting.venue]
                    points[at] += WEIGHTS["moved"]
        return venue, points


def _concat(parts: list[NDArray[_T]], dtype: type[_T]) -> NDArray[_T]:
    return np.concatenate(parts).astype(dtype) if parts else np.zeros(0, dtype=dtype)


def compile_problem(
    caseload: Caseload,
    policy: Policy,
    *,
    shared: Collection[str] = (),
    standing: Collection[Use] = (),
    only: Collection[str] | None = None,
    resilience: bool = True,
) -> Problem:
    """Compile a validated caseload under a policy.

    Parameters
    ----------
    caseload : Caseload
        Without faults (``solver.schema.validate``).
    policy : Policy
    shared : collection of str
        ``person:<id>`` and ``venue:<id>`` that somebody else needs as well: resources even if one series alone uses them here.
    standing : collection of Use
        What meetings take up that the caseload doesn't have, and which stand: nobody here gets it. One of a person's uses
        is one meeting of their day.
    only : collection of str, optional
        Ids of the series to compile; all of them if not given.
    resilience : bool
        Whether the days of a chain cost what the score asks for slack and spacing. Without, calendars are planned that show what
        this is worth (`solver.stress`); nothing else does.

    Returns
    -------
    Problem

    Raises
    ------
    CompileError
        A meeting has more people and deputies than the arrays hold.
    """
    return _Compiler(caseload, policy, shared, standing, only, resilience).compile()
