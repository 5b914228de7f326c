"""A meeting that could be in time only at the time that others have: they move, and no more of them than need be."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from solver_cases import hours, lone, person, plan_of, planned, read, room

from solver.check import check_calendar
from solver.policy.model import Policy
from solver.rebook.options import Desk
from solver.rebook.others import Others, moving_others
from solver.repair.repair import RepairLimits
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload

Json = dict[str, Any]
NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)


@cache
def scene() -> tuple[Caseload, Policy, Calendar, str, str]:
    """Two plans and one room, open for an hour a day; then one worker is left with the hour that the other plan has."""
    data: Json = lone(grid_minutes=60, venues=[room("room-1", hours=hours("10:00", "11:00"))])
    data["people"] += [person("sw-2", "social_worker", site="hall"), person("mother-2", "parent")]
    data["plans"].append(plan_of(2, {"person": "sw-2"}, {"person": "mother-2"}))
    calendar = planned(data, rounds=4)
    mine, other = (
        next(one for one in calendar.meetings if one.plans == (plan,)) for plan in ("plan-1", "plan-2")
    )
    day = other.start.date()
    assert date(2027, 1, 4) < day < date(2027, 1, 14)
    record = next(one for one in data["people"] if one["id"] == "sw-1")
    record["busy"] = [
        {"start": "2027-01-04T00:00", "end": f"{day}T00:00"},
        {"start": f"{day + timedelta(days=1)}T00:00", "end": "2027-01-15T00:00"},
    ]
    return (*read(data), calendar, mine.id, other.id)


def asked(**more: Any) -> Others | None:
    caseload, policy, calendar, mine, _ = scene()
    desk = Desk(caseload, policy, calendar, **more)
    return moving_others(desk, mine, stay=True, now=NOW, limits=RepairLimits(rounds=1))


def test_alone_it_would_be_late() -> None:
    caseload, policy, calendar, mine, _ = scene()
    found = Desk(caseload, policy, calendar).options(mine, stay=True).rebooking
    assert not found.stands
    assert all(option.breach_days > 0 for option in found.options)


def test_the_other_meeting_makes_room() -> None:
    caseload, policy, calendar, mine, other = scene()
    found = asked()
    assert found is not None
    assert found.proved
    option = found.option
    assert option.breach_days == 0
    assert [change.meeting for change in option.moves_others] == [other]
    was = next(one for one in calendar.meetings if one.id == other)
    assert (option.start, option.venue) == (was.start, was.venue)
    assert {"sw-1", "sw-2", "mother-1", "mother-2"} == {one.person for one in option.asked}
    assert check_calendar(caseload, policy, found.calendar).ok
    assert found.calendar.revision == calendar.revision + 1
    got = {level: found.calendar.objective[level] - calendar.objective[level] for level in calendar.objective}
    assert got == option.levels
    ids = {one.id: one.start for one in found.calendar.meetings}
    assert ids.keys() == {one.id for one in calendar.meetings}
    assert ids[mine] == was.start
