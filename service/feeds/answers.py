"""How a feed is answered over HTTP: whole, packed, or "not modified" (RFC 9110). Knows no web framework."""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Final

from service.feeds.feed import Feed

FILE_NAME: Final = "meetings.ics"
"""Whosever they are."""
_TAG: Final = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_LIST: Final = re.compile(rf"[\s,]*{_TAG.pattern}(?:\s*,[\s,]*{_TAG.pattern})*[\s,]*")
_LONGEST: Final = 8_000
"""Characters of a header that is looked at."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and body of an answer to GET; to HEAD, the body is left out by whoever sends it."""

    status: int
    headers: dict[str, str]
    body: bytes


def answer(feed: Feed, request: Mapping[str, str]) -> Answer:
    """Answer a request for a feed.

    Parameters
    ----------
    feed
        What is asked for.
    request
        Headers of the request; looked up in lower case.

    Returns
    -------
    Answer
        200 with the content, packed by gzip where that is accepted, or 304 without where the caller has it already. Each
        form has an ETag of its own, as a strong one must (RFC 9110 section 8.8.3.3); either is taken for the content.
    """
    packed = _accepts_gzip(request.get("accept-encoding", ""))
    shared = {
        "ETag": _packed_tag(feed.etag) if packed else feed.etag,
        # Kept by nobody but the caller, who asks each time whether it still holds: the token may be revoked by then.
        "Cache-Control": "private, no-cache",
        "Vary": "Accept-Encoding",
        "Referrer-Policy": "no-referrer",
    }
    if _has_it(feed, request):
        return Answer(304, shared, b"")
    body = gzip.compress(feed.content, mtime=0) if packed else feed.content
    headers = shared | {
        "Last-Modified": format_datetime(feed.last_modified, usegmt=True),
        "Content-Type": "text/calendar; charset=utf-8",
        "Content-Disposition": f'attachment; filename="{FILE_NAME}"',
        "Content-Length": str(len(body)),
        "X-Content-Type-Options": "nosniff",
    }
    if packed:
        headers["Content-Encoding"] = "gzip"
    return Answer(200, headers, body)


def _has_it(feed: Feed, request: Mapping[str, str]) -> bool:
    """Whether the caller has this content (RFC 9110 section 13.2.2: a time counts only without tags)."""
    tags = request.get("if-none-match")
    if tags is not None:
        return _matches(tags[:_LONGEST], {feed.etag, _packed_tag(feed.etag)})
    since = _moment(request.get("if-modified-since", ""))
    return since is not None and feed.last_modified <= since


def _matches(header: str, tags: set[str]) -> bool:
    """Weak comparison, as If-None-Match wants it (section 13.1.2). A header that isn't one matches nothing."""
    if header.strip() == "*":
        return True
    return _LIST.fullmatch(header) is not None and any(tag in tags for tag in _TAG.findall(header))


def _packed_tag(etag: str) -> str:
    return f'{etag[:-1]}-gzip"'


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text[:_LONGEST])
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _accepts_gzip(header: str) -> bool:
    """Whether the caller takes gzip (section 12.5.3)."""
    weights: dict[str, float] = {}
    for part in header[:_LONGEST].casefold().split(","):
        coding, _, rest = part.partition(";")
        name, _, value = rest.strip().partition("=")
        try:
            weights[coding.strip()] = float(value) if name.strip() == "q" else 1.0
        except ValueError:
            weights[coding.strip()] = 0.0
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0))) > 0


__all__ = ["FILE_NAME", "Answer", "answer"]
