"""The meetings of a calendar while it is being lived through: where each is now, and what is known to be in its way."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from solver.replan.focus import Focus, Focused
from solver.schema.base import Span
from solver.schema.calendar import Calendar, Meeting
from solver.schema.caseload import BookedMeeting, Caseload, Person, Venue

if TYPE_CHECKING:
    from solver.policy.model import Policy

Days = Mapping[str, Collection[date]]


class Diary(Focus):
    """A calendar's meetings as they stand now.

    Parameters
    ----------
    caseload : Caseload
        That the calendar was planned from.
    policy : Policy
    calendar : Calendar
    """

    def __init__(self, caseload: Caseload, policy: Policy, calendar: Calendar) -> None:
        super().__init__(caseload, policy, calendar)
        self._on: dict[date, dict[str, str]] = defaultdict(dict)
        for name, meetings in self.meetings.items():
            for meeting in meetings:
                self._on[meeting.start.date()][meeting.id] = name

    def another(self) -> Diary:
        """Return one that can be changed without changing this one."""
        other = copy.copy(self)
        other.meetings = dict(self.meetings)
        other._uses = defaultdict(dict, self._uses)
        other._on = defaultdict(dict, {day: dict(meetings) for day, meetings in self._on.items()})
        return other

    def on_day(self, day: date) -> tuple[tuple[str, Meeting], ...]:
        """Return the meetings of a day with their series, in order of their start."""
        found = [
            (name, meeting)
            for one, name in self._on.get(day, {}).items()
            for meeting in self.meetings[name]
            if meeting.id == one
        ]
        return tuple(sorted(found, key=lambda one: (one[1].start, one[1].id)))

    def put(self, series: str, meetings: Sequence[Meeting]) -> None:
        """Put all meetings of a series where they are from now on."""
        for meeting in self.meetings[series]:
            self._on[meeting.start.date()].pop(meeting.id, None)
        for meeting in meetings:
            self._on[meeting.start.date()][meeting.id] = series
        self.meetings[series] = list(meetings)
        self._uses[series] = {meeting.id: self.uses(meeting) for meeting in meetings}

    def look(self, series: str, today: date, away: Days, closed: Days, shut: Iterable[date]) -> Focused:
        """Compile a series with everybody else's meetings where they are, and with what is known by now.

        Parameters
        ----------
        series : str
        today : date
            What was before it is left as it was.
        away, closed : mapping of str to collection of date
            Days on which people can't come and venues can't be used.
        shut : iterable of date
            Days on which the series has no meeting at all.
        """
        never = [day for day in shut if day >= today]

        def now(caseload: Caseload) -> Caseload:
            return caseload.model_copy(
                update={
                    "people": tuple(_busy_person(one, _from(away, one.id, today)) for one in caseload.people),
                    "venues": tuple(
                        _busy_venue(one, [*_from(closed, one.id, today), *never]) for one in caseload.venues
                    ),
                    "booked": tuple(self._booked(series, caseload)),
                }
            )

        return self.on([series], suppose=now)

    def _booked(self, series: str, caseload: Caseload) -> Iterable[BookedMeeting]:
        """What is pinned, and the series' own meetings: whoever is asked to these has been given notice."""
        for one in caseload.booked:
            if one.pinned:
                yield one
        for meeting in self.meetings[series]:
            if not meeting.pinned:
                yield BookedMeeting(
                    id=meeting.id,
                    series=series,
                    kind=meeting.kind,
                    plans=meeting.plans,
                    start=meeting.start,
                    end=meeting.end,
                    venue=meeting.venue,
                )


def busy_on(days: Iterable[date]) -> tuple[Span, ...]:
    """Return whole days as times that somebody or something is taken."""
    return tuple(
        Span(start=datetime.combine(day, time()), end=datetime.combine(day + timedelta(days=1), time()))
        for day in sorted(set(days))
    )


def _from(known: Days, name: str, today: date) -> list[date]:
    return [day for day in known.get(name, ()) if day >= today]


def _busy_person(person: Person, days: list[date]) -> Person:
    return person.model_copy(update={"busy": (*person.busy, *busy_on(days))}) if days else person


def _busy_venue(venue: Venue, days: list[date]) -> Venue:
    return venue.model_copy(update={"busy": (*venue.busy, *busy_on(days))}) if days else venue
