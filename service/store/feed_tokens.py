"""Tokens of feeds: long random ones of which only a hash is kept, each good for one feed until it is revoked."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.feeds.feed import Subject
from service.store import audit
from service.store.scope import Scoped
from service.store.tables import FeedToken

_OCTETS: Final = 32
_LONGEST: Final = 200


def grant(scoped: Scoped, team: str, subject: Subject, *, at: datetime) -> str:
    """Make a token, which can't be shown again."""
    token = secrets.token_urlsafe(_OCTETS)
    scoped.add(
        FeedToken(
            hash=_hash(token),
            tenant=scoped.principal.tenant,
            team=team,
            subject_kind=subject.kind,
            subject=subject.id,
            created=at,
            created_by=scoped.principal.account,
            revoked=None,
            last_used=None,
        )
    )
    audit.record(scoped, "feed.grant", f"{subject.kind}:{subject.id}", at=at, team=team)
    return token


def revoke(scoped: Scoped, team: str, subject: Subject, *, at: datetime) -> int:
    """Make every token of a feed worthless; how many there were."""
    query = scoped.select(FeedToken).where(
        FeedToken.team == team,
        FeedToken.subject_kind == subject.kind,
        FeedToken.subject == subject.id,
        FeedToken.revoked.is_(None),
    )
    rows = list(scoped.session.scalars(query))
    for row in rows:
        row.revoked = at
    if rows:
        audit.record(scoped, "feed.revoke", f"{subject.kind}:{subject.id}", at=at, team=team)
    return len(rows)


def find(session: Session, subject: Subject, token: str) -> FeedToken | None:
    """Whose a token is, if it is good for just this feed. Whoever has it is nobody else to the service.

    The token is as random as a key, so looking its hash up tells nothing by the time it takes.
    """
    if not 0 < len(token) <= _LONGEST:
        return None
    return session.scalars(
        select(FeedToken).where(
            FeedToken.hash == _hash(token),
            FeedToken.subject_kind == subject.kind,
            FeedToken.subject == subject.id,
            FeedToken.revoked.is_(None),
        )
    ).one_or_none()


def used(session: Session, row: FeedToken, at: datetime) -> None:
    """Remember when a feed was fetched last."""
    session.execute(update(FeedToken).where(FeedToken.hash == row.hash).values(last_used=at))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


__all__ = ["find", "grant", "revoke", "used"]
