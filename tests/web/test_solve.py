"""The page of a search: what it tells, live and looked back on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from browsers import Browsing, checked
from caseload_pages import team_of
from fake_searches import FakeSearch, fake_search
from page_visitor import Visitor, words
from web_world import TENANT, World

from service.pages.solve_plot import Point, plot_of, points_of, rows_of, step_of
from service.store.scope import Scoped, system
from service.store.tables import Event, Job

pytestmark = pytest.mark.web
Visit = Callable[[str], Visitor]
STOP = "Stop and keep the best"


def searching(served: World) -> FakeSearch:
    return fake_search(served, served.caseload(team_of(3)[0]))


def told(kind: str, number: int, **data: object) -> Event:
    return Event(calendar="c", number=number, kind=kind, data=data)


def test_a_search_that_is_begun_again_goes_on_where_the_one_before_ended() -> None:
    points = points_of([
        told("state", 1, state="preparing"),
        told("progress", 2, seconds=4.0, cost=100, bound=1.0, phase="improving"),
        told("state", 3, state="queued"),
        told("state", 4, state="preparing"),
        told("progress", 5, seconds=1.0, cost=90, bound=1.0, phase="improving"),
        told("state", 6, state="completed", seconds=2.0, cost=90, bound=90.0),
    ])  # fmt: skip
    assert [(one.seconds, one.cost) for one in points] == [(4.0, 100), (5.0, 90), (6.0, 90)]


def test_the_picture_goes_down_as_the_best_gets_better() -> None:
    points = [
        Point(1, 100_000, 10.0, None, 3, ""),
        Point(30, 1_000, 100.0, None, 0, ""),
        Point(60, 1_000, 1_000.0, 0, 0, ""),
    ]
    plot = plot_of(points, 60.0)
    assert plot is not None
    assert [tick.text for tick in plot.across] == ["10", "100", "1,000", "10,000", "100,000"]
    assert plot.best.startswith("M113.8 14")
    assert plot.best.rpartition("V")[2] == plot.bound.rpartition("V")[2]
    assert plot_of([], 60.0) is None
    assert plot_of([Point(1, None, None, None, None, "")], 60.0) is None
    assert plot_of([Point(0, 0, 0.0, 0.0, 0, "")], None) is not None


@pytest.mark.parametrize(
    ("seconds", "step"), [(1, 1), (8, 1), (9, 2), (60, 10), (3600, 500), (86_400, 20_000)]
)
def test_there_are_not_more_than_eight_marks_of_time(seconds: float, step: int) -> None:
    assert step_of(seconds) == step
    assert seconds / step <= 8


def test_the_table_has_what_was_news() -> None:
    points = [Point(number, 100 - number // 3, 1.0, None, 0, "") for number in range(300)]
    rows = rows_of(points)
    assert len(rows) == 40
    assert (rows[0].cost, rows[-1].cost) == (points[-1].cost, points[0].cost)


@pytest.mark.parametrize(
    ("state", "problem", "heading"),
    [
        ("failed", {"detail": "This is a fault of Convene, not of the caseload."}, "Planning failed"),
        ("stopped", {"detail": "Nothing had been found yet."}, "Stopped before there was a calendar"),
        ("invalid", {"detail": "Mend what errors lists.", "errors": []}, "The caseload can’t be planned"),
    ],
)
def test_what_came_to_nothing_says_why_and_what_to_do(
    served: World, visit: Visit, state: str, problem: dict[str, object], heading: str
) -> None:
    search = searching(served)
    search.state(state, problem=problem)
    text = words(visit("manager@yew.example").get(f"/teams/yew/solve/{search.calendar}"))
    assert heading in text
    assert str(problem["detail"]) in text
    assert "Plan again" in text


def test_what_is_wrong_with_a_caseload_is_for_those_who_may_read_it(served: World, visit: Visit) -> None:
    search = searching(served)
    fault = {"pointer": "#/plans/0", "detail": "Secretchild has no school", "remedy": "Name one"}
    search.state("invalid", problem={"detail": "Mend it.", "errors": [fault]})
    path = f"/teams/yew/solve/{search.calendar}"
    assert "Secretchild" in words(visit("manager@yew.example").get(path))
    for role in ("worker", "support"):
        text = words(visit(f"{role}@yew.example").get(path))
        assert "Secretchild" not in text
        assert "manager can see what is wrong" in text
        assert "Plan again" not in text


def test_who_waits_is_told_for_what(served: World, visit: Visit) -> None:
    first = searching(served)
    served.clock.at += timedelta(seconds=1)
    second = searching(served)
    visitor = visit("manager@yew.example")
    assert "1 other plan of your authority is done first" in words(
        visitor.get(f"/teams/yew/solve/{second.calendar}")
    )
    assert "no worker takes plans" not in words(visitor.get(f"/teams/yew/solve/{first.calendar}"))
    served.clock.at += timedelta(minutes=2)
    assert "no worker takes plans" in words(visitor.get(f"/teams/yew/solve/{first.calendar}"))
    with served.store.writing() as session:
        job = Scoped(session, system(TENANT)).one(Job, Job.subject == first.calendar)
        assert job is not None
        job.state, job.leased_until, job.attempts = "leased", served.clock.at + timedelta(seconds=20), 2
    first.state("solving")
    assert "attempt 2" in words(visitor.get(f"/teams/yew/solve/{first.calendar}"))
    assert "no worker takes plans" not in words(visitor.get(f"/teams/yew/solve/{second.calendar}"))
    served.clock.at += timedelta(minutes=2)
    assert "has not been heard of" in words(visitor.get(f"/teams/yew/solve/{first.calendar}"))


def test_a_search_of_another_team_is_not_there(served: World, visit: Visit) -> None:
    search = searching(served)
    assert visit("manager@yew.example").get(f"/teams/yew/solve/{'0' * 32}").status_code == 404
    other = visit("manager@oak.example")
    assert other.get(f"/teams/yew/solve/{search.calendar}").status_code == 404
    assert other.get(f"/teams/oak/solve/{search.calendar}").status_code == 404


def test_it_is_followed_live_stopped_and_gone_on_from(served: World, browser: Browsing) -> None:
    search = searching(served)
    with browser.page(served, "manager@yew.example") as (page, _):
        page.goto(f"/teams/yew/solve/{search.calendar}")
        page.evaluate("window.untouched = true")
        page.get_by_role("heading", name="Waiting to be planned").wait_for()
        checked(page)
        search.state("preparing")
        page.get_by_role("heading", name="Getting ready to plan").wait_for()
        search.state("solving")
        search.found(2.0, None, 40.0)
        page.get_by_text("No calendar has fewer than 40 points").wait_for()
        page.get_by_role("button", name="Stop", exact=True).wait_for()
        search.found(5.0, 12_345, 5_000.0, 2)
        page.get_by_text("12,345 points").wait_for()
        assert page.locator("#solve-breaches").inner_text() == "2 meetings late or not held"
        assert "more than 59.5 % better" in page.locator("#solve-gap").inner_text()
        page.get_by_role("button", name=STOP).wait_for()
        # Two rows, newest first, and a line in the picture.
        assert page.locator("#solve-rows tr").count() == 2
        assert page.locator("#solve-rows tr").first.inner_text().split() == [
            "5.0",
            "12,345",
            "5,000",
            "59.5",
            "%",
            "2",
        ]
        assert page.locator("#solve-best-line").get_attribute("d")
        checked(page)
        assert page.evaluate("window.untouched")
        page.get_by_role("button", name=STOP).press("Enter")
        page.get_by_role("heading", name="Stopping").wait_for()
        assert search.stop_is_asked()
        search.end(team_of(3)[1], "stopped")
        page.get_by_role("heading", name="Stopped: the best calendar was kept").wait_for()
        assert page.locator("#solve-told").inner_text().startswith("Stopped: the best calendar was kept")
        checked(page)
        page.get_by_role("button", name="Stay on this page").click()
        assert page.evaluate("document.activeElement.id") == "solve-next"
        page.keyboard.press("Enter")
        page.wait_for_url("**/teams/yew")


def test_it_goes_on_by_itself_only_for_whoever_saw_it_end(served: World, browser: Browsing) -> None:
    search = searching(served)
    search.state("solving")
    search.found(5.0, 900, 900.0, 0)
    with browser.page(served, "manager@yew.example") as (page, _):
        page.clock.install()
        page.goto(f"/teams/yew/solve/{search.calendar}")
        search.end(team_of(3)[1])
        page.get_by_text("You will go on to the caseload in 10 seconds").wait_for()
        page.clock.fast_forward(11_000)
        page.wait_for_url("**/teams/yew")
        page.goto(f"/teams/yew/solve/{search.calendar}")
        page.clock.fast_forward(20_000)
        assert "/solve/" in page.url
        assert not page.get_by_text("You will go on").is_visible()
        assert page.locator("#solve-best-line").get_attribute("d")


def test_it_works_without_scripts_and_in_little_room(served: World, browser: Browsing) -> None:
    search = searching(served)
    search.state("solving")
    for second in range(1, 60):
        search.found(float(second), 1_000_000 // second, 10.0 * second, 60 - second)
    path = f"/teams/yew/solve/{search.calendar}"
    with browser.page(served, "manager@yew.example", scripts=False, width=320) as (page, _):
        page.goto(path)
        page.get_by_text("16,949 points").wait_for()
        assert page.locator("#solve-best-line").get_attribute("d")
        assert page.locator("html").evaluate("one => one.scrollWidth") == 320
        search.found(60.0, 10_000, 9_000.0, 0)
        # By itself, and not any more once that is asked for.
        page.get_by_text("10,000 points").wait_for()
        page.get_by_role("link", name="keep it as it is").click()
        page.get_by_text("This page stays as it is.").wait_for()
        assert page.locator("meta[http-equiv=refresh]").count() == 0
        page.get_by_role("link", name="Look again").click()
        assert page.locator("meta[http-equiv=refresh]").count() == 1
        page.get_by_role("button", name=STOP).click()
        page.get_by_role("heading", name="Stopping").wait_for()
    with browser.page(served, "support@yew.example", zoom=4) as (page, _):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.get_by_role("button", name=STOP).count() == 0
        checked(page)


def test_a_plan_beside_a_published_calendar_leads_to_what_it_would_change(
    served: World, visit: Visit
) -> None:
    caseload, calendar = team_of(3)
    served.give(caseload, calendar, published=True)
    search = searching(served)
    search.state("solving")
    search.found(1.0, 5, 5.0, 0)
    search.end(calendar)
    answer = visit("manager@yew.example").get(f"/teams/yew/solve/{search.calendar}")
    assert f'href="/teams/yew/publish?calendar={search.calendar}"' in answer.text
    assert "The caseload, as it was published before" in words(answer)
