"""The week in a browser: meetings moved by mouse, by keyboard and by buttons, with the verdict before anything is saved."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

import office_cases
import pytest
from api_cases import documents
from browsers import Browsing, checked
from caseload_pages import team_of
from playwright.sync_api import Locator, Page, Request, expect
from web_world import TENANT, World

from service.store import calendars
from service.store.calendars import Documents, Standing
from service.store.scope import Scoped, system
from solver.check import check_calendar
from solver.policy.load import load_policy
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload

pytestmark = pytest.mark.web
MANAGER = "manager@yew.example"
WEEK = "/teams/yew/week?on=2027-01-11"
ONE, TWO = "plan-1.core_group.1", "plan-2.core_group.1"
"""Both are on Monday 11 January 2027 at 09:00, due by the Thursday."""
MONDAY, TUESDAY = "2027-01-11", "2027-01-12"


@pytest.fixture
def yew(served: World) -> World:
    """Two plans, really planned."""
    caseload, calendar = documents("yew")
    served.give(Caseload.model_validate_json(caseload), Calendar.model_validate_json(calendar))
    return served


def standing(world: World) -> Standing:
    with world.store.reading() as session:
        scoped = Scoped(session, system(TENANT))
        found = Documents().standing(scoped, calendars.current(scoped, "yew")[0])
    assert found is not None
    return found


def stored(world: World, meeting: str = ONE) -> tuple[int, str, str]:
    """Revision, start and venue."""
    found = standing(world)
    one = next(one for one in found.calendar.meetings if one.id == meeting)
    return found.revision.number, f"{one.start:%Y-%m-%dT%H:%M}", one.venue


def lawful(world: World) -> bool:
    found = standing(world)
    return not check_calendar(
        found.caseload, load_policy(found.caseload.authority), found.calendar
    ).violations


def opened(page: Page, path: str = WEEK) -> None:
    page.goto(path)
    expect(page.locator("#week-grid [role=grid]")).to_be_visible()


def event(page: Page, meeting: str = ONE) -> Locator:
    return page.locator(f'#week-grid [tabindex="0"]:has([data-meeting="{meeting}"])')


def panel(page: Page) -> Locator:
    return page.locator("#week-panel")


def there(page: Page, day: str, clock: str) -> tuple[float, float]:
    """Where a time is on the grid, which shows 08:00 to 18:00."""
    box = page.locator(f'#week-grid [role="gridcell"][data-date="{day}"]').last.bounding_box()
    assert box is not None
    minutes = int(clock[:2]) * 60 + int(clock[3:]) - 480
    return box["x"] + box["width"] / 3, box["y"] + box["height"] * minutes / 600


def drag(page: Page, meeting: str, day: str, clock: str, *, drop: bool = True) -> None:
    box = event(page, meeting).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 8, box["y"] + 6)
    page.mouse.down()
    page.mouse.move(box["x"] + 12, box["y"] + 16, steps=3)
    x, y = there(page, day, clock)
    page.mouse.move(x, y + 6, steps=8)
    if drop:
        page.mouse.up()


def press(page: Page, name: str) -> None:
    panel(page).get_by_role("button", name=name, exact=True).click()


def at(page: Page, meeting: str, day: str, clock: str) -> None:
    """See that a meeting is shown there."""
    cell = page.locator(f'#week-grid [role="gridcell"][data-date="{day}"]').last
    expect(cell.locator(f'[data-meeting="{meeting}"]')).to_contain_text(clock)


def sent(page: Page, method: str) -> list[Request]:
    """Requests of a method, as they are sent."""
    found: list[Request] = []
    page.on("request", lambda one: found.append(one) if one.method == method else None)
    return found


# --- by mouse -------------------------------------------------------------------------------------


def test_dragged_looked_at_moved_and_undone(yew: World, browser: Browsing) -> None:
    with browser.page(yew, MANAGER) as (page, _):
        opened(page)
        checked(page)
        saves = sent(page, "PATCH")
        drag(page, ONE, TUESDAY, "10:00", drop=False)
        # The verdict comes while it still hangs there.
        expect(panel(page)).to_contain_text("It can be held on Tue 12 Jan 2027, 10:00, room-1")
        page.mouse.up()
        expect(page.get_by_role("button", name="Move it")).to_be_visible()
        for words in ("2 working days to spare", "2 people to ask", "Worse: room to postpone"):
            expect(panel(page)).to_contain_text(words)
        expect(page.locator("#week-said")).to_contain_text("It can be held on Tue 12 Jan 2027")
        checked(page)
        assert saves == []
        assert stored(yew) == (1, f"{MONDAY}T09:00", "room-1")
        press(page, "Move it")
        expect(page.locator("#week-panel-heading")).to_have_text("Moved")
        expect(page.locator("#week-panel-heading")).to_be_focused()
        expect(page.locator("#week-said")).to_contain_text(
            "Core group 1 of plan-1 is on Tue 12 Jan 2027, 10:00 now"
        )
        assert stored(yew) == (2, f"{TUESDAY}T10:00", "room-1")
        assert lawful(yew)
        at(page, ONE, TUESDAY, "10:00")
        row = page.locator("#list").get_by_role("row", name="10:00 to 11:00")
        expect(row).to_contain_text("Pinned")
        checked(page)
        panel(page).get_by_role("button", name="Undo").click()
        page.get_by_role("button", name="Go back").click()
        assert page.url == yew.address + WEEK
        at(page, ONE, MONDAY, "09:00")
    assert stored(yew) == (3, f"{MONDAY}T09:00", "room-1")


def test_where_it_cant_be_the_reason_is_told_and_nothing_can_be_saved(yew: World, browser: Browsing) -> None:
    with browser.page(yew, MANAGER) as (page, _):
        opened(page)
        drag(page, ONE, TUESDAY, "08:00")
        expect(panel(page)).to_contain_text("It can’t be held on Tue 12 Jan 2027, 08:00, room-1")
        expect(panel(page)).to_contain_text("does not lie within the team's day, 09:00 to 17:00")
        expect(page.get_by_role("button", name="Move it")).to_be_hidden()
        checked(page)
        press(page, "Leave it")
        at(page, ONE, MONDAY, "09:00")
        expect(page.locator("#week-said")).to_contain_text("stays on Mon 11 Jan 2027, 09:00")
    assert stored(yew) == (1, f"{MONDAY}T09:00", "room-1")


def test_a_room_that_is_taken_is_named_and_another_can_be_chosen(yew: World, browser: Browsing) -> None:
    with browser.page(yew, MANAGER) as (page, _):
        opened(page)
        event(page).click()
        press(page, "Try another time")
        page.get_by_label("Place").select_option("room-2")
        expect(panel(page)).to_contain_text("room-2 is taken")
        press(page, "Later")
        press(page, "Later")
        expect(panel(page)).to_contain_text("It can be held on Mon 11 Jan 2027, 10:00, room-2")
        press(page, "Move it")
        expect(page.locator("#week-panel-heading")).to_have_text("Moved")
    assert stored(yew) == (2, f"{MONDAY}T10:00", "room-2")
    assert lawful(yew)


def test_a_late_answer_about_a_place_left_before_changes_nothing(yew: World, browser: Browsing) -> None:
    with browser.page(yew, MANAGER) as (page, _):
        opened(page)
        event(page).click()
        press(page, "Try another time")
        held: list[Any] = []
        page.route("**/move/check", lambda route: held.append(route), times=1)  # noqa: PLW0108 - playwright marks it
        press(page, "Earlier")
        page.wait_for_timeout(50)
        press(page, "Day after")
        press(page, "Later")
        expect(panel(page)).to_contain_text("It can be held on Tue 12 Jan 2027, 09:00")
        for one in held:
            one.abort()
        expect(panel(page)).to_contain_text("It can be held on Tue 12 Jan 2027, 09:00")


def test_the_verdict_comes_in_time(yew: World, browser: Browsing) -> None:
    with browser.page(yew, MANAGER) as (page, _):
        opened(page)
        event(page).click()
        press(page, "Try another time")
        took = []
        for _number in range(5):
            with page.expect_response("**/move/check") as answered:
                press(page, "Later")
            answered.value.finished()
            took.append(answered.value.request.timing["responseEnd"])
        assert sorted(took)[2] < 300


# --- by keyboard ----------------------------------------------------------------------------------


def test_by_keyboard_alone(yew: World, browser: Browsing) -> None:
    with browser.page(yew, MANAGER) as (page, _):
        opened(page)
        page.locator("#show").focus()
        for _number in range(12):
            page.keyboard.press("Tab")
            if page.evaluate("!!document.activeElement.querySelector('[data-meeting]')"):
                break
        expect(event(page)).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#week-panel-heading")).to_be_focused()
        expect(page.locator("#week-panel-heading")).to_have_text("Core group 1 of plan-1")
        checked(page)
        page.keyboard.press("Escape")
        expect(event(page)).to_be_focused()
        page.keyboard.press("Enter")
        for _number in range(3):
            page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="Try another time")).to_be_focused()
        page.keyboard.press("Enter")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowDown")
        expect(panel(page)).to_contain_text("It can be held on Tue 12 Jan 2027, 09:30")
        page.keyboard.press("ArrowUp")
        expect(panel(page)).to_contain_text("It can be held on Tue 12 Jan 2027, 09:00")
        # Before the first day there is nowhere to go.
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowLeft")
        expect(page.locator("#week-said")).to_contain_text("not within this week")
        page.keyboard.press("Escape")
        expect(event(page)).to_be_focused()
        at(page, ONE, MONDAY, "09:00")
        assert stored(yew)[0] == 1
        page.keyboard.press("Enter")
        for _number in range(3):
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("button", name="Move it")).to_be_visible()
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="Move it")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#week-panel-heading")).to_have_text("Moved")
        # Out of the panel the focus goes on: it is no trap.
        for _number in range(4):
            page.keyboard.press("Tab")
        assert not page.evaluate("document.getElementById('week-panel').contains(document.activeElement)")
    assert stored(yew) == (2, f"{TUESDAY}T09:00", "room-1")


# --- when something is in the way -----------------------------------------------------------------


def test_two_windows_the_slower_one_is_told_what_has_changed(yew: World, browser: Browsing) -> None:
    with browser.page(yew, MANAGER) as (page, watched), browser.page(yew, MANAGER) as (other, _):
        watched.expected.append("412")
        opened(page)
        opened(other)
        drag(other, TWO, TUESDAY, "09:00")
        press(other, "Move it")
        expect(other.locator("#week-panel-heading")).to_have_text("Moved")
        drag(page, ONE, TUESDAY, "11:00")
        press(page, "Move it")
        expect(page.locator("#week-panel-heading")).to_have_text("The calendar has changed")
        expect(panel(page)).to_contain_text("Nothing was moved by you")
        expect(panel(page)).to_contain_text(
            "Core group 1 of plan-2 moved from Mon 11 Jan 2027, 09:00 to Tue 12 Jan 2027, 09:00"
        )
        checked(page)
        at(page, ONE, MONDAY, "09:00")
        at(page, TWO, TUESDAY, "09:00")
        assert page.url == yew.address + WEEK
        assert stored(yew) == (2, f"{MONDAY}T09:00", "room-1")
        press(page, "Try again")
        expect(panel(page)).to_contain_text("It can be held on Tue 12 Jan 2027, 11:00")
        press(page, "Move it")
        expect(page.locator("#week-panel-heading")).to_have_text("Moved")
    assert stored(yew) == (3, f"{TUESDAY}T11:00", "room-1")


def test_without_an_answer_it_goes_back(yew: World, browser: Browsing) -> None:
    with browser.page(yew, MANAGER) as (page, watched):
        watched.expected.append("ERR_FAILED")
        opened(page)
        page.route("**/move/check", lambda route: route.abort())
        drag(page, ONE, TUESDAY, "10:00")
        expect(panel(page)).to_contain_text("The service can’t be reached. Nothing was moved")
        at(page, ONE, MONDAY, "09:00")
        page.unroute("**/move/check")
        press(page, "Try again")
        expect(panel(page)).to_contain_text("It can be held on Tue 12 Jan 2027, 10:00")
        page.route("**/v1/meetings/**", lambda route: route.abort())
        press(page, "Move it")
        expect(panel(page)).to_contain_text("Nothing was moved")
        at(page, ONE, MONDAY, "09:00")
    assert stored(yew)[0] == 1


def test_whoever_was_signed_out_is_told_so(yew: World, browser: Browsing) -> None:
    with browser.page(yew, MANAGER) as (page, watched):
        watched.expected.append("401")
        opened(page)
        page.context.clear_cookies()
        drag(page, ONE, TUESDAY, "10:00")
        expect(panel(page)).to_contain_text("You have been signed out")
        expect(panel(page).get_by_role("link", name="Sign in again")).to_be_visible()
        at(page, ONE, MONDAY, "09:00")


# --- whoever looks, and however -------------------------------------------------------------------


def test_without_scripts(yew: World, browser: Browsing) -> None:
    with browser.page(yew, MANAGER, scripts=False) as (page, _):
        page.goto(WEEK)
        expect(page.locator("#week")).to_be_hidden()
        table = page.get_by_role("table", name="Monday 11 January 2027")
        expect(table.get_by_role("row")).to_have_count(3)
        page.get_by_label("Meetings of").select_option("Person sw-2")
        page.get_by_role("button", name="Show").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Person sw-2")
        expect(page.get_by_role("table", name="Monday 11 January 2027").get_by_role("row")).to_have_count(2)
        page.get_by_role("link", name="Next week").click()
        expect(page.get_by_text("There are no meetings in this week of Person sw-2.")).to_be_visible()
        page.get_by_role("link", name="Previous week").click()
        page.get_by_role("link", name="Move Core group 1 of plan-2").click()
        assert page.url == f"{yew.address}/teams/yew/meetings/{TWO}/move"


@pytest.mark.parametrize("role", ["worker", "support", "auditor"])
def test_who_moves_no_meetings_drags_none(yew: World, browser: Browsing, role: str) -> None:
    yew.is_person("worker@yew.example", "sw-1")
    with browser.page(yew, f"{role}@yew.example") as (page, _):
        opened(page)
        asked = sent(page, "POST")
        drag(page, ONE, TUESDAY, "10:00")
        at(page, ONE, MONDAY, "09:00")
        expect(event(page, TWO)).to_have_count(0 if role == "worker" else 1)
        event(page).click()
        expect(page.locator("#week-panel-heading")).to_have_text("Core group 1 of plan-1")
        expect(page.get_by_role("button", name="Try another time")).to_have_count(0)
        checked(page)
        assert asked == []


@pytest.mark.parametrize(("width", "zoom"), [(320, 1.0), (1280, 4.0)])
def test_on_a_small_screen_a_day_is_shown_and_everything_fits(
    yew: World, browser: Browsing, width: int, zoom: float
) -> None:
    with browser.page(yew, MANAGER, width=width, zoom=zoom) as (page, _):
        opened(page)
        expect(page.locator('#week-grid [role="columnheader"]')).to_have_count(1)
        event(page).click()
        press(page, "Try another time")
        press(page, "Day after")
        expect(panel(page)).to_contain_text("It can be held on Tue 12 Jan 2027, 09:00")
        at(page, ONE, TUESDAY, "09:00")
        expect(page.get_by_role("button", name="Tue 12")).to_have_attribute("aria-pressed", "true")
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        checked(page)
        press(page, "Leave it")
        page.get_by_role("button", name="Wed 13").click()
        expect(page.get_by_role("button", name="Wed 13")).to_be_focused()
    assert stored(yew)[0] == 1


def test_a_full_week_and_an_empty_one(served: World, browser: Browsing) -> None:
    served.give(*team_of(40, "yew", often=True))
    with browser.page(served, MANAGER) as (page, _):
        opened(page, "/teams/yew/week?on=2026-12-14")
        assert page.locator("#week-grid [data-meeting]").count() > 5
        page.locator("#week-grid [data-meeting]").first.click()
        expect(panel(page)).to_contain_text("Window")
        checked(page)
        opened(page, "/teams/yew/week?on=2026-12-28")
        expect(page.locator("#week-grid")).to_contain_text("Bank holiday")
        opened(page, "/teams/yew/week?on=2031-01-06")
        expect(page.get_by_text("This week lies outside the time that was planned.")).to_be_visible()
        checked(page)


def test_on_paper_the_list_is_printed(yew: World, browser: Browsing) -> None:
    with browser.page(yew, MANAGER) as (page, _):
        opened(page)
        page.emulate_media(media="print")
        expect(page.locator("#week-grid")).to_be_hidden()
        expect(page.get_by_role("table", name="Monday 11 January 2027")).to_be_visible()
        expect(page.get_by_role("link", name="Move Core group 1 of plan-1")).to_be_hidden()


def test_a_meeting_that_is_over_stays(yew: World, browser: Browsing) -> None:
    yew.clock.at = datetime.fromisoformat("2027-01-11T12:00:00+00:00")
    with browser.page(yew, MANAGER) as (page, _):
        opened(page)
        event(page).click()
        expect(page.locator("#week-panel-heading")).to_have_text("Core group 1 of plan-1")
        expect(page.get_by_role("button", name="Try another time")).to_have_count(0)


CUT = """() => [...document.querySelectorAll(".week-event__text")].flatMap((box) => {
  const frame = box.getBoundingClientRect();
  return [...box.children].filter((line) => {
    const own = line.getBoundingClientRect();
    return own.left < frame.right - 1 && own.bottom > frame.bottom + 1;
  }).map((line) => line.textContent);
})"""
"""Lines of meetings that are seen in part."""


def test_a_full_day_is_readable_and_nothing_is_cut_through(served: World, browser: Browsing) -> None:
    made = office_cases.calendar(150)
    days = Counter(one.start.date() for one in made.meetings)
    busy = max(days, key=lambda day: days[day])
    served.give(office_cases.caseload(150), made)
    with browser.page(served, MANAGER) as (page, _):
        opened(page, f"/teams/yew/week?on={busy}")
        widths = page.locator("#week-grid .week-event").evaluate_all("all => all.map(one => one.clientWidth)")
        assert min(widths) >= 45
        assert page.evaluate(CUT) == []
        checked(page)
        alone = page.locator(".week__days button", has_text=f"{busy:%a} {busy.day}")
        more = page.locator(f'#week-grid [role="gridcell"][data-date="{busy}"] .week-more').first
        more.click()
        expect(alone).to_have_attribute("aria-pressed", "true")
        expect(page.locator("#week-grid .week-event")).to_have_count(days[busy])
        assert page.evaluate(CUT) == []
        page.get_by_role("button", name="Whole week").click()
        expect(more).to_be_visible()
