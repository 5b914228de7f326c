"""People who sign in at the authority's identity provider: OpenID Connect's authorization code flow, with PKCE (RFC 7636).

`begin` sends the browser to the provider and gives it a cookie; `finish` takes what it comes back with. The cookie holds what
was sent along (state, nonce, the secret of PKCE) and where the browser was going, sealed so that it is ours, good for ten
minutes and for one coming back. So an answer is of use only in the browser that asked for it: whoever plants theirs in
another's browser, or brings another's to their own, has nothing.

No library does the flow here. Authlib's for Starlette wants Starlette's session middleware, and fetches and checks with
neither bounds nor keys of ours; httpx-oauth checks no ID token. What either would leave to do less is an address and one
request: the token is checked by `service.access.oidc` like every other.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote_plus

import httpx

from service.access.oidc import Keys, KeysError, TokenError, Verifier, fetched
from service.access.oidc_discovery import MOST_OCTETS, Discovery, Endpoints, SignInError, document_of
from service.settings import Settings
from service.store.engine import Store
from service.store.scope import Scoped, system
from service.store.tables import Tenant

LASTS: Final = timedelta(minutes=10)
"""For signing in at the provider."""
RETURN_PATH: Final = "/sign-in/authority/return"
_MOST_COOKIE: Final = 4096
_MOST_CODE: Final = 2048


@dataclass(frozen=True, slots=True)
class Client:
    """What the provider knows us as."""

    issuer: str
    id: str
    secret: str = field(repr=False)
    address: str
    """Where people reach us, without a stroke at its end."""

    @property
    def returns_to(self) -> str:
        """Where the provider sends people back: the same to the letter as is written down there."""
        return self.address + RETURN_PATH


@dataclass(frozen=True, slots=True)
class Begun:
    """A browser on its way to the provider."""

    address: str
    cookie: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Arrived:
    """Somebody whom the provider has signed in."""

    subject: str
    next: str
    """Where they were going."""


class SignIn:
    """Signing in at a provider.

    Parameters
    ----------
    client
    discovery
    verifier
        Of the provider's tokens for this client.
    key
        Gives the secret that cookies are sealed with.
    now
        Aware.
    """

    def __init__(
        self,
        client: Client,
        discovery: Discovery,
        verifier: Verifier,
        key: Callable[[], bytes],
        now: Callable[[], datetime],
    ) -> None:
        self._client, self._discovery, self._verifier, self._key, self._now = (
            client,
            discovery,
            verifier,
            key,
            now,
        )

    def begin(self, next: str, *, choose: bool = False) -> Begun:  # noqa: A002 - the name in addresses
        """Send a browser to the provider.

        Parameters
        ----------
        next
            Where it is going on our pages.
        choose
            Whether the provider is to ask which account, whoever is signed in there.

        Raises
        ------
        SignInError
        """
        endpoints = self._discovery.get()
        state, nonce, proof = (secrets.token_urlsafe(32) for _ in range(3))
        asked = {
            "response_type": "code",
            "client_id": self._client.id,
            "redirect_uri": self._client.returns_to,
            "scope": "openid",
            "state": state,
            "nonce": nonce,
            "code_challenge": _text(hashlib.sha256(proof.encode()).digest()),
            "code_challenge_method": "S256",
        } | ({"prompt": "select_account"} if choose else {})
        until = (self._now() + LASTS).timestamp()
        kept = json.dumps({"state": state, "nonce": nonce, "proof": proof, "next": next, "until": until})
        return Begun(
            str(httpx.URL(endpoints.authorization).copy_merge_params(asked)), self._sealed(kept.encode())
        )

    def finish(self, answer: Mapping[str, str], cookie: str | None) -> Arrived:
        """Take what a browser comes back with from the provider.

        Parameters
        ----------
        answer
            The query of the address that it was sent to.
        cookie
            What it was given in `begin`.

        Raises
        ------
        SignInError
        """
        kept = self._opened(cookie)
        if not hmac.compare_digest(answer.get("state", "").encode(), kept["state"].encode()):
            raise SignInError("again", "state")
        endpoints = self._discovery.get()
        if answer.get("iss", None if endpoints.names_itself else self._client.issuer) != self._client.issuer:
            raise SignInError("token", "another issuer's answer")
        if "error" in answer:
            raise SignInError("refused", "the provider signed nobody in")
        code = answer.get("code", "")
        if not 0 < len(code) <= _MOST_CODE:
            raise SignInError("again", "no code")
        token = self._exchanged(endpoints, code, kept["proof"])
        try:
            return Arrived(self._verifier.signed_in(token, kept["nonce"]), kept["next"])
        except TokenError as error:
            raise SignInError("token", f"ID token: {error}") from None
        except KeysError:
            raise SignInError("away", "the provider's keys can't be had") from None

    def leaves_by(self, back: str) -> str | None:
        """Where somebody signs out at the provider as well (RP-Initiated Logout); ``None`` if it hasn't said by now.

        Parameters
        ----------
        back
            The path of ours to which it sends them then.
        """
        known = self._discovery.known
        if known is None or known.end_session is None:
            return None
        told = {"client_id": self._client.id, "post_logout_redirect_uri": self._client.address + back}
        return str(httpx.URL(known.end_session).copy_merge_params(told))

    def _exchanged(self, endpoints: Endpoints, code: str, proof: str) -> str:
        """The ID token for a code."""
        data = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._client.returns_to,
            "code_verifier": proof,
        }
        headers = {"Accept": "application/json"}
        if endpoints.secret_in_body:
            data |= {"client_id": self._client.id, "client_secret": self._client.secret}
        else:
            # RFC 6749 section 2.3.1: both are encoded as in a form before they are joined.
            pair = f"{quote_plus(self._client.id)}:{quote_plus(self._client.secret)}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        try:
            status, content = fetched("POST", endpoints.token, MOST_OCTETS, data=data, headers=headers)
            if status == 400:
                # Such as a code that was used already, or is too old.
                raise SignInError("again", "the provider takes the code for no good")
            token = document_of((status, content)).get("id_token")
        except (httpx.HTTPError, ValueError):
            raise SignInError("away", "the provider gives no token") from None
        if not isinstance(token, str):
            raise SignInError("token", "no ID token")
        return token

    def _sealed(self, content: bytes) -> str:
        return f"{_text(content)}.{_text(self._seal(content))}"

    def _opened(self, cookie: str | None) -> dict[str, str]:
        """What a cookie of ours holds that is still good.

        Raises
        ------
        SignInError
        """
        body, _, seal = (cookie or "").partition(".")
        try:
            if not body or len(body) > _MOST_COOKIE:
                raise ValueError("none")
            content = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
            if not hmac.compare_digest(seal.encode(), _text(self._seal(content)).encode()):
                raise ValueError("not ours")
        except ValueError:
            raise SignInError("again", "this browser didn't ask") from None
        kept: dict[str, Any] = json.loads(content)
        if kept["until"] <= self._now().timestamp():
            raise SignInError("again", "too late")
        return kept

    def _seal(self, content: bytes) -> bytes:
        key = hmac.digest(self._key(), b"convene: cookie of signing in", "sha256")
        return hmac.digest(key, content, "sha256")


def sign_in_of(store: Store, settings: Settings, now: Callable[[], datetime]) -> SignIn | None:
    """Signing in at the authority's provider; ``None`` where that isn't set up."""
    if not settings.client:
        return None

    def key() -> bytes:
        with store.reading() as session:
            tenant = Scoped(session, system(settings.tenant)).one(Tenant)
            assert tenant is not None, "a service has its authority"
            return tenant.key

    client = Client(settings.issuer, settings.client, settings.client_secret, settings.address.rstrip("/"))
    verifier = Verifier(settings.issuer, settings.client, Keys(settings.jwks), now)
    return SignIn(client, Discovery(settings.issuer), verifier, key, now)


def _text(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


__all__ = ["LASTS", "RETURN_PATH", "Arrived", "Begun", "Client", "SignIn", "sign_in_of"]
