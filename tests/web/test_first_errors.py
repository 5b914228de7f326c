"""Errors: a page for whoever looks, a problem document for a program, and nothing of what went wrong inside."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from asgi_client import AsgiClient
from browsers import Browsing, checked
from fastapi import FastAPI
from sqlalchemy.exc import OperationalError
from stores import sqlite_store
from web_world import World

from service.api.app import create_app
from service.api.problems import MEDIA_TYPE, Problem
from service.pages.error_words import words_of
from service.settings import Settings

PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
SECRET = "Ada Lovelace, of no fixed abode"
PROBLEMS = {
    400: Problem("about:blank", "Bad request", 400, SECRET),
    403: Problem(
        "urn:convene:problem:forbidden", "Not allowed", 403, "Your role doesn't allow calendar.plan."
    ),
    404: Problem(
        "urn:convene:problem:not-found", "Not found", 404, "There is nothing here that you may see."
    ),
    405: Problem("about:blank", "Method not allowed", 405),
    408: Problem("about:blank", "Request time-out", 408),
    409: Problem("urn:convene:problem:not-ready", "There is none yet", 409, "It is still being planned."),
    412: Problem(
        "urn:convene:problem:stale-revision", "The calendar has changed", 412, headers={"ETag": '"3"'}
    ),
    413: Problem("urn:convene:problem:too-large", "Too large", 413, "A body may have 1000 octets."),
    415: Problem("about:blank", "Unsupported media type", 415, "Send the body as it is, not packed."),
    422: Problem("urn:convene:problem:too-long", "Too long", 422, "A search may take 60 seconds here."),
    429: Problem(
        "urn:convene:problem:too-many-requests", "Too many", 429, "Too much.", headers={"Retry-After": "20"}
    ),
    500: Problem("about:blank", "Internal error", 500, SECRET),
    503: Problem("urn:convene:problem:database-away", "Away", 503, SECRET, headers={"Retry-After": "2"}),
}


def app_of(folder: Path, **limits: int) -> tuple[FastAPI, AsgiClient]:
    store = sqlite_store(folder)
    app = create_app(store, Settings(**limits), listens_on="127.0.0.1")  # type: ignore[arg-type]
    return app, AsgiClient(app)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[AsgiClient]:
    app, made = app_of(tmp_path)

    def fault(status: int) -> None:
        if status == 1:
            raise ValueError(SECRET)
        if status == 2:
            raise OperationalError(SECRET, {}, ValueError(SECRET))
        raise PROBLEMS[status]

    app.add_api_route("/fault/{status}", fault, methods=["GET", "POST"])
    yield made
    app.state.convene.store.close()


@pytest.mark.parametrize("status", PROBLEMS)
def test_a_page_for_people_and_a_document_for_programs(client: AsgiClient, status: int) -> None:
    page = client.get(f"/fault/{status}", headers=PAGE)
    assert page.status_code == status
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.text.count("<h1") == 1
    assert SECRET not in page.text
    document = client.get(f"/fault/{status}", headers={"Accept": "application/json"})
    assert (document.status_code, document.headers["Content-Type"]) == (status, MEDIA_TYPE)
    assert document.json()["status"] == status
    for name in ("Retry-After", "ETag"):
        assert page.headers.get(name) == document.headers.get(name)


def test_faults_show_nothing_of_themselves_but_a_reference(client: AsgiClient) -> None:
    for number, status in ((1, 500), (2, 503)):
        page = client.get(f"/fault/{number}", headers=PAGE)
        assert (page.status_code, page.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
        assert page.headers["X-Request-ID"] in page.text
        for word in (SECRET, "Traceback", "ValueError", "sqlite", ".py"):
            assert word not in page.text
        document = client.get(f"/fault/{number}", headers={"Accept": "application/json"})
        assert (document.status_code, document.headers["Content-Type"]) == (status, MEDIA_TYPE)


def test_addresses_that_are_none(client: AsgiClient) -> None:
    for method, path, status in (
        ("GET", "/nothing", 404),
        ("POST", "/", 405),
        ("GET", "/sign-out", 405),
        ("GET", "/fault/x", 422),
    ):
        assert client.request(method, path, headers=PAGE).status_code == status
        page = client.request(method, path, headers=PAGE)
        assert (page.status_code, page.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
        assert client.request(method, path).headers["Content-Type"] == MEDIA_TYPE
    # What is for programs answers them alone, whoever asks.
    assert client.get("/v1/nothing", headers=PAGE).headers["Content-Type"] == MEDIA_TYPE


def test_what_is_refused_before_it_is_looked_at(tmp_path: Path) -> None:
    app, client = app_of(tmp_path, most_body=1000, requests_a_minute=1)
    form = PAGE | {"Content-Type": "application/x-www-form-urlencoded"}
    large = client.post("/demo", content=b"x" * 1001, headers=form)
    assert (large.status_code, large.headers["Content-Type"]) == (413, "text/html; charset=utf-8")
    packed = client.post("/demo", content=b"x", headers=form | {"Content-Encoding": "gzip"})
    assert (packed.status_code, packed.headers["Content-Type"]) == (415, "text/html; charset=utf-8")
    answers = (client.get("/nothing", headers=PAGE) for _ in range(9))
    last = next(itertools.dropwhile(lambda answer: answer.status_code != 429, answers))
    assert f"You can try again in {last.headers['Retry-After']} seconds." in last.text
    app.state.convene.store.close()


def test_a_page_that_can_not_be_made_is_a_document(
    client: AsgiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr("service.pages.errors.page", broken)
    answer = client.get("/fault/404", headers=PAGE)
    assert (answer.status_code, answer.headers["Content-Type"]) == (500, MEDIA_TYPE)
    assert SECRET not in answer.text


def test_who_is_not_signed_in_is_sent_to_sign_in(client: AsgiClient) -> None:
    def sent(method: str, path: str, **headers: str) -> str:
        answer = client.request(method, path, headers=PAGE | headers)
        assert answer.status_code == 303
        return str(answer.headers["Location"])

    host = client.get("/nothing").request.headers["Host"]
    back = {"Referer": f"http://{host}/teams/yew/week?by=room"}
    unchanged = "because=unchanged"
    assert sent("GET", "/teams/yew?a=1&b=2") == "/sign-in?next=%2Fteams%2Fyew%3Fa%3D1%26b%3D2"
    assert sent("GET", "/teams/yew", Cookie="convene=old") == "/sign-in?next=%2Fteams%2Fyew&because=ended"
    path = "/teams/yew/solve/x/stop"
    assert sent("POST", path, **back) == f"/sign-in?next=%2Fteams%2Fyew%2Fweek%3Fby%3Droom&{unchanged}"
    assert sent("POST", path) == f"/sign-in?{unchanged}"
    for other in (
        "http://evil.example/teams/yew",
        f"http://{host}//evil.example",
        "http://[",
        f"http://{host}/sign-in?x",
    ):
        assert sent("POST", path, Referer=other) in (
            f"/sign-in?{unchanged}",
            f"/sign-in?next=%2F&{unchanged}",
        )
    assert client.post(path, headers={"Accept": "application/json"}).status_code == 401


def test_times_to_wait_are_told_as_people_say_them() -> None:
    def told(seconds: str) -> str:
        problem = Problem("about:blank", "x", 429, headers={"Retry-After": seconds})
        return words_of(problem).sentences[-1]

    assert told("1") == "You can try again in 1 second."
    assert told("119") == "You can try again in 119 seconds."
    assert told("121") == "You can try again in 3 minutes."
    assert told("80000") == "You can try again in 23 hours."
    assert told("later") == "Nothing was changed."


@pytest.mark.web
def test_error_pages_in_a_browser(served: World, browser: Browsing) -> None:
    with browser.page(served, "worker@yew.example") as (page, watched):
        watched.expected += ["404", "403"]
        page.goto("/teams/oak")
        page.get_by_role("heading", name="Page not found").wait_for()
        checked(page)
        page.goto("/teams/yew/publish")
        checked(page)
        page.get_by_role("link", name="Go to the start page").click()
        page.wait_for_url(f"{served.address}/teams/yew/mine")


@pytest.mark.web
def test_a_form_of_a_session_before(served: World) -> None:
    cookie = served.cookie("manager@yew.example")
    answer = httpx.post(
        f"{served.address}/teams/yew/solve/x/stop", data={"csrf_token": "of before"}, trust_env=False,
        cookies={"convene": cookie}, headers=PAGE | {"Referer": f"{served.address}/teams/yew/solve/x"},
    )  # fmt: skip
    assert answer.status_code == 403
    assert "This page was out of date" in answer.text
    assert 'href="/teams/yew/solve/x"' in answer.text
