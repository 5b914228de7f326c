"""Every day, start and venue that a meeting could have by its window alone, and what rules some of them out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from calendars.workdays import WorkingCalendar
from solver.policy.model import Policy
from solver.problem.availability import FreeTime
from solver.problem.blocks import meeting_minutes
from solver.problem.days import Grid, make_grid
from solver.problem.travel import Travel
from solver.problem.uses import Use
from solver.problem.venues import VenueRules
from solver.schema.calendar import Reason
from solver.schema.caseload import Caseload, Person, Plan, Venue
from solver.series import Membership, Place, Series

Times = NDArray[np.bool_]
"""[days, starts, venues] of a space, or an array that is broadcast to that."""


NEVER_MEANT: Final = frozenset({"venue.home", "venue.school"})
"""Rules by which a venue is other people's altogether."""


@dataclass(frozen=True)
class Taken:
    """A stretch of a day that somebody's or a room's other meeting takes up."""

    begin: int
    end: int
    site: str
    meeting: str
    series: str


class Case:
    """A caseload with everybody's meetings, for whatever is asked about it.

    Parameters
    ----------
    caseload : Caseload
    policy : Policy
    working : WorkingCalendar
    uses : iterable of (str, str, Use)
        Of every meeting: its series, its id, and what it takes up.
    """

    def __init__(
        self,
        caseload: Caseload,
        policy: Policy,
        working: WorkingCalendar,
        uses: Iterable[tuple[str, str, Use]],
    ) -> None:
        self.caseload = caseload
        self.policy = policy
        self.working = working
        self.grid: Grid = make_grid(caseload, working)
        self.people: Mapping[str, Person] = {person.id: person for person in caseload.people}
        self.membership = Membership(caseload)
        self.rules = VenueRules(caseload)
        taken = list(uses)
        self.travel = Travel(caseload, {use.site for _, _, use in taken})
        self.sites = {site: i for i, site in enumerate(self.travel.sites)}
        self._taken: dict[tuple[str, int], list[Taken]] = defaultdict(list)
        # A pinned meeting that the calendar has is told of twice: by itself and as the calendar's.
        named = {use for _, meeting, use in taken if meeting}
        for series, meeting, use in taken:
            if not meeting and use in named:
                continue
            self._taken[use.resource, use.day].append(Taken(use.begin, use.end, use.site, meeting, series))

    def taken(self, resource: str, day: date, but: str) -> list[Taken]:
        """Return what meetings of all series but one take of a person or a room on a day."""
        return [one for one in self._taken.get((resource, day.toordinal()), ()) if one.series != but]


@dataclass(frozen=True)
class Wanted:
    """A meeting that somebody asks about.

    Attributes
    ----------
    series : Series
    first : bool
        Whether it is the first of its series in the calendar.
    begin, end : date
        The days that it may be held on by its window, both inclusive.
    needed : tuple of str
        People who are expected and without whom, or a deputy, it isn't what was asked for.
    minute : int or None
        The start, where it has to be that.
    venue : str or None
        The venue, where it has to be that.
    """

    series: Series
    first: bool
    begin: date
    end: date
    needed: tuple[str, ...] = ()
    minute: int | None = None
    venue: str | None = None


@dataclass(frozen=True)
class Fact:
    """Something that rules out some times.

    Attributes
    ----------
    key : (str, str, str)
        What it is, for whoever looks for a remedy: its rule, whom or what it is about, and which of several.
    weight : int
        The lower, the rather it is named.
    blocks : Times
    tell : callable
        Writes the cause, given the times that it alone rules out among the causes named.
    """

    key: tuple[str, str, str]
    weight: int
    blocks: Times
    tell: Callable[[Times], Reason]

    @property
    def rule(self) -> str:
        """Id of the rule."""
        return self.key[0]


class Space:
    """The times of one meeting.

    Attributes
    ----------
    days : tuple of date
        Working days of the window; nobody expects a meeting on others.
    shape : (days, starts, venues)
    grid : Grid
        Of these days.
    free : FreeTime
    length : int
        Slots that the meeting holds its room.
    venues : tuple of Venue
        Without those that are other people's altogether: nobody expects the meeting there.
    refusals : dict
        By venue, the rules that keep the meeting out of it, in words, with the rows of the days that they do.
    others : Counter
        How many venues are other people's, by the rule that says so.
    casts : tuple of ((Place, …), (Plan, …))
        On each day, who has a place and for which plans.
    """

    def __init__(self, case: Case, wanted: Wanted) -> None:
        self.case = case
        self.wanted = wanted
        series, step = wanted.series, case.grid.minutes
        first = max(wanted.begin, case.caseload.horizon.start)
        last = min(wanted.end, series.last_day)
        days = [first + timedelta(days=i) for i in range((last - first).days + 1)]
        self.days = tuple(
            day for day in days if case.working.is_working_day(day) or case.working.is_open_day(day)
        )
        self.grid = Grid(self.days, step, case.grid.start, case.grid.slots)
        self.free = FreeTime(case.caseload, self.grid, case.working)
        self.length = meeting_minutes(series, step) // step
        self.casts: tuple[tuple[tuple[Place, ...], tuple[Plan, ...]], ...] = self._casts()
        self.refusals: dict[str, list[tuple[dict[str, str], list[int]]]] = {}
        self.others: Counter[str] = Counter()
        self.venues: tuple[Venue, ...] = tuple(one for one in case.caseload.venues if self._is_meant(one))
        self.shape = (len(self.days), self.grid.slots, len(self.venues))

    def _casts(self) -> tuple[tuple[tuple[Place, ...], tuple[Plan, ...]], ...]:
        series, found = self.wanted.series, []
        changes = series.changes()
        known: tuple[int, tuple[tuple[Place, ...], tuple[Plan, ...]]] | None = None
        for day in self.days:
            period = sum(change <= day for change in changes)
            if known is None or known[0] != period:
                places = self.case.membership.places(series, day, first=self.wanted.first)
                known = period, (places, series.plans_on(day))
            found.append(known[1])
        return tuple(found)

    def _is_meant(self, venue: Venue) -> bool:
        """Note which rules keep the meeting out of a venue; whether it may be meant on any day."""
        rule, days = self.wanted.series.rule, 0
        found = []
        for (places, plans), rows in self.different_casts():
            rules = {one.rule: one.text for one in self.case.rules.refusals(venue, rule, plans, places)}
            never = next((one for one in rules if one in NEVER_MEANT), None)
            if never is None:
                days += len(rows)
            else:
                self.others[never] += 1
            if rules:
                found.append((rules, rows))
        self.refusals[venue.id] = found
        return days > 0

    def different_casts(self) -> list[tuple[tuple[tuple[Place, ...], tuple[Plan, ...]], list[int]]]:
        """Each cast once, with the rows of its days."""
        # Casts that are the same object are the same cast; plans are dear to compare.
        rows: dict[int, list[int]] = {}
        for i, cast in enumerate(self.casts):
            rows.setdefault(id(cast), []).append(i)
        return [(self.casts[on[0]], on) for on in rows.values()]

    def nowhere(self) -> Times:
        """Nothing ruled out."""
        return np.zeros((1, 1, 1), dtype=np.bool_)

    def on_days(self, rows: Iterable[int]) -> Times:
        """These days, whatever the start and the venue."""
        found = np.zeros((len(self.days), 1, 1), dtype=np.bool_)
        found[list(rows)] = True
        return found

    def starts(self, met: NDArray[np.bool_]) -> Times:
        """[days, starts] as times, whatever the venue."""
        return met[:, :, None]

    def at_venue(self, v: int, blocked: NDArray[np.bool_]) -> Times:
        """[days, starts] at one venue."""
        found = np.zeros(self.shape, dtype=np.bool_)
        found[:, :, v] = blocked
        return found

    def days_of(self, times: Times) -> tuple[date, ...]:
        """Return the days that have any of these times."""
        return tuple(
            self.days[int(row)] for row in np.nonzero(np.broadcast_to(times, self.shape).any(axis=(1, 2)))[0]
        )

    def full(self, times: Times) -> Times:
        """[days, starts, venues] of times in any shape."""
        return np.broadcast_to(times, self.shape)

    def row_mask(self, rows: Iterable[int]) -> NDArray[np.bool_]:
        """[days] whether each is one of these."""
        found = np.zeros(len(self.days), dtype=np.bool_)
        found[list(rows)] = True
        return found

    def slot_of(self, start: datetime) -> int:
        """Number of a start within its day."""
        return (start.hour * 60 + start.minute - self.grid.start) // self.grid.minutes

    def minute_of(self, slot: int) -> int:
        """Minute after midnight of a start."""
        return self.grid.start + slot * self.grid.minutes
