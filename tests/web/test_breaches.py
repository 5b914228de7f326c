"""Late and missing: everything that a manager answers for, once; reasons for those who may read them."""

from __future__ import annotations

import office_cases
import pytest
from browsers import Browsing, checked
from page_views import view_for
from web_world import World

from service.pages.breach_view import Attention, attention
from service.pages.team import TeamView
from service.views.names import Names

pytestmark = pytest.mark.web


def shown(view: TeamView, worker: str = "") -> Attention:
    found = attention(view, worker)
    assert found is not None
    return found


def test_everything_is_there_once() -> None:
    calendar = office_cases.bad_calendar(40)
    found = shown(view_for("manager", 40, bad=True))
    assert len(found.breaches) == len(calendar.breaches)
    assert len(found.pinned) + len(found.absent) + len(found.reports) == len(calendar.exceptions)
    assert [one.rule for one in found.pinned] == ["venue.hours"]
    assert [one.due for one in found.breaches] == sorted(one.due for one in found.breaches)
    assert found.not_looked_into == sum(not one.looked_into for one in calendar.exceptions[1:])
    assert {one.agree for one in found.reports} == {"Testmanager Juniper"}


def test_what_is_not_held_leads_nowhere_and_says_so() -> None:
    found = shown(view_for("manager", 40))
    (missing,) = [one for one in found.breaches if one.start is None]
    assert (missing.path, missing.what[:5]) == ("", "Next ")
    assert "1 meeting is later than the due date and 1 meeting that is due can’t be held." in found.summary
    assert "1 of these is proved to be unavoidable." in found.summary
    (notice,) = found.notices
    assert notice.subject == "plan-2"


def test_nothing_wrong_is_said_as_well() -> None:
    view = view_for("manager", 1)
    assert shown(view).summary == "Every meeting is planned by its due date."
    assert attention(view_for("manager", 0), "") is None


def test_a_social_workers_plans_alone() -> None:
    caseload, calendar = office_cases.caseload(40), office_cases.bad_calendar(40)
    names = Names(caseload)
    worker = {plan.id: names.worker(plan) for plan in caseload.plans}
    meetings = {one.id: one for one in calendar.meetings}
    found = shown(view_for("manager", 40, bad=True), "sw-2")
    expected = [
        one
        for one in calendar.breaches
        if any(worker[plan] == "sw-2" for plan in meetings[one.meeting or ""].plans)
    ]
    assert 0 < len(found.breaches) == len(expected) < len(calendar.breaches)
    assert {one.worker for one in found.breaches} == {"Testworker Birch"}
    assert shown(view_for("manager", 40, bad=True), "<nobody>").worker == ""


def test_support_sees_what_and_not_why() -> None:
    found = shown(view_for("support", 40, bad=True))
    assert found.unseen
    missing = (*found.pinned, *found.absent, *found.reports)
    whys = [*(one.why for one in found.breaches), *(one.why for one in missing)]
    assert not any(why.reasons or why.remedies for why in whys)
    assert not any(one.says for one in missing)


def test_a_worker_sees_their_plans_and_no_choice_of_others() -> None:
    found = shown(view_for("worker", 40, person="sw-2", bad=True))
    own = {one.id for one in office_cases.seen("worker", 40, "sw-2", bad=True).meetings}
    assert found.own
    assert found.workers == ()
    assert len(found.breaches) == len(own) < len(office_cases.bad_calendar(40).meetings)


STATES = {
    "nothing yet": (0, "manager", False),
    "one plan": (1, "manager", False),
    "full of breaches": (40, "manager", True),
    "a worker": (40, "worker", True),
    "support": (40, "support", True),
}


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_accessible(served: World, browser: Browsing, state: str) -> None:
    plans, role, bad = STATES[state]
    if plans:
        calendar = office_cases.bad_calendar(plans) if bad else office_cases.calendar(plans)
        served.give(office_cases.caseload(plans), calendar)
    served.is_person("worker@yew.example", "sw-2")
    with browser.page(served, f"{role}@yew.example") as (page, _):
        page.goto("/teams/yew/breaches")
        checked(page)
        text = page.content()
        assert not any(secret in text for secret in office_cases.SECRETS)
        assert (office_cases.FREE_TEXT in text) == (bad and role != "support")
        if role == "worker":
            others = {one.id for one in office_cases.caseload(40).plans} - {
                plan for one in office_cases.seen("worker", 40, "sw-2").meetings for plan in one.plans
            }
            assert not any(f", {plan}<" in text for plan in others)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_supervision_is_printed(served: World, browser: Browsing, scripts: bool) -> None:
    served.give(office_cases.caseload(40), office_cases.bad_calendar(40))
    with browser.page(served, "manager@yew.example", scripts=scripts) as (page, _):
        page.goto("/teams/yew/breaches")
        page.get_by_label("Plans of").select_option("sw-2")
        if scripts:
            page.get_by_role("button", name="Show").click()
            assert page.locator("main details[open]").count() == 0
            page.evaluate("dispatchEvent(new Event('beforeprint'))")
            assert page.locator("main details:not([open])").count() == 0
            page.evaluate("dispatchEvent(new Event('afterprint'))")
            assert page.locator("main details[open]").count() == 0
        else:
            page.get_by_label("Open all reasons").check(force=True)
            page.get_by_role("button", name="Show").click()
            assert page.locator("main details:not([open])").count() == 0
        assert "worker=sw-2" in page.url
        link = page.locator("#late-caption").locator("xpath=..").locator("tbody th a").first
        assert (link.get_attribute("href") or "").startswith("/teams/yew/meetings/")


@pytest.mark.parametrize(("width", "zoom"), [(320, 1.0), (1280, 4.0)])
def test_only_tables_scroll_on_a_narrow_page(
    served: World, browser: Browsing, width: int, zoom: float
) -> None:
    served.give(office_cases.caseload(20), office_cases.bad_calendar(20))
    with browser.page(served, "manager@yew.example", width=width, zoom=zoom) as (page, _):
        page.goto("/teams/yew/breaches")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.emulate_media(media="print")
        assert page.locator(".app-filter").is_hidden()
