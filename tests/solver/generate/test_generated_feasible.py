"""Every family of an easy or typical caseload could be met about in every window, were it the only one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from solver.generate import Congestion, generate
from solver.policy import load_policy
from solver.policy.model import MeetingRule
from solver.policy.windows import (
    Limits,
    first_limits,
    later_limits,
    level_of,
    rule_for,
    working_calendar,
)
from solver.schema.base import FAMILY_ROLES, HOME_KINDS, PRIVATE_KINDS, WEEKDAYS
from solver.schema.caseload import Caseload, Plan, Venue

SLOT = 15
SLOTS = 24 * 60 // SLOT
PLENTY = 8
"""Starts that a window must offer at the least."""

Grid = NDArray[np.bool_]
"""Free or not, shape [open days, slots]."""
Member = tuple[Plan, MeetingRule]


class Feasibility:
    """Where each series could be, counting its essential people and its rooms but no other series."""

    def __init__(self, caseload: Caseload) -> None:
        self.caseload = caseload
        self.policy = load_policy(caseload.authority)
        self.calendar = working_calendar(caseload, self.policy)
        self.days = self.calendar.open_days(caseload.horizon.start, caseload.horizon.end)
        self.people = {person.id: person for person in caseload.people}
        self.free = {
            p.id: self._grid(p.hours, p.busy, anytime=p.role in FAMILY_ROLES) for p in caseload.people
        }
        self.rooms = {v.id: self._grid(v.hours, v.busy, anytime=True) for v in caseload.venues}
        self.school_of_site = {school.site: school.id for school in caseload.schools}

    def series(self) -> list[list[Member]]:
        groups: dict[tuple[str, str], list[Member]] = {}
        for plan in self.caseload.plans:
            rule = rule_for(plan, self.policy)
            if rule is not None:
                groups.setdefault((plan.sibling_group or plan.id, rule.kind), []).append((plan, rule))
        return list(groups.values())

    def starts(self, members: list[Member]) -> NDArray[np.int_]:
        """Possible starts on each open day."""
        plans = [plan for plan, _ in members]
        length = max(plan.minutes for plan in plans)
        if any(plan.split for plan in plans):
            length = 2 * length + 30
        essential = {
            part.person
            for plan, rule in members
            for part in plan.participants
            if (part.level or level_of(rule, self.people[part.person].role)) == "essential"
        }
        seats = {part.person for plan in plans for part in plan.participants}
        seats |= {child.id for plan in plans for child in plan.children if child.attends != "no"}
        free = np.ones((len(self.days), SLOTS), dtype=np.bool_)
        free[:, : 9 * 60 // SLOT] = False
        free[:, 17 * 60 // SLOT + 2 :] = False
        for person in sorted(essential):
            free &= self.free[person]
        for plan in plans:
            for window in plan.times.never:
                rows = [
                    index for index, day in enumerate(self.days) if WEEKDAYS[day.weekday()] in window.days
                ]
                free[rows, window.start // SLOT : -(-window.end // SLOT)] = False
        room = np.zeros_like(free)
        for venue in self.caseload.venues:
            if self._admits(venue, members, essential, len(seats)):
                room |= _runs(self.rooms[venue.id], length // SLOT)
        return (_runs(free, length // SLOT) & room).sum(axis=1)

    def fewest(self, members: list[Member]) -> int:
        """Starts in the window that has the fewest: the first one, or any that a later meeting could have."""
        starts = self.starts(members)
        limits = [
            self._later(plan, rule, plan.events.last_meeting)
            if plan.events.last_meeting
            else first_limits(plan, rule, self.calendar)
            for plan, rule in members
        ]
        first = min(limits, key=lambda limit: limit.due)
        counts = [self._between(starts, first.earliest - timedelta(days=1), first.due)]
        for day in self.days:
            due = min(self._later(plan, rule, day).due for plan, rule in members)
            if due > self.caseload.horizon.end:
                break
            counts.append(self._between(starts, day, due))
        return min(counts)

    def _later(self, plan: Plan, rule: MeetingRule, previous: date) -> Limits:
        limits = later_limits(plan, rule, previous, self.calendar)
        assert limits is not None
        return limits

    def _between(self, starts: NDArray[np.int_], after: date, until: date) -> int:
        return int(sum(starts[i] for i, day in enumerate(self.days) if after < day <= until))

    def _admits(self, venue: Venue, members: list[Member], essential: set[str], seats: int) -> bool:
        plans = [plan for plan, _ in members]
        named = all(venue.id in (*plan.venue.only, *plan.venue.prefer) for plan in plans)
        if venue.kind in HOME_KINDS or venue.confidential:
            return named
        if venue.kind == "virtual" and any(self.people[person].remote is False for person in essential):
            return False
        on_roll = {child.school for plan in plans for child in plan.children}
        kinds = [rule.venue.kinds for _, rule in members if rule.venue is not None and rule.venue.kinds]
        return (
            (venue.kind in PRIVATE_KINDS or "private" in venue.features)
            and (venue.capacity is None or venue.capacity >= seats)
            and all(set(plan.venue.needs) <= set(venue.features) for plan in plans)
            and all(venue.id not in plan.venue.never for plan in plans)
            and all(not plan.venue.only or venue.id in plan.venue.only for plan in plans)
            and all(venue.kind in allowed for allowed in kinds)
            and (venue.kind != "school" or named or self.school_of_site[venue.site] in on_roll)
        )

    def _grid(self, hours: Mapping[Any, Any] | None, busy: tuple[Any, ...], *, anytime: bool) -> Grid:
        free = np.zeros((len(self.days), SLOTS), dtype=np.bool_)
        if hours is None:
            free[:, slice(None) if anytime else slice(9 * 60 // SLOT, 17 * 60 // SLOT)] = True
        else:
            for index, day in enumerate(self.days):
                for start, end in hours.get(WEEKDAYS[day.weekday()], ()):
                    free[index, -(-start // SLOT) : end // SLOT] = True
        origin = {day: index for index, day in enumerate(self.days)}
        for span in busy:
            day = span.start.date()
            while day <= span.end.date():
                start = 60 * span.start.hour + span.start.minute if day == span.start.date() else 0
                end = 60 * span.end.hour + span.end.minute if day == span.end.date() else 24 * 60
                if day in origin:
                    free[origin[day], start // SLOT : -(-end // SLOT)] = False
                day += timedelta(days=1)
        return free


def _runs(free: Grid, length: int) -> Grid:
    """Where ``length`` free slots begin."""
    found = free.copy()
    for step in range(1, length):
        found[:, :-step] &= free[:, step:]
        found[:, -step:] = False
    return found


@pytest.mark.parametrize("authority", ["wandsworth", "south-west", "barnsley", "sefton", "carefirst"])
@pytest.mark.parametrize("congestion", ["easy", "typical"])
def test_every_window_of_every_series_has_plenty_of_starts(authority: str, congestion: Congestion) -> None:
    check = Feasibility(generate(60, 5, authority=authority, congestion=congestion))
    assert {members[0][0].id: n for members in check.series() if (n := check.fewest(members)) < PLENTY} == {}


@pytest.mark.parametrize("plans", [1, 2, 3, 18, 150])
def test_so_has_a_caseload_of_any_size(plans: int) -> None:
    check = Feasibility(generate(plans, 2, authority="barnsley"))
    assert min(check.fewest(members) for members in check.series()) >= PLENTY


@pytest.mark.parametrize("start", [date(2026, 12, 21), date(2027, 3, 1), date(2027, 7, 3)])
def test_so_has_a_horizon_that_begins_at_christmas_or_runs_over_august(start: date) -> None:
    check = Feasibility(generate(60, 8, authority="carefirst", start=start))
    assert min(check.fewest(members) for members in check.series()) >= PLENTY


def test_so_has_one_team_of_a_whole_authority_within_the_rooms_it_may_use() -> None:
    check = Feasibility(generate(450, 4))
    assert min(check.fewest(members) for members in check.series()) >= PLENTY


@pytest.mark.parametrize("seed", range(3))
def test_a_hard_caseload_leaves_a_start_in_every_window_that_is_not_overdue_already(seed: int) -> None:
    check = Feasibility(generate(150, seed, congestion="hard"))
    impossible = [members[0][0] for members in check.series() if check.fewest(members) == 0]
    conferences = [plan.events.initial_conference for plan in impossible]
    assert len(impossible) == 2
    overdue = check.calendar.add_working_days(check.caseload.horizon.start, -10)
    assert all(day is not None and day < overdue for day in conferences)
