"""What a page has at hand, made by hand: views can be tried without a service or a browser."""

from __future__ import annotations

from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

import office_cases

from service.access.authentication import Identity
from service.api.context import Context
from service.api.seeing import seen_of
from service.pages.team import TeamView
from service.store.calendars import Standing
from service.store.scope import Role
from service.store.tables import CalendarEntry, CaseloadVersion, Revision

NOW = datetime(2026, 12, 14, 9, 0, tzinfo=ZoneInfo("Europe/London"))


def view_for(
    role: Role, plans: int, *, person: str | None = None, bad: bool = False, now: datetime = NOW
) -> TeamView:
    """The team of `office_cases`, for somebody of it; without plans there is no calendar."""
    who = office_cases.principal(role, person)
    standing = None
    if plans:
        standing = Standing(
            cast("CalendarEntry", None),
            Revision(number=1),
            office_cases.bad_calendar(plans) if bad else office_cases.calendar(plans),
            office_cases.caseload(plans),
            cast("CaseloadVersion", None),
        )
    return TeamView(
        here=cast("Context", None),
        identity=Identity(who),
        id="yew",
        name="Yew team",
        version=None,
        standing=standing,
        seen=None if standing is None else seen_of(who, standing),
        now=now,
    )


__all__ = ["NOW", "view_for"]
