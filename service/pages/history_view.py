"""What the page of a team's history shows: revisions of its calendars, and the audit log. Ids, never a family's data."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import Select
from sqlalchemy.orm import defer

from service.pages.addresses import meeting_path
from service.pages.history_words import KINDS, REASONS, action_words, change_words
from service.pages.team import TeamView
from service.pages.whom import Whom
from service.store import audit
from service.store.scope import Scoped
from service.store.tables import Audit, CalendarEntry, Revision

ROWS: Final = 50
_REVISIONS: Final = 20
_MOST_EXPORTED: Final = 100_000
_MOST_CHECKED: Final = 5_000
"""Entries that are checked while somebody waits: a fifth of a second."""
_ID: Final = re.compile("[0-9a-f]{32}")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the log is wanted."""

    kind: str = "changes"
    who: str = ""
    """Part of what somebody signs in with."""
    since: date | None = None
    until: date | None = None
    """Both inclusive, in the team's zone."""
    before: int | None = None
    """Only entries before this one."""


@dataclass(frozen=True, slots=True)
class Made:
    """A revision."""

    calendar: str
    number: int
    reason: str
    at: datetime
    by: str
    published: bool
    """Whether it is the one whose invites went out last."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the log."""

    number: int
    at: datetime
    who: str
    role: str
    action: str
    words: str
    subject: str
    about: str
    """The same, short where it is an id that nobody reads out."""
    link: str
    """To what it is about; empty where there is no page of it."""
    change: str
    request: str


@dataclass(frozen=True, slots=True)
class HistoryView:
    """The page."""

    revisions: tuple[Made, ...]
    entries: tuple[Entry, ...]
    next: int | None
    whole: bool | None
    """Whether the log is what was written; ``None`` where it is too long to be looked through meanwhile."""
    length: int


def history_view(view: TeamView, scoped: Scoped, wanted: Wanted) -> HistoryView:
    """Gather the page. That it was looked at is in the log, and on the next page that is shown."""
    whom = Whom(scoped)
    query = _query(view, scoped, wanted, whom).order_by(Audit.number.desc()).limit(ROWS + 1)
    rows = list(scoped.session.scalars(query))
    entries = tuple(_entry(row, view, whom) for row in rows[:ROWS])
    revisions = _revisions(view, scoped, whom) if wanted.before is None else ()
    length = audit.length(scoped.session, view.who.tenant)
    whole = None if length > _MOST_CHECKED else not any(audit.flaws(scoped.session, view.who.tenant))
    looked(view, scoped)
    return HistoryView(revisions, entries, entries[-1].number if len(rows) > ROWS else None, whole, length)


def history_csv(view: TeamView, scoped: Scoped, wanted: Wanted) -> bytes:
    """The same entries, all of them, for a spreadsheet: UTF-8 with its mark, and no cell that is a formula."""
    whom = Whom(scoped)
    query = _query(view, scoped, wanted, whom).order_by(Audit.number.desc()).limit(_MOST_EXPORTED)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("Number", "When", "Who", "Role", "What", "Action", "About", "Change", "Request"))
    for row in scoped.session.scalars(query):
        one = _entry(row, view, whom)
        when = one.at.isoformat(sep=" ", timespec="seconds")
        cells = (
            one.number,
            when,
            one.who,
            one.role,
            one.words,
            one.action,
            one.subject,
            one.change,
            one.request,
        )
        writer.writerow([_cell(cell) for cell in cells])
    looked(view, scoped)
    return text.getvalue().encode("utf-8-sig")


def looked(view: TeamView, scoped: Scoped) -> None:
    """Who reads who did what is in the log as well."""
    audit.record(scoped, "audit.read", view.id, at=view.here.now(), team=view.id)


def _query(view: TeamView, scoped: Scoped, wanted: Wanted, whom: Whom) -> Select[Audit]:
    query: Select[Audit] = scoped.select(Audit).where(Audit.team == view.id)
    actions = KINDS[wanted.kind][1]
    if actions:
        query = query.where(Audit.action.in_(actions))
    if wanted.who:
        query = query.where(Audit.account.in_(whom.matching(wanted.who)))
    zone = view.now.tzinfo
    if wanted.since is not None:
        query = query.where(Audit.at >= datetime.combine(wanted.since, time(), zone))
    if wanted.until is not None:
        query = query.where(Audit.at < datetime.combine(wanted.until + timedelta(days=1), time(), zone))
    if wanted.before is not None:
        query = query.where(Audit.number < wanted.before)
    return query


def _revisions(view: TeamView, scoped: Scoped, whom: Whom) -> tuple[Made, ...]:
    entries = scoped.session.scalars(scoped.select(CalendarEntry).where(CalendarEntry.team == view.id))
    published = {one.id: one.published for one in entries}
    query = scoped.select(Revision).where(Revision.calendar.in_(published)).options(defer(Revision.document))
    rows: Iterable[Any] = scoped.session.scalars(
        query.order_by(Revision.created.desc(), Revision.number.desc()).limit(_REVISIONS)
    )
    return tuple(
        Made(
            row.calendar, row.number, REASONS.get(row.reason, row.reason), row.created.astimezone(view.now.tzinfo),
            whom(row.created_by), published[row.calendar] == row.number,
        )
        for row in rows
    )  # fmt: skip


def _entry(row: Audit, view: TeamView, whom: Whom) -> Entry:
    return Entry(
        number=row.number,
        at=row.at.astimezone(view.now.tzinfo),
        who=whom(row.account),
        role=row.role,
        action=row.action,
        words=action_words(row.action),
        subject=row.subject,
        about=f"{row.subject[:8]}…" if _ID.fullmatch(row.subject) else row.subject,
        link=_link(row, view),
        change=change_words(row.action, row.before, row.after),
        request=row.request,
    )


def _link(row: Audit, view: TeamView) -> str:
    match row.action.partition(".")[0]:
        case "meeting":
            return meeting_path(view.path, row.subject)
        case "calendar" if row.action in ("calendar.publish", "calendar.read", "calendar.undo"):
            after = f"?revision={row.after}" if row.after and row.after.isdecimal() else ""
            return f"{view.path}/compare/{row.subject}{after}"
        case "calendar":
            return f"{view.path}/solve/{row.subject}"
    return ""


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


__all__ = ["ROWS", "Entry", "HistoryView", "Made", "Wanted", "history_csv", "history_view"]
