"""A service that nobody uses yet: the welcome, and the demo at one click."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from threading import Thread

import httpx
import pytest
from browsers import Browsing, checked
from sqlalchemy import select
from web_world import World, world

from service.pages import demo
from service.store.audit import flaws
from service.store.tables import Account, Audit, CalendarEntry, CaseloadVersion, Job, Team
from solver.schema.load import load_caseload

pytestmark = pytest.mark.web
PAGE = {"Accept": "text/html"}


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[World]:
    """A service without an account."""
    with world(tmp_path) as made:
        yield made


@pytest.fixture
def few_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "PLANS", 3)


def rows(served: World) -> dict[str, int]:
    tables = (Account, Team, CaseloadVersion, CalendarEntry, Job)
    with served.store.reading() as session:
        assert list(flaws(session, "authority")) == []
        return {table.__name__: len(session.scalars(select(table)).all()) for table in tables}


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.usefixtures("few_plans")
def test_one_click_from_the_welcome_to_the_search(empty: World, browser: Browsing, scripts: bool) -> None:
    with browser.page(empty, None, scripts=scripts) as (page, _):
        page.goto("/")
        assert page.url == empty.address + "/"
        if scripts:
            checked(page)
        page.get_by_role("button", name="Plan a demo team").click()
        assert page.url.startswith(f"{empty.address}/teams/demo-team/solve/")
        first = page.url
        assert rows(empty) == {"Account": 1, "Team": 1, "CaseloadVersion": 1, "CalendarEntry": 1, "Job": 1}
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("button", name="Open the demo team").click()
        assert page.url == first
    assert rows(empty)["CalendarEntry"] == 1
    with empty.store.reading() as session:
        actions = [entry.action for entry in session.scalars(select(Audit).order_by(Audit.number))]
    assert actions[:6] == [
        "tenant.add",
        "team.add",
        "account.add",
        "caseload.write",
        "calendar.plan",
        "session.begin",
    ]


@pytest.mark.parametrize(("width", "zoom"), [(320, 1.0), (1280, 4.0)])
def test_the_welcome_small_and_enlarged(empty: World, browser: Browsing, width: int, zoom: float) -> None:
    with browser.page(empty, None, width=width, zoom=zoom) as (page, _):
        page.goto("/")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        checked(page)


@pytest.mark.usefixtures("few_plans")
def test_clicking_twice_at_once_is_clicking_once(empty: World) -> None:
    answers: list[httpx.Response] = []

    def click() -> None:
        answers.append(httpx.post(f"{empty.address}/demo", headers=PAGE, trust_env=False, timeout=30))

    threads = [Thread(target=click) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert [answer.status_code for answer in answers] == [303] * 4
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert rows(empty) == {"Account": 1, "Team": 1, "CaseloadVersion": 1, "CalendarEntry": 1, "Job": 1}


@pytest.mark.usefixtures("few_plans")
def test_a_demo_that_went_wrong_is_planned_again_and_one_that_is_there_is_shown(empty: World) -> None:
    def click() -> str:
        return httpx.post(f"{empty.address}/demo", headers=PAGE, trust_env=False, timeout=30).headers[
            "Location"
        ]

    def become(state: str, revision: int) -> None:
        with empty.store.writing() as session:
            for entry in session.scalars(select(CalendarEntry)):
                entry.state, entry.revision = state, revision

    first = click()
    become("failed", 0)
    assert click() != first
    become("completed", 1)
    assert click() == "/teams/demo-team"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Host": "convene.example"},
        {"X-Forwarded-For": "192.0.2.7"},
        {"Forwarded": "for=192.0.2.7"},
    ],
)
def test_nobody_else_plans_a_demo(empty: World, headers: dict[str, str]) -> None:
    answer = httpx.post(f"{empty.address}/demo", headers=PAGE | headers, trust_env=False, timeout=30)
    assert answer.status_code == 404
    assert "Set-Cookie" not in answer.headers
    assert rows(empty)["Account"] == 0
    if "Sec-Fetch-Site" not in headers:
        start = httpx.get(f"{empty.address}/", headers=PAGE | headers, trust_env=False, timeout=30)
        assert (start.status_code, start.headers.get("Location")) == (303, "/sign-in")


@pytest.mark.parametrize(
    "today", [date(2026, 11, 23), date(2026, 11, 22), date(2027, 8, 30), date(2030, 2, 28)]
)
def test_the_demo_is_a_half_year_from_the_next_working_week(today: date) -> None:
    caseload = demo.caseload_from(today)
    assert 0 <= (caseload.horizon.start - today).days < 7
    assert caseload.horizon.start.weekday() == 0
    assert (len(caseload.plans), caseload.team.id) == (150, "demo-team")
    load_caseload(caseload.model_dump_json(by_alias=True).encode())
