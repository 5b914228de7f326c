"""Every page in every state that a team can be in: what must hold of any page, as a browser has laid it out.

By default all pages of a usual team are looked at from all sides, and those of the other states in the sizes that they are
likely to break. `--shots DIR` writes a picture of everything that is looked at. The slow tests look at all of it from all sides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import page_checks as checks
import pytest
from browsers import Browsing, Watched
from page_states import EVERYBODY, State, routes, states
from playwright.sync_api import Page
from web_world import World, world

from service.pages.frame import NAVIGATION

pytestmark = pytest.mark.web
Served = tuple[World, dict[str, State]]
SIZES = {"desk": checks.DESK, "phone": checks.PHONE, "zoomed": checks.ZOOMED}
FROM_MENU = tuple(f"/teams/{{team}}{item.path}" for item in NAVIGATION)
ROLES = ("worker", "support", "auditor")
USUAL = "a usual team"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service with a team in each state. Nothing that is opened changes any of them."""
    with world(tmp_path_factory.mktemp("states")) as made:
        yield made, states(made)


@dataclass
class Look:
    """Opens pages one after the other, and gathers what is wrong with each."""

    page: Page
    watched: Watched
    shots: Path | None
    faults: list[str] = field(default_factory=list)
    titles: dict[str, str] = field(default_factory=dict)

    def open(self, state: State, route: str) -> bool:
        """Open a page; whether it is one."""
        path = state.path(route)
        if path is None:
            return False
        self.watched.faults.clear()
        self.page.set_viewport_size(checks.DESK)
        answer = self.page.request.get(path, max_redirects=0)
        if answer.status != 200 or not answer.headers["content-type"].startswith("text/html"):
            return answer.status >= 500 and self._add(state, route, [f"status {answer.status}"])
        opened = self.page.goto(path, wait_until="load")
        assert opened is not None
        if opened.status != 200:
            self._add(state, route, [f"status {opened.status} in a browser"])
        return True

    def _add(self, state: State, route: str, faults: Sequence[str], where: str = "") -> bool:
        self.faults += [f"{state.name}, {route}{where}: {one}" for one in faults]
        return False

    def from_all_sides(self, state: State, route: str) -> None:
        """Everything that must hold."""
        page = self.page
        self._add(state, route, checks.structure(page))
        if (twin := self.titles.setdefault(page.title(), route)) != route:
            self._add(state, route, [f"it has the title of {twin}: {page.title()}"])
        self._add(state, route, [*checks.skip_link(page), *checks.axe(page), *checks.focus(page)])
        for size in SIZES:
            self.at(state, route, size, spaced=size != "zoomed")  # as wide as a phone
        with checks.printed(page):
            self._add(state, route, checks.dark(page), " printed")
            self._shot(state, route, "printed")
        self.end(state, route)

    def at(self, state: State, route: str, size: str, *, spaced: bool = True) -> None:
        """What must hold at every size."""
        self.page.set_viewport_size(SIZES[size])  # type: ignore[arg-type]
        self.page.evaluate("scrollTo(0, 0)")
        if self._laid_out():
            self.page.wait_for_timeout(
                500
            )  # scripts draw some things anew, a moment after the window has changed
        self._shot(state, route, size)
        self._add(state, route, self._laid_out(), f" at {size}")
        if spaced:
            with checks.text_spacing(self.page):
                self._add(state, route, self._laid_out(), f" at {size}, with text spaced out")

    def _laid_out(self) -> list[str]:
        return [*checks.fits(self.page), *checks.clipped(self.page)]

    def in_sizes(self, state: State, route: str) -> None:
        """What depends on what is on the page."""
        self._add(state, route, checks.structure(self.page))
        self.at(state, route, "desk", spaced=False)
        self.at(state, route, "phone")
        self._add(state, route, checks.axe(self.page), " at phone")
        self.end(state, route)

    def without_scripts(self, state: State, route: str) -> None:
        """What it is for can be done without them."""
        text = self.page.locator("main").inner_text()
        faults = [] if len(text) > 20 else [f"little is there: {text}"]
        if re.search(r"(?i)(enable|turn on|needs?) (java)?script", text):
            faults.append("it asks for scripts")
        self.page.set_viewport_size(checks.PHONE)  # type: ignore[arg-type]
        self._add(
            state, route, [*faults, *checks.structure(self.page), *checks.fits(self.page)], " without scripts"
        )
        self.end(state, route)

    def end(self, state: State, route: str) -> None:
        """What the browser had to say meanwhile."""
        left = [one for one in self.watched.faults if not any(part in one for part in self.watched.expected)]
        self._add(state, route, left)
        self.watched.faults.clear()

    def check(self) -> None:
        """Fail with all that was wrong."""
        if self.faults:
            pytest.fail("\n".join(self.faults), pytrace=False)

    def _shot(self, state: State, route: str, size: str) -> None:
        if self.shots is not None:
            words = f"{route.removeprefix('/teams/{team}') or 'caseload'} {state.name}"
            name = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")
            # What is longer than any screen that a browser draws at once is seen from its top.
            whole = size != "zoomed" and self.page.evaluate("document.documentElement.scrollHeight") < 12_000
            self.page.screenshot(path=self.shots / f"{name}.{size}.png", full_page=whole)


def test_every_page_of_a_usual_team_from_all_sides(
    served: Served, browser: Browsing, shots: Path | None
) -> None:
    made, found = served
    with browser.page(made, EVERYBODY) as (page, watched):
        look = Look(page, watched, shots)
        for route in routes():
            if look.open(found[USUAL], route):
                look.from_all_sides(found[USUAL], route)
    assert set(FROM_MENU) <= set(look.titles.values()), "every page of the menu was looked at"
    look.check()


def test_every_page_of_a_usual_team_without_scripts(served: Served, browser: Browsing) -> None:
    made, found = served
    with browser.page(made, EVERYBODY, scripts=False) as (page, watched):
        look = Look(page, watched, None)
        for route in routes():
            if look.open(found[USUAL], route):
                look.without_scripts(found[USUAL], route)
    look.check()


STATES = (
    "empty team", "caseload without calendar", "one plan", "150 plans", "long names", "all late", "unpublished changes",
    "solving", "failed",
)  # fmt: skip
IN_SIZES = {
    "empty team": FROM_MENU,
    "caseload without calendar": FROM_MENU[:1],
    "one plan": (
        "/teams/{team}/rebookings",
        "/teams/{team}/rebookings/{rebooking}",
        "/teams/{team}/meetings/{meeting}/move",
    ),
    "150 plans": FROM_MENU[:1],
    "long names": (*FROM_MENU, "/teams/{team}/meetings/{meeting}", "/"),
    "all late": ("/teams/{team}/breaches", "/teams/{team}"),
    "unpublished changes": ("/teams/{team}/publish", "/teams/{team}/week"),
    "solving": ("/teams/{team}/solve/{calendar}",),
    "failed": ("/teams/{team}/solve/{calendar}",),
}


@pytest.mark.parametrize("name", STATES)
def test_states_in_the_sizes_that_they_break_at(
    served: Served, browser: Browsing, shots: Path | None, name: str
) -> None:
    made, found = served
    assert set(found) == {*STATES, USUAL}
    with browser.page(made, EVERYBODY) as (page, watched):
        look = Look(page, watched, shots)
        for route in IN_SIZES[name]:
            assert look.open(found[name], route), f"{route} isn't a page of {name}"
            look.in_sizes(found[name], route)
    look.check()


@pytest.mark.slow
@pytest.mark.parametrize("name", STATES)
def test_every_page_of_every_state_from_all_sides(
    served: Served, browser: Browsing, shots: Path | None, name: str
) -> None:
    made, found = served
    with browser.page(made, EVERYBODY) as (page, watched):
        look = Look(page, watched, shots)
        for route in routes():
            if look.open(found[name], route):
                look.from_all_sides(found[name], route)
    look.check()


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", [USUAL, "long names", "empty team"])
def test_every_page_as_others_see_it(
    served: Served, browser: Browsing, shots: Path | None, name: str, role: str
) -> None:
    made, found = served
    state = found[name].seen_by(role)
    with browser.page(made, state.subject) as (page, watched):
        look = Look(page, watched, shots)
        for route in routes():
            if look.open(state, route):
                look.from_all_sides(state, route)
    look.check()


@pytest.mark.parametrize(
    ("path", "status"),
    [("/teams/nowhere", 404), ("/nowhere", 404), ("/teams/a-usual-team/meetings/none", 404)],
)
def test_error_pages(served: Served, browser: Browsing, shots: Path | None, path: str, status: int) -> None:
    made, _ = served
    state = State("error", "a-usual-team")
    with browser.page(made, EVERYBODY) as (page, watched):
        watched.expected.append(f"status of {status}")
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == status
        look = Look(page, watched, shots)
        look.from_all_sides(state, path)
    look.check()


def test_a_page_is_printed(served: Served, browser: Browsing) -> None:
    made, found = served
    with browser.page(made, EVERYBODY) as (page, _):
        for route in ("/teams/{team}", "/teams/{team}/breaches", "/teams/{team}/workload"):
            page.goto(str(found[USUAL].path(route)))
            assert page.pdf(format="A4", landscape=True).startswith(b"%PDF-")
