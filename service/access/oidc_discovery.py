"""What an OpenID Connect provider says of itself (OpenID Connect Discovery): where it signs people in and gives tokens."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Literal

import httpx

from service.access.oidc import fetched, is_safe

KEPT_SECONDS: Final = 3600.0
STALE_SECONDS: Final = 86_400.0
AGAIN_SECONDS: Final = 15.0
MOST_OCTETS: Final = 262_144

Reason = Literal["again", "refused", "token", "away"]
"""``again``: it isn't the answer to what this browser asked, or no longer; ``refused``: the provider signed nobody in; ``token``:
what it says can't be trusted; ``away``: it can't be reached, or makes no sense."""


class SignInError(Exception):
    """Nobody was signed in.

    Attributes
    ----------
    reason
    detail
        For the log: nothing of what was sent.
    """

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True, slots=True)
class Endpoints:
    """What is needed of it."""

    authorization: str
    token: str
    end_session: str | None
    secret_in_body: bool
    """Whether it takes our secret in the request's body alone."""
    names_itself: bool
    """Whether its answers say whose they are (RFC 9207)."""


class Discovery:
    """A provider's endpoints: fetched when they are first needed, and kept for an hour; for a day if it is away then.

    Parameters
    ----------
    issuer
    clock
        Seconds that never go back.
    """

    def __init__(self, issuer: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._issuer, self._clock = issuer, clock
        self._known: Endpoints | None = None
        self._fetched = self._tried = float("-inf")
        self._lock = threading.Lock()

    @property
    def known(self) -> Endpoints | None:
        """What is known by now, without asking."""
        return self._known

    def get(self) -> Endpoints:
        """The endpoints.

        Raises
        ------
        SignInError
        """
        with self._lock:
            now = self._clock()
            # Where it is away, one in a few seconds waits for it, not everybody one after the other.
            if now - self._fetched >= KEPT_SECONDS and now - self._tried >= AGAIN_SECONDS:
                self._tried = now
                with suppress(httpx.HTTPError, ValueError):
                    self._known, self._fetched = self._ask(), now
            if self._known is None or now - self._fetched >= STALE_SECONDS:
                raise SignInError("away", "the provider says nothing of itself")
            return self._known

    def _ask(self) -> Endpoints:
        url = self._issuer.rstrip("/") + "/.well-known/openid-configuration"
        if not is_safe(url):
            raise ValueError("not by https")
        said = document_of(fetched("GET", url, MOST_OCTETS))
        if said.get("issuer") != self._issuer:
            raise ValueError("it is another issuer's")
        end = said.get("end_session_endpoint")
        ways = said.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        return Endpoints(
            _endpoint(said.get("authorization_endpoint")),
            _endpoint(said.get("token_endpoint")),
            end if isinstance(end, str) and is_safe(end) else None,
            "client_secret_basic" not in ways and "client_secret_post" in ways,
            said.get("authorization_response_iss_parameter_supported") is True,
        )


def document_of(answer: tuple[int, bytes]) -> dict[str, Any]:
    """The JSON object of an answer.

    Raises
    ------
    ValueError
        If it is none.
    """
    status, content = answer
    if status != 200:
        raise ValueError("an error")
    try:
        document = json.loads(content)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not isinstance(document, dict):
        raise ValueError("no object")
    return document


def _endpoint(url: object) -> str:
    if not isinstance(url, str) or not is_safe(url):
        raise ValueError("an endpoint that isn't reached by https")
    return url


__all__ = [
    "KEPT_SECONDS",
    "MOST_OCTETS",
    "STALE_SECONDS",
    "Discovery",
    "Endpoints",
    "Reason",
    "SignInError",
    "document_of",
]
