"""The first run as somebody has it: `convene serve` in an empty folder, its address in a browser, one click."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest
from browsers import CHROMIUM, Browsing
from service_processes import Place, place
from web_world import World

from solver.engine.cache import is_compiled

pytestmark = [pytest.mark.web, pytest.mark.slow]
SECONDS = 10.0
"""From the click to the planned half-year, on a machine that has nothing else to do."""
AT_MOST = 120.0


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Place]:
    with place(tmp_path) as made:
        yield made


def test_from_the_click_to_the_planned_half_year(here: Place, browser: Browsing) -> None:
    assert Path(CHROMIUM).is_file()
    quiet = os.getloadavg()[0] < 0.5 and is_compiled()
    server = here.start("serve", "--port", "0")
    address = server.url
    with here.store() as store, browser.page(World(store, address), None) as (page, _):
        page.goto(f"{address}/")
        began = monotonic()
        page.get_by_role("button", name="Plan a demo team").click()
        page.wait_for_url(f"{address}/teams/demo-team", timeout=AT_MOST * 1000)
        page.get_by_role("heading", name="Caseload").wait_for()
        took = monotonic() - began
        print(f"{took:.1f} s from the click to the planned half-year")
        assert took < (SECONDS if quiet else AT_MOST)
        page.get_by_role("table").first.wait_for()
        page.goto(f"{address}/")
        assert page.url == f"{address}/teams/demo-team"
    assert server.end() == 0


def test_without_scripts_one_looks_again(here: Place, browser: Browsing) -> None:
    server = here.start("serve", "--port", "0")
    address = server.url
    with here.store() as store, browser.page(World(store, address), None, scripts=False) as (page, _):
        page.goto(f"{address}/")
        page.get_by_role("button", name="Plan a demo team").click()
        began = monotonic()
        while page.get_by_role("link", name="Look again").count() and monotonic() - began < AT_MOST:
            page.wait_for_timeout(500)
            page.get_by_role("link", name="Look again").click()
        page.locator("#solve-next").click()
        page.wait_for_url(f"{address}/teams/demo-team")
    assert server.end() == 0
