"""Explains one calendar: its breaches, its exceptions, any of its meetings, and times that were asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from solver.explain.causes import Causes
from solver.explain.remedies import suppositions
from solver.explain.space import Case, Wanted
from solver.explain.trying import Bench, Goal, Supposition, Tried, easiest_first
from solver.explain.words import moment_words, span_of_days
from solver.policy.model import Policy
from solver.replan.focus import Focus
from solver.schema.calendar import Breach, Calendar, Meeting, Reason, Remedy
from solver.schema.caseload import Caseload
from solver.series import Series, next_limits


@dataclass(frozen=True)
class Help:
    """What was tried and what of it helps."""

    found: tuple[Tried, ...] = ()
    tried: int = 0
    untried: int = 0

    @property
    def remedies(self) -> tuple[Remedy, ...]:
        """What helps, the easiest first."""
        return easiest_first(list(self.found))


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
    """

    series: Series
    number: int
    previous: date | None
    held: Meeting | None


class Explainer:
    """Answers questions about one calendar.

    Parameters
    ----------
    caseload : Caseload
        That the calendar was planned for.
    policy : Policy
    calendar : Calendar
    """

    def __init__(self, caseload: Caseload, policy: Policy, calendar: Calendar) -> None:
        self.caseload = caseload
        self.policy = policy
        self.calendar = calendar
        self.focus = Focus(caseload, policy, calendar)
        self.working = self.focus.working
        self.bench = Bench(self.focus)
        self.case = Case(caseload, policy, self.working, self.focus.standing())
        self._pinned = frozenset(one.id for one in calendar.meetings if one.pinned)

    def owed(self, series: str, meeting: str | None) -> Owed:
        """Return a meeting of the calendar, or the one that a series lacks."""
        chain = self.focus.meetings[series]
        number = next((i for i, one in enumerate(chain) if one.id == meeting), len(chain))
        return Owed(
            self.focus.series[series],
            number,
            chain[number - 1].start.date() if number else None,
            chain[number] if number < len(chain) else None,
        )

    def breach(self, breach: Breach, tries: int) -> Breach:
        """Return a breach with its causes, and with what helps of as many remedies as may be tried."""
        owed = self.owed(breach.series, breach.meeting)
        reasons, causes = self.late(owed)
        help_ = Help()
        if causes is not None:
            help_ = self.try_all(owed, breach, causes, tries)
        return breach.model_copy(
            update={
                "reasons": reasons,
                "remedies": help_.remedies,
                "tried": help_.tried,
                "untried": help_.untried,
            }
        )

    def late(self, owed: Owed) -> tuple[tuple[Reason, ...], Causes | None]:
        """Say why a meeting isn't held by its due date, and give what rules its times out, where that is the cause."""
        series, held = owed.series, owed.held
        limits = next_limits(series, owed.previous, self.working)
        if limits is None:
            limits = next_limits(series, owed.previous, self.working, imposing=False)
        assert limits is not None
        start = self.caseload.horizon.start
        if held is not None and held.pinned:
            text = f"It is pinned to {moment_words(held.start)}, where it was booked."
            return (Reason(rule="pinned", sources=limits.sources, text=text),), None
        earliest = max(limits.earliest, start)
        if owed.previous is not None:
            earliest = max(earliest, owed.previous + timedelta(days=1))
        told: list[Reason] = []
        until = series.last_day if held is None else held.start.date() - timedelta(days=1)
        ends = [until]
        if limits.due < start:
            text = f"It was due by {_day(limits.due)}, before the first day planned ({_day(start)})."
            told.append(Reason(rule="series.window", sources=limits.sources, text=text))
            if held is not None and not self._meets_between(earliest, until):
                return tuple(told), None
        elif limits.due < until:
            ends.append(limits.due)
        for end in ends:
            causes = Causes(self.case, Wanted(series, owed.number == 0, earliest, end))
            reasons = causes.reasons()
            if reasons:
                sources = limits.sources
                told += [
                    one if one.sources else one.model_copy(update={"sources": sources}) for one in reasons
                ]
                return tuple(told), causes
        told.append(self._elsewhere(owed, causes).model_copy(update={"sources": limits.sources}))
        return tuple(told), causes

    def _meets_between(self, begin: date, end: date) -> bool:
        """Whether there is a day in between on which meetings are held."""
        days = (begin + timedelta(days=i) for i in range((end - begin).days + 1))
        return any(self.working.is_open_day(day) for day in days)

    def _elsewhere(self, owed: Owed, causes: Causes) -> Reason:
        """Say why a meeting isn't where it could be: something else would then be late, or the calendar can be bettered."""
        times = causes.open_times()
        first = times[0]
        span = span_of_days(causes.space.days[0], causes.space.days[-1])
        text = (
            f"By itself it could be held in time, such as on {moment_words(first.start)} in {first.venue} "
            f"({len(times)} times and venues are open {span})"
        )
        better = self.bench.attempt(self._goal(owed), Supposition("rebook", "book it again", 0))
        if better is not None:
            text += "; booking it again would mend that"
            return Reason(rule="series.complete", text=f"{text}.")
        later = "the meetings after it would then be due sooner and come as late, or later, in all"
        return Reason(rule="series.order", text=f"{text}; but {later}.")

    def _goal(self, owed: Owed) -> Goal:
        now = None if owed.held is None else owed.held.breach_days
        return Goal(owed.series.id, owed.number, lambda meeting: now is None or meeting.breach_days < now)

    def try_all(self, owed: Owed, breach: Breach, causes: Causes, tries: int) -> Help:
        """Try what might help a meeting that is late or not held."""
        limits = next_limits(owed.series, owed.previous, self.working)
        target = breach.due if limits is None else limits.target
        goal = self._goal(owed)
        ideas = suppositions(self.case, causes, target, self._pinned)
        ideas.insert(0, Supposition("rebook", "book it again", 0))
        return self._try(goal, ideas, tries)

    def _try(self, goal: Goal, ideas: list[Supposition], tries: int) -> Help:
        found = []
        for one in ideas[:tries]:
            tried = self.bench.attempt(goal, one)
            if tried is not None:
                found.append(tried)
        return Help(tuple(found), min(tries, len(ideas)), max(0, len(ideas) - tries))


def _day(day: date) -> str:
    return f"{day:%d %b %Y}"
