"""What the week shows to whom: from made-up calendars, without a browser."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from typing import Any

import httpx
import pytest
from api_cases import documents
from caseload_pages import team_of
from web_world import World, world

from service.access.sessions import cookie_name
from service.views.names import CONFIDENTIAL
from service.words import day
from solver.schema.base import FAMILY_ROLES
from solver.schema.calendar import Calendar, Meeting
from solver.schema.caseload import Caseload, Person, Venue

pytestmark = pytest.mark.web
CASELOAD, CALENDAR = team_of(24)
PEOPLE = {one.id: one for one in CASELOAD.people}
FIRST = CALENDAR.meetings[0]


@pytest.fixture(scope="module")
def yew(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A team of two dozen plans, another with a small calendar, a third without one; nothing is changed here."""
    with world(tmp_path_factory.mktemp("yew")) as made:
        for team in ("yew", "oak", "elm"):
            made.team(team)
        made.give(CASELOAD, CALENDAR)
        made.is_person("worker@yew.example", "sw-2")
        caseload, calendar = documents("oak")
        made.give(Caseload.model_validate_json(caseload), Calendar.model_validate_json(calendar))
        yield made


def page_of(world: World, query: str = "", who: str = "manager", team: str = "yew", status: int = 200) -> str:
    cookies = {cookie_name(https=False): world.cookie(f"{who}@{team}.example")}
    answer = httpx.get(
        f"{world.address}/teams/{team}/week{query}", cookies=cookies, trust_env=False, timeout=30
    )
    assert answer.status_code == status
    return answer.text


def data_of(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="week-data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    told: dict[str, Any] = json.loads(found[1])
    return told


def shown(page: str) -> list[str]:
    return [one["id"] for one in data_of(page)["meetings"]]


def in_week(monday: date) -> list[Meeting]:
    return [one for one in CALENDAR.meetings if monday <= one.start.date() < monday + timedelta(days=7)]


def monday_of(day_: date) -> date:
    return day_ - timedelta(days=day_.weekday())


SOME_WEEKS = sorted({monday_of(one.start.date()) for one in CALENDAR.meetings})[:6]


def test_every_meeting_of_the_week_is_shown_and_no_other(yew: World) -> None:
    monday = date(2026, 12, 14)
    for number in range(7):
        page = page_of(yew, f"?on={monday + timedelta(days=number)}")
        assert shown(page) == [one.id for one in in_week(monday)]
    text = unescape(page)
    for one in in_week(monday):
        assert f"{one.start:%H:%M} to {one.end:%H:%M}" in text
        assert text.count(f'href="/teams/yew/meetings/{one.id}/move"') == 1


def test_it_opens_with_this_week_or_the_nearest_that_was_planned(yew: World) -> None:
    assert data_of(page_of(yew))["monday"] == "2026-12-07"
    # The other team's calendar begins after today.
    assert data_of(page_of(yew, team="oak"))["monday"] == "2027-01-04"


def test_other_weeks_keep_whose_it_is(yew: World) -> None:
    page = unescape(page_of(yew, "?by=person&of=sw-1&on=2026-12-16"))
    assert 'href="/teams/yew/week?by=person&of=sw-1&on=2026-12-07"' in page
    assert 'href="/teams/yew/week?by=person&of=sw-1&on=2026-12-21"' in page
    assert 'href="/teams/yew/week?by=person&of=sw-1"' in page


def test_of_a_person_or_a_room(yew: World) -> None:
    monday = monday_of(FIRST.start.date())
    person = next(one.person for one in FIRST.attendees if one.status not in ("report", "absent"))
    mine = [
        one.id
        for one in in_week(monday)
        if any(place.person == person and place.status not in ("report", "absent") for place in one.attendees)
    ]
    assert shown(page_of(yew, f"?by=person&of={person}&on={monday}")) == mine
    there = [one.id for one in in_week(monday) if one.venue == FIRST.venue]
    page = page_of(yew, f"?show=room:{FIRST.venue}&on={monday}")
    assert shown(page) == there
    assert f'<option value="room:{FIRST.venue}" selected>' in page


def test_nobody_of_that_name_is_said_kindly(yew: World) -> None:
    page = page_of(yew, "?by=person&of=nobody-at-all")
    assert "There is nobody and no room of that name" in page
    assert "nobody-at-all" not in page.replace("of=nobody-at-all", "")


def test_a_day_that_is_none_is_said_at_its_field(yew: World) -> None:
    page = page_of(yew, "?on=tomorrow", status=422)
    assert "There is a problem" in page
    assert 'href="#on"' in page


@pytest.mark.parametrize("on", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_time(yew: World, on: str) -> None:
    assert "outside the time that was planned" in page_of(yew, f"?on={on}")


def test_a_team_without_a_calendar(yew: World) -> None:
    page = page_of(yew, team="elm")
    assert "There is no calendar yet" in page
    assert "plan one" in page
    assert "plan one" not in page_of(yew, who="support", team="elm")


def test_a_worker_sees_what_is_theirs_and_moves_nothing(yew: World) -> None:
    theirs = {
        one.id
        for one in CALENDAR.meetings
        if any("sw-2" in (place.person, place.for_) for place in one.attendees)
    }
    seen: set[str] = set()
    for monday in SOME_WEEKS:
        page = page_of(yew, f"?on={monday}", who="worker")
        seen |= set(shown(page))
        assert "/move" not in page
        for one in in_week(monday):
            if one.id not in theirs:
                assert f"/meetings/{one.id}" not in page
    shown_to_all = {one.id for monday in SOME_WEEKS for one in in_week(monday)}
    assert theirs & shown_to_all <= seen < shown_to_all


@pytest.mark.parametrize("who", ["manager", "worker", "support", "auditor"])
def test_family_members_go_by_their_part_and_secret_places_by_none(yew: World, who: str) -> None:
    secret = [one for one in CASELOAD.venues if one.confidential]
    family = [one for one in CASELOAD.people if one.role in FAMILY_ROLES]
    names = [*(one.name for one in secret), *(one.name for one in family)]
    assert secret
    assert family
    for monday in SOME_WEEKS:
        page = unescape(page_of(yew, f"?on={monday}", who=who))
        for name in names:
            assert name not in page
    held = next(one for one in CALENDAR.meetings if one.venue == secret[0].id)
    page = page_of(yew, f"?on={held.start.date()}", who=who)
    assert (held.id in shown(page)) == (CONFIDENTIAL in page.lower())
    assert who == "manager" or secret[0].id not in page.replace(f"room:{secret[0].id}", "")


def test_busy_times_and_school_are_told_to_who_may_see_the_caseload_alone(yew: World) -> None:
    taken = dict.fromkeys(("manager", "worker", "support"), 0)
    for who in taken:
        for monday in (date(2026, 12, 7), date(2026, 12, 14)):
            taken[who] += sum(
                len(one["taken"]) for one in data_of(page_of(yew, f"?on={monday}", who=who))["meetings"]
            )
    assert taken["manager"] > 0
    assert taken["worker"] == taken["support"] == 0


def test_days_on_which_nobody_meets_say_why(yew: World) -> None:
    closed = {one["day"]: one["text"] for one in data_of(page_of(yew, "?on=2026-12-21"))["closed"]}
    assert closed["2026-12-25"] == "Bank holiday"
    assert closed["2026-12-24"] == "The authority is closed"
    assert "bank holiday" in page_of(yew, "?on=2026-12-21")


def test_other_meetings_of_its_people_lie_behind_where_they_arent_shown(tmp_path: Any) -> None:
    busiest = max(
        CALENDAR.meetings,
        key=lambda one: sum(two.start.date() == one.start.date() for two in CALENDAR.meetings),
    )
    person = next(one.person for one in busiest.attendees if one.status == "attending")
    span = {"start": f"{busiest.start:%Y-%m-%d}T08:00", "end": f"{busiest.start:%Y-%m-%d}T08:30"}
    people = tuple(
        Person.model_validate(one.model_dump(by_alias=True) | {"busy": [span]}) if one.id == person else one
        for one in CASELOAD.people
    )
    with world(tmp_path) as made:
        made.team("yew")
        made.give(CASELOAD.model_copy(update={"people": people}), CALENDAR)
        page = page_of(made, f"?by=room&of={busiest.venue}&on={busiest.start.date()}")
        found = next(one for one in data_of(page)["meetings"] if one["id"] == busiest.id)
    assert span | {"text": f"{PEOPLE[person].name}: busy"} in found["taken"]


def test_rooms_of_one_name_are_told_apart_without_their_ids(tmp_path: Any) -> None:
    secret = next(one for one in CASELOAD.venues if one.confidential)
    other = Venue.model_validate(secret.model_dump() | {"id": "refuge-2", "name": "Another that is secret"})
    caseload = CASELOAD.model_copy(update={"venues": (*CASELOAD.venues, other)})
    with world(tmp_path) as made:
        made.team("yew")
        made.give(caseload, CALENDAR)
        page = page_of(made)
    assert ">confidential venue 1</option>" in page
    assert ">confidential venue 2</option>" in page


def test_it_says_how_each_meeting_stands(yew: World) -> None:
    late = next(one for one in CALENDAR.meetings if one.breach_days)
    page = page_of(yew, f"?on={late.start.date()}")
    assert f'week-state--late">{late.breach_days} days late' in page
    found = next(one for one in data_of(page)["meetings"] if one["id"] == late.id)
    assert found["state"] == "late"
    assert found["window"] == f"{day(late.window.earliest)} to {day(late.window.due)}"


def test_on_the_grid_siblings_are_named_by_the_first_and_in_whole_beside_it(yew: World) -> None:
    siblings = next(one for one in CALENDAR.meetings if len(one.plans) > 1)
    found = next(
        one
        for one in data_of(page_of(yew, f"?on={siblings.start.date()}"))["meetings"]
        if one["id"] == siblings.id
    )
    assert found["plans"] == f"{siblings.plans[0]} and {len(siblings.plans) - 1} more"
    assert all(plan in found["title"] for plan in siblings.plans)
