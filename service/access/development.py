"""Signing in without a password, for trying the service out on one's own machine.

There are three locks, and each alone keeps others out: the routes exist only where the server listens on loopback; each
request must come from loopback and name it in ``Host`` (so that no page elsewhere reaches it by a name that points here);
and nothing may have been passed on by a proxy. Otherwise the answer is that of an address where nothing is.
"""

from __future__ import annotations

import ipaddress
from typing import Annotated, Final

from fastapi import APIRouter, Body, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from service.access import sessions
from service.access.authentication import (
    Access,
    check_csrf,
    identity_of,
    open_to_all,
    principal_of,
    unauthenticated,
)
from service.api.problems import BLANK, Problem
from service.store import audit, credentials
from service.store.accounts import Accounts
from service.store.scope import Scoped, system

_PASSED_ON: Final = (
    "Forwarded",
    "Via",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Real-IP",
)


class SignIn(BaseModel):
    """Whom to sign in."""

    model_config = ConfigDict(extra="forbid")
    subject: str = Field(max_length=255)


class SignedIn(BaseModel):
    """What a page needs beside its cookie."""

    csrf_token: str


class KnownAccount(BaseModel):
    """An account that can be signed in."""

    subject: str
    role: str


def is_loopback(host: str) -> bool:
    """Whether a server that listens on this is reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


def is_from_here(request: Request) -> bool:
    """Whether the request was made on this machine, to this machine by that name, and passed on by nobody."""
    host = request.headers.getlist("Host")
    name = host[0] if len(host) == 1 else ""
    bare = name[: name.index("]") + 1] if "]" in name else name.partition(":")[0]
    return (
        request.client is not None
        and is_loopback(request.client.host)
        and is_loopback(bare)
        and not any(header in request.headers for header in _PASSED_ON)
    )


def only_from_here(request: Request) -> None:
    """Dependency: the request was made on this machine, to this machine by that name.

    Raises
    ------
    Problem
        404
    """
    if not is_from_here(request):
        raise Problem(BLANK, "Not found", 404)


def from_our_page(request: Request) -> None:
    """See that it is no other site's page that asks, where nobody is signed in who could have a token.

    Raises
    ------
    Problem
        404
    """
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise Problem(BLANK, "Not found", 404)


def development_router(access: Access, tenant: str, listens_on: str) -> APIRouter | None:
    """The development login.

    Parameters
    ----------
    access
    tenant
        Whose accounts can be signed in.
    listens_on
        What the server is bound to.

    Returns
    -------
    APIRouter or None
        ``None`` where others could reach the server: there is no such route then.
    """
    if not is_loopback(listens_on):
        return None
    here = open_to_all("whoever is at this machine may try the service out; nobody else reaches it")
    router = APIRouter(
        prefix="/development", include_in_schema=False, dependencies=[Depends(only_from_here), Depends(here)]
    )

    @router.get("/accounts")
    def accounts() -> list[KnownAccount]:
        """Who can be signed in."""
        with access.store.reading() as session:
            found = Accounts(Scoped(session, system(tenant)), access.now()).all()
            return [KnownAccount(subject=one.subject, role=one.role) for one in found if one.disabled is None]

    @router.post("/session")
    def sign_in(request: Request, response: Response, asked: Annotated[SignIn, Body()]) -> SignedIn:
        """Sign in. Whatever session the browser had ends, so that nobody can have planted this one."""
        from_our_page(request)
        before = request.cookies.get(sessions.cookie_name(access.https))
        with access.store.writing() as session:
            holder = credentials.find_subject(session, tenant, asked.subject)
            if holder is None or holder.disabled:
                raise Problem(BLANK, "Not found", 404)
            new = sessions.begin(session, holder.account, access.now(), before)
            who = Scoped(session, principal_of(holder))
            audit.record(who, "session.begin", holder.account, at=access.now())
        sessions.set_cookie(response, new, https=access.https)
        return SignedIn(csrf_token=new.csrf)

    @router.delete("/session", status_code=204)
    async def sign_out(request: Request) -> Response:
        """Sign out: the session ends here, not only in the browser."""
        identity = await identity_of(request)
        if identity is None or identity.csrf is None:
            raise unauthenticated(refused=False)
        await check_csrf(request, identity.csrf)
        await run_in_threadpool(_end, access, request.cookies[sessions.cookie_name(access.https)])
        response = Response(status_code=204)
        sessions.clear_cookie(response, https=access.https)
        return response

    return router


def _end(access: Access, cookie: str) -> None:
    with access.store.writing() as session:
        sessions.end(session, cookie)


__all__ = ["development_router", "from_our_page", "is_from_here", "is_loopback", "only_from_here"]
