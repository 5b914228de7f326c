"""Tasks: which are shown to whom, marking them as done and taking that back, and the files to take along."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import office_cases
import pytest
from browsers import Browsing, checked
from page_views import NOW, view_for
from web_world import World

from service.pages.task_csv import csv_of, inert
from service.pages.task_filter import SPAN, TaskFilter, read_filter
from service.pages.task_list import A_PAGE, TaskList, chosen, task_list, words_of
from service.pages.team import TeamView
from service.store.task_basis import Basis
from service.store.task_marks import Mark

pytestmark = pytest.mark.web
TODAY = NOW.date()
CONCERN = "plan-1/plan-concern/1"


def shown(view: TeamView, marks: dict[str, Mark] | None = None, /, **query: str) -> TaskList:
    asked, faults = read_filter(query, view.today, None)
    assert not faults
    found = task_list(view, asked, marks or {})
    assert found is not None
    return found


def ids(found: TaskList) -> list[str]:
    return [row.id for group in found.groups for row in group.rows]


def test_the_next_four_weeks_are_shown_by_date() -> None:
    found = shown(view_for("manager", 40))
    dates = [row.due for group in found.groups for row in group.rows]
    assert dates == sorted(dates)
    assert all(TODAY <= due <= TODAY + SPAN for due in dates)
    assert [group.title for group in found.groups] == sorted(
        {group.title for group in found.groups}, key=[group.title for group in found.groups].index
    )
    expected = [one for one in office_cases.calendar(40).tasks if TODAY <= one.due <= TODAY + SPAN]
    assert found.total == len(expected)


def test_every_task_is_on_one_page_and_no_page_has_more_than_a_hundred() -> None:
    view = view_for("manager", 150)
    first = shown(view, **{"from": "", "until": ""})
    assert first.total == len(office_cases.calendar(150).tasks)
    seen = [
        task
        for page in range(1, first.pages + 1)
        for task in ids(shown(view, **{"from": "", "until": "", "page": str(page)}))
    ]
    assert sorted(seen) == sorted(task.id for task in office_cases.calendar(150).tasks)
    assert len(ids(first)) == A_PAGE
    assert (
        ids(shown(view, **{"from": "", "until": "", "page": "99999"})) == seen[(first.pages - 1) * A_PAGE :]
    )


def test_what_is_overdue_is_not_done_and_was_due_before_today() -> None:
    view = view_for("manager", 40)
    late = shown(view, state="late")
    assert CONCERN in ids(late)
    assert all(row.overdue and row.due < TODAY for group in late.groups for row in group.rows)
    marked = {CONCERN: Mark(NOW, "a", "manager", None)}
    assert CONCERN not in ids(shown(view, marked, state="late"))
    done = shown(view, marked, state="done")
    assert ids(done) == [CONCERN]
    (row,) = done.groups[0].rows
    assert (row.done, row.done_by, row.overdue) == (NOW, "the manager", False)


def test_shortcuts_count_what_they_lead_to() -> None:
    view = view_for("support", 40)
    marks = {task.id: Mark(NOW, "a", "support", None) for task in office_cases.calendar(40).tasks[:7]}
    for one in shown(view, marks, owner="sw-1").shortcuts:
        query = dict(part.partition("=")[::2] for part in one.query.split("&"))
        assert shown(view, marks, **query).total == one.number, one.text
        assert query["owner"] == "sw-1"


def test_an_owner_and_a_kind_are_chosen_and_grouped() -> None:
    found = shown(view_for("manager", 40), group="owner", kind="record", **{"from": "", "until": ""})
    assert len({group.title for group in found.groups}) == len(found.groups) > 1
    for group in found.groups:
        assert [row.due for row in group.rows] == sorted(row.due for row in group.rows)
    assert shown(view_for("manager", 40), owner="nobody").total == 0
    assert [name for name, _ in found.kinds] == ["book-interpreter", "plan-concern", "prepare", "record"]


def test_a_plan_is_chosen_and_today_is_a_list_of_its_own() -> None:
    view = view_for("support", 40)
    found = shown(view, plan="plan-3", **{"from": "", "until": ""})
    assert found.total == sum("plan-3" in one.plans for one in office_cases.calendar(40).tasks) > 0
    assert ", plan-3" in found.told
    today = next(one for one in shown(view).shortcuts if one.text == "Today")
    assert today.number == sum(one.due == TODAY for one in office_cases.calendar(40).tasks)


def test_a_mark_that_does_not_stand_is_to_do_again() -> None:
    view = view_for("support", 40)
    task = next(one for one in office_cases.calendar(40).tasks if one.meeting and one.due >= TODAY)
    meeting = next(one for one in office_cases.calendar(40).meetings if one.id == task.meeting)
    then = Basis(
        meeting.start - timedelta(days=1), meeting.end - timedelta(days=1), "refuge", (), task.title, task.owner,
        meeting.series, meeting.kind, meeting.number,
    )  # fmt: skip
    marks = {task.id: Mark(NOW, "a", "support", None, then, ("time", "place"))}
    assert ids(shown(view, marks, state="again")) == [task.id]
    assert shown(view, marks, state="done").total == 0
    assert task.id in ids(shown(view, marks, plan=task.plans[0], **{"from": "", "until": ""}))
    (row,) = (row for group in shown(view, marks, state="again").groups for row in group.rows)
    assert (row.done, row.done_by) == (None, "")
    assert "confidential venue" in row.again, "where a family is isn't told, though it was there once"
    assert not any(secret in row.again for secret in office_cases.SECRETS)
    assert shown(view, marks).again == 1
    assert shown(view).shortcuts[0].text == "Overdue", "nothing to say where nothing has changed"


def test_an_empty_list_says_when_the_next_one_is_due() -> None:
    found = shown(view_for("manager", 40), **{"from": "2026-11-22", "until": "2026-11-22"})
    assert found.total == 0
    assert found.next_due == min(
        task.due for task in office_cases.calendar(40).tasks if task.due > date(2026, 11, 22)
    )
    assert task_list(view_for("manager", 0), TaskFilter(), {}) is None


@pytest.mark.parametrize(
    ("query", "field"),
    [({"from": "31/12/2026"}, "from"), ({"until": "soon"}, "until"), ({"from": "2027-01-02", "until": "2027-01-01"}, "until")],
)  # fmt: skip
def test_a_date_that_is_none_is_said_at_its_field(query: dict[str, str], field: str) -> None:
    _, faults = read_filter(query, TODAY, None)
    assert [one.field for one in faults] == [field]


def test_an_address_is_read_as_it_is_written() -> None:
    asked = TaskFilter("sw-1", "record", date(2026, 12, 1), None, "all", "owner", 3)
    query = dict(part.partition("=")[::2] for part in asked.query().split("&"))
    assert read_filter(query, TODAY, "sw-2") == (asked, ())
    for nonsense in ("0", "-1", "x", "²", "9" * 9):
        assert read_filter({"page": nonsense, "state": "?"}, TODAY, None)[0].state == "open"


def test_support_reads_no_free_text_and_family_goes_by_role() -> None:
    whole = {"from": "", "until": ""}
    for role, sees in (("manager", True), ("support", False)):
        view = view_for(role, 40)  # type: ignore[arg-type]
        said = [
            row.what
            for task in [shown(view, **whole, page=str(page)) for page in range(1, 9)]
            for group in task.groups
            for row in group.rows
        ]
        assert any(office_cases.FREE_TEXT in one for one in said) is sees
        assert not any("Testparent" in one for one in said)
        assert any("(parent)" in one for one in said)


def test_a_worker_may_mark_what_they_owe() -> None:
    found = shown(view_for("worker", 40, person="sw-1"), **{"from": "", "until": ""})
    names = {row.owner: row.may_mark for group in found.groups for row in group.rows}
    assert names[office_cases.LONG]
    assert not names["Testmanager Juniper"]
    assert not shown(view_for("auditor", 40)).may_mark


def test_the_table_holds_no_formula() -> None:
    view = view_for("manager", 40)
    assert view.seen is not None
    marks = {CONCERN: Mark(NOW, "a", "worker", "sw-2")}
    words = words_of(view, view.seen, marks)
    found = [words.row(task) for task in chosen(view.seen, TaskFilter(state="all"), marks, TODAY)]
    content = csv_of(found)
    assert content.startswith(b"\xef\xbb\xbf")
    head, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert len(rows) == len(office_cases.calendar(40).tasks)
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    assert "'=Book an interpreter" in {row[2] for row in rows}
    marked = next(row for row in rows if row[2] == office_cases.FREE_TEXT)
    assert marked[head.index("Marked by")] == "Testworker Birch"
    assert all(one[0] <= two[0] for one, two in pairwise(rows))
    assert [inert(text) for text in ("=1", "@x", "\tx", "x=1", "")] == ["'=1", "'@x", "'\tx", "x=1", ""]


def given(world: World, plans: int) -> None:
    world.clock.at = datetime(2026, 12, 14, 9, tzinfo=UTC)
    world.is_person("worker@yew.example", "sw-1")
    if plans:
        world.give(office_cases.caseload(plans), office_cases.calendar(plans))


STATES = {
    "nothing yet": (0, "manager", ""),
    "one plan": (1, "manager", "?from=&until="),
    "by owner": (40, "support", "?group=owner"),
    "overdue": (150, "manager", "?state=late"),
    "faults": (1, "manager", "?from=x&until=y"),
    "a worker": (40, "worker", ""),
    "an auditor": (1, "auditor", "?from=&until="),
}


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_accessible(served: World, browser: Browsing, state: str) -> None:
    plans, role, query = STATES[state]
    given(served, plans)
    with browser.page(served, f"{role}@yew.example") as (page, _):
        page.goto(f"/teams/yew/tasks{query}")
        checked(page)
        text = page.content()
        assert not any(secret in text for secret in office_cases.SECRETS)
        assert (office_cases.FREE_TEXT in text) == (state in ("one plan", "overdue", "an auditor"))
        buttons = page.get_by_role("button", name="Mark ticked tasks as done")
        assert buttons.count() == (role != "auditor" and plans > 0)


@pytest.mark.parametrize("scripts", [True, False])
def test_support_works_the_list(served: World, browser: Browsing, scripts: bool) -> None:
    given(served, 40)
    with browser.page(served, "support@yew.example", scripts=scripts) as (page, _):
        page.goto("/teams/yew/tasks")
        page.get_by_label("Owner", exact=True).select_option("tm-1")
        page.get_by_label("Kind", exact=True).select_option("book-interpreter")
        page.get_by_role("button", name="Show").click()
        before = page.locator("tbody input[type=checkbox]").count()
        for box in page.locator("tbody input[type=checkbox]").all()[:2]:
            box.check(force=True)
        page.get_by_role("button", name="Mark ticked tasks as done").click()
        assert "2 tasks are marked as done." in page.get_by_role("alert").inner_text()
        assert "owner=tm-1" in page.url, "the list is the same one as before"
        assert page.locator("tbody input[type=checkbox]").count() == before - 2
        if scripts:
            checked(page)
        page.get_by_role("button", name="Undo").click()
        assert "2 tasks aren’t done after all." in page.get_by_role("alert").inner_text()
        assert page.locator("tbody input[type=checkbox]").count() == before
        page.locator("tbody input[type=checkbox]").first.check(force=True)
        page.get_by_role("button", name="Mark ticked tasks as done").click()
        page.get_by_role("navigation", name="Lists of tasks").get_by_role("link", name="Done").click()
        assert "by business support" in page.locator("tbody").first.inner_text()
        if scripts:
            checked(page)
        page.get_by_role("button", name="Undo").click()
        assert "There are no such tasks." in page.inner_text("main")


def test_marks_stay_when_the_calendar_is_revised(served: World, browser: Browsing) -> None:
    served.clock.at = datetime(2026, 12, 14, 9, tzinfo=UTC)
    entry = served.give(office_cases.caseload(3), office_cases.calendar(3))
    with browser.page(served, "manager@yew.example", scripts=False) as (page, _):
        page.goto("/teams/yew/tasks?from=&until=&owner=sw-1")
        page.locator("tbody input[type=checkbox]").first.check(force=True)
        page.get_by_role("button", name="Mark ticked tasks as done").click()
        served.revise(entry, office_cases.calendar(3))
        page.goto("/teams/yew/tasks?state=done")
        assert page.locator("tbody tr.govuk-table__row").count() == 1
        assert "by the manager" in page.inner_text("tbody")


def test_a_worker_marks_nobody_elses_task(served: World, browser: Browsing) -> None:
    given(served, 40)
    theirs = next(one for one in office_cases.seen("worker", 40, "sw-1").tasks if one.owner == "tm-1")
    with browser.page(served, "worker@yew.example") as (page, watched):
        watched.expected.append("403")
        page.goto("/teams/yew/tasks?owner=&from=&until=")
        assert page.locator(f'input[value="{theirs.id}"]').count() == 0
        asked = page.evaluate(
            """task => fetch("/teams/yew/tasks/marks", {method: "POST", headers: {
                "Content-Type": "application/x-www-form-urlencoded",
                "X-CSRF-Token": document.querySelector("meta[name=csrf-token]").content},
                body: new URLSearchParams({task})}).then(answer => answer.status)""",
            theirs.id,
        )
        assert asked == 403


def test_files_to_take_along(served: World, browser: Browsing) -> None:
    given(served, 40)
    with browser.page(served, "support@yew.example") as (page, _):
        page.goto("/teams/yew/tasks")
        with page.expect_download() as kept:
            page.get_by_role("link", name="spreadsheet (CSV)").click()
        assert kept.value.suggested_filename == "tasks.csv"
        rows = list(csv.reader(io.StringIO(kept.value.path().read_text(encoding="utf-8-sig"))))
        assert f"{len(rows) - 1} tasks" in page.inner_text("#how-many")
        with page.expect_download() as kept:
            page.get_by_role("link", name="calendar program (iCalendar)").click()
        content = kept.value.path().read_bytes()
        assert content.count(b"BEGIN:VTODO") == len(rows) - 1
        assert not any(
            secret.encode() in content for secret in (*office_cases.SECRETS, office_cases.FREE_TEXT)
        )
        assert b"plan-" not in content


@pytest.mark.parametrize(("width", "zoom"), [(320, 1.0), (1280, 4.0)])
def test_only_the_table_scrolls_on_a_narrow_page(
    served: World, browser: Browsing, width: int, zoom: float
) -> None:
    given(served, 40)
    with browser.page(served, "manager@yew.example", width=width, zoom=zoom) as (page, _):
        page.goto("/teams/yew/tasks")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.emulate_media(media="print")
        assert page.locator(".app-filter").is_hidden()
        assert page.locator("tbody input").first.is_hidden()
