"""What somebody may see of a calendar, worked out once more and without the renderer; and reading all that is sent.

A text is read as its reader's programs would show it, in every form that hides nothing: mails decoded part by part, lines
unfolded, escapes undone, full width and soft hyphens and capitals made alike.
"""

from __future__ import annotations

import email
import email.policy
import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from functools import lru_cache
from urllib.parse import unquote

from privacy_cases import MARK, State

from solver.schema.base import FAMILY_ROLES
from solver.schema.calendar import Attendee, Meeting
from solver.schema.caseload import Person, Venue

PROFESSIONAL = frozenset({
    "advocate", "interpreter", "social_worker", "team_manager", "senior_practitioner", "business_support",
    "conference_chair", "iro", "school", "early_years", "health_visitor", "school_nurse", "midwife", "police",
    "family_support", "therapist", "mental_health", "housing", "probation", "receiving_worker",
})  # fmt: skip
NEVER = datetime(1, 1, 1)
WORDS = {"iro": "iro", "early_years": "nursery or early years"}
"""What roles are called, where not by their own name."""
THERE = frozenset({"attending", "remote", "deputy"})


@dataclass(frozen=True)
class Sight:
    """What somebody may see of one meeting."""

    start: datetime
    end: datetime
    place: str | None
    """``None``: at a place that must not be told. Empty: the person is not there but online."""
    marks: frozenset[str]
    """Marks of all that may be told: of the place, and of colleagues."""
    roles: frozenset[str]
    """Words for the professionals whom they may know of."""


@dataclass
class Telling:
    """What a text tells."""

    marks: set[str] = field(default_factory=set)
    days: set[str] = field(default_factory=set)
    times: set[str] = field(default_factory=set)
    roles: set[str] = field(default_factory=set)


def shown(text: str) -> str:
    """A text without the differences that a reader does not see."""
    usual = unicodedata.normalize("NFKC", text)
    return "".join(mark for mark in usual if unicodedata.category(mark) != "Cf").casefold()


def marks_of(*texts: str | None) -> frozenset[str]:
    return frozenset(mark for text in texts for mark in MARK.findall(shown(text or "")))


def sees(state: State, person: str) -> dict[str, Sight]:
    """What a person may see of each of their meetings, by its id."""
    found = {}
    for one in state.calendar.meetings:
        mine = [at for at in one.attendees if at.person == person and at.status in THERE]
        who = next((one for one in state.caseload.people if one.id == person), None)
        if mine and who is not None:
            found[one.id] = _sight(state, one, who, mine[0])
    return found


def own_of(state: State, person: str) -> Sight:
    """What a professional may read of themself in what their colleagues are told."""
    who = next((one for one in state.caseload.people if one.id == person), None)
    known = who is not None and who.role in PROFESSIONAL
    names, roles = (
        (marks_of(who.name), frozenset({_word(who.role)})) if who and known else (frozenset(), frozenset())
    )
    return Sight(NEVER, NEVER, None, names, roles)


def room_sees(state: State, venue: str) -> dict[str, Sight]:
    """What the calendar of a room may hold of each meeting in it."""
    room = next(one for one in state.caseload.venues if one.id == venue)
    if not is_safe(state, room):
        return {}
    place = "" if room.kind == "virtual" else text_of(room)
    return {
        one.id: Sight(one.start, one.end, place, marks_of(place), frozenset())
        for one in state.calendar.meetings
        if one.venue == venue
    }


def _sight(state: State, one: Meeting, who: Person, mine: Attendee) -> Sight:
    half = next((half for half in one.sittings if half.id == mine.sitting), None)
    start, end = (half.start, half.end) if half else (one.start, one.end)
    venue = next(room for room in state.caseload.venues if room.id == one.venue)
    place: str | None = text_of(venue) if is_safe(state, venue) else None
    if mine.status == "remote" or (place is not None and venue.kind == "virtual"):
        place = ""
    company = [
        other
        for at in one.attendees
        for other in state.caseload.people
        if at.person == other.id != who.id
        and other.role in PROFESSIONAL
        and at.status in THERE
        and (half is None or at.sitting in {None, half.id})
    ]
    marks, roles = marks_of(place), frozenset[str]()
    if who.role in PROFESSIONAL:
        marks |= marks_of(*(other.name for other in company), venue.email if place else None)
        roles = frozenset(_word(other.role) for other in company)
    elif all(plan.family_sees_roles for plan in state.caseload.plans if plan.id in one.plans):
        roles = frozenset(_word(other.role) for other in company)
    return Sight(start, end, place, marks, roles)


def is_safe(state: State, venue: Venue) -> bool:
    """Whether a place may be told: it is nobody's secret, and no secret is in its words."""
    secrets: set[str] = set()
    for other in state.caseload.venues:
        if other.confidential or other.kind in {"family_home", "placement"}:
            secrets |= marks_of(other.name, other.address)
    for one in state.caseload.people:
        if one.role in FAMILY_ROLES:
            secrets |= marks_of(one.name, one.email)
    if venue.kind == "virtual":
        return True  # what is told of it is that it is online
    own = venue.confidential or venue.kind in {"family_home", "placement"}
    initials = {child.initials for plan in state.caseload.plans for child in plan.children}
    named = initials & set(re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text_of(venue))))
    return not own and not named and not marks_of(venue.name, venue.address) & secrets


def text_of(venue: Venue) -> str:
    return ", ".join(part for part in (venue.name, venue.address) if part)


def _word(role: str) -> str:
    return WORDS.get(role, role.replace("_", " "))


@lru_cache(maxsize=256)
def readable(content: bytes) -> tuple[tuple[str, str], ...]:
    """Every text of a file or a mail, each with what it is."""
    return tuple(_texts(content))


def _texts(content: bytes) -> Iterator[tuple[str, str]]:
    if content.startswith(b"BEGIN:VCALENDAR"):
        yield from _calendar(content)
        return
    if b"\r\nMIME-Version: 1.0\r\n" not in content:
        yield "words", content.decode()
        return
    mail = email.message_from_bytes(content, policy=email.policy.default)
    for part in mail.walk():
        assert isinstance(part, EmailMessage)
        assert not part.defects
        yield "header", "\n".join(f"{name}: {value}" for name, value in part.items() if name != "Date")
        if part.is_multipart():
            yield "preamble", f"{part.preamble or ''}\n{part.epilogue or ''}"
            continue
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        if part.get_content_type() in {"text/calendar", "application/ics"}:
            yield from _calendar(payload)
        else:
            text = payload.decode()
            yield "words", html.unescape(re.sub("<style.*?</style>", "", text)) if "<html" in text else text
            yield "words", text


def _calendar(content: bytes) -> Iterator[tuple[str, str]]:
    """The content lines: without those that every file has alike, and without the time of writing."""
    text = content.decode().replace("\r\n ", "").replace("\r\n\t", "")
    text = re.sub(r"BEGIN:VTIMEZONE\r\n.*?END:VTIMEZONE\r\n", "", text, flags=re.DOTALL)
    text = re.sub(r"(?m)^DTSTAMP:\d{8}T\d{6}Z\r?$", "", text)
    yield "calendar", text
    yield "calendar", re.sub(r"\\(.)", lambda match: "\n" if match[1] in "nN" else match[1], text)
    yield "calendar", unquote(text)


_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_DAY = re.compile(rf"\b(\d{{1,2}} (?:{_MONTHS}) \d{{4}})\b")
_DATE = re.compile(r"(?<![0-9a-f])(20\d\d)-?(\d\d)-?(\d\d)(?![0-9a-f])")
_CLOCK = re.compile(r"(?<![0-9a-f])(\d\d):(\d\d)(?![0-9a-f])|(?<=\d{8}t)(\d\d)(\d\d)(?=\d\d)")
_ROLES = re.compile("|".join(rf"\b{_word(role)}\b" for role in sorted(PROFESSIONAL, key=len, reverse=True)))


@lru_cache(maxsize=256)
def telling(content: bytes) -> Telling:
    """All that a file or a mail tells, wherever it stands."""
    found = Telling()
    for kind, text in readable(content):
        seen = shown(text)
        found.marks |= set(MARK.findall(seen)) | set(MARK.findall(re.sub(r"\s", "", seen)))
        found.days |= {"".join(parts) for parts in _DATE.findall(seen)}
        found.days |= {f"{datetime.strptime(day, '%d %B %Y'):%Y%m%d}" for day in _DAY.findall(seen)}
        found.times |= {"".join(parts) for parts in _CLOCK.findall(seen)}
        if kind != "header":
            found.roles |= set(_ROLES.findall(seen))
    return found


def days_and_times(*sights: Sight) -> tuple[set[str], set[str]]:
    moments = [moment for sight in sights for moment in (sight.start, sight.end)]
    return {f"{moment:%Y%m%d}" for moment in moments}, {f"{moment:%H%M}" for moment in moments}


__all__ = [
    "PROFESSIONAL", "Sight", "Telling", "days_and_times", "is_safe", "marks_of", "own_of", "readable", "room_sees",
    "sees", "shown", "telling", "text_of",
]  # fmt: skip
