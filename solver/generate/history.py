"""What has happened on a plan so far: conferences, meetings held, reviews to come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any, Final

from calendars.workdays import WorkingCalendar
from solver.generate.draft import DAY
from solver.generate.shape import Shape
from solver.policy import Policy
from solver.policy.windows import Limits, first_limits, later_limits, rule_for
from solver.schema.base import PlanType
from solver.schema.caseload import Child, Events, Plan

OWN_INTERVAL: Final = "6 weeks"
"""What a plan brings where the policy is silent on its type."""
FIRST_SPREAD: Final = 24
"""Open days over which first meetings fall due, from the least notice on."""
REVIEW_GAPS: Final[dict[PlanType, tuple[tuple[int, int], ...]]] = {
    "child_protection": ((78, 88), (165, 179)),
    "looked_after": ((18, 25), (78, 86), (165, 179)),
}
"""Calendar days from the start to the first review, then from each to the next (the last is repeated): the
fewest and the most, within the statutory limits."""
_SOMEBODY: Final = Child(id="somebody", initials="XX", date_of_birth=date(2020, 1, 1))


@dataclass(frozen=True)
class History:
    """The events of a plan, and the window of its next meeting."""

    kind: PlanType
    events: Events
    every_at_most: str | None
    earliest: date
    due: date
    first: bool


class Chronicle:
    """Makes up histories that agree with the policy and fall due within the horizon.

    Parameters
    ----------
    rng, shape, policy : the source of chance, the rates, and the policy that says when meetings fall due.
    start, calendar : first day of the horizon, and the authority's working days.
    days : the horizon's open days.
    """

    def __init__(
        self,
        rng: Random,
        shape: Shape,
        policy: Policy,
        start: date,
        calendar: WorkingCalendar,
        days: list[date],
    ) -> None:
        self._rng, self._shape, self._policy = rng, shape, policy
        self._start, self._calendar, self._days = start, calendar, days

    def covers(self, kind: PlanType) -> bool:
        """Whether the policy says how often a plan of this type is met about."""
        return self._policy.meeting_for(kind) is not None

    def interval(self, kind: PlanType, own: str | None) -> int:
        """Most calendar days from one meeting to when the next is due, about the start of the horizon."""
        # A due date that is pulled back over a holiday makes single days look tighter than the rule.
        days = (self._start + DAY * n for n in range(14))
        return max((self._next(kind, Events(last_meeting=day), own).due - day).days for day in days)

    def first(self, kind: PlanType, *, notice: int) -> History:
        """A plan whose first meeting is still to come, due on the ``notice``-th open day or later."""
        rng = self._rng
        wanted = self._days[notice - 1 + rng.randrange(FIRST_SPREAD)]
        build = self._opening(kind)
        anchor = self._start
        for _ in range(3):
            # Working days make the interval depend on where it starts, so a second step may be needed.
            anchor += wanted - self._next(kind, build(anchor), None).due
        if kind != "child_protection":
            # Only a conference may lie ahead: no plan of another type is on file before it begins.
            anchor = min(anchor, self._start - DAY)
        anchor = self._open(anchor)
        floor = self._days[notice - 1]
        while self._next(kind, build(anchor), None).due < floor:
            anchor = self._next_open(anchor)
        return self._history(kind, build(anchor), None)

    def overdue(self) -> History:
        """A child protection plan whose first core group ought to have been held some days ago."""
        build = self._opening("child_protection")
        anchor = self._open(self._start - DAY)
        late = self._calendar.add_working_days(self._start, -self._rng.choice((1, 2, 3)))
        while self._next("child_protection", build(anchor), None).due > late:
            anchor = self._open(anchor - DAY)
        return self._history("child_protection", build(anchor), None)

    def running(self, kind: PlanType, *, notice: int, own: str | None = None) -> History:
        """A plan with meetings behind it, the next due on the ``notice``-th open day or up to an interval on.

        Parameters
        ----------
        own : the plan's own interval (``every_at_most``), if it has one.
        """
        rng = self._rng

        def due(last: date) -> date:
            return self._next(kind, Events(last_meeting=last), own).due

        interval = self.interval(kind, own)
        floor = self._days[notice - 1]
        spread = max(1, interval - (floor - self._start).days)
        last = self._open(min(floor + DAY * rng.randrange(spread) - DAY * interval, self._start - DAY))
        while due(last) < floor and self._next_open(last) < self._start:
            last = self._next_open(last)
        begun = self._open(min(self._start - DAY * rng.randrange(40, 500), last - DAY * interval))
        dates: dict[str, Any] = {"last_meeting": last, "held": max(1, (last - begun).days // interval)}
        return self._history(kind, Events(**dates, **self._beginning(kind, begun)), own)

    def _opening(self, kind: PlanType) -> Callable[[date], Events]:
        """The events of a plan that starts on a date; the same choices for every date it is asked for."""
        draws = self._rng.getrandbits(64)

        def build(anchor: date) -> Events:
            return Events(**self._beginning(kind, anchor, Random(draws)))

        return build

    def _beginning(self, kind: PlanType, anchor: date, rng: Random | None = None) -> dict[str, Any]:
        """The start of a plan, what led to it, and the reviews since and to come."""
        rng = rng or self._rng
        cal = self._calendar
        dates: dict[str, Any] = {"plan_start": anchor}
        if kind == "child_in_need":
            return dates | {"assessment_due": cal.add_working_days(anchor, 45)}
        if kind == "child_protection":
            dates["strategy_discussion"] = cal.add_working_days(anchor, -rng.randrange(9, 15))
            dates["initial_conference"] = anchor
        else:
            dates["became_looked_after"] = anchor
        gaps = REVIEW_GAPS[kind]
        reviews: list[date] = []
        day = anchor
        while day <= self._days[-1]:
            least, most = gaps[min(len(reviews), len(gaps) - 1)]
            day = self._open(day + DAY * rng.randint(least, most))
            reviews.append(day)
        if past := [day for day in reviews if day < self._start]:
            dates["last_review"] = past[-1]
        dates["reviews"] = tuple(day for day in reviews if self._start <= day <= self._days[-1])
        return dates

    def _history(self, kind: PlanType, events: Events, own: str | None) -> History:
        limits = self._next(kind, events, own)
        first = events.last_meeting is None
        return History(kind, events, own, max(limits.earliest, self._start), limits.due, first)

    def _next(self, kind: PlanType, events: Events, own: str | None) -> Limits:
        plan = Plan(id="plan", type=kind, children=(_SOMEBODY,), events=events, every_at_most=own)
        rule = rule_for(plan, self._policy)
        if rule is None:
            raise ValueError(f"the policy {self._policy.id} has no meetings for {kind}: give an own interval")
        if events.last_meeting is None:
            return first_limits(plan, rule, self._calendar)
        limits = later_limits(plan, rule, events.last_meeting, self._calendar)
        if limits is None:
            raise ValueError(
                f"the policy {self._policy.id} has no later meetings for {kind}: give an own interval"
            )
        return limits

    def _open(self, day: date) -> date:
        """The day, or the last open day before it."""
        return self._calendar.pull_back(day)

    def _next_open(self, day: date) -> date:
        day += DAY
        while not self._calendar.is_open_day(day):
            day += DAY
        return day
