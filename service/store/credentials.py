"""What says who somebody is: keys, sessions and accounts, looked up before it is known whose request it is.

So these queries can't go through a scope: they find the principal that every later one is scoped to. Each asks for one row
by what only its holder knows, or by the subject that an identity provider vouches for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from service.store.scope import Role
from service.store.tables import Account, ApiKey, WebSession

USED_EVERY: Final = timedelta(minutes=1)
"""How exactly it is kept when a key was last used: a write for every request would be one too many."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose account it is."""

    account: str
    tenant: str
    role: Role
    teams: frozenset[str]
    person: str | None
    disabled: bool


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key, whatever its state."""

    holder: Holder
    hash: str
    scopes: frozenset[str]
    expires: datetime | None
    revoked: datetime | None
    last_used: datetime | None


@dataclass(frozen=True, slots=True)
class KnownSession:
    """A browser's session, whatever its state."""

    holder: Holder
    csrf: str
    expires: datetime


def find_key(session: Session, prefix: str) -> KnownKey | None:
    """A key and its account."""
    query = select(ApiKey, Account).join(Account, Account.id == ApiKey.account).where(ApiKey.prefix == prefix)
    row = session.execute(query).one_or_none()
    if row is None:
        return None
    key: ApiKey = row[0]
    return KnownKey(_holder(row[1]), key.hash, frozenset(key.scopes), key.expires, key.revoked, key.last_used)


def find_subject(session: Session, tenant: str, subject: str) -> Holder | None:
    """The account of whom an identity provider means."""
    account = session.scalars(
        select(Account).where(Account.tenant == tenant, Account.subject == subject)
    ).one_or_none()
    return None if account is None else _holder(account)


def used(session: Session, prefix: str, at: datetime) -> None:
    """Note that a key was used, unless that was noted within the last minute."""
    session.execute(
        update(ApiKey)
        .where(ApiKey.prefix == prefix, or_(ApiKey.last_used.is_(None), ApiKey.last_used <= at - USED_EVERY))
        .values(last_used=at)
    )


def find_session(session: Session, hash_: str) -> KnownSession | None:
    """A browser's session and its account."""
    query = (
        select(WebSession, Account)
        .join(Account, Account.id == WebSession.account)
        .where(WebSession.hash == hash_)
    )
    row = session.execute(query).one_or_none()
    return None if row is None else KnownSession(_holder(row[1]), row[0].csrf, row[0].expires)


def begin_session(
    session: Session, hash_: str, account: str, csrf: str, *, at: datetime, until: datetime
) -> None:
    """Keep a new session. Those that have ended are forgotten at the same time."""
    session.execute(delete(WebSession).where(WebSession.expires <= at))
    session.add(WebSession(hash=hash_, account=account, csrf=csrf, created=at, expires=until))


def end_session(session: Session, hash_: str) -> None:
    """Forget a session, if there is one."""
    session.execute(delete(WebSession).where(WebSession.hash == hash_))


def role_of(account: Account) -> Role:
    """The role of an account; the table allows no other."""
    return cast(Role, account.role)


def _holder(account: Account) -> Holder:
    role = role_of(account)
    # Whatever is in the table: an admin sees no family's data.
    teams = frozenset() if role == "admin" else frozenset(account.teams)
    return Holder(account.id, account.tenant, role, teams, account.person, account.disabled is not None)


__all__ = [
    "USED_EVERY",
    "Holder",
    "KnownKey",
    "KnownSession",
    "begin_session",
    "end_session",
    "find_key",
    "find_session",
    "find_subject",
    "role_of",
    "used",
]
