"""Why a meeting is late or missing, and why somebody expected doesn't come.

First by arithmetic on the meeting alone: which of its needs leave no time in the window, made minimal by leaving out one
after the other (a deletion filter, Chinneck and Dravnieks 1991). Where the meeting alone could be held, others are in its way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from calendars.workdays import WorkingCalendar
from solver.engine.kernels import best_chain
from solver.policy.model import Policy
from solver.problem.availability import FreeTime
from solver.problem.days import Grid, make_grid
from solver.problem.layout import pack
from solver.problem.tables import BIG, Problem
from solver.problem.venues import VenueRules
from solver.schema.calendar import Attendee, Meeting, Reason
from solver.schema.caseload import Caseload, Person
from solver.score import WEIGHTS
from solver.series import Membership, Place, Series, next_limits

Slots = NDArray[np.bool_]


@dataclass(frozen=True)
class _Need:
    """Something a meeting needs: when it is met, and the reason if that leaves no time."""

    met: Slots
    rule: str
    people: tuple[str, ...]
    text: str


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

    def name(self, person_id: str) -> str:
        """Name a person in a sentence; a child without a record is named by id."""
        person = self._people.get(person_id)
        return f"{person.name} ({person_id})" if person is not None else f"child {person_id}"

    # --- breaches --------------------------------------------------------------------------------

    def breach(
        self, series: Series, previous: date | None, meetings: tuple[Meeting, ...]
    ) -> tuple[Reason, ...]:
        """Explain why the meeting after ``previous`` isn't held by its due date.

        Parameters
        ----------
        series : Series
        previous : date or None
            Day of the series' previous meeting in the calendar.
        meetings : tuple of Meeting
            The whole calendar, for what else is going on.
        """
        limits = next_limits(series, previous, self._calendar)
        if limits is None:
            return ()
        start = self._caseload.horizon.start
        if limits.due < start:
            return (
                Reason(
                    rule="series.window",
                    sources=limits.sources,
                    text=f"It was due by {limits.due:%d %b %Y}, before the first day planned ({start:%d %b %Y}).",
                ),
            )
        earliest = max(limits.earliest, start)
        rows = [
            i
            for i, day in enumerate(self._grid.days)
            if earliest <= day <= limits.due
            and self._calendar.is_open_day(day)
            and (previous is None or day > previous)
        ]
        span = f"from {earliest:%d %b} to {limits.due:%d %b %Y}"
        if not rows:
            text = (
                f"There is no day {span} on which meetings are held (weekends, bank holidays and closures)."
            )
            return (Reason(rule="day.open", sources=limits.sources, text=text),)
        needs = self._needs(series, rows, span, limits.sources)
        together = np.logical_and.reduce([need.met for need in needs])
        if not together.any():
            causes = _minimal(needs)
            return tuple(
                Reason(rule=need.rule, sources=limits.sources, people=need.people, text=need.text)
                for need in causes
            )
        return self._crowded(series, rows, together, limits.sources, meetings, span)

    def _needs(self, series: Series, rows: list[int], span: str, sources: tuple[str, ...]) -> list[_Need]:
        """Everything the meeting needs, each with the starts it leaves."""
        day = self._grid.days[rows[-1]]
        plans = series.plans_on(day)
        places = self._membership.places(series, day, first=series.first)
        step = self._grid.minutes
        length = self._length(series) // step
        at = np.array(rows)
        inside = np.zeros((len(rows), self._grid.slots), dtype=np.bool_)
        inside[:, : max(0, self._grid.slots - length + 1)] = True
        needs = [
            _Need(
                inside, "day.span", (), f"A meeting of {length * step} minutes does not fit the team's day."
            )
        ]
        for place in places:
            if place.level == "essential":
                met = self._person_free(series, place, length)[at]
                needs.append(
                    _Need(
                        met,
                        "attend.essential",
                        (place.person,),
                        f"{self.name(place.person)} is essential and is {self._share(met, span)}.",
                    )
                )
        for plan in plans:
            if plan.times.never:
                met = ~self._free.touching(plan.times.never, length)[at]
                needs.append(
                    _Need(met, "time.never", (), f"Plan {plan.id} has times that are never possible.")
                )
            if plan.events.reviews and series.rule.not_on_review_day is not None:
                met = np.ones_like(inside)
                met[[i for i, row in enumerate(rows) if self._grid.days[row] in plan.events.reviews]] = False
                needs.append(
                    _Need(met, "series.review_day", (), f"Plan {plan.id} has its review conference then.")
                )
        needs.append(self._venue_need(series, at, length, places, span))
        del sources
        return needs

    def _length(self, series: Series) -> int:
        for info, length in zip(
            self._problem.blocks, self._problem.tables.block_length.tolist(), strict=True
        ):
            if self._problem.series[info.series].id == series.id:
                return int(length)
        return series.minutes

    def _person_free(self, series: Series, place: Place, length: int) -> Slots:
        free = self._free.window(f"person:{place.person}", 0, length, self._free.person(place.person))
        if place.child:
            clause = series.rule.school_hours
            for child in (
                child for plan in series.plans for child in plan.children if child.id == place.person
            ):
                if child.school is not None:
                    allowance = clause.travel_minutes if clause is not None else 30
                    free = free & self._free.outside_school(child.school, allowance, 0, length)
        return free

    @staticmethod
    def _share(met: Slots, span: str) -> str:
        days = int(met.any(axis=1).sum())
        if days == 0:
            return f"not free on any day {span}"
        return f"free on {days} of the {len(met)} days {span}"

    def _venue_need(
        self, series: Series, at: NDArray[np.int64], length: int, places: tuple[Place, ...], span: str
    ) -> _Need:
        day = self._grid.days[int(at[-1])]
        plans = series.plans_on(day)
        allowed = []
        refused: dict[str, int] = {}
        for venue in self._caseload.venues:
            refusal = self._venues.refusal(venue, series.rule, plans, places)
            if refusal is None:
                allowed.append(venue.id)
            else:
                refused[refusal.rule] = refused.get(refusal.rule, 0) + 1
        met = np.zeros((len(at), self._grid.slots), dtype=np.bool_)
        for venue_id in allowed:
            met |= self._free.window(f"venue:{venue_id}", 0, length, self._free.venue(venue_id))[at]
        if not allowed:
            counts = ", ".join(f"{count} by {rule}" for rule, count in sorted(refused.items()))
            total = len(self._caseload.venues)
            text = (
                f"None of the {total} venues may be used ({counts})."
                if total
                else "The caseload has no venue."
            )
            return _Need(met, max(refused, key=refused.__getitem__, default="venue.only"), (), text)
        text = (
            f"The venues that may be used ({', '.join(allowed[:4])}{' …' if len(allowed) > 4 else ''}) are "
        )
        return _Need(
            met, "venue.hours", (), text + self._share(met, span).replace("free", "open and not taken") + "."
        )

    def _crowded(
        self,
        series: Series,
        rows: list[int],
        together: Slots,
        sources: tuple[str, ...],
        meetings: tuple[Meeting, ...],
        span: str,
    ) -> tuple[Reason, ...]:
        """Whose other meetings stand where this one could have been."""
        places = self._membership.places(series, self._grid.days[rows[-1]], first=series.first)
        essential = {place.person for place in places if place.level == "essential"}
        days = {self._grid.days[row] for row in rows}
        busy: dict[str, int] = {}
        for meeting in meetings:
            if meeting.series != series.id and meeting.start.date() in days:
                for attendee in meeting.attendees:
                    if attendee.person in essential and attendee.status in ("attending", "remote", "deputy"):
                        busy[attendee.person] = busy.get(attendee.person, 0) + 1
        people = tuple(sorted(busy, key=lambda person: (-busy[person], person)))[:3]
        named = ", ".join(f"{self.name(person)} with {busy[person]} other meetings" for person in people)
        text = (
            f"By itself it could be held at {int(together.sum())} times {span}; other meetings of the people and rooms "
            f"it needs, or a due date that would then be missed elsewhere, stand in the way"
        )
        return (
            Reason(
                rule="person.overlap",
                sources=sources,
                people=people,
                text=f"{text}{f' ({named})' if named else ''}.",
            ),
        )

    # --- exceptions ------------------------------------------------------------------------------

    def absence(
        self, meeting: Meeting, attendee: Attendee, meetings_of: Callable[[str], list[Meeting]]
    ) -> str:
        """Say why somebody expected does not come, and why no deputy does."""
        person = self._people.get(attendee.person)
        texts = [f"{self.name(attendee.person)} {self._why_not(meeting, attendee.person, meetings_of)}"]
        if person is None or not person.deputies:
            texts.append("no deputy is named")
        else:
            texts += [
                f"the deputy {self.name(deputy)} {self._why_not(meeting, deputy, meetings_of)}"
                for deputy in person.deputies
            ]
        return "; ".join(texts) + "."

    def _why_not(self, meeting: Meeting, person_id: str, meetings_of: Callable[[str], list[Meeting]]) -> str:
        for other in meetings_of(person_id):
            if other.id != meeting.id and other.start < meeting.end and meeting.start < other.end:
                return f"is at meeting {other.id} then"
        person = self._people.get(person_id)
        if person is not None:
            for span in person.busy:
                if span.start < meeting.end and meeting.start < span.end:
                    return "is away or busy then"
            if not self._within_hours(person_id, meeting.start, meeting.end):
                return "does not work at that time"
        child = next(
            (child for plan in self._caseload.plans for child in plan.children if child.id == person_id), None
        )
        if child is not None and child.school is not None:
            return "is at school then"
        if any(
            other.start.date() == meeting.start.date() and other.id != meeting.id
            for other in meetings_of(person_id)
        ):
            return "could not get there from another meeting that day, or has enough meetings that day"
        return "would make another meeting worse by coming"

    def _within_hours(self, person_id: str, start: datetime, end: datetime) -> bool:
        day = {day: i for i, day in enumerate(self._grid.days)}.get(start.date())
        if day is None:
            return False
        free = self._free.person(person_id)[day]
        midnight = datetime.combine(start.date(), datetime.min.time())
        lo = ((start - midnight) // timedelta(minutes=1) - self._grid.start) // self._grid.minutes
        hi = ((end - midnight) // timedelta(minutes=1) - self._grid.start) // self._grid.minutes
        return bool(free[max(lo, 0) : hi].all())


def _minimal(needs: list[_Need]) -> list[_Need]:
    """Drop every need without which the others still leave no time."""
    kept = list(needs)
    for need in needs:
        rest = [other for other in kept if other is not need]
        if rest and not np.logical_and.reduce([other.met for other in rest]).any():
            kept = rest
    return kept
