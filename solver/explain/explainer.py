"""Explains one calendar: its breaches, its exceptions, any of its meetings, and times that were asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from solver.explain.causes import Causes
from solver.explain.late import Late, Lateness, Owed, limits_of
from solver.explain.remedies import suppositions
from solver.explain.space import Case, Wanted
from solver.explain.trying import Bench, Goal, Supposition, Tried, easiest_first
from solver.explain.why_here import Elsewhere, narrowing, score_words
from solver.explain.words import counted, moment_words
from solver.policy.model import Policy
from solver.rebook.options import Desk
from solver.schema.calendar import Breach, Calendar, CalendarException, Meeting, Reason, Remedy, Score
from solver.schema.caseload import Caseload
from solver.schema.explanation import Alternative, MeetingExplanation, Narrowing, NotThen

ABSENCES: Final = ("report", "absent")
"""Kinds of exception that are somebody's absence."""
TRIES: Final = 24
"""Remedies that are tried for one meeting where nobody waits for many others."""


@dataclass(frozen=True)
class Help:
    """What was tried and what of it helps.

    Attributes
    ----------
    found : tuple of Tried
    tried, untried : int
    """

    found: tuple[Tried, ...] = ()
    tried: int = 0
    untried: int = 0

    @property
    def remedies(self) -> tuple[Remedy, ...]:
        """What helps, the easiest first."""
        return easiest_first(list(self.found))


MOST_VENUES: Final = 12
"""Other venues at the same time that are worked out."""


class Explainer:
    """Answers questions about one calendar.

    Parameters
    ----------
    caseload : Caseload
        That the calendar was planned for.
    policy : Policy
    calendar : Calendar
    desk : Desk, optional
        Of the same calendar, where there is one already.
    """

    def __init__(
        self, caseload: Caseload, policy: Policy, calendar: Calendar, *, desk: Desk | None = None
    ) -> None:
        self.caseload = caseload
        self.policy = policy
        self.calendar = calendar
        desk = desk or Desk(caseload, policy, calendar)
        self.focus = desk.focus
        self.bench = Bench(self.focus)
        self.case = Case(caseload, policy, self.focus.working, self.focus.standing())
        self._late = Late(self.case, self.bench)
        self._elsewhere = Elsewhere(desk, self.case)
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
            chain[number + 1].start.date() if number + 1 < len(chain) else None,
        )

    def breach(self, breach: Breach, tries: int = TRIES) -> Breach:
        """Return a breach with its causes, and with what helps of as many remedies as may be tried."""
        owed = self.owed(breach.series, breach.meeting)
        found = self._late.explain(owed)
        help_ = self.help_late(owed, found, tries) if tries else Help()
        return breach.model_copy(
            update={
                "looked_into": tries > 0 or found.causes is None,
                "sources": found.limits.sources,
                "reasons": found.reasons,
                "remedies": help_.remedies,
                "tried": help_.tried,
                "untried": help_.untried,
            }
        )

    def late(self, breach: Breach) -> Lateness:
        """Say why a meeting is late."""
        return self._late.explain(self.owed(breach.series, breach.meeting))

    def help_late(self, owed: Owed, found: Lateness, tries: int = TRIES) -> Help:
        """Try what might help a meeting that is late or not held."""
        if found.causes is None:
            return Help()
        ideas = self._ideas(found.causes, found.limits.target)
        if owed.number and self.focus.meetings[owed.series.id][owed.number - 1].id not in self._pinned:
            ideas.insert(0, Supposition("rebook", "book the meeting before it again as well", 1, back=1))
        if found.rebook:
            ideas.insert(0, Supposition("rebook", "book it again", 0))
        return self._try(owed.sooner(), ideas, tries)

    def exception(self, exception: CalendarException, tries: int = TRIES) -> CalendarException:
        """Return an absence with why nothing else was possible, and with what helps.

        A pinned meeting that breaks a rule stands all the same: there is nothing to add.
        """
        person = exception.person
        if exception.kind not in ABSENCES or person is None:
            return exception
        whole = self._with_them(exception.meeting, person)
        help_ = self.help_absent(exception.meeting, person, tries)
        return exception.model_copy(
            update={
                "reasons": whole.reasons(),
                "remedies": help_.remedies,
                "tried": help_.tried,
                "untried": help_.untried,
                "looked_into": tries > 0,
            }
        )

    def _with_them(self, meeting: str, person: str) -> Causes:
        """All that rules out times of a meeting to which somebody, or a deputy, comes."""
        owed = self._of(meeting)
        begin, end = self._room(owed)
        return Causes(self.case, Wanted(owed.series, owed.number == 0, begin, end, (person,)))

    def help_absent(self, meeting: str, person: str, tries: int = TRIES) -> Help:
        """Try what might bring somebody to a meeting, or a deputy for them."""
        owed = self._of(meeting)
        held = owed.held
        if held is None or held.pinned or not tries:
            return Help()
        here = self._at(owed, held.start, held.venue, (person,))
        ideas = [
            *self._another_time(self._with_them(meeting, person), held),
            *(replace(one, slots=(held,)) for one in self._ideas(here, held.start.date())),
        ]
        goal = Goal(owed.series.id, owed.number, lambda one: _comes(one, person), "same")
        return self._try(goal, ideas, tries)

    def _of(self, meeting: str) -> Owed:
        """Find a meeting of the calendar.

        Raises
        ------
        KeyError
            There is none with this id.
        """
        series = self.bench.series_of(meeting)
        if series is None:
            raise KeyError(meeting)
        return self.owed(series, meeting)

    def _ideas(self, causes: Causes, target: date) -> list[Supposition]:
        return suppositions(self.case, causes, target, self._pinned)

    def _room(self, owed: Owed) -> tuple[date, date]:
        """The days that a meeting can be moved to with those before and after it where they are, later ones left out."""
        limits = limits_of(owed, self.case.working)
        begin = max(limits.earliest, self.caseload.horizon.start)
        if owed.previous is not None:
            begin = max(begin, owed.previous + timedelta(days=1))
        end = limits.due if owed.held is None else max(limits.due, owed.held.start.date())
        if owed.next is not None:
            end = min(end, owed.next - timedelta(days=1))
        return begin, end

    def _another_time(self, causes: Causes, held: Meeting) -> list[Supposition]:
        """The open time that is nearest to where a meeting is, on each of the nearest days."""
        day = held.start.date()
        times = [one for one in causes.open_times() if (one.start, one.venue) != (held.start, held.venue)]
        times.sort(key=lambda one: (abs((one.start.date() - day).days), one.venue != held.venue, one.start))
        found: dict[date, Supposition] = {}
        for one in times:
            minutes = held.end - held.start
            slot = held.model_copy(
                update={"start": one.start, "end": one.start + minutes, "venue": one.venue}
            )
            found.setdefault(one.start.date(), Supposition("rebook", "move the meeting", 1, slots=(slot,)))
        return list(found.values())[:2]

    def _at(self, owed: Owed, start: datetime, venue: str | None, needed: tuple[str, ...] = ()) -> Causes:
        day, minute = start.date(), start.hour * 60 + start.minute
        return Causes(self.case, Wanted(owed.series, owed.number == 0, day, day, needed, minute, venue))

    def meeting(self, meeting: str, tries: int = TRIES) -> MeetingExplanation:
        """Explain one meeting: why it is where it is, the next best, and why it is late or somebody is missing.

        Raises
        ------
        KeyError
            The calendar has no such meeting.
        """
        owed = self._of(meeting)
        series, held = owed.series.id, owed.held
        assert held is not None
        limits = limits_of(owed, self.case.working)
        begin, end = self._room(owed)
        steps: tuple[Narrowing, ...] = ()
        alternatives: list[Alternative] = []
        if not held.pinned:
            steps = narrowing(self.case, owed.series, owed.number == 0, begin, end)
            alternatives = self._elsewhere.alternatives(meeting, self._at_other_venues(owed, held))
        breach = next((one for one in self.calendar.breaches if one.meeting == meeting), None)
        exceptions = [one for one in self.calendar.exceptions if one.meeting == meeting]
        return MeetingExplanation(
            meeting=meeting,
            series=series,
            start=held.start,
            venue=held.venue,
            earliest=held.window.earliest,
            due=held.window.due,
            sources=limits.sources,
            text=_placed(held, steps[-1].times if steps else 0, [one.total for one in alternatives]),
            narrowing=steps,
            alternatives=tuple(alternatives),
            breach=None if breach is None else self.breach(breach, tries),
            exceptions=tuple(self.exception(one, tries) for one in exceptions),
        )

    def _at_other_venues(self, owed: Owed, held: Meeting) -> list[Alternative]:
        """What the same time would cost in other venues."""
        found = []
        goal = Goal(owed.series.id, owed.number, lambda _: True, "any")
        for time in self._at(owed, held.start, None).open_times()[:MOST_VENUES]:
            if time.venue == held.venue:
                continue
            slot = held.model_copy(update={"venue": time.venue})
            tried = self.bench.attempt(goal, Supposition("rebook", "move the meeting", 0, slots=(slot,)))
            if tried is not None:
                after = [one for one in tried.decoded.meetings if one.series == owed.series.id]
                # What stability costs is the price of any change at all, and nothing about this one.
                costs: Score = {
                    level: points for level, points in tried.remedy.costs.items() if level != "stability"
                }
                found.append(self._elsewhere.told(owed.series.id, owed.number, after, costs))
        return found

    def not_then(
        self, meeting: str, start: datetime, venue: str | None = None, tries: int = TRIES
    ) -> NotThen:
        """Say why a meeting isn't at a time that is asked for, or what it would cost there.

        Parameters
        ----------
        meeting : str
        start : datetime
            On the grid.
        venue : str, optional
            ``None``: any.
        tries : int
            Remedies to try at most.

        Raises
        ------
        KeyError
            The calendar has no such meeting.
        """
        owed = self._of(meeting)
        series = owed.series.id
        assert owed.held is not None
        minutes = owed.held.end - owed.held.start
        asked = owed.held.model_copy(update={"start": start, "end": start + minutes})
        where = f"{moment_words(start)}{f' in {venue}' if venue is not None else ''}"

        def answer(reasons: tuple[Reason, ...], help_: Help) -> NotThen:
            return NotThen(
                meeting=meeting, start=start, venue=venue, possible=False,
                text=f"{meeting} can't be held on {where}.", reasons=reasons,
                remedies=help_.remedies, tried=help_.tried, untried=help_.untried,
            )  # fmt: skip

        outside = self._late.outside(owed, start.date())
        if outside is not None:
            return answer((outside,), Help())
        causes = self._at(owed, start, venue)
        reasons = causes.reasons()
        goal = Goal(series, owed.number, lambda _: True, "any")
        if reasons:
            ideas = self._ideas(causes, start.date())
            venues = [one.venue for one in causes.first_venues()]
            there = [
                replace(one, slots=_at_venues(asked, one.venues if one.kind == "another_room" else venues))
                for one in ideas
            ]
            return answer(reasons, self._try(goal, there, tries))
        found = []
        for time in causes.open_times():
            slot = asked.model_copy(update={"venue": time.venue})
            tried = self.bench.attempt(goal, Supposition("rebook", "move the meeting", 0, slots=(slot,)))
            if tried is not None:
                after = [one for one in tried.decoded.meetings if one.series == series]
                found.append(self._elsewhere.told(series, owed.number, after, tried.remedy.costs))
        if not found:
            text = "The meetings after it can't be held as their windows ask if it is then."
            return answer((Reason(rule="series.order", text=text),), Help())
        best = min(found, key=lambda one: (one.total, one.venue))
        return NotThen(
            meeting=meeting, start=start, venue=venue, possible=True, text=best.text, alternative=best
        )  # fmt: skip

    def _try(self, goal: Goal, ideas: list[Supposition], tries: int) -> Help:
        found = [tried for one in ideas[:tries] if (tried := self.bench.attempt(goal, one)) is not None]
        return Help(tuple(found), min(tries, len(ideas)), max(0, len(ideas) - tries))


def _at_venues(meeting: Meeting, venues: Iterable[str]) -> tuple[Meeting, ...]:
    """The meeting at its time, in each of the venues."""
    return tuple(meeting.model_copy(update={"venue": venue}) for venue in venues)


def _comes(meeting: Meeting, person: str) -> bool:
    """Whether somebody, or a deputy, takes part."""
    return any(
        (one.for_ or one.person) == person and one.status in ("attending", "remote", "deputy")
        for one in meeting.attendees
    )


def _placed(held: Meeting, times: int, others: list[int]) -> str:
    """Say in a few sentences why a meeting is where it is."""
    where = f"It is on {moment_words(held.start)} in {held.venue}"
    if held.pinned:
        return f"{where}, where it was booked: it is pinned."
    spare = (
        f"{counted(held.breach_days, 'day')} late"
        if held.breach_days
        else f"{counted(held.slack_days, 'working day')} before the last"
        if held.slack_days
        else "on the last day of its window"
    )
    text = f"{where}, {spare}. It costs {score_words(held.score)} there."
    if not others:
        return f"{text} No other time and venue is open, everybody else's meetings being where they are."
    text += f" {counted(times, 'time and venue is', 'times and venues are')} open to it."
    least = min(others)
    if least > 0:
        return f"{text} The next best costs {counted(least, 'point')} more."
    if least == 0:
        return f"{text} Another is as good."
    return f"{text} A better one has turned up since: booking it again gains {counted(-least, 'point')}."
