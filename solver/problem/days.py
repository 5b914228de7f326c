"""The days and slots of a problem, and what every date costs or allows in a chain of meetings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from calendars.workdays import WorkingCalendar
from solver.problem.tables import BIG, Ints
from solver.schema.base import DAY_MINUTES, FAMILY_ROLES
from solver.schema.caseload import Caseload
from solver.score import WEIGHTS
from solver.series import Series, next_limits

DEFAULT_DAY = (9 * 60, 17 * 60)


@dataclass(frozen=True)
class Grid:
    """The slots of a problem's days.

    Attributes
    ----------
    days : tuple of date
        Open days of the horizon, and any other day a pinned meeting stands on.
    minutes : int
        Length of a slot.
    start, slots : int
        First minute of a day's first slot, and how many slots a day has (RULES ``day.span``).
    """

    days: tuple[date, ...]
    minutes: int
    start: int
    slots: int

    def index(self) -> dict[date, int]:
        """Index of each day."""
        return {day: i for i, day in enumerate(self.days)}


def make_grid(caseload: Caseload, calendar: WorkingCalendar) -> Grid:
    """Lay the grid over the horizon's open days and the team's day."""
    starts, ends = [], []
    for person in caseload.people:
        if person.role in FAMILY_ROLES:
            continue
        spans = (
            [DEFAULT_DAY] if person.hours is None else [span for day in person.hours.values() for span in day]
        )
        starts += [span[0] for span in spans]
        ends += [span[1] for span in spans]
    first, last = (min(starts), max(ends)) if starts else (0, DAY_MINUTES)
    step = caseload.grid_minutes
    first = -(-first // step) * step
    days = {meeting.start.date() for meeting in caseload.booked if meeting.pinned}
    day = caseload.horizon.start
    while day <= caseload.horizon.end:
        if calendar.is_open_day(day):
            days.add(day)
        day += timedelta(days=1)
    return Grid(tuple(sorted(days)), step, first, max(0, (last - first) // step))


class ChainCosts:
    """What the days of a chain cost: breach, slack, spacing towards the target, weekday (RULES sections 3 and 5).

    Parameters
    ----------
    caseload : Caseload
    grid : Grid
    calendar : WorkingCalendar
    resilience : bool
        Whether slack and spacing count, as they do in the score.
    """

    def __init__(
        self, caseload: Caseload, grid: Grid, calendar: WorkingCalendar, *, resilience: bool = True
    ) -> None:
        self._caseload = caseload
        self._slack_day = WEIGHTS["slack_day"] * int(resilience)
        self._spacing_day = WEIGHTS["spacing_day"] * int(resilience)
        self._calendar = calendar
        self._grid = grid
        self._ordinals: NDArray[np.int64] = np.array([day.toordinal() for day in grid.days], dtype=np.int64)
        self._weekdays = np.array([day.weekday() for day in grid.days], dtype=np.int64)
        self._gaps: dict[object, int] = {}
        self.gap_rows: list[Ints] = []
        self._end_rows: list[Ints] = []
        self._base = min([caseload.horizon.start, *grid.days[:1]])
        span = (max([caseload.horizon.end, *grid.days[-1:]]) - self._base).days + 1
        works = [calendar.is_working_day(self._base + timedelta(days=i)) for i in range(span)]
        # Working days from the base up to and including each date, so that slack is a difference.
        self._worked = np.cumsum(works, dtype=np.int64)
        self._worked_days = self._worked[self._ordinals - self._base.toordinal()]

    def _slack(self, due: date) -> NDArray[np.int64]:
        """Working days from each day of the grid to ``due``, 0 for later days."""
        if due < self._base:
            return np.zeros(len(self._grid.days), dtype=np.int64)
        counted = self._base + timedelta(days=len(self._worked) - 1)
        # Only a pinned meeting that no plan asks for has a due date after the horizon.
        beyond = self._calendar.working_days_between(counted, due)
        upto = self._worked[(min(due, counted) - self._base).days] + beyond
        return np.asarray(np.maximum(0, upto - self._worked_days), dtype=np.int64)

    def window_costs(self, series: Series, previous: date | None) -> Ints | None:
        """Cost of the next meeting on each day, BIG where it cannot be; ``None`` where none is needed."""
        limits = next_limits(series, previous, self._calendar)
        if limits is None:
            return None
        due, target = limits.due.toordinal(), limits.target.toordinal()
        cost = WEIGHTS["breach_day"] * np.maximum(0, self._ordinals - due)
        cost += self._slack_day * np.maximum(0, WEIGHTS["slack_days_wanted"] - self._slack(limits.due))
        cost += self._spacing_day * np.abs(self._ordinals - target)
        earliest = max(limits.earliest, self._caseload.horizon.start)
        impossible = (self._ordinals < earliest.toordinal()) | (self._ordinals > series.last_day.toordinal())
        if previous is not None:
            impossible |= self._ordinals <= previous.toordinal()
        return np.where(impossible, BIG, cost).astype(np.int32)

    def too_early(self, series: Series, previous: date, d: int) -> bool:
        """Whether day ``d`` lies before the window after ``previous`` begins."""
        limits = next_limits(series, previous, self._calendar)
        if limits is None:
            limits = next_limits(series, previous, self._calendar, imposing=False)
        return limits is not None and self._grid.days[d] < limits.earliest

    def broken_window(self, series: Series, previous: date | None, d: int) -> int:
        """Cost of a pinned meeting on day ``d`` where no window allows it: as if its window began then."""
        limits = next_limits(series, previous, self._calendar)
        if limits is None:
            limits = next_limits(series, previous, self._calendar, imposing=False)
        weekday_of = previous or series.previous
        weekday = 0 if weekday_of is None else int(self._weekday(weekday_of)[d])
        if limits is None:
            return weekday
        day = self._grid.days[d]
        cost = WEIGHTS["breach_day"] * max(0, (day - limits.due).days)
        cost += self._slack_day * max(0, WEIGHTS["slack_days_wanted"] - int(self._slack(limits.due)[d]))
        return cost + self._spacing_day * abs((day - limits.target).days) + weekday

    def _unheld(self, series: Series, previous: date | None) -> int:
        limits = next_limits(series, previous, self._calendar)
        if limits is None:
            return 0
        late = (series.last_day - limits.due).days + 1
        return WEIGHTS["breach_day"] * (late + WEIGHTS["unheld_days"])

    def _weekday(self, day: date) -> Ints:
        return np.where(self._weekdays == day.weekday(), 0, WEIGHTS["weekday_changed"]).astype(np.int32)

    def first(self, series: Series) -> tuple[Ints, int]:
        """Cost of a chain's first meeting on each day, and of holding none at all."""
        row = self.window_costs(series, None)
        if row is None:
            return np.full(len(self._grid.days), BIG, dtype=np.int32), 0
        if series.previous is not None:
            row = np.where(row < BIG, row + self._weekday(series.previous), row).astype(np.int32)
        return row, self._unheld(series, None)

    def later(self, series: Series) -> tuple[int, Ints]:
        """Row of ``gap_rows`` with the [D, D] gap costs, and the [D] costs of ending after each day."""
        key = (
            tuple(
                (rule.kind, rule.model_dump_json(include={"windows"}), plan.every_at_most, last)
                for plan, rule, last in zip(series.plans, series.rules, series.last_days, strict=True)
            ),
            series.last_day,
            series.every_at_most,
            # Windows that are open on the first day already are met by whichever meeting comes before.
            tuple(
                tuple(one for one in events if self._grid.days and one.earliest > self._grid.days[0])
                for events in series.events
            ),
        )
        found = self._gaps.get(key)
        if found is None:
            days = len(self._grid.days)
            gap = np.full((days, days), BIG, dtype=np.int32)
            end = np.zeros(days, dtype=np.int32)
            for i, day in enumerate(self._grid.days):
                row = self.window_costs(series, day)
                if row is not None:
                    gap[i] = np.where(row < BIG, row + self._weekday(day), row)
                    end[i] = self._unheld(series, day)
            found = self._gaps[key] = len(self.gap_rows)
            self.gap_rows.append(gap)
            self._end_rows.append(end)
        return found, self._end_rows[found].copy()


def local_minute(moment: datetime) -> int:
    """Minutes after midnight."""
    return moment.hour * 60 + moment.minute
