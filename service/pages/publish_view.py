"""What the page of planning and publishing shows: calendars, what publishing would change, and forms."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy.orm import defer

from service.api.schemas import Published
from service.pages.publish_before import before_that, publications
from service.pages.publish_diff import DiffView, diff_view
from service.pages.publish_sending import Sending, sending_of
from service.pages.search_on import SearchOn, search_on
from service.pages.solve_view import heading_of
from service.pages.team import TeamView
from service.pages.whom import Whom
from service.store import audit, calendars
from service.store.calendars import OPEN, Standing
from service.store.pages import newest
from service.store.scope import Scoped
from service.store.tables import CalendarEntry, CaseloadVersion, Idempotency, Message
from service.words import gap_words

SOON_DAYS: Final = 7
"""Within which a mail may be read too late."""
_CALENDARS: Final = 20
_VERSIONS: Final = 10


@dataclass(frozen=True, slots=True)
class Made:
    """A calendar of the list."""

    id: str
    created: datetime
    by: str
    state: str
    open: bool
    revision: int
    published: int
    counts: bool
    breaches: int | None
    gap: float | None


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a caseload that can be planned."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Pending:
    """What publishing would change."""

    calendar: str
    revision: int
    made: datetime
    since: int
    """The revision that people were sent last; 0: none."""
    same_calendar: bool
    """Whether that was one of the same calendar."""
    published_at: datetime | None
    published_by: str
    diff: DiffView
    sending: Sending
    breaches: int
    soon: int
    """Meetings within the next days that change."""
    is_published: bool
    """Whether it is this revision that was published last."""
    before: str
    """What was published before it: another calendar's id, or a revision of the same one; empty where nothing was."""
    newer: bool
    """Whether a caseload has come in that it doesn't answer."""
    gap: str
    on: SearchOn | None


@dataclass(frozen=True, slots=True)
class PublishView:
    """The page."""

    pending: Pending | None
    made: tuple[Made, ...]
    older: str | None
    versions: tuple[Version, ...]
    outbox: Mapping[str, int]
    """Messages by state."""
    letters: int
    """That are to be printed."""
    smtp: bool
    most_seconds: float
    key: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    """So that a form that is sent twice is done once."""


def publish_view(
    view: TeamView, scoped: Scoped, *, calendar: str | None = None, after: str | None = None
) -> PublishView | None:
    """Gather the page.

    Parameters
    ----------
    view
    scoped
        Writing: that somebody looked at a calendar is kept.
    calendar
        The one to publish; the one that counts, if none is named. ``None`` is answered where it isn't the team's.
    after
        Cursor of the list of calendars.

    Raises
    ------
    CursorError
    """
    whom = Whom(scoped)
    chosen = view.standing
    if calendar is not None and (chosen is None or chosen.entry.id != calendar):
        entry = calendars.find(scoped, calendar)
        if entry is None or entry.team != view.id:
            return None
        chosen = view.here.documents.standing(scoped, entry)
        if chosen is not None:
            looked(view, scoped, chosen)
    page = newest(scoped, CalendarEntry, CalendarEntry.team == view.id, after=after, limit=_CALENDARS)
    states = _outbox(scoped, view.id)
    return PublishView(
        pending=None if chosen is None else _pending(view, scoped, chosen, whom),
        made=tuple(_made(one, view, whom) for one in page.rows),
        older=page.next,
        versions=_versions(view, scoped),
        outbox=states,
        letters=_letters(scoped, view.id),
        smtp=view.here.settings.smtp,
        most_seconds=view.here.settings.most_seconds,
    )


def looked(view: TeamView, scoped: Scoped, found: Standing) -> None:
    """Reads of children's plans are in the audit log."""
    number = str(found.revision.number)
    audit.record(scoped, "calendar.read", found.entry.id, at=view.here.now(), team=view.id, after=number)


def answered(scoped: Scoped, key: str) -> Published | None:
    """What one's own publication with a key has queued; ``None`` where the key is of none, or of long ago."""
    account = scoped.principal.account
    row = scoped.one(Idempotency, Idempotency.account == account, Idempotency.key == key)
    try:
        return None if row is None else Published.model_validate_json(row.body)
    except ValidationError:
        return None


def _pending(view: TeamView, scoped: Scoped, found: Standing, whom: Whom) -> Pending:
    standing = view.standing
    before: Standing | None = None
    if standing is not None and standing.entry.published:
        before = view.here.documents.standing(scoped, standing.entry, standing.entry.published)
    caseloads = [found.caseload, *([before.caseload] if before else [])]
    diff = diff_view(before.calendar if before else None, found.calendar, caseloads, now=view.now)
    published = publications(scoped, view.id)
    told = published[0] if published else None
    return Pending(
        calendar=found.entry.id,
        revision=found.revision.number,
        made=found.revision.created.astimezone(view.now.tzinfo),
        since=0 if before is None else before.revision.number,
        same_calendar=before is None or before.entry.id == found.entry.id,
        published_at=None if told is None else told.at.astimezone(view.now.tzinfo),
        published_by="" if told is None else whom(told.account),
        diff=diff,
        sending=sending_of(view, scoped, found),
        breaches=len(found.calendar.breaches),
        soon=sum(0 <= row.days < SOON_DAYS for row in diff.rows),
        is_published=found.entry.published == found.revision.number
        and (standing is None or standing.entry.id == found.entry.id),
        before=before_that(scoped, published),
        newer=view.version is not None and view.version.id != found.version.id,
        gap=gap_words(found.calendar.gap, found.calendar.status),
        on=search_on(view, found.entry),
    )


def _made(entry: CalendarEntry, view: TeamView, whom: Whom) -> Made:
    progress: Mapping[str, Any] = entry.progress
    return Made(
        id=entry.id,
        created=entry.created.astimezone(view.now.tzinfo),
        by=whom(entry.created_by),
        state=heading_of(entry.state, entry.revision, stop_asked=entry.stop_asked),
        open=entry.state in OPEN,
        revision=entry.revision,
        published=entry.published,
        counts=view.standing is not None and view.standing.entry.id == entry.id,
        breaches=progress.get("breaches"),
        gap=progress.get("gap"),
    )


def _versions(view: TeamView, scoped: Scoped) -> tuple[Version, ...]:
    # Not the documents: they are megabytes, and nothing of them is shown.
    query = (
        scoped.select(CaseloadVersion)
        .where(CaseloadVersion.team == view.id)
        .options(defer(CaseloadVersion.document))
    )
    rows = scoped.session.scalars(
        query.order_by(CaseloadVersion.created.desc(), CaseloadVersion.id.desc()).limit(_VERSIONS)
    )
    return tuple(
        Version(
            row.id,
            f"{row.created.astimezone(view.now.tzinfo):%-d %B %Y, %H:%M} – {row.plans:,} plans, version {row.version}"
            + (" (the latest)" if number == 0 else ""),
        )
        for number, row in enumerate(rows)
    )


def _outbox(scoped: Scoped, team: str) -> dict[str, int]:
    states = scoped.select(Message).where(Message.team == team).with_only_columns(Message.state)
    return Counter(scoped.session.scalars(states).all())


def _letters(scoped: Scoped, team: str) -> int:
    due = scoped.select(Message).where(Message.team == team, Message.state == "due", Message.address == "")
    return len(scoped.session.scalars(due.with_only_columns(Message.id)).all())


__all__ = ["SOON_DAYS", "Made", "Pending", "PublishView", "Version", "answered", "looked", "publish_view"]
