"""One's own meetings: as they were published, what has changed, what was asked for; the file of them; the menu of each role."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from browsers import Browsing, checked
from caseload_pages import team_of
from icalendar import Calendar as Ics
from marked_teams import FOREIGN, OTHER, OWN, REST, marked_teams
from meeting_world import MANAGER, SUPPORT, WORKER, Planned, planned_team
from page_states import with_tasks
from page_visitor import Visitor, words
from sqlalchemy import select
from web_world import World, world

from service.api import publishing
from service.pages.mine_view import day_words
from service.store.tables import CalendarEntry

pytestmark = pytest.mark.web
MINE = "/teams/t/mine"
Visit = Callable[[str], Visitor]


@pytest.fixture
def team(served: World) -> Planned:
    return planned_team(served)


def publish(team: Planned) -> None:
    """As a manager does it: everybody is told."""
    with Visitor(team.world, MANAGER) as manager:
        hidden = manager.hidden("/teams/t/publish")
        sent = {"calendar": team.entry, "revision": str(team.now().revision), "key": str(team.now().revision)}
        answer = manager.post("/teams/t/publish", hidden | sent)
        assert answer.status_code == 303, words(answer)


def move(team: Planned, choice: str) -> None:
    """Put the worker's first meeting elsewhere; nobody is told yet."""
    form = team.path(more="/move")
    with Visitor(team.world, MANAGER) as manager:
        assert manager.send(form, form, choice=choice).status_code == 303


def ask(team: Planned, worker: Visitor) -> str:
    """Ask for another time: where the options are."""
    form = team.path(more="/rebook")
    path = str(worker.send(form, form, why="other").headers["location"])
    assert worker.send(path, f"{path}/ask", option="1").headers["location"].endswith("/mine?done=asked")
    return path


def test_a_draft_is_not_taken_for_a_booking(team: Planned) -> None:
    with Visitor(team.world, WORKER) as worker:
        page = words(worker.get(MINE))
        assert "Nothing is published yet" in page
        assert "Core group" not in page
        assert worker.get(f"{MINE}.ics").headers["location"] == MINE
        meeting = worker.get(team.path())
        assert "A draft: nothing of this calendar is published." in words(meeting)
        assert ".ics" not in meeting.text, "nobody imports what isn't published"


def test_what_is_published_is_shown_as_one_may_see_it(team: Planned) -> None:
    publish(team)
    meeting = team.meeting()
    with Visitor(team.world, WORKER) as worker:
        page = words(worker.get(MINE))
    assert f"{meeting.start:%H:%M} to {meeting.end:%H:%M} Core group 1, plan-2" in page
    assert "Next" in page
    assert "plan-1" not in page
    assert "Person mother-2" not in page
    assert "In your calendar: Meeting, ref" in page
    assert "Nothing is published" not in page


def test_what_is_being_changed_is_told_and_not_gone_by(team: Planned) -> None:
    publish(team)
    was = team.meeting()
    move(team, "2027-01-12T09:00 room-1")
    with Visitor(team.world, WORKER) as worker:
        page = words(worker.get(MINE))
        assert f"{was.start:%H:%M} to {was.end:%H:%M} Core group 1, plan-2" in page
        assert "A change is being prepared: it would be on Tue 12 Jan 2027, 09:00" in page
        event = Ics.from_ical(worker.get(f"{MINE}.ics").content).walk("VEVENT")[0]
        assert event["DTSTART"].dt.replace(tzinfo=None) == was.start
        told = words(worker.get(team.path()))
        assert "Not published: nobody has been told of this time and place." in told
        assert f"{was.start:%H:%M} to {was.end:%H:%M}" in told
    team.world.clock.at += timedelta(hours=1)
    publish(team)
    with Visitor(team.world, WORKER) as worker:
        page = words(worker.get(MINE))
        assert "09:00 to 10:00 Core group 1, plan-2 Next Moved" in page
        assert f"it was to be on {was.start:%a} {was.start.day} Jan 2027, {was.start:%H:%M}" in page
        assert "A change is being prepared" not in page
        event = Ics.from_ical(worker.get(f"{MINE}.ics").content).walk("VEVENT")[0]
        assert event["DTSTART"].dt.replace(tzinfo=None) == datetime(2027, 1, 12, 9)
    team.world.clock.at += timedelta(days=15)
    with Visitor(team.world, WORKER) as worker:
        assert "Moved" not in words(worker.get(MINE)), "after two weeks it isn't news"


def test_what_is_called_off_is_said(team: Planned) -> None:
    publish(team)
    calendar, gone = team.now(), team.meeting()
    team.world.clock.at += timedelta(hours=1)
    left = tuple(one for one in calendar.meetings if one.id != gone.id)
    tasks = tuple(one for one in calendar.tasks if one.meeting != gone.id)
    team.world.revise(team.entry, calendar.model_copy(update={"meetings": left, "tasks": tasks}))
    with Visitor(team.world, WORKER) as worker:
        assert "it would not be held with you" in words(worker.get(MINE))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(publishing, "_check_rules", lambda found: None)
        publish(team)
    with Visitor(team.world, WORKER) as worker:
        page = words(worker.get(MINE))
    assert "Called off: the meeting with ref" in page
    assert f"{gone.start:%H:%M} to {gone.end:%H:%M}" in page


def test_the_file_is_of_ones_own_meetings_and_numbered_as_the_invites(team: Planned) -> None:
    publish(team)
    with Visitor(team.world, WORKER) as worker:
        answer = worker.get(f"{MINE}.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    assert answer.headers["content-disposition"] == 'attachment; filename="my-meetings.ics"'
    calendar = Ics.from_ical(answer.content)
    mine = [one for one in team.now().meetings if any(place.person == "sw-2" for place in one.attendees)]
    events = calendar.walk("VEVENT")
    assert (calendar["METHOD"], len(events)) == ("PUBLISH", len(mine))
    assert sorted(one["DTSTART"].dt.replace(tzinfo=None) for one in events) == sorted(
        one.start for one in mine
    )
    assert {int(one["SEQUENCE"]) for one in events} == {0}
    assert not any(word in answer.text for word in ("plan-", "mother", "child", "ATTENDEE"))


def test_a_request_is_open_then_answered(team: Planned) -> None:
    publish(team)
    with Visitor(team.world, WORKER) as worker, Visitor(team.world, MANAGER) as manager:
        path = ask(team, worker)
        page = words(worker.get(f"{MINE}?done=asked"))
        assert "Your manager hasn’t decided yet." in page
        assert "You have asked for another time." in page
        assert "Can’t make it?" in words(worker.get(f"{MINE}?all=yes")), "of the other meetings"
        assert "You have asked your manager to rebook it, best with option 1." in words(worker.get(path))
        form = words(worker.get(team.path(more="/rebook")))
        assert f"It has to be held by {team.meeting().window.due:%a} " in form
        assert "until they decide, the meeting stays where it is" in form
        manager.send(path, f"{path}/close", reply="The chair has no other day")
        page = words(worker.get(MINE))
        assert "Your manager leaves it where it is" in page
        assert "They say: “The chair has no other day”" in page
        assert "The chair has no other day" in words(worker.get(path))
        assert "The chair has no other day" in words(manager.get(path))
    with Visitor(team.world, SUPPORT) as support:
        assert "The chair has no other day" not in support.get(path).text, "they see no free text"


def test_a_request_that_is_granted_says_whether_others_know(team: Planned) -> None:
    publish(team)
    with Visitor(team.world, WORKER) as worker, Visitor(team.world, MANAGER) as manager:
        path = ask(team, worker)
        assert manager.send(path, f"{path}/accept", option="1").status_code == 303
        page = words(worker.get(MINE))
        assert "Rebooked" in page
        assert "It isn’t published yet" in page
        team.world.clock.at += timedelta(hours=1)
        publish(team)
        assert "Everybody is told." in words(worker.get(MINE))


def test_a_request_is_taken_back_by_whoever_asked_and_nobody_else(team: Planned) -> None:
    publish(team)
    with Visitor(team.world, WORKER) as worker, Visitor(team.world, MANAGER) as manager:
        path = ask(team, worker)
        assert manager.send(path, f"{path}/withdraw").headers["location"] == path
        assert "1 request to rebook it" in words(manager.get(team.path()))
        done = worker.send(path, f"{path}/withdraw").headers["location"]
        assert "You have taken your request back" in words(worker.get(done))
        assert "Your manager hasn’t decided yet" not in words(worker.get(done))
        assert "Nobody has asked" in words(manager.get("/teams/t/rebookings"))
        assert worker.send(path, f"{path}/withdraw").headers["location"] == path, "once"


def test_whoever_is_nobody_in_the_caseload_is_told_why(team: Planned) -> None:
    publish(team)
    with Visitor(team.world, MANAGER) as manager:
        assert "Your account isn’t tied to anybody" in words(manager.get(MINE))
        assert manager.get(f"{MINE}.ics").headers["location"] == MINE
    team.world.is_person(WORKER, "sw-99")
    with Visitor(team.world, WORKER) as worker:
        assert "has nobody whom your account is tied to" in words(worker.get(MINE))
        assert worker.get(f"{MINE}.ics").headers["location"] == MINE
    team.world.is_person(MANAGER, "sw-1")
    with Visitor(team.world, MANAGER) as manager:
        assert "Core group 1, plan-1" in words(manager.get(MINE))
        assert f'href="{MINE}"' in manager.get("/teams/t").text


def test_no_calendar_and_nothing_more_to_come(served: World, visit: Visit, team: Planned) -> None:
    assert "No calendar has been planned" in words(visit("worker@yew.example").get("/teams/yew/mine"))
    publish(team)
    last = max(one.end for one in team.now().meetings)
    served.clock.at = last.replace(tzinfo=UTC) + timedelta(days=1)
    page = words(visit(WORKER).get(MINE))
    assert "You have no meetings to come" in page
    assert "Download all" not in page


def test_what_is_far_away_is_shown_when_asked_for(served: World, visit: Visit) -> None:
    caseload, calendar = team_of(24, "yew")
    served.give(caseload, with_tasks(calendar), published=True)
    served.is_person("worker@yew.example", "sw-1")
    worker = visit("worker@yew.example")
    page, whole = worker.get("/teams/yew/mine"), worker.get("/teams/yew/mine?all=yes")
    assert "more meetings, until" in words(page)
    assert whole.text.count("<article") > page.text.count("<article") > 0
    assert "That is all:" in words(whole)
    assert "Your tasks: " in words(whole)


def test_a_confidential_place_is_not_written(served: World, visit: Visit) -> None:
    caseload, calendar = team_of(24, "yew")
    places = {one.id for one in caseload.venues if one.confidential}
    held = next(one for one in calendar.meetings if one.venue in places)
    served.give(caseload, calendar, published=True)
    served.is_person("worker@yew.example", held.attendees[0].person)
    worker = visit("worker@yew.example")
    page = worker.get("/teams/yew/mine?all=yes")
    assert "Not written here: your team tells you where" in words(page)
    for venue in caseload.venues:
        if venue.confidential:
            for word in (venue.name, venue.address):
                assert not word or word not in page.text + worker.get("/teams/yew/mine.ics").text


def test_nothing_of_others_is_in_it(tmp_path: Path) -> None:
    with world(tmp_path) as made:
        marked_teams(made)
        with made.store.writing() as session:
            for entry in session.scalars(select(CalendarEntry)):
                entry.published = entry.revision
        with Visitor(made, "worker@yew.example") as worker:
            answers = [worker.get(f"/teams/yew/mine{more}") for more in ("", "?all=yes", ".ics")]
            told = "".join(answer.text for answer in answers)
            assert [answer.status_code for answer in answers] == [200, 200, 200]
            assert worker.get("/teams/oak/mine.ics").status_code == 404
    assert OWN in told, "so that what is looked for can be found"
    assert not [mark for mark in (REST, OTHER, FOREIGN) if mark in told]


def test_the_menu_has_what_a_role_does_most_first(served: World, visit: Visit) -> None:
    served.is_person("worker@yew.example", "worker-1")

    def menu(role: str) -> list[str]:
        text = visit(f"{role}@yew.example").get("/teams/yew/figures").text
        _, _, rest = text.partition('aria-label="Menu"')
        links = rest.partition("</nav>")[0].split("<a ")[1:]
        return [" ".join(words_of(one).split()) for one in links]

    assert menu("manager") == [
        "Caseload", "Week", "Tasks", "Late and missing", "Workload", "Figures", "Upload", "Plan and publish",
        "What people see", "History",
    ]  # fmt: skip
    assert menu("worker")[:4] == ["My meetings", "Week", "Tasks", "Caseload"]
    assert menu("worker")[-1] == "My calendar feed"
    assert menu("support")[:5] == ["Tasks", "Week", "Caseload", "Late and missing", "Letters and mails"]
    assert menu("auditor")[:2] == ["History", "Figures"]


def words_of(link: str) -> str:
    """What a link says."""
    return re.sub(r"<[^>]*>", " ", link.partition(">")[2].partition("</a>")[0])


@pytest.mark.parametrize(("role", "where"), [("worker", "/teams/yew/mine"), ("manager", "/teams/yew")])
def test_a_worker_begins_with_their_own_meetings(visit: Visit, role: str, where: str) -> None:
    assert visit(f"{role}@yew.example").get("/").headers["location"] == where


@pytest.mark.parametrize("width", [320, 1280])
def test_in_a_browser(team: Planned, browser: Browsing, width: int) -> None:
    with browser.page(team.world, WORKER, width=width) as (page, _):
        page.goto(MINE)
        checked(page)
        publish(team)
        page.reload()
        checked(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(
    ("on", "told"),
    [(23, "Today, Mon 23 Nov"), (24, "Tomorrow, Tue 24 Nov"), (26, "Thu 26 Nov"), (70, "Sat 9 Jan 2027")],
)
def test_days_are_said_as_people_say_them(on: int, told: str) -> None:
    today = date(2026, 11, 23)
    assert day_words(today + timedelta(days=on - 23), today) == told
