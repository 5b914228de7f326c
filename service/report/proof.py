"""How good the calendar is, what it costs by level, and what a point stands for."""

from __future__ import annotations

from dataclasses import dataclass

from service.words import LEVEL_MEANINGS, gap_words
from solver.schema.calendar import Calendar

WEIGHT_MEANINGS = {
    "breach_day": "each calendar day a meeting is later than its due date",
    "unheld_days": "days added where a meeting is not held at all",
    "absent_family": "each expected family member who is absent",
    "report": "each written report instead of an expected professional",
    "deputy": "each deputy who stands in",
    "absent_invited": "each invited person who is absent",
    "school_hours": "each child whose school hours a meeting touches, where the policy wants it outside wherever possible",
    "time_not_preferred": "each plan whose preferred times are missed",
    "venue_not_preferred": "each plan whose preferred venues are missed",
    "remote_family": "each family member who joins remotely though in person is wanted",
    "remote_professional": "each professional who joins remotely though in person is wanted",
    "slack_day": "each working day of slack fewer than wanted",
    "slack_days_wanted": "working days of slack wanted before the due date",
    "spacing_day": "each day away from the meeting's target date",
    "moved": "each booked meeting that moved",
    "travel_minutes_per_point": "minutes of travel for one point",
    "weekday_changed": "each change of weekday within a series",
    "spare_seats_per_point": "empty seats for one point",
    "spare_seats_cap": "most points for empty seats of one meeting",
    "workload_day": "each meeting of a social worker on a day beyond the number below",
    "workload_meetings_a_day": "meetings a day a social worker should not exceed",
}


@dataclass(frozen=True)
class LevelView:
    """One level of the cost."""

    name: str
    meaning: str
    points: int


@dataclass(frozen=True)
class Proof:
    """The cost, its parts, and the proven bound, with lengths of bars in percent of the longer one."""

    sentence: str
    levels: tuple[LevelView, ...]
    cost: int
    bound: int
    cost_bar: float
    bound_bar: float
    weights: tuple[tuple[int, str], ...]


def build_proof(calendar: Calendar) -> Proof:
    """Put the calendar's cost and bound in words and lengths."""
    longest = max(calendar.cost, calendar.bound, 1)
    return Proof(
        sentence=gap_words(calendar.gap, calendar.status),
        levels=tuple(
            LevelView(level, meaning, calendar.objective.get(level, 0))
            for level, meaning in LEVEL_MEANINGS.items()
        ),
        cost=calendar.cost,
        # Rounded down: a bound shown higher than it is would claim more than was proven.
        bound=int(max(calendar.bound, 0)),
        cost_bar=round(100 * calendar.cost / longest, 2),
        bound_bar=round(100 * max(calendar.bound, 0) / longest, 2),
        weights=tuple(
            (value, WEIGHT_MEANINGS.get(term, term.replace("_", " ")))
            for term, value in calendar.weights.items()
        ),
    )
