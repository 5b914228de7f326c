"""Somebody's own next meetings, as they were published and as the renderer lets them see these."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final, Literal

from service.access.rights import may
from service.api.seeing import seen_of
from service.output.places import ONLINE, SECURE
from service.output.render import MeetingView, Renderer
from service.output.wording import NOT_HERE, description
from service.pages.addresses import meeting_path, week_path
from service.pages.meeting_view import when_words
from service.pages.meeting_words import Sentences
from service.pages.mine_asked import Request, own_requests
from service.pages.mine_told import Gone, Lately, New, lately
from service.pages.team import TeamView
from service.store import task_marks
from service.store.calendars import Standing
from service.store.kept import Kept
from service.store.scope import Scoped
from service.store.task_basis import Bases
from service.views.attention import meeting_words
from service.words import day
from solver.schema.calendar import Calendar, Meeting, Task

AHEAD: Final = timedelta(weeks=4)
"""What is further away is shown when it is asked for."""
_RENDERERS: Final[Kept[Hashable, Renderer]] = Kept(16)


@dataclass(frozen=True, slots=True)
class Owed:
    """A task of theirs for a meeting, not marked as done; those of siblings that say the same are one."""

    what: str
    by: str
    late: bool
    before: bool
    """Whether it is due by the day of the meeting."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What the calendar says by now, and nobody has been told."""

    how: Literal["moved", "gone", "new"]
    title: str
    when: str
    """Where it would be; empty if it wouldn't be held with them."""


@dataclass(frozen=True, slots=True)
class Mine:
    """One of their meetings."""

    id: str
    path: str
    title: str
    reference: str
    start: datetime
    clock: str
    place: str
    lines: tuple[str, ...]
    """What they do there, and who else comes."""
    news: str
    """``New`` or ``Moved``, where they were told so lately."""
    was: str
    told: datetime | None
    owed: tuple[Owed, ...]
    owed_words: str
    """How many tasks, and how many of them are late."""
    draft: Draft | None
    request: Request | None
    going: bool
    """Whether it has begun."""


@dataclass(frozen=True, slots=True)
class Day:
    """The meetings of a day."""

    heading: str
    meetings: tuple[Mine, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """What they asked for, in words."""

    request: Request
    title: str
    path: str
    """Of the meeting; empty where there is none any more."""
    stands: str
    """When and where it is now."""
    by: str
    """Until when it has to be held; empty where that is past."""
    published: bool
    """Whether that is what everybody was told."""


@dataclass(frozen=True, slots=True)
class MineView:
    """The page."""

    days: tuple[Day, ...]
    total: int
    until: date | None
    """Of the last one."""
    later: int
    """Meetings that aren't shown."""
    after: date
    """They are after this day."""
    gone: tuple[Gone, ...]
    drafts: tuple[Draft, ...]
    """New ones that nobody has been told of."""
    asked: tuple[Answered, ...]
    week: str


def renderer_of(found: Standing, key: bytes) -> Renderer:
    """What makes the views of a calendar; made once for all who look at it."""
    row = found.revision
    known = (row.calendar, row.number, hash(row.document), row.caseload_version, key)
    return _RENDERERS.get(known, lambda: Renderer(found.caseload, found.calendar, key=key))


def mine_view(
    view: TeamView, scoped: Scoped, told: Standing, person: str, key: bytes, *, every: bool = False
) -> MineView:
    """Gather the page.

    Parameters
    ----------
    view, scoped
    told
        The calendar as it was published.
    person
        Who looks, in the caseload.
    key
        The authority's, for references.
    every
        Whether to show all that is to come.
    """
    standing = view.standing
    assert standing is not None, "what was published is there"
    now = view.now.replace(tzinfo=None)
    seen = seen_of(view.who, told)
    views = _views(told, seen, person, key)
    drafted = views if told is standing else _views(standing, seen_of(view.who, standing), person, key)
    news = lately(scoped, view.id, person, view.now, there=views, made=told.revision.created)
    requests = own_requests(scoped, view.id, standing.entry.id, view.now)
    words = _Words(view, told, seen, person, news, _marked(view, scoped))
    coming = {one: pair for one, pair in views.items() if pair[1].end > now}
    shown = sorted(coming.values(), key=lambda pair: (pair[1].start, pair[0].id))
    near = [pair for pair in shown if pair[1].start < now + AHEAD] or shown[:1]
    mine = [
        words.mine(meeting, own, _draft(meeting.id, own, drafted), requests.get(meeting.id))
        for meeting, own in (shown if every else near)
    ]
    added = [pair for one, pair in drafted.items() if one not in views and pair[1].end > now]
    known = {one.id: one for one in (*seen.meetings, *seen_of(view.who, standing).meetings)}
    return MineView(
        days=tuple(
            Day(day_words(on, view.today), tuple(some))
            for on, some in groupby(mine, key=lambda one: one.start.date())
        ),
        total=len(shown),
        until=shown[-1][1].start.date() if shown else None,
        later=len(shown) - len(mine),
        after=mine[-1].start.date() if mine else view.today,
        gone=news.gone,
        drafts=tuple(
            Draft("new", meeting_words(one), _when(own))
            for one, own in sorted(added, key=lambda pair: pair[1].start)
        ),
        asked=tuple(_answered(view, one, known, views, drafted) for one in reversed([*requests.values()])),
        week=week_path(view.path, person, view.today),
    )


def day_words(on: date, today: date) -> str:
    """``Today, Mon 23 Nov``; the year where it isn't this one."""
    near = {0: "Today, ", 1: "Tomorrow, "}
    return f"{near.get((on - today).days, '')}{_in_year(on, today)}"


def _in_year(on: date, today: date) -> str:
    return day(on).removesuffix(f" {today.year}")


class _Words:
    def __init__(
        self,
        view: TeamView,
        told: Standing,
        seen: Calendar,
        person: str,
        news: Lately,
        marked: frozenset[str],
    ) -> None:
        self._view, self._news, self._person = view, news, person
        self._sentences = Sentences(told.caseload)
        self._tasks: dict[str, list[Task]] = {}
        for task in seen.tasks if may(view.who, "task.read") else ():
            if task.owner == person and task.meeting is not None and task.id not in marked:
                self._tasks.setdefault(task.meeting, []).append(task)

    def mine(self, meeting: Meeting, own: MeetingView, draft: Draft | None, request: Request | None) -> Mine:
        told = self._news.meetings.get(meeting.id)
        now = self._view.now.replace(tzinfo=None)
        owed = tuple(dict.fromkeys(self._owed(meeting)))
        return Mine(
            id=meeting.id,
            path=meeting_path(self._view.path, meeting.id),
            title=meeting_words(meeting),
            reference=own.reference,
            start=own.start,
            clock=f"{own.start:%H:%M} to {own.end:%H:%M}",
            place=_place(own),
            lines=tuple(line for line in description(own) if line != NOT_HERE),
            news="" if told is None else "New" if isinstance(told, New) else "Moved",
            was="" if told is None or isinstance(told, New) else told.was,
            told=None if told is None else told.on,
            owed=owed,
            owed_words=_owed_words(owed),
            draft=draft,
            request=request,
            going=own.start <= now,
        )

    def _owed(self, meeting: Meeting) -> Iterable[Owed]:
        today = self._view.today
        for task in sorted(self._tasks.get(meeting.id, ()), key=lambda one: (one.due, one.id)):
            what = self._sentences.text(task.title)
            before = task.due <= meeting.start.date()
            yield Owed(what, _in_year(task.due, today), task.due < today, before)


def _owed_words(owed: Sequence[Owed]) -> str:
    late, before = sum(one.late for one in owed), sum(one.before and not one.late for one in owed)
    after = len(owed) - late - before
    counts = ((late, "overdue"), (before, "before it"), (after, "after it"))
    return ", ".join(f"{number} {words}" for number, words in counts if number)


def _views(
    found: Standing, seen: Calendar, person: str, key: bytes
) -> dict[str, tuple[Meeting, MeetingView]]:
    """The meetings that somebody takes part in, of those that they see, by id."""
    renderer = renderer_of(found, key)
    whole = {one.id: one for one in found.calendar.meetings}
    pairs = ((one, renderer.view(whole[one.id], person)) for one in seen.meetings)
    return {one.id: (one, own) for one, own in pairs if own is not None}


def _draft(
    meeting: str, told: MeetingView, drafted: Mapping[str, tuple[Meeting, MeetingView]]
) -> Draft | None:
    if meeting not in drafted:
        return Draft("gone", "", "")
    own = drafted[meeting][1]
    if (own.start, own.end, own.location) == (told.start, told.end, told.location):
        return None
    return Draft("moved", "", _when(own))


def _answered(
    view: TeamView, request: Request, known: Mapping[str, Meeting],
    told: Mapping[str, tuple[Meeting, MeetingView]], drafted: Mapping[str, tuple[Meeting, MeetingView]],
) -> Answered:  # fmt: skip
    meeting, own = known.get(request.meeting), drafted.get(request.meeting)
    booked = told.get(request.meeting)
    same = own is not None and booked is not None and _when(own[1]) == _when(booked[1])
    return Answered(
        request, "A meeting that isn’t held any more" if meeting is None else meeting_words(meeting),
        meeting_path(view.path, request.meeting) if own is not None else "",
        "" if own is None else _when(own[1]),
        "" if meeting is None or meeting.breach_days else day(meeting.window.due), same or own is booked,
    )  # fmt: skip


def _marked(view: TeamView, scoped: Scoped) -> frozenset[str]:
    standing = view.standing
    bases = None if standing is None else Bases(standing.caseload, standing.calendar)
    # What was done for a meeting that has moved since is to do again.
    marks = task_marks.marks(scoped, view.id, bases)
    return frozenset(task for task, mark in marks.items() if mark.stands)


def _place(own: MeetingView) -> str:
    if own.location == SECURE:
        return "Not written here: your team tells you where"
    return own.location


def _when(own: MeetingView) -> str:
    place = {SECURE: "at a place that isn’t written here", ONLINE: "online"}.get(own.location, own.location)
    return f"{when_words(own.start, own.end)}, {place}"


__all__ = ["AHEAD", "Day", "Mine", "MineView", "day_words", "mine_view", "renderer_of"]
