"""A business support officer's Monday and Tuesday, walked by what is to be read on the pages alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import office_cases
import pytest
from api_cases import documents
from browsers import Browsing, checked
from page_visitor import Visitor, fields_of, words
from playwright.sync_api import Page
from sqlalchemy import inspect
from web_world import TENANT, World

from service.store import audit
from service.store.scope import Scoped, system
from service.store.tables import Account, Message, TaskMark
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload

pytestmark = pytest.mark.web
SUPPORT = "support@yew.example"
PUBLISH = "/teams/yew/publish"
MONDAY = datetime(2026, 12, 7, 9, tzinfo=UTC)
KEPT, GONE = "plan-1.core_group.1/book-interpreter", "family-2.core_group.4/book-interpreter"


def replanned() -> Calendar:
    """On Tuesday: the first meeting is held in another week and room, the second isn't held any more."""
    before = office_cases.calendar(3)
    first, second, *rest = before.meetings
    start = datetime(2026, 12, 17, 10)
    moved = first.model_copy(update={"start": start, "end": start + timedelta(hours=1), "venue": "room-1"})
    tasks = tuple(one for one in before.tasks if one.meeting != second.id)
    return before.model_copy(update={"meetings": (moved, *rest), "tasks": tasks})


@pytest.fixture
def office(served: World) -> World:
    served.clock.at = MONDAY
    served.give(office_cases.caseload(3), office_cases.calendar(3), published=True)
    return served


def kept(world: World) -> Mapping[str, TaskMark]:
    """The marks as they are in the store; the log of who made them has no flaw."""
    with world.store.reading() as session:
        assert list(audit.flaws(session, TENANT)) == []
        return {one.task: one for one in session.scalars(Scoped(session, system(TENANT)).select(TaskMark))}


def officer(world: World) -> str:
    with world.store.reading() as session:
        accounts = session.scalars(Scoped(session, system(TENANT)).select(Account)).all()
        return next(one.id for one in accounts if one.subject == SUPPORT)


def messages(world: World) -> list[Message]:
    with world.store.reading() as session:
        return list(session.scalars(Scoped(session, system(TENANT)).select(Message).order_by(Message.id)))


def tick(page: Page, what: str, where: str) -> None:
    """Tick the box of a task of a meeting."""
    page.get_by_role("checkbox", name=re.compile(f"{what}.*{re.escape(where)}")).check(force=True)


def said(page: Page) -> str:
    """What has just been done."""
    return page.get_by_role("alert").inner_text()


def test_monday_and_a_tuesday_after_a_replan_by_mouse(office: World, browser: Browsing) -> None:
    with browser.page(office, SUPPORT) as (page, _):
        page.goto("/teams/yew")
        page.get_by_role("link", name="Tasks", exact=True).click()
        page.get_by_role("navigation", name="Lists of tasks").get_by_role("link", name="Overdue").click()
        checked(page)
        assert "Fri 11 Dec 2026, 14:00 to 15:00, Room 2" in page.inner_text("table"), "what there is to book"
        tick(page, "Book an interpreter", "plan-1")
        tick(page, "Book an interpreter", "family-2")
        page.get_by_role("button", name="Mark ticked tasks as done").click()
        assert "2 tasks are marked as done." in said(page)
        assert "Core group 1, plan-1" in said(page)
        office.clock.at += timedelta(minutes=5)
        tick(page, "Prepare the family", "plan-1")
        page.get_by_role("button", name="Mark ticked tasks as done").click()
        page.get_by_role("button", name="Undo").click()
        assert "1 task isn’t done after all." in said(page)
        assert set(kept(office)) == {KEPT, GONE}

        office.clock.at = MONDAY + timedelta(days=1)
        office.give(office_cases.caseload(3), replanned(), published=True)
        page.get_by_role("link", name="Tasks", exact=True).click()
        # Yesterday's session has ended; whoever signs in again is where they wanted to be.
        page.get_by_role("button", name=re.compile(SUPPORT)).click()
        assert "2 tasks were done for a meeting that has changed since." in page.inner_text("main")
        page.get_by_role("link", name="See what has to be done again").click()
        checked(page)
        text = page.inner_text("main")
        assert "was Tue 15 Dec 2026, 13:15 to 14:15" in text, "the interpreter has to be told"
        assert "when the meeting was on Fri 11 Dec 2026, 14:00 to 15:00 and the meeting was at Room 2" in text
        assert "Thu 17 Dec 2026, 10:00 to 11:00, Room 1" in text
        assert not any(secret in text for secret in (*office_cases.SECRETS, office_cases.FREE_TEXT))
        page.get_by_role("button", name="Dealt with").click()
        assert "It is off the list." in said(page)
        tick(page, "Book an interpreter", "plan-1")
        page.get_by_role("button", name="Mark ticked tasks as done").click()
        assert "1 task is marked as done." in said(page)
        assert "Everything that was done still stands." in page.inner_text("main")
        page.get_by_role("navigation", name="Lists of tasks").get_by_role(
            "link", name="Done", exact=True
        ).click()
        assert "by business support" in page.inner_text("table")
        assert page.get_by_role("link", name="Changed since done").count() == 0
    marks = kept(office)
    assert set(marks) == {KEPT}
    assert (marks[KEPT].account, marks[KEPT].at) == (officer(office), office.clock.at)
    assert marks[KEPT].made_for is not None
    assert marks[KEPT].made_for["start"] == "2026-12-17T10:00:00"


_AT = """() => {
  const one = document.activeElement;
  const ids = (one.getAttribute("aria-labelledby") ?? "").split(" ").filter(Boolean);
  const named = ids.map(id => document.getElementById(id)?.innerText ?? "").join(" ");
  return named || one.innerText || one.value || "";
}"""


def go(page: Page, text: str, key: str, tab: str = "Tab") -> None:
    """Go on by keyboard alone until something of these words has the focus, and press a key there."""
    for _ in range(60):
        page.keyboard.press(tab)
        if text in page.evaluate(_AT):
            page.keyboard.press(key)
            return
    raise AssertionError(f"no keyboard gets to “{text}”")


def test_a_day_is_ticked_and_taken_back_by_keyboard(office: World, browser: Browsing) -> None:
    with browser.page(office, SUPPORT) as (page, _):
        page.goto("/teams/yew")
        go(page, "Tasks", "Enter")
        page.get_by_role("heading", name="Tasks", exact=True).wait_for()
        go(page, "All still to do", "Enter")
        page.wait_for_url("**state=open**")
        page.get_by_role("combobox", name="Order").wait_for()
        go(page, "By date", "End")
        go(page, "Show", "Enter")
        page.wait_for_url("**group=owner**")
        go(page, "Tick all", "Enter")
        ticked = page.locator("input[name=task]:checked").count()
        assert ticked > 10
        go(page, "Mark what is ticked as done", "Enter", "Shift+Tab")
        page.get_by_text(f"{ticked} tasks are marked as done.").wait_for()
        checked(page)
        assert len(kept(office)) == ticked
        go(page, f"Undo all {ticked}", "Enter")
        page.get_by_text(f"{ticked} tasks aren’t done after all.").wait_for()
        assert kept(office) == {}
        go(page, "Book an interpreter", "Space")
        page.keyboard.press("Enter")
        page.get_by_text("1 task is marked as done.").wait_for()
    (mark,) = kept(office).values()
    assert mark.account == officer(office)


def test_a_list_that_is_older_than_the_calendar_without_scripts(office: World, browser: Browsing) -> None:
    """On a phone, too: no table has to be scrolled there."""
    with browser.page(office, SUPPORT, scripts=False, width=320, height=640) as (page, _):
        page.goto("/teams/yew/tasks")
        page.get_by_role("link", name="Overdue").click()
        page.get_by_role("button", name="Mark ticked tasks as done").click()
        assert "Tick the tasks that are done first" in said(page)
        scroller = page.get_by_role("region", name="Tasks, by date")
        assert scroller.evaluate("one => one.scrollWidth <= one.clientWidth")
        tick(page, "Book an interpreter", "plan-1")
        tick(page, "Book an interpreter", "family-2")
        tick(page, "Prepare the family", "plan-1")
        # Meanwhile the manager plans anew.
        office.clock.at += timedelta(minutes=5)
        office.give(office_cases.caseload(3), replanned(), published=True)
        page.get_by_role("button", name="Mark ticked tasks as done").click()
        assert "3 tasks were not marked: the meeting has changed since you saw the list." in said(page)
        assert kept(office) == {}
        tick(page, "Book an interpreter", "plan-1")
        with page.expect_download() as file:
            page.get_by_role("link", name="spreadsheet (CSV)").click()
        assert "2026-12-17 10:00" in file.value.path().read_text(encoding="utf-8-sig")
        page.get_by_role("button", name="Mark ticked tasks as done").click()
        assert "1 task is marked as done." in said(page)
        assert "Book an interpreter" in said(page)
    assert set(kept(office)) == {KEPT}


def test_two_hundred_tasks_are_one_page_to_print_or_to_mark(served: World, browser: Browsing) -> None:
    served.clock.at = MONDAY
    served.give(office_cases.caseload(40), office_cases.calendar(40))
    with browser.page(served, SUPPORT, scripts=False) as (page, _):
        page.goto("/teams/yew/tasks")
        page.get_by_role("link", name="All still to do").click()
        assert "Shown are 1 to 100." in page.inner_text("#how-many")
        page.get_by_role("link", name="on one page").click()
        page.get_by_role("heading", name="What asks for them").wait_for()
        assert page.locator("input[name=task]").count() == len(office_cases.calendar(40).tasks) > 200
        page.emulate_media(media="print")
        box = "getComputedStyle(document.querySelector('.app-tasks__what--open'), '::before').borderTopStyle"
        assert page.locator("tbody input").first.is_hidden()
        assert page.evaluate(box) == "solid", "there is a box to tick on paper"


def test_letters_by_the_hundred_are_handed_over_at_once(
    served: World, visit: Callable[[str], Visitor]
) -> None:
    caseload, calendar = documents("yew")
    served.give(Caseload.model_validate_json(caseload), Calendar.model_validate_json(calendar))
    manager, support = visit("manager@yew.example"), visit(SUPPORT)
    manager.post(PUBLISH, fields_of(manager.get(PUBLISH), PUBLISH))
    letter = next(one for one in messages(served) if not one.address)
    columns = {one.key: getattr(letter, one.key) for one in inspect(Message).column_attrs}
    with served.store.writing() as session:
        session.add_all(Message(**columns | {"id": None, "sequence": number}) for number in range(100, 250))
    letters = sum(not one.address for one in messages(served))
    assert f"{letters} letters to print and hand over" in words(support.get("/teams/yew/tasks"))
    where = "/teams/yew/outbox/given"
    page = support.get("/teams/yew/outbox/letters")
    assert "so this can’t be taken back" in words(page)
    form = fields_of(page, where) | {"all": "yes"}
    listed = fields_of(support.get("/teams/yew/outbox"), where)
    assert {name: form[name] for name in ("number", "through")} == {
        name: listed[name] for name in ("number", "through")
    }
    with served.store.writing() as session:
        one = Scoped(session, system(TENANT)).one(Message, Message.id == letter.id)
        assert one is not None
        one.state = "replaced"
    assert support.post(where, form).status_code == 409, "one of them isn't for anybody any more"
    assert {one.state for one in messages(served) if not one.address} == {"due", "replaced"}
    form = fields_of(support.get("/teams/yew/outbox/letters"), where) | {"all": "yes"}
    assert support.post(where, form).headers["Location"].endswith(f"given={letters - 1}")
    assert {one.state for one in messages(served) if not one.address} == {"given", "replaced"}


def test_a_worker_is_told_of_what_was_theirs_alone(office: World, visit: Callable[[str], Visitor]) -> None:
    """What was done for a meeting that is gone isn't in anybody's calendar any more."""
    office.is_person("worker@yew.example", "hv-2")
    support = visit(SUPPORT)
    form = "/teams/yew/tasks/marks"
    support.send(form, "/teams/yew/tasks?from=", task=GONE)
    support.post(form, fields_of(support.get("/teams/yew/tasks"), form) | {"task": GONE})
    assert set(kept(office)) == {GONE}
    office.clock.at += timedelta(minutes=5)
    office.give(office_cases.caseload(3), replanned(), published=True)
    assert "was Tue 15 Dec 2026" in words(support.get("/teams/yew/tasks?state=again"))
    worker = visit("worker@yew.example")
    assert "was Tue 15 Dec 2026" not in words(worker.get("/teams/yew/tasks?state=again"))
    sent = fields_of(support.get("/teams/yew/tasks?state=again"), form)
    worker.send("/teams/yew/tasks", form, undo=GONE)
    assert set(kept(office)) == {GONE}, "nor is it theirs to take off the list"
    support.post(form, sent | {"undo": GONE})
    assert kept(office) == {}
