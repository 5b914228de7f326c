"""Why a meeting is later than its due date, or isn't held at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from calendars.workdays import WorkingCalendar
from solver.explain.causes import Causes
from solver.explain.space import Case, Wanted
from solver.explain.trying import Bench, Goal, Supposition
from solver.explain.words import moment_words, span_of_days
from solver.policy.windows import Limits
from solver.policy.words import day_words
from solver.schema.calendar import Meeting, Reason
from solver.series import Series, next_limits


@dataclass(frozen=True)
class Owed:
    """A meeting of a series that is due.

    Attributes
    ----------
    series : Series
    number : int
        Within the series in the calendar, from 0.
    previous : date or None
        Day of the one before it in the calendar.
    held : Meeting or None
        As it is in the calendar.
    next : date or None
        Day of the one after it.
    """

    series: Series
    number: int
    previous: date | None
    held: Meeting | None
    next: date | None = None

    def sooner(self) -> Goal:
        """Return the goal that it is held, and less late than now."""
        held = self.held
        return Goal(
            self.series.id,
            self.number,
            lambda meeting: held is None or meeting.breach_days < held.breach_days,
        )


@dataclass(frozen=True)
class Lateness:
    """Why a meeting is late.

    Attributes
    ----------
    limits : Limits
    reasons : tuple of Reason
    causes : Causes or None
        What rules its times out; ``None`` where there is nothing that could be otherwise.
    rebook : bool
        Whether some sooner time may be open as it is.
    """

    limits: Limits
    reasons: tuple[Reason, ...]
    causes: Causes | None = None
    rebook: bool = False


def limits_of(owed: Owed, working: WorkingCalendar) -> Limits:
    """Return the window of a meeting; of a pinned one that no plan asks for, that of all plans."""
    limits = next_limits(owed.series, owed.previous, working)
    if limits is None:
        limits = next_limits(owed.series, owed.previous, working, imposing=False)
    if limits is not None:
        return limits
    # The kind is held once and has been: the pinned meeting's own day is its window.
    assert owed.held is not None
    day = owed.held.start.date()
    return Limits(earliest=day, target=day, due=day, sources=(), plan=owed.series.plans[0].id)


class Late:
    """Explains lateness.

    Parameters
    ----------
    case : Case
    bench : Bench
    """

    def __init__(self, case: Case, bench: Bench) -> None:
        self._case = case
        self._bench = bench

    def explain(self, owed: Owed) -> Lateness:
        """Say why a meeting isn't held by its due date.

        The strongest cause holds until the day it is held (or to the end); else one is found that holds until it is due.
        """
        series, held = owed.series, owed.held
        limits = limits_of(owed, self._case.working)
        start = self._case.caseload.horizon.start
        if held is not None and held.pinned:
            text = f"It is pinned to {moment_words(held.start)}, where it was booked."
            return Lateness(limits, (Reason(rule="pinned", text=text),))
        earliest = max(limits.earliest, start)
        if owed.previous is not None:
            earliest = max(earliest, owed.previous + timedelta(days=1))
        told: list[Reason] = []
        until = series.last_day if held is None else held.start.date() - timedelta(days=1)
        ends = [until]
        if limits.due < start:
            text = (
                f"It was due by {day_words(limits.due)}, before the first day planned ({day_words(start)})."
            )
            told.append(Reason(rule="series.window", sources=limits.sources, text=text))
            if held is not None and not self._meets_between(earliest, until):
                return Lateness(limits, tuple(told))
        elif limits.due < until:
            ends.append(limits.due)
        for end in ends:
            causes = Causes(self._case, Wanted(series, owed.number == 0, earliest, end))
            reasons = causes.reasons()
            if reasons:
                return Lateness(limits, (*told, *reasons), causes, rebook=end < until)
        return Lateness(limits, (*told, self._elsewhere(owed, causes)), causes, rebook=True)

    def _meets_between(self, begin: date, end: date) -> bool:
        """Whether there is a day in between on which meetings are held."""
        days = (begin + timedelta(days=i) for i in range((end - begin).days + 1))
        return any(self._case.working.is_open_day(day) for day in days)

    def _elsewhere(self, owed: Owed, causes: Causes) -> Reason:
        """Say why a meeting isn't where it could be: something else would then be late, or the calendar can be bettered."""
        times = causes.open_times()
        span = span_of_days(causes.space.days[0], causes.space.days[-1])
        number = "One time and venue is" if len(times) == 1 else f"{len(times)} times and venues are"
        first = f"{moment_words(times[0].start)} in {times[0].venue}"
        text = f"{number} open to it {span}, such as {first}"
        if self._bench.attempt(owed.sooner(), Supposition("rebook", "book it again", 0)) is not None:
            return Reason(rule="series.complete", text=f"{text}: booking it again would mend that.")
        later = "the meetings after it would then be due sooner, and no fewer days would be lost in all"
        return Reason(rule="series.order", text=f"{text}, but {later}.")

    def outside(self, owed: Owed, day: date) -> Reason | None:
        """Say by which rule a meeting can't be on a day whoever comes; ``None`` where it is within its window, or late."""
        limits = limits_of(owed, self._case.working)
        horizon = self._case.caseload.horizon
        if not horizon.start <= day <= horizon.end:
            span = span_of_days(horizon.start, horizon.end)
            return Reason(rule="day.open", text=f"The calendar is planned {span}.")
        if owed.held is not None and owed.held.pinned:
            text = f"It is pinned to {moment_words(owed.held.start)}, where it was booked."
            return Reason(rule="pinned", text=text)
        if owed.previous is not None and day <= owed.previous:
            text = f"The meeting before it is on {day_words(owed.previous)}."
            return Reason(rule="series.order", text=text)
        if day < limits.earliest:
            text = f"It may be held from {day_words(limits.earliest)} on."
            return Reason(rule="series.window", sources=limits.sources, text=text)
        if day > owed.series.last_day:
            text = f"Its plans end on {day_words(owed.series.last_day)}."
            return Reason(rule="series.window", text=text)
        return None
