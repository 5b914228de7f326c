"""What might help a meeting that can't be held: each time that only one thing rules out says what that thing would have to be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice

from solver.explain.causes import Causes, Time
from solver.explain.edits import (
    agreed,
    all_of,
    also_in,
    beyond,
    can_after_all,
    cut,
    freed,
    in_place_of,
    may_join,
    only_on,
    opened,
    out_of_school,
    with_person,
    with_plans,
    with_venue,
    without_closure,
)
from solver.explain.people import Part, absent
from solver.explain.rules import professional_parts
from solver.explain.space import Case
from solver.explain.trying import Supposition
from solver.explain.words import name_of
from solver.policy.words import ROLE_WORDS, day_words
from solver.schema.base import FAMILY_ROLES
from solver.schema.calendar import RemedyKind
from solver.schema.caseload import Person
from solver.series import Place

MOST_MOVED = 3
"""Other meetings of one person or room that are tried to be moved."""
MOST_COLLEAGUES = 2
MOST_ASKED = 12
"""People of the same role of whom it is looked up whether they are free."""
FREED = frozenset({"person.busy", "person.hours", "attend.deputy"})
"""Rules that somebody who makes time is free of."""
USUAL = (8, 18)
"""Hours of the day at which people can be asked to make time."""
LONGER = 90
"""Minutes by which somebody's or a room's day is lengthened at most."""


@dataclass(frozen=True)
class _Slot:
    """A time that a remedy would open."""

    start: datetime
    end: datetime
    venue: str

    @property
    def words(self) -> str:
        return f"{day_words(self.start.date())} from {self.start:%H:%M} to {self.end:%H:%M}"


@dataclass(frozen=True)
class _Only:
    """The times that only one fact rules out, the nearest to the target first."""

    rule: str
    about: str
    which: str
    times: list[Time]


def suppositions(case: Case, causes: Causes, target: date, pinned: frozenset[str]) -> list[Supposition]:
    """Think of everything that might help, the easiest first.

    Parameters
    ----------
    case : Case
    causes : Causes
        Of the meeting within its window.
    target : date
        The day it is best on.
    pinned : frozenset of str
        Meetings that can't be moved.
    """
    return sorted(_Ideas(case, causes, target, pinned).all(), key=lambda one: one.ease)


class _Ideas:
    def __init__(self, case: Case, causes: Causes, target: date, pinned: frozenset[str]) -> None:
        self.case = case
        self.causes = causes
        self.space = causes.space
        self.series = causes.wanted.series
        self.target = target
        self.pinned = pinned
        self._by_rule: dict[str, Callable[[_Only], Iterator[Supposition]]] = {
            "person.notice": self._notice,
            "person.overlap": self._move_of_person,
            "person.cap": self._cap,
            "school.hours": self._school,
            "remote.allowed": self._remote,
            "venue.hours": self._open_venue,
            "venue.busy": self._open_venue,
            "venue.overlap": self._move_of_room,
            "venue.features": self._features,
            "venue.capacity": self._capacity,
            "venue.refused": self._family_agrees,
            "venue.only": self._family_agrees,
            "time.never": self._family_time,
            "day.open": self._open_day,
            "quorum": self._one_more,
        }

    def all(self) -> Iterator[Supposition]:
        for i, fact in enumerate(self.causes.facts):
            times = sorted(self.causes.only_by(i), key=self._nearness)
            think = self._by_rule.get(fact.rule)
            if times and think is not None:
                yield from think(_Only(*fact.key, times))
        for person in dict.fromkeys(one.key[1] for one in self.causes.facts if one.rule in FREED):
            times = sorted(self.causes.only_by_person(person, FREED), key=self._nearness)
            if times:
                yield from self._free_person(_Only("person.hours", person, "", times))
        yield from self._colleagues()
        yield from self._another_room()

    def _nearness(self, time: Time) -> tuple[bool, int, datetime, str]:
        """Near to the day it is best on comes first, and after everything else what nobody would be asked for."""
        odd = not USUAL[0] <= time.start.hour < USUAL[1]
        return odd, abs((time.start.date() - self.target).days), time.start, time.venue

    def _slot(self, time: Time) -> _Slot:
        minutes = self.space.length * self.space.grid.minutes
        return _Slot(time.start, time.start + timedelta(minutes=minutes), time.venue)

    def _free_person(self, only: _Only) -> Iterator[Supposition]:
        person = self.case.people[only.about]
        name = name_of(self.case.people, person.id)
        horizon = self.case.caseload.horizon
        longer: tuple[int, Time] | None = None
        for time in only.times:
            slot = self._slot(time)
            over = beyond(person.hours, slot.start, slot.end)
            away = cut(person.busy, slot.start, slot.end) != person.busy
            if over is not None and 0 < over <= LONGER and not away and (longer is None or over < longer[0]):
                longer = over, time
        if longer is not None:
            slot = self._slot(longer[1])
            change = with_person(freed(person, slot.start, slot.end, horizon))
            ask = f"have {name} there on {slot.words}, {longer[0]} minutes beyond their hours"
            yield Supposition("longer_hours", ask, 3, change, people=(person.id,))
        slot = self._slot(only.times[0])
        if longer is not None and only.times[0] == longer[1]:
            return
        change = with_person(freed(person, slot.start, slot.end, horizon))
        away = cut(person.busy, slot.start, slot.end) != person.busy
        note = ", when they are away or busy" if away else ", outside their hours"
        yield Supposition(
            "free_person", f"free {name} on {slot.words}{note}", 6 if away else 4, change, people=(person.id,)
        )

    def _notice(self, only: _Only) -> Iterator[Supposition]:
        person = self.case.people[only.about]
        day = max(time.start.date() for time in only.times)
        start = self.case.caseload.horizon.start
        days = self.case.working.working_days_between(start, day)
        sooner = person.model_copy(update={"notice_working_days": days})
        name = name_of(self.case.people, person.id)
        ask = f"book {name} at shorter notice, {days} working days instead of {person.notice_working_days}"
        yield Supposition("notice", ask, 4, with_person(sooner), people=(person.id,))

    def _move_of_person(self, only: _Only) -> Iterator[Supposition]:
        offset_of = self._in_the_way(f"person:{only.about}", only.times)
        yield from self._moves(offset_of)

    def _move_of_room(self, only: _Only) -> Iterator[Supposition]:
        yield from self._moves(self._in_the_way(f"venue:{only.about}", only.times))

    def _in_the_way(self, resource: str, times: list[Time]) -> Iterator[str]:
        """Meetings that alone stand at one of the times, the nearest first."""
        seen: set[str] = set()
        for time in times:
            slot = self._slot(time)
            begin = slot.start.hour * 60 + slot.start.minute
            end = begin + self.space.length * self.space.grid.minutes
            there = self.case.taken(resource, time.start.date(), self.series.id)
            over = [one for one in there if one.begin < end and begin < one.end]
            names = {one.meeting for one in (over or there)}
            if len(names) == 1 and not names <= seen:
                seen |= names
                yield next(iter(names))

    def _moves(self, meetings: Iterator[str]) -> Iterator[Supposition]:
        for meeting in islice((one for one in meetings if one and one not in self.pinned), MOST_MOVED):
            yield Supposition("move_meeting", f"move {meeting}", 5, moves=meeting)

    def _cap(self, only: _Only) -> Iterator[Supposition]:
        person = self.case.people[only.about]
        more = (person.max_meetings_per_day or 0) + 1
        name, day = name_of(self.case.people, person.id), day_words(only.times[0].start.date())
        change = with_person(person.model_copy(update={"max_meetings_per_day": more}))
        yield Supposition(
            "day_cap",
            f"ask {name} for {more} meetings on a day such as {day}",
            4,
            change,
            people=(person.id,),
        )

    def _school(self, only: _Only) -> Iterator[Supposition]:
        child = only.about
        schools = {
            one.school
            for plan in self.series.plans
            for one in plan.children
            if one.id == child and one.school
        }
        day = only.times[0].start.date()
        ask = f"let {name_of(self.case.people, child)} out of school on {day_words(day)}"
        yield Supposition("school_allowance", ask, 6, out_of_school(schools, day), people=(child,))

    def _remote(self, only: _Only) -> Iterator[Supposition]:
        person = only.about
        if person not in self.case.people:
            return
        name = name_of(self.case.people, person)
        ask = f"have {name} join remotely or in the room, as the venue asks for"
        yield Supposition("remote", ask, 2, with_plans(may_join(person)), people=(person,))

    def _open_venue(self, only: _Only) -> Iterator[Supposition]:
        venue = self.case.rules.venues[only.about]
        best = only.times[0]
        over = None
        if only.rule == "venue.hours":
            known = []
            for time in only.times:
                slot = self._slot(time)
                minutes = beyond(venue.hours, slot.start, slot.end)
                if minutes is not None and 0 < minutes <= LONGER:
                    known.append((minutes, *self._nearness(time)))
            if known:
                over = min(known)[0]
                best = next(one for one in only.times if (over, *self._nearness(one)) == min(known))
        slot = self._slot(best)
        change = with_venue(
            opened(venue, slot.start, slot.end, self.case.caseload.horizon), self.case.caseload
        )
        if over is not None:
            ask = f"have {venue.id} open on {slot.words}, {over} minutes beyond its hours"
        else:
            when = "outside its hours" if only.rule == "venue.hours" else "when it is closed or taken"
            ask = f"get {venue.id} on {slot.words}, {when}"
        kind: RemedyKind = "venue_hours" if only.rule == "venue.hours" else "free_venue"
        yield Supposition(kind, ask, 3 if over is not None else 4, change, venues=(venue.id,))

    def _features(self, only: _Only) -> Iterator[Supposition]:
        for name in self._venues_of(only.times)[:MOST_MOVED]:
            venue = self.case.rules.venues[name]
            needs = {feature for plan in self.series.plans for feature in plan.venue.needs}
            if self.series.rule.venue is not None:
                needs |= set(self.series.rule.venue.features)
            missing = sorted(needs - set(venue.features))
            with_all = venue.model_copy(update={"features": (*venue.features, *missing)})
            ask = f"equip {name} with {', '.join(missing)}"
            change = with_venue(with_all, self.case.caseload)
            yield Supposition("venue_feature", ask, 7, change, venues=(name,))

    def _capacity(self, only: _Only) -> Iterator[Supposition]:
        for name in self._venues_of(only.times)[:MOST_MOVED]:
            venue = self.case.rules.venues[name]
            larger = venue.model_copy(update={"capacity": None})
            ask = f"seat everybody in {name}, which is for {venue.capacity} (or have some join remotely)"
            change = with_venue(larger, self.case.caseload)
            yield Supposition("venue_capacity", ask, 6, change, venues=(name,))

    def _family_agrees(self, only: _Only) -> Iterator[Supposition]:
        for name in self._venues_of(only.times)[:MOST_MOVED]:
            venue = self.case.rules.venues[name]
            change = all_of(with_venue(venue, self.case.caseload), with_plans(agreed(name)))
            ask = f"ask the family whether {name} would do after all"
            yield Supposition("family_agrees", ask, 5, change, venues=(name,))

    def _family_time(self, only: _Only) -> Iterator[Supposition]:
        slot = self._slot(only.times[0])
        change = with_plans(can_after_all(slot.start, slot.end))
        ask = f"ask the family of plan {only.about} whether {slot.words} is possible after all"
        yield Supposition("family_time", ask, 5, change)

    def _open_day(self, only: _Only) -> Iterator[Supposition]:
        day = only.times[0].start.date()
        ask = f"hold it on {day_words(day)}, although the authority is closed"
        yield Supposition("open_day", ask, 8, without_closure(day))

    def _one_more(self, only: _Only) -> Iterator[Supposition]:
        """A professional who makes time, where only one is lacking."""
        best = only.times[0]
        row, slot = self.space.days.index(best.start.date()), self.space.slot_of(best.start)
        venue = [one.id for one in self.space.venues].index(best.venue)
        for candidates in islice(professional_parts(self.space), 2 * MOST_MOVED):
            owner = candidates[0]
            if self.space.full(absent(self.space, owner))[row, slot, venue]:
                yield from self._free_person(_Only("person.hours", owner.person, "", [best]))

    def _venues_of(self, times: list[Time]) -> list[str]:
        return list(dict.fromkeys(time.venue for time in times))

    def _colleagues(self) -> Iterator[Supposition]:
        """Somebody else of the same role for a professional who alone is in the way."""
        space = self.space
        own = {one.person for places, _ in space.casts for one in places}
        done: set[str] = set()
        for places, rows in ((cast[0], rows) for cast, rows in space.different_casts()):
            for place in places:
                needed = place.level == "essential" or place.person in self.causes.wanted.needed
                if place.family or not needed or place.person in done:
                    continue
                done.add(place.person)
                times = sorted(self.causes.only_by_person(place.person), key=self._nearness)
                if times:
                    yield from islice(self._stand_ins(place, rows, times, own), MOST_COLLEAGUES)

    def _stand_ins(
        self, place: Place, rows: list[int], times: list[Time], own: set[str]
    ) -> Iterator[Supposition]:
        person = self.case.people[place.person]
        index = {day: d for d, day in enumerate(self.space.days)}
        for other in self._alike(person, own):
            asked = self.space.row_mask(rows)
            out = self.space.full(absent(self.space, Part(place, other.id, asked)))
            venues = {venue.id: v for v, venue in enumerate(self.space.venues)}
            for time in times:
                slot = self.space.slot_of(time.start)
                if not out[index[time.start.date()], slot, venues[time.venue]]:
                    yield self._stand_in(place, person, other, time)
                    break

    def _alike(self, person: Person, own: set[str]) -> list[Person]:
        """People of the same role who have no place at the meeting, of the same agency and site first."""
        found = [
            one
            for one in self.case.caseload.people
            if one.role == person.role and one.id not in own and one.role not in FAMILY_ROLES
        ]
        found.sort(key=lambda one: (one.agency != person.agency, one.site != person.site))
        return found[:MOST_ASKED]

    def _stand_in(self, place: Place, person: Person, other: Person, time: Time) -> Supposition:
        name, second = (name_of(self.case.people, one.id) for one in (person, other))
        if place.level == "essential":
            day, plans = time.start.date(), {plan.id for plan in self.series.plans}
            takes = in_place_of(person.id, other.id, day, self.series.kind, plans)
            change = all_of(with_person(other), with_plans(takes))
            role = ROLE_WORDS[person.role]
            ask = f"have {second} take the place of {name} as {role} that day"
            return Supposition("stand_in", ask, 5, change, people=(other.id, person.id))
        deputies = with_person(person.model_copy(update={"deputies": (*person.deputies, other.id)}))
        ask = f"name {second} as a deputy for {name}"
        return Supposition(
            "deputy", ask, 2, all_of(with_person(other), deputies), people=(other.id, person.id)
        )

    def _another_room(self) -> Iterator[Supposition]:
        """One more room like one that is closed or taken."""
        times = sorted(self.causes.only_by_room(), key=self._nearness)
        if not times:
            return
        like = self.case.rules.venues[times[0].venue]
        if like.kind == "virtual":
            return
        taken = {venue.id for venue in self.case.caseload.venues}
        name = next(one for i in range(2, 99) if (one := f"{like.id}-{i}") not in taken)
        slot = self._slot(times[0])
        busy = only_on(slot.start.date(), self.case.caseload.horizon)
        room = like.model_copy(
            update={"id": name, "busy": busy, "hours": None, "name": f"Another {like.name}"}
        )
        change = all_of(with_venue(room, self.case.caseload), also_in(like.id, name))
        ask = f"find another room like {like.id} (here called {name}) on {day_words(slot.start.date())}"
        yield Supposition("another_room", ask, 7, change, venues=(name,))
