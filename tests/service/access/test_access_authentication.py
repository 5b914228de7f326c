from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Annotated, Any

import pytest
import upload_cases
from access_cases import House, bearer
from asgi_client import AsgiClient
from fastapi import Body, Depends, FastAPI, Request

from service.access import sessions
from service.access.authentication import require
from service.access.limits import Rates
from service.store.credentials import find_key
from service.store.engine import Store
from service.store.scope import Principal


@pytest.fixture
def house(store: Store) -> House:
    return House(store)


def small_app() -> FastAPI:
    app = FastAPI()

    @app.get("/read")
    def read(who: Annotated[Principal, Depends(require("calendar.read"))]) -> dict[str, Any]:
        told = dataclasses.asdict(who)
        return {
            name: sorted(value) if isinstance(value, frozenset) else value for name, value in told.items()
        }

    @app.post("/publish")
    def publish(who: Annotated[Principal, Depends(require("calendar.publish"))]) -> str:
        return who.role

    @app.post("/form")
    async def form(request: Request, who: Annotated[Principal, Depends(require("calendar.publish"))]) -> str:
        return (await request.body()).decode()

    @app.post("/number")
    def number(
        given: Annotated[int, Body()], who: Annotated[Principal, Depends(require("calendar.publish"))]
    ) -> int:
        return given

    return app


@pytest.fixture
def client(house: House) -> AsgiClient:
    return house.client(small_app())


def signed_in(house: House, role: str = "manager", *, https: bool = True) -> tuple[dict[str, str], str]:
    """Headers with a session's cookie, and the session's token."""
    with house.store.writing() as session:
        new = sessions.begin(session, house.office.accounts[role], house.clock.now())
    return {"Cookie": f"{sessions.cookie_name(https)}={new.cookie}"}, new.csrf


def test_a_key_says_who_it_is(house: House, client: AsgiClient) -> None:
    key = house.key("integrator", ["calendar.read"])
    answer = client.get("/read", headers=bearer(key))
    assert answer.json() == {
        "tenant": "north",
        "account": house.office.accounts["integrator"],
        "role": "integrator",
        "teams": ["*"],
        "person": None,
        "scopes": ["calendar.read"],
        "request": answer.headers["X-Request-ID"],
    }
    worker = client.get("/read", headers=bearer(house.key("worker"))).json()
    assert (worker["person"], worker["teams"], worker["scopes"]) == ("sw-1", ["t"], [])


def test_every_refusal_of_what_signs_in_is_the_same(house: House, client: AsgiClient) -> None:
    revoked, expired, disabled = house.key("manager"), house.key("manager"), house.key("support")
    expired = house.key("manager", expires=house.clock.now() + timedelta(hours=1))
    good = house.key("manager")
    with house.store.writing() as session:
        house.accounts(session).revoke(revoked.prefix)
        house.accounts(session).disable("support@north.example")
    house.clock.pass_(timedelta(hours=1))
    unknown = f"convene_{'0' * 12}_{'0' * 64}"
    wrong = f"{good.text[:-1]}{'0' if good.text[-1] != '0' else '1'}"
    refused = [
        bearer(revoked),
        bearer(expired),
        bearer(disabled),
        bearer(unknown),
        bearer(wrong),
        bearer("convene"),
        bearer("eyJhbGciOiJub25lIn0.e30."),
        {"Authorization": f"Basic {good.text}"},
        {"Authorization": good.text},
        {"Authorization": "Bearer"},
        {"Authorization": b"Bearer \xe5"},
        {"Cookie": "__Host-convene=nobody"},
    ]
    answers = [client.get("/read", headers=headers) for headers in refused]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    kept = [
        {name: value for name, value in answer.headers.items() if name != "x-request-id"}
        for answer in answers
    ]
    assert all(headers == kept[0] for headers in kept)
    assert kept[0]["www-authenticate"] == 'Bearer realm="convene", error="invalid_token"'
    assert client.get("/read", headers=bearer(good)).status_code == 200


def test_two_authorizations_are_none(house: House, client: AsgiClient) -> None:
    good = ("Authorization", f"Bearer {house.key('manager').text}")
    assert client.get("/read", headers=[good, good]).status_code == 401


def test_nobody_is_told_how_to_sign_in(client: AsgiClient) -> None:
    answer = client.get("/read")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="convene"'
    assert answer.json()["type"] == "urn:convene:problem:not-signed-in"


def test_a_key_in_the_address_signs_nobody_in(house: House, client: AsgiClient) -> None:
    key = house.key("manager").text
    assert client.get("/read", params={"access_token": key, "token": key}).status_code == 401


def test_role_and_scope_are_told_apart(house: House, client: AsgiClient) -> None:
    role = client.post("/publish", headers=bearer(house.key("worker")))
    assert (role.status_code, role.json()["detail"]) == (403, "Your role doesn't allow calendar.publish.")
    assert "WWW-Authenticate" not in role.headers
    scope = client.post("/publish", headers=bearer(house.key("integrator", ["calendar.read"])))
    assert (scope.status_code, scope.json()["detail"]) == (403, "This needs the scope calendar.publish.")
    assert 'error="insufficient_scope"' in scope.headers["WWW-Authenticate"]


def test_whether_a_body_is_right_is_nobody_elses_business(house: House, client: AsgiClient) -> None:
    assert client.post("/number", json="x").status_code == 401
    assert client.post("/number", json="x", headers=bearer(house.key("worker"))).status_code == 403
    assert client.post("/number", json="x", headers=bearer(house.key("manager"))).status_code == 422


def test_a_key_ends_at_once(house: House, client: AsgiClient) -> None:
    key = house.key("manager")
    assert client.get("/read", headers=bearer(key)).status_code == 200
    with house.store.writing() as session:
        house.accounts(session).revoke(key.prefix)
    assert client.get("/read", headers=bearer(key)).status_code == 401


def test_both_keys_of_a_rotation_are_good_until_the_overlap_ends(house: House, client: AsgiClient) -> None:
    from service.access.keys import new_key

    old, new = house.key("manager"), new_key()
    with house.store.writing() as session:
        house.accounts(session).rotate(old.prefix, new.prefix, new.hash, timedelta(hours=1))

    def seen() -> list[int]:
        return [client.get("/read", headers=bearer(key)).status_code for key in (old, new)]

    assert seen() == [200, 200]
    house.clock.pass_(timedelta(minutes=59))
    assert seen() == [200, 200]
    house.clock.pass_(timedelta(minutes=1))
    assert seen() == [401, 200]


def test_use_is_noted_for_good_keys_alone(house: House, client: AsgiClient) -> None:
    key = house.key("manager")

    def last() -> object:
        with house.store.reading() as session:
            found = find_key(session, key.prefix)
        assert found is not None
        return found.last_used

    client.get("/read", headers=bearer(f"convene_{key.prefix}_{'0' * 64}"))
    assert last() is None
    begun = house.clock.now()
    client.get("/read", headers=bearer(key))
    house.clock.pass_(timedelta(seconds=30))
    client.get("/read", headers=bearer(key))
    assert last() == begun
    house.clock.pass_(timedelta(seconds=30))
    client.get("/read", headers=bearer(key))
    assert last() == house.clock.now()


def test_an_account_is_held_to_its_rate_and_no_other_with_it(house: House) -> None:
    client = house.client(small_app(), house.access(rates=Rates(3, house.clock.monotonic)))
    one, two, other = house.key("manager"), house.key("manager"), house.key("auditor")
    assert [client.get("/read", headers=bearer(key)).status_code for key in (one, two, one)] == [200] * 3
    refused = client.get("/read", headers=bearer(two))
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "20")
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert client.get("/read", headers=bearer(other)).status_code == 200
    house.clock.pass_(timedelta(seconds=20))
    assert client.get("/read", headers=bearer(two)).status_code == 200


def test_a_session_reads_and_changes_only_with_its_token(house: House, client: AsgiClient) -> None:
    cookie, token = signed_in(house)
    assert client.get("/read", headers=cookie).json()["role"] == "manager"
    for headers in ({}, {"X-CSRF-Token": "x"}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": b"\xe5"}):
        refused = client.post("/publish", headers=cookie | headers)
        assert (refused.status_code, refused.json()["title"]) == (403, "Not from a page of the service")
    assert client.post("/publish", headers=cookie | {"X-CSRF-Token": token}).status_code == 200
    _, others = signed_in(house)
    assert client.post("/publish", headers=cookie | {"X-CSRF-Token": others}).status_code == 403


def test_another_site_cannot_have_a_browser_change_anything(house: House, client: AsgiClient) -> None:
    cookie, token = signed_in(house)
    for site, status in (("cross-site", 403), ("same-site", 403), ("same-origin", 200), ("none", 200)):
        headers = cookie | {"X-CSRF-Token": token, "Sec-Fetch-Site": site}
        assert client.post("/publish", headers=headers).status_code == status


def test_a_form_brings_the_token_in_a_field(house: House, client: AsgiClient) -> None:
    cookie, token = signed_in(house)
    good = client.post("/form", headers=cookie, data={"csrf_token": token, "a": "b"})
    assert good.json().endswith("a=b")
    assert client.post("/form", headers=cookie, data={"csrf_token": "x"}).status_code == 403
    assert client.post("/form", headers=cookie, data={"a": "b"}).status_code == 403
    assert (
        client.post("/form", headers=cookie, data={"csrf_token": token, "a": "b" * 70_000}).status_code == 403
    )
    broken = cookie | {"Content-Type": "application/x-www-form-urlencoded"}
    assert client.post("/form", headers=broken, content=b"\xff\xfe=1").status_code == 403


def test_a_form_with_files_brings_the_token_in_its_first_field(house: House, client: AsgiClient) -> None:
    cookie, token = signed_in(house)
    headers = cookie | {"Content-Type": upload_cases.CONTENT_TYPE}
    file = ("team.xlsx", b"x" * 200_000)

    def status(fields: list[tuple[str, str]], files: list[tuple[str, bytes]]) -> int:
        content = upload_cases.form(files, fields)
        return client.post("/form", headers=headers, content=content).status_code

    assert status([("csrf_token", token)], [file]) == 200
    assert status([("csrf_token", sessions.masked(token))], [file]) == 200
    assert status([("a", "b"), ("csrf_token", token)], [file]) == 403
    assert status([("csrf_token", "x" * 70_000)], [file]) == 403
    for wrong in ("", "x", "ä", signed_in(house)[1]):
        assert status([("csrf_token", wrong)], []) == 403
    assert status([], [file]) == 403
    assert client.post("/form", headers=headers, content=b"csrf_token=" + token.encode()).status_code == 403
    by_header = headers | {"X-CSRF-Token": token}
    assert client.post("/form", headers=by_header, content=b"any").status_code == 200


def test_a_large_form_is_not_read_before_it_is_known_who_sends_it(client: AsgiClient) -> None:
    content = upload_cases.form([("team.xlsx", b"x" * 200_000)], [("csrf_token", "x")])
    answer = client.post("/form", headers={"Content-Type": upload_cases.CONTENT_TYPE}, content=content)
    assert (answer.status_code, answer.headers["Connection"]) == (401, "close")


def test_a_page_holds_the_token_in_another_guise_each_time(house: House, client: AsgiClient) -> None:
    cookie, token = signed_in(house)
    _, others = signed_in(house)
    one, two = sessions.masked(token), sessions.masked(token)
    assert len({one, two, token}) == 3
    for given in (one, two):
        assert client.post("/form", headers=cookie, data={"csrf_token": given}).status_code == 200
        assert client.post("/publish", headers=cookie | {"X-CSRF-Token": given}).status_code == 200
    for wrong in (sessions.masked(others), one[:-4], "A" * len(one)):
        assert client.post("/form", headers=cookie, data={"csrf_token": wrong}).status_code == 403


def test_a_key_needs_no_token_of_a_page(house: House, client: AsgiClient) -> None:
    assert client.post("/publish", headers=bearer(house.key("manager"))).status_code == 200


def test_a_session_ends_with_its_time_its_account_and_the_next_sign_in(
    house: House, client: AsgiClient
) -> None:
    cookie, _ = signed_in(house)
    house.clock.pass_(sessions.LASTS - timedelta(seconds=1))
    assert client.get("/read", headers=cookie).status_code == 200
    house.clock.pass_(timedelta(seconds=1))
    assert client.get("/read", headers=cookie).status_code == 401

    cookie, _ = signed_in(house)
    with house.store.writing() as session:
        new = sessions.begin(
            session,
            house.office.accounts["manager"],
            house.clock.now(),
            before=cookie["Cookie"].partition("=")[2],
        )
    assert client.get("/read", headers=cookie).status_code == 401
    again = {"Cookie": f"__Host-convene={new.cookie}"}
    assert client.get("/read", headers=again).status_code == 200
    with house.store.writing() as session:
        house.accounts(session).disable("manager@north.example")
    assert client.get("/read", headers=again).status_code == 401


def test_a_cookie_is_not_taken_under_its_weaker_name_where_there_is_https(house: House) -> None:
    plain, _ = signed_in(house, https=False)
    assert house.client(small_app()).get("/read", headers=plain).status_code == 401
    here = house.client(small_app(), house.access(https=False))
    assert here.get("/read", headers=plain).status_code == 200


def test_what_is_sent_first_counts_for_nothing_when_a_key_is_there(house: House, client: AsgiClient) -> None:
    cookie, _ = signed_in(house)
    assert client.get("/read", headers=cookie | bearer("convene")).status_code == 401
    assert client.get("/read", headers=cookie | bearer(house.key("worker"))).json()["role"] == "worker"
