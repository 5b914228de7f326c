"""The points that make one calendar better than another: ``solver/RULES.md`` says what they mean."""

from __future__ import annotations

from typing import Final

WEIGHTS: Final[dict[str, int]] = {
    "breach_day": 10_000,
    "unheld_days": 28,
    "absent_family": 1_200,
    "report": 900,
    "deputy": 240,
    "absent_invited": 120,
    "school_hours": 200,
    "time_not_preferred": 40,
    "venue_not_preferred": 30,
    "remote_family": 30,
    "remote_professional": 10,
    "slack_day": 10,
    "slack_days_wanted": 3,
    "spacing_day": 1,
    "moved": 60,
    "travel_minutes_per_point": 5,
    "weekday_changed": 4,
    "spare_seats_per_point": 4,
    "spare_seats_cap": 5,
    "workload_day": 10,
    "workload_meetings_a_day": 2,
}
"""Points (or the unit named) by term."""
