"""How large a generated caseload is and how tight: the numbers that make it easy, typical or hard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Final, Literal

Congestion = Literal["easy", "typical", "hard"]

HORIZON_DAYS: Final = 182
DEFAULT_START: Final = date(2026, 11, 30)
HARD_START: Final = date(2027, 3, 1)
"""Where nothing else is asked, a hard caseload runs from March so that August lies in its horizon."""
TEAM_PLANS: Final = 150
"""Most plans of one team."""
WORKER_PLANS: Final = 19
"""Children a full-time worker holds, about (15 to 20)."""


@dataclass(frozen=True)
class Shape:
    """The rates of one level of congestion. Shares are 0 to 1; counts are for one team of 150 plans."""

    rooms: int
    """Meeting rooms at the team's office."""
    community_rooms: int
    virtual: bool
    """Whether there is a virtual room that anybody may use."""
    room_booked: float
    """Share of a room's half-days that other services hold."""
    refuses_school: float
    refuses_office: float
    parent_remote: float
    """Share of parents who can join remotely."""
    partner_in_person: float
    """Share of partners who can't join remotely."""
    interpreters: int
    needs_interpreter: float
    first_meetings: float
    """Share of families on a child protection plan whose first core group is still to come."""
    overdue: int
    """First core groups that are overdue already."""
    least_notice: int
    """Fewest working days from the start of the horizon to a first due date."""
    never_times: float
    """Share of families with times that are never possible."""
    partner_leave_weeks: int
    heavy_school: float
    """Share of the children of school age who are on the roll of one school."""
    uncovered_leave: bool
    """Whether one worker is away for three weeks with nobody to stand in."""


SHAPES: Final[dict[Congestion, Shape]] = {
    "easy": Shape(
        rooms=5, community_rooms=3, virtual=True, room_booked=0.05, refuses_school=0.10, refuses_office=0.03,
        parent_remote=0.8, partner_in_person=0.0, interpreters=3, needs_interpreter=0.05, first_meetings=0.06,
        overdue=0, least_notice=8, never_times=0.15, partner_leave_weeks=1, heavy_school=0.0, uncovered_leave=False,
    ),
    "typical": Shape(
        rooms=4, community_rooms=2, virtual=True, room_booked=0.15, refuses_school=0.30, refuses_office=0.08,
        parent_remote=0.35, partner_in_person=0.15, interpreters=2, needs_interpreter=0.06, first_meetings=0.10,
        overdue=0, least_notice=5, never_times=0.25, partner_leave_weeks=2, heavy_school=0.0, uncovered_leave=False,
    ),
    "hard": Shape(
        rooms=2, community_rooms=0, virtual=False, room_booked=0.25, refuses_school=0.85, refuses_office=0.0,
        parent_remote=0.1, partner_in_person=0.4, interpreters=1, needs_interpreter=0.10, first_meetings=0.14,
        overdue=2, least_notice=2, never_times=0.35, partner_leave_weeks=2, heavy_school=0.16, uncovered_leave=True,
    ),
}  # fmt: skip


def scaled(count: int, plans: int, *, least: int = 1) -> int:
    """``count`` per team of 150, for a team of ``plans``."""
    return max(least, ceil(count * plans / TEAM_PLANS))


def team_sizes(plans: int) -> list[int]:
    """Plans of each team: as few teams as hold them, as even as can be."""
    teams = max(1, ceil(plans / TEAM_PLANS))
    return [plans // teams + (index < plans % teams) for index in range(teams)]


def worker_count(plans: int) -> int:
    """Social workers of a team of ``plans``."""
    return max(1, round(plans / WORKER_PLANS))
