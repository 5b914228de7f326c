"""What was published before what was published last: so that the two can be looked at beside each other."""

from __future__ import annotations

from collections.abc import Sequence

from service.store import calendars
from service.store.scope import Scoped
from service.store.tables import Audit


def publications(scoped: Scoped, team: str) -> Sequence[Audit]:
    """The last two publications, the last one first."""
    query = scoped.select(Audit).where(Audit.team == team, Audit.action == "calendar.publish")
    return scoped.session.scalars(query.order_by(Audit.number.desc()).limit(2)).all()


def before_that(scoped: Scoped, published: Sequence[Audit]) -> str:
    """The one before the last, as the page that compares calendars calls it."""
    if len(published) < 2:
        return ""
    last, before = published
    if before.subject == last.subject:
        return before.after if before.after != last.after and before.after else ""
    entry = calendars.find(scoped, before.subject)
    return before.subject if entry is not None and str(entry.revision) == before.after else ""


__all__ = ["before_that", "publications"]
