"""How pages are filled: the environment of their templates, and the answer that a filled one is."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from urllib.parse import quote

from fastapi import Request, Response
from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader, StrictUndefined

from service.access import sessions
from service.access.authentication import Identity
from service.access.rights import Action, Reach, may, reach
from service.pages import statics
from service.pages.accepting import accepted
from service.pages.addresses import meeting_path
from service.store.scope import Principal
from service.words import (
    DASH,
    KIND_NAMES,
    LEVEL_MEANINGS,
    STATUS_WORDS,
    costs_words,
    count,
    day,
    long_day,
    moment,
    opening,
    percent,
    slack_words,
)

_SMALL: Final = 1_000
"""Octets that aren't worth packing."""


@dataclass(frozen=True, slots=True)
class NavItem:
    """A page that can be gone to from every other one of the team."""

    name: str
    path: str
    """Below the team's."""
    text: str
    action: Action
    """Who may not do this doesn't see it."""


NAVIGATION: Final = (
    NavItem("mine", "/mine", "My meetings", "calendar.read"),
    NavItem("caseload", "", "Caseload", "calendar.read"),
    NavItem("week", "/week", "Week", "calendar.read"),
    NavItem("tasks", "/tasks", "Tasks", "task.read"),
    NavItem("breaches", "/breaches", "Late and missing", "calendar.read"),
    NavItem("workload", "/workload", "Workload", "calendar.read"),
    NavItem("figures", "/figures", "Figures", "kpi.read"),
    NavItem("upload", "/upload", "Upload", "caseload.write"),
    NavItem("publish", "/publish", "Plan and publish", "calendar.plan"),
    NavItem("outbox", "/outbox", "Letters and mails", "message.settle"),
    NavItem("preview", "/preview", "What people see", "message.read"),
    NavItem("history", "/history", "History", "audit.read"),
)
FEED: Final = NavItem("feed", "/feed", "My calendar feed", "feed.grant")
"""Of those who are somebody in the caseload, and may make the address of their own feed alone."""
_BY_ROLE: Final[Mapping[str, tuple[str, ...]]] = {
    "manager": (
        "caseload", "week", "tasks", "breaches", "workload", "figures", "upload", "publish", "preview", "history", "mine",
    ),
    "worker": ("mine", "week", "tasks", "caseload", "breaches", "workload", "figures"),
    "support": ("tasks", "week", "caseload", "breaches", "outbox", "preview", "workload", "figures", "mine"),
    "auditor": ("history", "figures", "breaches", "caseload", "week", "tasks", "workload", "mine"),
}  # fmt: skip
"""What a role does most comes first; what isn't named isn't in its menu."""
_WITHIN: Final = {"outbox": "preview", "feed": "preview"}
"""The item that a page belongs to where the menu has none of its own."""


def navigation(principal: Principal) -> tuple[NavItem, ...]:
    """The menu of somebody's team, in the order of their role."""
    items = {item.name: item for item in NAVIGATION if may(principal, item.action)}
    if principal.person is None and principal.role != "worker":
        items.pop("mine", None)
    named = _BY_ROLE.get(principal.role, tuple(items))
    found = tuple(items[name] for name in named if name in items)
    own_feed = principal.person is not None and reach(principal, FEED.action) is Reach.OWN
    return (*found, FEED) if own_feed else found


def home(principal: Principal, team: str) -> str:
    """Where somebody begins in a team: a worker with their own next meetings, everybody else with the caseload."""
    return f"/teams/{quote(team, safe='')}{'/mine' if principal.role == 'worker' else ''}"


@cache
def environment() -> Environment:
    """The environment of all pages' templates."""
    made = Environment(
        loader=ChoiceLoader(
            [
                PackageLoader("service.pages"),
                PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
            ]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(day=day, long_day=long_day, moment=moment, opening=opening, percent=percent)
    made.globals.update(
        asset=statics.asset,
        has_asset=statics.has_asset,
        count=count,
        costs_words=costs_words,
        meeting_path=meeting_path,
        slack_words=slack_words,
        kind_names=KIND_NAMES,
        level_meanings=LEVEL_MEANINGS,
        status_words=STATUS_WORDS,
        dash=DASH,
        csrf_field=sessions.CSRF_FIELD,
    )
    return made


def page(
    request: Request,
    template: str,
    *,
    identity: Identity | None = None,
    status: int = 200,
    headers: dict[str, str] | None = None,
    **content: Any,
) -> Response:
    """Fill a page.

    Parameters
    ----------
    request
    template
        Name of it, such as ``caseload.html``. A script or style of its name is loaded with it.
    identity
        Who looks at it.
    status, headers
        Of the answer.
    content
        What the template is filled with.
    """
    principal = None if identity is None else identity.principal
    csrf = "" if identity is None or identity.csrf is None else sessions.masked(identity.csrf)
    team = content.get("team")
    menu = () if principal is None or team is None else navigation(principal)
    section = content.pop("section", "")
    if section not in {item.name for item in menu}:
        section = _WITHIN.get(section, section)
    text = environment().get_template(template).render(
        {
            "path": request.url.path,
            "principal": principal,
            "csrf_token": csrf,
            "own": template.removesuffix(".html"),
            "navigation": menu,
            "may": lambda action: principal is not None and may(principal, action),
            "team": None,
            "section": section,
            "home": lambda one: "/" if principal is None else home(principal, one),
        }
        | content
    )  # fmt: skip
    body = text.encode()
    answered = {"Cache-Control": "private, no-store", "Vary": "Accept-Encoding, Cookie"} | (headers or {})
    if len(body) > _SMALL and accepted(request, "gzip"):
        body, answered["Content-Encoding"] = gzip.compress(body, 6, mtime=0), "gzip"
    return Response(body, status, answered, "text/html; charset=utf-8")


__all__ = ["FEED", "NAVIGATION", "NavItem", "environment", "home", "navigation", "page"]
