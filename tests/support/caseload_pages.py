"""Made-up teams for the caseload's page: with a policy of their own, and calendars that nobody had to search for."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from made_calendars import made_calendar, made_policy, made_team

from service.pages.caseload_making import build_rows
from service.pages.caseload_rows import Row
from service.views.weeks import Weeks
from solver.policy.load import load_policy
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload

NOW = datetime(2026, 12, 7, 9, 0)


@cache
def team_of(plans: int, team: str = "yew", *, often: bool = False) -> tuple[Caseload, Calendar]:
    """A caseload of so many plans, with one of everything that can go wrong; ``often``: met as often as a large team's is."""
    policy = made_policy().model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    if often:
        for rule in policy["meetings"]:
            rule["windows"][1]["maximum"] = ["28 days"]
    caseload = made_team(plans)
    found = caseload.model_copy(
        update={"authority": policy, "team": caseload.team.model_copy(update={"id": team})}
    )
    return found, made_calendar(found, load_policy(policy))


def rows_of(
    caseload: Caseload, calendar: Calendar, *, now: datetime = NOW, own: frozenset[str] | None = None
) -> tuple[Weeks, tuple[Row, ...]]:
    """The rows of a calendar."""
    return build_rows(caseload, load_policy(caseload.authority), calendar, now, own)


def all_late(calendar: Calendar) -> Calendar:
    """The calendar with every meeting late."""
    late = [one.model_copy(update={"slack_days": 0, "breach_days": 3}) for one in calendar.meetings]
    return calendar.model_copy(update={"meetings": tuple(late), "status": "infeasible"})
