"""From the solver's solution to the outward calendar's meetings, each with its share of the score."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count

from calendars.workdays import WorkingCalendar
from solver.engine.state import Solution
from solver.policy.model import Policy
from solver.problem.availability import FreeTime
from solver.problem.blocks import (
    SITTING_GAP_MINUTES,
    keeps_school_hours,
    occupied_minutes,
    school_allowance,
)
from solver.problem.days import make_grid
from solver.problem.tables import Problem
from solver.problem.venues import NO_SITE_MINUTES, seats_needed
from solver.schema.base import WEEKDAYS
from solver.schema.calendar import Attendee, Meeting, Score, Sitting, Status, Window
from solver.schema.caseload import BookedMeeting, Caseload, Person, Plan, Venue
from solver.score import WEIGHTS
from solver.series import Place, Series, next_limits, provisional_after, series_of


@dataclass(frozen=True)
class Unheld:
    """A required meeting that the calendar does not hold."""

    series: str
    due: date
    days: int
    """Calendar days from the due date to the day after the series' last day."""

    @property
    def points(self) -> int:
        """Breach points."""
        return WEIGHTS["breach_day"] * (self.days + WEIGHTS["unheld_days"])


@dataclass(frozen=True)
class Decoded:
    """Meetings and what is not held."""

    meetings: tuple[Meeting, ...]
    unheld: tuple[Unheld, ...]
    stability: int

    @property
    def objective(self) -> Score:
        """Points by level."""
        total: defaultdict[str, int] = defaultdict(int)
        for meeting in self.meetings:
            for level, points in meeting.score.items():
                total[level] += points
        for missing in self.unheld:
            total["breach"] += missing.points
        total["stability"] += self.stability
        levels: Score = {}
        for level in ("breach", "attendance", "family", "resilience", "stability", "convenience"):
            levels[level] = total[level]
        return levels


class Decoder:
    """Writes meetings from solutions of one problem.

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
        self._people: Mapping[str, Person] = {person.id: person for person in caseload.people}
        self._sites = {site.id: site.travel_minutes for site in caseload.sites}
        self._venues: Mapping[str, Venue] = {venue.id: venue for venue in caseload.venues}
        self._free = FreeTime(caseload, make_grid(caseload, calendar), calendar)
        self._booked: dict[str, list[BookedMeeting]] = defaultdict(list)
        for booked in caseload.booked:
            s = series_of(booked, problem.series)
            if s is not None:
                self._booked[problem.series[s].id].append(booked)

    def decode(self, solution: Solution, *, workload: bool = True) -> Decoded:
        """Write out a solution; without ``workload``, which other shards' meetings may add to, its points are left out."""
        meetings: list[Meeting] = []
        unheld: list[Unheld] = []
        stability = 0
        for s, series in enumerate(self._problem.series):
            previous: date | None = None
            held: set[tuple[datetime, str]] = set()
            for i in range(int(solution.n[s])):
                meeting = self._meeting(s, series, i, previous, solution)
                meetings.append(meeting)
                previous = meeting.start.date()
                held.add((meeting.start, meeting.venue))
            limits = next_limits(series, previous, self._calendar)
            if limits is not None:
                unheld.append(Unheld(series.id, limits.due, (series.last_day - limits.due).days + 1))
            stability += WEIGHTS["moved"] * sum(
                (booked.start, booked.venue) not in held
                for booked in self._booked[series.id]
                if not booked.pinned
            )
        named = self._named(meetings)
        charged = charge_workload(self._people, named) if workload else tuple(named)
        return Decoded(charged, tuple(unheld), stability)

    def _named(self, meetings: list[Meeting]) -> list[Meeting]:
        """Give the booked meetings that stand their own ids, and no other meeting one of these."""
        own = [self._own_id(meeting) for meeting in meetings]
        standing = {one for one in own if one is not None}
        ids = []
        for meeting, booked in zip(meetings, own, strict=True):
            # A booked meeting may stand under the id that the number of another, new one would give it.
            plain = meeting.id if meeting.id not in standing else None
            ids.append(
                booked or plain or next(one for k in count(2) if (one := f"{meeting.id}.{k}") not in standing)
            )
        return [
            meeting if meeting.id == one else meeting.model_copy(update={"id": one})
            for meeting, one in zip(meetings, ids, strict=True)
        ]

    def _own_id(self, meeting: Meeting) -> str | None:
        """Id of the booked meeting that stands here, if it has one."""
        for booked in self._booked[meeting.series]:
            if booked.id is not None and (booked.start, booked.venue) == (meeting.start, meeting.venue):
                return booked.id
        return None

    def _meeting(self, s: int, series: Series, i: int, previous: date | None, solution: Solution) -> Meeting:
        tab = self._problem.tables
        d, at, v = solution.rows[s, i].tolist()
        day = self._problem.days[d]
        b = int(tab.node_block[0 if i == 0 else 1, s, d])
        minute = int(tab.start_minute[at])
        start = datetime.combine(day, time()) + timedelta(minutes=minute)
        end = start + timedelta(minutes=int(tab.block_length[b]))
        venue = self._venues[self._problem.venues[int(tab.venue_id[v])]]
        plans = series.plans_on(day)
        limits = next_limits(series, previous, self._calendar)
        if limits is None:
            limits = next_limits(series, previous, self._calendar, imposing=False)
        places = self._problem.blocks[b].places
        attendees = tuple(
            self._attendee(series, b, place, int(solution.choice[s, i, p])) for p, place in enumerate(places)
        )
        # A pinned meeting after the only one that there is to be falls in no window: its own day stands for it.
        window = Window(earliest=day, due=day, target=day)
        late = slack = short = 0
        if limits is not None:
            earliest = max(limits.earliest, self._caseload.horizon.start)
            window = Window(earliest=earliest, due=limits.due, target=limits.target)
            late = max(0, (day - limits.due).days)
            slack = self._calendar.working_days_between(day, limits.due) if day < limits.due else 0
            short = max(0, WEIGHTS["slack_days_wanted"] - slack)
        review = provisional_after(
            plans, self._policy, self._caseload.horizon.start, self._calendar, series.kind
        )
        pinned = (s, d) in self._problem.pinned
        last = previous or series.previous
        score: Score = {
            "breach": WEIGHTS["breach_day"] * late,
            "attendance": self._attendance_points(places, attendees),
            "family": self._family_points(plans, places, attendees, venue, start, end)
            + self._school_points(series, places, start),
            "resilience": WEIGHTS["slack_day"] * short
            + WEIGHTS["spacing_day"] * abs((day - window.target).days),
            "convenience": self._convenience_points(places, attendees, venue, day, last),
        }
        number = series.held + i + 1
        return Meeting(
            id=f"{series.id}.{number}",
            series=series.id,
            kind=series.kind,
            plans=tuple(plan.id for plan in plans),
            number=number,
            start=start,
            end=end,
            venue=venue.id,
            window=window,
            slack_days=slack,
            attendees=attendees,
            sittings=self._sittings(series, start),
            pinned=pinned,
            provisional=review is not None and day > review,
            score=score,
            breach_days=late,
        )

    def _attendee(self, series: Series, b: int, place: Place, choice: int) -> Attendee:
        tab = self._problem.tables
        sitting = place.sitting if series.split else None
        if choice < 0:
            status: Status = "report" if place.level == "expected" and not place.family else "absent"
            return Attendee(person=place.person, level=place.level, status=status, sitting=sitting)
        actor = int(tab.option_actor[int(tab.option_ptr[int(tab.place_ptr[b])]) + choice // 2])
        person = self._problem.blocks[b].actors[actor]
        remote = choice % 2 == 1
        if person != place.person:
            return Attendee(
                person=person,
                level=place.level,
                status="deputy",
                for_=place.person,
                sitting=sitting,
                remote=remote,
            )
        return Attendee(
            person=person,
            level=place.level,
            status="remote" if remote else "attending",
            sitting=sitting,
            remote=remote,
        )

    def _sittings(self, series: Series, start: datetime) -> tuple[Sitting, ...]:
        if not series.split:
            return ()
        step = self._caseload.grid_minutes
        length = timedelta(minutes=series.minutes)
        second = start + length + timedelta(minutes=-(-SITTING_GAP_MINUTES // step) * step)
        return (
            Sitting(id="A", start=start, end=start + length),
            Sitting(id="B", start=second, end=second + length),
        )

    @staticmethod
    def _attendance_points(places: tuple[Place, ...], attendees: tuple[Attendee, ...]) -> int:
        points = 0
        for place, attendee in zip(places, attendees, strict=True):
            if attendee.status == "deputy":
                points += WEIGHTS["deputy"]
            elif attendee.status == "report":
                points += WEIGHTS["report"]
            elif attendee.status == "absent":
                points += WEIGHTS["absent_family" if place.level == "expected" else "absent_invited"]
        return points

    @staticmethod
    def _family_points(
        plans: tuple[Plan, ...],
        places: tuple[Place, ...],
        attendees: tuple[Attendee, ...],
        venue: Venue,
        start: datetime,
        end: datetime,
    ) -> int:
        points = 0
        begin = start.hour * 60 + start.minute
        finish = begin + int((end - start).total_seconds()) // 60
        weekday = WEEKDAYS[start.weekday()]
        for plan in plans:
            windows = plan.times.prefer
            if windows and not any(
                weekday in window.days and window.start <= begin and finish <= window.end
                for window in windows
            ):
                points += WEIGHTS["time_not_preferred"]
            if plan.venue.prefer and venue.id not in plan.venue.prefer:
                points += WEIGHTS["venue_not_preferred"]
        for place, attendee in zip(places, attendees, strict=True):
            if attendee.remote and place.remote == "if_needed":
                points += WEIGHTS["remote_family" if place.family else "remote_professional"]
        return points

    def _school_points(self, series: Series, places: tuple[Place, ...], start: datetime) -> int:
        """Points for pupils whose school hours the meeting touches, where that is no rule but a wish."""
        if keeps_school_hours(series):
            return 0
        pupils = 0
        for place in places:
            offset, length = occupied_minutes(series, place.sitting, self._caseload.grid_minutes)
            begin = start.hour * 60 + start.minute + offset
            pupils += self._free.at_school(
                place.person, school_allowance(series), start.date(), begin, begin + length
            )
        return WEIGHTS["school_hours"] * pupils

    def _convenience_points(
        self,
        places: tuple[Place, ...],
        attendees: tuple[Attendee, ...],
        venue: Venue,
        day: date,
        last: date | None,
    ) -> int:
        points = 0
        if venue.kind != "virtual":
            minutes = NO_SITE_MINUTES if venue.site is None else self._sites[venue.site]
            for attendee in attendees:
                if attendee.status == "attending" or (attendee.status == "deputy" and not attendee.remote):
                    person = self._people.get(attendee.person)
                    at_home = person is not None and person.site is not None and person.site == venue.site
                    points += 0 if at_home else minutes // WEIGHTS["travel_minutes_per_point"]
        if last is not None and last.weekday() != day.weekday():
            points += WEIGHTS["weekday_changed"]
        if venue.capacity is not None:
            spare = max(0, venue.capacity - seats_needed(places)) // WEIGHTS["spare_seats_per_point"]
            points += min(WEIGHTS["spare_seats_cap"], spare)
        return points


_THERE: frozenset[Status] = frozenset({"attending", "remote", "deputy"})


def charge_workload(people: Mapping[str, Person], meetings: list[Meeting]) -> tuple[Meeting, ...]:
    """Charge each social worker's meetings beyond the day's soft limit to the later ones."""
    days: dict[tuple[str, date], list[Meeting]] = defaultdict(list)
    for meeting in meetings:
        for attendee in meeting.attendees:
            person = people.get(attendee.person)
            if person is not None and person.role == "social_worker" and attendee.status in _THERE:
                days[person.id, meeting.start.date()].append(meeting)
    extra: Counter[str] = Counter()
    for on_day in days.values():
        for meeting in sorted(on_day, key=lambda meeting: (meeting.start, meeting.id))[
            WEIGHTS["workload_meetings_a_day"] :
        ]:
            extra[meeting.id] += WEIGHTS["workload_day"]
    return tuple(
        _dearer(meeting, extra[meeting.id]) if meeting.id in extra else meeting for meeting in meetings
    )


def _dearer(meeting: Meeting, points: int) -> Meeting:
    """The meeting with more points of convenience."""
    score: Score = {**meeting.score, "convenience": meeting.score["convenience"] + points}
    return meeting.model_copy(update={"score": score})
