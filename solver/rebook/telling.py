"""What an option means for people and for the score, told from the meetings of a series before and after it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from calendars.workdays import WorkingCalendar
from solver.decode import charge_workload
from solver.policy.model import Policy
from solver.rebook.seats import THERE
from solver.repair.disruption import LONG_NOTICE, SHORT_NOTICE
from solver.replan.diff import diff_calendars
from solver.schema.calendar import Calendar, Meeting, Score
from solver.schema.caseload import Caseload
from solver.schema.diff import AttendanceChange, CalendarDiff, MeetingChange
from solver.schema.options import Asked
from solver.score import WEIGHTS
from solver.series import form_series, series_of


@dataclass(frozen=True)
class Told:
    """What follows from an option.

    Attributes
    ----------
    levels : dict
        Points by level beyond those of now.
    disruption : int
    asked : tuple of Asked
        Most at short notice first.
    attendance : tuple of AttendanceChange
        At the meeting itself.
    also : tuple of MeetingChange
        Other meetings of the series.
    """

    levels: Score
    disruption: int
    asked: tuple[Asked, ...]
    attendance: tuple[AttendanceChange, ...]
    also: tuple[MeetingChange, ...]


class Telling:
    """Tells what options of one calendar mean.

    Parameters
    ----------
    caseload : Caseload
    policy : Policy
    calendar : Calendar
    working : WorkingCalendar
    today : date
    """

    def __init__(
        self, caseload: Caseload, policy: Policy, calendar: Calendar, working: WorkingCalendar, today: date
    ) -> None:
        self._calendar = calendar
        self._working = working
        self._today = today
        people = {person.id: person for person in caseload.people}
        self._workers = {person.id for person in caseload.people if person.role == "social_worker"}
        plain = [one.model_copy(update={"score": {"convenience": 0}}) for one in calendar.meetings]
        self._charged = {one.id: one.score["convenience"] for one in charge_workload(people, plain)}
        self._held = Counter(self._turns(calendar.meetings))
        self._booked: dict[str, set[tuple[datetime, str]]] = defaultdict(set)
        series = form_series(caseload, policy)
        for booked in caseload.booked:
            s = None if booked.pinned else series_of(booked, series)
            if s is not None:
                self._booked[series[s].id].add((booked.start, booked.venue))

    def _turns(self, meetings: Iterable[Meeting]) -> Iterable[tuple[str, date]]:
        for meeting in meetings:
            for entry in meeting.attendees:
                if entry.person in self._workers and entry.status in THERE:
                    yield entry.person, meeting.start.date()

    def each(self, day: date) -> int:
        """Points of disruption of one person who is asked about a day."""
        notice = self.notice(day)
        return next((points for days, points in SHORT_NOTICE if notice < days), LONG_NOTICE)

    def notice(self, day: date) -> int:
        """Working days from today to a day."""
        return self._working.working_days_between(self._today, day) if day > self._today else 0

    def booked_at(self, series: str) -> set[tuple[datetime, str]]:
        """Start and venue of the meetings of a series that the caseload itself has booked, not pinned."""
        return self._booked[series]

    def points(
        self, series: str, meetings: Sequence[Meeting], without: Sequence[Meeting], unheld: int
    ) -> Score:
        """Return the points of a series' meetings, workload as it is with everybody else's meetings.

        Parameters
        ----------
        series : str
        meetings : sequence of Meeting
            Scored without workload.
        without : sequence of Meeting
            The series' meetings in the calendar, which aren't there besides.
        unheld : int
            Breach points of what isn't held.
        """
        total: Counter[str] = Counter()
        for meeting in meetings:
            total.update({str(level): points for level, points in meeting.score.items()})
        others = self._held.copy()
        others.subtract(self._turns(without))
        most, each = WEIGHTS["workload_meetings_a_day"], WEIGHTS["workload_day"]
        for turn, count in Counter(self._turns(meetings)).items():
            free = max(0, most - others[turn])
            total["convenience"] += each * max(0, count - free)
        held = {(meeting.start, meeting.venue) for meeting in meetings}
        total["stability"] += WEIGHTS["moved"] * len(self._booked[series] - held)
        total["breach"] += unheld
        score: Score = {}
        for level in ("breach", "attendance", "family", "resilience", "stability", "convenience"):
            score[level] = total[level]
        return score

    def points_now(self, series: str, own: Sequence[Meeting]) -> Score:
        """Return the points that a series has in the calendar."""
        plain = []
        for meeting in own:
            convenience = meeting.score.get("convenience", 0) - self._charged[meeting.id]
            plain.append(meeting.model_copy(update={"score": {**meeting.score, "convenience": convenience}}))
        unheld = sum(
            WEIGHTS["breach_day"] * (one.days + WEIGHTS["unheld_days"])
            for one in self._calendar.breaches
            if one.series == series and one.meeting is None
        )
        return self.points(series, plain, own, unheld)

    def tell(self, meeting: str, before: Sequence[Meeting], after: Sequence[Meeting], levels: Score) -> Told:
        """Tell what changes from one chain of meetings to another; the same meeting has the same id."""
        diff = diff_calendars(
            self._calendar.model_copy(update={"meetings": tuple(before), "breaches": (), "exceptions": ()}),
            self._calendar.model_copy(update={"meetings": tuple(after), "breaches": (), "exceptions": ()}),
        )
        changes = (*diff.moved, *diff.added, *diff.cancelled)
        asked, disruption = self._asked(diff, changes, {one.id: one for one in (*after, *before)})
        return Told(
            levels=levels,
            disruption=disruption,
            asked=asked,
            attendance=tuple(one for one in diff.attendance if one.meeting == meeting),
            also=tuple(one for one in changes if one.meeting != meeting),
        )

    def _asked(
        self, diff: CalendarDiff, changes: Sequence[MeetingChange], known: Mapping[str, Meeting]
    ) -> tuple[tuple[Asked, ...], int]:
        about: dict[str, dict[str, date]] = defaultdict(dict)
        disruption = 0
        for change in changes:
            day = min(slot.start.date() for slot in (change.before, change.after) if slot is not None)
            # Whoever keeps the room is asked even where nobody is to come.
            disruption += self.each(day) * max(1, len(change.people))
            for person in change.people:
                about[person][change.meeting] = day
        moved = {change.meeting for change in changes}
        stays: dict[str, set[str]] = defaultdict(set)
        for place in diff.attendance:
            if place.meeting not in moved:
                stays[place.meeting] |= {
                    presence.person
                    for presence in (place.before, place.after)
                    if presence is not None and presence.status in THERE
                }
        for name, people in stays.items():
            day = known[name].start.date()
            disruption += self.each(day) * len(people)
            for person in people:
                about[person][name] = day
        asked = [
            Asked(
                person=person,
                meetings=tuple(sorted(meetings)),
                notice_days=min(self.notice(day) for day in meetings.values()),
            )
            for person, meetings in about.items()
        ]
        return tuple(sorted(asked, key=lambda one: (one.notice_days, one.person))), disruption


def tracked(
    own: Sequence[Meeting], meetings: Sequence[Meeting], kept: Sequence[int], target: int, at: int
) -> tuple[Meeting, ...]:
    """Give the meetings of a chain the ids of those that they are in the calendar, for telling what moved.

    Parameters
    ----------
    own : sequence of Meeting
        Of the calendar.
    meetings : sequence of Meeting
    kept : sequence of int
        For each of them the position in the calendar of the one that stands there; -1: put elsewhere.
    target, at : int
        Position of the meeting that is moved in the calendar, and now.
    """
    given = {position for position in kept if position >= 0} | {target}
    spare = [position for position in range(len(own)) if position not in given]
    names = []
    for j, position in enumerate(kept):
        here = target if j == at else position
        if here < 0:
            # What was before the meeting stays before it, as far as there is one to take.
            side = [one for one in spare if (one < target) == (j < at)]
            here = side[0] if side else -1
            spare = [one for one in spare if one != here]
        names.append(own[here].id if here >= 0 else f"{meetings[j].series}.new-{j + 1}")
    return tuple(
        meeting.model_copy(update={"id": name}) for meeting, name in zip(meetings, names, strict=True)
    )
