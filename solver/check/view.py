"""A calendar laid beside its caseload: its chains of meetings, what is late or missing, and what it costs."""

from __future__ import annotations

from datetime import date

from solver.check import scoring
from solver.check.case import Case
from solver.check.days import plus_days
from solver.check.held import Held, hold_chain
from solver.check.report import FoundBreach
from solver.check.series import Series
from solver.check.windows import next_window
from solver.schema.calendar import Calendar, Meeting, Score


class View:
    """A calendar with everything in it looked up.

    Attributes
    ----------
    chains : dict of str to list of Held
        The meetings of every series of the caseload, in the order in which they are held.
    meetings : list of Held
        All of them. A meeting of an unknown series is in none: ``id.unknown`` reports it.
    """

    def __init__(self, case: Case, calendar: Calendar) -> None:
        self.case = case
        self.calendar = calendar
        listed: dict[str, list[Meeting]] = {series: [] for series in case.series}
        for meeting in calendar.meetings:
            if meeting.series in listed:
                listed[meeting.series].append(meeting)
        self.chains: dict[str, list[Held]] = {
            series: hold_chain(case, case.series[series], meetings) for series, meetings in listed.items()
        }
        self.meetings: list[Held] = [held for chain in self.chains.values() for held in chain]
        self.unheld: list[FoundBreach] = [
            breach
            for series, chain in self.chains.items()
            if (breach := unheld_breach(case, case.series[series], chain[-1].day if chain else None))
        ]
        crowded = scoring.crowded_days(self.meetings)
        self._scores: dict[int, Score] = {
            id(held): scoring.meeting_score(held, crowded.get(id(held), 0)) for held in self.meetings
        }
        self.score: Score = self._score()
        self.cost: int = sum(self.score.values())

    @property
    def breaches(self) -> list[FoundBreach]:
        """Every meeting that is late, then every one that is missing."""
        return [
            FoundBreach(held.series.id, held.id, held.limits.due, held.breach_days)
            for held in self.meetings
            if held.limits is not None and held.breach_days
        ] + self.unheld

    def meeting_score(self, held: Held) -> Score:
        """Return a meeting's own share of the score."""
        return self._scores[id(held)]

    def _score(self) -> Score:
        score = scoring.total(self._scores.values())
        score["breach"] += sum(scoring.unheld_points(breach) for breach in self.unheld)
        score["stability"] += sum(
            scoring.moved(self.case, self.case.series[series], chain) for series, chain in self.chains.items()
        )
        return score


def unheld_breach(case: Case, series: Series, last: date | None) -> FoundBreach | None:
    """Return the meeting that is missing after a series' last one, if a window still imposes one."""
    limits = next_window(case, series, last)
    if limits is None or not limits.imposes:
        return None
    days = (plus_days(series.last_day, 1) - limits.due).days
    return FoundBreach(series.id, None, limits.due, days)
