"""Why a meeting is where it is, what else was open, and what the next best would cost."""

from __future__ import annotations

from datetime import date
from typing import Final

from solver.explain.causes import Causes
from solver.explain.chains import Chains, Option, Row, levels_between
from solver.explain.differences import more_words
from solver.explain.space import Case, Wanted
from solver.explain.trying import Bench
from solver.explain.words import counted, moment_words
from solver.replan.focus import Focus
from solver.schema.calendar import LEVELS, Meeting, Score
from solver.schema.explanation import Alternative, Narrowing
from solver.series import Series

MOST: Final = 5
"""Alternatives that are told."""
A_DAY: Final = 2
"""Of these on one day at most."""
SOLVED: Final = 12
"""Alternatives that are worked out exactly, the likeliest first."""

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
    focus : Focus
    bench : Bench
    case : Case
    """

    def __init__(self, focus: Focus, bench: Bench, case: Case) -> None:
        self._focus = focus
        self._bench = bench
        self._case = case

    def alternatives(self, series: str, number: int, begin: date, end: date) -> list[Alternative]:
        """Return the next best times for one meeting of a series, the cheapest first; none where it is pinned.

        Parameters
        ----------
        series : str
        number : int
            Within the series in the calendar, from 0.
        begin, end : date
            Days to look at, both inclusive.
        """
        focused = self._focus.on((series,))
        s = focused.index(series)
        today = focused.today.get(s)
        before = self._bench.before((series,))
        if today is None or before is None:
            return []
        fixed = tuple(today[:number])
        days = [d for d, day in enumerate(focused.problem.days) if begin <= day <= end]
        if not days:
            return []
        options = Chains(focused).options(s, fixed, range(days[0], days[-1] + 1))
        found = []
        for row in _likeliest(options, today[number]):
            chains = Chains(focused)
            if chains.put(s, fixed, row):
                after = [one for one in chains.decoded().meetings if one.series == series]
                costs = levels_between(before.objective, chains.decoded().objective)
                found.append(self.told(series, number, after, costs))
        found.sort(key=lambda one: (one.total, one.start, one.venue))
        return found[:MOST]

    def told(self, series: str, number: int, after: list[Meeting], costs: Score) -> Alternative:
        """Tell what is different if a series' meetings are these."""
        chain = self._focus.meetings[series]
        meeting, now = after[number], chain[number]
        slots = {(one.start, one.venue) for one in chain}
        moved = [one for one in after if one.id != meeting.id and (one.start, one.venue) not in slots]
        total = sum(costs.values())
        where = f"{moment_words(meeting.start)} in {meeting.venue}"
        if not costs:
            text = f"{where} would be as good."
        elif list(costs) == ["stability"] and not moved:
            text = f"{where} would be as good, but for moving it ({costs['stability']:+,})."
        else:
            words = more_words(self._case.people, now, meeting, costs, moved)
            if total > 0:
                text = f"{where} would cost {counted(total, 'point')} more: {words}."
            elif total < 0:
                text = f"{where} would cost {counted(-total, 'point')} less: {words}."
            else:
                text = f"{where} would cost as much: {words}."
        return Alternative(
            start=meeting.start, end=meeting.end, venue=meeting.venue, costs=costs, total=total, text=text
        )


def _likeliest(options: list[Option], now: Row) -> list[Row]:
    """The cheapest by what they seem to cost, not too many of one day, without the present place."""
    of_day: dict[int, int] = {}
    rows: list[Row] = []
    for option in options:
        d = option.row[0]
        if option.row == now or of_day.get(d, 0) >= A_DAY:
            continue
        of_day[d] = of_day.get(d, 0) + 1
        rows.append(option.row)
        if len(rows) == SOLVED:
            break
    return rows
