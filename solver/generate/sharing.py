"""What the teams of an authority share, and how little of it there is for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from math import ceil
from random import Random
from typing import Final

from solver.generate.draft import WORK_WEEK, clock
from solver.schema.base import Hours, Weekday
from solver.schema.caseload import Plan

MOST_NEIGHBOURS: Final = 5
MORNING: Final = (clock(9), clock(12, 30))
AFTERNOON: Final = (clock(13), clock(17, 30))
"""Reaches into the hours after school, when a child who attends can be met."""
FEWEST_SESSIONS: Final = 4
SERIES_SHARE: Final = 0.83
"""Series for each plan: brothers and sisters share theirs."""
MEAN_MINUTES: Final = 67
"""Of a meeting, a few of them split."""
SESSION_MINUTES: Final = 300
"""Of an interpreter's day, on average."""


def neighbourhoods(rng: Random, sizes: list[int]) -> list[list[int]]:
    """The teams by locality: two to five neighbours each, and one team alone where there is only one.

    Parameters
    ----------
    sizes : plans of each team.
    """
    found: list[list[int]] = []
    left = list(sizes)
    while len(left) > MOST_NEIGHBOURS:
        # Never five of six: the last team would be alone.
        most = min(MOST_NEIGHBOURS, len(left) - 2)
        count = rng.choices(range(2, most + 1), weights=(1, 3, 4, 3)[: most - 1])[0]
        found.append(left[:count])
        left = left[count:]
    return [*found, left]


def interpreters_for(plans: int, weekly_meetings: float, *, needing: float, days: int, use: float) -> int:
    """How many interpreters an authority keeps so that families ask for the share ``use`` of their hours.

    Parameters
    ----------
    weekly_meetings : of one series.
    needing : share of families who need one.
    days : that an interpreter works a week.
    """
    minutes = plans * SERIES_SHARE * weekly_meetings * MEAN_MINUTES * needing
    return max(1, ceil(minutes / (days * SESSION_MINUTES * use)))


def weekly_minutes(plans: Iterable[Plan], interval: Callable[[Plan], int]) -> dict[str, float]:
    """Minutes a week that meetings ask of each participant, by person id; a joint series counts once.

    Parameters
    ----------
    interval : days between two meetings of a plan.
    """
    series: dict[tuple[str, str], list[Plan]] = {}
    for plan in plans:
        series.setdefault((plan.sibling_group or plan.id, plan.type), []).append(plan)
    minutes: defaultdict[str, float] = defaultdict(float)
    for members in series.values():
        length = max(plan.minutes for plan in members)
        if any(plan.split for plan in members):
            length = 2 * length + 30
        weekly = length * 7 / min(map(interval, members))
        for person in dict.fromkeys(part.person for plan in members for part in plan.participants):
            minutes[person] += weekly
    return minutes


def sessions(rng: Random, minutes: float) -> Hours:
    """Half-days a week with about ``minutes`` in all: when somebody has time for meetings.

    Every other one is an afternoon, until after school; there are never fewer than four.
    """
    late, mornings = (rng.sample(WORK_WEEK, len(WORK_WEEK)) for _ in range(2))
    halves = [
        half
        for pair in zip(late, mornings, strict=True)
        for half in zip(pair, (AFTERNOON, MORNING), strict=True)
    ]
    chosen: dict[Weekday, list[tuple[int, int]]] = {}
    left = minutes
    for index, (day, half) in enumerate(halves):
        if left <= 0 and index >= FEWEST_SESSIONS:
            break
        chosen.setdefault(day, []).append(half)
        left -= half[1] - half[0]
    return {day: tuple(sorted(chosen[day])) for day in WORK_WEEK if day in chosen}
