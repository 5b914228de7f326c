"""Signing in and out without a password, the way to one's team, and what happens when a session ends."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from browsers import Browsing, checked
from web_world import World

from service.access.sessions import LASTS
from service.store.accounts import Accounts
from service.store.scope import Scoped, system

pytestmark = pytest.mark.web
SMALL = ((320, 1.0), (1280, 4.0))
"""A phone, and a screen that is looked at through a glass."""


def account(served: World, subject: str, role: str, *teams: str) -> None:
    with served.store.writing() as session:
        Accounts(Scoped(session, system("authority")), served.clock.now()).add(subject, role, teams)


def test_signing_in_leads_to_the_team_and_out_of_it_again(served: World, browser: Browsing) -> None:
    with browser.page(served, None) as (page, _):
        page.goto("/teams/yew?of=worker-1")
        assert page.url == served.address + "/sign-in?next=%2Fteams%2Fyew%3Fof%3Dworker-1"
        checked(page)
        page.get_by_role("button", name="Sign in as manager@yew.example").click()
        assert page.url == served.address + "/teams/yew?of=worker-1"
        page.get_by_role("button", name="Sign out").click()
        page.get_by_text("You have signed out of Convene.").wait_for()
        checked(page)
        page.goto("/")
        assert page.url == served.address + "/sign-in"


def test_programs_have_no_place_among_the_accounts(served: World, browser: Browsing) -> None:
    with browser.page(served, None) as (page, _):
        page.goto("/sign-in")
        assert page.get_by_text("integrator@yew.example").count() == 0


@pytest.mark.parametrize(
    "next_", ["//evil.example", "/\\evil.example", "https://evil.example/", "/\t/evil.example", "/" + "a" * 2000]
)  # fmt: skip
def test_the_way_on_never_leads_elsewhere(served: World, next_: str) -> None:
    with httpx.Client(base_url=served.address, trust_env=False) as http:
        form = {"subject": "manager@yew.example", "next": next_}
        answer = http.post("/sign-in/development", data=form, headers={"Accept": "text/html"})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/")
        page = http.get("/sign-in", params={"next": next_}, headers={"Accept": "text/html"})
        assert 'name="next" value="/"' in page.text


def test_who_asks_through_a_proxy_learns_of_no_account(served: World) -> None:
    for headers in ({"X-Forwarded-For": "192.0.2.7"}, {"Host": "convene.example"}):
        page = httpx.get(
            f"{served.address}/sign-in", headers={"Accept": "text/html"} | headers, trust_env=False
        )
        assert page.status_code == 200
        assert "yew.example" not in page.text
        assert "demo" not in page.text
        assert "can’t sign in here yet" in page.text


def test_a_session_that_ends_in_the_middle_of_a_form(served: World, browser: Browsing) -> None:
    with browser.page(served, "manager@yew.example") as (page, _):
        page.goto("/teams/yew/publish")
        # Any form of a page does: this one sends what the session would have been needed for.
        served.clock.at += LASTS + timedelta(minutes=1)
        page.evaluate(
            """() => { const form = document.createElement("form"); form.method = "post"; form.action = "/teams/yew/publish";
            document.body.append(form); form.submit(); }"""
        )
        page.wait_for_url("**/sign-in?**")
        page.get_by_text("Nothing was changed.").wait_for()
        checked(page)
        page.get_by_role("button", name="Sign in as manager@yew.example").click()
        assert page.url == served.address + "/teams/yew/publish"
        served.clock.at += LASTS + timedelta(minutes=1)
        page.goto("/teams/yew")
        page.get_by_text("Your session has ended.").wait_for()
        # Signing out of what has ended is signing out.
        page.goto("/sign-in?because=out")
        page.context.request.post(f"{served.address}/sign-out")


@pytest.mark.parametrize("scripts", [True, False])
def test_several_teams_and_none(served: World, browser: Browsing, scripts: bool) -> None:
    account(served, "both@example", "manager", "yew", "oak")
    account(served, "all@example", "auditor", "*")
    with browser.page(served, "both@example", scripts=scripts) as (page, _):
        page.goto("/")
        assert page.get_by_role("rowheader").all_inner_texts() == ["Oak team", "Yew team"]
        if scripts:
            checked(page)
        page.get_by_role("link", name="Yew team").click()
        assert page.url == served.address + "/teams/yew"
    with browser.page(served, "all@example", scripts=scripts) as (page, _):
        page.goto("/")
        assert page.get_by_role("rowheader").count() == 2
    with browser.page(served, "admin@yew.example", scripts=scripts) as (page, _):
        page.goto("/")
        page.get_by_text("it sees no team’s meetings").wait_for()
        if scripts:
            checked(page)


@pytest.mark.parametrize(("width", "zoom"), SMALL)
def test_small_and_enlarged(served: World, browser: Browsing, width: int, zoom: float) -> None:
    account(served, "both@example", "manager", "yew", "oak")
    addresses = ("/sign-in?because=unchanged", "/nothing")
    with browser.page(served, None, width=width, zoom=zoom) as (page, watched):
        watched.expected += ["404"]
        for address in addresses:
            page.goto(address)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
            checked(page)
    with browser.page(served, "both@example", width=width, zoom=zoom) as (page, _):
        page.goto("/")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
