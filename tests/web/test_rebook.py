"""Rebooking: why a meeting is to be elsewhere, the options there are, one accepted by the manager, or wanted by a worker."""

from __future__ import annotations

import pytest
from browsers import Browsing, checked
from meeting_world import MANAGER, SUPPORT, WORKER, Planned, planned_team
from page_visitor import Visitor, words
from playwright.sync_api import expect
from web_world import World

from solver.replan.answers import open_rebookings
from solver.schema.calendar import Answer

pytestmark = pytest.mark.web


@pytest.fixture
def team(served: World) -> Planned:
    return planned_team(served)


def away(**more: str) -> dict[str, str]:
    """The form: somebody can't come on the meeting's day."""
    days = {
        f"{end}-{part}": value
        for end in ("from", "until")
        for part, value in (("day", "11"), ("month", "1"), ("year", "2027"), ("time", ""))
    }
    return {"why": "person", "person": "sw-2"} | days | more


def ask(visitor: Visitor, team: Planned, **fields: str) -> str:
    """Ask for options: where they are."""
    form = team.path(more="/rebook")
    answer = visitor.send(form, form, **fields)
    assert answer.status_code == 303, words(answer)
    return str(answer.headers["location"])


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        (away(), "Person sw-2 can’t come from Mon 11 Jan 2027, 00:00 to Tue 12 Jan 2027, 00:00."),
        (
            away(**{"from-time": "8:30", "until-time": "12.00"}),
            "Person sw-2 can’t come from Mon 11 Jan 2027, 08:30 to Mon 11 Jan 2027, 12:00.",
        ),
        (away(why="venue"), "Room-2 can’t be used from Mon 11 Jan 2027, 00:00 to Tue 12 Jan 2027, 00:00."),
        ({"why": "without", "without": "hv-1"}, "It is to be held without Person hv-1."),
        ({"why": "other"}, "It can’t be when it is now."),
        ({"why": "look"}, "No reason was given."),
    ],
)
def test_options_for_each_reason_are_ranked_with_what_they_cost(
    team: Planned, fields: dict[str, str], told: str
) -> None:
    with Visitor(team.world, MANAGER) as visitor:
        page = words(visitor.get(ask(visitor, team, **fields)))
    assert told in page
    assert "1. " in page
    assert "people to ask, with" in page or "person to ask, with" in page
    assert "The best there is" in page
    assert team.revisions() == 1, "nothing is decided"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, "Say why the meeting is to be elsewhere"),
        (away(person=""), "Say who can’t come"),
        (away(person="sw-1"), "Say who can’t come"),
        ({"why": "without", "without": "nobody"}, "Say who doesn’t come"),
        (away(**{"from-day": "x"}), "The date must be a real date"),
        (away(**{"until-time": "late"}), "The time must be like 14:00"),
        (away(**{"until-day": "8"}), "The end must be after the beginning"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(team: Planned, fields: dict[str, str], told: str) -> None:
    form = team.path(more="/rebook")
    with Visitor(team.world, MANAGER) as visitor:
        answer = visitor.send(form, form, **fields)
    assert (answer.status_code, f"There is a problem {told}" in words(answer)) == (422, True)


def test_a_meeting_is_not_held_without_somebody_essential(team: Planned) -> None:
    form = team.path(more="/rebook")
    with Visitor(team.world, MANAGER) as visitor:
        refused = visitor.send(form, form, why="without", without="sw-2")
    assert refused.status_code == 409
    assert "Person sw-2 is essential" in words(refused)


def test_an_option_is_accepted_once_and_the_facts_are_kept(team: Planned) -> None:
    with Visitor(team.world, MANAGER) as visitor:
        path = ask(visitor, team, **away())
        fields = visitor.hidden(path) | {"option": "2"}
        accepted = visitor.post(f"{path}/accept", fields)
        assert accepted.status_code == 303, words(accepted)
        again = visitor.post(f"{path}/accept", fields)
        assert again.headers["location"] == accepted.headers["location"]
        assert "Rebooked: now on" in words(visitor.get(accepted.headers["location"]))
        assert "Option 2 was accepted." in words(visitor.get(path))
        assert visitor.send(path, f"{path}/accept", option="1").status_code == 412
    assert team.revisions() == 2
    worker = next(one for one in team.latest().people if one.id == "sw-2")
    assert len(worker.busy) == 1
    assert team.meeting().start.day != 11


def test_nothing_chosen_is_asked_for_again(team: Planned) -> None:
    with Visitor(team.world, MANAGER) as visitor:
        path = ask(visitor, team, why="look")
        nothing = visitor.send(path, f"{path}/accept")
        assert "There is a problem Choose one of the options" in words(
            visitor.get(nothing.headers["location"])
        )
        assert visitor.send(path, f"{path}/accept", option="99").status_code == 422
    assert team.revisions() == 1


def test_a_worker_asks_and_the_manager_accepts(team: Planned) -> None:
    with Visitor(team.world, WORKER) as worker:
        path = ask(worker, team, **away())
        assert "Accept this option" not in words(worker.get(path))
        assert worker.send(path, f"{path}/accept", option="1").status_code == 403
        asked = worker.send(path, f"{path}/ask", option="3")
        assert "Your manager is asked to rebook this meeting" in words(worker.get(asked.headers["location"]))
        worker.send(path, f"{path}/ask", option="1")
        assert "Asked for by worker@t.example" in words(worker.get(team.path()))
    with Visitor(team.world, MANAGER) as visitor:
        assert "1 request to rebook it" in words(visitor.get(team.path()))
        assert "1 meeting waits to be rebooked" in words(visitor.get("/teams/t"))
        listed = words(visitor.get("/teams/t/rebookings"))
        assert "Waiting to be rebooked (1)" in listed
        assert "Person sw-2 can’t come from Mon 11 Jan 2027, 00:00" in listed
        page = visitor.get(path)
        assert "worker@t.example has asked the manager to rebook it, best with option 3." in words(page)
        assert visitor.send(path, f"{path}/accept", option="3").status_code == 303
        assert "Nobody has asked" in words(visitor.get("/teams/t/rebookings"))
        assert "to be rebooked" not in words(visitor.get("/teams/t"))
    assert team.revisions() == 2


def test_options_of_a_calendar_that_has_changed_are_found_again_and_still_wanted(team: Planned) -> None:
    with Visitor(team.world, WORKER) as worker:
        path = ask(worker, team, why="other")
        worker.send(path, f"{path}/ask", option="1")
    with Visitor(team.world, MANAGER) as visitor:
        form = team.path("plan-1", "/move")
        assert visitor.send(form, form, choice="2027-01-13T11:00 room-2").status_code == 303
        assert "The calendar has changed since." in words(visitor.get("/teams/t/rebookings"))
        assert "none of them can be accepted any more" in words(visitor.get(path))
        stale = visitor.send(path, f"{path}/accept", option="1")
        assert stale.status_code == 412
        assert "manager@t.example moved a meeting" in words(stale)
        newer = visitor.send(path, f"{path}/again").headers["location"]
        assert newer != path
        assert "worker@t.example has asked the manager to rebook it." in words(visitor.get(newer))
        assert words(visitor.get("/teams/t/rebookings")).count("Asked for by") == 1
        assert visitor.send(newer, f"{newer}/accept", option="1").status_code == 303
    assert team.revisions() == 3


def test_a_request_is_closed_without_moving_anything(team: Planned) -> None:
    with Visitor(team.world, WORKER) as worker:
        path = ask(worker, team, why="other")
        worker.send(path, f"{path}/ask", option="1")
        assert worker.send(path, f"{path}/close").status_code == 403
    with Visitor(team.world, MANAGER) as visitor:
        closed = visitor.send(path, f"{path}/close")
        assert "The request is closed" in words(visitor.get(closed.headers["location"]))
        assert "Nobody has asked" in words(visitor.get("/teams/t/rebookings"))
        assert "That has been dealt with." in words(visitor.get(path))
    assert team.revisions() == 1


def test_a_worker_sees_nothing_of_other_plans_options(team: Planned) -> None:
    with Visitor(team.world, MANAGER) as visitor:
        form = team.path("plan-1", "/rebook")
        path = visitor.send(form, form, why="other").headers["location"]
        assert "plan-1" in words(visitor.get(path))
    with Visitor(team.world, WORKER) as worker:
        for address in (
            path,
            team.path("plan-1"),
            team.path("plan-1", "/rebook"),
            team.path("plan-1", "/why"),
        ):
            assert worker.get(address).status_code == 404
        assert worker.post(f"{path}/ask", {}).status_code == 404
    with Visitor(team.world, "manager@oak.example") as stranger:
        assert stranger.get(path).status_code == 404
        assert stranger.get(path.replace("/teams/t/", "/teams/oak/")).status_code == 404


def test_somebody_essential_who_declines_opens_the_meeting(team: Planned) -> None:
    meeting, calendar = team.meeting(), team.now()
    answer = Answer(status="declined", at="2027-01-04T10:00:00+00:00", sequence=0)
    people = tuple(
        one.model_copy(update={"answer": answer if one.person == "sw-2" else None})
        for one in meeting.attendees
    )
    declined = meeting.model_copy(update={"attendees": people})
    meetings = tuple(declined if one.id == meeting.id else one for one in calendar.meetings)
    opened = {"meetings": meetings, "rebookings": open_rebookings(meetings)}
    team.answer(calendar.model_copy(update=opened))
    with Visitor(team.world, MANAGER) as visitor:
        told = "Person sw-2 can’t come (answered Mon 4 Jan 2027, 10:00)"
        assert told in words(visitor.get(team.path()))
        assert "Person sw-2 can’t come." in words(visitor.get("/teams/t/rebookings"))
        path = ask(visitor, team, **away())
        visitor.send(path, f"{path}/accept", option="1")
        assert "No meeting has to be looked at again." in words(visitor.get("/teams/t/rebookings"))


def test_a_meeting_that_was_put_somewhere_is_rebooked_and_stays_where_that_puts_it(team: Planned) -> None:
    form = team.path(more="/move")
    with Visitor(team.world, MANAGER) as visitor:
        visitor.send(form, form, choice="2027-01-12T09:00 room-1")
        path = ask(visitor, team, why="other")
        assert visitor.send(path, f"{path}/accept", option="1").status_code == 303
    assert team.meeting().pinned
    assert f"{team.meeting().start:%d %H:%M}" != "12 09:00"
    assert [one.id for one in team.latest().booked] == [team.meeting().id]
    assert team.revisions() == 3


def test_support_sees_options_without_a_sentence_about_families(team: Planned) -> None:
    with Visitor(team.world, SUPPORT) as visitor:
        page = words(visitor.get(ask(visitor, team, why="look")))
        assert "1. " in page
        assert "The best there is" not in page


def test_in_a_browser_a_worker_asks_and_the_manager_accepts(team: Planned, browser: Browsing) -> None:
    with browser.page(team.world, WORKER, width=320) as (page, _):
        page.goto(team.path())
        page.get_by_role("button", name="Ask for another time").click()
        page.get_by_label("Somebody can’t come then").check()
        page.get_by_label("Who?").select_option("sw-2")
        checked(page)
        assert page.get_by_label("Without whom?").is_hidden()
        page.get_by_role("button", name="See the options").click()
        page.locator("#option-2").check()
        checked(page)
        page.get_by_role("button", name="Ask the manager to rebook").click()
        expect(page.get_by_role("alert")).to_contain_text("Your manager is asked")
    with browser.page(team.world, MANAGER) as (page, _):
        page.goto("/teams/t/rebookings")
        checked(page)
        page.get_by_role("link", name="Core group 1, plan-2").click()
        expect(page.locator("#option-2")).to_be_checked()
        checked(page)
        page.get_by_role("button", name="Accept this option").dblclick()
        expect(page.get_by_role("alert")).to_contain_text("Rebooked: now on")
    assert team.revisions() == 2
