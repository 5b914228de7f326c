"""What every request passes through: its id, limits, the headers that every answer has, and one line in the log.

The line holds ids, counts and times. It never holds an address as it was sent (its query may hold a token, its path a name),
nor a body, nor what a fault says of itself: a database's or a validator's words repeat what they were given.
"""

from __future__ import annotations

import asyncio
import re
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.routing import iter_route_contexts
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.access.authentication import Access, Identity, unauthenticated
from service.access.limits import Rates, address_of, too_many
from service.api.problems import BLANK, Problem

STRANGERS_BODY: Final = 65_536
"""Octets of a body that are read before it is known who sends them."""
BODY_SECONDS: Final = 60.0
PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Of pages: nothing from elsewhere, nothing written into the page itself, and in no frame."""
_NO_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{7,63}", re.ASCII)
_OURS: Final = Path(__file__).resolve().parents[2]


Answering = Callable[[Request, Problem], Response]


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one request, and of one address."""

    most_body: int = 20_000_000
    """Octets."""
    a_minute: int = 600
    """Requests of an address."""


def install(
    app: FastAPI,
    access: Access,
    limits: Limits,
    *,
    request_id_header: str | None = None,
    clock: Callable[[], float] = time.monotonic,
    answer: Answering = lambda _, problem: problem.response(),
) -> None:
    """Put everything around an application that decides who may ask for how much, and says what was asked.

    Parameters
    ----------
    app
        Errors that its routes raise are made problem documents by `service.api.problems.install`.
    access
    limits
    request_id_header
        In which whatever stands before the service sends a request's id. ``None``: nothing there is to be trusted.
    clock
        Seconds that never go back.
    answer
        Makes the answer of a problem: its document, or a page for whoever asks for one.
    """
    app.state.access = access
    # The one that is added last is the first to see a request.
    app.add_middleware(_Gate, access=access, limits=limits, clock=clock, answer=answer)
    app.add_middleware(
        _Around, https=access.https, request_id_header=request_id_header, clock=clock, answer=answer
    )


class _Around:
    """Gives each request an id, each answer its headers, and the log a line. No fault passes it."""

    def __init__(
        self,
        app: ASGIApp,
        https: bool,
        request_id_header: str | None,
        clock: Callable[[], float],
        answer: Answering,
    ) -> None:
        self._app, self._https, self._header, self._clock = app, https, request_id_header, clock
        self._answer = answer
        self._log = structlog.get_logger("convene.request")
        self._templates: dict[int, str | None] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state["request_id"] = request_id = self._id(scope)
        began, status, octets = self._clock(), 0, 0

        async def told(message: Message) -> None:
            nonlocal status, octets
            if message["type"] == "http.response.start":
                status = message["status"]
                self._add_headers(MutableHeaders(scope=message), request_id)
            elif message["type"] == "http.response.body":
                octets += len(message.get("body", b""))
            await send(message)

        with structlog.contextvars.bound_contextvars(request=request_id):
            try:
                await self._app(scope, receive, told)
            except Exception as raised:
                error = _first(raised)
                self._log.error("fault", error=type(error).__name__, at=_places(error))
                if status:
                    # Half an answer must not look whole. What is raised says nothing of why.
                    raise AnswerBrokenOffError from None
                problem = Problem(
                    BLANK,
                    "Internal error",
                    500,
                    "A fault of the service: try again, and report it if it stays.",
                )
                await self._of_fault(scope, problem)(scope, receive, told)
            finally:
                self._line(scope, status, octets, self._clock() - began)

    def _of_fault(self, scope: Scope, problem: Problem) -> Response:
        try:
            return self._answer(Request(scope), problem)
        except Exception:
            # What was wrong may be what makes pages.
            return problem.response()

    def _id(self, scope: Scope) -> str:
        given = None if self._header is None else Headers(scope=scope).get(self._header)
        return given if given is not None and _REQUEST_ID.fullmatch(given) else uuid4().hex

    def _add_headers(self, headers: MutableHeaders, request_id: str) -> None:
        page = headers.get("Content-Type", "").startswith("text/html")
        headers["X-Request-ID"] = request_id
        headers["X-Content-Type-Options"] = "nosniff"
        # A page is told which of ours was before it, so that people get back there; no other site is told anything.
        headers["Referrer-Policy"] = "same-origin" if page else "no-referrer"
        headers["Content-Security-Policy"] = PAGE_POLICY if page else _NO_POLICY
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers.setdefault("Cache-Control", "no-store")
        if self._https:
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"

    def _line(self, scope: Scope, status: int, octets: int, seconds: float) -> None:
        identity: Identity | None = scope["state"].get("identity")
        who: dict[str, Any] = {}
        if identity is not None:
            principal = identity.principal
            who = {"tenant": principal.tenant, "account": principal.account, "role": principal.role}
        self._log.info(
            "request",
            method=scope["method"] if scope["method"] in _METHODS else "other",
            route=self._template(scope),
            status=status,
            octets=octets,
            milliseconds=round(seconds * 1000, 1),
            **who,
        )

    def _template(self, scope: Scope) -> str | None:
        """The path of the route with the names of its parameters; the route itself knows it without its router's prefix."""
        if not self._templates:
            contexts = iter_route_contexts(scope["app"].routes)
            self._templates = {id(one.original_route): one.path_format for one in contexts}
        route = scope.get("route")
        return self._templates.get(id(route), getattr(route, "path_format", None))


_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class AnswerBrokenOffError(Exception):
    """A fault after an answer had begun: the connection is closed. What it was is in the log, by the request's id."""


class _Gate:
    """Lets nothing in that is too much: requests of an address, octets of a body, packed bodies."""

    def __init__(
        self, app: ASGIApp, access: Access, limits: Limits, clock: Callable[[], float], answer: Answering
    ) -> None:
        self._app, self._access, self._limits, self._answer = app, access, limits, answer
        self._rates = Rates(limits.a_minute, clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            receive = await self._checked(scope, receive)
        except Problem as problem:
            if _has_body(Headers(scope=scope)):
                # Nobody reads the rest of it.
                problem.headers["Connection"] = "close"
            await self._answer(Request(scope), problem)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _checked(self, scope: Scope, receive: Receive) -> Receive:
        client = scope.get("client")
        if wait := self._rates.wait(address_of(client[0] if client else None)):
            raise too_many(wait, "This address has sent too many requests within a minute.")
        headers = Headers(scope=scope)
        if headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
            raise Problem(BLANK, "Unsupported media type", 415, "Send the body as it is, not packed.")
        if not _has_body(headers):
            return receive
        length = headers.get("Content-Length")
        if length is not None:
            if not (length.isascii() and length.isdecimal()):
                raise Problem(BLANK, "Bad request", 400, "Content-Length is a number.")
            if len(length) > 15 or int(length) > self._limits.most_body:
                raise self._too_large()
        return await self._read(scope, headers, receive)

    async def _read(self, scope: Scope, headers: Headers, receive: Receive) -> Receive:
        """Read the body, no more of it than may come; returns what gives it again."""
        parts: list[bytes] = []
        octets, more, known = 0, True, False
        try:
            async with asyncio.timeout(BODY_SECONDS):
                while more:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        parts.clear()
                        return _again(b"", receive, gone=True)
                    parts.append(message.get("body", b""))
                    octets, more = octets + len(parts[-1]), message.get("more_body", False)
                    if octets > self._limits.most_body:
                        raise self._too_large()
                    if octets > STRANGERS_BODY and not known:
                        known = await self._known(scope, headers)
        except TimeoutError:
            raise Problem(BLANK, "Request time-out", 408, "The body took too long.") from None
        return _again(b"".join(parts), receive)

    async def _known(self, scope: Scope, headers: Headers) -> bool:
        """Whoever sends much says first who they are."""
        state = scope["state"]
        cookies = cookie_parser(headers.get("Cookie", ""))
        identity = await run_in_threadpool(self._access.identify, headers, cookies, state["request_id"])
        if identity is None:
            raise unauthenticated(refused=False)
        state["identity"] = identity
        return True

    def _too_large(self) -> Problem:
        return Problem(
            "urn:convene:problem:too-large",
            "Too large",
            413,
            f"A body may have {self._limits.most_body} octets.",
        )


def _has_body(headers: Headers) -> bool:
    return "Content-Length" in headers or "Transfer-Encoding" in headers


def _again(body: bytes, receive: Receive, *, gone: bool = False) -> Receive:
    given = False

    async def once() -> Message:
        nonlocal given
        if given or gone:
            return {"type": "http.disconnect"} if gone else await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return once


def _first(error: Exception) -> BaseException:
    """The fault itself, where tasks that ran together have put it into a group."""
    found: BaseException = error
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found


def _places(error: BaseException) -> list[str]:
    """Where a fault went through our own code, innermost last, without a word of what it said."""
    return [
        f"{Path(frame.filename).resolve().relative_to(_OURS).as_posix()}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).resolve().is_relative_to(_OURS / "service")
        or Path(frame.filename).resolve().is_relative_to(_OURS / "solver")
        or Path(frame.filename).resolve().is_relative_to(_OURS / "calendars")
    ]


__all__ = ["BODY_SECONDS", "PAGE_POLICY", "STRANGERS_BODY", "AnswerBrokenOffError", "Limits", "install"]
