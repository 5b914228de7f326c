"""From a caseload and a policy to a ``Problem``: the one place where the outward documents become arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from calendars.workdays import WorkingCalendar
from solver.policy.model import Policy
from solver.policy.windows import working_calendar
from solver.problem.availability import FreeTime, Slots
from solver.problem.days import ChainCosts, Grid, local_minute, make_grid
from solver.problem.layout import pack
from solver.problem.tables import BIG, MAX_ACTORS, BlockInfo, Ints, Problem, Tables
from solver.problem.venues import NO_SITE_MINUTES, VenueRules, seats_needed
from solver.schema.caseload import BookedMeeting, Caseload, Person, Plan, Venue
from solver.score import WEIGHTS
from solver.series import Membership, Place, Series, form_series, series_of

SITTING_GAP_MINUTES = 30
DEFAULT_SCHOOL_TRAVEL = 30
_T = TypeVar("_T", bound=np.generic)


class CompileError(ValueError):
    """The caseload is beyond what the solver's arrays can hold."""


@dataclass
class _Lists:
    """The flat arrays while they grow."""

    series: list[int] = field(default_factory=list)
    length: list[int] = field(default_factory=list)
    quorum: list[int] = field(default_factory=list)
    forced: list[int] = field(default_factory=list)
    actor_ptr: list[int] = field(default_factory=lambda: [0])
    actor_person: list[str] = field(default_factory=list)
    actor_offset: list[int] = field(default_factory=list)
    actor_length: list[int] = field(default_factory=list)
    actor_forced: list[int] = field(default_factory=list)
    place_ptr: list[int] = field(default_factory=lambda: [0])
    place_fallback: list[int] = field(default_factory=list)
    place_professional: list[int] = field(default_factory=list)
    option_ptr: list[int] = field(default_factory=lambda: [0])
    option_actor: list[int] = field(default_factory=list)
    option_cost: list[int] = field(default_factory=list)
    group_ptr: list[int] = field(default_factory=lambda: [0])
    group_site: list[int] = field(default_factory=list)
    mode_ptr: list[int] = field(default_factory=list)
    mode_in_person: list[int] = field(default_factory=list)
    mode_remote: list[int] = field(default_factory=list)
    venue_ptr: list[int] = field(default_factory=lambda: [0])
    venue_index: list[int] = field(default_factory=list)
    venue_cost: list[int] = field(default_factory=list)
    venue_bit: list[int] = field(default_factory=list)
    start_minute: list[NDArray[np.int32]] = field(default_factory=list)
    start_cost: list[NDArray[np.int32]] = field(default_factory=list)
    start_actors: list[NDArray[np.uint64]] = field(default_factory=list)
    start_venues: list[NDArray[np.uint64]] = field(default_factory=list)
    starts: int = 0
    infos: list[BlockInfo] = field(default_factory=list)


def _ints(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int32)


class _Compiler:
    def __init__(self, caseload: Caseload, policy: Policy) -> None:
        self.caseload = caseload
        self.calendar: WorkingCalendar = working_calendar(caseload, policy)
        self.grid: Grid = make_grid(caseload, self.calendar)
        self.index = self.grid.index()
        self.people: dict[str, Person] = {person.id: person for person in caseload.people}
        self.venues: dict[str, Venue] = {venue.id: venue for venue in caseload.venues}
        self.venue_index = {venue.id: i for i, venue in enumerate(caseload.venues)}
        self.free = FreeTime(caseload, self.grid, self.calendar)
        self.rules = VenueRules(caseload)
        self.membership = Membership(caseload)
        self.series = form_series(caseload, policy)
        self.chains = ChainCosts(caseload, self.grid, self.calendar)
        self.lists = _Lists()
        self._sites()
        self.pinned: dict[tuple[int, int], BookedMeeting] = {}
        self.kept: dict[int, list[BookedMeeting]] = {}
        self._booked()

    # --- places people travel to ---------------------------------------------------------------

    def _sites(self) -> None:
        ids = [site.id for site in self.caseload.sites]
        # A venue without a site is a site of its own.
        ids += [
            f"venue:{venue.id}"
            for venue in self.caseload.venues
            if venue.site is None and venue.kind != "virtual"
        ]
        self.site_ids = ids
        index = {site: i for i, site in enumerate(ids)}
        self.site_minutes = [site.travel_minutes for site in self.caseload.sites]
        self.site_minutes += [NO_SITE_MINUTES] * (len(ids) - len(self.site_minutes))
        self.travel = np.full((len(ids), len(ids)), -1, dtype=np.int32)
        for a, row in self.caseload.travel.items():
            for b, minutes in row.items():
                if a in index and b in index:
                    self.travel[index[a], index[b]] = minutes
        for a, row in self.caseload.travel.items():
            for b in row:
                if a in index and b in index and self.travel[index[b], index[a]] < 0:
                    self.travel[index[b], index[a]] = self.travel[index[a], index[b]]
        self.site_of = {
            venue.id: -1 if venue.kind == "virtual" else index[venue.site or f"venue:{venue.id}"]
            for venue in self.caseload.venues
        }

    def allowance(self, person_id: str, site: int) -> int:
        person = self.people.get(person_id)
        if site < 0 or (
            person is not None and person.site is not None and self.site_ids[site] == person.site
        ):
            return 0
        return self.site_minutes[site]

    # --- meetings that already stand -----------------------------------------------------------

    def _booked(self) -> None:
        for meeting in self.caseload.booked:
            s = series_of(meeting, self.series)
            if s is None:
                continue
            if meeting.pinned:
                self.pinned[s, self.index[meeting.start.date()]] = meeting
            else:
                self.kept.setdefault(s, []).append(meeting)

    # --- blocks ----------------------------------------------------------------------------------

    def _casts(
        self, s: int, *, first: bool
    ) -> dict[tuple[tuple[Place, ...], tuple[Plan, ...]], list[int]]:
        """Days by who would be there and for whom."""
        series = self.series[s]
        casts: dict[tuple[tuple[Place, ...], tuple[Plan, ...]], list[int]] = {}
        changes = self._changes(series)
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

    @staticmethod
    def _changes(series: Series) -> list[date]:
        """Dates from which the places may differ."""
        days = []
        for plan, last in zip(series.plans, series.last_days, strict=True):
            days.append(date.fromordinal(last.toordinal() + 1))
            for part in plan.participants:
                if part.from_ is not None:
                    days.append(part.from_)
                if part.until is not None:
                    days.append(date.fromordinal(part.until.toordinal() + 1))
            if plan.handover is not None:
                days.append(plan.handover.date)
        return sorted(days)

    def _spans(self, series: Series, place: Place) -> tuple[int, int]:
        """Offset and length in minutes of what a place occupies."""
        minutes = series.minutes
        if not series.split:
            return 0, minutes
        second = minutes + self.sitting_gap
        if place.sitting == "A":
            return 0, minutes
        if place.sitting == "B":
            return second, minutes
        return 0, second + minutes

    @property
    def sitting_gap(self) -> int:
        step = self.grid.minutes
        return -(-SITTING_GAP_MINUTES // step) * step

    def length(self, series: Series) -> int:
        """Minutes a meeting of the series holds its room."""
        return 2 * series.minutes + self.sitting_gap if series.split else series.minutes

    def _actor_slots(
        self, series: Series, plans: Sequence[Plan], place: Place | None, person: str, span: tuple[int, int]
    ) -> Slots:
        """[D, slots] by start: whether an actor can be there."""
        step = self.grid.minutes
        offset, length = span[0] // step, span[1] // step
        found = self.free.window(f"person:{person}", offset, length, self.free.person(person))
        if place is None or not place.child:
            return found
        clause = series.rule.school_hours
        allowance = clause.travel_minutes if clause is not None else DEFAULT_SCHOOL_TRAVEL
        for child in (child for plan in plans for child in plan.children if child.id == person):
            if child.school is not None:
                found = found & self.free.outside_school(child.school, allowance, offset, length)
        return found

    def _block(
        self, s: int, places: tuple[Place, ...], plans: tuple[Plan, ...], pinned: BookedMeeting | None
    ) -> int:
        """Append a block without starts; returns its number."""
        lists, series = self.lists, self.series[s]
        actors: list[str] = []
        for place in places:
            offset, length = self._spans(series, place)
            actors.append(place.person)
            lists.actor_offset.append(offset)
            lists.actor_length.append(length)
            lists.actor_forced.append(int(pinned is not None and place.level == "essential"))
        own = {place.person for place in places}
        options: list[tuple[Place, str]] = []
        for place in places:
            lists.place_professional.append(int(not place.family))
            if place.level == "essential":
                lists.place_fallback.append(BIG)
            elif place.level == "expected":
                lists.place_fallback.append(WEIGHTS["absent_family" if place.family else "report"])
            else:
                lists.place_fallback.append(WEIGHTS["absent_invited"])
            lists.option_actor.append(actors.index(place.person))
            lists.option_cost.append(0)
            options.append((place, place.person))
            person = self.people.get(place.person)
            if place.level == "expected" and person is not None:
                for deputy in person.deputies:
                    if deputy in own:
                        continue
                    offset, length = self._spans(series, place)
                    actors.append(deputy)
                    lists.actor_offset.append(offset)
                    lists.actor_length.append(length)
                    lists.actor_forced.append(0)
                    lists.option_actor.append(len(actors) - 1)
                    lists.option_cost.append(WEIGHTS["deputy"])
                    options.append((place, deputy))
            lists.option_ptr.append(len(lists.option_actor))
        if len(actors) > MAX_ACTORS:
            raise CompileError(
                f"{series.id} has {len(actors)} people and deputies; at most {MAX_ACTORS} can be planned for one meeting"
            )
        lists.actor_person += actors
        lists.actor_ptr.append(len(lists.actor_person))
        lists.place_ptr.append(len(lists.place_fallback))
        lists.series.append(s)
        lists.length.append(self.length(series))
        clause = series.rule.quorum
        lists.quorum.append(clause.professionals if clause is not None and pinned is None else 0)
        lists.forced.append(int(pinned is not None))
        self._block_venues(series, places, plans, options, pinned)
        lists.infos.append(BlockInfo(s, places, tuple(actors)))
        return len(lists.infos) - 1

    def _block_venues(
        self,
        series: Series,
        places: tuple[Place, ...],
        plans: tuple[Plan, ...],
        options: list[tuple[Place, str]],
        pinned: BookedMeeting | None,
    ) -> None:
        lists = self.lists
        if pinned is not None:
            venues = [self.venues[pinned.venue]]
        else:
            venues = [
                venue
                for venue in self.caseload.venues
                if self.rules.refusal(venue, series.rule, plans, places) is None
            ]
            if len(venues) > MAX_ACTORS:
                raise CompileError(
                    f"{series.id} could use {len(venues)} venues; at most {MAX_ACTORS} can be planned for: "
                    "name the likely ones in its venue.only"
                )
        groups: dict[tuple[bool, bool, int], list[Venue]] = {}
        for venue in venues:
            virtual = venue.kind == "virtual"
            groups.setdefault(
                (virtual, virtual or "hybrid" in venue.features, self.site_of[venue.id]), []
            ).append(venue)
        lists.mode_ptr.append(len(lists.mode_in_person))
        seats = seats_needed(places)
        bit = 0
        for (virtual, hybrid, site), members in groups.items():
            lists.group_site.append(site)
            for place, actor in options:
                forced = pinned is not None and place.level == "essential"
                in_person = BIG
                if not virtual and (place.remote != "yes" or (forced and not hybrid)):
                    in_person = self.allowance(actor, site) // WEIGHTS["travel_minutes_per_point"]
                remote = BIG
                if hybrid and place.remote == "yes":
                    remote = 0
                elif (hybrid and place.remote == "if_needed") or (forced and virtual):
                    remote = WEIGHTS["remote_family" if place.family else "remote_professional"]
                    if place.remote == "no":
                        remote = 0
                lists.mode_in_person.append(in_person)
                lists.mode_remote.append(remote)
            for venue in members:
                cost = WEIGHTS["venue_not_preferred"] * sum(
                    bool(plan.venue.prefer) and venue.id not in plan.venue.prefer for plan in plans
                )
                if venue.capacity is not None:
                    spare = max(0, venue.capacity - seats) // WEIGHTS["spare_seats_per_point"]
                    cost += min(WEIGHTS["spare_seats_cap"], spare)
                lists.venue_index.append(self.venue_index[venue.id])
                lists.venue_cost.append(cost)
                lists.venue_bit.append(bit)
                bit += 1
            lists.venue_ptr.append(len(lists.venue_index))
        lists.group_ptr.append(len(lists.group_site))

    def _starts(self, b: int, days: list[int], plans: tuple[Plan, ...]) -> dict[int, tuple[int, int]]:
        """Append the feasible starts of an ordinary block; returns (lo, hi) by day."""
        lists = self.lists
        info = lists.infos[b]
        series = self.series[info.series]
        rows = np.array(days, dtype=np.int64)
        step = self.grid.minutes
        length = lists.length[b] // step
        a0 = lists.actor_ptr[b]
        by_person = {place.person: place for place in info.places}
        shape = (len(rows), self.grid.slots)
        actor_bits = np.zeros(shape, dtype=np.uint64)
        possible = np.ones(shape, dtype=np.bool_)
        if length < self.grid.slots:
            possible[:, self.grid.slots - length + 1 :] = False
        for a, person in enumerate(info.actors):
            span = (lists.actor_offset[a0 + a], lists.actor_length[a0 + a])
            place = by_person.get(person)
            free = self._actor_slots(series, plans, place, person, span)[rows]
            actor_bits |= free.astype(np.uint64) << np.uint64(a)
            if place is not None and place.level == "essential":
                possible &= free
        venue_bits = np.zeros(shape, dtype=np.uint64)
        for g in range(lists.group_ptr[b], lists.group_ptr[b + 1]):
            if not self._group_possible(b, g):
                continue
            for v in range(lists.venue_ptr[g], lists.venue_ptr[g + 1]):
                venue = self.caseload.venues[lists.venue_index[v]]
                free = self.free.window(f"venue:{venue.id}", 0, length, self.free.venue(venue.id))[rows]
                venue_bits |= free.astype(np.uint64) << np.uint64(lists.venue_bit[v])
        possible &= venue_bits != 0
        cost = np.zeros(shape, dtype=np.int32)
        for plan in plans:
            if plan.times.never:
                possible &= ~self.free.touching(plan.times.never, length)[rows]
            if plan.times.prefer:
                cost += np.where(
                    self.free.within(plan.times.prefer, length)[rows], 0, WEIGHTS["time_not_preferred"]
                ).astype(np.int32)
        at, slot = np.nonzero(possible)
        counts = possible.sum(axis=1)
        lists.start_minute.append((self.grid.start + slot * step).astype(np.int32))
        lists.start_cost.append(cost[at, slot])
        lists.start_actors.append(actor_bits[at, slot])
        lists.start_venues.append(venue_bits[at, slot])
        found = {}
        lo = lists.starts
        for d, n in zip(days, counts.tolist(), strict=True):
            found[d] = (lo, lo + n)
            lo += n
        lists.starts = lo
        return found

    def _group_possible(self, b: int, g: int) -> bool:
        """Whether every essential place has a way to take part in this group of venues."""
        lists = self.lists
        first, last = lists.place_ptr[b], lists.place_ptr[b + 1]
        options = lists.option_ptr[last] - lists.option_ptr[first]
        base = lists.mode_ptr[b] + (g - lists.group_ptr[b]) * options
        for p in range(first, last):
            at = base + lists.option_ptr[p] - lists.option_ptr[first]
            if lists.place_fallback[p] >= BIG and min(lists.mode_in_person[at], lists.mode_remote[at]) >= BIG:
                return False
        return True

    def _pinned_start(self, b: int, meeting: BookedMeeting, plans: tuple[Plan, ...]) -> tuple[int, int]:
        """Append the one start of a pinned meeting."""
        lists = self.lists
        info = lists.infos[b]
        series = self.series[info.series]
        d = self.index[meeting.start.date()]
        minute = local_minute(meeting.start)
        step = self.grid.minutes
        slot, on_grid = divmod(minute - self.grid.start, step)
        mask = 0
        a0 = lists.actor_ptr[b]
        by_person = {place.person: place for place in info.places}
        for a, person in enumerate(info.actors):
            place = by_person.get(person)
            free = lists.actor_forced[a0 + a] == 1
            if not free and on_grid == 0 and 0 <= slot < self.grid.slots:
                span = (lists.actor_offset[a0 + a], lists.actor_length[a0 + a])
                free = bool(self._actor_slots(series, plans, place, person, span)[d, slot])
            mask |= int(free) << a
        cost = 0
        weekday = meeting.start.strftime("%a").lower()
        for plan in plans:
            if plan.times.prefer and not any(
                weekday in window.days and window.start <= minute and minute + lists.length[b] <= window.end
                for window in plan.times.prefer
            ):
                cost += WEIGHTS["time_not_preferred"]
        lists.start_minute.append(_ints([minute]))
        lists.start_cost.append(_ints([cost]))
        lists.start_actors.append(np.array([mask], dtype=np.uint64))
        lists.start_venues.append(np.array([1], dtype=np.uint64))
        lists.starts += 1
        return lists.starts - 1, lists.starts

    # --- everything together -------------------------------------------------------------------

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
            if plan in plans and rule.not_on_review_day is not None
            for day in plan.events.reviews
        }
        ordinary = [d for d in ordinary if self.grid.days[d] not in reviews]
        ordinary = [
            d for d in ordinary if self.caseload.horizon.start <= self.grid.days[d] <= series.last_day
        ]
        if ordinary:
            b = self._block(s, places, plans, None)
            for d, (lo, hi) in self._starts(b, ordinary, plans).items():
                if hi > lo:
                    out[0][d], out[1][d], out[2][d] = b, lo, hi
        for d in on:
            meeting = self.pinned.get((s, d))
            if meeting is not None:
                b = self._block(s, places, plans, meeting)
                out[1][d], out[2][d] = self._pinned_start(b, meeting, plans)
                out[0][d] = b

    def _resources(self) -> tuple[list[str], dict[str, int]]:
        """People two series may need, and every bookable room two series may use."""
        series_of: dict[str, set[int]] = {}
        lists = self.lists
        for b, info in enumerate(lists.infos):
            for person in info.actors:
                series_of.setdefault(f"person:{person}", set()).add(info.series)
            for v in range(lists.venue_ptr[lists.group_ptr[b]], lists.venue_ptr[lists.group_ptr[b + 1]]):
                venue = self.caseload.venues[lists.venue_index[v]]
                if venue.kind != "virtual":
                    series_of.setdefault(f"venue:{venue.id}", set()).add(info.series)
        names = [name for name, users in series_of.items() if len(users) > 1]
        return names, {name: i for i, name in enumerate(names)}

    def _finish(self, node_block: Ints, node_lo: Ints, node_hi: Ints, same: NDArray[np.int8]) -> Problem:
        lists, n, days = self.lists, len(self.series), self.grid.days
        names, resource = self._resources()
        cap = np.zeros(max(1, len(names)), dtype=np.int32)
        soft = np.zeros(max(1, len(names)), dtype=np.int8)
        allowance = np.zeros((max(1, len(names)), max(1, len(self.site_ids))), dtype=np.int32)
        for name, r in resource.items():
            kind, _, key = name.partition(":")
            person = self.people.get(key) if kind == "person" else None
            if person is not None:
                cap[r] = person.max_meetings_per_day or 0
                soft[r] = int(person.role == "social_worker")
                allowance[r, : len(self.site_ids)] = [
                    self.allowance(key, site) for site in range(len(self.site_ids))
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
            travel=self.travel if self.travel.size else np.full((1, 1), -1, dtype=np.int32),
            allowance=allowance,
            block_series=_ints(lists.series),
            block_length=_ints(lists.length),
            block_quorum=_ints(lists.quorum),
            block_forced=np.array(lists.forced, dtype=np.int8),
            actor_ptr=_ints(lists.actor_ptr),
            actor_res=_ints([resource.get(f"person:{person}", -1) for person in lists.actor_person]),
            actor_offset=_ints(lists.actor_offset),
            actor_length=_ints(lists.actor_length),
            actor_forced=np.array(lists.actor_forced, dtype=np.int8),
            place_ptr=_ints(lists.place_ptr),
            place_fallback=_ints(lists.place_fallback),
            place_professional=np.array(lists.place_professional, dtype=np.int8),
            option_ptr=_ints(lists.option_ptr),
            option_actor=_ints(lists.option_actor),
            option_cost=_ints(lists.option_cost),
            group_ptr=_ints(lists.group_ptr),
            group_site=_ints(lists.group_site),
            mode_ptr=_ints(lists.mode_ptr),
            mode_in_person=_ints(lists.mode_in_person),
            mode_remote=_ints(lists.mode_remote),
            venue_ptr=_ints(lists.venue_ptr),
            venue_res=_ints(
                [resource.get(f"venue:{self.caseload.venues[v].id}", -1) for v in lists.venue_index]
            ),
            venue_cost=_ints(lists.venue_cost),
            venue_bit=_ints(lists.venue_bit),
            venue_id=_ints(lists.venue_index),
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
            fixed_commits=fixed,
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
                    if gap[i, d] >= BIG and (i in on or not self.chains.too_early(series, self.grid.days[i], d)):
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
            minute, site = local_minute(meeting.start), self.site_of[meeting.venue]
            room = resource.get(f"venue:{meeting.venue}")
            if room is not None:
                commits.append((room, d, minute, minute + lists.length[b], site))
            for a in range(lists.actor_ptr[b], lists.actor_ptr[b + 1]):
                r = resource.get(f"person:{lists.actor_person[a]}")
                if lists.actor_forced[a] and r is not None:
                    begin = minute + lists.actor_offset[a]
                    commits.append((r, d, begin, begin + lists.actor_length[a], site))
        return tuple(commits)

    def _bonus(self, minutes: Ints, node_block: Ints, node_lo: Ints, node_hi: Ints) -> tuple[Ints, Ints]:
        """Points for keeping booked meetings where they are."""
        venue = np.full(len(minutes), -1, dtype=np.int32)
        points = np.zeros(len(minutes), dtype=np.int32)
        for s, meetings in self.kept.items():
            for meeting in meetings:
                d = self.index.get(meeting.start.date())
                if d is None or (s, d) in self.pinned:
                    continue
                for k in range(2):
                    if node_block[k, s, d] < 0:
                        continue
                    for at in range(node_lo[k, s, d], node_hi[k, s, d]):
                        if minutes[at] == local_minute(meeting.start):
                            venue[at] = self.venue_index[meeting.venue]
                            points[at] = WEIGHTS["moved"]
        return venue, points


def _concat(parts: list[NDArray[_T]], dtype: type[_T]) -> NDArray[_T]:
    return np.concatenate(parts).astype(dtype) if parts else np.zeros(0, dtype=dtype)


def compile_problem(caseload: Caseload, policy: Policy) -> Problem:
    """Compile a validated caseload under a policy.

    Parameters
    ----------
    caseload : Caseload
        Without faults (``solver.schema.validate``).
    policy : Policy

    Returns
    -------
    Problem

    Raises
    ------
    CompileError
        A meeting has more people and deputies than the arrays hold.
    """
    return _Compiler(caseload, policy).compile()
