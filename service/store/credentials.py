"""What says who somebody is: keys, sessions and accounts, looked up before it is known whose request it is.

So these queries can't go through a scope: they find the principal that every later one is scoped to. Each asks for one row
by what only its holder knows, or by the subject that an identity provider vouches for.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from service.store.tables import Account, ApiKey, WebSession

USED_EVERY: Final = timedelta(minutes=1)
"""How exactly it is kept when a key was last used: a write for every request would be one too many."""


def find_key(session: Session, prefix: str) -> tuple[ApiKey, Account] | None:
    """A key and its account, whatever their state."""
    query = select(ApiKey, Account).join(Account, Account.id == ApiKey.account).where(ApiKey.prefix == prefix)
    row = session.execute(query).one_or_none()
    return None if row is None else (row[0], row[1])


def find_subject(session: Session, tenant: str, subject: str) -> Account | None:
    """The account of whom an identity provider means, whatever its state."""
    return session.scalars(
        select(Account).where(Account.tenant == tenant, Account.subject == subject)
    ).one_or_none()


def used(session: Session, prefix: str, at: datetime) -> None:
    """Note that a key was used, unless that was noted within the last minute."""
    session.execute(
        update(ApiKey)
        .where(ApiKey.prefix == prefix, or_(ApiKey.last_used.is_(None), ApiKey.last_used <= at - USED_EVERY))
        .values(last_used=at)
    )


def find_session(session: Session, hash_: str) -> tuple[WebSession, Account] | None:
    """A browser's session and its account, whatever their state."""
    query = (
        select(WebSession, Account)
        .join(Account, Account.id == WebSession.account)
        .where(WebSession.hash == hash_)
    )
    row = session.execute(query).one_or_none()
    return None if row is None else (row[0], row[1])


def begin_session(
    session: Session, hash_: str, account: str, csrf: str, *, at: datetime, until: datetime
) -> None:
    """Keep a new session. Those that have ended are forgotten at the same time."""
    session.execute(delete(WebSession).where(WebSession.expires <= at))
    session.add(WebSession(hash=hash_, account=account, csrf=csrf, created=at, expires=until))


def end_session(session: Session, hash_: str) -> None:
    """Forget a session, if there is one."""
    session.execute(delete(WebSession).where(WebSession.hash == hash_))


__all__ = [
    "USED_EVERY",
    "begin_session",
    "end_session",
    "find_key",
    "find_session",
    "find_subject",
    "used",
]
