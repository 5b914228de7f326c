from __future__ import annotations

import asyncio
import gzip
import io
import json
import logging
import warnings
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Annotated, Any

import pytest
import structlog
from access_cases import House, bearer
from asgi_client import AsgiClient
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.responses import HTMLResponse, StreamingResponse

from service import logs
from service.access import sessions
from service.access.authentication import BY_TOKEN, require
from service.api import middleware
from service.api.middleware import Limits
from service.store.engine import Store
from service.store.scope import Principal

MOST = 200_000
NAME = "Margarethe-Musterfrau"


@pytest.fixture
def house(store: Store) -> House:
    return House(store)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    before = structlog.get_config()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure(stream)
    yield stream
    structlog.configure(**before)
    root.handlers[:], root.level = handlers, level


def app() -> FastAPI:
    made = FastAPI()

    @made.post("/size")
    async def size(request: Request, who: Annotated[Principal, Depends(require("calendar.plan"))]) -> int:
        return len(await request.body())

    @made.post("/open", dependencies=[Depends(BY_TOKEN)])
    async def open_(request: Request) -> int:
        return len(await request.body())

    @made.get("/people/{person}/calendar.ics", dependencies=[Depends(BY_TOKEN)])
    def feed(person: str, token: str = "") -> Response:
        return Response("x", headers={"Cache-Control": "private, max-age=60"})

    @made.get("/page", dependencies=[Depends(BY_TOKEN)])
    def page() -> HTMLResponse:
        return HTMLResponse("<p>")

    @made.get("/fault", dependencies=[Depends(BY_TOKEN)])
    def fault(name: str) -> None:
        logging.getLogger("other.library").error("who: %s", name)
        warnings.warn("x", stacklevel=1) if name == "warn" else None
        raise ValueError(name)

    @made.get("/half", dependencies=[Depends(BY_TOKEN)])
    def half(name: str) -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            yield b"begun"
            raise ValueError(name)

        return StreamingResponse(parts())

    @made.get("/who", dependencies=[Depends(BY_TOKEN)])
    def who(request: Request) -> str:
        return str(request.scope["state"]["request_id"])

    below = APIRouter(prefix="/below")

    @below.get("/{name}:who", dependencies=[Depends(BY_TOKEN)])
    def who_below(name: str) -> str:
        return ""

    made.include_router(below)
    return made


def lines(log: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


# Bodies


@pytest.fixture
def client(house: House) -> AsgiClient:
    return house.client(app(), limits=Limits(most_body=MOST))


async def _parts(total: int) -> AsyncIterator[bytes]:
    for _ in range(total // 1000):
        yield b"x" * 1000


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_may_be_as_large_as_the_limit(house: House, client: AsgiClient, chunked: bool) -> None:
    key = bearer(house.key("manager"))

    def send(octets: int) -> Any:
        return client.post("/size", headers=key, content=_parts(octets) if chunked else b"x" * octets)

    assert send(MOST).json() == MOST
    refused = send(MOST + 1000)
    assert (refused.status_code, refused.headers["Connection"]) == (413, "close")
    assert refused.json()["detail"] == f"A body may have {MOST} octets."
    assert refused.headers["Content-Type"] == "application/problem+json"


def test_more_is_not_even_read(house: House) -> None:
    read = 0

    async def endless() -> dict[str, Any]:
        nonlocal read
        read += 65_536
        return {"type": "http.request", "body": b"x" * 65_536, "more_body": True}

    made = app()
    house.client(made, limits=Limits(most_body=MOST))
    for headers in ([(b"content-length", b"200001")], [(b"transfer-encoding", b"chunked")]):
        read, sent = 0, []
        _run(made, headers, endless, sent)
        # Nobody knows who it is, so no more than a stranger may send is read.
        assert (sent[0]["status"], read) == (
            (413, 0) if headers[0][0] == b"content-length" else (401, 131_072)
        )


def test_a_stranger_sends_little(house: House, client: AsgiClient) -> None:
    little = middleware.STRANGERS_BODY
    assert client.post("/open", content=b"x" * little).json() == little
    assert client.post("/open", content=b"x" * (little + 1)).status_code == 401
    assert client.post("/open", content=b"x" * (little + 1), headers=bearer("convene")).status_code == 401
    assert (
        client.post("/open", content=b"x" * (little + 1), headers=bearer(house.key("auditor"))).json()
        == little + 1
    )


def test_a_browser_that_is_signed_in_is_no_stranger(house: House, client: AsgiClient) -> None:
    with house.store.writing() as session:
        new = sessions.begin(session, house.office.accounts["manager"], house.clock.now())
    headers = {"Cookie": f"__Host-convene={new.cookie}", "X-CSRF-Token": new.csrf}
    assert client.post("/size", content=b"x" * MOST, headers=headers).json() == MOST


@pytest.mark.parametrize("packing", ["gzip", "GZIP", "deflate", "br", "identity, gzip"])
def test_a_packed_body_is_refused(client: AsgiClient, packing: str) -> None:
    answer = client.post("/open", content=gzip.compress(b"x"), headers={"Content-Encoding": packing})
    assert answer.status_code == 415


def test_a_body_that_says_it_is_not_packed(client: AsgiClient) -> None:
    assert client.post("/open", content=b"xy", headers={"Content-Encoding": "identity"}).json() == 2


@pytest.mark.parametrize("length", ["-1", "1e3", "+5", "٣", "0x10", "", "1" * 40])
def test_a_length_that_is_none(house: House, length: str) -> None:
    made, sent = app(), []
    house.client(made)

    async def nothing() -> dict[str, Any]:
        raise AssertionError("it was read")

    _run(made, [(b"content-length", length.encode())], nothing, sent)
    assert sent[0]["status"] == (413 if length.startswith("1" * 40) else 400)


def test_a_body_that_does_not_end_is_given_up(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "BODY_SECONDS", 0.05)
    made, sent = app(), []
    house.client(made)

    async def slow() -> dict[str, Any]:
        await asyncio.sleep(0.02)
        return {"type": "http.request", "body": b"x", "more_body": True}

    _run(made, [(b"transfer-encoding", b"chunked")], slow, sent)
    assert sent[0]["status"] == 408


def test_a_caller_who_goes_away_in_the_middle_has_done_nothing(house: House) -> None:
    made, sent = app(), []
    house.client(made)
    pieces = iter([{"type": "http.request", "body": b"x", "more_body": True}, {"type": "http.disconnect"}])

    async def gone() -> dict[str, Any]:
        return next(pieces, {"type": "http.disconnect"})

    _run(made, [(b"transfer-encoding", b"chunked")], gone, sent)
    assert not any(message.get("status") == 200 for message in sent)


def _run(made: FastAPI, headers: list[tuple[bytes, bytes]], receive: Any, sent: list[Any]) -> None:
    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "http_version": "1.1", "method": "POST", "path": "/open", "raw_path": b"/open", "root_path": "",
        "query_string": b"", "scheme": "https", "headers": headers, "client": ("192.0.2.1", 1), "server": ("x", 443),
    }  # fmt: skip
    asyncio.run(made(scope, receive, send))


# Rates


def test_an_address_is_held_to_its_rate(house: House) -> None:
    client = house.client(app(), limits=Limits(a_minute=3))
    assert [client.get("/who").status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = client.get("/nowhere")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "20")
    house.clock.pass_(timedelta(seconds=20))
    assert [client.get("/who").status_code for _ in range(2)] == [200, 429]


# Headers


def test_every_answer_has_its_headers(house: House, client: AsgiClient) -> None:
    for answer in (client.get("/page"), client.get("/nowhere"), client.get("/fault?name=x"), client.post("/size"),
                   client.post("/open", content=b"x" * (MOST + 1))):  # fmt: skip
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        page = answer.headers["Content-Type"].startswith("text/html")
        assert answer.headers["Referrer-Policy"] == ("same-origin" if page else "no-referrer")
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert len(answer.headers["X-Request-ID"]) == 32


def test_pages_have_the_policy_of_pages(client: AsgiClient) -> None:
    policy = client.get("/page").headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert client.get("/who").headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "script-src" not in client.get("/who").headers["Content-Security-Policy"]


def test_what_a_route_says_of_keeping_stands(client: AsgiClient) -> None:
    assert client.get("/people/x/calendar.ics").headers["Cache-Control"] == "private, max-age=60"


def test_https_is_not_asked_for_where_there_is_none(house: House) -> None:
    client = house.client(app(), house.access(https=False))
    assert "Strict-Transport-Security" not in client.get("/who").headers


# Request ids


def test_an_id_is_made_for_every_request_whatever_it_brings(client: AsgiClient) -> None:
    given = {"X-Request-ID": "0123456789abcdef"}
    one, two = client.get("/who", headers=given), client.get("/who", headers=given)
    assert one.json() == one.headers["X-Request-ID"] != two.headers["X-Request-ID"] != given["X-Request-ID"]


def test_an_id_is_taken_from_the_header_that_is_trusted_if_it_is_one(house: House) -> None:
    client = house.client(app(), request_id_header="X-Request-ID")
    for good in ("0123456789abcdef", "b1946ac9-2492-4d23-4795-235cec5113e1"):
        assert client.get("/who", headers={"X-Request-ID": good}).json() == good
    for bad in (
        "",
        "short",
        "a" * 65,
        'a" injected="yes',
        "abcdefgh\tx",
        "-abcdefgh",
        b"abcdefgh\xe5",
        "a_b_c_d_e_f",
    ):
        assert len(client.get("/who", headers={"X-Request-ID": bad}).json()) == 32


# Logs


def test_a_line_tells_ids_and_times_and_nothing_else(house: House, log: io.StringIO) -> None:
    client, key = house.client(app()), house.key("manager")
    answer = client.post("/size?token=SECRET", headers=bearer(key), content=b"abc")
    (line,) = lines(log)
    assert line.pop("timestamp")
    assert line.pop("milliseconds") == 0
    assert line == {
        "event": "request", "level": "info", "request": answer.headers["X-Request-ID"], "method": "POST", "route": "/size",
        "status": 200, "octets": 1, "tenant": "north", "account": house.office.accounts["manager"], "role": "manager",
    }  # fmt: skip


def test_nothing_that_was_sent_is_logged(
    house: House, log: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    client, key = house.client(app()), house.key("manager")
    with house.store.writing() as session:
        new = sessions.begin(session, house.office.accounts["manager"], house.clock.now())
    cookie = {"Cookie": f"__Host-convene={new.cookie}", "X-CSRF-Token": new.csrf}
    for headers in (
        {},
        bearer(key),
        bearer(key.text[:-1] + "g"),
        cookie,
        {"User-Agent": NAME, "Referer": NAME},
    ):
        client.get(f"/people/{NAME}/calendar.ics?token={NAME}", headers=headers)
        client.get(f"/{NAME}?name={NAME}", headers=headers)
        client.get(f"/fault?name={NAME}", headers=headers)
        client.get(f"/below/{NAME}:who", headers=headers)
        client.get(f"/half?name={NAME}", headers=headers)
        client.post("/size", headers=headers | {"X-Request-ID": NAME}, content=NAME.encode())
        client.post(f"/open?x={NAME}", headers=headers, content=NAME.encode() * 100_000)
        client.request(NAME, "/who", headers=headers)
    written = log.getvalue() + "".join(capsys.readouterr())
    assert len(lines(log)) >= 5 * 7
    for secret in (
        NAME,
        NAME.split("-", maxsplit=1)[0],
        key.text,
        key.text.rpartition("_")[2],
        new.cookie,
        new.csrf,
    ):
        assert secret not in written
    routes = {line.get("route") for line in lines(log)}
    assert {"/people/{person}/calendar.ics", "/size", "/fault", "/below/{name}:who", None} <= routes


def test_a_fault_says_where_it_was_and_not_what_it_said(house: House, log: io.StringIO) -> None:
    answer = house.client(app()).get(f"/fault?name={NAME}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (500, "application/problem+json")
    assert NAME not in answer.text
    other, fault, line = lines(log)
    assert (other["event"], other["logger"], other["level"]) == ("log", "other.library", "error")
    assert (fault["event"], fault["error"], fault["request"]) == (
        "fault",
        "ValueError",
        answer.headers["X-Request-ID"],
    )
    assert fault["at"][-1].startswith("service/api/middleware.py:")
    assert (line["status"], line["route"]) == (500, "/fault")


def test_half_an_answer_does_not_look_whole(house: House, log: io.StringIO) -> None:
    made, sent = app(), []
    house.client(made)

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0.01)
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {
        "type": "http", "http_version": "1.1", "method": "GET", "path": "/half", "raw_path": b"/half", "root_path": "",
        "query_string": f"name={NAME}".encode(), "scheme": "https", "headers": [], "client": None, "server": ("x", 443),
    }  # fmt: skip
    with pytest.raises(middleware.AnswerBrokenOffError) as caught:
        asyncio.run(made(scope, receive, send))
    assert caught.value.__suppress_context__
    assert lines(log)[0]["error"] == "ValueError"
    assert not any(
        message["type"] == "http.response.body" and not message.get("more_body") for message in sent
    )
    assert NAME not in log.getvalue()


def test_exceptions_of_others_are_named_by_type_alone(log: io.StringIO) -> None:
    try:
        raise KeyError(NAME)
    except KeyError:
        logging.getLogger("asyncio").exception("task %s", NAME)
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
        structlog.get_logger().exception("own")
    logging.getLogger("uvicorn.access").info("GET /people?token=%s", NAME)
    logging.getLogger("other").info("quiet")
    first, second, third = lines(log)
    assert (first["event"], first["error"]) == ("log", "KeyError")
    assert (second["event"], second["error"]) == ("Exception in ASGI application", "KeyError")
    assert (third["event"], third["error"]) == ("own", "KeyError")
    assert NAME not in log.getvalue()
