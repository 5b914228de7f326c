"""A meeting's page: what it says, to whom; what it doesn't; and the states that a meeting can be in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from browsers import Browsing, checked
from made_calendars import made_calendar, made_policy, made_team
from meeting_world import MANAGER, SUPPORT, WORKER, Planned, planned_team
from page_visitor import Visitor, words
from playwright.sync_api import expect
from solver_cases import lone, read
from web_world import World

from service.pages.meeting_view import view_meeting
from service.pages.meeting_words import Sentences
from solver.schema.calendar import Calendar, Meeting
from solver.schema.caseload import Caseload

pytestmark = pytest.mark.web


@pytest.fixture
def team(served: World) -> Planned:
    return planned_team(served)


@dataclass
class Made:
    """A calendar with one of everything."""

    world: World
    caseload: Caseload
    calendar: Calendar

    def path(self, meeting: Meeting) -> str:
        return f"/teams/{self.caseload.team.id}/meetings/{meeting.id}"


@pytest.fixture
def made(served: World) -> Made:
    caseload = made_team(40)
    calendar = made_calendar(caseload, made_policy())
    served.give(caseload, calendar)
    return Made(served, caseload, calendar)


def manager(made: Made) -> str:
    return f"manager@{made.caseload.team.id}.example"


def test_a_meeting_is_told_in_words(team: Planned) -> None:
    with Visitor(team.world, MANAGER) as visitor:
        page = words(visitor.get(team.path()))
        why = words(visitor.get(team.path(more="/why")))
        file = visitor.get(f"/v1/meetings/{team.meeting().id}.ics?calendar={team.entry}")
    for told in (
        "Core group 1, plan-2",
        "Mon 11 Jan 2027, 09:00 to 10:00",
        "Thu 14 Jan 2027: 3 working days to spare",
        "The window is from Mon 4 Jan 2027 to Thu 14 Jan 2027",
        "Person sw-2 social worker Comes Essential No answer yet",
        "Parent Comes Expected No answer yet",
        "Travel, weekdays, workload and room sizes 6",
        "After: Mon 1 Feb 2027",
        "These are the very words of their invites.",
    ):
        assert told in page
    assert "Times and venues in its window" in why
    assert "The next best" in why
    assert file.text.startswith("BEGIN:VCALENDAR")


def test_family_members_go_by_their_role_everywhere(team: Planned) -> None:
    pages = ("", "/why", "/move?start=2027-01-16T09:00&venue=room-1", "/rebook")
    with Visitor(team.world, MANAGER) as visitor:
        for more in pages:
            text = visitor.get(team.path(more=more)).text
            assert "Person mother-2" not in text
            assert more == "/rebook" or "mother-2" not in text, "nor by an id that may say who they are"


def test_a_worker_sees_their_own_meeting_and_no_invite_of_others(team: Planned) -> None:
    with Visitor(team.world, WORKER) as visitor:
        page = visitor.get(team.path())
        assert page.status_code == 200
        assert "plan-1" not in page.text
        assert "very words of their invites" not in words(page)
        assert "Ask for another time" in words(page)
        assert "Move it" not in words(page)
        why = visitor.get(team.path(more="/why"))
        assert "Other times that are free" in words(why)
        assert "plan-1" not in why.text
        assert visitor.get(team.path("plan-1")).status_code == 404


def test_support_sees_who_is_invited_and_no_sentence_of_why(made: Made) -> None:
    late = next(
        one
        for one in made.calendar.meetings
        if any(breach.meeting == one.id and breach.reasons for breach in made.calendar.breaches)
    )
    reason = next(one for one in made.calendar.breaches if one.meeting == late.id).reasons[0].text
    support = f"support@{made.caseload.team.id}.example"
    with Visitor(made.world, support) as visitor, Visitor(made.world, manager(made)) as boss:
        sentences = Sentences(made.caseload)
        assert sentences.text(reason) in words(boss.get(made.path(late)))
        told = words(visitor.get(made.path(late)))
        assert "late" in told
        assert sentences.text(reason) not in told
        assert "very words of their invites" in told


def test_every_state_of_a_meeting_is_told(made: Made) -> None:
    by: dict[str, Callable[[Meeting], object]] = {
        "Pinned: somebody booked it here": lambda one: one.pinned,
        "Provisional: it is after the next review": lambda one: one.provisional,
        "Held in two sittings": lambda one: one.sittings,
        "comes for": lambda one: any(place.status == "deputy" and place.for_ for place in one.attendees),
        "written report": lambda one: any(place.status == "report" for place in one.attendees),
        "late": lambda one: one.breach_days > 0,
    }
    with Visitor(made.world, manager(made)) as visitor:
        for told, matches in by.items():
            meeting = next(one for one in made.calendar.meetings if matches(one))
            assert told.casefold() in words(visitor.get(made.path(meeting))).casefold(), told


def test_a_confidential_place_is_never_named(made: Made) -> None:
    secret = {one.id: one for one in made.caseload.venues if one.confidential}
    assert secret
    there = [one for one in made.calendar.meetings if one.venue in secret]
    elsewhere = next(one for one in made.calendar.meetings if one.venue not in secret)
    assert there
    with Visitor(made.world, manager(made)) as visitor:
        page = visitor.get(made.path(there[0]))
        assert "Confidential venue" in words(page)
        for place in secret.values():
            assert place.name not in page.text
            assert place.id not in page.text
            form = visitor.get(f"{made.path(elsewhere)}/move").text
            assert place.name not in form
            assert place.id not in form, "it isn't offered to another family"


def test_what_has_been_held_stays_where_it_was(team: Planned) -> None:
    team.world.clock.at = datetime(2027, 1, 11, 9, 30, tzinfo=UTC)
    with Visitor(team.world, MANAGER) as visitor:
        page = words(visitor.get(team.path()))
        assert "has begun, or has been held" in page
        assert "Move it" not in page
        assert "has begun, or has been held" in words(visitor.get(team.path(more="/move")))
        assert "has begun, or has been held" in words(visitor.get(team.path(more="/rebook")))


def test_a_meeting_that_is_gone_is_told_of_as_gone_to_those_who_saw_it(team: Planned) -> None:
    meeting, path = team.meeting(), team.path()
    rest = tuple(one for one in team.now().meetings if one.id != meeting.id)
    team.world.revise(team.entry, team.now().model_copy(update={"meetings": rest}), "rebooked")
    with Visitor(team.world, MANAGER) as visitor:
        gone = visitor.get(path)
        assert (gone.status_code, "no longer in the calendar" in words(gone)) == (404, True)
        assert "Page not found" in words(visitor.get("/teams/t/meetings/never"))
    team.world.is_person(WORKER, "sw-1")
    with Visitor(team.world, WORKER) as visitor:
        assert "no longer in the calendar" not in words(visitor.get(path))


def test_what_each_person_sees_is_what_their_invite_says(team: Planned) -> None:
    with Visitor(team.world, SUPPORT) as visitor:
        page = words(visitor.get(team.path()))
    assert "Meeting, ref" in page
    assert "With: Person hv-1 (health visitor)." in page


def test_sentences_have_names_where_the_solver_has_ids() -> None:
    caseload, _ = read(lone())
    sentences = Sentences(caseload)
    assert sentences.text("Person sw-1 (sw-1) is at another meeting.") == "Person sw-1 is at another meeting."
    assert sentences.text("parent mother-1 works then.") == "parent works then."
    assert sentences.text("Ask mother-1.") == "Ask parent."
    assert sentences.text("Person mother-1 comes.") == "parent comes."
    assert sentences.text("room-1 is taken; room-10 isn't.") == "room-1 is taken; room-10 isn't."
    assert sentences.text("plan-1.core_group.1 stays.") == "plan-1.core_group.1 stays."


def test_the_picture_lies_within_its_line(made: Made) -> None:
    now = datetime(2026, 12, 7, 9, tzinfo=UTC)
    sentences = Sentences(made.caseload)
    for meeting in made.calendar.meetings:
        shown = view_meeting(made.caseload, made.calendar, meeting, now, sentences).picture
        begin, width = shown.window
        assert 0 <= begin < begin + width <= 600
        assert 0 <= shown.held <= 600
        assert shown.late == (meeting.start.date() > meeting.window.due)
        assert (shown.held > begin + width) == shown.late


def test_in_a_browser_why_comes_by_itself_and_all_of_it_is_accessible(
    team: Planned, browser: Browsing
) -> None:
    with browser.page(team.world, MANAGER) as (page, _):
        page.goto(team.path())
        expect(page.locator("[data-why-here]")).to_contain_text("The next best")
        page.get_by_text("Person hv-1").last.click()
        checked(page)
        page.emulate_media(media="print")
        assert page.get_by_role("link", name="Move it", exact=True).count() == 0
        page.emulate_media(media="screen")
        page.get_by_role("link", name="Move it there").first.click()
        expect(page.locator("#verdict")).to_contain_text("It can be held on")
    with browser.page(team.world, WORKER, scripts=False) as (page, _):
        page.goto(team.path())
        page.get_by_role("link", name="Why it is there").click()
        assert "Other times that are free" in page.inner_text("main")


def test_in_a_browser_every_state_is_accessible(made: Made, browser: Browsing) -> None:
    picked = {
        id(one): one
        for matches in (
            lambda one: one.sittings,
            lambda one: one.breach_days,
            lambda one: one.provisional,
            lambda one: any(place.status == "report" for place in one.attendees),
        )
        for one in [next(filter(matches, made.calendar.meetings))]
    }
    with browser.page(made.world, manager(made), width=320) as (page, _):
        # The desk is for calendars that were really planned.
        page.route("**/why", lambda route: route.fulfill(status=200, content_type="text/html", body=""))
        for meeting in picked.values():
            page.goto(made.path(meeting))
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            checked(page)
