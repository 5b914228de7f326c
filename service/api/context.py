"""What every request has at hand, and what requests have in common: transactions, revisions, answers given once."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from fastapi import Depends, Header, Request, Response
from sqlalchemy.exc import IntegrityError

from service.api.problems import Problem
from service.desks.pool import Desks
from service.settings import Settings
from service.store.calendars import Documents, RevisionError
from service.store.engine import Store
from service.store.scope import Principal, Scoped
from service.store.tables import Idempotency
from service.uploads.reading import Readers

_KEY_LENGTH: Final = 255
_TAG: Final = re.compile(r'"([0-9]{1,9})(?:-[0-9a-f]{16})?"')


@dataclass(frozen=True)
class Context:
    """A running service."""

    store: Store
    settings: Settings
    desks: Desks
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    documents: Documents = field(default_factory=Documents)
    readers: Readers = field(default_factory=Readers)


def context(request: Request) -> Context:
    """The service that a request came to."""
    found: Context = request.app.state.convene
    return found


async def body_of(request: Request) -> bytes:
    """The body of a request, as it came."""
    return await request.body()


Here = Annotated[Context, Depends(context)]
Body = Annotated[bytes, Depends(body_of)]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="Of your choice, up to 255 characters: a request that comes again with it is done once, and answered alike.",
    ),
]
IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match", description='The revision that you have seen, such as "3" with its quotation marks.'
    ),
]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request is answered with."""

    body: Any
    """Made JSON of; ``None``: no body."""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> Response:
        """The answer over HTTP. What is about families is kept by nobody on the way."""
        headers = {"Cache-Control": "private, no-store"} | dict(self.headers)
        if self.body is None:
            return Response(status_code=self.status, headers=headers)
        content = self.body if isinstance(self.body, bytes) else _json(self.body)
        return Response(content, self.status, headers, "application/json")


def once(
    here: Context,
    who: Principal,
    request: Request,
    body: bytes,
    key: str | None,
    work: Callable[[Scoped], Answer],
) -> Response:
    """Do something in one transaction; with a key, at most once however often it is asked for.

    Raises
    ------
    Problem
        422 if the key has come with another request.
    """
    if key is None:
        with here.store.writing() as session:
            return work(Scoped(session, who)).response()
    mark = _mark(request, body, key)
    for last in (False, True):
        try:
            return _once(here, who, key, mark, work)
        except IntegrityError:
            # The same request was at work beside this one, and has been done by now.
            if last:
                raise
    raise AssertionError("unreachable")


def replayed(
    here: Context, who: Principal, request: Request, body: bytes, key: str | None
) -> Response | None:
    """The answer to a request that has been answered before; ``None`` for one that hasn't.

    For what is worked out before its transaction: what it depends on may have changed just because it was done.

    Raises
    ------
    Problem
        422 if the key has come with another request.
    """
    if key is None:
        return None
    mark = _mark(request, body, key)
    with here.store.reading() as session:
        return _known(Scoped(session, who), key, mark)


def _mark(request: Request, body: bytes, key: str) -> str:
    """What a request is known by."""
    if not 0 < len(key) <= _KEY_LENGTH or not key.isprintable():
        raise Problem(
            "urn:convene:problem:bad-idempotency-key", "Bad idempotency key", 400,
            f"Idempotency-Key has 1 to {_KEY_LENGTH} printable characters.",
        )  # fmt: skip
    parts = (request.method.encode(), request.url.path.encode(), request.url.query.encode(), body)
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _known(scoped: Scoped, key: str, mark: str) -> Response | None:
    known = scoped.one(Idempotency, Idempotency.account == scoped.principal.account, Idempotency.key == key)
    if known is None:
        return None
    if known.request != mark:
        raise Problem(
            "urn:convene:problem:idempotency-key-reused", "Idempotency key reused", 422,
            "This Idempotency-Key has come with another request: give each request a key of its own.",
        )  # fmt: skip
    headers = {**known.headers, "Idempotent-Replay": "true"}
    return Response(known.body, known.status, headers, "application/json" if known.body else None)


def _once(here: Context, who: Principal, key: str, mark: str, work: Callable[[Scoped], Answer]) -> Response:
    with here.store.writing() as session:
        scoped = Scoped(session, who)
        known = _known(scoped, key, mark)
        if known is not None:
            return known
        row = Idempotency(
            tenant=who.tenant,
            account=who.account,
            key=key,
            request=mark,
            status=0,
            headers={},
            body=b"",
            created=here.now(),
        )
        # First, so that the same request beside this one waits here until it can be answered alike.
        scoped.add(row)
        response = work(scoped).response()
        row.status, row.body = response.status_code, bytes(response.body)
        row.headers = {name: value for name, value in response.headers.items() if name in _REPLAYED}
        return response


_REPLAYED: Final = frozenset({"location", "etag", "cache-control"})


def tag(revision: int, document: bytes | None = None) -> str:
    """The ETag of a calendar's revision.

    Parameters
    ----------
    revision
    document
        Where it is answered: answers of those invited change it and leave the revision as it is, so it is part of the tag.
    """
    return (
        f'"{revision}"' if document is None else f'"{revision}-{hashlib.sha256(document).hexdigest()[:16]}"'
    )


def expected(if_match: str | None) -> int | None:
    """The revision that the caller has seen; ``None`` for any.

    Raises
    ------
    Problem
        428 without one: whoever changes a calendar says which one they have seen.
    """
    if if_match is None:
        raise Problem(
            "urn:convene:problem:precondition-required", "Precondition required", 428,
            "Say in If-Match which revision of the calendar you have seen: its ETag.",
        )  # fmt: skip
    text = if_match.strip()
    if text == "*":
        return None
    found = _TAG.fullmatch(text)
    if found is not None:
        return int(found[1])
    raise Problem(
        "urn:convene:problem:bad-precondition",
        "Bad precondition",
        400,
        'If-Match is one ETag of this calendar, such as "3".',
    )


def check_revision(revision: int, wanted: int | None) -> None:
    """See that a calendar is at the revision that the caller has seen.

    Raises
    ------
    Problem
        412, with the revision that it has.
    """
    if wanted is not None and wanted != revision:
        raise stale(RevisionError(revision))


def stale(error: RevisionError) -> Problem:
    """The calendar has changed since the caller saw it."""
    return Problem(
        "urn:convene:problem:stale-revision", "The calendar has changed", 412,
        "Somebody has changed the calendar since you saw it. Nothing was changed: look at it again, then decide again.",
        headers={"ETag": tag(error.revision)}, extra={"revision": error.revision},
    )  # fmt: skip


def not_found() -> Problem:
    """There is no such thing, or it is none of the caller's: which of the two is nobody's business."""
    return Problem(
        "urn:convene:problem:not-found", "Not found", 404, "There is nothing here that you may see."
    )


def _json(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=_plain).encode()


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is nothing for JSON")


__all__ = [
    "Answer", "Body", "Context", "Here", "IdempotencyKey", "IfMatch", "check_revision", "context", "expected", "not_found",
    "once", "replayed", "stale", "tag",
]  # fmt: skip
