"""The smallest disruption of a tiny caseload, by trying everything, and disruptions to try it on."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Any

import brute
import pytest
from tiny import tiny_caseload, tiny_policy

from solver.check.case import Case
from solver.check.held import Held
from solver.plan import plan
from solver.policy.model import Policy
from solver.policy.windows import working_calendar
from solver.repair.disruption import Disruption, Measure
from solver.replan.booking import book_again
from solver.schema.calendar import Calendar
from solver.schema.caseload import BookedMeeting, Caseload
from solver.score import WEIGHTS

Json = dict[str, Any]
BREACH_DAY = 10**6
FREE = dict.fromkeys(WEIGHTS, 0) | {
    "breach_day": BREACH_DAY,
    "unheld_days": WEIGHTS["unheld_days"],
    "travel_minutes_per_point": 10**6,
    "spare_seats_per_point": WEIGHTS["spare_seats_per_point"],
    "workload_meetings_a_day": WEIGHTS["workload_meetings_a_day"],
}
"""Weights with which nothing counts but breach days."""


class _Standing(brute.Chain):
    """What one series can do, at no cost but that of breach days, less what the meetings weigh that stand."""

    def __init__(
        self,
        case: Case,
        series: Any,
        shared: frozenset[str] | None,
        weigh: Callable[[BookedMeeting], int],
    ) -> None:
        super().__init__(case, series, shared)
        self.weigh = weigh

    def _cost(self, held: Held) -> int:
        booked = self.case.booked[self.series.id]
        return -sum(self.weigh(one) for one in booked if not one.pinned and held.stands_at(one))


def least_disruption(
    caseload: Caseload, policy: Policy, weigh: Callable[[BookedMeeting], int]
) -> tuple[int, int]:
    """Find the fewest breach days of any calendar, and the least disruption of those that have as few."""
    with pytest.MonkeyPatch.context() as patch:
        for term, points in FREE.items():
            patch.setitem(WEIGHTS, term, points)
        case = Case(caseload, policy)
        everybody = [brute.who_may_come(case, series) for series in case.series.values()]
        shared = frozenset(p for own in everybody for p in own if sum(p in one for one in everybody) > 1)
        chains = [_Standing(case, series, shared, weigh) for series in case.series.values()]
        reached: dict[brute.State, brute.Partial] = {tuple(None for _ in chains): (0, ())}
        for day in sorted({day for chain in chains for day in chain.days}):
            reached = brute._after_day(brute.Day(list(chains), day), reached)
        least = min(
            cost + sum(chain.end(last) for chain, last in zip(chains, state, strict=True))
            for state, (cost, _) in reached.items()
        )
        whole = sum(weigh(one) for booked in case.booked.values() for one in booked if not one.pinned)
    return divmod(least + whole, BREACH_DAY)


def disturbed(caseload: Caseload, calendar: Calendar, chance: random.Random, events: int) -> Caseload:
    """Return the caseload with somebody away, or a room closed, when a meeting of the calendar is, so many times.

    What was booked before the calendar was published, and isn't pinned, is booked no more.
    """
    data: Json = caseload.model_dump(mode="json", by_alias=True)
    data["booked"] = [one for one in data["booked"] if one["pinned"]]
    people = {one["id"]: one for one in data["people"]}
    venues = {one["id"]: one for one in data["venues"]}
    for _ in range(events if calendar.meetings else 0):
        meeting = chance.choice(calendar.meetings)
        whole_day = chance.random() < 0.3
        begin = meeting.start.replace(hour=0) if whole_day else meeting.start
        end = begin + timedelta(hours=23) if whole_day else meeting.end
        busy = {"start": begin.isoformat()[:16], "end": end.isoformat()[:16]}
        who = [one.person for one in meeting.attendees if one.person in people]
        one = venues[meeting.venue] if chance.random() < 0.4 or not who else people[chance.choice(who)]
        one["busy"] = [*one["busy"], busy]
    return Caseload.model_validate(data)


def since_published(caseload: Caseload, policy: Policy, seed: int) -> tuple[Caseload, Policy, Disruption]:
    """A caseload whose calendar is booked, and something has happened since; with what its meetings weigh."""
    chance = random.Random(seed)
    calendar = plan(caseload, policy, deterministic=2, seed=seed)
    now = disturbed(caseload, calendar, chance, chance.randint(1, 4))
    measure: Measure = "people" if seed % 3 else "meetings"
    weights = Disruption(calendar, now.horizon.start, working_calendar(now, policy), measure)
    fixed = chance.choice([None, None, now.horizon.start])
    return book_again(now, policy, calendar, fixed_until=fixed).caseload, policy, weights


@cache
def published_and_disturbed(seed: int) -> tuple[Caseload, Policy, Disruption]:
    """A tiny caseload to which something has happened."""
    return since_published(tiny_caseload(seed), tiny_policy(seed), seed)
