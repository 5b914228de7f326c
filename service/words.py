"""How the field's words, dates and amounts are written wherever a person reads them."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import Final

from solver.policy.words import day_words as day
from solver.schema.base import MeetingKind
from solver.schema.calendar import Breach, CalendarException, Score, ScoreLevel
from solver.schema.explanation import NotThen

KIND_NAMES: Final[dict[MeetingKind, str]] = {
    "core_group": "core group",
    "cin_review": "CIN review",
    "care_team_meeting": "care team meeting",
    "review_conference": "review conference",
    "looked_after_review": "looked-after review",
}
LEVEL_MEANINGS: Final[dict[ScoreLevel, str]] = {
    "breach": "meetings later than their due date, or not held",
    "attendance": "absences, written reports and deputies",
    "family": "times, venues and presence the families wanted",
    "resilience": "room to postpone, and even spacing",
    "stability": "booked meetings that moved",
    "convenience": "travel, weekdays, workload and room sizes",
}
STATUS_WORDS: Final[dict[str, str]] = {
    "optimal": "proven optimal",
    "feasible": "complete; the time given ran out before more was proven",
    "stopped": "stopped on request; the best calendar so far was kept",
    "infeasible": "not everything the policy requires can be held",
}
DASH: Final = "–"


def long_day(value: date) -> str:
    """``15 December 2026``."""
    return f"{value.day} {value:%B %Y}"


def moment(value: datetime) -> str:
    """``Tue 15 Dec 2026, 10:00``."""
    return f"{day(value)}, {value:%H:%M}"


def count(number: int, noun: str, plural: str | None = None) -> str:
    """``1 meeting``, ``1,200 meetings``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def opening(text: str) -> str:
    """The text as it opens a line: ``Core group``, ``CIN review``."""
    return text[:1].upper() + text[1:]


def percent(value: float | None, decimals: int = 0) -> str:
    """A percentage, rounded down so that 100 means all; a dash where there is nothing to count."""
    if value is None:
        return DASH
    scale = 10**decimals
    shown = math.floor(value * scale + 1e-9) / scale
    return "100 %" if shown >= 100 else f"{shown:.{decimals}f} %"


def gap_words(gap: float, status: str) -> str:
    """The proof in one sentence. The percentage is rounded up, so that the sentence stays true."""
    if status == "optimal":
        return "Proven optimal: no calendar can be better."
    if gap <= 0:
        return "No calendar can be better."
    tenths = math.ceil(gap * 1000 - 1e-9) / 10
    return f"No calendar can be more than {tenths:.1f} % better."


def costs_words(costs: Score) -> str:
    """``+60 points: stability +60``; nothing where nothing changes."""
    if not costs:
        return "as good as now"
    total = sum(costs.values())
    levels = ", ".join(f"{level} {points:+,}" for level, points in costs.items())
    return f"{total:+,} points: {levels}"


def trial_words(one: Breach | CalendarException | NotThen) -> str:
    """How many remedies were tried, and with what success; empty where there was nothing to try."""
    if not isinstance(one, NotThen) and not one.looked_into:
        # Of absences there may be hundreds: the report says of all of them together that nobody has looked.
        return "What would help has not been tried yet." if isinstance(one, Breach) else ""
    if not one.tried and not one.untried:
        return ""
    helping = len(one.remedies)
    helps = "none helps" if not helping else f"{helping} {'helps' if helping == 1 else 'help'}"
    tried = (
        f"Tried: {count(one.tried, 'remedy', 'remedies')}, of which {helps}"
        if one.tried
        else "Nothing was tried"
    )
    return f"{tried}{f'; {one.untried} more not tried' if one.untried else ''}."


def slack_words(slack_days: int, breach_days: int) -> str:
    """How far a meeting is from its due date."""
    if breach_days:
        return f"{count(breach_days, 'day')} late"
    if slack_days == 0:
        return "on its due date"
    return f"{count(slack_days, 'working day')} to spare"


__all__ = [
    "DASH", "KIND_NAMES", "LEVEL_MEANINGS", "STATUS_WORDS", "costs_words", "count", "day", "gap_words", "long_day", "moment",
    "opening", "percent", "slack_words", "trial_words",
]  # fmt: skip
