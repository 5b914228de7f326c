"""The audit log: who did what, when, to what; append-only, and each entry sealed with the one before.

Whoever changes or removes an entry would have to make every later seal anew, and for that they need the tenant's key. It
holds ids, digests and revisions, never anybody's name.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.store.scope import Scoped
from service.store.tables import Audit, Chain, Tenant

_START: Final = "0" * 64


@dataclass(frozen=True, slots=True)
class Flaw:
    """Where the log isn't what was written."""

    number: int
    text: str


def record(
    scoped: Scoped,
    action: str,
    subject: str,
    *,
    at: datetime,
    team: str | None = None,
    before: str | None = None,
    after: str | None = None,
) -> Audit:
    """Write an entry, in the transaction of what it tells.

    Parameters
    ----------
    scoped
        Whose principal it was.
    action
        Such as ``calendar.publish``.
    subject
        The id of what it was done to.
    at
        Aware. An entry is never earlier than the one before, whatever the clock says.
    team
        Whose data it is.
    before, after
        Digest or revision.
    """
    session, principal = scoped.session, scoped.principal
    # One writer at a time: the next entry needs the seal of this one.
    chain = session.scalars(select(Chain).where(Chain.tenant == principal.tenant).with_for_update()).one()
    last = session.get(Audit, (principal.tenant, chain.number))
    entry = Audit(
        tenant=principal.tenant,
        number=chain.number + 1,
        at=at if last is None else max(at, last.at),
        account=principal.account,
        role=principal.role,
        action=action,
        team=team,
        subject=subject,
        request=principal.request,
        before=before,
        after=after,
        seal="",
    )
    entry.seal = _seal(_key(session, principal.tenant), entry, chain.seal)
    session.add(entry)
    chain.number, chain.seal = entry.number, entry.seal
    return entry


def begin_log(session: Session, tenant: str) -> None:
    """Give a new tenant a log."""
    session.flush()  # the tenant comes first: without relationships the order of inserts isn't known
    session.add(Chain(tenant=tenant, number=0, seal=_START))


def length(session: Session, tenant: str) -> int:
    """How many entries a tenant's log has."""
    chain = session.get(Chain, tenant)
    return 0 if chain is None else chain.number


def flaws(session: Session, tenant: str) -> Iterator[Flaw]:
    """Where a tenant's log isn't what was written, entry by entry; nothing for one that is whole."""
    key = _key(session, tenant)
    seal, number = _START, 0
    for entry in session.scalars(select(Audit).where(Audit.tenant == tenant).order_by(Audit.number)):
        if entry.number != number + 1:
            yield Flaw(
                number + 1, f"{entry.number - number - 1} entries are missing before entry {entry.number}"
            )
        if not hmac.compare_digest(entry.seal, _seal(key, entry, seal)):
            yield Flaw(entry.number, "this entry, or one before it, was changed after it was written")
        seal, number = entry.seal, entry.number
    chain = session.get(Chain, tenant)
    if chain is None or (chain.number, chain.seal) != (number, seal):
        yield Flaw(number, "the log ends before its last entry")


def _key(session: Session, tenant: str) -> bytes:
    row = session.get(Tenant, tenant)
    if row is None:
        raise LookupError("there is no such tenant")
    return row.key


def _seal(key: bytes, entry: Audit, before: str) -> str:
    told = [
        before, entry.tenant, entry.number, entry.at.isoformat(), entry.account, entry.role, entry.action, entry.team,
        entry.subject, entry.request, entry.before, entry.after,
    ]  # fmt: skip
    return hmac.new(key, json.dumps(told, ensure_ascii=True).encode(), hashlib.sha256).hexdigest()


__all__ = ["Flaw", "begin_log", "flaws", "length", "record"]
