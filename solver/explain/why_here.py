"""Why a meeting is where it is, what else was open, and what the next best would cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Final

from solver.explain.causes import Causes
from solver.explain.differences import more_words
from solver.explain.space import Case, Wanted
from solver.explain.words import counted, moment_words
from solver.rebook.options import CannotMoveError, Desk
from solver.schema.calendar import LEVELS, Meeting, Score
from solver.schema.explanation import Alternative, Narrowing
from solver.series import Series

MOST: Final = 5
"""Alternatives that are told."""
A_DAY: Final = 2
"""Of these on one day at most."""
LOOKED_AT: Final = 40
"""Options that are compared by what they cost."""

_STEPS: Final = (
    (
        "when everybody who must be there works and is not away",
        {"person.busy", "person.hours", "person.notice", "remote.allowed"},
    ),
    ("and out of school", {"school.hours"}),
    (
        "and when the policy and the family allow it",
        {"time.never", "series.review_day", "day.open", "quorum"},
    ),
    (
        "and in a venue that may be used and is open",
        {"venue.hours", "venue.busy", "venue.features", "venue.private", "venue.kind", "venue.refused"}
        | {"venue.only", "venue.capacity"},
    ),
    ("and that other meetings leave free", {"person.overlap", "person.cap", "venue.overlap"}),
)  # fmt: skip


def narrowing(case: Case, series: Series, first: bool, begin: date, end: date) -> tuple[Narrowing, ...]:
    """Count what is left of a window, step by step; steps that leave everything are left out."""
    causes = Causes(case, Wanted(series, first, begin, end))
    found = [Narrowing(what="times and venues in its window", times=causes.times)]
    for what, times in causes.left_after([(words, set(rules)) for words, rules in _STEPS]):
        if times < found[-1].times:
            found.append(Narrowing(what=what, times=times))
    return tuple(found)


def score_words(score: Score) -> str:
    """``resilience 4, convenience 9``; what costs nothing is left out."""
    parts = [f"{level} {score.get(level, 0):,}" for level in LEVELS if score.get(level, 0)]
    return ", ".join(parts) if parts else "nothing"


class Elsewhere:
    """Works out what a meeting would cost at other times.

    Parameters
    ----------
    desk : Desk
        Of the calendar.
    case : Case
    """

    def __init__(self, desk: Desk, case: Case) -> None:
        self._desk = desk
        self._case = case

    def alternatives(self, meeting: str, besides: Sequence[Alternative]) -> list[Alternative]:
        """Return the next best times for one meeting, the cheapest first; none where it doesn't move.

        They are those that rebooking it would offer, in order of what they cost instead of whom they trouble.

        Parameters
        ----------
        meeting : str
        besides : sequence of Alternative
            Such as rebooking doesn't offer: other venues at the same time.
        """
        try:
            answer = self._desk.options(meeting, stay=True, n=LOOKED_AT)
        except CannotMoveError:
            return []
        series = answer.rebooking.series
        chain = self._desk.focus.meetings[series]
        now = next(one for one in chain if one.id == meeting)
        found = list(besides)
        for one in answer.found:
            at = (one.option.start, one.option.venue)
            if at == (now.start, now.venue):
                continue
            after = next(other for other in one.meetings if (other.start, other.venue) == at)
            costs: Score = {level: points for level, points in one.option.levels.items() if points}
            moved = [other.meeting for other in one.option.also if other.after is not None]
            found.append(self._alternative(now, after, costs, moved))
        found.sort(key=lambda one: (one.total, one.start, one.venue))
        return _some_a_day(found)

    def told(self, series: str, number: int, after: list[Meeting], costs: Score) -> Alternative:
        """Tell what is different if a series' meetings are these."""
        chain = self._desk.focus.meetings[series]
        meeting, now = after[number], chain[number]
        slots = {(one.start, one.venue) for one in chain}
        moved = [one.id for one in after if one.id != meeting.id and (one.start, one.venue) not in slots]
        return self._alternative(now, meeting, costs, moved)

    def _alternative(self, now: Meeting, after: Meeting, costs: Score, moved: list[str]) -> Alternative:
        total = sum(costs.values())
        where = f"{moment_words(after.start)} in {after.venue}"
        if not costs:
            text = f"{where} would be as good."
        elif list(costs) == ["stability"] and not moved:
            text = f"{where} would be as good, but for moving it ({costs['stability']:+,})."
        else:
            words = more_words(self._case.people, now, after, costs, moved)
            if total > 0:
                text = f"{where} would cost {counted(total, 'point')} more: {words}."
            elif total < 0:
                text = f"{where} would cost {counted(-total, 'point')} less: {words}."
            else:
                text = f"{where} would cost as much: {words}."
        return Alternative(
            start=after.start, end=after.end, venue=after.venue, costs=costs, total=total, text=text
        )


def _some_a_day(found: list[Alternative]) -> list[Alternative]:
    """The first ones, not too many of one day."""
    of_day: Counter[date] = Counter()
    chosen = []
    for one in found:
        of_day[one.start.date()] += 1
        if of_day[one.start.date()] <= A_DAY:
            chosen.append(one)
    return chosen[:MOST]
