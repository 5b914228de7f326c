"""Blocks: for each series and everyone who has a place, who can fill it, where, and at which starts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from solver.problem.availability import FreeTime, Slots
from solver.problem.days import Grid, local_minute
from solver.problem.tables import BIG, MAX_ACTORS, BlockInfo, ints
from solver.problem.travel import Travel
from solver.problem.venues import VenueRules, seats_needed
from solver.schema.base import WEEKDAYS, SittingId
from solver.schema.caseload import BookedMeeting, Caseload, Person, Plan, Venue
from solver.score import WEIGHTS
from solver.series import Place, Series

SITTING_GAP_MINUTES = 30
DEFAULT_SCHOOL_TRAVEL = 30


def school_allowance(series: Series) -> int:
    """Minutes a pupil needs between school and a meeting of the series."""
    clause = series.rule.school_hours
    return clause.travel_minutes if clause is not None else DEFAULT_SCHOOL_TRAVEL


def keeps_school_hours(series: Series) -> bool:
    """Whether no pupil attends a meeting of the series in school hours; else such a meeting costs."""
    clause = series.rule.school_hours
    return clause is None or not clause.wherever_possible


def sitting_gap(step: int) -> int:
    """Minutes between the two sittings of a split meeting, on a grid of ``step`` minutes."""
    return -(-SITTING_GAP_MINUTES // step) * step


def occupied_minutes(series: Series, sitting: SittingId | None, step: int) -> tuple[int, int]:
    """Minutes from the meeting's start to what a place takes up, and how long that is."""
    minutes = series.minutes
    if not series.split:
        return 0, minutes
    second = minutes + sitting_gap(step)
    if sitting == "A":
        return 0, minutes
    if sitting == "B":
        return second, minutes
    return 0, second + minutes


def meeting_minutes(series: Series, step: int) -> int:
    """Minutes a meeting of the series holds its room."""
    return occupied_minutes(series, None, step)[1]


class CompileError(ValueError):
    """The caseload is beyond what the solver's arrays can hold."""


@dataclass
class Lists:
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
    actor_twin: list[int] = field(default_factory=list)
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


class Blocks:
    """Builds the blocks of one caseload, one after the other.

    Parameters
    ----------
    caseload : Caseload
    series : tuple of Series
    grid : Grid
    free : FreeTime
    travel : Travel
    booked : mapping
        The booked meetings of each series that are not pinned.
    """

    def __init__(
        self,
        caseload: Caseload,
        series: tuple[Series, ...],
        grid: Grid,
        free: FreeTime,
        travel: Travel,
        booked: Mapping[int, Sequence[BookedMeeting]],
    ) -> None:
        self.lists = Lists()
        self._caseload = caseload
        self._series = series
        self._grid = grid
        self._free = free
        self._travel = travel
        self._booked = booked
        self._people: dict[str, Person] = {person.id: person for person in caseload.people}
        self._venues: dict[str, Venue] = {venue.id: venue for venue in caseload.venues}
        self._venue_index = {venue.id: i for i, venue in enumerate(caseload.venues)}
        self._rules = VenueRules(caseload)

    def _actor_slots(self, s: int, person: str, span: tuple[int, int]) -> Slots:
        """[D, slots] by start: whether an actor can be there."""
        step, series = self._grid.minutes, self._series[s]
        offset, length = span[0] // step, span[1] // step
        if keeps_school_hours(series):
            free = self._free.attending(person, school_allowance(series), offset, length)
        else:
            free = self._free.window(f"person:{person}", offset, length, self._free.person(person))
        noticed = self._free.noticed(person)
        if noticed is None:
            return free
        in_time: Slots = free & noticed
        for d, slot in self._booked_starts(s):
            # They are booked for that already.
            in_time[d, slot] = free[d, slot]
        return in_time

    def _booked_starts(self, s: int) -> Iterator[tuple[int, int]]:
        """Day and slot of each start that a meeting of the series is booked at."""
        index = self._grid.index()
        for meeting in self._booked.get(s, ()):
            slot, off = divmod(local_minute(meeting.start) - self._grid.start, self._grid.minutes)
            if meeting.start.date() in index and off == 0 and 0 <= slot < self._grid.slots:
                yield index[meeting.start.date()], slot

    def add(
        self, s: int, places: tuple[Place, ...], plans: tuple[Plan, ...], pinned: BookedMeeting | None
    ) -> int:
        """Append a block without starts; returns its number."""
        lists, series = self.lists, self._series[s]
        actors: list[str] = []
        for place in places:
            offset, length = occupied_minutes(series, place.sitting, self._grid.minutes)
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
            for deputy in place.stand_ins(self._people.get(place.person)):
                if deputy in own:
                    continue
                offset, length = occupied_minutes(series, place.sitting, self._grid.minutes)
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
        lists.actor_twin += [actors.index(actor) for actor in actors]
        lists.actor_ptr.append(len(lists.actor_person))
        lists.place_ptr.append(len(lists.place_fallback))
        lists.series.append(s)
        lists.length.append(meeting_minutes(series, self._grid.minutes))
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
            venues = [self._venues[pinned.venue]]
        else:
            venues = [
                venue
                for venue in self._caseload.venues
                if self._rules.refusal(venue, series.rule, plans, places) is None
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
                (virtual, virtual or "hybrid" in venue.features, self._travel.site_of[venue.id]), []
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
                    in_person = self._travel.allowance(actor, site) // WEIGHTS["travel_minutes_per_point"]
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
                lists.venue_index.append(self._venue_index[venue.id])
                lists.venue_cost.append(cost)
                lists.venue_bit.append(bit)
                bit += 1
            lists.venue_ptr.append(len(lists.venue_index))
        lists.group_ptr.append(len(lists.group_site))

    def starts(self, b: int, days: list[int], plans: tuple[Plan, ...]) -> dict[int, tuple[int, int]]:
        """Append the feasible starts of an ordinary block; returns (lo, hi) by day."""
        lists = self.lists
        info = lists.infos[b]
        series = self._series[info.series]
        rows = np.array(days, dtype=np.int64)
        step = self._grid.minutes
        length = lists.length[b] // step
        a0 = lists.actor_ptr[b]
        by_person = {place.person: place for place in info.places}
        shape = (len(rows), self._grid.slots)
        actor_bits = np.zeros(shape, dtype=np.uint64)
        possible = np.ones(shape, dtype=np.bool_)
        if length < self._grid.slots:
            possible[:, self._grid.slots - length + 1 :] = False
        for a, person in enumerate(info.actors):
            span = (lists.actor_offset[a0 + a], lists.actor_length[a0 + a])
            place = by_person.get(person)
            free = self._actor_slots(info.series, person, span)[rows]
            actor_bits |= free.astype(np.uint64) << np.uint64(a)
            if place is not None and place.level == "essential":
                possible &= free
        venue_bits = np.zeros(shape, dtype=np.uint64)
        for g in range(lists.group_ptr[b], lists.group_ptr[b + 1]):
            if not self._group_possible(b, g):
                continue
            for v in range(lists.venue_ptr[g], lists.venue_ptr[g + 1]):
                venue = self._caseload.venues[lists.venue_index[v]]
                free = self._free.window(f"venue:{venue.id}", 0, length, self._free.venue(venue.id))[rows]
                venue_bits |= free.astype(np.uint64) << np.uint64(lists.venue_bit[v])
        possible &= venue_bits != 0
        cost = np.zeros(shape, dtype=np.int32)
        for plan in plans:
            if plan.times.never:
                possible &= ~self._free.touching(plan.times.never, length)[rows]
            if plan.times.prefer:
                cost += np.where(
                    self._free.within(plan.times.prefer, length)[rows], 0, WEIGHTS["time_not_preferred"]
                ).astype(np.int32)
        if not keeps_school_hours(series):
            cost += self._in_school_hours(series, info.places)[rows]
        at, slot = np.nonzero(possible)
        counts = possible.sum(axis=1)
        lists.start_minute.append((self._grid.start + slot * step).astype(np.int32))
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

    def _in_school_hours(self, series: Series, places: tuple[Place, ...]) -> NDArray[np.int32]:
        """[D, slots] by start: points for the pupils with a place whose school hours it touches."""
        cost = np.zeros((len(self._grid.days), self._grid.slots), dtype=np.int32)
        step = self._grid.minutes
        for place in places:
            offset, length = occupied_minutes(series, place.sitting, step)
            outside = self._free.outside_lessons(
                place.person, school_allowance(series), offset // step, length // step
            )
            cost += np.where(outside, 0, WEIGHTS["school_hours"]).astype(np.int32)
        return cost

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

    def _pinned_in_school_hours(self, series: Series, info: BlockInfo, day: date, minute: int) -> int:
        pupils = 0
        for place in info.places:
            offset, length = occupied_minutes(series, place.sitting, self._grid.minutes)
            begin = minute + offset
            pupils += self._free.at_school(place.person, school_allowance(series), day, begin, begin + length)
        return WEIGHTS["school_hours"] * pupils

    def pinned_start(self, b: int, meeting: BookedMeeting, plans: tuple[Plan, ...]) -> tuple[int, int]:
        """Append the one start of a pinned meeting."""
        lists = self.lists
        info = lists.infos[b]
        series = self._series[info.series]
        day, minute = meeting.start.date(), local_minute(meeting.start)
        allowance = school_allowance(series)
        mask = 0
        a0 = lists.actor_ptr[b]
        for a, person in enumerate(info.actors):
            # The meeting may stand off the grid or outside the team's day: minutes count here, not slots.
            begin = minute + lists.actor_offset[a0 + a]
            end = begin + lists.actor_length[a0 + a]
            free = (
                lists.actor_forced[a0 + a] == 1
                or self._free.can_attend(person, allowance, day, begin, end)
                or (not keeps_school_hours(series) and self._free.is_free(person, day, begin, end))
            )
            mask |= int(free) << a
        cost = 0 if keeps_school_hours(series) else self._pinned_in_school_hours(series, info, day, minute)
        weekday = WEEKDAYS[meeting.start.weekday()]
        for plan in plans:
            if plan.times.prefer and not any(
                weekday in window.days and window.start <= minute and minute + lists.length[b] <= window.end
                for window in plan.times.prefer
            ):
                cost += WEIGHTS["time_not_preferred"]
        lists.start_minute.append(ints([minute]))
        lists.start_cost.append(ints([cost]))
        lists.start_actors.append(np.array([mask], dtype=np.uint64))
        lists.start_venues.append(np.array([1], dtype=np.uint64))
        lists.starts += 1
        return lists.starts - 1, lists.starts
