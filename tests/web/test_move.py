"""Moving a meeting: by the form with a script and without, its verdict, what comes twice, what has changed since, and undone."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from browsers import Browsing, checked
from meeting_world import MANAGER, SUPPORT, WORKER, Planned, planned_team
from page_visitor import Visitor, words
from playwright.sync_api import Page, expect
from web_world import World

from solver.schema.calendar import Answer

pytestmark = pytest.mark.web
FREE = "2027-01-12T09:00 room-1"


@pytest.fixture
def team(served: World) -> Planned:
    return planned_team(served)


def other(**more: str) -> dict[str, str]:
    """The form, filled in with a date of one's own."""
    fields = {"start-day": "12", "start-month": "1", "start-year": "2027", "time": "09:00", "venue": "room-1"}
    return {"choice": "other"} | fields | more


def test_a_free_time_is_chosen_and_the_meeting_is_there_and_stays_there(team: Planned) -> None:
    form = team.path(more="/move")
    with Visitor(team.world, MANAGER) as visitor:
        moved = visitor.send(form, form, choice=FREE)
        assert moved.status_code == 303
        told = words(visitor.get(moved.headers["location"]))
    assert "Moved to Tue 12 Jan 2027, 09:00 to 10:00, Room-1 It has not been published yet" in told
    now = team.meeting()
    assert (f"{now.start:%Y-%m-%dT%H:%M} {now.venue}", now.pinned) == (FREE, True)
    assert team.revisions() == 2


def test_a_verdict_is_no_look_at_the_calendar_and_the_page_is_one(team: Planned) -> None:
    form = team.path(more="/move")
    with Visitor(team.world, MANAGER) as visitor:
        fields = visitor.hidden(form) | other()
        before = team.looks()
        assert visitor.post(f"{form}/check", fields).status_code == 303
        assert team.looks() == before
        visitor.get(form)
        assert team.looks() == before + 1
    assert team.revisions() == 1


def test_a_form_that_comes_twice_is_done_once(team: Planned) -> None:
    form = team.path(more="/move")
    with Visitor(team.world, MANAGER) as visitor:
        fields = visitor.hidden(form) | {"choice": FREE}
        first, again = visitor.post(form, fields), visitor.post(form, fields)
    assert first.headers["location"] == again.headers["location"]
    assert team.revisions() == 2


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, "Choose one of the free times"),
        ({"choice": "nonsense"}, "Choose one of the free times"),
        ({"choice": "2027-01-12T09:00 nowhere"}, "Choose one of the free times"),
        ({"choice": "2027-13-12T09:00 room-1"}, "Choose one of the free times"),
        (other(**{"start-day": "31", "start-month": "2"}), "The date must be a real date"),
        (other(**{"start-year": "9999"}), "The date must be a real date"),
        (other(time="soon"), "The time must be like 14:00"),
        (other(time="25:00"), "The time must be like 14:00"),
        (other(venue="nowhere"), "Choose a place from the list"),
    ],
)
def test_what_is_wrong_with_the_form_is_said_at_its_field(
    team: Planned, fields: dict[str, str], told: str
) -> None:
    form = team.path(more="/move")
    with Visitor(team.world, MANAGER) as visitor:
        answer = visitor.send(form, form, **fields)
    assert answer.status_code == 422
    assert f"There is a problem {told}" in words(answer)
    assert team.revisions() == 1


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        (other(**{"start-day": "16"}), "There is no day on Sat 16 Jan 2027 on which meetings are held"),
        (other(time="09:10"), "Meetings begin at whole multiples of 30 minutes."),
        (other(**{"start-day": "4"}), "A meeting can be moved to tomorrow at the earliest"),
        (other(time="3.00"), "03:00"),
    ],
)
def test_what_is_impossible_is_refused_with_the_reason_in_words(
    team: Planned, fields: dict[str, str], told: str
) -> None:
    form = team.path(more="/move")
    with Visitor(team.world, MANAGER) as visitor:
        refused = visitor.send(form, form, **fields)
        assert (refused.status_code, "It can’t be held on" in words(refused)) == (409, True)
        assert told in words(refused)
        checks = visitor.send(form, f"{form}/check", **fields)
        assert told in words(visitor.get(checks.headers["location"])), "checked first, it is said as well"
    assert team.revisions() == 1


def test_whoever_is_in_the_way_is_named_as_a_team_names_them(team: Planned) -> None:
    one, another = team.meeting("plan-1"), team.meeting("plan-2")
    there = other(
        **{"start-day": str(one.start.day), "time": f"{one.start:%H:%M}", "venue": one.venue},
    )
    form = f"/teams/t/meetings/{another.id}/move"
    with Visitor(team.world, MANAGER) as visitor:
        told = visitor.send(form, f"{form}/check", **there)
        said = words(visitor.get(told.headers["location"]))
    assert f"{one.venue} is closed or taken" in said or "is taken" in said


def test_support_may_check_and_not_move_and_is_told_no_reason_about_families(team: Planned) -> None:
    form = team.path(more="/move")
    with Visitor(team.world, SUPPORT) as visitor:
        page = visitor.get(f"{form}?{urlencode({'start': '2027-01-16T09:00', 'venue': 'room-1'})}")
        assert "Something else is in the way" in words(page)
        assert "Move it" not in words(page)
        assert visitor.send(form, form, choice=FREE).status_code == 403
    with Visitor(team.world, WORKER) as visitor:
        assert visitor.get(form).status_code == 403
    assert team.revisions() == 1


def test_an_address_names_a_start_and_a_place_and_nothing_else(team: Planned) -> None:
    form = team.path(more="/move")
    with Visitor(team.world, MANAGER) as visitor:
        linked = visitor.get(f"{form}?start=2027-01-12T09:00&venue=room-1")
        assert "It can be held on Tue 12 Jan 2027, 09:00, room-1" in words(linked)
        for start in ("soon", "2027-01-12T09:00:01", "2027-01-12T09:00+01:00", "9999-12-31T23:59"):
            assert visitor.get(f"{form}?{urlencode({'start': start})}").status_code == 200
        assert visitor.get("/teams/t/meetings/nothing/move").status_code == 404


def test_where_somebody_has_changed_it_since_nothing_is_saved_and_it_is_told_kindly(team: Planned) -> None:
    mine, theirs = team.meeting("plan-2"), team.meeting("plan-1")
    form = f"/teams/t/meetings/{mine.id}/move"
    with Visitor(team.world, MANAGER) as visitor:
        fields = visitor.hidden(form) | {"choice": FREE}
        another = f"/teams/t/meetings/{theirs.id}/move"
        assert visitor.send(another, another, choice="2027-01-13T11:00 room-2").status_code == 303
        stale = visitor.post(form, fields)
        assert stale.status_code == 412
        said = words(stale)
        assert "Somebody has changed the calendar since you looked at it" in said
        assert "manager@t.example moved a meeting" in said
        assert "Core group 1, plan-1 : was" in said
        assert "is now Wed 13 Jan 2027, 11:00 to 12:00, room-2." in said
        assert "Move Core group 1, plan-2 to Tue 12 Jan 2027, 09:00, room-1." in said
        again = f"{form}?start=2027-01-12T09%3A00&venue=room-1"
        assert again in stale.text.replace("&amp;", "&")
        assert visitor.send(again, form, choice=FREE).status_code == 303
    assert team.revisions() == 3


def test_the_last_move_is_undone_and_that_as_well(team: Planned) -> None:
    form, path, before = team.path(more="/move"), team.path(), team.now().meetings
    with Visitor(team.world, MANAGER) as visitor:
        assert "Undo" not in words(visitor.get(path)), "there is nothing to undo"
        assert "Nothing was undone" in words(visitor.get("/teams/t/undone?revision=1")), "opened by hand"
        assert "Nothing was undone" in words(visitor.get("/teams/t/undone"))
        moved = visitor.send(form, form, choice=FREE)
        fields = visitor.hidden(moved.headers["location"])
        undone = visitor.post("/teams/t/undo", fields)
        assert undone.status_code == 303
        said = words(visitor.get(undone.headers["location"]))
        assert "The calendar is as it was before" in said
        assert "Core group 1, plan-2 : Mon 11 Jan 2027, 09:00 to 10:00, room-2 (was Tue 12 Jan 2027" in said
        assert team.now().meetings == before
        assert team.latest().booked == ()
        assert visitor.post("/teams/t/undo", fields).status_code == 412, "it has changed since"
        again = visitor.send(undone.headers["location"], "/teams/t/undo")
        assert again.status_code == 303
        said = words(visitor.get(undone.headers["location"]))
        assert "The calendar has been changed since" in said
    assert team.meeting().pinned
    assert team.revisions() == 4


def test_what_people_have_been_told_of_is_moved_back_and_not_undone(team: Planned) -> None:
    form = team.path(more="/move")
    with Visitor(team.world, MANAGER) as visitor:
        moved = visitor.send(form, form, choice=FREE)
        fields = visitor.hidden(moved.headers["location"])
        team.publish()
        refused = visitor.post("/teams/t/undo", fields)
        assert refused.status_code == 409
        assert "People have been told already" in words(refused)
        assert "Move Core group 1, plan-2 : it was Mon 11 Jan 2027, 09:00 to 10:00, room-2." in words(refused)
        assert f"{form}" in refused.text
        back = visitor.send(form, form, **other(**{"start-day": "11", "venue": "room-2"}))
        assert back.status_code == 303, "a meeting that was put somewhere can be put back"
    assert team.revisions() == 3


def test_whoever_had_answered_for_what_comes_back_has_answered(team: Planned) -> None:
    meeting, calendar = team.meeting(), team.now()
    answer = Answer(status="accepted", at="2027-01-04T10:00:00+00:00", sequence=0)
    people = tuple(one.model_copy(update={"answer": answer}) for one in meeting.attendees)
    answered = meeting.model_copy(update={"attendees": people})
    meetings = tuple(answered if one.id == meeting.id else one for one in calendar.meetings)
    team.answer(calendar.model_copy(update={"meetings": meetings}))
    form = team.path(more="/move")
    with Visitor(team.world, MANAGER) as visitor:
        assert "Accepted on Mon 4 Jan 2027, 10:00" in words(visitor.get(team.path()))
        moved = visitor.send(form, form, choice=FREE)
        assert [one.answer for one in team.meeting().attendees] == [None] * len(people)
        visitor.post("/teams/t/undo", visitor.hidden(moved.headers["location"]))
    assert team.meeting().attendees == people


def verdict(page: Page) -> str:
    return page.locator("#verdict").inner_text()


def test_in_a_browser_the_verdict_comes_as_the_form_is_filled_in(team: Planned, browser: Browsing) -> None:
    with browser.page(team.world, MANAGER) as (page, _):
        page.goto(team.path(more="/move"))
        checked(page)
        page.get_by_label("Day", exact=True).fill("16")
        expect(page.locator("#verdict h2")).to_have_text("It can’t be held on Sat 16 Jan 2027, 09:00, room-2")
        assert page.get_by_label("Another date").is_checked()
        assert "no day on Sat 16 Jan 2027" in verdict(page)
        checked(page)
        page.get_by_label("Day", exact=True).fill("")
        expect(page.locator("#verdict h2")).to_have_count(0)
        page.get_by_label("Tue 12 Jan 2027, 09:00 to 10:00, room-1").check()
        expect(page.locator("#verdict h2")).to_have_text("It can be held on Tue 12 Jan 2027, 09:00, room-1")
        page.get_by_role("button", name="Move it").dblclick()
        expect(page.get_by_role("alert")).to_contain_text("It has not been published yet")
        checked(page)
        page.get_by_role("alert").get_by_role("button", name="Undo").click()
        expect(page.get_by_role("alert")).to_contain_text("The calendar is as it was before")
        checked(page)
    assert team.revisions() == 3


def test_in_a_browser_without_scripts_the_same_is_checked_and_moved(team: Planned, browser: Browsing) -> None:
    with browser.page(team.world, MANAGER, scripts=False) as (page, watched):
        watched.expected.append("412")
        page.goto(team.path(more="/move"))
        page.get_by_label("Another date").check()
        page.get_by_label("Day", exact=True).fill("16")
        page.get_by_role("button", name="Check").click()
        assert "no day on Sat 16 Jan 2027" in verdict(page)
        page.get_by_label("Day", exact=True).fill("12")
        page.get_by_label("Place", exact=True).select_option("room-1")
        page.get_by_role("button", name="Check").click()
        assert "It can be held on Tue 12 Jan 2027, 09:00, room-1" in verdict(page)
        page.get_by_role("button", name="Move it").click()
        assert "Moved to Tue 12 Jan 2027" in page.get_by_role("alert").inner_text()
    assert team.revisions() == 2


def test_by_keyboard_alone_a_meeting_is_moved(team: Planned, browser: Browsing) -> None:
    with browser.page(team.world, MANAGER) as (page, _):
        page.goto(team.path(more="/move"))
        page.locator("#choice").focus()
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
        expect(page.locator("#choice-2")).to_be_focused()
        for _ in range(12):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.textContent") == "Move it":
                break
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("Moved to")
        expect(page.get_by_role("alert")).to_be_focused()
    assert team.revisions() == 2


@pytest.mark.parametrize(("width", "zoom"), [(320, 1.0), (1280, 4.0)])
def test_nothing_runs_out_of_a_narrow_window(
    team: Planned, browser: Browsing, width: int, zoom: float
) -> None:
    with browser.page(team.world, MANAGER, width=width, zoom=zoom) as (page, watched):
        watched.expected.append("412")
        for more in ("", "/move?start=2027-01-16T09:00&venue=room-1", "/rebook", "/why"):
            page.goto(team.path(more=more))
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), more
            checked(page)
