"""Publishing a calendar: exactly the invites that changed are queued, in the transaction that makes it the published one."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

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
from service.api.schemas import Published
from service.delivery.addressees import BY_HAND
from service.delivery.prepare import Prepared, counted_from, find_changes, reserve
from service.jobs.queue import enqueue
from service.store import audit, webhooks
from service.store.calendars import Standing
from service.store.messages import Outbox
from service.store.scope import Principal, Scoped
from service.store.tables import Tenant
from solver.check import check_calendar
from solver.policy.load import load_policy

router = APIRouter(prefix="/calendars", tags=["calendars"])


@router.post("/{calendar}:publish", response_model=Published)
def publish(
    request: Request,
    here: Here,
    body: Body,
    calendar: str,
    who: Annotated[Principal, Depends(require("calendar.publish"))],
    if_match: IfMatch = None,
    key: IdempotencyKey = None,
    resend: Annotated[
        bool, Query(description="Send again, as an update, what was refused or may not have arrived.")
    ] = False,
) -> Response:
    """Make a revision the one that people are invited to, and queue the invites that this changes. Once more changes nothing."""
    wanted = expected(if_match)

    def work(scoped: Scoped) -> Answer:
        told = publish_calendar(here, scoped, calendar, wanted, resend=resend)
        return Answer(told.model_dump(mode="json"), headers={"ETag": tag(told.revision)})

    return once(here, who, request, body, key, work)


def publish_calendar(
    here: Context, scoped: Scoped, calendar: str, wanted: int | None, *, resend: bool = False
) -> Published:
    """Make a revision the one that people are invited to.

    Parameters
    ----------
    here, scoped
    calendar
        Its id.
    wanted
        The revision that whoever publishes has seen; ``None``: any.
    resend
        Whether to send again what was refused or may not have arrived.

    Raises
    ------
    Problem
        404, 409 if it isn't ready or breaks rules, 412 if it has changed. Nothing was changed then.
    """
    # The team's row is what publications take turns at: two calendars of one team can't be published at once.
    found = standing_of(here, scoped, calendar, lock=True)
    check_revision(found.revision.number, wanted)
    _check_rules(found)
    told = queue_messages(here, scoped, found, resend=resend)
    audit.record(
        scoped, "calendar.publish", calendar, at=here.now(), team=found.entry.team,
        before=str(found.entry.published), after=str(found.revision.number),
    )  # fmt: skip
    found.entry.published = found.revision.number
    webhooks.announce(
        scoped, "calendar.published", found.entry.team,
        {"calendar": calendar, "revision": found.revision.number}, at=here.now(),
    )  # fmt: skip
    if told.requests or told.cancels:
        enqueue(scoped, "send", found.entry.team, found.entry.team, at=here.now())
    return told


def queue_messages(here: Context, scoped: Scoped, found: Standing, *, resend: bool = False) -> Published:
    """Reserve what a calendar changes for everybody."""
    tenant = scoped.one(Tenant, Tenant.id == scoped.principal.tenant, lock=True)
    assert tenant is not None, "whoever signs in is of a tenant"
    outbox = Outbox(scoped, found.entry.team, found.entry, found.revision.number)
    prepared = changes_for(here, outbox, found, tenant.key, resend=resend)
    difference = prepared.difference
    reserved = reserve(
        outbox,
        difference,
        key=tenant.key,
        zone=found.caseload.timezone,
        now=here.now(),
        assumed=prepared.assumed,
    )
    # Whoever has no mailbox gets a letter, which is there to be printed from now on.
    letters = [one for one in reserved if one.address == BY_HAND]
    methods = Counter(one.method for one in reserved if one.address != BY_HAND)
    return Published(
        revision=found.revision.number,
        requests=methods["REQUEST"],
        cancels=methods["CANCEL"],
        letters=len(letters),
        unchanged=difference.unchanged,
        unreachable=[one.recipient for one in prepared.people.unreachable],
        left=[
            {"recipient": one.last.recipient, "meeting": one.last.meeting, "why": one.why}
            for one in difference.left
        ],
    )


def changes_for(
    here: Context, outbox: Outbox, found: Standing, key: bytes, *, resend: bool = False
) -> Prepared:
    """What publishing a calendar now would send; nothing is reserved."""
    return find_changes(
        found.caseload,
        found.calendar,
        outbox,
        since=counted_from(found.caseload, here.now().date()),
        key=key,
        resend=resend,
    )


def _check_rules(found: Standing) -> None:
    """Nobody is invited to a calendar that the checker doesn't agree with, whatever has been done to it since."""
    report = check_calendar(found.caseload, load_policy(found.caseload.authority), found.calendar)
    if not report.ok:
        raise Problem(
            "urn:convene:problem:rules-broken", "The calendar breaks rules", 409,
            "Nothing was published: mend it by rebooking.",
            extra={"errors": [{"rule": one.rule, "meetings": list(one.meetings)} for one in report.violations[:50]]},
        )  # fmt: skip


__all__ = ["changes_for", "publish_calendar", "queue_messages", "router"]
