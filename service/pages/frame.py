"""How pages are filled: the environment of their templates, and the answer that a filled one is."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from fastapi import Request, Response
from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader, StrictUndefined

from service.access import sessions
from service.access.authentication import Identity
from service.access.rights import Action, may
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
    NavItem("caseload", "", "Caseload", "calendar.read"),
    NavItem("week", "/week", "Week", "calendar.read"),
    NavItem("tasks", "/tasks", "Tasks", "task.read"),
    NavItem("breaches", "/breaches", "Late and missing", "calendar.read"),
    NavItem("workload", "/workload", "Workload", "calendar.read"),
    NavItem("figures", "/figures", "Figures", "kpi.read"),
    NavItem("upload", "/upload", "Upload", "caseload.write"),
    NavItem("publish", "/publish", "Plan and publish", "calendar.plan"),
    NavItem("preview", "/preview", "What people see", "message.read"),
    NavItem("history", "/history", "History", "audit.read"),
)


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
    text = environment().get_template(template).render(
        {
            "path": request.url.path,
            "principal": principal,
            "csrf_token": csrf,
            "own": template.removesuffix(".html"),
            "navigation": () if principal is None or team is None else _navigation(principal),
            "may": lambda action: principal is not None and may(principal, action),
            "team": None,
            "section": "",
        }
        | content
    )  # fmt: skip
    body = text.encode()
    answered = {"Cache-Control": "private, no-store", "Vary": "Accept-Encoding, Cookie"} | (headers or {})
    if len(body) > _SMALL and accepted(request, "gzip"):
        body, answered["Content-Encoding"] = gzip.compress(body, 6, mtime=0), "gzip"
    return Response(body, status, answered, "text/html; charset=utf-8")


def _navigation(principal: Principal) -> tuple[NavItem, ...]:
    return tuple(item for item in NAVIGATION if may(principal, item.action))


__all__ = ["NAVIGATION", "NavItem", "environment", "page"]
