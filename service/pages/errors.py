"""Errors as pages, for whoever looks at them in a browser; programs get the problem documents that they know."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, cast
from urllib.parse import quote, urlencode

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from service.access import sessions
from service.access.authentication import SAFE_METHODS, Access, Identity
from service.api.problems import Problem
from service.pages.accepting import wants_page
from service.pages.error_words import words_of
from service.pages.frame import page
from service.pages.going import came_from, to

_PROGRAMS: Final = ("/v1/", "/healthz", "/readyz", "/metrics", "/openapi.json", "/development/", "/static/")
Handler = Callable[[Request, Exception], Awaitable[Response]]


def install(app: FastAPI) -> None:
    """Answer with a page where a page was asked for. After `service.api.problems.install`, whose handlers do the rest."""
    for error in list(app.exception_handlers):
        app.add_exception_handler(error, _paged(cast("Handler", app.exception_handlers[error])))


def is_page(request: Request) -> bool:
    """Whether an address is one of pages, and a browser asks."""
    return not request.url.path.startswith(_PROGRAMS) and wants_page(request)


def answer(request: Request, problem: Problem) -> Response:
    """The answer that a problem is: a page for whoever looks at one, else its document."""
    if not is_page(request):
        return problem.response()
    if problem.status == 401:
        return _to_sign_in(request)
    kept = ("Retry-After", "ETag", "Allow", "Connection")
    headers = {name: value for name, value in problem.headers.items() if name in kept}
    state = request.scope.get("state", {})
    return page(
        request,
        "error.html",
        identity=cast("Identity | None", state.get("identity")),
        status=problem.status,
        headers=headers,
        words=words_of(problem),
        reference=state.get("request_id", "") if problem.status in (500, 503) else "",
        back=None if request.method in SAFE_METHODS else came_from(request),
    )


def _to_sign_in(request: Request) -> Response:
    """Whoever isn't signed in any more is told that nothing was done, and comes back to where they were."""
    access: Access = request.app.state.access
    if request.method in SAFE_METHODS:
        going: str | None = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        # Without a cookie they may never have been signed in, or not since this morning: nothing of theirs is lost.
        because = "ended" if sessions.cookie_name(access.https) in request.cookies else ""
    else:
        going, because = came_from(request), "unchanged"
    told = {"next": going or "", "because": because}
    query = urlencode({name: value for name, value in told.items() if value}, quote_via=quote, safe="")
    return to("/sign-in" + (f"?{query}" if query else ""))


def _paged(before: Handler) -> Handler:
    async def handle(request: Request, error: Exception) -> Response:
        if not is_page(request):
            return await before(request, error)
        if isinstance(error, Problem):
            return answer(request, error)
        if isinstance(error, HTTPException):
            return answer(request, Problem("about:blank", "", error.status_code, headers=error.headers))
        said = await before(request, error)
        away = {name: said.headers[name] for name in ("Retry-After",) if name in said.headers}
        kind = "urn:convene:problem:database-away" if said.status_code == 503 else "about:blank"
        return answer(request, Problem(kind, "", said.status_code, headers=away))

    return handle


__all__ = ["answer", "install", "is_page"]
