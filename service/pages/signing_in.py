"""Signing in and out: at the authority's identity provider, or without a password on one's own machine."""

from __future__ import annotations

from typing import Annotated, Final, Literal
from urllib.parse import quote

import structlog
from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from service.access import sessions
from service.access.authentication import Access, check_csrf, identity_of, open_to_all, principal_of
from service.access.development import from_our_page, is_from_here, is_loopback, only_from_here
from service.access.oidc_browser import LASTS, RETURN_PATH, SignIn
from service.access.oidc_discovery import Reason, SignInError
from service.api.context import Context, Here
from service.api.problems import BLANK, Problem
from service.pages.forms import Sent
from service.pages.frame import page
from service.pages.going import own_address, to
from service.store import audit, credentials
from service.store.accounts import Accounts
from service.store.credentials import Holder
from service.store.scope import Scoped, system
from service.store.tables import Account

OPEN: Final = open_to_all("whoever isn't signed in has to be able to")
DEMO_SUBJECT: Final = "demo-manager"
ROLE_NAMES: Final = {
    "manager": "Team manager",
    "worker": "Social worker",
    "support": "Business support",
    "auditor": "Auditor",
    "admin": "Manages accounts",
}
_Failed = Reason | Literal["account"]
_FAILED: Final[dict[_Failed, tuple[int, str]]] = {
    "again": (
        400,
        "Signing in took too long, or was begun in another window. Nobody was signed in. Try again.",
    ),
    "refused": (403, "Your authority’s sign-in service didn’t sign you in. You can try again."),
    "token": (
        403,
        "What your authority’s sign-in service answered couldn’t be trusted. Nobody was signed in.",
    ),
    "away": (503, "Your authority’s sign-in service can’t be reached just now. Try again in a few minutes."),
    "account": (
        403,
        "You can’t use Convene with this account. Whoever manages accounts at your authority can change that.",
    ),
}
_log = structlog.get_logger("convene.signing_in")


def router_for(listens_on: str) -> APIRouter:
    """The routes; that of the development login only on loopback."""
    router = APIRouter(include_in_schema=False, dependencies=[Depends(OPEN)])
    router.add_api_route("/sign-in", sign_in_page, methods=["GET"])
    router.add_api_route("/sign-in/authority", leave, methods=["GET"])
    router.add_api_route(RETURN_PATH, arrive, methods=["GET"])
    router.add_api_route("/sign-out", sign_out, methods=["POST"])
    if is_loopback(listens_on):
        own = [Depends(only_from_here)]
        router.add_api_route("/sign-in/development", without_password, methods=["POST"], dependencies=own)
    return router


def has_development_login(request: Request) -> bool:
    """Whether whoever asks may sign in without a password: on this machine, at a server that no other one reaches."""
    on_loopback: bool = request.app.state.listens_on_loopback
    return on_loopback and is_from_here(request)


def sign_in_page(
    request: Request,
    here: Here,
    next: Annotated[str, Query()] = "/",  # noqa: A002 - the name in addresses
    because: Annotated[str, Query()] = "",
) -> Response:
    """The ways to sign in."""
    return _page(request, here, own_address(next), because=because)


def _page(
    request: Request, here: Context, going: str, *, because: str = "", failed: str = "", choose: bool = False,
    status: int = 200,
) -> Response:  # fmt: skip
    provider: SignIn | None = request.app.state.provider
    accounts: list[Account] = []
    development = has_development_login(request)
    if development:
        with here.store.reading() as session:
            known = Accounts(Scoped(session, system(here.settings.tenant)), here.now()).all()
            accounts = [one for one in known if one.disabled is None and one.role != "integrator"]
    return page(
        request, "sign_in.html", accounts=accounts, next=going, next_quoted=quote(going, safe=""),
        development=development, provider=provider is not None, because=because, failed=failed, choose=choose, status=status,
        roles=ROLE_NAMES, has_demo=any(one.subject == DEMO_SUBJECT for one in accounts),
        leaves_by=provider.leaves_by("/sign-in") if provider is not None and because == "out" else None,
    )  # fmt: skip


def without_password(request: Request, here: Here, form: Sent) -> Response:
    """Sign in without a password: for trying the service out on one's own machine."""
    from_our_page(request)
    with here.store.reading() as session:
        holder = credentials.find_subject(session, here.settings.tenant, form.get("subject"))
    if holder is None or holder.disabled:
        raise Problem(BLANK, "Not found", 404)
    response = to(own_address(form.get("next", "/")))
    begin_session(request, holder, response)
    return response


def leave(
    request: Request,
    here: Here,
    next: Annotated[str, Query()] = "/",  # noqa: A002 - the name in addresses
    choose: Annotated[str, Query()] = "",
) -> Response:
    """Send somebody to the authority's provider. A link, since a form may not lead to another site."""
    access: Access = request.app.state.access
    try:
        begun = _provider(request).begin(own_address(next), choose=choose == "yes")
    except SignInError as error:
        return _failed(request, here, error.reason, error.detail)
    response = to(begun.address)
    response.set_cookie(
        _cookie_name(access), begun.cookie, max_age=int(LASTS.total_seconds()), path="/", secure=access.https,
        httponly=True, samesite="lax",
    )  # fmt: skip
    return response


def arrive(request: Request, here: Here) -> Response:
    """Take somebody in who comes back from the authority's provider."""
    provider, access = _provider(request), request.app.state.access
    query = request.query_params
    answer = {name: value for name, value in query.items() if len(query.getlist(name)) == 1}
    try:
        arrived = provider.finish(answer, request.cookies.get(_cookie_name(access)))
    except SignInError as error:
        response = _failed(request, here, error.reason, error.detail)
    else:
        with here.store.reading() as session:
            holder = credentials.find_subject(session, here.settings.tenant, arrived.subject)
        # A program has keys and tokens of its own; a page is nothing for it.
        if holder is None or holder.disabled or holder.role == "integrator":
            response = _failed(request, here, "account", "no account that may")
        else:
            response = to(arrived.next)
            begin_session(request, holder, response)
    # Whatever came of it, it was for one coming back.
    response.delete_cookie(_cookie_name(access), path="/", secure=access.https, httponly=True, samesite="lax")
    return response


def begin_session(request: Request, holder: Holder, response: Response) -> None:
    """Sign an account in. The session that the browser had ends, so that nobody can have planted this one."""
    access: Access = request.app.state.access
    before = request.cookies.get(sessions.cookie_name(access.https))
    with access.store.writing() as session:
        new = sessions.begin(session, holder.account, access.now(), before)
        audit.record(Scoped(session, principal_of(holder)), "session.begin", holder.account, at=access.now())
    sessions.set_cookie(response, new, https=access.https)


async def sign_out(request: Request) -> Response:
    """Sign out: the session ends here, not only in the browser."""
    access: Access = request.app.state.access
    response = to("/sign-in?because=out")
    try:
        identity = await identity_of(request)
    except Problem as problem:
        if problem.status != 401:
            raise
        identity = None  # it has ended by itself
    if identity is not None and identity.csrf is not None:
        await check_csrf(request, identity.csrf)
        await run_in_threadpool(_end, access, request.cookies[sessions.cookie_name(access.https)])
    sessions.clear_cookie(response, https=access.https)
    return response


def _end(access: Access, cookie: str) -> None:
    with access.store.writing() as session:
        sessions.end(session, cookie)


def _provider(request: Request) -> SignIn:
    found: SignIn | None = request.app.state.provider
    if found is None:
        raise Problem(BLANK, "Not found", 404)
    return found


def _failed(request: Request, here: Context, reason: _Failed, detail: str) -> Response:
    _log.warning("nobody was signed in", reason=reason, detail=detail)
    status, text = _FAILED[reason]
    return _page(request, here, "/", failed=text, choose=reason in ("account", "refused"), status=status)


def _cookie_name(access: Access) -> str:
    return "__Host-convene-signing-in" if access.https else "convene-signing-in"


__all__ = ["DEMO_SUBJECT", "OPEN", "begin_session", "has_development_login", "router_for"]
