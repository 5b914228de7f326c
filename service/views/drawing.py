"""Where a row's windows, due dates, reviews and holidays lie on the weeks: what every drawing of a timeline is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Literal, get_args

from calendars.schools import SchoolCalendar
from calendars.workdays import WorkingCalendar
from service.views.weeks import DAYS, Weeks
from service.words import day
from solver.policy.model import Policy
from solver.policy.windows import review_due
from solver.schema.base import WEEKDAYS
from solver.schema.calendar import Breach, Meeting
from solver.schema.caseload import Caseload, DaySpan, Plan, School

BarKind = Literal["school", "closed", "window", "room", "late"]
DUE = 0.85
"""Where in its day a due date is drawn: at the end, yet clear of the border of the next column."""
LAYERS: tuple[BarKind, ...] = get_args(BarKind)
"""From the back to the front."""


@dataclass(frozen=True)
class Bar:
    """A piece of a bar, in drawing units from wherever it is drawn."""

    kind: BarKind
    left: float
    right: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def layer(self) -> int:
        """Higher is drawn over lower."""
        return LAYERS.index(self.kind)


class Drawer:
    """Says where things lie, in drawing units from the first Monday (see `Weeks.position`).

    Parameters
    ----------
    caseload
    policy
    weeks
    """

    def __init__(self, caseload: Caseload, policy: Policy, weeks: Weeks) -> None:
        self._policy, self._weeks = policy, weeks
        self._holidays = {school.id: self._days_off(school) for school in caseload.schools}

    def meeting(self, meeting: Meeting) -> Iterator[Bar]:
        """The window of a meeting, and the room that is left after it, or by how much it is late."""
        held, position = meeting.start.date(), self._weeks.position
        due = position(meeting.window.due, DUE)
        yield Bar("window", position(meeting.window.earliest, 0), max(due, position(held)))
        if meeting.breach_days:
            yield Bar("late", due, position(held))
        else:
            yield Bar("room", position(held), due)

    def unheld(self, breach: Breach) -> Bar:
        """The time without a meeting that should have been."""
        last = breach.due + timedelta(days=breach.days - 1)
        return Bar("late", self._weeks.position(breach.due, DUE), self._weeks.position(last, 1))

    def due(self, day: date) -> float | None:
        """Where a due date is marked; ``None`` outside the weeks."""
        return self._weeks.position(day, DUE) if self._shown(day) else None

    def school(self, plans: Iterable[Plan]) -> Iterator[Bar]:
        """The days on which none of the plans' children is at school: there a meeting can be at any time."""
        for days in _runs(self.days_off(plans)):
            yield Bar("school", self._weeks.position(days[0], 0), self._weeks.position(days[-1], 1))

    def days_off(self, plans: Iterable[Plan]) -> frozenset[date]:
        """The weekdays on which none of the plans' children is at school; none where no child is a pupil."""
        schools = [child.school for plan in plans for child in plan.children if child.school]
        if not schools:
            return frozenset()
        return frozenset.intersection(*(self._holidays[school] for school in schools))

    def reviews(self, plans: Iterable[Plan]) -> list[tuple[date, str]]:
        """The reviews that are booked, or by when one is due, in words, as far as they are within the weeks."""
        found: dict[date, str] = {}
        for plan in plans:
            booked = [review for review in plan.events.reviews if review >= self._weeks.start]
            for review in booked:
                found[review] = f"Review {day(review)}"
            if not booked and (due := review_due(plan, self._policy, self._weeks.calendar)) is not None:
                found.setdefault(due, f"Review due by {day(due)}")
        return sorted((review, words) for review, words in found.items() if self._shown(review))

    def _shown(self, day: date) -> bool:
        return 0 <= self._weeks.index_of(day) < self._weeks.count

    def _days_off(self, school: School) -> frozenset[date]:
        """Weekdays of the horizon on which the school has no pupils."""
        calendar = school_calendar(school, self._weeks.calendar)
        days = (self._weeks.first + timedelta(days=offset) for offset in range(7 * self._weeks.count))
        return frozenset(day for day in days if day.weekday() < DAYS and not calendar.is_pupil_day(day))


def school_calendar(school: School, working: WorkingCalendar) -> SchoolCalendar:
    """The pupil days of a school of the caseload."""
    spans = dict.fromkeys(WEEKDAYS[:DAYS], school.day) if isinstance(school.day, DaySpan) else school.day
    return SchoolCalendar(
        {weekday: (span.start, span.end) for weekday, span in spans.items()},
        [(term.start, term.end) for term in school.terms],
        school.closed,
        working,
    )


def _runs(days: Iterable[date]) -> Iterable[list[date]]:
    """Stretches of days that follow each other, weekends between them not counting as a gap."""
    ordered = sorted(days)

    def start_of(item: tuple[int, date]) -> int:
        number, day = item
        return (day.toordinal() - 1) // 7 * DAYS + min(day.weekday(), DAYS - 1) - number

    for _, run in groupby(enumerate(ordered), key=start_of):
        yield [day for _, day in run]
