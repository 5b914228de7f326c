"""What rules times out for one person who is needed at a meeting."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

from calendars.availability import Availability
from solver.explain.cover import smallest_cover
from solver.explain.space import Fact, Space, Taken, Times
from solver.explain.words import (
    counted,
    days_list,
    hours_words,
    moment_words,
    name_of,
    opening,
    short_list,
    span_words,
)
from solver.problem.availability import PROFESSIONAL_HOURS
from solver.problem.blocks import keeps_school_hours, occupied_minutes, school_allowance
from solver.schema.base import FAMILY_ROLES, Hours, Span
from solver.schema.calendar import Reason
from solver.schema.caseload import Person
from solver.series import Place

LONG = timedelta(hours=20)
"""A stretch of absence that is told by itself; shorter ones are told together."""


@dataclass(frozen=True)
class Part:
    """How somebody takes part: the place they would fill.

    Attributes
    ----------
    place : Place
    person : str
        Who fills it: the person whose place it is, or somebody in their stead.
    asked : [days]
        The days on which the place is there.
    named : bool
        Whether it has been said that they are needed.
    """

    place: Place
    person: str
    asked: NDArray[np.bool_]
    named: bool = False


def person_facts(space: Space, part: Part) -> Iterator[Fact]:
    """Give everything that keeps somebody from taking part, by itself: leave, hours, other meetings, school."""
    yield from _Person(space, part).facts()


def absent(space: Space, part: Part) -> Times:
    """Return the times at which somebody can't take part, for whatever cause."""
    found = space.nowhere()
    for fact in person_facts(space, part):
        found = found | fact.blocks
    return found


def why_absent(space: Space, part: Part, times: Times) -> list[Reason]:
    """Say in the fewest causes why somebody can't take part at any of some times; nothing where they can."""
    facts = list(person_facts(space, part))
    at = np.nonzero(space.full(times))
    if not facts or not len(at[0]):
        return []
    blocks = np.stack([space.full(one.blocks)[at] for one in facts], axis=1)
    if not blocks.any(axis=1).all():
        return []
    chosen = smallest_cover(blocks, [one.weight for one in facts])
    return [facts[i].tell(space.full(times) & facts[i].blocks) for i in chosen]


class _Person:
    def __init__(self, space: Space, part: Part) -> None:
        self.space = space
        self.part = part
        self.id = part.person
        self.person: Person | None = space.case.people.get(part.person)
        self.step = space.grid.minutes
        self.offset, self.minutes = occupied_minutes(space.wanted.series, part.place.sitting, self.step)
        name = opening(name_of(space.case.people, self.id))
        need = "must be there" if part.place.level == "essential" else "is expected"
        if part.place.child:
            need = "attends"
        self.who = name if part.named else f"{name} {need} and"

    def facts(self) -> Iterator[Fact]:
        yield from self._own_place()
        yield from self._away()
        yield from self._hours()
        yield from self._notice()
        yield from self._school()
        yield from self._meetings()
        yield from self._cap()
        yield from self._link()

    def _own_place(self) -> Iterator[Fact]:
        """Whoever has a place of their own can't fill another's."""
        if self.id == self.part.place.person:
            return
        casts = self.space.casts
        rows = [i for i, (places, _) in enumerate(casts) if any(one.person == self.id for one in places)]
        text = f"{self.who} is at the meeting already."
        yield from self._fact("attend.deputy", 99, self.space.on_days(rows), lambda _: text)

    def _fact(
        self, rule: str, weight: int, blocks: Times, text: Callable[[Times], str], which: str = ""
    ) -> Iterator[Fact]:
        asked = self.part.asked[:, None, None]
        blocks = blocks & asked
        if not blocks.any():
            return

        def tell(alone: Times) -> Reason:
            return Reason(rule=rule, people=(self.id,), text=text(alone))

        yield Fact((rule, self.id, which), weight, blocks, tell)

    def _window(self, name: str, free: NDArray[np.bool_]) -> Times:
        """Times at which ``free`` doesn't hold throughout."""
        key = f"explain:{name}:{self.id}"
        return (
            self.space.starts(
                ~self.space.free.window(key, self.offset // self.step, self.minutes // self.step, free)
            )
            & self._within()
        )

    def _within(self) -> Times:
        """Starts that leave room for the meeting in the team's day."""
        fits = np.arange(self.space.grid.slots) + self.space.length <= self.space.grid.slots
        return fits[None, :, None]

    def _slots(self, hours: Hours | None, spans: list[Span]) -> NDArray[np.bool_]:
        grid = self.space.grid
        free = Availability(hours, [(one.start, one.end) for one in spans])
        return free.free_slots(grid.days, grid.start, grid.minutes, grid.slots)

    def _away(self) -> Iterator[Fact]:
        if self.person is None or not self.space.days:
            return
        first = datetime.combine(self.space.days[0], time())
        last = datetime.combine(self.space.days[-1], time()) + timedelta(days=1)
        spans = [one for one in self.person.busy if one.start < last and first < one.end]
        for one in spans:
            if one.end - one.start >= LONG:
                yield from self._long(one)
        short = [one for one in spans if one.end - one.start < LONG]
        if short:

            def busy(alone: Times) -> str:
                days = set(self.space.days_of(alone))
                named = [one for one in short if one.start.date() in days or one.end.date() in days] or short
                return f"{self.who} is busy {short_list([span_words(one) for one in named])}."

            yield from self._fact("person.busy", 101, self._window("busy", self._slots(None, short)), busy)

    def _long(self, one: Span) -> Iterator[Fact]:
        text = f"{self.who} is away {span_words(one)}."
        which = f"{one.start.isoformat()}/{one.end.isoformat()}"
        times = self._window(f"away:{which}", self._slots(None, [one]))
        yield from self._fact("person.busy", 100, times, lambda _: text, which)

    def _hours(self) -> Iterator[Fact]:
        if self.person is None:
            return
        family = self.person.role in FAMILY_ROLES
        hours = self.person.hours
        if hours is None:
            if family:
                return
            hours = PROFESSIONAL_HOURS
        words = hours_words(hours)
        if not words:
            text = f"{self.who} has no hours at all."
        else:
            text = f"{self.who} {'can come' if family else 'works'} only {words}."
        yield from self._fact(
            "person.hours", 104, self._window("hours", self._slots(hours, [])), lambda _: text
        )

    def _notice(self) -> Iterator[Fact]:
        met = self.space.free.noticed(self.id)
        if met is None:
            return
        day = self.space.free.from_day(self.id)
        text = f"{self.who} has to be booked ahead: from {day:%d %B %Y} on."
        yield from self._fact("person.notice", 103, ~met[:, :, None], lambda _: text)

    def _school(self) -> Iterator[Fact]:
        series = self.space.wanted.series
        if not keeps_school_hours(series):
            return
        allowance = school_allowance(series)
        met = self.space.free.outside_lessons(
            self.id, allowance, self.offset // self.step, self.minutes // self.step
        )
        clause = series.rule.school_hours

        def text(alone: Times) -> str:
            on = self.space.days_of(alone)
            when = f" on {days_list(on)}" if 0 < len(on) <= 3 else ""
            return f"{self.who} is at school{when}, or on the way ({allowance} minutes are allowed for that)."

        for fact in self._fact("school.hours", 104, self.space.starts(~met) & self._within(), text):
            yield with_sources(fact, clause.sources if clause is not None else ())

    def _meetings(self) -> Iterator[Fact]:
        blocked = np.zeros(self.space.shape, dtype=np.bool_)
        by_meeting: dict[str, Times] = {}
        when: dict[str, str] = {}
        of_day: dict[int, list[Taken]] = {}
        for d, day in enumerate(self.space.days):
            for one in self.space.case.taken(f"person:{self.id}", day, self.space.wanted.series.id):
                of_day.setdefault(d, []).append(one)
                times = self._kept_from(one)
                if times.any():
                    blocked[d] |= times
                    mine = by_meeting.setdefault(one.meeting, np.zeros(self.space.shape, dtype=np.bool_))
                    mine[d] |= times
                    begin = datetime.combine(day, time()) + timedelta(minutes=one.begin)
                    when[one.meeting] = f"{one.meeting} on {moment_words(begin)}"
        if not by_meeting:
            return

        def tell(alone: Times) -> Reason:
            named = [name for name, times in by_meeting.items() if (times & alone).any()] or list(by_meeting)
            words = short_list([when[name] for name in named])
            noun = "another meeting" if len(named) == 1 else "other meetings"
            text = f"{self.who} is at {noun}, or on the way there or back: {words}."
            return Reason(rule="person.overlap", people=(self.id,), meetings=tuple(named), text=text)

        asked = self.part.asked[:, None, None]
        if (blocked & asked).any():
            yield Fact(("person.overlap", self.id, ""), 100, blocked & asked, tell)

    def _kept_from(self, one: Taken) -> NDArray[np.bool_]:
        """[starts, venues] at which another meeting of the day keeps somebody away: they overlap, or are too far apart."""
        space, travel = self.space, self.space.case.travel
        begin = space.grid.start + np.arange(space.grid.slots) * self.step + self.offset
        end = begin + self.minutes
        kept = np.repeat(((begin < one.end) & (one.begin < end))[:, None], len(space.venues), axis=1)
        if one.site:
            other = space.case.sites[one.site]
            for v, venue in enumerate(space.venues):
                site = travel.site_of[venue.id]
                if site < 0 or site == other or self._joins(v, remotely=True):
                    continue
                usual = travel.allowance(self.id, site) + travel.allowance(self.id, other)
                coming, going = int(travel.minutes[other, site]), int(travel.minutes[site, other])
                kept[:, v] |= (begin - one.end < (coming if coming >= 0 else usual)) & (
                    one.begin - end < (going if going >= 0 else usual)
                )
        kept &= self._within()[0]
        return kept

    def _joins(self, v: int, *, remotely: bool) -> bool:
        """Whether somebody may take part in a venue in this way."""
        venue, remote = self.space.venues[v], self.part.place.remote
        virtual = venue.kind == "virtual"
        if remotely:
            return remote != "no" and (virtual or "hybrid" in venue.features)
        return remote != "yes" and not virtual

    def _cap(self) -> Iterator[Fact]:
        cap = None if self.person is None else self.person.max_meetings_per_day
        if cap is None:
            return
        full = [
            d
            for d, day in enumerate(self.space.days)
            if len(self.space.case.taken(f"person:{self.id}", day, self.space.wanted.series.id)) >= cap
        ]

        def text(alone: Times) -> str:
            days = days_list(self.space.days_of(alone) or [self.space.days[d] for d in full])
            return f"{self.who} has at most {counted(cap, 'meeting')} a day, which are taken on {days}."

        yield from self._fact("person.cap", 102, self.space.on_days(full), text)

    def _link(self) -> Iterator[Fact]:
        barred = np.zeros((1, 1, len(self.space.venues)), dtype=np.bool_)
        for v in range(len(self.space.venues)):
            barred[0, 0, v] = not (self._joins(v, remotely=True) or self._joins(v, remotely=False))
        named = [venue.id for v, venue in enumerate(self.space.venues) if barred[0, 0, v]]
        if not named:
            return
        if self.part.place.remote == "yes":
            has = "has" if len(named) == 1 else "have"
            text = f"{self.who} only joins remotely, and {short_list(named)} {has} no link."
        else:
            text = f"{self.who} can't join remotely, as a meeting in {short_list(named)} asks for."

        def tell(_: Times) -> Reason:
            return Reason(rule="remote.allowed", people=(self.id,), venues=tuple(named), text=text)

        asked = self.part.asked[:, None, None]
        yield Fact(("remote.allowed", self.id, ""), 104, barred & asked, tell)


def with_sources(fact: Fact, sources: tuple[str, ...]) -> Fact:
    """Return the fact with the clauses of the policy that make it count."""

    def tell(alone: Times) -> Reason:
        reason = fact.tell(alone)
        return reason.model_copy(update={"sources": tuple(dict.fromkeys((*reason.sources, *sources)))})

    return Fact(fact.key, fact.weight, fact.blocks, tell)
