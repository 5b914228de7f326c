"""How long a team has its rooms where they are short: hours that its meetings nearly fill."""

from __future__ import annotations

from typing import Final

from solver.generate.draft import WORK_WEEK, clock
from solver.schema.base import Hours, Weekday
from solver.schema.caseload import Plan, Venue

LATE: Final = (clock(15, 30), clock(17, 30))
"""After school: children who attend need it, so the first room has it every day."""
HALVES: Final = ((clock(9, 30), clock(12, 30)), (clock(13), clock(15)))
SPREAD: Final = (1, 3, 0, 4, 2)
"""Weekdays in the order in which rooms are given."""
ELSEWHERE: Final = 0.3
"""Share of the meetings in the team's rooms of a family that has a room of its own to go to."""


def demand(plans: list[Plan], intervals: dict[str, int], elsewhere: frozenset[str]) -> float:
    """Minutes a week that the plans' meetings take up the team's rooms.

    Parameters
    ----------
    plans : of one team.
    intervals : days between two meetings, by plan id.
    elsewhere : plans with a home, a placement or a school room to meet in.
    """
    series = {(plan.sibling_group or plan.id, plan.type): plan for plan in plans}
    total = 0.0
    for plan in series.values():
        minutes = plan.minutes if plan.split is None else 2 * plan.minutes + 30
        total += minutes * 7 / intervals[plan.id] * (ELSEWHERE if plan.id in elsewhere else 1)
    return total


def limited(rooms: list[Venue], minutes: float) -> list[Venue]:
    """The rooms with about ``minutes`` a week in all, half a day at a time, spread over week and rooms."""
    count = len(rooms)
    halves = [
        ((position + shift) % count, index, half)
        for half in HALVES
        for shift in range(count)
        for position, index in enumerate(SPREAD)
    ]
    late = [(room, index, LATE) for room in range(count) for index in range(len(WORK_WEEK))]
    chosen: list[dict[Weekday, list[tuple[int, int]]]] = [{} for _ in rooms]
    left = minutes
    for room, index, block in (*late[: len(WORK_WEEK)], *halves, *late[len(WORK_WEEK) :]):
        # A week can't hold less than the hours after school.
        if left <= 0 and block != LATE:
            break
        chosen[room].setdefault(WORK_WEEK[index], []).append(block)
        left -= block[1] - block[0]
    return [
        room.model_copy(update={"hours": _ordered(blocks)})
        for room, blocks in zip(rooms, chosen, strict=True)
    ]


def _ordered(blocks: dict[Weekday, list[tuple[int, int]]]) -> Hours:
    return {day: tuple(sorted(blocks[day])) for day in WORK_WEEK if day in blocks}
