"""Real CalDAV servers on loopback: xandikos, which schedules (RFC 6638), and Radicale, which doesn't.

``running("xandikos", directory)`` is a context manager: the server listens on a port of its own choice, with the accounts of
`ACCOUNTS` and Basic authentication, keeps its data under the directory, and is stopped at the end. ``server.calendar("alex")``
makes a calendar and is its URL. xandikos knows the mailbox of each account, so that it schedules between them, and what it
would have sent to others by mail is in ``server.mail``.
"""

from __future__ import annotations

import asyncio
import base64
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from xml.etree import ElementTree

import httpx

ACCOUNTS = {"alex": "secret-alex", "team": "secret-team", "quinn": "secret-quinn"}
"""Passwords by account. The mailbox of each is ``<account>@convene.example``."""
NAMES = ("xandikos", "radicale")
WAIT = 30.0
"""Seconds for anything at all."""
_XML = {"Content-Type": "application/xml; charset=utf-8"}
_LISTING = '<?xml version="1.0"?><D:propfind xmlns:D="DAV:"><D:prop><D:getetag/></D:prop></D:propfind>'
_COLLECTION = """<?xml version="1.0"?>
<C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop>
<D:displayname>{name}</D:displayname></D:prop></D:set></C:mkcalendar>"""


def mailbox(account: str) -> str:
    return f"{account}@convene.example"


@dataclass
class Server:
    name: str
    url: str
    """Of its root, with a slash at the end."""
    mail: list[EmailMessage] = field(default_factory=list)
    """What it would have sent by mail."""

    def request(self, account: str, method: str, path: str, **more: Any) -> httpx.Response:
        url = path if path.startswith("http") else self.url + path.lstrip("/")
        with httpx.Client(auth=(account, ACCOUNTS[account]), timeout=WAIT, trust_env=False) as client:
            return client.request(method, url, **more)

    def home(self, account: str) -> str:
        """URL of the collection that the account's calendars are in."""
        return f"{self.url}{account}/" + ("calendars/" if self.name == "xandikos" else "")

    def calendar(self, account: str, name: str = "work") -> str:
        """Make a calendar; its URL."""
        url = f"{self.home(account)}{name}/"
        body = _COLLECTION.format(name=name.title())
        self.request(account, "MKCALENDAR", url, content=body, headers=_XML).raise_for_status()
        return url

    def put(self, account: str, url: str, content: bytes, **headers: str) -> httpx.Response:
        kind = {"Content-Type": "text/calendar; charset=utf-8"}
        return self.request(account, "PUT", url, content=content, headers=kind | headers)

    def objects(self, account: str, url: str) -> dict[str, tuple[str, bytes]]:
        """ETag and content of everything in a collection, by the name of the resource."""
        listing = self.request(account, "PROPFIND", url, content=_LISTING, headers=_XML | {"Depth": "1"})
        found = {}
        for href in ElementTree.fromstring(listing.raise_for_status().content).iter("{DAV:}href"):
            name = (href.text or "").rpartition("/")[2]
            if name.endswith(".ics"):
                answer = self.request(account, "GET", url + name).raise_for_status()
                found[name] = (answer.headers["ETag"], answer.content)
        return found

    def inbox(self, account: str) -> dict[str, tuple[str, bytes]]:
        """Scheduling messages delivered to the account; Radicale has no inbox at all."""
        return {} if self.name == "radicale" else self.objects(account, f"{self.url}{account}/inbox/")


@contextmanager
def running(name: str, directory: Path) -> Iterator[Server]:
    """A server by its name, for as long as the context lasts."""
    with {"xandikos": _xandikos, "radicale": _radicale}[name](directory) as server:
        for account in ACCOUNTS:  # Radicale makes an account's collection when it is first asked for
            headers = _XML | {"Depth": "0"}
            server.request(
                account, "PROPFIND", f"{account}/", headers=headers, content=_LISTING
            ).raise_for_status()
        yield server


def _account(authorization: str) -> str | None:
    scheme, _, code = authorization.partition(" ")
    account, _, password = base64.b64decode(code if scheme == "Basic" else "").decode().partition(":")
    return account if password and ACCOUNTS.get(account) == password else None


_CHALLENGE = {"WWW-Authenticate": 'Basic realm="Calendars"', "Content-Length": "0"}


@contextmanager
def _xandikos(directory: Path) -> Iterator[Server]:
    from aiohttp import web
    from xandikos.imip_transport import CapturingTransport
    from xandikos.multi_user import MultiUserFilesystemBackend, MultiUserXandikosApp

    transport = CapturingTransport()
    backend = MultiUserFilesystemBackend(
        str(directory), create_defaults=True, imip_transport=transport, imip_from="server@convene.example"
    )
    for account in ACCOUNTS:
        backend.set_principal(account)
        backend.get_principal(f"/{account}").set_calendar_user_address_set([f"mailto:{mailbox(account)}"])
    application = MultiUserXandikosApp(
        backend, "/%(REMOTE_USER)s/", trusted_x_remote_user_hosts=["127.0.0.1"]
    )

    async def handle(request: web.Request) -> web.StreamResponse:
        # Its own check of passwords warns with this version of aiohttp, so this one stands before it, as a proxy would.
        account = _account(request.headers.get("Authorization", ""))
        if account is None:
            return web.Response(status=401, headers=_CHALLENGE)
        headers = request.headers.copy()
        headers["X-Remote-User"] = account
        return await application.aiohttp_handler(request.clone(headers=headers), "/")

    site = web.Application()
    site.router.add_route("*", "/{path_info:.*}", handle)
    loop = asyncio.new_event_loop()
    runner = web.AppRunner(site)

    async def start() -> int:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return int(runner.addresses[0][1])

    port = loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield Server("xandikos", f"http://127.0.0.1:{port}/", transport.sent)
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(WAIT)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(WAIT)
        loop.close()


class _Threaded(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Silent(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        """Write nothing."""


@contextmanager
def _radicale(directory: Path) -> Iterator[Server]:
    from radicale import config
    from radicale.app import Application

    configuration = config.load()
    settings = {"storage": {"filesystem_folder": str(directory)}, "auth": {"type": "remote_user"}}
    configuration.update(settings, "tests")
    application = Application(configuration)

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        account = _account(environ.pop("HTTP_AUTHORIZATION", ""))
        if account is None:
            start("401 Unauthorized", list(_CHALLENGE.items()))
            return [b""]
        return application(environ | {"REMOTE_USER": account}, start)

    with make_server("127.0.0.1", 0, answer, _Threaded, _Silent) as http:
        thread = threading.Thread(target=http.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield Server("radicale", f"http://127.0.0.1:{http.server_port}/")
        finally:
            http.shutdown()
            thread.join(WAIT)
