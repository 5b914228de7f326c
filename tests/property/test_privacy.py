"""No byte that leaves for A holds what A must not see, whatever the caseload and the calendar.

Every secret text of a generated caseload holds a mark of its own (``zq017x``), which is in nothing else. Some
venues are not said to be protected, but their text names a protected place or somebody of a family, written
another way. The expected times and places are worked out here once more, without the renderer.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any, get_args

import icalendar
from hypothesis import given, settings
from hypothesis import strategies as st
from ics_cases import calendar, family, meeting, place, task

from calendars.components import plain
from calendars.lint import lint
from service.output.ics_files import file_names, ics_files
from service.output.render import ONLINE, PROFESSIONAL_ROLES, SECURE, TEAM, Renderer
from solver.schema.base import FAMILY_ROLES, Role
from solver.schema.calendar import Attendee, Calendar, Meeting, Sitting
from solver.schema.caseload import Caseload

PUBLIC = (
    "Room 4, 1 Made-up Square",
    "Library; first floor",
    "Hall\r\nATTENDEE:mailto:x@evil.example",
    "Tür \\n 5 😀",
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
)
SOME_INITIALS = st.lists(
    st.sampled_from(["QZ", "XK", "VQW", "ZX", "KQ"]), min_size=1, max_size=3, unique=True
)
PROTECTED = ("family_home", "placement", "office", "virtual", "school")
NOTES = {
    "You chair.",
    "You take the minutes.",
    "You stand in for a colleague.",
    "This meeting may not be needed.",
}
STATUSES = ("attending", "attending", "remote", "deputy", "report", "absent")
PRESENT = {"attending", "remote", "deputy"}


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


@dataclass
class Case:
    """A caseload and a calendar of it, with what is secret about them."""

    caseload: Caseload
    calendar: Calendar
    public: dict[str, str]
    """What may be told of each venue."""
    marks: list[str]
    """Marks of every secret: names, mailboxes, places, ids, agencies, titles."""
    hidden: set[str]
    """Marks that no view may hold either: of family members, others, and protected places."""


@st.composite
def cases(draw: st.DrawFn) -> Case:
    numbers = count()
    marks: list[str] = []

    def mark() -> str:
        marks.append(f"zq{next(numbers):03d}x")
        return marks[-1]

    people: list[dict[str, Any]] = []
    hidden: set[str] = set()
    texts: list[str] = []
    for role in draw(st.lists(st.sampled_from(get_args(Role)), min_size=2, max_size=9)):
        name = draw(st.sampled_from(SHAPES)).format(mark())
        email = f"{mark()}@convene.example"
        identity, agency = f"{role}.{mark()}", draw(st.sampled_from(SHAPES)).format(mark())
        people.append({"id": identity, "name": name, "email": email, "role": role, "agency": agency})
        if role not in PROFESSIONAL_ROLES:
            hidden |= set(marks[-4:])
        if role in FAMILY_ROLES:
            texts += [name, email]
    venues: list[dict[str, Any]] = []
    public: dict[str, str] = {}
    for kind in draw(st.lists(st.sampled_from(PROTECTED), min_size=1, max_size=4)):
        name, address = (draw(st.sampled_from(SHAPES)).format(mark()) for _ in range(2))
        identity = f"{kind}.{mark()}"
        confidential = kind not in {"family_home", "placement"} or draw(st.booleans())
        venues.append(
            {"id": identity, "name": name, "address": address, "kind": kind, "confidential": confidential}
        )
        hidden |= set(marks[-3:])
        texts += [name, address]
        public[identity] = ONLINE if kind == "virtual" else SECURE
    for number, text in enumerate(PUBLIC):
        identity = f"room-{number}"
        venues.append({"id": identity, "name": text, "kind": "community"})
        public[identity] = plain(text)
        secret = draw(st.sampled_from(OTHER_WAYS))(draw(st.sampled_from(texts)))
        telling = draw(
            st.sampled_from([{"name": f"{text} {secret}"}, {"name": text, "address": f"{secret} back"}])
        )
        venues.append({"id": f"twin-{number}", "kind": "community", **telling})
        public[f"twin-{number}"] = SECURE
    plans = [draw(plan_of(initials, people[0]["id"], mark)) for initials in draw(SOME_INITIALS)]
    caseload = family(people=people, venues=draw(st.permutations(venues)), plans=plans)
    meetings = []
    for number in range(draw(st.integers(1, 4))):
        series = f"plan.{mark()}.core_group"
        meetings.append(
            draw(meeting_of(number, series, plans[0]["id"], sorted(public), [one["id"] for one in people]))
        )
    known = [None, *(one.id for one in meetings), "gone"]
    tasks = tuple(
        task(
            f"t.{mark()}",
            draw(st.sampled_from([one["id"] for one in people])),
            date(2026, 12, 1),
            kind=draw(st.sampled_from(["minutes", "agree-plan", mark()])),
            meeting=draw(st.sampled_from(known)),
            title=f"{mark()} of {plans[0]['children'][0]['initials']}",
        )
        for _ in range(draw(st.integers(0, 3)))
    )
    return Case(
        caseload, calendar(*meetings, tasks=tasks, revision=draw(st.integers(1, 3))), public, marks, hidden
    )


@st.composite
def plan_of(draw: st.DrawFn, initials: str, person: str, mark: Callable[[], str]) -> dict[str, Any]:
    born = draw(st.dates(date(2008, 1, 1), date(2020, 1, 1)))
    child = {
        "id": draw(st.sampled_from([f"child.{mark()}", person])),
        "initials": initials,
        "date_of_birth": born,
    }
    return {
        "id": f"plan.{mark()}",
        "type": "child_protection",
        "sibling_group": f"group.{mark()}",
        "children": [child],
        "split": {"reason": mark()},
    }


@st.composite
def meeting_of(
    draw: st.DrawFn, number: int, series: str, plan: str, venues: list[str], people: list[str]
) -> Meeting:
    day = date(2026, 10, 20) + timedelta(days=draw(st.integers(0, 180)))
    start = datetime(day.year, day.month, day.day, 9) + timedelta(minutes=draw(st.integers(0, 20)) * 15)
    split = draw(st.booleans())
    sittings: tuple[Sitting, ...] = ()
    end = start + timedelta(hours=1)
    if split:
        second = end + timedelta(minutes=45)
        sittings = (
            Sitting(id="A", start=start, end=end),
            Sitting(id="B", start=second, end=second + timedelta(hours=1)),
        )
        end = sittings[1].end
    attendees = tuple(
        place(
            person,
            draw(st.sampled_from(STATUSES)),
            sitting=draw(st.sampled_from(["A", "B", None])) if split else None,
        )
        for person in draw(st.lists(st.sampled_from([*people, "child.unknown"]), min_size=1, unique=True))
    )
    lead = st.sampled_from([None, *(one.person for one in attendees)])
    return meeting(
        number, start.isoformat(), *attendees, id=f"{series}.{number}", series=series, plans=(plan,), end=end,
        sittings=sittings, venue=draw(st.sampled_from(venues)), chair=draw(lead), minutes=draw(lead),
        provisional=draw(st.booleans()),
    )  # fmt: skip


def places_of(case: Case, person: str) -> Iterator[tuple[Meeting, Attendee]]:
    for one in case.calendar.meetings:
        for entry in one.attendees:
            if entry.person == person and entry.status in PRESENT:
                yield one, entry


def expected(case: Case, person: str) -> list[tuple[datetime, datetime, str]]:
    found = []
    for one, entry in places_of(case, person):
        half = next((sitting for sitting in one.sittings if sitting.id == entry.sitting), one)
        found.append((half.start, half.end, ONLINE if entry.status == "remote" else case.public[one.venue]))
    return sorted(found)


def read(content: bytes) -> list[icalendar.Event]:
    return list(icalendar.Calendar.from_ical(content).events)


def told(content: bytes) -> list[tuple[datetime, datetime, str]]:
    return sorted(
        (one.start.replace(tzinfo=None), one.end.replace(tzinfo=None), str(one["LOCATION"]))
        for one in read(content)
    )


@settings(max_examples=150, deadline=None)
@given(cases())
def test_no_byte_holds_what_its_reader_must_not_see(case: Case) -> None:
    contents = ics_files(case.caseload, case.calendar)
    children = [child for plan in case.caseload.plans for child in plan.children]
    births = [
        f"{child.date_of_birth:{form}}"
        for child in children
        for form in ("%Y-%m-%d", "%Y%m%d", "%d/%m/%Y", "%d %B %Y")
    ]
    forbidden = [*case.marks, *births, "protection", "core_group", "core group", "Testname"]
    initials = [child.initials for child in children]
    for content in contents.values():
        assert lint(content, forbidden=forbidden, forbidden_words=initials) == []


@settings(max_examples=100, deadline=None)
@given(cases())
def test_each_person_is_told_their_own_times_and_safe_places_and_nothing_else(case: Case) -> None:
    contents = ics_files(case.caseload, case.calendar)
    names = file_names(person.id for person in case.caseload.people)
    files = {person: f"people/{name}.ics" for person, name in names.items()}
    assert {name for name in contents if name.startswith("people/")} == {
        files[person] for person in files if expected(case, person)
    }
    for person, name in files.items():
        assert case.marks == [mark for mark in case.marks if mark not in name or mark in person]
        if name in contents:
            assert told(contents[name]) == expected(case, person)
    assert told(contents["team.ics"]) == sorted(
        (one.start, one.end, case.public[one.venue]) for one in case.calendar.meetings
    )
    for name, content in contents.items():
        if name != "tasks.ics":
            for event in read(content):
                assert re.fullmatch(r"Meeting, ref [0-9A-Z]{4,}", str(event["SUMMARY"]))
                assert set(str(event.get("DESCRIPTION", "You chair.")).split("\n")) <= NOTES
                assert set(event) <= {
                    "SUMMARY", "DTSTART", "DTEND", "DTSTAMP", "UID", "SEQUENCE", "CLASS", "DESCRIPTION",
                    "LOCATION", "ORGANIZER", "STATUS", "TRANSP",
                }  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(cases())
def test_family_members_events_cannot_be_matched_with_anybodys(case: Case) -> None:
    renderer = Renderer(case.caseload, case.calendar)
    uids: Counter[str] = Counter()
    for person in case.caseload.people:
        if person.role not in PROFESSIONAL_ROLES:
            uids.update(view.uid for view in renderer.views(person.id))
    assert all(number == 1 for number in uids.values())
    shared = {view.uid for view in renderer.views(TEAM)}
    for person in case.caseload.people:
        if person.role in PROFESSIONAL_ROLES:
            shared |= {view.uid for view in renderer.views(person.id)}
    assert not shared & uids.keys()
    assert len(shared) == len(case.calendar.meetings)


@settings(max_examples=150, deadline=None)
@given(cases())
def test_no_view_holds_a_family_a_protected_place_or_the_other_sitting(case: Case) -> None:
    renderer = Renderer(case.caseload, case.calendar)
    people = {person.id: person for person in case.caseload.people}
    marks = {person.id: set(re.findall(r"zq[0-9]{3}x", person.name)) for person in case.caseload.people}
    for recipient in (TEAM, *people):
        for view in renderer.views(recipient):
            seen = set(re.findall(r"zq[0-9]{3}x", repr(view).casefold()))
            assert not seen & case.hidden
            if recipient is not TEAM and people[recipient].role not in PROFESSIONAL_ROLES:
                assert not seen
    for one in case.calendar.meetings:
        for entry in one.attendees:
            if entry.person not in people or entry.status not in PRESENT or entry.sitting is None:
                continue
            view = renderer.view(one, entry.person)
            others = [other.person for other in one.attendees if other.sitting not in {entry.sitting, None}]
            apart = set().union(*(marks[other] for other in others if other in people))
            assert not set(re.findall(r"zq[0-9]{3}x", repr(view).casefold())) & apart
