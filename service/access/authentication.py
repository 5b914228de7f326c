"""Who a request comes from, and whether they may: the dependency that every route of the API declares.

401: nobody is signed in, or not any more; the answer is the same for a key that never was, was revoked, has expired, or whose
account was disabled. 403: somebody is, but their role or the scopes of their key never allow this, whatever the data. 404: the
data isn't there or isn't theirs, and nobody learns which. They are decided in this order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Final, cast
from urllib.parse import parse_qs

from fastapi import Request, Security
from fastapi.security import HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers

from service.access import keys, multipart, sessions
from service.access.limits import Rates, too_many
from service.access.oidc import KeysError, TokenError, Verifier
from service.access.rights import Action, known_scopes, may
from service.api.problems import Problem
from service.store import credentials
from service.store.credentials import Holder
from service.store.engine import Store
from service.store.scope import Principal

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
MOST_FORM: Final = 65_536
_BEARER: Final = HTTPBearer(
    auto_error=False,
    scheme_name="bearer",
    description="An API key (convene_…), or an access token of the authority's identity provider.",
)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a request comes from, and how that is known."""

    principal: Principal
    csrf: str | None = None
    """Of a browser's session: what its changes have to bring along."""


class Access:
    """Everything that decides who may do what in a running service.

    Parameters
    ----------
    store
    verifier
        Of the identity provider's tokens; ``None``: none are taken.
    tenant
        Whose accounts that provider knows.
    https
        Whether people reach the service by https.
    rates
        Of requests, by account.
    now
        Aware.
    """

    def __init__(
        self,
        store: Store,
        *,
        verifier: Verifier | None = None,
        tenant: str = "",
        https: bool = True,
        rates: Rates | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.store, self.https, self.rates, self.now = store, https, rates, now
        self._verifier, self._tenant = verifier, tenant

    def identify(self, headers: Headers, cookies: Mapping[str, str], request_id: str) -> Identity | None:
        """Who sent these headers; ``None`` for nobody. May wait for the database and the identity provider.

        Raises
        ------
        Problem
            401 for what is no good (any more), 503 if that can't be known now.
        """
        given = headers.getlist("Authorization")
        cookie = cookies.get(sessions.cookie_name(self.https))
        if len(given) > 1:
            raise unauthenticated(refused=True)
        if given:
            found = self._by_token(given[0])
        elif cookie is not None:
            found = self._by_cookie(cookie)
        else:
            return None
        if found is None:
            raise unauthenticated(refused=True)
        return replace(found, principal=replace(found.principal, request=request_id))

    def _by_token(self, header: str) -> Identity | None:
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token or not token.isascii():
            return None
        key = keys.parse(token)
        return self._by_key(*key) if key is not None else self._by_provider(token)

    def _by_key(self, prefix: str, secret: str) -> Identity | None:
        now = self.now()
        with self.store.reading() as session:
            key = credentials.find_key(session, prefix)
        # The hash is compared whatever was found, so that the time tells no more than the answer.
        same = keys.matches(secret, None if key is None else key.hash)
        if key is None or not same or key.holder.disabled:
            return None
        if key.revoked is not None or (key.expires is not None and key.expires <= now):
            return None
        if key.last_used is None or key.last_used <= now - credentials.USED_EVERY:
            with self.store.writing() as session:
                credentials.used(session, prefix, now)
        return Identity(principal_of(key.holder, key.scopes))

    def _by_provider(self, token: str) -> Identity | None:
        if self._verifier is None:
            return None
        try:
            claims = self._verifier.claims(token)
        except TokenError:
            return None
        except KeysError:
            raise Problem(
                "urn:convene:problem:sign-in-unavailable",
                "Sign-in unavailable",
                503,
                "The identity provider's keys can't be had just now: try again later.",
                headers={"Retry-After": "60"},
            ) from None
        with self.store.reading() as session:
            holder = credentials.find_subject(session, self._tenant, claims.subject)
        if holder is None or holder.disabled:
            return None
        # A token has scopes of other programs as well, such as "openid". For a person their role decides where none of them is
        # ours. A program must name what it is for: one that names nothing may do nothing.
        ours = known_scopes(claims.scopes)
        if not ours and holder.role == "integrator":
            ours = frozenset({"none"})
        return Identity(principal_of(holder, ours))

    def _by_cookie(self, cookie: str) -> Identity | None:
        with self.store.reading() as session:
            found = credentials.find_session(session, keys.digest(cookie))
        if found is None or found.expires <= self.now() or found.holder.disabled:
            return None
        return Identity(principal_of(found.holder), found.csrf)


def principal_of(holder: Holder, scopes: frozenset[str] = frozenset()) -> Principal:
    """Whom an account signs in."""
    return Principal(holder.tenant, holder.account, holder.role, holder.teams, holder.person, scopes)


def unauthenticated(*, refused: bool) -> Problem:
    """Nobody is signed in.

    Parameters
    ----------
    refused
        Whether something was given that is no good, rather than nothing.
    """
    return Problem(
        "urn:convene:problem:not-signed-in",
        "Not signed in",
        401,
        "What you signed in with is not, or no longer, good." if refused else "Sign in, or send an API key or access token.",
        headers={"WWW-Authenticate": 'Bearer realm="convene"' + (', error="invalid_token"' if refused else "")},
    )  # fmt: skip


def forbidden(principal: Principal, action: Action) -> Problem:
    """Somebody may never do this, whatever the data."""
    scoped = bool(principal.scopes) and may(replace(principal, scopes=frozenset()), action)
    challenge = f'Bearer realm="convene", error="insufficient_scope", scope="{action}"'
    return Problem(
        "urn:convene:problem:forbidden",
        "Not allowed",
        403,
        f"This needs the scope {action}." if scoped else f"Your role doesn't allow {action}.",
        headers={"WWW-Authenticate": challenge} if scoped else {},
    )


async def identity_of(request: Request) -> Identity | None:
    """Who a request comes from, found out once.

    Raises
    ------
    Problem
        401 or 503, as `Access.identify` does.
    """
    state = request.scope.setdefault("state", {})
    if "identity" not in state:
        access: Access = request.app.state.access
        state["identity"] = await run_in_threadpool(
            access.identify, request.headers, request.cookies, state.get("request_id", "")
        )
    return cast("Identity | None", state["identity"])


@dataclass(frozen=True, slots=True)
class Require:
    """Dependency of a route: gives the principal, who may do the route's action.

    Made with `require`. Which data is theirs is for the store to say.
    """

    action: Action

    async def __call__(
        self,
        request: Request,
        _scheme: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)] = None,
    ) -> Principal:
        """The principal.

        Raises
        ------
        Problem
            401, 403, 429, or 403 for a change from a page without the session's token.
        """
        identity = await identity_of(request)
        if identity is None:
            raise unauthenticated(refused=False)
        access: Access = request.app.state.access
        principal = identity.principal
        if access.rates is not None and (wait := access.rates.wait(principal.account)):
            raise too_many(wait, "This account has sent too many requests within a minute.")
        if identity.csrf is not None and request.method not in SAFE_METHODS:
            await check_csrf(request, identity.csrf)
        if not may(principal, self.action):
            raise forbidden(principal, self.action)
        return principal


@dataclass(frozen=True, slots=True)
class Declared:
    """Dependency of a route that no account is needed for: says so, and why, and does nothing else."""

    action: Action | None
    """``None``: it is nobody's data, such as whether the service is alive."""
    because: str

    def __call__(self) -> None:
        """Nothing."""


def require(action: Action) -> Require:
    """Dependency: whoever asks may do this action. ``who: Annotated[Principal, Depends(require("calendar.read"))]``."""
    return Require(action)


BY_TOKEN: Final = Declared("feed.read", "a calendar program has a token in the address and nothing else")
"""Dependency of the feeds."""


def open_to_all(because: str) -> Declared:
    """Dependency: anybody may ask, since it is nobody's data; the reason is for the reader."""
    return Declared(None, because)


async def check_csrf(request: Request, wanted: str) -> None:
    """See that a change comes from a page of ours: it has the session's token in a header, or in a field of its form
    (in one with files, the first field).

    Raises
    ------
    Problem
        403
    """
    given = request.headers.get(sessions.CSRF_HEADER)
    if given is None and _media_type(request) == multipart.MEDIA_TYPE:
        # No more of it is looked at than of any other form, however large the files after the token are.
        body = await request.body()
        content_type = request.headers.get("Content-Type", "")
        given = multipart.first_field(body[:MOST_FORM], content_type, sessions.CSRF_FIELD)
    elif given is None and _media_type(request) == "application/x-www-form-urlencoded":
        body = await request.body()
        if len(body) <= MOST_FORM:
            try:
                given = parse_qs(body.decode(), max_num_fields=1000).get(sessions.CSRF_FIELD, [None])[0]
            except ValueError:
                given = None
    elsewhere = request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")
    same = given is not None and (keys.same(given, wanted) or keys.same(sessions.unmasked(given), wanted))
    if not same or elsewhere:
        raise Problem(
            "urn:convene:problem:not-from-our-page",
            "Not from a page of the service",
            403,
            "A change from a signed-in browser must bring the token of its page. Nothing was changed: load the page "
            "anew and try again.",
        )


def _media_type(request: Request) -> str:
    return request.headers.get("Content-Type", "").partition(";")[0].strip().lower()


__all__ = [
    "BY_TOKEN", "SAFE_METHODS", "Access", "Declared", "Identity", "Require", "check_csrf", "forbidden", "identity_of",
    "open_to_all", "principal_of", "require", "unauthenticated",
]  # fmt: skip
