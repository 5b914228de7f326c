"""Peer 1, first fit: what people do by hand, done without slips.

The meeting that falls due first is booked first, at the first time that will do, and is never moved again;
then the next meeting of its series joins the queue. A time will do

1. on the day nearest its target within its window, where everybody who is expected comes or sends a deputy;
2. else on the nearest day in its window where those come who are essential;
3. else on the first day after its due date, again with everybody if that day has such a time.

Within a day the family's preferred times come before others, early before late, and the rooms that the
family prefers before others, then those near the social worker, the smallest that is large enough. If no
day is left the meeting is not held. It keeps every hard rule, so that the checker can score it beside any
other calendar.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta

from benchmarks.peers.attendance import Attendance, Slot
from benchmarks.peers.diary import Diaries, Stretch, team_day
from benchmarks.peers.rooms import Rooms
from solver.derive.marks import mark_meetings
from solver.derive.rota import assign_roles
from solver.explain.absences import line_managers
from solver.policy.events import days_kept_free
from solver.policy.model import Policy
from solver.policy.windows import Limits, working_calendar
from solver.schema.base import WEEKDAYS
from solver.schema.calendar import Attendee, Breach, CalendarException, Meeting, Reason, Sitting, Window
from solver.schema.caseload import Caseload, Plan, TimeWindow, Venue
from solver.series import Membership, Series, form_series, next_limits, provisional_after

DAY = timedelta(days=1)
BETWEEN_SITTINGS = 30
"""Minutes that two sittings lie apart at least."""


class FirstFit:
    """One pass over a caseload.

    Raises
    ------
    ValueError
        Meetings are booked already: this peer starts from an empty calendar.
    """

    def __init__(self, caseload: Caseload, policy: Policy) -> None:
        if caseload.booked:
            raise ValueError("first fit starts from an empty calendar: leave booked out")
        self._caseload, self._policy = caseload, policy
        self._calendar = working_calendar(caseload, policy)
        self._membership = Membership(caseload)
        self._diaries = Diaries(caseload)
        self._rooms = Rooms(caseload, self._diaries)
        self._attendance = Attendance(caseload, self._calendar, self._diaries)
        self._day = team_day(caseload.people)
        self._meetings: list[Meeting] = []
        self._breaches: list[Breach] = []

    def run(self) -> tuple[tuple[Meeting, ...], tuple[Breach, ...], tuple[CalendarException, ...]]:
        """Book everything, and return the meetings by start, the breaches and the exceptions."""
        chains = form_series(self._caseload, self._policy)
        queue: list[tuple[date, int, int, Limits]] = []
        previous: dict[int, date] = {}
        for index, series in enumerate(chains):
            limits = next_limits(series, None, self._calendar)
            if limits is not None:
                heapq.heappush(queue, (limits.due, index, series.held + 1, limits))
        while queue:
            _, index, number, limits = heapq.heappop(queue)
            series = chains[index]
            day = self._book(series, number, limits, previous.get(index))
            if day is None:
                continue
            previous[index] = day
            following = next_limits(series, day, self._calendar)
            if following is not None:
                heapq.heappush(queue, (following.due, index, number + 1, following))
        meetings = sorted(self._meetings, key=lambda meeting: (meeting.start, meeting.id))
        standing = mark_meetings(self._caseload, assign_roles(self._caseload, self._policy, meetings))
        return standing, tuple(self._breaches), tuple(_exceptions(self._caseload, standing))

    def _book(self, series: Series, number: int, limits: Limits, previous: date | None) -> date | None:
        """Book the next meeting of a series; the day, or ``None`` if it is not held."""
        opening = previous is None
        for day, everyone in self._tries(series, limits, previous):
            plans = series.plans_on(day)
            if any(day in days_kept_free(plan, series.rule) for plan in plans):
                continue
            places = self._membership.places(series, day, first=opening and series.first)
            rooms = self._rooms.for_meeting(series, plans, places)
            for slot in self._slots(series, plans, day):
                if not self._attendance.possible(series, places, slot, everyone=everyone):
                    continue
                for venue in rooms:
                    if not self._diaries.is_free(venue.id, day, slot.whole):
                        continue
                    filled = self._attendance.fill(series, places, slot, venue, everyone=everyone)
                    if filled is not None:
                        self._enter(series, number, limits, plans, slot, venue, filled)
                        return day
        self._breaches.append(
            Breach(
                series=series.id,
                meeting=None,
                due=limits.due,
                days=(series.last_day + DAY - limits.due).days,
                proved=False,
                reasons=(Reason(rule="series.complete", text="No day that was left would do."),),
            )
        )
        return None

    def _tries(self, series: Series, limits: Limits, previous: date | None) -> Iterator[tuple[date, bool]]:
        """Days in the order in which they are tried, each with whether everybody expected must come."""
        first = max(limits.earliest, self._caseload.horizon.start, *([previous + DAY] if previous else []))
        window = self._calendar.open_days(first, min(limits.due, series.last_day))
        window.sort(key=lambda day: (abs((day - limits.target).days), day))
        for everyone in (True, False):
            yield from ((day, everyone) for day in window)
        for day in self._calendar.open_days(max(first, limits.due + DAY), series.last_day):
            yield from ((day, everyone) for everyone in (True, False))

    def _slots(self, series: Series, plans: Sequence[Plan], day: date) -> Iterable[Slot]:
        """The possible times of a day, the family's preferred ones first."""
        grid = self._caseload.grid_minutes
        pause = -(-BETWEEN_SITTINGS // grid) * grid
        length = 2 * series.minutes + pause if series.split else series.minutes
        first = -(-self._day.start // grid) * grid
        stretches = [
            Stretch(start, start + length) for start in range(first, self._day.end - length + 1, grid)
        ]
        never = [window for plan in plans for window in plan.times.never]
        kept = [one for one in stretches if not any(_overlaps(one, window, day) for window in never)]
        kept.sort(key=lambda one: sum(not _is_preferred(one, plan, day) for plan in plans))
        if not series.split:
            return [Slot(day, one) for one in kept]
        return [
            Slot(
                day,
                one,
                (
                    ("A", Stretch(one.start, one.start + series.minutes)),
                    ("B", Stretch(one.end - series.minutes, one.end)),
                ),
            )
            for one in kept
        ]

    def _enter(
        self,
        series: Series,
        number: int,
        limits: Limits,
        plans: Sequence[Plan],
        slot: Slot,
        venue: Venue,
        filled: list[Attendee],
    ) -> None:
        """Write the meeting into the calendar and everybody's diary."""
        if venue.kind != "virtual":
            self._diaries.book(venue.id, slot.day, slot.whole)
        for entry in filled:
            if entry.status in ("attending", "remote", "deputy"):
                at = None if entry.remote else venue
                self._diaries.book(entry.person, slot.day, slot.of(entry.sitting), at)
        late = max(0, (slot.day - limits.due).days)
        review = provisional_after(
            tuple(plans), self._policy, self._caseload.horizon.start, self._calendar, series.kind
        )
        meeting = Meeting(
            id=f"{series.id}.{number}",
            series=series.id,
            kind=series.kind,
            plans=tuple(plan.id for plan in plans),
            number=number,
            start=_at(slot.day, slot.whole.start),
            end=_at(slot.day, slot.whole.end),
            venue=venue.id,
            window=Window(
                earliest=max(limits.earliest, self._caseload.horizon.start),
                due=limits.due,
                target=limits.target,
            ),
            slack_days=self._calendar.working_days_between(slot.day, limits.due),
            attendees=tuple(filled),
            sittings=tuple(
                Sitting(id=name, start=_at(slot.day, part.start), end=_at(slot.day, part.end))
                for name, part in slot.sittings
            ),
            provisional=review is not None and slot.day > review,
            breach_days=late,
        )
        self._meetings.append(meeting)
        if late:
            self._breaches.append(
                Breach(
                    series=series.id,
                    meeting=meeting.id,
                    due=limits.due,
                    days=late,
                    proved=False,
                    reasons=(Reason(rule="series.window", text="No day in the window would do."),),
                )
            )


def _at(day: date, minute: int) -> datetime:
    return datetime.combine(day, time()) + timedelta(minutes=minute)


def _overlaps(stretch: Stretch, window: TimeWindow, day: date) -> bool:
    return (
        WEEKDAYS[day.weekday()] in window.days and stretch.start < window.end and window.start < stretch.end
    )


def _is_preferred(stretch: Stretch, plan: Plan, day: date) -> bool:
    return not plan.times.prefer or any(
        WEEKDAYS[day.weekday()] in window.days and window.start <= stretch.start and stretch.end <= window.end
        for window in plan.times.prefer
    )


def _exceptions(caseload: Caseload, meetings: Iterable[Meeting]) -> Iterator[CalendarException]:
    agree = line_managers(caseload)
    for meeting in meetings:
        for entry in meeting.attendees:
            if entry.level == "expected" and entry.status in ("report", "absent"):
                yield CalendarException(
                    meeting=meeting.id,
                    person=entry.person,
                    kind=entry.status,
                    agree=agree.get((entry.person, entry.status)),
                    reason="Not free at the first time that would do.",
                )
