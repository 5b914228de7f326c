"""What has happened on a plan so far: conferences, meetings held, reviews to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from calendars.workdays import WorkingCalendar
from solver.generate.shape import Shape
from solver.schema.base import PlanType
from solver.schema.caseload import Events

DAY = timedelta(days=1)
CADENCE: Final[dict[str, dict[PlanType, int]]] = {
    "wandsworth": {"child_protection": 42, "child_in_need": 82},
    "south-west": {"child_protection": 28},
    "barnsley": {"child_protection": 28, "child_in_need": 42},
    "sefton": {"child_protection": 28},
    "carefirst": {"child_protection": 28, "child_in_need": 42, "looked_after": 42},
}
"""Longest calendar days between two meetings, by authority and type of plan; absent where the policy is silent."""
FIRST_DAYS: Final = 10
OWN_INTERVAL_DAYS: Final = 42
OWN_INTERVAL: Final = "6 weeks"


@dataclass(frozen=True)
class History:
    """The events of a plan and when its next meeting is due."""

    events: Events
    due: date
    earliest: date
    first: bool


class Chronicle:
    """Makes up histories that are consistent with each other and with the horizon."""

    def __init__(
        self, rng: Random, shape: Shape, authority: str, start: date, end: date, calendar: WorkingCalendar
    ) -> None:
        self._rng, self._shape, self._start, self._end, self._calendar = rng, shape, start, end, calendar
        self._cadence = CADENCE[authority]

    def working(self, day: date) -> date:
        """The day, or the last working day before it."""
        while not self._calendar.is_working_day(day):
            day -= DAY
        return day

    def interval(self, kind: PlanType) -> int:
        """Longest days between meetings."""
        return self._cadence.get(kind, OWN_INTERVAL_DAYS)

    def first_meeting(self, *, overdue: bool = False) -> History:
        """A child protection plan whose first core group is still to come."""
        rng, cal, start = self._rng, self._calendar, self._start
        if overdue:
            conference = cal.add_working_days(start, -FIRST_DAYS - rng.choice((1, 2, 3)))
        else:
            notice = rng.randrange(self._shape.least_notice, FIRST_DAYS + 15)
            conference = cal.add_working_days(start, notice - FIRST_DAYS)
        strategy = cal.add_working_days(conference, -rng.randrange(9, 15))
        review = self.working(conference + DAY * rng.randrange(80, 90))
        events = Events(
            strategy_discussion=strategy,
            initial_conference=conference,
            plan_start=conference,
            reviews=(review,),
        )
        due = cal.add_working_days(conference, FIRST_DAYS)
        return History(events, due, max(conference + DAY, start), first=True)

    def running(self, kind: PlanType, started: date) -> History:
        """A plan whose meetings have been going on since ``started``."""
        rng, start = self._rng, self._start
        interval = self.interval(kind)
        notice = rng.randrange(self._shape.least_notice + 3, interval)
        last = self.working(start + DAY * (notice - interval))
        if last >= start:
            last = self.working(start - DAY)
        started = min(started, last - DAY * 14)
        held = 1 + (last - started).days // interval
        events: dict[str, date | int] = {"last_meeting": last, "held": held, "plan_start": started}
        return History(self._with_reviews(kind, started, events), last + DAY * interval, start, first=False)

    def _with_reviews(self, kind: PlanType, started: date, events: dict[str, date | int]) -> Events:
        if kind == "child_in_need":
            return Events.model_validate(events | {"assessment_due": self.working(started + DAY * 10)})
        if kind == "child_protection":
            events |= {
                "initial_conference": started,
                "strategy_discussion": self._calendar.add_working_days(started, -self._rng.randrange(9, 15)),
            }
        else:
            events["became_looked_after"] = started
        first = 85 if kind == "child_protection" else 25
        reviews = [self.working(started + DAY * first)]
        while reviews[-1] <= self._end:
            reviews.append(self.working(reviews[-1] + DAY * self._rng.randrange(165, 180)))
        past = [day for day in reviews if day < self._start]
        if past:
            events["last_review"] = past[-1]
        coming = tuple(day for day in reviews if self._start <= day <= self._end)
        return Events.model_validate(events | ({"reviews": coming} if coming else {}))
