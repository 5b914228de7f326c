"""HTTP with one CalDAV server: bounded, to no other server, and to one's password only where it was meant to go.

The ``caldav`` library writes the requests and reads the answers; this is the session that it sends them through, and what
writes and deletes objects by itself: its own way of saving raises SEQUENCE and leaves METHOD in.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Mapping
from typing import Any, Final
from urllib.parse import urljoin

import httpx

from service.caldav_push.account import Account
from service.caldav_push.collection import CollectionError
from service.guard import GuardedTransport, RefusedError, Resolve, resolve

TIMEOUT: Final = httpx.Timeout(30.0)
"""Seconds for connecting, and for each sign of life."""
LONGEST: Final = 180.0
"""Seconds for a whole answer."""
LARGEST: Final = 32 * 1024 * 1024
"""Octets of an answer, unpacked."""
_REDIRECTS: Final = 5
_PAGES: Final = frozenset({"text/html", "application/xhtml+xml"})
_READING: Final = frozenset({"PROPFIND", "REPORT", "OPTIONS"})


class Session:
    """Requests to one server.

    Parameters
    ----------
    account
        Its scheme, host and port are the only ones that are spoken to. The password is sent when the server asks, by Basic
        (over TLS, or to a private address that was allowed) or Digest; a token always.
    allow_private
        See `GuardedTransport`.
    transport, resolver, clock
        What connects, looks names up and tells the seconds.
    """

    def __init__(
        self,
        account: Account,
        *,
        allow_private: bool = False,
        transport: httpx.BaseTransport | None = None,
        resolver: Resolve = resolve,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._origin = _origin(httpx.URL(account.url))
        self._clock = clock
        # All of them would log addresses, and with them names.
        for name in ("httpx", "httpcore", "caldav"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        inner = transport or httpx.HTTPTransport(verify=account.tls(), trust_env=False)
        self._client = httpx.Client(
            transport=GuardedTransport(inner, allow_private=allow_private, resolver=resolver),
            auth=_auth(account),
            timeout=TIMEOUT,
            follow_redirects=False,
            trust_env=False,
            headers={"User-Agent": "Convene"},
        )

    def request(
        self,
        method: str,
        url: str,
        *,
        data: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
        **settings: Any,  # noqa: ARG002 - what the library would have its own session do
    ) -> httpx.Response:
        """Send one request, and follow where a reading one is sent on to on the same server.

        Raises
        ------
        CollectionError
            If the server can't be reached, isn't the one that was named, or answers too much or too slowly.
        """
        for _ in range(_REDIRECTS):
            answer = self._once(method, url, data, headers)
            if not answer.has_redirect_location or method not in _READING:
                break
            url = urljoin(url, answer.headers["Location"])
        # A page for people is nothing to the library but something to write to its log.
        kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().casefold()
        if answer.is_success and method in {"PROPFIND", "REPORT"} and kind in _PAGES:
            raise CollectionError("the server's answer isn't that of a CalDAV server")
        return answer

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _once(
        self, method: str, url: str, data: bytes | str | None, headers: Mapping[str, str] | None
    ) -> httpx.Response:
        try:
            origin = _origin(httpx.URL(url))
        except httpx.InvalidURL:
            raise CollectionError("the server sends us on to an address that is none") from None
        if origin != self._origin:
            raise CollectionError(
                "the server sends us to another server, which the password isn't for: if that is meant, give the address "
                "of the calendar itself"
            )
        content = data.encode() if isinstance(data, str) else data
        started = self._clock()
        try:
            with self._client.stream(method, url, content=content, headers=headers) as answer:
                body = bytearray()
                for part in answer.iter_bytes():
                    body += part
                    if len(body) > LARGEST or self._clock() - started > LONGEST:
                        raise CollectionError("the server's answer is too long or takes too long")
        except RefusedError as error:
            raise CollectionError(str(error)) from error
        # What the library says of it may name the address, which can hold a person's name.
        except httpx.HTTPError as error:
            raise CollectionError(_unreachable(error)) from None
        # Its content is unpacked by now.
        kept = [
            (name, value)
            for name, value in answer.headers.multi_items()
            if name.lower() not in {"content-encoding", "content-length", "transfer-encoding"}
        ]
        return httpx.Response(answer.status_code, headers=kept, content=bytes(body), request=answer.request)


class _Bearer(httpx.Auth):
    """A token (RFC 6750 section 2.1)."""

    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


class _WhenAsked(httpx.Auth):
    """Basic or Digest, as the server asks for it first."""

    def __init__(self, user: str, password: str) -> None:
        self._user = user
        self._password = password
        self._chosen: httpx.Auth | None = None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if self._chosen is None:
            answer = yield request
            asked = " ".join(answer.headers.get_list("WWW-Authenticate")).casefold()
            if answer.status_code != 401 or not ("digest" in asked or "basic" in asked):
                return
            kind = httpx.DigestAuth if "digest" in asked else httpx.BasicAuth
            self._chosen = kind(self._user, self._password)
        yield from self._chosen.auth_flow(request)


def _auth(account: Account) -> httpx.Auth | None:
    if account.token is not None:
        return _Bearer(account.token)
    return None if account.user is None else _WhenAsked(account.user, account.password or "")


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port or {"https": 443, "http": 80}.get(url.scheme)


def _unreachable(error: httpx.HTTPError) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "the server doesn't answer in time"
    if "CERTIFICATE" in str(error).upper():
        return "the server's certificate isn't valid for its name, or isn't trusted here"
    return "the server can't be reached"


__all__ = ["LARGEST", "LONGEST", "Session"]
