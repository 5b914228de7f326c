"""How large a generated caseload is and how tight: the numbers that make it easy, typical or hard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil
from typing import Final, Literal

Congestion = Literal["easy", "typical", "hard"]

HORIZON_DAYS: Final = 182
DEFAULT_START: Final = date(2026, 11, 30)
HARD_START: Final = date(2027, 3, 1)
"""Where nothing else is asked, a hard caseload runs from March so that August lies in its horizon."""
TEAM_PLANS: Final = 150
"""Most plans of one team."""
MEAN_PLANS: Final = Fraction(6000, 45)
"""Plans of a team where there are many: an authority of 6,000 has 45."""
WORKER_PLANS: Final = 19
"""Most children that a worker holds on average (15 to 20 each, fewer for who works part-time)."""
FAMILY_PLANS: Final = 3
"""Up to this many plans are one family's, each with a series of its own."""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The rates of one level of congestion. Shares are 0 to 1; counts are for one team of 150 plans.

    What is said of neighbours and of sharing holds where there are several teams.
    """

    rooms: int
    """Meeting rooms at the team's offices."""
    own_rooms: int
    """Those that a team has to itself where it has neighbours."""
    civic_rooms: float
    """Rooms of the civic centre that neighbouring teams share."""
    shared_use: float
    """Share of the hours of those who serve several teams that these teams' meetings ask for."""
    community_rooms: int
    virtual: bool
    """Whether there is a virtual room that anybody may use."""
    room_booked: float
    """Share of a room's half-days that other services hold."""
    room_use: float | None
    """Share of its rooms' hours that the team's meetings fill, which cuts the hours; ``None``: all day."""
    refuses_school: float
    refuses_office: float
    parent_remote: float
    """Share of parents who can join remotely."""
    partner_in_person: float
    """Share of partners who can't join remotely."""
    partner_deputy: float
    """Share of partners for whom a colleague may stand in."""
    interpreters: int
    interpreter_days: int
    needs_interpreter: float
    first_meetings: float
    """Share of families whose first meeting is still to come."""
    overdue: int
    """First core groups that are overdue already, in the whole caseload."""
    least_notice: int
    """Fewest open days from the start of the horizon to a due date."""
    never_times: float
    """Share of families with times that are never possible."""
    leave_weeks: int
    """Weeks of leave of each partner."""
    heavy_school: float
    """Share of the children of primary age who go to one school."""
    uncovered_leave: bool
    """Whether one worker of each team is away for three weeks with nobody to stand in."""


SHAPES: Final[dict[Congestion, Shape]] = {
    "easy": Shape(
        rooms=5, community_rooms=3, virtual=True, room_booked=0.05, room_use=None,
        own_rooms=3, civic_rooms=0.8, shared_use=0.15,
        refuses_school=0.10, refuses_office=0.03, never_times=0.15,
        parent_remote=0.8, partner_in_person=0.0, partner_deputy=1.0, leave_weeks=1, uncovered_leave=False,
        interpreters=3, interpreter_days=4, needs_interpreter=0.05, heavy_school=0.0,
        first_meetings=0.06, overdue=0, least_notice=8,
    ),
    "typical": Shape(
        rooms=4, community_rooms=2, virtual=True, room_booked=0.15, room_use=None,
        own_rooms=2, civic_rooms=0.6, shared_use=0.25,
        refuses_school=0.30, refuses_office=0.08, never_times=0.25,
        parent_remote=0.35, partner_in_person=0.15, partner_deputy=0.8, leave_weeks=2, uncovered_leave=False,
        interpreters=2, interpreter_days=3, needs_interpreter=0.06, heavy_school=0.0,
        first_meetings=0.08, overdue=0, least_notice=5,
    ),
    "hard": Shape(
        rooms=2, community_rooms=0, virtual=False, room_booked=0.02, room_use=0.85,
        own_rooms=2, civic_rooms=0.4, shared_use=0.4,
        refuses_school=0.85, refuses_office=0.0, never_times=0.35,
        parent_remote=0.1, partner_in_person=0.4, partner_deputy=0.5, leave_weeks=2, uncovered_leave=True,
        interpreters=1, interpreter_days=2, needs_interpreter=0.10, heavy_school=0.45,
        first_meetings=0.12, overdue=2, least_notice=3,
    ),
}  # fmt: skip


def scaled(count: float, plans: int, *, least: int = 1) -> int:
    """``count`` per team of 150, for a team of ``plans``."""
    return max(least, ceil(count * plans / TEAM_PLANS))


def team_sizes(plans: int) -> list[int]:
    """Plans of each team, as even as can be: as few teams as hold them, or 45 for 6,000."""
    teams = max(1, ceil(plans / TEAM_PLANS), round(plans / MEAN_PLANS))
    return [plans // teams + (index < plans % teams) for index in range(teams)]


def worker_count(plans: int) -> int:
    """Social workers of a team of ``plans``."""
    return max(1, ceil(plans / WORKER_PLANS))


def school_count(plans: int) -> int:
    """Schools that serve a team: 8 to 14 for a whole one."""
    return 1 if plans <= FAMILY_PLANS else max(2, ceil(plans / 13))


def shares(total: int, weights: list[float]) -> list[int]:
    """``total`` split by weight in whole numbers, by largest remainder (the first wins a tie)."""
    whole = sum(weights)
    exact = [total * weight / whole for weight in weights]
    counts = [int(value) for value in exact]
    order = sorted(range(len(weights)), key=lambda i: counts[i] - exact[i])
    for index in order[: total - sum(counts)]:
        counts[index] += 1
    return counts
