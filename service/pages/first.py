"""Where everybody begins: signing in and out, and the way to one's team."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from service.access import sessions
from service.access.authentication import Access, check_csrf, identity_of, open_to_all, principal_of
from service.access.development import is_loopback, only_from_here
from service.api.context import Context, Here
from service.api.problems import BLANK, Problem
from service.pages.forms import Sent
from service.pages.frame import page
from service.store import audit, credentials
from service.store.accounts import Accounts
from service.store.scope import Principal, Scoped, system
from service.store.tables import Team

_START = open_to_all("whoever isn't signed in is sent to sign in")


def router_for(listens_on: str) -> APIRouter:
    """The routes; those of the development login only on loopback."""
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/", start, methods=["GET"], dependencies=[Depends(_START)])
    router.add_api_route(
        "/sign-in", _sign_in_page(is_loopback(listens_on)), methods=["GET"], dependencies=[Depends(_START)]
    )
    router.add_api_route("/sign-out", sign_out, methods=["POST"], dependencies=[Depends(_START)])
    if is_loopback(listens_on):
        router.add_api_route(
            "/sign-in/development", sign_in, methods=["POST"], dependencies=[Depends(_START), Depends(only_from_here)],
        )  # fmt: skip
    return router


async def start(request: Request, here: Here) -> Response:
    """Send everybody to where they begin."""
    identity = await identity_of(request)
    if identity is None:
        return _to("/sign-in")
    teams = await run_in_threadpool(_teams, here, identity.principal)
    if len(teams) == 1:
        return _to(f"/teams/{teams[0].id}")
    return page(request, "teams.html", identity=identity, teams=teams)


def _teams(here: Context, who: Principal) -> list[Team]:
    with here.store.reading() as session:
        scoped = Scoped(session, who)
        return list(session.scalars(scoped.select(Team).order_by(Team.name, Team.id)))


def _sign_in_page(development: bool) -> Callable[..., Response]:
    def sign_in_page(request: Request, here: Here, next: str = "/") -> Response:  # noqa: A002 - the name in addresses
        """The ways to sign in."""
        accounts = []
        if development:
            with here.store.reading() as session:
                known = Accounts(Scoped(session, system(here.settings.tenant)), here.now()).all()
                accounts = [one for one in known if one.disabled is None and one.role != "integrator"]
        return page(request, "sign_in.html", accounts=accounts, next=_own(next), development=development)

    return sign_in_page


def sign_in(request: Request, here: Here, form: Sent) -> Response:
    """Sign in without a password: for trying the service out on one's own machine."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise Problem(BLANK, "Not found", 404)
    access: Access = request.app.state.access
    before = request.cookies.get(sessions.cookie_name(access.https))
    with here.store.writing() as session:
        holder = credentials.find_subject(session, here.settings.tenant, form.get("subject"))
        if holder is None or holder.disabled:
            raise Problem(BLANK, "Not found", 404)
        new = sessions.begin(session, holder.account, access.now(), before)
        who = Scoped(session, principal_of(holder))
        audit.record(who, "session.begin", holder.account, at=access.now())
    response = _to(_own(form.get("next", "/")))
    sessions.set_cookie(response, new, https=access.https)
    return response


async def sign_out(request: Request) -> Response:
    """Sign out: the session ends here, not only in the browser."""
    access: Access = request.app.state.access
    identity = await identity_of(request)
    response = _to("/sign-in")
    if identity is not None and identity.csrf is not None:
        await check_csrf(request, identity.csrf)
        await run_in_threadpool(_end, access, request.cookies[sessions.cookie_name(access.https)])
        sessions.clear_cookie(response, https=access.https)
    return response


def _end(access: Access, cookie: str) -> None:
    with access.store.writing() as session:
        sessions.end(session, cookie)


def _own(address: str) -> str:
    """An address of ours to go on to; the start page for any other."""
    plain = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if plain else "/"


def _to(address: str) -> Response:
    return Response(None, 303, {"Location": address})


__all__ = ["router_for"]
