from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from access_cases import House, bearer
from fastapi import FastAPI
from sqlalchemy import select

from service.access.development import development_router, is_loopback
from service.access.keys import digest
from service.access.sessions import begin
from service.api import middleware
from service.api.problems import install
from service.store.audit import flaws
from service.store.credentials import find_session
from service.store.engine import Store
from service.store.tables import Audit

HERE = "127.0.0.1"


@pytest.fixture
def house(store: Store) -> House:
    return House(store)


def ask(
    house: House,
    method: str,
    path: str,
    *,
    listens_on: str = HERE,
    client: str = HERE,
    host: str = "127.0.0.1:8000",
    headers: dict[str, str] | None = None,
    **more: Any,
) -> httpx.Response:
    app = FastAPI()
    install(app)
    access = house.access(https=False)
    router = development_router(access, "north", listens_on)
    if router is not None:
        app.include_router(router)
    middleware.install(app, access, middleware.Limits())

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app, client=(client, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as session:
            return await session.request(method, path, headers={"Host": host} | (headers or {}), **more)

    return asyncio.run(send())


def sign_in(house: House, **more: Any) -> httpx.Response:
    return ask(house, "POST", "/development/session", json={"subject": "manager@north.example"}, **more)


def test_it_signs_in_on_ones_own_machine(house: House) -> None:
    answer = sign_in(house)
    assert answer.status_code == 200
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("convene=")
    assert {"HttpOnly", "SameSite=lax", "Path=/", "Max-Age=36000"} <= {
        part.strip() for part in cookie.split(";")
    }
    with house.store.reading() as session:
        kept = find_session(session, digest(answer.cookies["convene"]))
        assert kept is not None
        assert (kept.holder.account, kept.csrf) == (
            house.office.accounts["manager"],
            answer.json()["csrf_token"],
        )
        entry = session.scalars(select(Audit)).one()
        assert (entry.action, entry.account) == ("session.begin", house.office.accounts["manager"])
        assert list(flaws(session, "north")) == []
    listed = ask(house, "GET", "/development/accounts").json()
    assert {"subject": "manager@north.example", "role": "manager"} in listed


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1", "[::1]:8000", "[::1]"])
def test_names_of_loopback(house: House, host: str) -> None:
    assert sign_in(house, host=host).status_code == 200


NOT_HERE: dict[str, dict[str, Any]] = {
    "it listens to the network": {"listens_on": "0.0.0.0"},
    "it listens to all of IPv6": {"listens_on": "::"},
    "it listens at an address": {"listens_on": "192.0.2.1"},
    "it listens at a name": {"listens_on": "convene.example"},
    "from elsewhere": {"client": "192.0.2.7"},
    "from elsewhere by IPv6": {"client": "2001:db8::7"},
    "by another name": {"host": "convene.example"},
    "by a name that begins alike": {"host": "localhost.evil.example"},
    "by an address that begins alike": {"host": "127.0.0.1.evil.example:8000"},
    "by no name": {"host": ""},
    "passed on": {"headers": {"X-Forwarded-For": "192.0.2.7"}},
    "passed on, said otherwise": {"headers": {"Forwarded": "for=192.0.2.7"}},
    "from another site's page": {"headers": {"Sec-Fetch-Site": "cross-site"}},
}


@pytest.mark.parametrize("case", NOT_HERE)
def test_otherwise_there_is_no_such_route(house: House, case: str) -> None:
    nowhere = ask(house, "POST", "/nowhere", json={})
    answer = sign_in(house, **NOT_HERE[case])
    assert (
        (answer.status_code, answer.content)
        == (nowhere.status_code, nowhere.content)
        == (404, answer.content)
    )
    assert "Set-Cookie" not in answer.headers
    with house.store.reading() as session:
        assert session.scalars(select(Audit)).all() == []


def test_strangers_and_those_disabled_are_not_signed_in(house: House) -> None:
    with house.store.writing() as session:
        house.accounts(session).disable("worker@north.example")
    for subject in ("nobody", "worker@north.example"):
        assert ask(house, "POST", "/development/session", json={"subject": subject}).status_code == 404
    assert "worker" not in ask(house, "GET", "/development/accounts").text


def test_signing_in_ends_the_session_that_was_there(house: House) -> None:
    with house.store.writing() as session:
        planted = begin(session, house.office.accounts["worker"], house.clock.now())
    answer = sign_in(house, headers={"Cookie": f"convene={planted.cookie}"})
    assert answer.cookies["convene"] != planted.cookie
    with house.store.reading() as session:
        assert find_session(session, digest(planted.cookie)) is None


def test_signing_out_ends_the_session_itself(house: House) -> None:
    answer = sign_in(house)
    cookie = {"Cookie": f"convene={answer.cookies['convene']}"}
    token = {"X-CSRF-Token": answer.json()["csrf_token"]}
    assert ask(house, "DELETE", "/development/session").status_code == 401
    assert (
        ask(house, "DELETE", "/development/session", headers=bearer(house.key("manager"))).status_code == 401
    )
    assert ask(house, "DELETE", "/development/session", headers=cookie).status_code == 403
    out = ask(house, "DELETE", "/development/session", headers=cookie | token)
    assert (out.status_code, "Max-Age=0" in out.headers["Set-Cookie"]) == (204, True)
    assert ask(house, "DELETE", "/development/session", headers=cookie | token).status_code == 401
    with house.store.reading() as session:
        assert find_session(session, digest(answer.cookies["convene"])) is None


@pytest.mark.parametrize(
    ("host", "here"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("::ffff:127.0.0.1", True), ("localhost", True),
     ("0.0.0.0", False), ("::", False), ("", False), ("10.0.0.1", False), ("localhost.example", False)],
)  # fmt: skip
def test_is_loopback(host: str, here: bool) -> None:
    assert is_loopback(host) is here
