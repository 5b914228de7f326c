"""The authorities whose data a database holds."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.store.tables import Tenant


def tenants(session: Session) -> list[str]:
    """The ids of all of them."""
    return list(session.scalars(select(Tenant.id).order_by(Tenant.id)))


__all__ = ["tenants"]
