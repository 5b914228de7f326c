"""Through a server of its own, over a socket: what the framework in between could undo."""

from __future__ import annotations

import io
import json
import logging
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import httpx
import pytest
import structlog
import uvicorn
from access_cases import House, bearer
from asgi_client import AsgiClient
from fastapi import Depends, FastAPI, Request
from fastapi.responses import StreamingResponse

from service import logs
from service.access.authentication import BY_TOKEN, require
from service.api.app import create_app
from service.api.middleware import Limits
from service.cli import serve
from service.settings import Settings, read_settings
from service.store.engine import Store
from service.store.scope import Principal

MOST = 300_000
NAME = "Margarethe"


@dataclass
class Running:
    house: House
    port: int
    log: io.StringIO

    def http(self) -> httpx.Client:
        return httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=20)

    def raw(self, text: bytes) -> bytes:
        """The answer to what is sent as it stands, until the server closes the line."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as line:
            line.sendall(text)
            found = b""
            while part := line.recv(65_536):
                found += part
            return found


@pytest.fixture
def running(store: Store) -> Iterator[Running]:
    house, app, log = House(store), FastAPI(), io.StringIO()

    @app.post("/size")
    async def size(request: Request, who: Annotated[Principal, Depends(require("calendar.plan"))]) -> int:
        return len(await request.body())

    @app.get("/half", dependencies=[Depends(BY_TOKEN)])
    def half() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            yield b"begun"
            raise ValueError(NAME)

        return StreamingResponse(parts())

    house.client(app, limits=Limits(most_body=MOST))
    before, root = structlog.get_config(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logs.configure(log)
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield Running(house, listener.getsockname()[1], log)
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()
        structlog.configure(**before)
        root.handlers[:], root.level = handlers, level


def test_bodies(running: Running) -> None:
    key = bearer(running.house.key("manager"))

    def chunks(octets: int) -> Iterator[bytes]:
        for _ in range(octets // 1000):
            yield b"x" * 1000

    with running.http() as http:
        assert http.post("/size", headers=key, content=b"x" * MOST).json() == MOST
        assert http.post("/size", headers=key, content=chunks(MOST)).json() == MOST
    head = f"POST /size HTTP/1.1\r\nHost: x\r\nAuthorization: {key['Authorization']}\r\n".encode()
    announced = running.raw(head + b"Content-Length: 300001\r\n\r\n")
    assert announced.startswith(b"HTTP/1.1 413 ")
    chunked = running.raw(
        head + b"Transfer-Encoding: chunked\r\n\r\n" + b"%x\r\n" % (MOST + 1) + b"x" * (MOST + 1)
    )
    assert chunked.startswith(b"HTTP/1.1 413 ")
    stranger = running.raw(b"POST /size HTTP/1.1\r\nHost: x\r\nContent-Length: 90000\r\n\r\n" + b"x" * 70_000)
    assert stranger.startswith(b"HTTP/1.1 401 ")
    assert all(b"connection: close" in answer.lower() for answer in (announced, chunked, stranger))


def test_half_an_answer_is_cut_off_and_its_fault_told_to_nobody(running: Running) -> None:
    with running.http() as http, pytest.raises(httpx.RemoteProtocolError):
        http.get(f"/half?token={NAME}")
    with running.http() as http:
        assert http.get(f"/{NAME}?token={NAME}").status_code == 404
    written = running.log.getvalue()
    assert NAME not in written
    found = [json.loads(line) for line in written.splitlines()]
    assert {"fault", "request", "Exception in ASGI application\n"} <= {line["event"] for line in found}


@pytest.mark.parametrize(("proxies", "believed"), [("", False), ("192.0.2.1,198.51.100.0/24", True)])
def test_serve_believes_the_proxies_that_are_named(
    store: Store, monkeypatch: pytest.MonkeyPatch, proxies: str, believed: bool
) -> None:
    given: dict[str, Any] = {}

    class ToldError(Exception):
        pass

    def config(_app: FastAPI, **more: Any) -> None:
        given.update(more)
        raise ToldError

    monkeypatch.setattr(uvicorn, "Config", config)
    with pytest.raises(ToldError):
        serve._run(store, Settings(proxies=proxies), "127.0.0.1", 0, worker=False)
    assert (given["proxy_headers"], given["forwarded_allow_ips"]) == (believed, proxies or None)
    assert given["access_log"] is False


def test_the_header_of_requests_ids_is_a_setting(store: Store) -> None:
    sent = {"X-Request-ID": "0123456789abcdef"}
    for header, taken in (("", False), ("X-Request-ID", True)):
        settings = read_settings({"CONVENE_REQUEST_ID_HEADER": header})
        answer = AsgiClient(create_app(store, settings)).get("/healthz", headers=sent)
        assert (answer.headers["X-Request-ID"] == sent["X-Request-ID"]) is taken
