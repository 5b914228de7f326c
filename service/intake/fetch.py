"""Fetching a published calendar: from where one may, no more than one may, no longer than one may.

The address of a published calendar is its password: it is in no error, no log and no name that is kept.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import httpx

from service.guard import GuardedTransport, RefusedError, Resolve, resolve

LARGEST: Final = 10_000_000
"""Octets of a calendar, unpacked; as many are read of what comes."""
LONGEST: Final = 30.0
"""Seconds for everything: looking the name up, every redirect, and the whole answer."""
HOPS: Final = 5
"""Redirects that are followed."""
_IDLE: Final = httpx.Timeout(10.0)
_SCHEMES: Final = {"http": "http", "https": "https", "webcal": "https", "webcals": "https"}
_BITS: Final = {"gzip": 31, "x-gzip": 31, "deflate": 15}
_ACCEPT: Final = "text/calendar, text/csv;q=0.9, */*;q=0.1"
_STATUS: Final = {
    401: "the server wants somebody to sign in: publish the calendar, or export it to a file",
    403: "the server refuses it: the calendar may not be published any more",
    404: "there is nothing at this address any more: publish the calendar anew, and copy the address",
    410: "there is nothing at this address any more: publish the calendar anew, and copy the address",
    429: "the server wants to be left alone for a while: fetch it again later",
    503: "the server is busy: fetch it again later",
}


class FetchError(Exception):
    """A calendar that can't be fetched. The text may be shown: it holds nothing of the address but the server's name."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much, and for how long."""

    octets: int = LARGEST
    seconds: float = LONGEST
    hops: int = HOPS


def is_address(source: str) -> bool:
    """Whether a source is an address to fetch, and not a file."""
    return "://" in source[:20]


def address(text: str) -> httpx.URL:
    """The address that a text is; ``webcal:`` is fetched over TLS.

    Raises
    ------
    FetchError
        It is none that is fetched.
    """
    try:
        url = httpx.URL(text.strip())
    except (httpx.InvalidURL, ValueError):
        raise FetchError("the address can't be read: copy it again, as in https://SERVER/PATH.ics") from None
    if url.scheme not in _SCHEMES or not url.host:
        raise FetchError("the address must begin with https:// or webcal://, and name a server")
    return url.copy_with(scheme=_SCHEMES[url.scheme], fragment=None)


def name_of(text: str) -> str:
    """What a fetched source is called: the server's name and a digest of the address, which gives no secret away.

    Raises
    ------
    FetchError
        It is no address.
    """
    url = address(text)
    return f"{url.host[:80]} {hashlib.sha256(str(url).encode()).hexdigest()[:10]}"


def fetch(
    text: str,
    *,
    allow_private: bool = False,
    limits: Limits | None = None,
    transport: httpx.BaseTransport | None = None,
    resolver: Resolve = resolve,
) -> bytes:
    """The content at an address.

    Parameters
    ----------
    text
        ``https:``, ``webcal:``, or ``http:`` (at a private address alone). A user and a password in it go to that server
        alone.
    allow_private
        Whether addresses inside the house may be connected to, each hop of the way.
    limits
        How much, and for how long; the usual, if not given.
    transport, resolver
        What connects, and looks names up. The connection is made to the addresses that were looked up and checked.

    Raises
    ------
    FetchError
        It can't be fetched, is too large or takes too long.
    """
    bounds = limits or Limits()
    url = address(text)
    # Both would log the address.
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    client = httpx.Client(
        transport=GuardedTransport(
            transport or httpx.HTTPTransport(verify=True, trust_env=False),
            allow_private=allow_private,
            resolver=resolver,
        ),
        timeout=_IDLE,
        follow_redirects=False,
        trust_env=False,
        headers={"User-Agent": "Convene", "Accept": _ACCEPT, "Accept-Encoding": "gzip, deflate"},
    )
    return _within(bounds.seconds, lambda: _followed(client, url, bounds), client.close)


def _within(seconds: float, work: Callable[[], bytes], stop: Callable[[], None]) -> bytes:
    """Do what may wait on somebody else for ever: a server that sends a byte now and then outlives any other timeout."""
    done: list[bytes] = []
    failed: list[Exception] = []

    def run() -> None:
        try:
            done.append(work())
        except Exception as error:
            failed.append(error)

    thread = threading.Thread(target=run, name="fetch", daemon=True)
    thread.start()
    thread.join(seconds)
    late = thread.is_alive()
    # What still waits then fails in one way or another, and ends.
    stop()
    if late:
        raise FetchError(f"it takes longer than the {seconds:g} seconds that are waited for it")
    if failed:
        raise failed[0]
    return done[0]


def _followed(client: httpx.Client, url: httpx.URL, limits: Limits) -> bytes:
    for _ in range(limits.hops + 1):
        try:
            with client.stream("GET", url) as answer:
                if answer.is_redirect:
                    url = _next(url, answer)
                    continue
                if not answer.is_success:
                    told = f"the server answers with status {answer.status_code}"
                    raise FetchError(f"{url.host}: {_STATUS.get(answer.status_code, told)}")
                return _body(answer, limits)
        except RefusedError as error:
            text = str(error)
            if url.scheme == "http" and "https" in text:
                text = "the address must begin with https: its secret would go in the open, and anybody could change the answer"
            raise FetchError(f"{url.host}: {text}") from None
        except httpx.HTTPError as error:
            raise FetchError(f"{url.host}: {_unreachable(error)}") from None
    raise FetchError(f"the server sends us on more than {limits.hops} times")


def _next(url: httpx.URL, answer: httpx.Response) -> httpx.URL:
    try:
        onward = url.join(answer.headers["Location"])
    except (httpx.InvalidURL, ValueError):
        raise FetchError(f"{url.host}: the server sends us on to an address that is none") from None
    onward = address(str(onward))
    if url.scheme == "https" and onward.scheme == "http":
        raise FetchError(f"{url.host}: the server sends us on to an address without TLS")
    # Whoever is meant by the user and password of the first address isn't known anywhere else.
    same = (onward.scheme, onward.host, onward.port) == (url.scheme, url.host, url.port)
    return onward.copy_with(userinfo=url.userinfo if same else b"")


def _body(answer: httpx.Response, limits: Limits) -> bytes:
    """The content, unpacked piece by piece: a small answer may unpack to more than there is room for."""
    coding = answer.headers.get("Content-Encoding", "identity").strip().lower() or "identity"
    if coding != "identity" and coding not in _BITS:
        raise FetchError("the server packs its answer in a way that wasn't asked for")
    unpack = None if coding == "identity" else zlib.decompressobj(_BITS[coding])
    body = bytearray()
    for part in answer.iter_raw():
        if unpack is None:
            body += part
        else:
            try:
                body += unpack.decompress(part, limits.octets + 1 - len(body))
            except zlib.error:
                raise FetchError("the server's answer can't be unpacked") from None
        if len(body) > limits.octets:
            raise FetchError(
                f"the calendar is larger than the {limits.octets:,} bytes that are read: publish a shorter span"
            )
    if unpack is not None and not unpack.eof:
        raise FetchError("the server's answer breaks off: fetch it again")
    return bytes(body)


def _unreachable(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "the server doesn't answer in time"
    if isinstance(error, httpx.RemoteProtocolError):
        return "the server's answer breaks off, or isn't one: fetch it again"
    if "CERTIFICATE" in str(error).upper():
        return "the server's certificate isn't valid for its name, or isn't trusted here"
    return "the server can't be reached"


__all__ = ["HOPS", "LARGEST", "LONGEST", "FetchError", "Limits", "address", "fetch", "is_address", "name_of"]
