"""Ids of meetings that have moved: theirs still, and nobody else's."""

from __future__ import annotations

from datetime import datetime, timedelta

from solver_cases import lone, planned

from solver.repair.identity import keep_ids
from solver.repair.standing import Kept
from solver.schema.calendar import Meeting
from solver.schema.caseload import BookedMeeting

SERIES = "plan-1.core_group"
FIRST = planned(lone(), rounds=1).meetings[0]
DAY = datetime(2027, 1, 4, 10)


def meeting(number: int, week: int, name: str | None = None) -> Meeting:
    start = DAY + timedelta(weeks=week)
    plain = f"{SERIES}.{number}"
    return FIRST.model_copy(update={"id": name or plain, "number": number, "start": start})


def was(name: str, week: int) -> Kept:
    start = DAY + timedelta(weeks=week)
    booked = BookedMeeting(id=name, series=SERIES, plans=("plan-1",), start=start, venue="room-1")
    return Kept(booked, 0, week, 1, (None, None))


def ids(meetings: list[Meeting], moved: list[Kept], standing: set[str]) -> list[str]:
    return [one.id.removeprefix(f"{SERIES}.") for one in keep_ids(meetings, moved, standing)]


def name(number: int) -> str:
    return f"{SERIES}.{number}"


def test_whatever_has_moved_has_its_id_still() -> None:
    assert ids([meeting(4, 2), meeting(5, 6)], [was(name(4), 1)], {name(5)}) == ["4", "5"]


def test_it_has_it_where_one_before_it_is_no_more() -> None:
    """The fourth is cancelled, so the fifth is the fourth now: those who come know it as the fifth."""
    moved = [was(name(4), 1), was(name(5), 6)]
    assert ids([meeting(4, 7)], moved, set()) == ["5"]


def test_a_new_one_gets_no_id_that_is_taken() -> None:
    """A new meeting stands before the one that has moved, which keeps its id though it is the fifth now."""
    assert ids([meeting(4, 1), meeting(5, 6)], [was(name(4), 7)], set()) == ["4.2", "4"]


def test_order_is_kept_with_the_fewest_days_between() -> None:
    moved = [was(name(4), 2), was(name(5), 6)]
    found = [meeting(4, 3), meeting(5, 5), meeting(6, 9)]
    assert ids(found, moved, set()) == ["4", "5", "6"]
    found = [meeting(4, 0), meeting(5, 3), meeting(6, 6)]
    assert ids(found, moved, set()) == ["4.2", "4", "5"]


def test_what_stands_is_left_as_it_is() -> None:
    stands = meeting(5, 3, name(9))
    assert keep_ids([stands], [], {name(9)}) == [stands]


def test_every_id_is_another() -> None:
    moved = [was(name(4), 0), was(name(5), 1), was(name(7), 9)]
    found = [meeting(4, 0), meeting(5, 2), meeting(6, 4), meeting(7, 8), meeting(8, 10, name(8))]
    names = ids(found, moved, {name(8)})
    assert len(set(names)) == len(names)
    assert {"4", "5", "7", "8"} <= set(names)
