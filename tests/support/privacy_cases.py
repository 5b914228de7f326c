"""Made-up caseloads in which every secret text holds a mark of its own (``zq017x``), and what becomes of their calendars.

A story is a caseload with a calendar, and revisions of both: meetings move or go, people come, leave, stand in or get
another mailbox, venues become confidential, meetings are split, and a run of sending is broken off. Some venues are not
said to be protected, but their text names a protected place or somebody of a family, written another way. Some mailboxes
are read by two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any, get_args

from hypothesis import strategies as st
from ics_cases import calendar, family, meeting, place, task

from solver.schema.base import FAMILY_ROLES, Role
from solver.schema.calendar import Attendee, Calendar, Meeting, Sitting, Task
from solver.schema.caseload import Caseload

MARK = re.compile("zq[0-9]{3}x")
ORDINARY = (
    "Room 4 {}, 1 Made-up Square",
    "Library; first floor {}",
    "Hall {}\r\nATTENDEE:mailto:x@evil.example",
    "Tür \\n {} 😀",
)
SHAPES = (
    "{}",
    "Testname {}",
    "{} Lane 12, Madeup",
    "Flat 3; {}",
    "{} \\n \\N",
    "{}\r\nATTENDEE:mailto:x@evil.example",
    "\u202e{}",
    "Ünter {} 😀",
    "{}_house",
    "O'{}",
    "<b>{}</b> &amp;",
    "=?utf-8?q?{}?=",
)
INITIALS = ("QZ", "XK", "VQW", "ZX", "KQ")
PROTECTED = ("family_home", "placement", "office", "virtual", "school")
STATUSES = ("attending", "attending", "attending", "remote", "deputy", "report", "absent")
LEVELS = ("essential", "expected", "invited")
FIRST = date(2026, 10, 5)
KINDS = (
    "time",
    "left",
    "venue",
    "venue",
    "people",
    "people",
    "split",
    "gone",
    "confidential",
    "mailbox",
    "chair",
)
"""What may become of a calendar."""


def wide(text: str) -> str:
    """The same letters in full width, which look the same to NFKC."""
    return "".join(chr(ord(mark) + 0xFEE0) if mark.isascii() and mark.isalnum() else mark for mark in text)


OTHER_WAYS = (
    str,
    str.upper,
    wide,
    lambda text: text.replace(" ", ",\u00a0"),
    lambda text: text.replace(" ", "\r\n "),
    lambda text: text.replace("q", "\u00adq"),
)


@dataclass(frozen=True)
class State:
    """A caseload and a calendar of it."""

    caseload: Caseload
    calendar: Calendar


@dataclass(frozen=True)
class Story:
    """What a team's calendar was, and became."""

    states: tuple[State, ...]
    broken: tuple[int, ...] = ()
    """Numbers of the states of which only half of the messages went out before the next one was there."""


class Marks:
    """Marks that were not used yet."""

    def __init__(self) -> None:
        self._numbers = count()

    def __call__(self) -> str:
        return f"zq{next(self._numbers):03d}x"


@st.composite
def states(draw: st.DrawFn, mark: Marks | None = None) -> State:
    mark = mark or Marks()
    people, texts = draw(_people(mark))
    some = draw(st.lists(st.sampled_from(INITIALS), min_size=1, max_size=3, unique=True))
    venues = draw(_venues(mark, [*texts, *some], [one["email"] for one in people]))
    plans = [draw(_plan(initials, people[0]["id"], mark)) for initials in some]
    ids = [one["id"] for one in people]
    meetings = [
        draw(_meeting(number, f"plan.{mark()}.core_group", [one["id"] for one in plans], venues, ids))
        for number in range(draw(st.integers(1, 4)))
    ]
    tasks = draw(st.lists(_task(mark, ids, [one.id for one in meetings], plans[0]), max_size=3))
    caseload = family(people=people, venues=draw(st.permutations(venues)), plans=plans)
    return State(caseload, calendar(*meetings, tasks=tuple(tasks), revision=draw(st.integers(1, 3))))


@st.composite
def _people(draw: st.DrawFn, mark: Marks) -> tuple[list[dict[str, Any]], list[str]]:
    """People, and the texts by which those of a family are known."""
    people: list[dict[str, Any]] = []
    texts: list[str] = []
    for role in draw(st.lists(st.sampled_from(get_args(Role)), min_size=2, max_size=8)):
        name = draw(st.sampled_from(SHAPES)).format(mark())
        email: str | None = f"{mark()}@convene.example"
        if people and draw(st.integers(0, 5)) == 0:
            email = people[0]["email"]
        person = {
            "id": f"{role}.{mark()}",
            "name": name,
            "email": email,
            "role": role,
            "agency": draw(st.sampled_from(SHAPES)).format(mark()),
        }
        if people and draw(st.integers(0, 7)) == 0:
            person["aliases"] = [people[-1]["email"]]
        people.append(person)
        if role in FAMILY_ROLES:
            texts += [name, str(email)]
    return people, texts


@st.composite
def _venues(draw: st.DrawFn, mark: Marks, texts: list[str], mailboxes: list[str]) -> list[dict[str, Any]]:
    venues: list[dict[str, Any]] = []
    hidden = list(texts)
    for kind in draw(st.lists(st.sampled_from(PROTECTED), min_size=1, max_size=3)):
        name, address = (draw(st.sampled_from(SHAPES)).format(mark()) for _ in range(2))
        confidential = kind not in {"family_home", "placement"} or draw(st.booleans())
        venue = {"id": f"{kind}.{mark()}", "name": name, "address": address, "kind": kind}
        venues.append({**venue, "confidential": confidential, "email": f"{mark()}@convene.example"})
        hidden += [name, address]
    for number, text in enumerate(ORDINARY):
        kind = "virtual" if number == 3 and draw(st.booleans()) else "community"
        named = {"name": text.format(mark()), "kind": kind}
        email = f"{mark()}@convene.example" if draw(st.booleans()) else None
        if mailboxes and draw(st.integers(0, 15)) == 0:
            email = mailboxes[0]
        venues.append({"id": f"room-{number}.{mark()}", "email": email, **named})
        if number < 2:
            secret = draw(st.sampled_from(OTHER_WAYS))(draw(st.sampled_from(hidden)))
            telling = draw(
                st.sampled_from([{"name": f"{text} {secret}"}, {"name": text, "address": f"{secret} back"}])
            )
            twin = {key: value.replace("{}", "side") for key, value in telling.items()}
            venues.append(
                {"id": f"twin-{number}.{mark()}", "kind": "community", "email": f"{mark()}@x.example", **twin}
            )
    return venues


@st.composite
def _plan(draw: st.DrawFn, initials: str, person: str, mark: Marks) -> dict[str, Any]:
    child = {
        "id": draw(st.sampled_from([f"child.{mark()}", person])),
        "initials": initials,
        "date_of_birth": draw(st.dates(date(2008, 1, 1), date(2020, 1, 1))),
    }
    return {
        "id": f"plan.{mark()}",
        "type": "child_protection",
        "sibling_group": f"group.{mark()}",
        "children": [child],
        "split": {"reason": mark()},
        "family_sees_roles": draw(st.booleans()),
    }


@st.composite
def _meeting(
    draw: st.DrawFn,
    number: int,
    series: str,
    plans: list[str],
    venues: list[dict[str, Any]],
    people: list[str],
) -> Meeting:
    # No two meetings are on one day, so that a date tells which one a text is about.
    day = FIRST + timedelta(days=40 * number + draw(st.integers(0, 39)))
    start = datetime(day.year, day.month, day.day, 9) + timedelta(minutes=draw(st.integers(0, 20)) * 15)
    attendees = tuple(
        place(
            person,
            draw(st.sampled_from(STATUSES)),
            sitting=draw(st.sampled_from(["A", "B", None])),
            level=draw(st.sampled_from(LEVELS)),
        )
        for person in draw(st.lists(st.sampled_from([*people, "child.unknown"]), min_size=1, unique=True))
    )
    lead = st.sampled_from([None, *(one.person for one in attendees)])
    whole = meeting(
        number, start.isoformat(), *attendees, id=f"{series}.{number}", series=series,
        plans=tuple(draw(st.lists(st.sampled_from(plans), min_size=1, unique=True))),
        venue=draw(st.sampled_from(_often_rooms(one["id"] for one in venues))), chair=draw(lead), minutes=draw(lead),
        provisional=draw(st.booleans()),
    )  # fmt: skip
    return split(whole) if draw(st.booleans()) else together(whole)


def _often_rooms(venues: Iterable[str]) -> list[str]:
    """Venues to draw from: those that may be told as often as the others."""
    known = list(venues)
    return known + [one for one in known if one.startswith("room-")] * 2


@st.composite
def _task(draw: st.DrawFn, mark: Marks, people: list[str], meetings: list[str], plan: dict[str, Any]) -> Task:
    return task(
        f"t.{mark()}",
        draw(st.sampled_from(people)),
        date(2026, 12, 1),
        kind=draw(st.sampled_from(["minutes", "agree-plan", mark()])),
        meeting=draw(st.sampled_from([None, *meetings, "gone"])),
        title=f"{mark()} of {plan['children'][0]['initials']}",
    )


def split(whole: Meeting) -> Meeting:
    """The meeting in two sittings of an hour, 45 minutes apart."""
    hour = timedelta(hours=1)
    second = whole.start + timedelta(minutes=105)
    sittings = (
        Sitting(id="A", start=whole.start, end=whole.start + hour),
        Sitting(id="B", start=second, end=second + hour),
    )
    return whole.model_copy(update={"sittings": sittings, "end": second + hour})


def together(parted: Meeting) -> Meeting:
    """The meeting in one, nobody in a sitting."""
    attendees = tuple(one.model_copy(update={"sitting": None}) for one in parted.attendees)
    end = parted.start + timedelta(hours=1)
    return parted.model_copy(update={"sittings": (), "end": end, "attendees": attendees})


@st.composite
def stories(draw: st.DrawFn, *, broken: bool = False) -> Story:
    """Stories; with runs of sending that were broken off only if asked for."""
    mark = Marks()
    told = [draw(states(mark))]
    for _ in range(draw(st.integers(1, 3))):
        told.append(draw(_revised(told[-1], mark)))
    cut = draw(st.sets(st.integers(0, len(told) - 2))) if broken else set[int]()
    return Story(tuple(told), tuple(sorted(cut)))


@st.composite
def _revised(draw: st.DrawFn, before: State, mark: Marks) -> State:
    caseload, meetings = before.caseload, list(before.calendar.meetings)
    # Mostly several things happen to one meeting at once: it moves, and somebody is removed from it.
    least = draw(st.integers(0, 3))
    for _ in range(draw(st.integers(1, 3))):
        what = draw(st.sampled_from(KINDS))
        if what == "confidential":
            caseload = draw(_confidential(caseload, [one.venue for one in meetings]))
        elif what == "mailbox":
            caseload = draw(_mailbox(caseload, mark))
        elif meetings:
            number = min(least, len(meetings) - 1)
            one = meetings.pop(number)
            if what != "gone":
                meetings.insert(number, draw(_changed(one, what, caseload)))
    revision = before.calendar.revision + 1
    created = f"2026-11-{revision:02d}T09:30:00Z"
    update = {"meetings": tuple(meetings), "revision": revision, "created": created}
    return State(caseload, before.calendar.model_copy(update=update))


@st.composite
def _confidential(draw: st.DrawFn, caseload: Caseload, used: list[str]) -> Caseload:
    which = draw(st.sampled_from([*used, *(one.id for one in caseload.venues)]))
    venues = [
        one.model_copy(update={"confidential": True}) if one.id == which else one for one in caseload.venues
    ]
    return caseload.model_copy(update={"venues": tuple(venues)})


@st.composite
def _mailbox(draw: st.DrawFn, caseload: Caseload, mark: Marks) -> Caseload:
    who = draw(st.sampled_from(caseload.people))
    # Somebody takes over the mailbox that another had.
    others = [one.email for one in caseload.people if one.email and one.id != who.id]
    email = draw(st.sampled_from([f"{mark()}@convene.example", None, *others[:1]]))
    people = [one.model_copy(update={"email": email}) if one.id == who.id else one for one in caseload.people]
    return caseload.model_copy(update={"people": tuple(people)})


@st.composite
def _changed(draw: st.DrawFn, one: Meeting, what: str, caseload: Caseload) -> Meeting:
    if what == "time":
        # By hours and minutes, and not to another meeting's day.
        later = timedelta(minutes=draw(st.sampled_from([15, 30, 60, 120])))
        sittings = tuple(
            half.model_copy(update={"start": half.start + later, "end": half.end + later})
            for half in one.sittings
        )
        return one.model_copy(
            update={"start": one.start + later, "end": one.end + later, "sittings": sittings}
        )
    if what == "left":
        # It moves, and somebody is not asked to it any more.
        rest = draw(st.permutations(one.attendees))[1:] or one.attendees
        return draw(_changed(one.model_copy(update={"attendees": tuple(rest)}), "time", caseload))
    if what == "venue":
        return one.model_copy(
            update={"venue": draw(st.sampled_from(_often_rooms(venue.id for venue in caseload.venues)))}
        )
    if what == "chair":
        return one.model_copy(
            update={"chair": draw(st.sampled_from([None, *(at.person for at in one.attendees)]))}
        )
    if what == "split":
        return together(one) if one.sittings else split(_in_sittings(draw, one))
    return one.model_copy(update={"attendees": draw(_others(one, caseload))})


def _in_sittings(draw: st.DrawFn, one: Meeting) -> Meeting:
    attendees = tuple(
        at.model_copy(update={"sitting": draw(st.sampled_from(["A", "B", None]))}) for at in one.attendees
    )
    return one.model_copy(update={"attendees": attendees})


@st.composite
def _others(draw: st.DrawFn, one: Meeting, caseload: Caseload) -> tuple[Attendee, ...]:
    """The same people but for one who leaves, comes, or comes otherwise."""
    known = {at.person: at for at in one.attendees}
    who = draw(st.sampled_from([person.id for person in caseload.people]))
    status = draw(st.sampled_from(STATUSES))
    if who not in known:
        sitting = draw(st.sampled_from(["A", "B", None])) if one.sittings else None
        return (*one.attendees, place(who, status, sitting=sitting))
    if draw(st.booleans()) and len(known) > 1:
        return tuple(at for at in one.attendees if at.person != who)
    return tuple(at.model_copy(update={"status": status}) if at.person == who else at for at in one.attendees)


__all__ = ["INITIALS", "MARK", "Marks", "State", "Story", "split", "states", "stories", "together", "wide"]
