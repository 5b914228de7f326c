"""Undoing the last change of a calendar: the revision before it comes back, as a further one."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response

from service.access.authentication import require
from service.api.calendars import standing_of
from service.api.context import (
    Answer,
    Body,
    Context,
    Here,
    IdempotencyKey,
    IfMatch,
    check_revision,
    expected,
    once,
    tag,
)
from service.api.problems import Problem
from service.api.schemas import Undone
from service.store import audit, calendars, caseloads, webhooks
from service.store.calendars import Standing
from service.store.scope import Principal, Scoped
from solver.check import check_calendar
from solver.policy.load import load_policy
from solver.replan.answers import brought_back
from solver.replan.diff import diff_calendars
from solver.schema.caseload import Caseload

router = APIRouter(prefix="/calendars", tags=["calendars"])
CHANGES: Final = frozenset({"moved", "rebooked", "undone"})
"""Reasons of revisions that can be undone; a calendar that was planned anew is another one."""


@router.post("/{calendar}:undo", response_model=Undone)
def undo(
    request: Request,
    here: Here,
    body: Body,
    calendar: str,
    who: Annotated[Principal, Depends(require("meeting.move"))],
    if_match: IfMatch = None,
    key: IdempotencyKey = None,
) -> Response:
    """Undo the last move or rebooking that nobody has been told of: the revision before comes back, as a further one.

    Undone once more, what was undone is back. Whoever has answered for what stays, or for what comes back, has answered.
    """
    wanted = expected(if_match)

    def work(scoped: Scoped) -> Answer:
        made = undo_last(here, scoped, calendar, wanted)
        return Answer(made.model_dump(mode="json"), headers={"ETag": tag(made.revision)})

    return once(here, who, request, body, key, work)


def can_undo(found: Standing) -> bool:
    """Whether the last change of a calendar can be undone."""
    number = found.revision.number
    return found.revision.reason in CHANGES and number > 1 and found.entry.published < number


def undo_last(here: Context, scoped: Scoped, calendar: str, wanted: int | None) -> Undone:
    """Undo a calendar's last change, in a transaction.

    Parameters
    ----------
    here, scoped
    calendar
        Its id.
    wanted
        The revision that the caller has seen; ``None``: any.

    Raises
    ------
    Problem
    """
    now = standing_of(here, scoped, calendar, lock=True)
    entry, number = now.entry, now.revision.number
    check_revision(number, wanted)
    if now.revision.reason not in CHANGES or number < 2:
        raise Problem(
            "urn:convene:problem:nothing-to-undo", "There is nothing to undo", 409,
            "The calendar is as it was planned: nothing was moved since. Nothing was changed.",
        )  # fmt: skip
    if entry.published >= number:
        raise Problem(
            "urn:convene:problem:people-told", "People have been told", 409,
            "The change has been published: people have been invited to where the meetings are now. Move them instead, "
            "and publish again. Nothing was changed.",
        )  # fmt: skip
    before = standing_of(here, scoped, calendar, number - 1)
    after = brought_back(now.calendar, before.calendar)
    report = check_calendar(before.caseload, load_policy(before.caseload.authority), after)
    if not report.ok:
        raise Problem(
            "urn:convene:problem:rules-broken", "The calendar breaks rules", 409,
            "Nothing was changed: what stood before can't stand any more.",
            extra={"errors": [{"rule": one.rule, "meetings": list(one.meetings)} for one in report.violations[:50]]},
        )  # fmt: skip
    version = _facts_back(here, scoped, now, before)
    revision = calendars.add_revision(
        scoped, entry, after, version, reason="undone", at=here.now(), expected=number
    )
    diff = diff_calendars(now.calendar, after)
    meetings = list(dict.fromkeys(one.meeting for one in (*diff.moved, *diff.added, *diff.cancelled)))
    audit.record(
        scoped, "calendar.undo", calendar, at=here.now(), team=entry.team, before=str(number), after=str(revision.number),
    )  # fmt: skip
    for meeting in meetings:
        data = {"calendar": calendar, "revision": revision.number, "meeting": meeting}
        webhooks.announce(scoped, "meeting.moved", entry.team, data, at=here.now())
    told = {"revision": revision.number, "reason": "undone"}
    calendars.add_event(scoped, entry, "revision", told, at=here.now())
    return Undone(calendar=calendar, revision=revision.number, meetings=meetings)


def _facts_back(here: Context, scoped: Scoped, now: Standing, before: Standing) -> str:
    """Have the caseload be as it was before the change: the id of the version that the calendar answers.

    The team's latest caseload is what is planned from next, so the meeting's place must be gone from there as well.
    """
    if before.version.id == now.version.id:
        return before.version.id
    latest = caseloads.latest(scoped, now.entry.team, now.version.caseload)
    if latest is None or latest.id == now.version.id:
        return caseloads.add_version(scoped, before.caseload, at=here.now())[0].id
    # Other facts have come since, and stay.
    facts = here.documents.caseloads.caseload(latest)
    caseloads.add_version(scoped, _booked_back(facts, now.caseload, before.caseload), at=here.now())
    return before.version.id


def _booked_back(latest: Caseload, now: Caseload, before: Caseload) -> Caseload:
    rest = tuple(one for one in latest.booked if one not in now.booked or one in before.booked)
    back = tuple(one for one in before.booked if one not in now.booked and one not in rest)
    return latest.model_copy(update={"booked": (*rest, *back)})


__all__ = ["CHANGES", "can_undo", "router", "undo", "undo_last"]
