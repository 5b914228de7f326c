"""Errors of the API as problem documents (RFC 9457). They say what is wrong with the request, and nothing of whose data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

from service.api.pointers import pointer

MEDIA_TYPE: Final = "application/problem+json"
BLANK: Final = "about:blank"
"""Type of a problem that its status says all of (RFC 9457 section 4.2.1)."""
AWAY: Final = (OperationalError, InterfaceError, PoolTimeoutError)
"""The database is away, full, or somebody else writes for too long."""
_DETAILS: Final = {"extra_forbidden": "A field here is not known."}
_TITLES: Final = {400: "Bad request", 404: "Not found", 405: "Method not allowed", 422: "Bad request"}


class Problem(Exception):  # noqa: N818 - the name RFC 9457 gives it
    """An error answer.

    Parameters
    ----------
    type
        A stable URI of the kind of problem, such as ``urn:convene:problem:not-found``.
    title
        The kind in a few words: the same for every problem of the type.
    status
        HTTP status.
    detail
        What is wrong this time and what would be right. Never repeats what was sent, and never says what exists.
    headers
        Further headers of the answer.
    extra
        Further members of the document, such as ``errors`` with JSON pointers (RFC 9457 section 3.2).
    """

    def __init__(
        self,
        type: str,  # noqa: A002 - the member's own name
        title: str,
        status: int,
        detail: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(title)
        self.type = type
        self.title = title
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})

    def response(self) -> Response:
        """The answer."""
        document: dict[str, Any] = {"type": self.type, "title": self.title, "status": self.status}
        if self.detail:
            document["detail"] = self.detail
        # What an answer to one caller said must not be given to the next by anything between.
        headers = {"Cache-Control": "no-store"} | self.headers
        return Response(
            json.dumps(self.extra | document), status_code=self.status, headers=headers, media_type=MEDIA_TYPE
        )


def install(app: FastAPI) -> None:
    """Make every error of an application a problem document, also those that the framework raises."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    for away in AWAY:
        app.add_exception_handler(away, _away)
    app.add_exception_handler(DataError, _unkept)
    app.add_exception_handler(Exception, _fault)


async def _problem(request: Request, error: Exception) -> Response:  # noqa: ARG001 - as the framework calls it
    assert isinstance(error, Problem)
    return error.response()


async def _http(request: Request, error: Exception) -> Response:  # noqa: ARG001 - as the framework calls it
    assert isinstance(error, HTTPException)
    title = _TITLES.get(error.status_code, "Error")
    # The framework has this one for a body that isn't even text.
    detail = "The body can't be read: send JSON, in UTF-8." if error.status_code == 400 else ""
    return Problem(BLANK, title, error.status_code, detail, headers=error.headers).response()


async def _invalid(request: Request, error: Exception) -> Response:  # noqa: ARG001 - as the framework calls it
    assert isinstance(error, RequestValidationError)
    # Its own words repeat what was sent; where it was is enough to put it right.
    errors = [
        {"pointer": f"#{pointer(one['loc'])}", "detail": _DETAILS.get(one["type"], str(one["type"]))}
        for one in error.errors()
    ]
    detail = "The request isn't as it must be: see errors."
    return Problem(
        "urn:convene:problem:invalid-request", "Bad request", 422, detail, extra={"errors": errors}
    ).response()


async def _away(request: Request, error: Exception) -> Response:  # noqa: ARG001 - as the framework calls it
    # Where the line broke in a commit, nobody knows which of the two it was: the key makes sure.
    detail = (
        "The database can't be reached or has no room just now. Send it again in a moment: with its Idempotency-Key it is "
        "done once, whether it has been done by now or not."
    )
    return Problem(
        "urn:convene:problem:database-away", "Service unavailable", 503, detail, headers={"Retry-After": "2"}
    ).response()


async def _unkept(request: Request, error: Exception) -> Response:  # noqa: ARG001 - as the framework calls it
    # PostgreSQL has no character 0 in texts; its own words may repeat what it was given.
    detail = "It has a value that can't be kept, such as a text with character 0 in it. Nothing was changed."
    return Problem("urn:convene:problem:invalid-request", "Bad request", 422, detail).response()


async def _fault(request: Request, error: Exception) -> Response:  # noqa: ARG001 - as the framework calls it
    return Problem(
        BLANK, "Internal error", 500, "A fault of the service: try again, and report it if it stays."
    ).response()


__all__ = ["AWAY", "BLANK", "MEDIA_TYPE", "Problem", "install"]
