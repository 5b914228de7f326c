"""Tokens of an OpenID Connect provider: signed JSON web tokens (RFC 7519, RFC 9068), checked by its published keys.

What is taken: an asymmetric algorithm of the list below, and only with a key made for it; the one issuer and audience;
an end that hasn't passed and a beginning that has. Keys are fetched when they are first needed, kept for an hour, and
fetched again for a key that isn't among them, at most once a minute whatever is asked.
"""

from __future__ import annotations

import hmac
import json
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final, cast

import httpx
import jwt

from service.settings import SettingsError

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""None that needs no key, and none whose key signs as well as checks: a published key must not be able to sign."""
SKEW_SECONDS: Final = 60
MOST_TOKEN: Final = 8192
"""Characters of a token."""
MOST_KEYS_OCTETS: Final = 262_144
FETCH_SECONDS: Final = 5.0
KEPT_SECONDS: Final = 3600.0
AGAIN_SECONDS: Final = 60.0
STALE_SECONDS: Final = 86_400.0
"""For how long keys are good that can't be fetched again."""


class TokenError(Exception):
    """A token that isn't taken. Its text is for the log and holds nothing of the token."""


class KeysError(Exception):
    """The provider's keys can't be had just now, so nobody knows whether the token is good."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a good token says."""

    subject: str
    scopes: frozenset[str]


class Keys:
    """The published keys of a provider (RFC 7517).

    Parameters
    ----------
    url
        Where they are: https, or http on this machine.
    clock
        Seconds that never go back.

    Raises
    ------
    SettingsError
        If keys may not come from there.
    """

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._url, self._clock = _checked(url), clock
        self._keys: Mapping[str, jwt.PyJWK] = {}
        self._fetched: float | None = None
        self._tried: float | None = None
        self._lock = threading.Lock()

    def get(self, key_id: str) -> jwt.PyJWK | None:
        """The key of this id; ``None`` if there is none.

        Raises
        ------
        KeysError
            If none are known that are still good.
        """
        now = self._clock()
        # One fetches; whoever comes meanwhile goes by the keys that are known, and waits only where there are none yet.
        if self._is_due(key_id, now) and self._lock.acquire(blocking=self._fetched is None):
            try:
                if self._is_due(key_id, now):
                    self._tried = now
                    self._refresh(now)
            finally:
                self._lock.release()
        if self._fetched is None or now - self._fetched >= STALE_SECONDS:
            raise KeysError("the provider's keys can't be had")
        return self._keys.get(key_id)

    def _is_due(self, key_id: str, now: float) -> bool:
        old = self._fetched is None or now - self._fetched >= KEPT_SECONDS
        may_try = self._tried is None or now - self._tried >= AGAIN_SECONDS
        return may_try and (old or key_id not in self._keys)

    def _refresh(self, now: float) -> None:
        try:
            self._keys = _parse(_fetch(self._url))
        except (httpx.HTTPError, ValueError):
            return  # those that are known go on being good for a while
        self._fetched = now


class Verifier:
    """Says whose a token is.

    Parameters
    ----------
    issuer, audience
        That a token must name.
    keys
    now
        Aware.
    """

    def __init__(self, issuer: str, audience: str, keys: Keys, now: Callable[[], datetime]) -> None:
        self._issuer, self._audience, self._keys, self._now = issuer, audience, keys, now

    def claims(self, token: str) -> Claims:
        """What a token says.

        Raises
        ------
        TokenError
            If it isn't good.
        KeysError
            If that can't be known just now.
        """
        claims = self._read(token)
        subject, scope = claims["sub"], claims.get("scope", "")
        if not isinstance(subject, str) or not isinstance(scope, str):
            raise TokenError("subject or scope")
        return Claims(subject, frozenset(scope.split()))

    def signed_in(self, token: str, nonce: str) -> str:
        """The subject of an ID token (OpenID Connect Core section 3.1.3.7), which the audience is the client of.

        Parameters
        ----------
        token
        nonce
            That was sent along when the provider was asked: this is the answer to that, and to nothing else.

        Raises
        ------
        TokenError, KeysError
            As `claims` does.
        """
        claims = self._read(token)
        said, subject, audience = claims.get("nonce"), claims["sub"], claims["aud"]
        if not isinstance(said, str) or not hmac.compare_digest(said.encode(), nonce.encode()):
            raise TokenError("nonce")
        several = isinstance(audience, list) and len(audience) > 1
        if claims.get("azp", None if several else self._audience) != self._audience:
            raise TokenError("made for another client")
        if "iat" not in claims:
            raise TokenError("no time of issue")
        if not isinstance(subject, str):
            raise TokenError("subject")
        return subject

    def _read(self, token: str) -> Mapping[str, Any]:
        """What a token says that is signed, in time, and of the one issuer for the one audience."""
        if len(token) > MOST_TOKEN:
            raise TokenError("too long")
        try:
            header = jwt.get_unverified_header(token)
        except jwt.InvalidTokenError:
            raise TokenError("not a signed token") from None
        if header.get("alg") not in ALGORITHMS or not isinstance(header.get("kid"), str):
            raise TokenError("algorithm or key")
        key = self._keys.get(header["kid"])
        if key is None:
            raise TokenError("no such key")
        try:
            # Times are checked below, by the clock that everything else here goes by.
            claims = jwt.decode(
                token,
                key,
                algorithms=list(ALGORITHMS),
                issuer=self._issuer,
                audience=self._audience,
                options={
                    "require": ["exp", "iss", "aud", "sub"],
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                    "enforce_minimum_key_length": True,
                },
            )
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise TokenError(type(error).__name__) from None
        self._in_time(claims)
        return cast("Mapping[str, Any]", claims)

    def _in_time(self, claims: Mapping[str, Any]) -> None:
        now = self._now().timestamp()
        ends, begins, issued = claims["exp"], claims.get("nbf", 0), claims.get("iat", 0)
        if any(not isinstance(moment, int | float) for moment in (ends, begins, issued)):
            raise TokenError("a time that is no number")
        if not ends > now - SKEW_SECONDS:
            raise TokenError("expired")
        if not (begins <= now + SKEW_SECONDS and issued <= now + SKEW_SECONDS):
            raise TokenError("not yet good")


def is_safe(url: str) -> bool:
    """Whether what is said there can be trusted: it is reached by https, or on this machine."""
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL:
        return False
    on_this_machine = parts.host in ("127.0.0.1", "::1", "localhost")
    return bool(parts.host) and (parts.scheme == "https" or (parts.scheme == "http" and on_this_machine))


def _checked(url: str) -> str:
    if is_safe(url):
        return url
    raise SettingsError(
        "CONVENE_OIDC_JWKS must begin with https:// (or be on this machine): whoever can change the keys on the way signs in "
        "as anybody"
    )


def fetched(
    method: str,
    url: str,
    most: int,
    *,
    data: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> tuple[int, bytes]:
    """The status and the answer, all of it within a time and a size; no redirection is followed.

    Raises
    ------
    httpx.HTTPError, ValueError
        If there is none, or too much of it, or it comes too slowly.
    """
    until = time.monotonic() + FETCH_SECONDS
    content = bytearray()
    with httpx.stream(
        method,
        url,
        data=data,
        timeout=FETCH_SECONDS,
        follow_redirects=False,
        headers={"Accept-Encoding": "identity"} | dict(headers or {}),
        verify=_trusted(),
    ) as answer:
        for part in answer.iter_raw():
            content += part
            if len(content) > most or time.monotonic() > until:
                raise ValueError("too much, or too slow")
        return answer.status_code, bytes(content)


@cache
def _trusted() -> ssl.SSLContext:
    """Whose certificates count: read once, as that takes as long as the rest of a question to a provider nearby."""
    return httpx.create_ssl_context()


def _fetch(url: str) -> bytes:
    status, content = fetched("GET", url, MOST_KEYS_OCTETS)
    if status != 200:
        raise ValueError("no keys there")
    return content


def _parse(content: bytes) -> dict[str, jwt.PyJWK]:
    """The keys that check signatures; those of other kinds, and those that can't be read, are no keys to us."""
    try:
        document = json.loads(content)
    except RecursionError:
        raise ValueError("nested too deep") from None
    listed = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise ValueError("not a set of keys")
    keys: dict[str, jwt.PyJWK] = {}
    for one in listed:
        if not isinstance(one, dict) or not isinstance(one.get("kid"), str) or one.get("use", "sig") != "sig":
            continue
        algorithm = _algorithm_of(one)
        if algorithm is None:
            continue
        try:
            key = jwt.PyJWK(one, algorithm)
        except (jwt.PyJWTError, ValueError, TypeError):
            continue
        keys.setdefault(one["kid"], key)
    return keys


def _algorithm_of(key: Mapping[str, Any]) -> str | None:
    """What a key is for: as it says, else as is usual for one of its kind."""
    named = key.get("alg")
    if named is not None:
        return named if named in ALGORITHMS else None
    if key.get("kty") == "EC":
        return {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}.get(str(key.get("crv")))
    return {"RSA": "RS256", "OKP": "EdDSA"}.get(str(key.get("kty")))


__all__ = ["ALGORITHMS", "Claims", "Keys", "KeysError", "TokenError", "Verifier", "fetched", "is_safe"]
