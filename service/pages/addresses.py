"""Where things of a team are: addresses that pages link to."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote, urlencode


def meeting_path(team: str, meeting: str) -> str:
    """A meeting's page, below the path of its team's pages."""
    return f"{team}/meetings/{quote(meeting, safe='')}"


def week_path(team: str, person: str, day: date) -> str:
    """The week of somebody, below the path of the team's pages."""
    return f"{team}/week?{urlencode({'by': 'person', 'of': person, 'on': day.isoformat()})}"


__all__ = ["meeting_path", "week_path"]
