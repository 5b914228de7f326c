"""What the windows ask of each meeting of a chain, as whole numbers of days, and how many meetings a chain can have."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from solver.policy.model import Policy
from solver.policy.windows import Limits, working_calendar
from solver.problem.tables import BIG, Problem
from solver.schema.caseload import Caseload
from solver.score import WEIGHTS
from solver.series import next_limits

DAY = timedelta(days=1)
NIGHT = 12
"""Slots between two days, so that nothing of one day reaches into the next."""


class Window(NamedTuple):
    """A window in calendar days since the problem's first day."""

    due: int
    target: int
    earliest: int
    roomy: tuple[int, ...]
    """The last days that leave one working day of slack, two, and so on, as many as are wanted."""

    @property
    def numbers(self) -> tuple[int, ...]:
        """All of it in one row."""
        return (self.due, self.target, self.earliest, *self.roomy)


class Span(NamedTuple):
    """Where one meeting of a chain can be: from a day (by index) to a calendar day."""

    first: int
    last: int


class Windows:
    """The windows of a problem's series.

    Attributes
    ----------
    days : [D] int
        Calendar days from the problem's first day.
    weekdays : [D] int
        0 for Monday.
    day_slots : int
        Slots from a day's first to the next day's, so that a day and a slot make one number.
    """

    def __init__(self, problem: Problem, caseload: Caseload, policy: Policy) -> None:
        self._problem = problem
        self._calendar = working_calendar(caseload, policy)
        self._opens = caseload.horizon.start
        self._base = problem.days[0].toordinal()
        self.days: NDArray[np.int64] = np.array([day.toordinal() - self._base for day in problem.days])
        self.weekdays: NDArray[np.int64] = np.array([day.weekday() for day in problem.days])
        self.day_slots = problem.tables.slots + NIGHT
        self._after: dict[int, tuple[Window | None, ...]] = {}
        self._skips: dict[int, NDArray[np.int64]] = {}

    def first(self, s: int) -> Window | None:
        """The window of a series' first meeting; ``None`` where it needs none."""
        limits = next_limits(self._problem.series[s], None, self._calendar)
        return None if limits is None else self._window(limits)

    def after(self, s: int) -> tuple[Window | None, ...]:
        """By day: the window of the meeting after one on that day; ``None`` where none is needed."""
        row = int(self._problem.tables.gap_index[s])
        if row not in self._after:
            series = self._problem.series[s]
            found = (next_limits(series, day, self._calendar) for day in self._problem.days)
            self._after[row] = tuple(None if one is None else self._window(one) for one in found)
        return self._after[row]

    def last(self, s: int) -> int:
        """Calendar day on which the series ends."""
        return self._problem.series[s].last_day.toordinal() - self._base

    def _window(self, limits: Limits) -> Window:
        roomy: list[int] = []
        day = limits.due
        while len(roomy) < WEIGHTS["slack_days_wanted"]:
            day -= DAY
            if self._calendar.is_working_day(day + DAY):
                roomy.append(day.toordinal() - self._base)
        earliest = max(limits.earliest, self._opens)
        return Window(
            limits.due.toordinal() - self._base,
            limits.target.toordinal() - self._base,
            earliest.toordinal() - self._base,
            tuple(roomy),
        )

    def spans(self, s: int, late: int) -> list[Span]:
        """Where the meetings of a chain can be, as many as one ever needs.

        Parameters
        ----------
        s
            Index of the series.
        late
            Most days that a meeting is late.
        """
        tab = self._problem.tables
        window, after, last = self.first(s), self.after(s), self.last(s)
        if window is None:
            return []
        skips = self._skip(int(tab.gap_index[s]))
        possible = (
            np.nonzero((tab.node_block[0, s] >= 0) & (tab.first_cost[s] < BIG))[0],
            np.nonzero(tab.node_block[1, s] >= 0)[0],
        )
        spans: list[Span] = []
        first, end = 0, window.due + late
        while True:
            found = possible[min(len(spans), 1)]
            found = found[found >= first]
            if not len(found) or self.days[found[0]] > min(end, last):
                return spans
            spans.append(Span(int(found[0]), min(end, last)))
            # The meeting between two others is never worth it where they could follow each other.
            first = spans[-1].first + 1
            if len(spans) > 1:
                first = max(first, int(skips[spans[-2].first]))
            reached = range(spans[-1].first, len(self.days))
            dues = [one.due for d in reached if (one := after[d]) and self.days[d] <= spans[-1].last]
            if not dues:
                return spans
            end = max(dues) + late

    def usual(self, s: int) -> int:
        """Meetings of a chain that keeps to its targets."""
        window, after, steps = self.first(s), self.after(s), 0
        while window is not None:
            steps += 1
            d = int(np.searchsorted(self.days, max(window.target, 0)))
            window = after[d] if d < len(after) else None
        return steps

    def _skip(self, row: int) -> NDArray[np.int64]:
        """By day: the first day of the next meeting but one, if the one between is to be of any use.

        A meeting between two others is of none if leaving it out costs no more: that takes nothing from anybody.
        """
        if row not in self._skips:
            gap = self._problem.tables.gap_cost[row].astype(np.int64)
            found = np.full(len(gap), len(gap), dtype=np.int64)
            for i in range(len(gap)):
                through = gap[i][:, None] + gap
                useful = np.nonzero(((through < BIG) & (through < gap[i])).any(axis=0))[0]
                if len(useful):
                    found[i] = useful[0]
            self._skips[row] = np.minimum.accumulate(found[::-1])[::-1]
        return self._skips[row]
