"""Signing in with one's authority's account, in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from browsers import Browsing, checked
from playwright.sync_api import Page
from sign_in_service import CLIENT, SECRET, SignInService, running
from sqlalchemy import select
from web_world import TENANT, World, world

from service.settings import Settings
from service.store.accounts import Accounts
from service.store.scope import Scoped, system
from service.store.tables import Audit, WebSession

pytestmark = pytest.mark.web
BUTTON = "Sign in with your authority’s account"
NOON = datetime(2026, 12, 7, 12, 0, tzinfo=UTC)
PAGE = {"Accept": "text/html"}


@pytest.fixture
def there() -> Iterator[SignInService]:
    with running(NOON.timestamp) as made:
        yield made


@pytest.fixture
def served(tmp_path: Path, there: SignInService) -> Iterator[World]:
    def settings(address: str) -> Settings:
        there.returns_to = f"{address}/sign-in/authority/return"
        return Settings(
            tenant=TENANT, requests_a_minute=100_000, address=address, issuer=there.url, audience="convene",
            jwks=f"{there.url}/keys", client=CLIENT, client_secret=SECRET,
        )  # fmt: skip

    with world(tmp_path, settings) as made:
        made.clock.at = NOON
        made.team("yew", "Yew team")
        yield made


def sessions(served: World) -> int:
    with served.store.reading() as session:
        return len(session.scalars(select(WebSession)).all())


def away_to_the_authority(page: Page, there: SignInService) -> None:
    page.get_by_role("button", name=BUTTON).click()
    page.wait_for_url(f"{there.url}/authorize?**")
    page.get_by_role("button", name="Yes, it is me").click()


@pytest.mark.parametrize("scripts", [True, False])
def test_there_and_back_and_out(
    served: World, there: SignInService, browser: Browsing, scripts: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    with browser.page(served, None, scripts=scripts) as (page, watched):
        watched.expected.append(f"request to {there.url}/")
        page.goto("/teams/yew?of=worker-1")
        if scripts:
            checked(page)
        away_to_the_authority(page, there)
        page.wait_for_url(f"{served.address}/teams/yew?of=worker-1")
        cookies = {cookie["name"]: cookie for cookie in page.context.cookies()}
        assert set(cookies) == {"convene"}
        assert (cookies["convene"]["httpOnly"], cookies["convene"]["sameSite"]) == (True, "Lax")
        page.get_by_role("button", name="Sign out").click()
        page.get_by_text("You have signed out of Convene.").wait_for()
        if scripts:
            checked(page)
        page.get_by_role("link", name="sign out of that as well").click()
        page.wait_for_url(f"{served.address}/sign-in")
        assert len(there.left) == 1
    assert sessions(served) == 0
    with served.store.reading() as session:
        assert "session.begin" in [entry.action for entry in session.scalars(select(Audit))]
    # Neither a code nor a token nor anything that was sent along is in a log.
    written = "".join(capfd.readouterr())
    (asked,), (exchanged,) = there.asked, there.exchanged
    for secret in (
        asked["state"],
        asked["nonce"],
        exchanged["code"],
        exchanged["code_verifier"],
        SECRET,
        "eyJ",
    ):
        assert secret not in written


def test_the_session_before_ends(served: World, there: SignInService, browser: Browsing) -> None:
    with browser.page(served, "worker@yew.example") as (page, watched):
        watched.expected.append(f"request to {there.url}/")
        before = page.context.cookies()[0]["value"]
        page.goto("/sign-in")
        away_to_the_authority(page, there)
        page.wait_for_url(f"{served.address}/teams/yew")
        assert page.context.cookies()[0]["value"] != before
    assert sessions(served) == 1


@pytest.mark.parametrize("who", ["unknown", "disabled", "program"])
def test_whoever_has_no_account_is_told_alike(
    served: World, there: SignInService, browser: Browsing, who: str
) -> None:
    there.subject = {
        "unknown": "nobody@yew.example",
        "disabled": "worker@yew.example",
        "program": "integrator@yew.example",
    }[who]
    if who == "disabled":
        with served.store.writing() as session:
            Accounts(Scoped(session, system(TENANT)), NOON).disable(there.subject)
    with browser.page(served, None) as (page, watched):
        watched.expected += [f"request to {there.url}/", "403"]
        page.goto("/sign-in")
        away_to_the_authority(page, there)
        page.get_by_text("You can’t use Convene with this account.").wait_for()
        checked(page)
        assert there.subject not in page.content().partition("On this computer")[0]
        page.get_by_role("link", name="Sign in with another account").click()
        page.wait_for_url(f"{there.url}/authorize?**")
        assert there.asked[-1]["prompt"] == "select_account"
    assert sessions(served) == 0


def test_what_goes_wrong_there_is_told_kindly(served: World, there: SignInService, browser: Browsing) -> None:
    with browser.page(served, None) as (page, watched):
        watched.expected += [f"request to {there.url}/", "400", "403", "503"]
        page.goto("/sign-in")
        there.answers = {"error": "access_denied", "error_description": "<script>made up</script>"}
        away_to_the_authority(page, there)
        page.get_by_text("didn’t sign you in").wait_for()
        assert "made up" not in page.content()
        there.answers = {}
        for changes, text in (
            ({"nonce": "another"}, "couldn’t be trusted"),
            ({"aud": "another"}, "couldn’t be trusted"),
            ({"exp": NOON.timestamp() - 3600}, "couldn’t be trusted"),
        ):
            there.claims = changes
            away_to_the_authority(page, there)
            page.get_by_text(text).wait_for()
        there.claims, there.token_status = {}, 500
        away_to_the_authority(page, there)
        page.get_by_text("can’t be reached just now").wait_for()
        there.token_status = 200
        page.get_by_role("button", name=BUTTON).click()
        page.wait_for_url(f"{there.url}/authorize?**")
        served.clock.at += timedelta(minutes=11)
        page.get_by_role("button", name="Yes, it is me").click()
        page.get_by_text("took too long").wait_for()
        checked(page)
    assert sessions(served) == 0


def test_an_answer_in_another_browser_or_again(served: World, there: SignInService) -> None:
    def begun(http: httpx.Client) -> str:
        sent = http.get("/sign-in/authority", headers=PAGE)
        assert sent.status_code == 303
        return there.back(dict(parse_qsl(urlsplit(sent.headers["Location"]).query)))

    def browser() -> httpx.Client:
        return httpx.Client(base_url=served.address, trust_env=False, headers=PAGE)

    with browser() as own, browser() as other, browser() as third:
        mine, theirs = begun(own), begun(other)
        # Planted: somebody else's answer, in a browser that asked for another, and in one that asked for none.
        for victim in (other, third):
            answer = victim.get(mine)
            assert (answer.status_code, "convene" in victim.cookies) == (400, False)
        assert other.get(theirs).status_code == 400, "its way is used up"
        assert own.get(mine).headers["Location"] == "/"
        session = own.cookies["convene"]
        again = own.get(mine)
        assert (again.status_code, own.cookies["convene"]) == (400, session)
        doubled = begun(own) + "&state=x&code=y"
        assert own.get(doubled).status_code == 400


def test_the_cookie_on_the_way(served: World, there: SignInService) -> None:
    sent = httpx.get(
        f"{served.address}/sign-in/authority?next=//evil.example", headers=PAGE, trust_env=False, timeout=30
    )
    cookie = sent.headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=lax", "Path=/", "Max-Age=600"} <= {
        part.strip() for part in cookie.split(";")
    }
    with httpx.Client(base_url=served.address, trust_env=False, headers=PAGE) as http:
        http.cookies = httpx.Cookies(sent.cookies)
        answer = http.get(there.back(dict(parse_qsl(urlsplit(sent.headers["Location"]).query))))
        assert answer.headers["Location"] == "/"


def test_a_provider_that_is_away(served: World, there: SignInService, browser: Browsing) -> None:
    there.away = True
    with browser.page(served, None) as (page, watched):
        watched.expected.append("503")
        page.goto("/sign-in")
        page.get_by_role("button", name=BUTTON).click()
        page.get_by_text("can’t be reached just now").wait_for()
        checked(page)


def test_without_a_provider_there_is_no_way_there(tmp_path: Path) -> None:
    with world(tmp_path) as made:
        for path in ("/sign-in/authority", "/sign-in/authority/return?code=x&state=y"):
            assert (
                httpx.get(made.address + path, headers=PAGE, trust_env=False, timeout=30).status_code == 404
            )
