"""Fetching published calendars: how much, how long, from where, and what errors give away."""

from __future__ import annotations

import gzip
import logging
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from service.intake.fetch import FetchError, Limits, address, fetch, is_address, name_of

SECRET = "/owa/calendar/5e3c7e7/secret-token/calendar.ics?key=abc"
BODY = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
PUBLIC = "93.184.215.14"
Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def serving(answer: Answer) -> Iterator[str]:
    """A server on loopback that answers every GET as it is told; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as in its base
            """Write nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join(10)


def content(body: bytes, status: int = 200, **headers: str) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(body)

    return answer


def refused(text: str, **more: object) -> str:
    with pytest.raises(FetchError) as raised:
        fetch(text, **more)  # type: ignore[arg-type]
    assert "secret-token" not in str(raised.value)
    assert "abc" not in str(raised.value)
    return str(raised.value)


class Recorded(httpx.BaseTransport):
    """Answers from a list, and keeps what was asked."""

    def __init__(self, *answers: httpx.Response) -> None:
        self.asked: list[httpx.Request] = []
        self._answers = list(answers)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return self._answers.pop(0)


def onward(location: str) -> httpx.Response:
    return httpx.Response(302, headers={"Location": location})


def names(**known: str) -> Callable[[str, int], list[str]]:
    return lambda host, port: [known.get(host.partition(".")[0], PUBLIC)]


def test_content_as_it_came() -> None:
    with serving(content(BODY)) as url:
        assert fetch(url + SECRET, allow_private=True) == BODY


@pytest.mark.parametrize(
    ("coding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("identity", bytes)]
)
def test_packed_content(coding: str, pack: Callable[[bytes], bytes]) -> None:
    with serving(content(pack(BODY), Content_Encoding=coding)) as url:
        assert fetch(url, allow_private=True) == BODY


def test_too_large_as_sent_or_as_unpacked() -> None:
    for body, headers in ((b"x" * 2001, {}), (gzip.compress(b"x" * 5_000_000), {"Content_Encoding": "gzip"})):
        with serving(content(body, **headers)) as url:
            told = refused(url + SECRET, allow_private=True, limits=Limits(octets=2000))
            assert told.startswith("the calendar is larger than the 2,000 bytes")
    with serving(content(b"x" * 2000)) as url:
        assert len(fetch(url, allow_private=True, limits=Limits(octets=2000))) == 2000


def test_packed_badly_or_as_was_not_asked() -> None:
    with serving(content(b"no gzip", Content_Encoding="gzip")) as url:
        assert "can't be unpacked" in refused(url, allow_private=True)
    with serving(content(gzip.compress(BODY)[:-9], Content_Encoding="gzip")) as url:
        assert "breaks off" in refused(url, allow_private=True)
    with serving(content(BODY, Content_Encoding="br")) as url:
        assert "wasn't asked for" in refused(url, allow_private=True)


@pytest.mark.parametrize("where", ["headers", "body"])
def test_a_server_that_sends_a_byte_now_and_then_is_left(where: str) -> None:
    stop = threading.Event()

    def drip(request: BaseHTTPRequestHandler) -> None:
        if where == "body":
            request.send_response(200)
            request.end_headers()
        for _ in range(600):
            if stop.wait(0.05):
                return
            try:
                request.wfile.write(b"H")
            except OSError:
                return

    with serving(drip) as url:
        began = threading.active_count()
        told = refused(url + SECRET, allow_private=True, limits=Limits(seconds=0.5))
        stop.set()
    assert "longer than the 0.5 seconds" in told
    for _ in range(200):  # what waited for it ends too
        if threading.active_count() <= began:
            break
        time.sleep(0.05)
    assert threading.active_count() <= began


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "sign in"),
        (403, "refuses"),
        (404, "nothing at this address"),
        (429, "later"),
        (500, "status 500"),
    ],
)
def test_answers_that_are_no_calendar(status: int, said: str) -> None:
    with serving(content(b"secret-token", status)) as url:
        told = refused(url + SECRET, allow_private=True)
    assert said in told
    assert told.startswith("127.0.0.1: ")


def test_nobody_there() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        assert "can't be reached" in refused(f"http://127.0.0.1:{port}{SECRET}", allow_private=True)

    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror("secret-token")

    assert "can't be reached" in refused("https://nobody.example" + SECRET, resolver=unknown)


@pytest.mark.parametrize(
    "there",
    [
        "127.0.0.1", "10.0.0.8", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1", "fe80::1",
        "fd00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
    ],
)  # fmt: skip
def test_addresses_inside_the_house_are_refused(there: str) -> None:
    transport = Recorded()
    told = refused(
        "https://calendar.example" + SECRET, resolver=lambda *_: [PUBLIC, there], transport=transport
    )
    assert "private address" in told or "none that can be connected to" in told
    assert transport.asked == []


def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    """The name is looked up once: a second look-up, with another answer, would come too late."""
    answers = [[PUBLIC], ["127.0.0.1"]]
    transport = Recorded(httpx.Response(200, stream=httpx.ByteStream(BODY)))
    assert (
        fetch("webcal://calendar.example/x.ics", resolver=lambda *_: answers.pop(0), transport=transport)
        == BODY
    )
    (request,) = transport.asked
    assert str(request.url) == f"https://{PUBLIC}/x.ics"
    assert request.headers["Host"] == "calendar.example"
    assert request.extensions["sni_hostname"] == "calendar.example"
    assert len(answers) == 1


def test_each_redirect_is_checked_anew() -> None:
    transport = Recorded(onward("https://inside.example/"))
    told = refused("https://calendar.example/", transport=transport, resolver=names(inside="10.1.2.3"))
    assert told.startswith("inside.example: the server is at a private address")
    assert len(transport.asked) == 1


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("http://other.example/", "without TLS"),
        ("file:///etc/passwd", "must begin with https"),
        ("ftp://other.example/", "must begin with https"),
        ("https://[::1", "isn't one"),
    ],
)
def test_redirects_to_where_nobody_should_go(location: str, said: str) -> None:
    assert said in refused(
        "https://calendar.example" + SECRET, transport=Recorded(onward(location)), resolver=names()
    )


def test_redirects_without_end() -> None:
    transport = Recorded(*(onward(f"/{k}") for k in range(9)))
    assert "more than 5 times" in refused("https://calendar.example/", transport=transport, resolver=names())
    assert len(transport.asked) == 6


def test_a_password_goes_to_its_own_server_alone() -> None:
    transport = Recorded(
        onward("/moved"),
        onward("https://other.example/x"),
        httpx.Response(200, stream=httpx.ByteStream(BODY)),
    )
    assert fetch("https://alex:pass@calendar.example/", transport=transport, resolver=names()) == BODY
    assert ["Authorization" in request.headers for request in transport.asked] == [True, True, False]
    assert not any("Cookie" in request.headers or "Referer" in request.headers for request in transport.asked)


def test_without_tls_only_inside_the_house() -> None:
    transport = Recorded()
    told = refused(
        "http://calendar.example" + SECRET, transport=transport, resolver=names(), allow_private=True
    )
    assert "must begin with https" in told
    assert "password" not in told
    assert transport.asked == []


@pytest.mark.parametrize(
    "text", ["ftp://a.example/", "https://", "https://[::1/", "file:///etc/passwd", "https://a:b:c/"]
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(FetchError):
        address(text)


def test_names_give_nothing_of_the_address_away_but_the_server() -> None:
    name = name_of("webcal://calendar.example" + SECRET)
    assert name.startswith("calendar.example ")
    assert len(name) == len("calendar.example ") + 10
    assert name == name_of("https://calendar.example" + SECRET)
    assert name != name_of("https://calendar.example/other")
    assert is_address("webcal://x")
    assert not is_address("C:/calendars/a.ics")


def test_nothing_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), serving(content(BODY)) as url:
        fetch(url + SECRET, allow_private=True)
    assert "secret-token" not in caplog.text
