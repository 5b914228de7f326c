"""The caseload and its policy, looked up by id: series, hours and travel."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Final

from solver.check.days import Days
from solver.check.series import Series, form_series
from solver.policy.model import Policy
from solver.schema.base import FAMILY_ROLES, WEEKDAYS, Hours, Span
from solver.schema.caseload import BookedMeeting, Caseload, Child, Person, School, Site, Venue

NO_SITE_MINUTES: Final = 15
WORKING_HOURS: Final[Hours] = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), ((9 * 60, 17 * 60),))
"""Of a professional whose hours are absent."""


class Case:
    """A caseload under a policy, looked up by id.

    Nothing here raises on an id that a calendar got wrong.
    """

    def __init__(self, caseload: Caseload, policy: Policy) -> None:
        self.caseload = caseload
        self.policy = policy
        changes = policy.working_days
        self.days = Days(
            caseload.nation,
            changes.add if changes else (),
            changes.remove if changes else (),
            caseload.closures,
        )
        self.people: dict[str, Person] = {person.id: person for person in caseload.people}
        self.venues: dict[str, Venue] = {venue.id: venue for venue in caseload.venues}
        self.sites: dict[str, Site] = {site.id: site for site in caseload.sites}
        self.schools: dict[str, School] = {school.id: school for school in caseload.schools}
        self.children: dict[str, list[Child]] = {}
        for child in (child for plan in caseload.plans for child in plan.children):
            self.children.setdefault(child.id, []).append(child)
        self.manager = next((p for p in caseload.people if p.role == "team_manager"), None)
        self.team_day = self._team_day()
        self._schools_at: dict[str | None, set[str]] = {}
        for school in caseload.schools:
            self._schools_at.setdefault(school.site, set()).add(school.id)
        self.series: dict[str, Series] = {
            series.id: series for series in form_series(caseload, policy, self.days)
        }
        self._series_of_plan: dict[str, list[Series]] = {}
        for series in self.series.values():
            for member in series.members:
                self._series_of_plan.setdefault(member.plan.id, []).append(series)
        self.booked: dict[str, list[BookedMeeting]] = {series: [] for series in self.series}
        for booked in caseload.booked:
            belongs = self.series_of(booked)
            if belongs is not None:
                self.booked[belongs.id].append(booked)

    def series_of(self, booked: BookedMeeting) -> Series | None:
        """Return the series a booked meeting belongs to, if it has one."""
        if booked.series is not None and booked.series in self.series:
            return self.series[booked.series]
        found = (series for plan in booked.plans for series in self._series_of_plan.get(plan, ()))
        return next((series for series in found if booked.kind in (None, series.kind)), None)

    def is_family(self, person: str) -> bool:
        """Whether somebody is of the family. A child needs no person record."""
        if person in self.children:
            return True
        record = self.people.get(person)
        return record is not None and record.role in FAMILY_ROLES

    def hours_of(self, person: str) -> Hours | None:
        """Return somebody's hours; ``None`` is any time."""
        record = self.people.get(person)
        if record is None:
            return None
        if record.hours is not None:
            return record.hours
        return None if self.is_family(person) else WORKING_HOURS

    def busy_of(self, person: str) -> tuple[Span, ...]:
        """Return the times when somebody is busy."""
        record = self.people.get(person)
        return () if record is None else record.busy

    def schools_at(self, site: str) -> set[str]:
        """Return the ids of the schools on a site."""
        return self._schools_at.get(site, set())

    def site_minutes(self, person: str, venue: Venue) -> int:
        """Return somebody's minutes to a venue: its site's allowance, none at the person's own site."""
        if venue.site is None:
            return NO_SITE_MINUTES
        record = self.people.get(person)
        if record is not None and record.site == venue.site:
            return 0
        site = self.sites.get(venue.site)
        return NO_SITE_MINUTES if site is None else site.travel_minutes

    def travel_minutes(self, person: str, origin: Venue, goal: Venue) -> int:
        """Return the minutes somebody needs from one venue to another; none within one site."""
        if origin.id == goal.id or (origin.site is not None and origin.site == goal.site):
            return 0
        if origin.site is not None and goal.site is not None:
            table = self.caseload.travel
            for a, b in ((origin.site, goal.site), (goal.site, origin.site)):
                if b in table.get(a, {}):
                    return table[a][b]
        return self.site_minutes(person, origin) + self.site_minutes(person, goal)

    def is_pupil_day(self, school: School, day: date) -> bool:
        """Whether a school teaches on a day."""
        return (
            any(term.start <= day <= term.end for term in school.terms)
            and day not in school.closed
            and day.weekday() < 5
            and not self.days.is_bank_holiday(day)
            and school_day(school, day) is not None
        )

    def _team_day(self) -> tuple[int, int]:
        """Return the earliest start and the latest end of any professional's hours on any weekday, in minutes."""
        spans = [
            span
            for person in self.caseload.people
            if person.role not in FAMILY_ROLES
            for day in (WORKING_HOURS if person.hours is None else person.hours).values()
            for span in day
        ]
        if not spans:
            return 0, 24 * 60
        return min(start for start, _ in spans), max(end for _, end in spans)


def school_day(school: School, day: date) -> tuple[int, int] | None:
    """Return when a school's day starts and ends on a weekday, in minutes after midnight, if it gives times."""
    times = school.day.get(WEEKDAYS[day.weekday()]) if isinstance(school.day, dict) else school.day
    return None if times is None else (times.start, times.end)


def minute_of(moment: datetime, day: date) -> int:
    """Return the minutes from midnight of a day to a moment, which may lie on another day."""
    return int((moment - datetime.combine(day, time())).total_seconds()) // 60


def minutes_outside(hours: Hours | None, day: date, start: int, end: int) -> int:
    """Count the minutes from start to end of a day that lie outside hours. ``None`` is any time."""
    if hours is None:
        return 0
    outside, reached = 0, start
    for opens, closes in sorted(hours.get(WEEKDAYS[day.weekday()], ())):
        outside += max(0, min(opens, end) - reached)
        reached = max(reached, min(closes, end))
    return outside + max(0, end - reached)


def minutes_shared(start: datetime, end: datetime, other: Span) -> int:
    """Count the minutes from start to end that a span takes."""
    if other.end <= start or end <= other.start:
        return 0
    return max(0, int((min(end, other.end) - max(start, other.start)).total_seconds()) // 60)
