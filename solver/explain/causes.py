"""Why a meeting can't be held within some days: the smallest set of causes that leaves it no time and no venue.

Every time is ruled out by at least one of the causes named, and none of them is superfluous: without it the others leave a
time open. A cause that is the only one to rule some time out is needed whatever the set; then it is said that the meeting is
possible if this alone were otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

from solver.explain.cover import Matrix, smallest_cover
from solver.explain.people import Part, absent, person_facts, why_absent, with_sources
from solver.explain.rooms import BY_VENUE, meant_venues, told_together, venue_facts
from solver.explain.rules import rule_facts, who_fills
from solver.explain.space import Case, Fact, Space, Times, Wanted
from solver.explain.words import name_of, opening, short_list, span_of_days
from solver.policy.model import MeetingRule
from solver.schema.base import Role, format_clock
from solver.schema.calendar import Reason
from solver.series import Place, Series


@dataclass(frozen=True)
class Time:
    """A day, start and venue."""

    start: datetime
    venue: str


class Causes:
    """Everything that rules out times of one meeting.

    Parameters
    ----------
    case : Case
    wanted : Wanted

    Attributes
    ----------
    space : Space
    facts : tuple of Fact
    inside : Times
        Before anything is ruled out.
    """

    def __init__(self, case: Case, wanted: Wanted) -> None:
        self.space = Space(case, wanted)
        self.wanted = wanted
        self.facts: tuple[Fact, ...] = tuple(self._facts())
        self.inside: Times = self._inside() & meant_venues(self.space)
        self._at: tuple[NDArray[np.int64], ...] = np.nonzero(self.inside)
        self._blocks: Matrix = (
            np.stack(
                [np.broadcast_to(fact.blocks, self.space.shape)[self._at] for fact in self.facts], axis=1
            )
            if self.facts
            else np.zeros((len(self._at[0]), 0), dtype=np.bool_)
        )
        self._ways: NDArray[np.int64] = self._blocks.sum(axis=1)

    def _facts(self) -> list[Fact]:
        space, series = self.space, self.wanted.series
        found: list[Fact] = []
        rows: dict[Place, list[int]] = {}
        for i, (places, _) in enumerate(space.casts):
            for place in places:
                if place.level == "essential" or place.person in self.wanted.needed:
                    rows.setdefault(place, []).append(i)
        for place, on in rows.items():
            asked = np.zeros(len(space.days), dtype=np.bool_)
            asked[on] = True
            sources = attendance_sources(series, place)
            fill = who_fills(space, place)
            parts = [Part(place, one, asked, len(fill) > 1) for one in fill]
            own = person_facts(space, parts[0]) if len(parts) == 1 else self._nobody(parts)
            found += [with_sources(fact, sources) for fact in own]
        found += rule_facts(space)
        found += venue_facts(space)
        return found

    def _nobody(self, parts: list[Part]) -> list[Fact]:
        """That neither somebody expected nor a deputy can come."""
        space, people = self.space, self.space.case.people
        out = np.ones((1, 1, 1), dtype=np.bool_)
        for part in parts:
            out = out & absent(space, part)
        if not out.any():
            return []

        def tell(alone: Times) -> Reason:
            times = space.full(alone & out)
            reasons = [reason for part in parts for reason in why_absent(space, part, times)]
            first = name_of(people, parts[0].person)
            others = short_list([name_of(people, part.person) for part in parts[1:]])
            none = "neither" if len(parts) == 2 else "none of them"
            detail = " ".join(one.text for one in reasons)
            return Reason(
                rule="attend.deputy",
                people=tuple(part.person for part in parts),
                meetings=tuple(dict.fromkeys(one for reason in reasons for one in reason.meetings)),
                text=f"{opening(first)} is expected, or {others} instead: {none} can come. {detail}",
            )

        return [Fact(("attend.deputy", parts[0].person, ""), 104, out, tell)]

    def _inside(self) -> Times:
        """Times within the team's day, and those that were asked for."""
        space = self.space
        inside = np.ones(space.shape, dtype=np.bool_)
        starts = np.arange(space.grid.slots)
        inside &= (starts + space.length <= space.grid.slots)[None, :, None]
        if self.wanted.minute is not None:
            asked = space.grid.start + starts * space.grid.minutes == self.wanted.minute
            inside &= asked[None, :, None]
        if self.wanted.venue is not None:
            there = np.array([one.id == self.wanted.venue for one in space.venues], dtype=np.bool_)
            inside &= there[None, None, :]
        return inside

    @property
    def times(self) -> int:
        """How many times and venues there are before anything is ruled out."""
        return len(self._at[0])

    def open_times(self) -> list[Time]:
        """Times that nothing rules out."""
        return self._times(np.nonzero(self._ways == 0)[0])

    def _times(self, rows: NDArray[np.int64]) -> list[Time]:
        return [self._time(int(row)) for row in rows]

    def _time(self, row: int) -> Time:
        d, t, v = (int(at[row]) for at in self._at)
        midnight = datetime.combine(self.space.days[d], time())
        return Time(midnight + timedelta(minutes=self.space.minute_of(t)), self.space.venues[v].id)

    def only_by(self, fact: int) -> list[Time]:
        """Times that only this fact rules out."""
        return self._times(np.nonzero((self._ways == 1) & self._blocks[:, fact])[0])

    def only_by_person(self, person: str, rules: frozenset[str] | None = None) -> list[Time]:
        """Times that only facts about one person rule out; if given, only facts of these rules."""
        return self._only(
            lambda fact: (
                fact.key[1] == person
                and not fact.rule.startswith("venue.")
                and (rules is None or fact.rule in rules)
            )
        )

    def only_by_room(self) -> list[Time]:
        """Times that only the hours of a room, or what it is taken by, rule out."""
        return self._only(lambda fact: fact.rule in BY_VENUE)

    def _only(self, which: Callable[[Fact], bool]) -> list[Time]:
        others = [i for i, fact in enumerate(self.facts) if not which(fact)]
        rows = (self._ways > 0) & ~self._blocks[:, others].any(axis=1)
        return self._times(np.nonzero(rows)[0])

    def first_venues(self) -> list[Time]:
        """One time for each venue that the fewest facts rule out, those with the fewest first."""
        order = np.argsort(self._ways, kind="stable")
        found: dict[str, Time] = {}
        for row in order:
            time = self._time(int(row))
            found.setdefault(time.venue, time)
        return list(found.values())

    def left_after(self, names: list[tuple[str, set[str]]]) -> list[tuple[str, int]]:
        """How many times are left once the facts of more and more rules are taken into account.

        Parameters
        ----------
        names : list of (str, set of str)
            What is taken into account, and its rules.
        """
        left = np.ones(self.times, dtype=np.bool_)
        found = []
        for what, rules in names:
            for i, fact in enumerate(self.facts):
                if fact.rule in rules:
                    left &= ~self._blocks[:, i]
            found.append((what, int(left.sum())))
        return found

    def reasons(self) -> tuple[Reason, ...]:
        """Return a minimal set of causes; empty where some time is open."""
        nothing = self._nothing()
        if nothing is not None:
            return (nothing,)
        if (self._ways == 0).any():
            return ()
        chosen = smallest_cover(self._blocks, [fact.weight for fact in self.facts])
        told: list[Reason] = []
        by_venue: dict[str, list[Reason]] = {}
        ways = self._blocks[:, list(chosen)].sum(axis=1)
        for i in chosen:
            fact = self.facts[i]
            alone = self._mask(self._blocks[:, i] & (ways == 1))
            decides = bool((self._blocks[:, i] & (self._ways == 1)).any())
            reason = fact.tell(alone).model_copy(update={"alone": decides, "days": self.space.days_of(alone)})
            if fact.rule in BY_VENUE:
                by_venue.setdefault(fact.rule, []).append(reason)
            else:
                told.append(reason)
        told += [told_together(by_venue[rule]) for rule in BY_VENUE if rule in by_venue]
        return tuple(told)

    def chosen(self) -> tuple[int, ...]:
        """Return which facts a minimal set consists of."""
        return smallest_cover(self._blocks, [fact.weight for fact in self.facts])

    def _in_day(self, minute: int) -> bool:
        """Whether a meeting that begins then is over before the team's day is."""
        slot, off = divmod(minute - self.space.grid.start, self.space.grid.minutes)
        return not off and 0 <= slot <= self.space.grid.slots - self.space.length

    def _mask(self, rows: NDArray[np.bool_]) -> Times:
        found = np.zeros(self.space.shape, dtype=np.bool_)
        found[tuple(at[rows] for at in self._at)] = True
        return found

    def _nothing(self) -> Reason | None:
        """Say why there is no time at all to begin with."""
        if self.times:
            return None
        space = self.space
        if not space.days:
            span = span_of_days(max(self.wanted.begin, space.case.caseload.horizon.start), self.wanted.end)
            return Reason(
                rule="day.open",
                text=f"There is no day {span} on which meetings are held (weekends and bank holidays).",
            )
        if space.length > space.grid.slots:
            length = space.length * space.grid.minutes
            return Reason(rule="day.span", text=f"A meeting of {length} minutes does not fit the team's day.")
        if self.wanted.minute is not None and not self._in_day(self.wanted.minute):
            first = space.grid.start
            last = first + space.grid.slots * space.grid.minutes
            return Reason(
                rule="day.span",
                text=f"A meeting at that time does not lie within the team's day, {format_clock(first)} to {format_clock(last)}.",
            )
        total, others = len(space.case.caseload.venues), space.others
        counts = ", ".join(f"{count} by {rule}" for rule, count in sorted(others.items()))
        text = {
            0: "The caseload has no venue.",
            1: f"The one venue there is may not be used ({counts}).",
        }.get(total, f"None of the {total} venues may be used ({counts}).")
        return Reason(rule=max(others, key=others.__getitem__, default="venue.only"), text=text)


def attendance_sources(series: Series, place: Place) -> tuple[str, ...]:
    """Return the clauses by which a place counts as it does: of the policy, where the plan doesn't say so itself."""
    for plan, rule in zip(series.plans, series.rules, strict=True):
        part = next((one for one in plan.participants if one.person == place.person), None)
        if part is not None and part.level is not None:
            continue
        if part is not None or place.child:
            found = _clause_of(rule, place.role)
            if found:
                return found
    clause = series.rule.manager
    return clause.sources if clause is not None and place.role == "team_manager" else ()


def _clause_of(rule: MeetingRule, role: Role) -> tuple[str, ...]:
    for slot in rule.slots:
        if role in slot.roles:
            return slot.sources
    for clause in rule.attendance:
        if role in clause.roles:
            return clause.sources
    return ()
