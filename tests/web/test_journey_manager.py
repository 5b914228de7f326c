"""A team's manager plans and publishes: from an export of the case system to what people are sent, and a week later again.

Walked as a manager walks it: by the words that are to be seen, never by an address after the first one. Plans are really planned.
Each way ends with what is in the store: what counts, who is sent what, and that the checker agrees.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from api_cases import documents
from browsers import Browsing, Watched
from caseload_pages import team_of
from job_cases import working
from page_checks import axe, fits, printed
from playwright.sync_api import Page, expect
from web_world import TENANT, World
from workbooks import book, plain_sheets

from service.jobs.planning import Planning
from service.store.scope import Scoped, system
from service.store.tables import Audit, CalendarEntry, CaseloadVersion, Incumbent, Message, Revision
from service.workbook.flatten import data_of
from solver.check import check_calendar
from solver.generate import generate
from solver.policy.load import load_policy
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload

pytestmark = pytest.mark.web
MANAGER = "manager@yew.example"
OTHER = "support@yew.example"
AWAY = (date(2027, 1, 11), date(2027, 1, 23))
"""When the worker is on leave, in the caseload of a week later."""


@cache
def _generated() -> Caseload:
    return generate(6, 5, start=date(2026, 12, 7))


def export() -> dict[str, Any]:
    """What the case system holds: six plans, and parents without a mailbox."""
    data = data_of(_generated())
    data["team"] |= {"id": "yew", "name": "Yew team"}
    return data


def a_week_later() -> dict[str, Any]:
    """The same with the social worker on leave, a plan closed, and a new one for another family of the same people."""
    data = export()
    worker = next(one for one in data["people"] if one["role"] == "social_worker")
    start, end = (f"{day}T00:00" for day in AWAY)
    worker.setdefault("busy", []).append({"start": start, "end": end})
    data["plans"][1]["ends"] = "2026-12-16"
    new = {
        **data["plans"][2],
        "id": "plan-900",
        "children": [{**data["plans"][2]["children"][0], "id": "child-900"}],
    }
    new["participants"] = [one for one in new["participants"] if not one["person"].startswith("child-")]
    data["plans"].append(new)
    return data


def workbook(folder: Path, name: str, data: dict[str, Any], *, faulty: bool = False) -> Path:
    """A workbook as a script fills it from the export: with a column that Convene doesn't know, and with two faults."""
    sheets = plain_sheets(data)
    for number, row in enumerate(sheets["People"]):
        row.append("Badge" if number == 0 else f"B{number}")
    if faulty:
        sheets["Participants"][1][2] = "vital"
        sheets["Children"][1][3] = "31/02/2016"
    path = folder / name
    path.write_bytes(book(sheets))
    return path


@pytest.fixture
def planned_by(served: World) -> Iterator[World]:
    """The service with a worker that plans."""
    with working(served.store, {"plan": Planning(threads=1)}, now=served.clock.now):
        yield served


@dataclass
class Walk:
    """Somebody on their way through the pages."""

    page: Page
    scripts: bool = True
    seen: list[str] = field(default_factory=list)

    def arrived(self, heading: str) -> None:
        """A page is there, and nothing is wrong with it."""
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(heading, timeout=60_000)
        self.page.wait_for_load_state()
        faults = fits(self.page)
        if self.scripts:
            faults += axe(self.page)
        assert faults == [], heading
        self.seen.append(heading)

    def follow(self, link: str, heading: str) -> None:
        """By a link."""
        self.page.get_by_role("link", name=link).first.click()
        self.arrived(heading)

    def press(self, button: str, heading: str) -> None:
        """By a button."""
        self.page.get_by_role("button", name=button).first.click()
        self.arrived(heading)

    def check_file(self, path: Path, heading: str) -> None:
        """Choose a file and have it checked."""
        self.page.get_by_label("The file").or_(self.page.get_by_label("The corrected file")).set_input_files(
            path
        )
        self.press("Check the file", heading)

    def says(self, text: str) -> None:
        expect(self.page.locator("main")).to_contain_text(text)


class Kept:
    """What is in the store in the end."""

    def __init__(self, world: World) -> None:
        with world.store.reading() as session:
            scoped = Scoped(session, system(TENANT))
            self.entries = session.scalars(scoped.select(CalendarEntry).order_by(CalendarEntry.created)).all()
            self.messages = session.scalars(scoped.select(Message).order_by(Message.id)).all()
            self.publications = session.scalars(
                scoped.select(Audit).where(Audit.action == "calendar.publish").order_by(Audit.number)
            ).all()
            last = self.publications[-1] if self.publications else None
            self.calendar: Calendar | None = None
            self.caseload: Caseload | None = None
            if last is not None:
                revision = scoped.one(
                    Revision, Revision.calendar == last.subject, Revision.number == int(last.after or 0)
                )
                assert revision is not None
                self.calendar = Calendar.model_validate_json(revision.document)
                version = scoped.one(CaseloadVersion, CaseloadVersion.id == revision.caseload_version)
                assert version is not None
                self.caseload = Caseload.model_validate_json(version.document)

    def published(self) -> Calendar:
        """The calendar that was published last: the checker finds nothing in it, and people are sent what it says."""
        assert self.calendar is not None
        assert self.caseload is not None
        assert check_calendar(self.caseload, load_policy(self.caseload.authority), self.calendar).ok
        told = {
            (one.recipient, one.meeting): one.start[:16]
            for one in self.messages
            if one.state == "due" and one.method == "REQUEST" and not one.recipient.startswith("venue:")
        }
        starts = {one.id: f"{one.start:%Y-%m-%dT%H:%M}" for one in self.calendar.meetings}
        asked = {(place.person, one.id) for one in self.calendar.meetings for place in one.attendees}
        assert told.keys() <= asked
        assert all(starts[meeting] == start for (_, meeting), start in told.items())
        return self.calendar


def sign_in(walk: Walk) -> None:
    """From the address that the service was told to be found at."""
    walk.page.goto("/")
    walk.arrived("Sign in")
    walk.press(f"Sign in as {MANAGER}", "Caseload")


def expected(watched: Watched) -> None:
    """A faulty file is answered with a status that Chromium names in its console."""
    watched.expected.append("status of 422")


@pytest.mark.slow
def test_by_mouse_and_a_week_later_again(planned_by: World, browser: Browsing, tmp_path: Path) -> None:
    world = planned_by
    with browser.page(world, None) as (page, watched):
        expected(watched)
        walk = Walk(page)
        sign_in(walk)
        walk.follow("Bring in your caseload", "Upload a caseload")
        page.get_by_label("Leave out sheets and columns").check()
        walk.check_file(workbook(tmp_path, "faulty.xlsx", export(), faulty=True), "What is wrong")
        walk.says("2 faults in faulty.xlsx")
        page.get_by_role("link", name="Participants, C2").click()
        # What was ticked once needs no second tick.
        expect(page.get_by_label("Leave out sheets and columns")).to_be_checked()
        walk.check_file(workbook(tmp_path, "team.xlsx", export()), "The team’s first caseload")
        walk.press("Store this caseload", "Upload a caseload")
        walk.follow("Plan it now", "Plan and publish")
        assert page.get_by_role("radio").count() == 0
        walk.press("Plan", "The calendar is ready")
        walk.says("No calendar can be better.")
        walk.says("to the caseload in")
        walk.press("Stay on this page", "The calendar is ready")
        page.get_by_role("button", name="See the caseload").click()
        walk.arrived("Caseload")
        walk.says("Nobody has been sent this calendar yet")

        page.get_by_role("table").get_by_role("link").first.click()
        walk.arrived(", ")
        meeting = page.get_by_role("heading", level=1).inner_text()
        walk.press("Move it", "Move")
        page.get_by_role("radio").first.check()
        walk.says("It can be held on")
        walk.press("Move it", meeting.splitlines()[-1])
        walk.press("Undo", "What is back")
        walk.press("Put the change back", "What is back")
        page.get_by_role("button", name="Go back").click()
        walk.arrived(meeting.splitlines()[-1])

        walk.follow("Plan and publish", "Plan and publish")
        walk.says("Nobody has been sent anything yet")
        # Whoever clicks twice publishes once.
        page.get_by_role("button", name="Publish and write").dblclick()
        page.get_by_role("heading", name="Published", exact=True).wait_for()
        walk.arrived("Plan and publish")
        walk.says("to print")
        first = Kept(world)
        before = first.published()
        assert len(first.publications) == 1
        assert Counter(one.method for one in first.messages) == {"REQUEST": len(first.messages)}
        assert any(one.address == "" for one in first.messages)
        walk.follow("See what is on its way", "Messages")
        walk.follow("Print all letters", "Letters")
        page.go_back()
        page.go_back()
        walk.arrived("Plan and publish")

        # A week later they have been signed out, and come back to where they were going.
        world.clock.at += timedelta(days=7)
        walk.follow("Upload", "Sign in")
        walk.press(f"Sign in as {MANAGER}", "Upload a caseload")
        page.get_by_label("Leave out sheets and columns").check()
        walk.check_file(workbook(tmp_path, "later.xlsx", a_week_later()), "What would change")
        walk.says("plan-900")
        walk.press("Store this caseload", "Upload a caseload")
        walk.follow("Plan it now", "Plan and publish")
        walk.says("A newer caseload has come in")
        expect(page.get_by_label("Only what has to")).to_be_checked()
        page.get_by_label("Seconds to search").fill("2")
        walk.press("Plan", "The calendar is ready")
        page.get_by_role("button", name="See what it would change").click()
        walk.arrived("Plan and publish")
        walk.says("as before")
        page.get_by_role("button", name="Publish and write").click()
        page.get_by_role("heading", name="Published", exact=True).wait_for()
        walk.follow("Compare with what people had been sent before that", "What changed")

    then = Kept(world)
    after = then.published()
    assert len(then.publications) == 2
    assert any("plan-900" in one.plans for one in after.meetings)
    worker = next(one["id"] for one in a_week_later()["people"] if one["role"] == "social_worker")
    on_leave = [
        one
        for one in after.meetings
        for place in one.attendees
        if place.person == worker and place.status == "attending" and AWAY[0] <= one.start.date() < AWAY[1]
    ]
    assert on_leave == []
    known = {one.id: one.start for one in before.meetings}
    stayed = [one for one in after.meetings if known.get(one.id) == one.start]
    assert len(stayed) * 2 > len(after.meetings)


def test_without_scripts_and_in_little_room(planned_by: World, browser: Browsing, tmp_path: Path) -> None:
    with browser.page(planned_by, None, scripts=False, width=320, height=640) as (page, _):
        walk = Walk(page, scripts=False)
        sign_in(walk)
        walk.follow("Bring in your caseload", "Upload a caseload")
        page.get_by_label("Leave out sheets and columns").check()
        walk.check_file(workbook(tmp_path, "team.xlsx", export()), "The team’s first caseload")
        walk.press("Store this caseload", "Upload a caseload")
        walk.follow("Plan it now", "Plan and publish")
        page.get_by_role("button", name="Plan", exact=True).click()
        # Nobody clicks here: the page looks again by itself until the search has ended.
        walk.arrived("The calendar is ready")
        page.get_by_role("button", name="See the caseload").click()
        walk.arrived("Caseload")
        walk.follow("Look through it and publish", "Plan and publish")
        page.get_by_role("button", name="Publish and write").click()
        walk.arrived("Plan and publish")
        walk.says("Published")
        walk.follow("See what is on its way", "Messages")
    kept = Kept(planned_by)
    kept.published()
    assert len(kept.publications) == 1
    assert kept.messages


def tab_to(page: Page, name: str) -> None:
    """Go on by keyboard to what has this name; where the keyboard is must be seen all the way."""
    for _ in range(150):
        page.keyboard.press("Tab")
        here = page.evaluate(
            """() => { const one = document.activeElement, how = getComputedStyle(one);
              const label = one.labels?.[0]?.innerText ?? "";
              const marked = how.outlineStyle !== "none" || how.boxShadow !== "none";
              return {text: (one.innerText || label || "").trim(), id: one.id,
                shown: marked || one.matches("[type=radio],[type=checkbox]")}; }"""
        )
        assert here["shown"], here
        if here["text"].startswith(name):
            return
    raise AssertionError(f"no keyboard gets to {name}")


@pytest.mark.slow
def test_by_keyboard_alone(planned_by: World, browser: Browsing, tmp_path: Path) -> None:
    with browser.page(planned_by, None) as (page, _):
        walk = Walk(page)
        page.goto("/")

        def enter(name: str, heading: str) -> None:
            tab_to(page, name)
            page.keyboard.press("Enter")
            walk.arrived(heading)

        row = page.get_by_role("button", name=f"Sign in as {MANAGER}")
        while not row.evaluate("one => one === document.activeElement"):
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        walk.arrived("Caseload")
        enter("Bring in your caseload", "Upload a caseload")
        tab_to(page, "The file")
        # The dialogue is the system's; what is chosen in it is put in here.
        page.get_by_label("The file").set_input_files(workbook(tmp_path, "team.xlsx", export()))
        tab_to(page, "Leave out sheets")
        page.keyboard.press("Space")
        enter("Check the file", "The team’s first caseload")
        enter("Store this caseload", "Upload a caseload")
        enter("Plan it now", "Plan and publish")
        tab_to(page, "Plan")
        while page.evaluate("document.activeElement.tagName") != "BUTTON":
            tab_to(page, "Plan")
        page.keyboard.press("Enter")
        walk.arrived("The calendar is ready")
        enter("Stay on this page", "The calendar is ready")
        assert page.evaluate("document.activeElement.id") == "solve-next"
        page.keyboard.press("Enter")
        walk.arrived("Caseload")
        enter("Look through it and publish", "Plan and publish")
        enter("Publish and write", "Plan and publish")
        page.get_by_role("heading", name="Published", exact=True).wait_for()
    kept = Kept(planned_by)
    kept.published()
    assert len(kept.publications) == 1


def test_two_managers_a_session_that_ended_and_the_way_back(served: World, browser: Browsing) -> None:
    caseload, calendar = documents("yew")
    known, made = Caseload.model_validate_json(caseload), Calendar.model_validate_json(calendar)
    entry = served.give(known, made)
    with browser.page(served, MANAGER) as (page, watched):
        watched.expected += ["status of 412", "status of 422"]
        walk = Walk(page)
        page.goto("/")
        walk.follow("Plan and publish", "Plan and publish")
        # Somebody else changes the calendar meanwhile.
        served.revise(entry, made)
        walk.press("Publish and write", "Plan and publish")
        walk.says("It has changed since you looked at it, so nothing was sent.")
        assert Kept(served).messages == []
        walk.follow("Plan and publish", "Plan and publish")
        walk.press("Publish and write", "Plan and publish")
        page.get_by_role("heading", name="Published", exact=True).wait_for()
        sent = len(Kept(served).messages)
        # Back: the page is asked for again, and offers nothing that has been done.
        page.go_back()
        walk.arrived("Plan and publish")
        walk.says("Nothing has changed since then")
        assert page.get_by_role("button", name="Publish").count() == 0
        kept = Kept(served)
        assert (len(kept.publications), len(kept.messages)) == (1, sent)
        walk.follow("Plan and publish", "Plan and publish")
        page.context.clear_cookies()
        page.get_by_role("button", name="Plan", exact=True).click()
        walk.arrived("Sign in")
        walk.says("Nothing was changed.")
        walk.press(f"Sign in as {MANAGER}", "Plan and publish")
        assert len(Kept(served).entries) == 1


def test_what_is_folded_is_on_paper(served: World, browser: Browsing) -> None:
    caseload, calendar = team_of(24)
    served.give(caseload, calendar)
    with browser.page(served, MANAGER, scripts=False) as (page, _):
        page.goto("/teams/yew")
        page.get_by_role("link", name="Plan and publish").click()
        cell = (
            page.get_by_role("table", include_hidden=True)
            .first.get_by_role("link", include_hidden=True)
            .first
        )
        assert not cell.is_visible()
        with printed(page):
            assert cell.evaluate("one => one.checkVisibility() && one.getBoundingClientRect().height > 0")


def test_a_calendar_is_searched_on_from_where_it_is(planned_by: World, browser: Browsing) -> None:
    world = planned_by
    from solver.plan import plan as planned

    caseload = Caseload.model_validate(export())
    made = planned(caseload, load_policy(caseload.authority), deterministic=1, workers=1)
    entry = world.give(caseload, made)
    with world.store.writing() as session:
        row = Scoped(session, system(TENANT)).one(CalendarEntry, CalendarEntry.id == entry)
        assert row is not None
        row.progress = {"seconds": 3.0, "gap": 0.132, "cost": made.cost, "breaches": 0}
    with browser.page(world, MANAGER) as (page, _):
        walk = Walk(page)
        page.goto("/")
        walk.arrived("Caseload")
        walk.says("It was searched for 3 seconds. A longer search may find a better one")
        walk.follow("Look through it and publish", "Plan and publish")
        walk.says("Could it be better?")
        walk.press("Search on for 5 minutes", "The calendar is ready")
    kept = Kept(world)
    assert len(kept.entries) == 2
    searched = next(one for one in kept.entries if one.id != entry)
    assert searched.options["seconds"] == 300
    assert searched.progress["cost"] <= made.cost
    with world.store.reading() as session:
        assert session.scalars(Scoped(session, system(TENANT)).select(Incumbent)).all() == []
