"""Why a meeting is late or missing.

First by arithmetic on the meeting alone: which of its needs leave no time in the window, made minimal by leaving out one
after the other (a deletion filter, Chinneck and Dravnieks 1991). Where the meeting alone could be held, others are in its way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from calendars.workdays import WorkingCalendar
from solver.engine.kernels import best_chain
from solver.policy.events import days_kept_free
from solver.policy.model import Policy
from solver.problem.availability import FreeTime
from solver.problem.blocks import keeps_school_hours, meeting_minutes, occupied_minutes, school_allowance
from solver.problem.days import Grid, make_grid
from solver.problem.layout import pack
from solver.problem.tables import BIG, Problem
from solver.problem.venues import VenueRules
from solver.schema.calendar import Meeting, Reason
from solver.schema.caseload import Caseload, Person, Plan, Venue
from solver.score import WEIGHTS
from solver.series import Membership, Place, Series, next_limits

Slots = NDArray[np.bool_]
_Cast = tuple[tuple[Place, ...], tuple[Plan, ...]]
"""Who has a place at a meeting on some day, and for which plans."""


@dataclass(frozen=True)
class _Need:
    """Something a meeting needs: when it is met, and the reason if that leaves no time."""

    met: Slots
    rule: str
    people: tuple[str, ...]
    text: str


def name_of(people: Mapping[str, Person], person_id: str) -> str:
    """Name a person in a sentence; a child without a record is named by id."""
    person = people.get(person_id)
    return f"{person.name} ({person_id})" if person is not None else f"child {person_id}"


def breach_days_alone(problem: Problem) -> dict[str, int]:
    """Least breach points of each series when no other series exists: what no calendar can avoid.

    Returns
    -------
    dict
        Series id to points of level ``breach``.
    """
    tab = problem.tables
    unit = WEIGHTS["breach_day"]

    def breach_only(costs: NDArray[np.int32]) -> NDArray[np.int32]:
        # Everything else a chain's days cost stays below one breach day.
        return np.where(costs >= BIG, costs, costs // unit * unit).astype(np.int32)

    only = tab._replace(
        first_cost=breach_only(tab.first_cost),
        gap_cost=breach_only(tab.gap_cost),
        end_cost=breach_only(tab.end_cost),
        none_cost=breach_only(tab.none_cost),
    )
    packed = pack(only)
    chain = np.zeros(max(1, len(problem.days)), dtype=np.int32)
    least = {}
    for s, series in enumerate(problem.series):
        node_cost = np.where(tab.node_block[:, s, :] >= 0, 0.0, float(BIG))
        cost, _ = best_chain(packed, s, node_cost, chain)
        least[series.id] = round(cost)
    return least


class Explainer:
    """Finds reasons for one caseload.

    Parameters
    ----------
    caseload : Caseload
    policy : Policy
    problem : Problem
    calendar : WorkingCalendar
    """

    def __init__(
        self, caseload: Caseload, policy: Policy, problem: Problem, calendar: WorkingCalendar
    ) -> None:
        self._caseload = caseload
        self._policy = policy
        self._problem = problem
        self._calendar = calendar
        self._grid: Grid = make_grid(caseload, calendar)
        self._free = FreeTime(caseload, self._grid, calendar)
        self._membership = Membership(caseload)
        self._venues = VenueRules(caseload)
        self._people: dict[str, Person] = {person.id: person for person in caseload.people}
        self._sorted: tuple[tuple[Meeting, ...], dict[date, list[Meeting]]] | None = None

    def breach(
        self,
        series: Series,
        previous: date | None,
        held: Meeting | None,
        meetings: tuple[Meeting, ...],
    ) -> tuple[Reason, ...]:
        """Explain why the meeting after ``previous`` isn't held by its due date.

        Parameters
        ----------
        series : Series
        previous : date or None
            Day of the series' previous meeting in the calendar.
        held : Meeting or None
            The late meeting; ``None`` where none is held at all.
        meetings : tuple of Meeting
            The whole calendar, for what else is going on.
        """
        limits = next_limits(series, previous, self._calendar)
        if limits is None:
            limits = next_limits(series, previous, self._calendar, imposing=False)
        assert limits is not None
        start = self._caseload.horizon.start
        if held is not None and held.pinned:
            text = f"It is pinned to {held.start:%d %b %Y} at {held.start:%H:%M}, where it was booked."
            return (Reason(rule="pinned", sources=limits.sources, text=text),)
        # Best is a cause that holds until it is held (or to the end); else one that holds until it is due.
        ends = [series.last_day if held is None else held.start.date() - timedelta(days=1)]
        reasons: tuple[Reason, ...] = ()
        if limits.due < start:
            text = f"It was due by {limits.due:%d %b %Y}, before the first day planned ({start:%d %b %Y})."
            reasons = (Reason(rule="series.window", sources=limits.sources, text=text),)
        else:
            ends.append(limits.due)
        earliest = max(limits.earliest, start)
        for end in ends:
            span = f"from {earliest:%d %b} to {end:%d %b %Y}"
            rows = [
                i
                for i, day in enumerate(self._grid.days)
                if earliest <= day <= end
                and self._calendar.is_open_day(day)
                and (previous is None or day > previous)
            ]
            if not rows and reasons and held is not None:
                return reasons
            if not rows:
                text = f"There is no day {span} on which meetings are held (weekends, bank holidays and closures)."
                return (*reasons, Reason(rule="day.open", sources=limits.sources, text=text))
            casts = [
                (self._membership.places(series, day, first=previous is None), series.plans_on(day))
                for day in (self._grid.days[row] for row in rows)
            ]
            needs = self._needs(series, rows, casts, span)
            together = np.logical_and.reduce([need.met for need in needs])
            if not together.any():
                causes = _minimal(needs)
                return (
                    *reasons,
                    *(
                        Reason(rule=one.rule, sources=limits.sources, people=one.people, text=one.text)
                        for one in causes
                    ),
                )
        crowded = self._crowded(series, rows, casts, int(together.sum()), meetings, span)
        return (*reasons, crowded.model_copy(update={"sources": limits.sources}))

    def _needs(self, series: Series, rows: list[int], casts: list[_Cast], span: str) -> list[_Need]:
        """Everything the meeting needs, each with the starts it leaves: [rows, slots]."""
        step = self._grid.minutes
        length = meeting_minutes(series, step) // step
        at = np.array(rows)
        inside = np.zeros((len(rows), self._grid.slots), dtype=np.bool_)
        inside[:, : max(0, self._grid.slots - length + 1)] = True
        text = f"A meeting of {length * step} minutes does not fit the team's day."
        needs = [_Need(inside, "day.span", (), text)]
        essential = dict.fromkeys(
            place for places, _ in casts for place in places if place.level == "essential"
        )
        for place in essential:
            asked = np.array([place in places for places, _ in casts])[:, None]
            offset, minutes = occupied_minutes(series, place.sitting, step)
            free = self._free.window(
                f"person:{place.person}", offset // step, minutes // step, self._free.person(place.person)
            )[at]
            met = ~asked | free
            text = f"{name_of(self._people, place.person)} is essential and is {self._share(met, span)}."
            needs.append(_Need(met, "attend.essential", (place.person,), text))
            noticed = self._free.noticed(place.person)
            if noticed is not None:
                met = ~asked | noticed[at] | np.zeros_like(inside)
                first_day = self._free.from_day(place.person)
                text = f"{name_of(self._people, place.person)} is essential and can be booked from {first_day:%d %B %Y} on."
                needs.append(_Need(met, "person.notice", (place.person,), text))
            if not keeps_school_hours(series):
                continue
            met = (
                ~asked
                | self._free.outside_lessons(
                    place.person, school_allowance(series), offset // step, minutes // step
                )[at]
            )
            text = f"{name_of(self._people, place.person)} is essential and is, for school, {self._share(met, span)}."
            needs.append(_Need(met, "school.hours", (place.person,), text))
        for plan, rule in zip(series.plans, series.rules, strict=True):
            there = np.array([plan in plans for _, plans in casts])
            if plan.times.never:
                met = ~there[:, None] | ~self._free.touching(plan.times.never, length)[at]
                text = f"Plan {plan.id} has times that are never possible."
                needs.append(_Need(met, "time.never", (), text))
            kept_free = days_kept_free(plan, rule)
            if kept_free:
                met = np.ones_like(inside)
                met[[i for i, row in enumerate(rows) if there[i] and self._grid.days[row] in kept_free]] = (
                    False
                )
                near = "" if kept_free <= set(plan.events.reviews) else ", or too near to it"
                text = f"Plan {plan.id} has its review conference then{near}."
                needs.append(_Need(met, "series.review_day", (), text))
        needs.append(self._venue_need(series, at, length, casts, span))
        if series.rule.quorum is not None:
            met = self._professionals(series, at, casts) >= series.rule.quorum.professionals
            text = (
                f"At least {series.rule.quorum.professionals} professionals or their deputies are needed, and that many "
                f"are {self._share(met, span)}."
            )
            needs.append(_Need(met, "quorum", (), text))
        return needs

    def _professionals(self, series: Series, at: NDArray[np.int64], casts: list[_Cast]) -> NDArray[np.int64]:
        """[rows, slots] by start: places of professionals that they or a deputy could fill."""
        step = self._grid.minutes
        count = np.zeros((len(at), self._grid.slots), dtype=np.int64)
        for place in dict.fromkeys(place for places, _ in casts for place in places if not place.family):
            deputies = place.stand_ins(self._people.get(place.person))
            offset, minutes = occupied_minutes(series, place.sitting, step)
            come = np.logical_or.reduce(
                [
                    self._free.window(
                        f"person:{one}", offset // step, minutes // step, self._free.person(one)
                    )[at]
                    for one in (place.person, *deputies)
                ]
            )
            count += come & np.array([place in places for places, _ in casts])[:, None]
        return count

    @staticmethod
    def _share(met: Slots, span: str) -> str:
        days = int(met.any(axis=1).sum())
        if days == 0:
            return f"not free on any day {span}"
        return f"free on {days} of the {len(met)} days {span}"

    def _allowed(self, series: Series, casts: list[_Cast]) -> tuple[dict[str, list[int]], dict[str, int]]:
        """Rows on which each venue may be used, and how many venues may never be by the rule that keeps them out."""
        allowed: dict[str, list[int]] = {}
        refused: dict[str, int] = {}
        # Most days have the same people and plans, so each different cast is looked at once.
        numbers: dict[tuple[tuple[Place, ...], tuple[str, ...]], int] = {}
        which = [
            numbers.setdefault((places, tuple(plan.id for plan in plans)), len(numbers))
            for places, plans in casts
        ]
        different = [casts[which.index(number)] for number in range(len(numbers))]
        for venue in self._caseload.venues:
            found = [self._refusal(venue, series, cast) for cast in different]
            refusals = [found[number] for number in which]
            rows = [i for i, rule in enumerate(refusals) if rule is None]
            if rows:
                allowed[venue.id] = rows
            elif refusals[-1] is not None:
                refused[refusals[-1]] = refused.get(refusals[-1], 0) + 1
        return allowed, refused

    def _refusal(self, venue: Venue, series: Series, cast: _Cast) -> str | None:
        """Id of the rule that keeps a meeting out of a venue, or ``None``."""
        places, plans = cast
        refusal = self._venues.refusal(venue, series.rule, plans, places)
        if refusal is not None:
            return refusal.rule
        virtual = venue.kind == "virtual"
        barred = {"no"} if virtual else set() if "hybrid" in venue.features else {"yes"}
        if any(place.level == "essential" and place.remote in barred for place in places):
            return "remote.allowed"
        return None

    def _venue_need(
        self, series: Series, at: NDArray[np.int64], length: int, casts: list[_Cast], span: str
    ) -> _Need:
        allowed, refused = self._allowed(series, casts)
        met = np.zeros((len(at), self._grid.slots), dtype=np.bool_)
        for venue_id, rows in allowed.items():
            met[rows] |= self._free.window(f"venue:{venue_id}", 0, length, self._free.venue(venue_id))[
                at[rows]
            ]
        if not allowed:
            counts = ", ".join(f"{count} by {rule}" for rule, count in sorted(refused.items()))
            total = len(self._caseload.venues)
            text = {
                0: "The caseload has no venue.",
                1: f"The one venue there is may not be used ({counts}).",
            }.get(total, f"None of the {total} venues may be used ({counts}).")
            return _Need(met, max(refused, key=refused.__getitem__, default="venue.only"), (), text)
        named = f"{', '.join(list(allowed)[:4])}{' …' if len(allowed) > 4 else ''}"
        share = self._share(met, span).replace("free", "open and not taken")
        return _Need(met, "venue.hours", (), f"The venues that may be used ({named}) are {share}.")

    def _by_day(self, meetings: tuple[Meeting, ...]) -> dict[date, list[Meeting]]:
        """The meetings of each day; those of one calendar are sorted out once for all its breaches."""
        if self._sorted is None or self._sorted[0] is not meetings:
            days: dict[date, list[Meeting]] = {}
            for meeting in meetings:
                days.setdefault(meeting.start.date(), []).append(meeting)
            self._sorted = meetings, days
        return self._sorted[1]

    def _crowded(
        self,
        series: Series,
        rows: list[int],
        casts: list[_Cast],
        times: int,
        meetings: tuple[Meeting, ...],
        span: str,
    ) -> Reason:
        """Whose other meetings stand where this one could have been."""
        essential = {place.person for places, _ in casts for place in places if place.level == "essential"}
        rooms = set(self._allowed(series, casts)[0])
        busy: dict[str, int] = {}
        taken: dict[str, int] = {}
        of_day = self._by_day(meetings)
        for meeting in (one for row in rows for one in of_day.get(self._grid.days[row], ())):
            if meeting.series == series.id:
                continue
            if meeting.venue in rooms:
                taken[meeting.venue] = taken.get(meeting.venue, 0) + 1
            for attendee in meeting.attendees:
                if attendee.person in essential and attendee.status in ("attending", "remote", "deputy"):
                    busy[attendee.person] = busy.get(attendee.person, 0) + 1
        people = tuple(sorted(busy, key=lambda person: (-busy[person], person)))[:3]
        fullest = sorted(taken, key=lambda room: (-taken[room], room))[:3]
        named = ", ".join(
            [
                f"{name_of(self._people, person)} with {_counted(busy[person], 'other meeting')}"
                for person in people
            ]
            + [f"{room} with {_counted(taken[room], 'other meeting')}" for room in fullest]
        )
        text = (
            f"By itself it could be held at {_counted(times, 'time')} {span}; other meetings of the people "
            f"and rooms it needs, or a due date that would then be missed elsewhere, stand in the way"
        )
        rule = "venue.overlap" if fullest and not people else "person.overlap"
        return Reason(rule=rule, people=people, text=f"{text}{f' ({named})' if named else ''}.")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _minimal(needs: list[_Need]) -> list[_Need]:
    """Drop every need without which the others still leave no time."""
    kept = list(needs)
    for need in needs:
        rest = [other for other in kept if other is not need]
        if rest and not np.logical_and.reduce([other.met for other in rest]).any():
            kept = rest
    return kept
