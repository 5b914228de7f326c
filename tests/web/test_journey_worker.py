"""A social worker between two visits: sees their meetings, takes the file, asks for another time, and reads the answer.

Walked on a phone by what can be read on the screen alone; at the end is looked at what really is in the store and in the file.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from browsers import Browsing, checked
from icalendar import Calendar as Ics
from meeting_world import MANAGER, WORKER, Planned, planned_team
from page_visitor import Visitor, words
from playwright.sync_api import Locator, Page, expect
from web_world import World

from service.pages.rebooking_wanted import FIELD

pytestmark = pytest.mark.web
Act = Callable[[Locator], None]
TITLE = "Core group 1, plan-2"


@pytest.fixture
def team(served: World) -> Planned:
    made = planned_team(served)
    publish(made)
    return made


def publish(team: Planned) -> None:
    """As a manager does it; how, is another journey."""
    with Visitor(team.world, MANAGER) as manager:
        hidden = manager.hidden("/teams/t/publish")
        sent = {"calendar": team.entry, "revision": str(team.now().revision), "key": str(team.now().revision)}
        answer = manager.post("/teams/t/publish", hidden | sent)
        assert answer.status_code == 303, words(answer)


def click(target: Locator) -> None:
    """With a mouse, or a finger."""
    target.click()


def by_keyboard(target: Locator) -> None:
    """With the keys alone: from wherever one is, on with Tab until it is there."""
    page = target.page
    for _ in range(150):
        page.keyboard.press("Tab")
        if target.evaluate("one => one === document.activeElement"):
            break
    else:
        raise AssertionError(f"not reached by keyboard: {target}")
    is_box = target.evaluate("one => one.type === 'radio'")
    page.keyboard.press("Space" if is_box else "Enter")


def sign_in(page: Page, act: Act, subject: str) -> None:
    act(page.get_by_role("button", name=f"Sign in as {subject}"))


def file_of(page: Page, act: Act, folder: Path) -> Ics:
    """Download all one's meetings."""
    with page.expect_download() as downloading:
        act(page.get_by_role("link", name="Download all my meetings (.ics)"))
    path = folder / downloading.value.suggested_filename
    downloading.value.save_as(path)
    assert path.name == "my-meetings.ics"
    for word in (b"plan-", b"mother", b"child", b"parent"):
        assert word not in path.read_bytes()
    made = Ics.from_ical(path.read_bytes())
    assert isinstance(made, Ics)
    return made


def times(calendar: Any) -> list[Any]:
    """When the meetings of a file begin, as a clock on the wall says."""
    return sorted(one["DTSTART"].dt.replace(tzinfo=None) for one in calendar.walk("VEVENT"))


def own(team: Planned) -> list[Any]:
    """When the worker's meetings begin, as the store has them."""
    return sorted(
        one.start for one in team.now().meetings if any(place.person == "sw-2" for place in one.attendees)
    )


def ask(page: Page, act: Act, look: Callable[[], None]) -> None:
    """From one's meetings to the request."""
    expect(page.get_by_role("heading", name="My meetings")).to_be_visible()
    look()
    act(page.get_by_role("link", name="Can’t make it? Ask for another time").first)
    expect(page.get_by_label("Somebody can’t come then")).to_be_checked()
    expect(page.get_by_label("Who?")).to_have_value("sw-2")
    expect(page.get_by_text("you are expected there")).to_be_visible()
    look()
    act(page.get_by_role("button", name="See the options"))
    expect(page.get_by_role("heading", name=f"Options for {TITLE}")).to_be_visible()
    look()
    act(page.get_by_role("radio").first)
    act(page.get_by_role("button", name="Ask the manager to rebook"))
    expect(page.get_by_role("alert")).to_contain_text("Your manager is asked to rebook this meeting")
    expect(page.get_by_text("Your manager hasn’t decided yet.")).to_be_visible()
    look()


def test_by_mouse_to_the_answer(team: Planned, browser: Browsing, tmp_path: Path) -> None:
    before = own(team)
    with browser.page(team.world, None, width=320) as (page, _):

        def look() -> None:
            checked(page)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

        page.goto("/")
        sign_in(page, click, WORKER)
        assert times(file_of(page, click, tmp_path)) == before
        ask(page, click, look)
        (row,) = team.rows()
        assert (row.request[FIELD]["option"], row.accepted, team.revisions()) == (1, None, 1)
        page.get_by_role("button", name="Sign out").click()
        page.goto("/")
        sign_in(page, click, MANAGER)
        expect(page.get_by_role("heading", name="Caseload")).to_be_visible()
        page.get_by_role("link", name="rebook").first.click()
        page.get_by_role("link", name=TITLE).first.click()
        expect(page.get_by_role("radio").first).to_be_checked()
        page.get_by_role("button", name="Accept this option").click()
        expect(page.get_by_role("alert")).to_contain_text("Rebooked: now on")
        page.get_by_role("button", name="Sign out").click()
        page.goto("/")
        sign_in(page, click, WORKER)
        expect(page.get_by_text("Rebooked", exact=True)).to_be_visible()
        expect(page.get_by_text("It isn’t published yet")).to_be_visible()
        look()
        assert times(file_of(page, click, tmp_path)) == before, "nobody has been told yet"
        team.world.clock.at += timedelta(hours=1)
        publish(team)
        page.reload()
        expect(page.get_by_text("Everybody is told.")).to_be_visible()
        expect(page.get_by_text("Moved", exact=True)).to_be_visible()
        look()
        after = times(file_of(page, click, tmp_path))
    assert (team.revisions(), team.rows()[0].accepted) == (2, 1)
    assert after == own(team) != before


def test_by_keyboard_to_the_request_and_back(team: Planned, browser: Browsing, tmp_path: Path) -> None:
    with browser.page(team.world, None) as (page, _):
        page.goto("/")
        sign_in(page, by_keyboard, WORKER)
        assert times(file_of(page, by_keyboard, tmp_path)) == own(team)
        page.reload()  # the focus is at the top again
        ask(page, by_keyboard, lambda: checked(page))
        by_keyboard(page.get_by_role("button", name="Take the request back"))
        expect(page.get_by_role("alert")).to_contain_text("You have taken your request back")
        by_keyboard(page.get_by_role("link", name="My calendar feed"))
        expect(page.get_by_role("heading", name="Your calendar feed")).to_be_visible()
    assert [one.request[FIELD]["closed"] for one in team.rows()] == ["withdrawn"]
    assert team.revisions() == 1


def test_without_scripts_to_the_request(team: Planned, browser: Browsing, tmp_path: Path) -> None:
    with browser.page(team.world, None, width=320, scripts=False) as (page, _):
        page.goto("/")
        sign_in(page, click, WORKER)
        assert times(file_of(page, click, tmp_path)) == own(team)
        ask(page, click, lambda: None)
        page.get_by_role("link", name=TITLE).first.click()
        expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
        page.get_by_role("link", name="My meetings").first.click()
        expect(page.get_by_role("heading", name="My meetings")).to_be_visible()
    (row,) = team.rows()
    assert (row.meeting, row.request[FIELD]["option"], row.accepted) == (team.meeting().id, 1, None)
