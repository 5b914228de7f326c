"""Somebody has changed the calendar meanwhile: what has changed, what was wanted, and the way to look at it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fastapi import Request, Response

from service.access.rights import may
from service.api.calendars import entry_of
from service.api.context import not_found
from service.api.seeing import seen_of
from service.pages.meeting_view import when_words
from service.pages.meeting_words import Sentences
from service.pages.team import TeamView
from service.pages.whom import Whom
from service.store.calendars import Standing
from service.store.scope import Scoped
from service.store.tables import Revision
from service.views.attention import meeting_words
from solver.replan.diff import diff_calendars
from solver.schema.calendar import Meeting
from solver.schema.diff import CalendarDiff, Slot

_REASONS: Final = {
    "planned": "planned the calendar",
    "moved": "moved a meeting",
    "rebooked": "rebooked a meeting",
    "undone": "undid a change",
}


@dataclass(frozen=True)
class Step:
    """One change."""

    who: str
    """Empty for whom it is no business."""
    what: str
    at: datetime


@dataclass(frozen=True)
class Moved:
    """What a meeting was, and is."""

    title: str
    meeting: str | None
    """``None``: it has no page any more."""
    before: str
    after: str


@dataclass(frozen=True)
class Again:
    """What somebody wanted, and where to go on."""

    wanted: str
    """A sentence."""
    path: str
    text: str
    """Of the button."""


def stale_page(request: Request, view: TeamView, number: int | None, again: Again) -> Response:
    """Say kindly that nothing was saved.

    Parameters
    ----------
    request
    view
        Read before the change was tried: what the calendar is by now is read anew.
    number
        The revision that was seen.
    again
    """
    with view.here.store.reading() as session:
        scoped = Scoped(session, view.who)
        if view.standing is None:
            raise not_found()
        entry = entry_of(scoped, view.standing.entry.id)
        now = view.here.documents.standing(scoped, entry)
        before = None if number is None else view.here.documents.standing(scoped, entry, number)
        steps = _steps(view, scoped, entry.id, number or 0, may(view.who, "meeting.move"))
    moved = () if now is None or before is None else _moved(view, before, now)
    return view.page(
        request, "meeting_stale.html", status=412, section="", steps=steps, moved=moved, again=again
    )


def _steps(view: TeamView, scoped: Scoped, calendar: str, number: int, named: bool) -> list[Step]:
    query = (
        scoped.select(Revision)
        .where(Revision.calendar == calendar, Revision.number > number)
        .order_by(Revision.number)
    )
    whom = Whom(scoped)
    zone = view.now.tzinfo
    return [
        Step(
            whom(row.created_by) if named else "",
            _REASONS.get(row.reason, "changed it"),
            row.created.astimezone(zone),
        )
        for row in scoped.session.scalars(query)
    ]


def _moved(view: TeamView, before: Standing, now: Standing) -> tuple[Moved, ...]:
    """Every meeting that is elsewhere, as far as whoever looks may see it."""
    old, new = seen_of(view.who, before), seen_of(view.who, now)
    known = {one.id: one for one in (*old.meetings, *new.meetings)}
    return changed_meetings(diff_calendars(old, new), known, Sentences(now.caseload))


def changed_meetings(
    diff: CalendarDiff, known: dict[str, Meeting], sentences: Sentences
) -> tuple[Moved, ...]:
    """The meetings that are elsewhere, in words."""
    return tuple(
        Moved(
            title=meeting_words(known[one.meeting]),
            meeting=None if one.after is None else one.meeting,
            before=_slot(one.before, sentences),
            after=_slot(one.after, sentences),
        )
        for one in (*diff.moved, *diff.added, *diff.cancelled)
    )


def _slot(slot: Slot | None, sentences: Sentences) -> str:
    if slot is None:
        return "not held"
    return f"{when_words(slot.start, slot.end)}, {sentences.names.venue(slot.venue)}"


__all__ = ["Again", "Moved", "Step", "changed_meetings", "stale_page"]
