"""Uploading a workbook, as somebody does it in a browser: two faults, corrected, looked at, stored."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from browsers import Browsing, Watched, checked
from caseloads import small_caseload
from playwright.sync_api import Page
from upload_cases import workbook
from web_world import World
from workbooks import book, plain_sheets

from service.workbook.text_out import csv_files

pytestmark = pytest.mark.web
MANAGER = "manager@yew.example"


def caseload(**more: Any) -> dict[str, Any]:
    data = small_caseload()
    data["team"]["id"] = "yew"
    return data | more


def spoilt(**cells: Any) -> bytes:
    """The workbook with cells of the sheet Participants and Children put in."""
    pages = plain_sheets(caseload())
    for row in range(1, cells.get("rows", 2)):
        pages["Participants"][row][2] = "vital"
    pages["Children"][1][3] = "31/02/2016"
    return book(pages)


def choose(page: Page, folder: Path, *files: tuple[str, bytes]) -> None:
    paths = []
    for name, data in files:
        path = folder / name
        path.write_bytes(data)
        paths.append(path)
    page.set_input_files("#file", paths)
    press(page, "Check the file")


def press(page: Page, name: str) -> None:
    """Send a form, and wait until the answer is there with all its styles."""
    with page.expect_navigation():
        page.get_by_role("button", name=name).click()


def no_sideways(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def faulty(watched: Watched) -> None:
    """The answer says that what was sent is wrong, and Chromium tells so in its console."""
    watched.expected.append("status of 422")


@pytest.mark.parametrize("scripts", [True, False])
def test_two_faults_are_corrected_and_the_caseload_stored(
    served: World, browser: Browsing, tmp_path: Path, scripts: bool
) -> None:
    with browser.page(served, MANAGER, scripts=scripts) as (page, watched):
        faulty(watched)
        page.goto("/teams/yew/upload")
        if scripts:
            checked(page)
        choose(page, tmp_path, ("team.xlsx", spoilt()))
        assert page.title().startswith("Error: 2 faults in team.xlsx")
        rows = page.locator(".upload-faults tbody tr")
        assert [one.replace("\n", " ") for one in rows.locator("th").all_inner_texts()] == [
            "D2 Date of birth plan-1", "C2 Level plan-1",
        ]  # fmt: skip
        assert '"31/02/2016"' in rows.nth(0).inner_text()
        assert 'Write "essential", "expected" or "invited".' in rows.nth(1).inner_text()
        page.get_by_role("link", name="Participants, C2").click()
        assert page.url.endswith("#participants-c2")
        if scripts:
            checked(page)
            no_sideways(page)
        with page.expect_download() as told:
            page.get_by_role("link", name="Download the faults").click()
        assert told.value.suggested_filename == "faults.csv"
        lines = list(csv.reader(io.StringIO(told.value.path().read_text("utf-8-sig"))))
        assert [line[:3] for line in lines[1:]] == [
            ["Children", "D2", "Date of birth"],
            ["Participants", "C2", "Level"],
        ]

        choose(page, tmp_path, ("team.xlsx", workbook(caseload())))
        assert page.get_by_role("heading", level=1).inner_text() == "The team’s first caseload"
        if scripts:
            checked(page)
        press(page, "Store this caseload")
        assert page.url == served.address + "/teams/yew/upload?stored=1"
        assert "version 1, with 3 plans" in page.get_by_role("alert").inner_text()
        if scripts:
            checked(page)
        assert page.get_by_role("link", name="Plan it now").get_attribute("href") == "/teams/yew/publish#plan"


def test_the_downloaded_workbook_comes_back_with_a_change(
    served: World, browser: Browsing, tmp_path: Path
) -> None:
    from solver.schema.caseload import Caseload

    served.caseload(Caseload.model_validate(caseload()))
    with browser.page(served, MANAGER) as (page, _):
        page.goto("/teams/yew/upload")
        with page.expect_download() as told:
            page.get_by_role("link", name="Download it as an Excel workbook").click()
        assert told.value.suggested_filename == "caseload-yew-version-1.xlsx"
        data = told.value.path().read_bytes()
        choose(page, tmp_path, ("back.xlsx", data))
        assert page.get_by_role("heading", level=1).inner_text() == "Nothing would change"
        checked(page)
        page.get_by_role("link", name="Upload another file").click()
        changed = caseload()
        changed["plans"][0]["minutes"] = 75
        choose(page, tmp_path, ("back.xlsx", workbook(changed)))
        assert page.get_by_role("heading", level=1).inner_text() == "What would change"
        assert "plan-1: length of meetings" in page.locator("main").inner_text()
        checked(page)
        press(page, "Store this caseload")
        assert "version 2" in page.get_by_role("alert").inner_text()


def test_the_empty_workbook_says_what_to_fill_in(served: World, browser: Browsing, tmp_path: Path) -> None:
    with browser.page(served, MANAGER) as (page, watched):
        faulty(watched)
        page.goto("/teams/yew/upload")
        with page.expect_download() as told:
            page.get_by_role("link", name="Download the empty workbook").click()
        choose(page, tmp_path, ("empty.xlsx", told.value.path().read_bytes()))
        assert "Fill in" in page.locator("main").inner_text() or "needed" in page.locator("main").inner_text()
        checked(page)


def test_an_export_of_csv_files_is_chosen_all_at_once(
    served: World, browser: Browsing, tmp_path: Path
) -> None:
    files = csv_files(caseload())
    with browser.page(served, MANAGER) as (page, watched):
        faulty(watched)
        page.goto("/teams/yew/upload")
        spoilt_files = files | {"People.csv": files["People.csv"].replace(b"social_worker", b"wizard")}
        choose(page, tmp_path, *spoilt_files.items())
        assert "People.csv line 2" in page.locator(".upload-faults").inner_text()
        choose(page, tmp_path, *files.items())
        page.get_by_role("button", name="Store this caseload").wait_for()


@pytest.mark.parametrize(("width", "zoom"), [(320, 1.0), (1280, 4.0)])
def test_nothing_is_cut_off_on_a_small_screen(
    served: World, browser: Browsing, tmp_path: Path, width: int, zoom: float
) -> None:
    from solver.schema.caseload import Caseload

    served.caseload(Caseload.model_validate(caseload(closures=["2026-12-28"])))
    with browser.page(served, MANAGER, width=width, zoom=zoom) as (page, watched):
        faulty(watched)
        page.goto("/teams/yew/upload")
        no_sideways(page)
        press(page, "Check the file")
        assert "Choose a file" in page.get_by_role("alert").inner_text()
        no_sideways(page)
        checked(page)
        choose(page, tmp_path, ("team.xlsx", spoilt(rows=12)))
        no_sideways(page)
        checked(page)
        choose(page, tmp_path, ("team.xlsx", workbook(caseload())))
        no_sideways(page)
        checked(page)


def test_what_was_ticked_stays_ticked_and_reading_is_told(
    served: World, browser: Browsing, tmp_path: Path
) -> None:
    with browser.page(served, MANAGER) as (page, watched):
        faulty(watched)
        page.goto("/teams/yew/upload")
        page.get_by_label("Leave out sheets").check()
        press(page, "Check the file")
        assert page.get_by_label("Leave out sheets").is_checked(), "no file was chosen"
        choose(page, tmp_path, ("team.xlsx", spoilt()))
        tick = page.get_by_label("Leave out sheets")
        assert tick.is_checked(), "it has faults"
        tick.uncheck()
        path = tmp_path / "back.xlsx"
        path.write_bytes(spoilt())
        page.set_input_files("#file", path)
        # What is said while the file is read is there until the answer is.
        page.evaluate(
            "document.querySelector('.upload-form').addEventListener('submit', one => one.preventDefault())"
        )
        page.get_by_role("button", name="Check the file").click()
        assert "back.xlsx is being sent and checked" in page.locator("#upload-told").inner_text()
        checked(page)
    with browser.page(served, MANAGER) as (page, watched):
        faulty(watched)
        page.goto("/teams/yew/upload")
        choose(page, tmp_path, ("team.xlsx", spoilt()))
        assert not page.get_by_label("Leave out sheets").is_checked()


def test_everything_is_reached_by_keyboard(served: World, browser: Browsing, tmp_path: Path) -> None:
    with browser.page(served, MANAGER) as (page, watched):
        faulty(watched)
        page.goto("/teams/yew/upload")
        path = tmp_path / "team.xlsx"
        path.write_bytes(spoilt(rows=12))
        page.focus("#file")
        page.set_input_files("#file", path)
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        assert page.locator("#ignore_extra").is_checked()
        page.keyboard.press("Tab")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        summary = page.locator(".govuk-error-summary")
        assert summary.evaluate("one => one === document.activeElement")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.url.endswith("#sheet-participants")
        assert (
            "And 8 more of the same kind in the column Level, the last one at C12."
            in page.locator("main").inner_text()
        )
