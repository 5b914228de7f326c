"""What pinned meetings take up, whatever else is planned: their venues, and the time of those who are essential there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from solver.policy.model import Policy
from solver.problem.blocks import meeting_minutes, occupied_minutes
from solver.problem.days import local_minute
from solver.problem.uses import Use
from solver.scale.needs import NeedsIndex
from solver.schema.caseload import BookedMeeting, Caseload
from solver.series import Membership, Series, form_series


def held_by_pinned(caseload: Caseload, policy: Policy) -> Mapping[str, list[Use]]:
    """Return what the pinned meetings of each series hold, for those that have any.

    Parameters
    ----------
    caseload : Caseload
        The whole.
    policy : Policy

    Returns
    -------
    dict
        Series id to uses. Who is essential only at a series' first meeting is among them, as in ``Problem.fixed_commits``:
        whether a pinned meeting is the first isn't known before all is planned.
    """
    needs = NeedsIndex(caseload, policy)
    membership = Membership(caseload)
    series = {one.id: one for one in form_series(caseload, policy)}
    sites = {
        venue.id: "" if venue.kind == "virtual" else venue.site or f"venue:{venue.id}"
        for venue in caseload.venues
    }
    found: dict[tuple[str, date], list[Use]] = {}
    for meeting in caseload.booked:
        name = needs.series_of(meeting) if meeting.pinned else None
        if name is not None:
            uses = _uses(meeting, series[name], membership, sites[meeting.venue], caseload.grid_minutes)
            found[name, meeting.start.date()] = uses
    held: dict[str, list[Use]] = {}
    for (name, _), uses in found.items():
        held.setdefault(name, []).extend(uses)
    return held


def _uses(meeting: BookedMeeting, series: Series, membership: Membership, site: str, step: int) -> list[Use]:
    day, minute = meeting.start.date(), local_minute(meeting.start)
    uses = {}
    if site:
        end = minute + meeting_minutes(series, step)
        uses[meeting.venue, ""] = Use(f"venue:{meeting.venue}", day.toordinal(), minute, end, "")
    for first in (False, True):
        for place in membership.places(series, day, first=first):
            if place.level == "essential":
                offset, length = occupied_minutes(series, place.sitting, step)
                begin = minute + offset
                use = Use(f"person:{place.person}", day.toordinal(), begin, begin + length, site)
                uses.setdefault(("", place.person), use)
    return list(uses.values())
