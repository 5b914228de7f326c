"""Workload: weeks in numbers, limits marked, nobody else's for a worker."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import office_cases
import pytest
from browsers import Browsing, checked
from page_views import view_for
from web_world import World

from service.pages.workload_table import EVERYBODY, TEAM, fairness_words, workload_table
from solver.schema.calendar import Fairness

pytestmark = pytest.mark.web


def test_rows_come_to_what_the_calendar_says() -> None:
    table = workload_table(view_for("manager", 40), EVERYBODY, "load")
    assert table is not None
    asked = {one.person: one for one in office_cases.calendar(40).workload}
    people = {one.name: one.id for one in office_cases.caseload(40).people}
    assert table.rows
    for row in table.rows:
        assert row.total == sum(cell.meetings for cell in row.cells) == asked[people[row.name]].meetings
        assert row.busiest_day == asked[people[row.name]].busiest_day
    assert sum(table.meetings) == len(office_cases.calendar(40).meetings)
    assert [row.total for row in table.rows] == sorted((row.total for row in table.rows), reverse=True)


def test_days_at_the_limit_are_marked_and_listed() -> None:
    table = workload_table(view_for("manager", 150), TEAM, "load")
    assert table is not None
    marked = [(row.name, cell) for row in table.rows for cell in row.cells if cell.full]
    assert {cell.full for _, cell in marked} == {"at", "over"}
    assert {one.name for one in table.full} == {name for name, _ in marked}
    assert all(one.meetings >= one.limit == 2 for one in table.full)
    assert [one.over for one in table.full] == sorted((one.over for one in table.full), reverse=True)
    assert any("more than the 2 they may have" in cell.says for _, cell in marked)


def test_a_role_and_an_order_can_be_chosen_and_nonsense_is_the_team() -> None:
    view = view_for("manager", 40)
    by_name = workload_table(view, "health_visitor", "name")
    assert by_name is not None
    assert {row.role for row in by_name.rows} == {"health visitor"}
    assert [row.name for row in by_name.rows] == sorted(row.name for row in by_name.rows)
    nonsense = workload_table(view, "<script>", "?")
    assert nonsense is not None
    assert (nonsense.role, nonsense.sort) == (TEAM, "load")
    assert "parent" not in dict(nonsense.roles)


def test_a_worker_sees_their_own_weeks_alone() -> None:
    table = workload_table(view_for("worker", 40, person="sw-2"), EVERYBODY, "load")
    assert table is not None
    assert table.own
    assert [row.name for row in table.rows] == ["Testworker Birch"]
    assert (table.meetings, table.fairness) == ((), "")
    whole = workload_table(view_for("manager", 40), TEAM, "load")
    assert whole is not None
    assert table.rows[0].total == next(row.total for row in whole.rows if row.name == "Testworker Birch")


def test_somebody_who_is_nobody_in_the_caseload_has_no_weeks() -> None:
    table = workload_table(view_for("worker", 3, person=None), "", "")
    assert table is not None
    assert (table.rows, table.full, table.peak) == ((), (), "")
    assert workload_table(view_for("manager", 0), "", "") is None


def test_fairness_is_a_sentence() -> None:
    said = fairness_words(Fairness(series_spread=1, proven=False, team_spread=2.0))
    assert "more than 1 turn more" in said
    assert "proven" not in said
    assert "2 turns apart" in said


STATES = {
    "nothing yet": (0, "manager"),
    "one plan": (1, "manager"),
    "150 plans": (150, "manager"),
    "a worker": (40, "worker"),
    "support": (40, "support"),
}


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_accessible(served: World, browser: Browsing, state: str) -> None:
    plans, role = STATES[state]
    served.clock.at = datetime(2026, 12, 8, 9, tzinfo=UTC)
    if plans:
        served.give(office_cases.caseload(plans), office_cases.calendar(plans))
    served.is_person("worker@yew.example", "sw-1")
    with browser.page(served, f"{role}@yew.example") as (page, _):
        page.goto("/teams/yew/workload")
        checked(page)
        text = page.content()
        assert not any(secret in text for secret in (*office_cases.SECRETS, office_cases.FREE_TEXT))
        if role == "worker":
            assert "Testworker Birch" not in text
            assert page.locator(".app-heat tbody tr").count() == 1


def test_a_week_leads_to_that_week_of_theirs(served: World, browser: Browsing) -> None:
    served.give(office_cases.caseload(40), office_cases.calendar(40))
    with browser.page(served, "manager@yew.example", scripts=False) as (page, _):
        page.goto("/teams/yew/workload")
        page.get_by_label("People", exact=True).select_option("all")
        page.get_by_label("Order").select_option("name")
        page.get_by_role("button", name="Show").click()
        assert "role=all" in page.url
        first = page.locator(".app-heat tbody a").first
        assert "week?by=person&of=" in (first.get_attribute("href") or "")
        assert "week of" in (first.get_attribute("aria-label") or "")
        headers = page.locator(".app-heat thead tr").last.locator("th[scope=col]")
        cells = page.locator(".app-heat tbody tr").first.locator("th, td")
        assert headers.count() == cells.count()


@pytest.mark.parametrize(("width", "zoom"), [(320, 1.0), (1280, 4.0)])
def test_only_the_table_scrolls_on_a_narrow_page(
    served: World, browser: Browsing, width: int, zoom: float
) -> None:
    served.give(office_cases.caseload(40), office_cases.calendar(40))
    with browser.page(served, "manager@yew.example", width=width, zoom=zoom) as (page, _):
        page.goto("/teams/yew/workload")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.emulate_media(media="print")
        assert page.locator(".app-filter").is_hidden()
        assert (
            page.evaluate("getComputedStyle(document.querySelector('.app-heat__scroll')).overflow")
            == "visible"
        )


def test_the_whole_table_is_seen_on_a_desk_and_its_months_dont_touch(
    served: World, browser: Browsing
) -> None:
    served.give(office_cases.caseload(40), office_cases.calendar(40))
    with browser.page(served, "manager@yew.example") as (page, _):
        page.goto("/teams/yew/workload")
        box = page.locator(".app-heat__scroll")
        assert box.evaluate("one => one.scrollWidth <= one.clientWidth")
        months = page.locator(".app-heat__month")
        ends = months.evaluate_all(
            "all => all.map(one => one.clientWidth - one.querySelector('[aria-hidden]').getBoundingClientRect().width)"
        )
        assert min(ends) >= 5


def test_on_paper_full_days_take_few_sheets(served: World, browser: Browsing) -> None:
    served.give(office_cases.caseload(150), office_cases.calendar(150))
    with browser.page(served, "manager@yew.example") as (page, _):
        page.goto("/teams/yew/workload")
        assert page.locator(".app-fit tbody tr").count() > 150
        sheets = re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))
        assert 2 <= len(sheets) <= 7
