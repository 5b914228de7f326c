"""Options for one meeting: the first is the best there is, by trying everything with the checker; and what each says is so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import product
from typing import Any

import pytest
from builder import Choice, build_calendar
from deep import first
from solver_cases import hours, lone, person, plan_of, planned, read, room

from solver.check import check_calendar
from solver.policy.model import Policy
from solver.policy.windows import working_calendar
from solver.rebook.options import CannotMoveError, Desk, rebook_options
from solver.repair.disruption import LONG_NOTICE, SHORT_NOTICE
from solver.schema.calendar import Attendee, Calendar, Meeting
from solver.schema.caseload import Caseload
from solver.schema.options import Rebooking

Json = dict[str, Any]
COMES = ("attending", "remote", "deputy")


def team(**more: Any) -> Json:
    """Two plans that share a health visitor with a deputy, and two rooms that are open for a few hours on three days a week."""
    open_hours = hours("10:00", "14:00", ("mon", "tue", "thu"))
    data = lone(
        grid_minutes=60,
        venues=[
            room("room-1", hours=open_hours, capacity=6),
            room("room-2", "hill", "hybrid", hours=open_hours),
        ],
    )
    data["people"] += [
        person("sw-2", "social_worker", site="hall"),
        person("mother-2", "parent"),
        person("hv-1", "health_visitor", site="hill", deputies=["hv-2"], line_manager="sw-2"),
        person("hv-2", "health_visitor", site="hill", busy=[{"start": "2027-01-01T00:00", "end": "2027-01-20T00:00"}]),
    ]  # fmt: skip
    expected = {"person": "hv-1", "level": "expected"}
    data["plans"][0]["participants"].append(expected)
    data["plans"][0]["times"] = {"prefer": [{"days": ["tue"], "start": "10:00", "end": "12:00"}]}
    data["plans"].append(plan_of(2, {"person": "sw-2"}, {"person": "mother-2"}, expected))
    return data | more


@cache
def published() -> tuple[Caseload, Policy, Calendar]:
    data = team()
    return (*read(data), planned(data, rounds=4))


def ask(meeting: str, **more: Any) -> Rebooking:
    return rebook_options(*published(), meeting, **more)


def weight(caseload: Caseload, policy: Policy, day: date) -> int:
    notice = working_calendar(caseload, policy).working_days_between(caseload.horizon.start, day)
    return next((points for days, points in SHORT_NOTICE if notice < days), LONG_NOTICE)


def choice_of(meeting: Meeting) -> Choice:
    return Choice(meeting.series, meeting.start, meeting.venue, meeting.attendees, meeting.chair)


def fillings(meeting: Meeting) -> Iterator[tuple[Attendee, ...]]:
    """Every way to fill the places: each person comes, joins remotely, sends the deputy, reports or stays away."""
    ways: list[list[Attendee]] = []
    for entry in meeting.attendees:
        who, level = entry.for_ or entry.person, entry.level
        mine = [
            Attendee(person=who, level=level, status="attending"),
            Attendee(person=who, level=level, status="remote", remote=True),
        ]
        if who == "hv-1":
            mine += [
                Attendee(person="hv-2", level=level, status="deputy", for_=who, remote=remote)
                for remote in (False, True)
            ]
            mine.append(Attendee(person=who, level=level, status="report"))
        ways.append(mine)
    yield from product(*ways)


def everything(target: Meeting) -> list[tuple[tuple[int, ...], datetime, str]]:
    """All that is lawful with everything else where it is, as (key, start, venue): asked of the checker."""
    caseload, policy, calendar = published()
    others = [choice_of(one) for one in calendar.meetings if one.id != target.id]
    chain = sorted(one.start.date() for one in calendar.meetings if one.series == target.series)
    before = max((day for day in chain if day < target.start.date()), default=caseload.horizon.start)
    after = min((day for day in chain if day > target.start.date()), default=caseload.horizon.end)
    found = []
    for gap in range(1, (after - before).days):
        day = before + timedelta(days=gap)
        if day.weekday() not in (0, 1, 3):
            continue
        for hour, venue in product(range(10, 14), caseload.venues):
            start = datetime.combine(day, time(hour))
            if start == target.start:
                continue
            for filling in fillings(target):
                choice = Choice(target.series, start, venue.id, filling)
                made = build_calendar(caseload, policy, [*others, choice])
                if not check_calendar(caseload, policy, made).ok:
                    continue
                people = {entry.person for entry in (*target.attendees, *filling) if entry.status in COMES}
                level = made.objective
                disruption = len(people) * weight(caseload, policy, min(day, target.start.date()))
                key = (
                    level["breach"], level["attendance"], disruption, level["family"], level["resilience"],
                    level["stability"], level["convenience"],
                )  # fmt: skip
                found.append((key, start, venue.id))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("number", first(1, range(4)))
def test_the_first_option_is_the_best_of_everything(number: int) -> None:
    _, _, calendar = published()
    assert len(calendar.meetings) == 4
    target = calendar.meetings[number]
    lawful = everything(target)
    best = min(key for key, _, _ in lawful)
    options = ask(target.id, n=40).options
    first = options[0]
    assert not first.also
    got = {level: calendar.objective[level] + points for level, points in first.levels.items()}
    assert best == (
        got["breach"], got["attendance"], first.disruption, got["family"], got["resilience"], got["stability"],
        got["convenience"],
    )  # fmt: skip
    # In time are the days on which the checker finds nothing wrong and nothing late, and no others.
    assert {option.start.date() for option in options if option.levels["breach"] == 0} == {
        start.date() for key, start, _ in lawful if key[0] == 0
    }


def test_options_come_in_order_and_on_different_days() -> None:
    _, _, calendar = published()
    for meeting in calendar.meetings:
        found = ask(meeting.id, n=5)
        assert found.stands
        assert found.outcome == "options"
        assert [option.number for option in found.options] == list(range(1, len(found.options) + 1))
        keys = [
            (
                option.levels["breach"], option.levels["attendance"], option.disruption, option.levels["family"],
                option.levels["resilience"], option.levels["stability"], option.levels["convenience"],
            )
            for option in found.options
        ]  # fmt: skip
        assert keys == sorted(keys)
        days = [option.start.date() for option in found.options]
        assert len(set(days)) >= len(days) - 1
        assert all(option.start != meeting.start for option in found.options)
        assert "best there is" in found.options[0].why


def test_fewer_are_shown_and_the_others_counted() -> None:
    meeting = published()[2].meetings[0].id
    many, few = ask(meeting, n=30), ask(meeting, n=2)
    assert few.options == many.options[:2]
    days = {one.start.date() for one in few.options}
    assert few.other_days == len({one.start.date() for one in many.options} - days) + many.other_days
    assert few.other_places > 0


def test_nothing_moves_to_today_or_before_and_what_was_before_stays() -> None:
    _, _, calendar = published()
    first, last = calendar.meetings[0], calendar.meetings[-1]
    today = last.start.date() - timedelta(days=2)
    assert all(option.start.date() > today for option in ask(last.id, today=today, n=30).options)
    with pytest.raises(CannotMoveError, match="stays where it was"):
        ask(first.id, today=today)
    with pytest.raises(CannotMoveError, match="no meeting plan-9"):
        ask("plan-9")


def test_short_notice_counts_more() -> None:
    _, _, calendar = published()
    last = calendar.meetings[-1]
    close = ask(last.id, today=last.start.date() - timedelta(days=1)).options[0]
    far = ask(last.id).options[0]
    people = {entry.person for entry in last.attendees}
    assert {one.person for one in far.asked} == people
    assert far.disruption == len(people) * LONG_NOTICE
    assert close.disruption > far.disruption
    assert {one.notice_days for one in close.asked} == {1}


def test_without_somebody_expected() -> None:
    _, _, calendar = published()
    meeting = calendar.meetings[-1]
    stay = ask(meeting.id, without=["hv-1"], stay=True)
    first = stay.options[0]
    assert (first.start, first.venue) == (meeting.start, meeting.venue)
    place = next(one for one in first.attendance if one.person == "hv-1")
    assert place.after is not None
    assert (place.after.person, place.after.status) == ("hv-2", "deputy")
    assert {one.person for one in first.asked} == {"hv-1", "hv-2"}
    assert first.levels["attendance"] == 240
    for option in stay.options:
        assert all(entry.person != "hv-1" or entry.status == "report" for entry in option.attendees)


def test_somebody_who_needs_notice_is_not_asked_too_late() -> None:
    data = team()
    data["people"].append(person("int-1", "interpreter", notice_working_days=10))
    data["plans"][0]["participants"].append({"person": "int-1", "level": "invited"})
    calendar = planned(data, rounds=4)
    caseload, policy = read(data)
    meeting = [one for one in calendar.meetings if one.plans == ("plan-1",)][-1]
    assert any(entry.person == "int-1" and entry.status in COMES for entry in meeting.attendees)
    today = meeting.start.date() - timedelta(days=3)
    working = working_calendar(caseload, policy)
    options = rebook_options(caseload, policy, calendar, meeting.id, today=today, n=30).options
    assert options
    for option in options:
        comes = any(entry.person == "int-1" and entry.status in COMES for entry in option.attendees)
        assert not comes or option.start.date() >= working.add_working_days(today, 10)


def test_a_pinned_meeting_does_not_move() -> None:
    data = team()
    data["booked"] = [
        {"plans": ["plan-1"], "start": "2027-01-12T10:00", "venue": "room-1", "pinned": True, "id": "kept"}
    ]
    calendar = planned(data, rounds=4)
    desk = Desk(*read(data), calendar)
    with pytest.raises(CannotMoveError, match="pinned"):
        desk.options("kept")
    other = next(one for one in calendar.meetings if one.plans == ("plan-1",) and not one.pinned)
    for option in desk.options(other.id, n=20).rebooking.options:
        assert option.start.date() > date(2027, 1, 12)
        assert not any(change.meeting == "kept" for change in option.also)


def test_the_meetings_after_it_move_only_where_that_saves_days() -> None:
    """The first meeting can only be held early: the next one, four weeks later at most, would be late where it stands."""
    data = team()
    calendar = planned(data, rounds=4)
    first, second = (one for one in calendar.meetings if one.plans == ("plan-1",))
    for one in data["people"]:
        if one["id"] == "sw-1":
            until = first.start.date() + timedelta(days=1)
            one["busy"] = [{"start": "2027-01-07T00:00", "end": f"{until}T00:00"}]
            one["busy"].append({"start": f"{until}T00:00", "end": f"{second.start.date()}T00:00"})
    caseload, policy = read(data)
    found = rebook_options(caseload, policy, calendar, first.id, stay=True)
    assert not found.stands
    best = found.options[0]
    assert best.breach_days == 0
    assert best.start.date() < date(2027, 1, 7)
    late = (second.start.date() - best.start.date()).days > 28
    assert bool(best.also) == late
    if late:
        assert [change.meeting for change in best.also] == [second.id]


def test_a_venue_that_is_asked_for_is_looked_at_although_another_is_better() -> None:
    caseload, policy, calendar = published()
    desk = Desk(caseload, policy, calendar)
    meeting = calendar.meetings[0]
    found = {}
    for venue in ("room-1", "room-2"):
        answer = desk.options(meeting.id, at=meeting.start, venue=venue, stay=True).rebooking
        assert [(one.start, one.venue) for one in answer.options] == [(meeting.start, venue)]
        found[venue] = answer.options[0]
    (best,) = desk.options(meeting.id, at=meeting.start, stay=True).rebooking.options
    assert best == found[best.venue]
    assert not desk.options(meeting.id, at=meeting.start, venue="nowhere", stay=True).rebooking.options
