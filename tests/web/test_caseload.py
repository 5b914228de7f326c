"""The caseload's page in a browser: what it says to whom, in every state and at every size, with scripts and without."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from browsers import Browsing, checked
from caseload_pages import all_late, rows_of, team_of
from playwright.sync_api import Page, expect
from web_world import TENANT, World, world

from service.access.sessions import cookie_name
from service.access.views import own_plans
from service.pages import statics
from service.pages.caseload_rows import short_day
from service.store.scope import Scoped, system
from service.store.tables import CalendarEntry
from service.words import KIND_NAMES, opening
from solver.schema.base import FAMILY_ROLES

pytestmark = pytest.mark.web
MANAGER = "manager@yew.example"
CASELOAD, CALENDAR = team_of(24)
ALL = [row.name for row in rows_of(CASELOAD, CALENDAR)[1]]
LATE = next(one for one in CALENDAR.meetings if one.breach_days)
LATE_DAYS = f"{LATE.breach_days} days late"


@pytest.fixture(scope="module")
def yew(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A service with a team of two dozen plans; tests of this module change nothing in it."""
    with world(tmp_path_factory.mktemp("yew")) as made:
        made.team("yew", "Yew team")
        made.give(CASELOAD, CALENDAR)
        made.is_person("worker@yew.example", "sw-2")
        yield made


def text_of(world: World, subject: str, query: str = "") -> str:
    """The page as it is sent."""
    cookies = {cookie_name(https=False): world.cookie(subject)}
    answer = httpx.get(f"{world.address}/teams/yew{query}", cookies=cookies, trust_env=False, timeout=30)
    assert answer.status_code == 200
    return answer.text


def shown(page: Page) -> list[str]:
    """Names of the rows that are to be seen, in order."""
    names: list[str] = page.eval_on_selector_all(
        "#rows > :not([hidden])", "rows => rows.map(row => row.querySelector('th b, h3').textContent)"
    )
    return names


def fits(page: Page) -> None:
    """Nothing but what scrolls by itself is wider than the window."""
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


# --- the table -----------------------------------------------------------------------------------


def test_a_table_that_can_be_read_cell_by_cell(yew: World, browser: Browsing) -> None:
    with browser.page(yew, MANAGER) as (page, _):
        page.goto("/teams/yew")
        table = page.get_by_role("table", name="Meetings by plan and week")
        expect(table.get_by_role("columnheader", name="Week of Mon 7 Dec, this week")).to_have_count(1)
        expect(table.get_by_role("columnheader", name="Week of Mon 21 Dec, Thu 24 closed")).to_have_count(1)
        expect(table.get_by_role("columnheader", name="January 2027")).to_have_count(1)
        row = table.get_by_role("row", name=re.compile(f"^{LATE.plans[0]} "))
        header = row.get_by_role("rowheader")
        expect(header).to_contain_text(opening(KIND_NAMES[LATE.kind]))
        expect(header).to_contain_text("Testworker ")
        when = f"{short_day(LATE.start.date())} {LATE.start:%H:%M}"
        link = row.get_by_role("link", name=f"{opening(KIND_NAMES[LATE.kind])}, {when}, {LATE_DAYS}")
        expect(link).to_have_attribute("href", f"/teams/yew/meetings/{LATE.id}")
        assert row.get_by_role("cell").count() == 27  # the state, and 26 weeks
        assert page.locator("#rows a.c-mark").count() == len(CALENDAR.meetings) + 1
        expect(page.locator("svg [fill^=url]").first).to_be_attached()
        checked(page)


def test_the_list_says_the_same(yew: World, browser: Browsing) -> None:
    with browser.page(yew, MANAGER) as (page, _):
        page.goto("/teams/yew?state=late")
        page.get_by_role("link", name="List", exact=True).click()
        assert page.url.endswith("/teams/yew?state=late&view=list")
        item = page.locator("#rows > li").filter(
            has=page.get_by_role("heading", name=LATE.plans[0], exact=True)
        )
        expect(item).to_contain_text(f"due {short_day(LATE.window.due)}")
        expect(item).to_contain_text(LATE_DAYS)
        assert page.locator("#rows ol a").count() == len(CALENDAR.meetings) + 1
        checked(page)


def test_what_a_mark_says_shows_on_focus_and_can_be_sent_away(yew: World, browser: Browsing) -> None:
    with browser.page(yew, MANAGER) as (page, _):
        page.goto("/teams/yew")
        mark = page.locator("#rows a.c-mark").nth(3)
        words = mark.locator("span")
        assert words.evaluate("one => getComputedStyle(one).clipPath") != "none"
        mark.focus()
        assert words.evaluate("one => getComputedStyle(one).clipPath") == "none"
        page.keyboard.press("Escape")
        assert words.evaluate("one => getComputedStyle(one).clipPath") != "none"
        page.keyboard.press("Tab")
        assert (
            page.evaluate("getComputedStyle(document.activeElement.querySelector('span')).clipPath") == "none"
        )


def test_the_weeks_scroll_by_keyboard_and_the_plan_stays(yew: World, browser: Browsing) -> None:
    with browser.page(yew, MANAGER, width=700) as (page, _):
        page.goto("/teams/yew")
        region = page.get_by_role("region", name="Meetings by plan and week")
        region.focus()
        left = page.locator("#rows th").first.bounding_box()
        for _ in range(8):
            page.keyboard.press("ArrowRight")
        for _ in range(100):
            if region.evaluate("one => one.scrollLeft") > 100:
                break
            page.wait_for_timeout(20)
        assert region.evaluate("one => one.scrollLeft") > 100
        assert page.locator("#rows th").first.bounding_box() == left
        last = page.locator("#rows a.c-mark").last
        last.focus()
        box, header = last.bounding_box(), page.locator(".c-weeks thead").bounding_box()
        assert box is not None
        assert header is not None
        assert box["y"] > header["y"] + header["height"], "what has the focus isn't under the header"


def test_the_weeks_names_stay_while_the_page_scrolls(yew: World, browser: Browsing) -> None:
    with browser.page(yew, MANAGER) as (page, _):
        page.goto("/teams/yew")
        page.locator("#rows a.c-mark").last.scroll_into_view_if_needed()
        page.mouse.wheel(0, 200)
        expect(page.locator(".c-weeks thead th").nth(3)).to_be_in_viewport()


# --- filters -------------------------------------------------------------------------------------

QUERIES = {
    "?state=risk": {"state": "risk"},
    "?worker=sw-2&kind=core_group": {"worker": "sw-2", "kind": "core_group"},
    "?slack=6-10&order=next": {"slack": "6-10", "order": "next"},
    "?q=PLAN-1&order=plan": {"q": "PLAN-1", "order": "plan"},
    "?order=worker": {"order": "worker"},
    "?q=nobody": {"q": "nobody"},
}


def choose(page: Page, asked: dict[str, str]) -> None:
    for name, value in asked.items():
        if name == "q":
            page.get_by_label("Plan", exact=True).fill(value)
        else:
            page.locator(f"#{name}").select_option(value)


def test_a_filter_is_the_same_with_scripts_and_without(yew: World, browser: Browsing) -> None:
    found = {}
    with browser.page(yew, MANAGER, scripts=False) as (page, _):
        for query, asked in QUERIES.items():
            page.goto("/teams/yew")
            choose(page, asked)
            page.get_by_role("button", name="Show").click()
            assert set(query[1:].split("&")) <= set(page.url.partition("?")[2].split("&"))
            found[query] = (
                shown(page),
                page.locator("#shown").inner_text(),
                page.locator("#nothing").is_visible(),
            )
    assert found["?q=nobody"] == ([], f"0 of {len(ALL)} shown", True)
    with browser.page(yew, MANAGER) as (page, _):
        for query, asked in QUERIES.items():
            page.goto("/teams/yew")
            choose(page, asked)
            now = (shown(page), page.locator("#shown").inner_text(), page.locator("#nothing").is_visible())
            assert now == found[query], query
            assert sorted(page.url.partition("?")[2].split("&")) == sorted(query[1:].split("&"))
            page.reload()
            assert shown(page) == found[query][0], "the address keeps it"


def test_a_figure_leads_to_what_it_counts(yew: World, browser: Browsing) -> None:
    with browser.page(yew, MANAGER) as (page, _):
        page.goto("/teams/yew?worker=sw-1")
        page.get_by_role("link", name="1 late: show").click()
        assert shown(page) == list(LATE.plans)
        assert page.url.endswith("?state=late")
        expect(page.locator("#plans")).to_be_focused()
        page.get_by_role("link", name="Clear filters").click()
        assert len(shown(page)) == len(ALL)
        page.get_by_text("How much room the meetings have").click()
        number = page.get_by_role("row", name=re.compile("^3 to 5 ")).get_by_role("cell").inner_text()
        assert int(number) == CALENDAR.kpis.slack_histogram["3-5"]
        checked(page)
        page.get_by_role("link", name="11 or more").or_(
            page.get_by_role("link", name="6 to 10")
        ).first.click()
        assert "slack=" in page.url
    with browser.page(yew, MANAGER, scripts=False) as (page, _):
        page.goto("/teams/yew?worker=sw-1")
        page.get_by_role("link", name="1 late: show").click()
        assert shown(page) == list(LATE.plans)


# --- sizes and paper -----------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "zoom"), [(320, 1.0), (1280, 4.0)])
def test_on_a_small_screen(yew: World, browser: Browsing, width: int, zoom: float) -> None:
    with browser.page(yew, MANAGER, width=width, zoom=zoom, height=1024) as (page, _):
        page.goto("/teams/yew")
        fits(page)
        page.get_by_role("link", name="Show this as a list").click()
        fits(page)
        assert len(shown(page)) == len(ALL)
        checked(page)


def test_on_paper(yew: World, browser: Browsing) -> None:
    with browser.page(yew, MANAGER) as (page, _):
        page.goto("/teams/yew")
        page.emulate_media(media="print")
        for hidden in ("#filter", "nav", ".c-unpublished"):
            expect(page.locator(hidden).first).to_be_hidden()
        expect(page.locator(".c-slack__table")).to_be_visible()
        style = "one => [getComputedStyle(one).display, getComputedStyle(one).position]"
        assert page.locator(".c-weeks thead").evaluate(style) == ["table-header-group", "static"]
        dark = page.locator("#rows th b").first.evaluate("one => getComputedStyle(one).color")
        assert dark == "rgb(0, 0, 0)"
        sheets = len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))
        assert 2 <= sheets <= 6


# --- states --------------------------------------------------------------------------------------


def test_before_there_is_anything(served: World, browser: Browsing) -> None:
    with browser.page(served, MANAGER) as (page, _):
        page.goto("/teams/yew")
        expect(page.get_by_role("link", name="Bring in your caseload")).to_have_attribute(
            "href", "/teams/yew/upload"
        )
        expect(page.get_by_role("button", name="Plan a demo team")).to_be_visible()
        checked(page)
        served.caseload(CASELOAD)
        page.reload()
        expect(page.get_by_text("There is a caseload of 24 plans")).to_be_visible()
        expect(page.get_by_role("link", name="Plan the meetings")).to_have_attribute(
            "href", "/teams/yew/publish"
        )
        checked(page)
    with browser.page(served, "worker@yew.example") as (page, _):
        page.goto("/teams/yew")
        expect(page.get_by_text("Your team’s manager can have one planned.")).to_be_visible()
        expect(page.get_by_role("link", name="Plan the meetings")).to_have_count(0)


def test_while_it_is_planned_and_when_that_came_to_nothing(served: World, browser: Browsing) -> None:
    version = served.caseload(CASELOAD)
    with served.store.writing() as session:
        scoped = Scoped(session, system(TENANT))
        entry = CalendarEntry(
            tenant=TENANT, team="yew", state="solving", caseload_version=version, options={},
            created=served.clock.now(), created_by="system",
        )  # fmt: skip
        scoped.add(entry)
        session.flush()
        name = entry.id
    with browser.page(served, MANAGER) as (page, _):
        page.goto("/teams/yew")
        expect(page.get_by_role("link", name="See how far it is")).to_have_attribute(
            "href", f"/teams/yew/solve/{name}"
        )
        expect(page.get_by_role("link", name="Plan the meetings")).to_have_count(0)
        checked(page)
        with served.store.writing() as session:
            found = Scoped(session, system(TENANT)).one(CalendarEntry, CalendarEntry.id == name)
            assert found is not None
            found.state = "failed"
        page.reload()
        expect(page.get_by_text("The last attempt to plan came to nothing.")).to_be_visible()
        expect(page.get_by_role("link", name="Plan the meetings")).to_be_visible()
        checked(page)


def test_published_changed_and_overtaken(served: World, browser: Browsing) -> None:
    caseload, calendar = team_of(1)
    entry = served.give(caseload, calendar, published=True)
    with browser.page(served, MANAGER) as (page, _):
        page.goto("/teams/yew")
        expect(page.locator(".c-unpublished")).to_have_count(0)
        assert len(shown(page)) == 1
        checked(page)
        first = calendar.meetings[0]
        moved = first.model_copy(
            update={"start": first.start + timedelta(hours=1), "end": first.end + timedelta(hours=1)}
        )
        served.revise(entry, calendar.model_copy(update={"meetings": (moved, *calendar.meetings[1:])}))
        page.reload()
        expect(page.get_by_text("1 meeting changed and not published yet.")).to_be_visible()
        served.clock.at += timedelta(minutes=1)
        served.caseload(team_of(2)[0])
        page.reload()
        expect(page.get_by_text("A newer caseload has come in since")).to_be_visible()
        expect(page.get_by_role("link", name="Plan again")).to_have_attribute("href", "/teams/yew/publish")
        checked(page)


def test_a_calendar_full_of_breaches_and_long_names(served: World, browser: Browsing) -> None:
    long = "Testworker Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh of the Long Corridor"
    people = [one.model_copy(update={"name": long}) if one.id == "sw-1" else one for one in CASELOAD.people]
    served.give(CASELOAD.model_copy(update={"people": tuple(people)}), all_late(CALENDAR))
    for width in (1280, 320):
        with browser.page(served, MANAGER, width=width) as (page, _):
            page.goto("/teams/yew?order=worker")
            expect(page.get_by_text("Not everything that the policy requires can be held.")).to_be_visible()
            expect(page.get_by_role("link", name=f"{len(CALENDAR.meetings)} late: show")).to_be_visible()
            fits(page)
            header = page.locator("#rows th", has_text="Wolfeschlegel").first
            assert header.evaluate("one => one.scrollWidth <= one.clientWidth")
            if width == 320:
                checked(page)


# --- who sees what -------------------------------------------------------------------------------


def test_nobody_finds_a_familys_name_or_where_a_refuge_is(yew: World) -> None:
    secret = [one.name for one in CASELOAD.people if one.role in FAMILY_ROLES]
    secret += [child.initials for plan in CASELOAD.plans for child in plan.children]
    secret += ["Larch Refuge", "Hidden Street"]
    for subject in (MANAGER, "worker@yew.example", "support@yew.example", "auditor@yew.example"):
        for query in ("", "?view=list"):
            text = text_of(yew, subject, query)
            found = [one for one in secret if re.search(rf"\b{re.escape(one)}(?!\w)", text)]
            assert found == []
    assert "confidential venue" in text_of(yew, MANAGER, "?view=list")


def test_a_worker_finds_nothing_of_plans_that_arent_theirs(yew: World, browser: Browsing) -> None:
    text = text_of(yew, "worker@yew.example")
    own = own_plans(CASELOAD, "sw-2")
    asked = {
        plan
        for meeting in CALENDAR.meetings
        if any("sw-2" in (place.person, place.for_) for place in meeting.attendees)
        for plan in meeting.plans
    }
    named = set(re.findall(r"plan-\d+", text))
    assert own <= named <= own | asked
    assert len(named) < len(CASELOAD.plans)
    with browser.page(yew, "worker@yew.example") as (page, _):
        page.goto("/teams/yew")
        expect(page.get_by_role("heading", level=1)).to_have_text("Your plans")
        expect(page.locator(".c-unpublished")).to_have_count(0)
        checked(page)


def test_support_sees_when_and_where_and_may_not_plan(yew: World, browser: Browsing) -> None:
    with browser.page(yew, "support@yew.example") as (page, _):
        page.goto("/teams/yew")
        assert shown(page) == ALL
        expect(page.locator(".c-unpublished")).to_have_count(0)


def test_what_is_kept_for_one_isnt_shown_to_another(yew: World) -> None:
    whole = text_of(yew, MANAGER)
    own = text_of(yew, "worker@yew.example")
    assert len(own) < len(whole)
    assert len(text_of(yew, MANAGER)) == pytest.approx(len(whole), abs=200)
    yew.is_person("worker@yew.example", "sw-1")
    other = set(re.findall(r"plan-\d+", text_of(yew, "worker@yew.example")))
    yew.is_person("worker@yew.example", "sw-2")
    assert other != set(re.findall(r"plan-\d+", own))


# --- size ----------------------------------------------------------------------------------------


def test_a_large_team_is_a_small_page(served: World) -> None:
    caseload, calendar = team_of(150, often=True)
    assert len(calendar.meetings) >= 800
    served.give(caseload, calendar)
    cookies = {cookie_name(https=False): served.cookie(MANAGER)}
    for query in ("", "?view=list"):
        with httpx.stream(
            "GET", f"{served.address}/teams/yew{query}", cookies=cookies, trust_env=False
        ) as answer:
            packed = b"".join(answer.iter_raw())
            assert answer.headers["Content-Encoding"] == "gzip"
        text = gzip.decompress(packed).decode()
        assert text.count("/meetings/") >= 800
        files = [Path(statics.FOLDER / f"{name}.gz") for name in re.findall(r'/static/([^"]+)', text)]
        assert len(files) == 4
        assert len(packed) + sum(file.stat().st_size for file in files) < 300_000
