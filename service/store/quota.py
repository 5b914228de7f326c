"""How much of the workers' time an authority has asked for: counts over all its teams, whoever asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.store.tables import CalendarEntry, Job, Tenant


@dataclass(frozen=True, slots=True)
class Usage:
    """What an authority has asked for."""

    waiting: int
    """Searches, and calendars tried out, that wait or run."""
    seconds: float
    """Of search, of the calendars asked for since then; trying one out counts too."""
    oldest: datetime | None
    """When the first of those was asked for."""


def lock_quota(session: Session, tenant: str) -> None:
    """Wait until nobody else is counting for this authority (PostgreSQL; on SQLite there is one writer anyway)."""
    session.execute(select(Tenant.id).where(Tenant.id == tenant).with_for_update())


def usage(session: Session, tenant: str, since: datetime) -> Usage:
    """Count what an authority has asked for.

    Parameters
    ----------
    session
    tenant
    since
        From when on seconds of search count.
    """
    waiting = session.scalars(
        select(func.count())
        .select_from(Job)
        .where(Job.tenant == tenant, Job.kind.in_(("plan", "stress")), Job.state.in_(("queued", "leased")))
    ).one()
    asked = session.execute(
        select(CalendarEntry.options, CalendarEntry.created)
        .where(CalendarEntry.tenant == tenant, CalendarEntry.created > since)
        .order_by(CalendarEntry.created)
    ).all()
    tried = session.execute(
        select(Job.payload, Job.created)
        .where(Job.tenant == tenant, Job.kind == "stress", Job.created > since)
        .order_by(Job.created)
    ).all()
    seconds = sum(float(what.get("seconds") or 0) for what, _ in (*asked, *tried))
    return Usage(waiting, seconds, min((made for _, made in (*asked[:1], *tried[:1])), default=None))


__all__ = ["Usage", "lock_quota", "usage"]
