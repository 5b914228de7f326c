"""What the week's page shows, from what its viewer sees of the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from service.access.rights import may
from service.pages.addresses import meeting_path
from service.pages.team import TeamView
from service.pages.week_behind import Behind, behind
from service.pages.week_whose import Choice, Whose, comers, people_of, rooms_of
from service.views.meetings import MeetingView, meeting_view
from service.views.names import Names
from service.words import day, long_day
from solver.schema.calendar import Calendar, Meeting

_BEGIN: Final = 8 * 60
_END: Final = 18 * 60
"""Of the day that is shown, in minutes, where no meeting lies outside."""
_WEEKDAYS: Final = 5


@dataclass(frozen=True, slots=True)
class WeekMeeting:
    """A meeting of the week."""

    meeting: Meeting
    told: MeetingView
    who: str
    path: str
    moves: bool
    """Whether the viewer may move it, and it isn't over."""

    @property
    def move_path(self) -> str:
        """The form that moves it."""
        return f"{self.path}/move"

    @property
    def title(self) -> str:
        """Such as ``Core group 2 of plan-7``."""
        return f"{self.told.kind} {self.told.number} of {self.told.plans}"


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the week."""

    date: date
    closed: str
    """Why nobody meets; empty: meetings may be held."""
    meetings: tuple[WeekMeeting, ...]

    @property
    def name(self) -> str:
        """Such as ``Monday 7 December 2026``."""
        return f"{self.date:%A} {long_day(self.date)}"


@dataclass(frozen=True, slots=True)
class Week:
    """A week, as its viewer sees it; without days where there is no calendar."""

    whose: Whose
    name: str
    """Whose it is, in words; empty for the whole team."""
    unknown: bool
    """Whether there is nobody and no room of this id, as far as the viewer may know."""
    people: tuple[Choice, ...]
    rooms: tuple[Choice, ...]
    monday: date
    days: tuple[Day, ...]
    outside: bool
    """Whether it lies outside the time that was planned."""
    previous: str
    next: str
    today: str
    """Addresses of other weeks."""
    can_move: bool
    data: dict[str, Any]
    """What the page's script is told."""

    @property
    def count(self) -> int:
        """How many meetings there are."""
        return sum(len(one.meetings) for one in self.days)


def week_of(view: TeamView, on: date | None, whose: Whose) -> Week:
    """The week of a day; of today, or as near as the calendar comes to it, if none is given."""
    seen, standing = view.seen, view.standing
    if seen is None or standing is None:
        monday = _monday(on or view.today)
        return Week(whose, "", False, (), (), monday, (), False, *_around(view, monday, whose), False, {})
    caseload = standing.caseload
    horizon = caseload.horizon
    monday = _monday(on or min(max(view.today, horizon.start), horizon.end))
    names = Names(caseload)
    facts = may(view.who, "caseload.read")
    people = people_of(seen, caseload, names)
    venues = {one.venue for one in seen.meetings} | ({one.id for one in caseload.venues} if facts else set())
    rooms = rooms_of(venues, caseload, names)
    known = next((one for one in (*people, *rooms) if one.whose == whose), None)
    shown = _shown(seen, monday, whose)
    notes = behind(standing, seen, shown, monday, facts=facts)
    can_move = may(view.who, "meeting.check") and may(view.who, "meeting.move")
    wanted = seen.weights.get("slack_days_wanted", 0)
    meetings = [_meeting(view, one, names, wanted, can_move=can_move) for one in shown]
    last = monday + timedelta(days=6)
    days = tuple(
        Day(
            one,
            notes.closed.get(one, ""),
            tuple(held for held in meetings if held.meeting.start.date() == one),
        )
        for one in (monday + timedelta(days=number) for number in range(7))
    )
    used = _WEEKDAYS if not any(one.meetings for one in days[_WEEKDAYS:]) else 7
    week = Week(
        whose=whose,
        name="" if known is None else known.name,
        unknown=whose.by != "team" and known is None and not meetings,
        people=people,
        rooms=rooms,
        monday=monday,
        days=days[:used],
        outside=last < horizon.start or horizon.end < monday,
        previous=_address(view, monday - timedelta(days=7), whose),
        next=_address(view, monday + timedelta(days=7), whose),
        today=_address(view, None, whose),
        can_move=can_move,
        data={},
    )
    week.data.update(_data(view, week, meetings, notes, names, rooms))
    return week


def _shown(seen: Calendar, monday: date, whose: Whose) -> tuple[Meeting, ...]:
    end = monday + timedelta(days=7)
    found = [one for one in seen.meetings if monday <= one.start.date() < end and whose.has(one)]
    return tuple(sorted(found, key=lambda one: (one.start, one.id)))


def _meeting(view: TeamView, meeting: Meeting, names: Names, wanted: int, *, can_move: bool) -> WeekMeeting:
    told = meeting_view(meeting, names, wanted)
    who = ", ".join(names.person(one) for one in comers(meeting))
    return WeekMeeting(
        meeting=meeting,
        told=told,
        who=who,
        path=meeting_path(view.path, meeting.id),
        moves=can_move and meeting.start > view.now.replace(tzinfo=None),
    )


def _data(
    view: TeamView,
    week: Week,
    meetings: list[WeekMeeting],
    notes: Behind,
    names: Names,
    rooms: tuple[Choice, ...],
) -> dict[str, Any]:
    """What the script is told: nothing that isn't said on the page, or that the viewer may not ask the API for."""
    standing = view.standing
    assert standing is not None
    caseload = standing.caseload
    starts = [one.meeting.start.hour * 60 + one.meeting.start.minute for one in meetings]
    ends = [one.meeting.end.hour * 60 + one.meeting.end.minute for one in meetings]
    return {
        "calendar": standing.entry.id,
        "revision": standing.revision.number,
        "team": view.path,
        "now": f"{view.now:%Y-%m-%dT%H:%M}",
        "monday": week.monday.isoformat(),
        "weekends": len(week.days) > _WEEKDAYS,
        "from": min([_BEGIN, *(one // 60 * 60 for one in starts)]),
        "to": max([_END, *(-(-one // 60) * 60 for one in ends)]),
        "grid": caseload.grid_minutes,
        "canMove": week.can_move,
        "meetings": [_meeting_data(one, notes, names) for one in meetings],
        "closed": [{"day": one.isoformat(), "text": text} for one, text in notes.closed.items()],
        "rooms": [{"id": one.whose.of, "name": one.name} for one in rooms] if week.can_move else [],
    }


def _meeting_data(one: WeekMeeting, notes: Behind, names: Names) -> dict[str, Any]:
    meeting, told = one.meeting, one.told
    return {
        "id": meeting.id,
        "title": one.title,
        "kind": f"{told.kind} {told.number}",
        "plans": _short(meeting.plans),
        "start": f"{meeting.start:%Y-%m-%dT%H:%M}",
        "end": f"{meeting.end:%Y-%m-%dT%H:%M}",
        # Its id may say where it is, and only who moves it needs that.
        "venue": meeting.venue if one.moves else "",
        "place": told.venue,
        "who": [names.person(person) for person in comers(meeting)],
        "state": told.state,
        "slack": told.slack,
        "notes": list(told.notes),
        "earliest": meeting.window.earliest.isoformat(),
        "due": meeting.window.due.isoformat(),
        "window": f"{day(meeting.window.earliest)} to {day(meeting.window.due)}",
        "path": one.path,
        "moves": one.moves,
        "taken": notes.taken.get(meeting.id, []),
    }


def _short(plans: tuple[str, ...]) -> str:
    """As many plans as there is room for on the grid."""
    return plans[0] if len(plans) == 1 else f"{plans[0]} and {len(plans) - 1} more"


def _monday(of: date) -> date:
    # The first days of time have no Monday before them, the last ones no week after.
    held = min(max(of, date(1900, 1, 8)), date(2200, 1, 1))
    return held - timedelta(days=held.weekday())


def _around(view: TeamView, monday: date, whose: Whose) -> tuple[str, str, str]:
    seven = timedelta(days=7)
    return (
        _address(view, monday - seven, whose),
        _address(view, monday + seven, whose),
        _address(view, None, whose),
    )


def _address(view: TeamView, monday: date | None, whose: Whose) -> str:
    query = whose.query | ({} if monday is None else {"on": monday.isoformat()})
    return f"{view.path}/week" + (f"?{urlencode(query)}" if query else "")


__all__ = ["Day", "Week", "WeekMeeting", "week_of"]
