"""Everything that leaves for everybody, held against what each may see. Each check returns what is wrong, in words."""

from __future__ import annotations

import re
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import icalendar
from privacy_cases import State, Story
from privacy_oracle import (
    PROFESSIONAL,
    Sight,
    Telling,
    days_and_times,
    is_safe,
    marks_of,
    own_of,
    readable,
    room_sees,
    sees,
    shown,
    telling,
    text_of,
)

from calendars.components import plain
from calendars.lint import Kind, lint
from calendars.mail_lint import lint_mail
from calendars.stored import stored
from service.caldav_push.wanted import wanted
from service.delivery.addressees import BY_HAND, VENUE
from service.delivery.folder import write_messages
from service.delivery.issued import Issued
from service.delivery.ledger import NAME, Ledger
from service.delivery.prepare import find_changes, reserve
from service.delivery.preview import previews
from service.feeds.feed import Subject, feed_of
from service.output.ics_files import file_names, ics_files
from service.output.identity import default_key
from service.output.render import Renderer
from solver.schema.calendar import Meeting
from solver.schema.caseload import Person

FORMS = ("%Y-%m-%d", "%Y%m%d", "%d/%m/%Y", "%d %B %Y")
NEVER = ("protection", "core_group", "core group", "sibling")
STAMP = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)
SUMMARY = re.compile(r"Meeting, ref [0-9A-Z]{4,}")


def fixed(state: State) -> Iterator[str]:
    """Strings that nobody may be sent: births, and what kind of case it is."""
    yield from NEVER
    for plan in state.caseload.plans:
        for child in plan.children:
            yield from (f"{child.date_of_birth:{form}}" for form in FORMS)


def initials(state: State) -> set[str]:
    return {child.initials for plan in state.caseload.plans for child in plan.children}


def never(state: State, content: bytes) -> Iterator[str]:
    """What nobody may be told."""
    for _, text in readable(content):
        seen = " ".join(shown(text).split())
        yield from (f"holds {word!r}" for word in fixed(state) if word.casefold() in seen)
        yield from (
            f"holds initials {word}" for word in re.findall(r"[^\W_]+", text) if word in initials(state)
        )


def beyond(content: bytes, sights: Iterable[Sight], own: Iterable[str] = ()) -> Iterator[str]:
    """What a text tells beyond what these sights allow, and marks of the reader's own."""
    yield from beyond_telling(telling(content), sights, own)


def beyond_telling(found: Telling, sights: Iterable[Sight], own: Iterable[str] = ()) -> Iterator[str]:
    seen = list(sights)
    days, times = days_and_times(*seen)
    for what, told, allowed in (
        ("marks", found.marks, {mark for sight in seen for mark in sight.marks} | set(own)),
        ("days", found.days, days),
        ("times", found.times, times),
        ("roles", found.roles, {role for sight in seen for role in sight.roles}),
    ):
        if told - allowed:
            yield f"{what} {sorted(told - allowed)}"


def faults_of_files(state: State) -> list[str]:
    """Publish files and feeds of everybody, the team, the tasks and the rooms; stored objects; names of files."""
    contents = ics_files(state.caseload, state.calendar)
    renderer = Renderer(state.caseload, state.calendar)
    found: list[str] = []
    expected = {"team.ics", "tasks.ics"}
    people = file_names(one.id for one in state.caseload.people)
    rooms = file_names(one.id for one in state.caseload.venues)
    readers = [("person", one, f"people/{name}.ics", sees(state, one)) for one, name in people.items()]
    readers += [("venue", one, f"rooms/{name}.ics", room_sees(state, one)) for one, name in rooms.items()]
    whole = {one.id: _for_the_team(state, one) for one in state.calendar.meetings}
    for what, who, path, sights in (*readers, ("team", "yew", "team.ics", whole)):
        if sights:
            expected.add(path)
        found += [f"{path}: names another" for mark in marks_of(path) if mark not in who]
        feed = feed_of(Subject(what, who), renderer, zone="Europe/London", last_modified=STAMP).content  # type: ignore[arg-type]
        for kind, content in (("publish", contents.get(path)), ("feed", feed)):
            if content is not None:
                faults = [*beyond(content, sights.values()), *_not_told(content, sights.values())]
                found += [
                    f"{kind} {path}: {fault}"
                    for fault in (*faults, *never(state, content), *_linted(content, kind))
                ]
    if set(contents) != expected:
        found.append(f"files {sorted(set(contents) ^ expected)} too many or missing")
    tasks = contents["tasks.ics"]
    if marks := telling(tasks).marks:
        found.append(f"tasks.ics: marks {sorted(marks)}")
    found += [f"tasks.ics: {fault}" for fault in (*never(state, tasks), *_linted(tasks, "tasks"))]
    for person in state.caseload.people:
        found += _faults_of_objects(state, renderer, person)
    return found


def _linted(content: bytes, kind: str) -> Iterator[str]:
    yield from (f"lint: {one.rule}" for one in lint(content, kind=kind))  # type: ignore[arg-type]


def _for_the_team(state: State, one: Meeting) -> Sight:
    venue = next(room for room in state.caseload.venues if room.id == one.venue)
    place = ("" if venue.kind == "virtual" else text_of(venue)) if is_safe(state, venue) else None
    return Sight(one.start, one.end, place, marks_of(place), frozenset())


def _not_told(content: bytes, sights: Iterable[Sight]) -> Iterator[str]:
    """Where somebody isn't told their own times and safe places: an empty file would tell nobody anything."""
    told = sorted(
        (one.start.replace(tzinfo=None), one.end.replace(tzinfo=None), str(one["LOCATION"]))
        for one in icalendar.Calendar.from_ical(content).events
    )
    if told != sorted((one.start, one.end, place_told(one)) for one in sights):
        yield "their own times and places are not what is told"


def place_told(sight: Sight) -> str:
    if sight.place is None:
        return "See secure link"
    return plain(sight.place) if sight.place else "Online"


def _faults_of_objects(state: State, renderer: Renderer, person: Person) -> Iterator[str]:
    """What is stored on somebody's calendar server, whether it knows their mailbox or not."""
    sights = sees(state, person.id)
    for addresses in {frozenset[str](), frozenset({person.email.casefold()} if person.email else ())}:
        stand = wanted(renderer.views(person.id), person, addresses)
        contents = [stored(one.event, zone="Europe/London", attendee=one.attendee) for one in stand]
        for content in contents:
            own = marks_of(person.email)
            for fault in (
                *beyond(content, sights.values(), own),
                *never(state, content),
                *_linted(content, "stored"),
            ):
                yield f"object of {person.id}: {fault}"
        if len(contents) != len(sights):
            yield f"objects of {person.id}: {len(contents)} in place of {len(sights)}"


def faults_of_preview(state: State) -> list[str]:
    """What the preview says that each will see; ids and the person's own name are for the manager."""
    renderer = Renderer(state.caseload, state.calendar)
    found = []
    shown_people = set()
    for one in previews(state.caseload, state.calendar, renderer, ()):
        shown_people.add(one.person)
        for meeting in one.meetings:
            text = "\n".join((meeting.title, meeting.when, meeting.place, *meeting.lines))
            calendar = f"BEGIN:VCALENDAR\r\n{text}".encode(errors="replace")
            sight = sees(state, one.person).get(meeting.meeting)
            if sight is None:
                found.append(f"preview of {one.person}: a meeting that they are not at")
                continue
            found += [f"preview of {one.person}: {fault}" for fault in beyond(calendar, [sight])]
            told, wanted = telling(calendar), days_and_times(sight)
            if (told.days, told.times) != wanted:
                found.append(f"preview of {one.person}: not their own time")
    expected = {one.id for one in state.caseload.people if sees(state, one.id)}
    return found + [f"preview leaves out or adds {sorted(shown_people ^ expected)}"] * (
        shown_people != expected
    )


@dataclass(frozen=True)
class Sent:
    """A message that left."""

    issued: Issued
    mail: bytes
    """Or a letter, for somebody without a mailbox."""
    file: bytes | None
    path: str


def send(story: Story, folder: Path) -> Iterator[tuple[State, list[Sent], bool]]:
    """Write the invites of every state, each after what was sent before; and whether all have gone out."""
    with Ledger.open(folder / NAME) as ledger:
        for number, state in enumerate(story.states):
            key = default_key(state.caseload)
            prepared = find_changes(state.caseload, state.calendar, ledger, since=date(2026, 10, 1))
            now = datetime(2026, 11, 1, 9, 30, tzinfo=UTC) + timedelta(days=number)
            reserve(ledger, prepared.difference, key=key, zone="Europe/London", now=now)
            broken = number in story.broken
            due = ledger.messages("due")[:: 2 if broken else 1]
            known = [one.id for one in state.caseload.people] + [
                VENUE + one.id for one in state.caseload.venues
            ]
            files = write_messages(folder, ledger, due, state.calendar.revision, known)
            ledger.give(due)
            yield state, [_sent(folder, one, files[one.id]) for one in due], not broken


def _sent(folder: Path, one: Issued, path: str) -> Sent:
    file = (folder / path).with_suffix(".ics")
    assert file.exists() == (one.address != BY_HAND)
    return Sent(one, (folder / path).read_bytes(), file.read_bytes() if file.exists() else None, path)


class Post:
    """Every mailbox, what came there, and what each of its readers might have been told by now."""

    def __init__(self) -> None:
        self.clients: defaultdict[tuple[str, str], dict[str, tuple[int, datetime, datetime, str]]] = (
            defaultdict(dict)
        )
        self._past: defaultdict[tuple[str, str], set[tuple[datetime, datetime]]] = defaultdict(set)
        self._owners: defaultdict[str, set[str]] = defaultdict(set)
        self._got: dict[tuple[str, str, str], int] = {}

    def faults(self, state: State, messages: list[Sent], *, complete: bool) -> list[str]:
        """What is wrong with the messages of one state; and, if that is all of them, with what people then have."""
        readers = _readers(state)
        everybody = [one.id for one in state.caseload.people] + [
            VENUE + one.id for one in state.caseload.venues
        ]
        now = {recipient: _sights(state, recipient) for recipient in everybody}
        for recipient, sights in now.items():
            for meeting, sight in sights.items():
                self._past[recipient, meeting].add((sight.start, sight.end))
        found: list[str] = []
        for sent in messages:
            one = sent.issued
            what = f"{one.method} {one.sequence} to {one.recipient}"
            for reader in readers[one.address.casefold()] | {one.recipient}:
                allowed = self._allowed(one, now.get(reader, {}), reader)
                if reader != one.recipient:
                    allowed.append(own_of(state, reader))
                for content in (sent.mail, sent.file or b""):
                    faults = beyond(content, allowed, marks_of(one.address))
                    found += [f"{what}, read by {reader}: {fault}" for fault in faults]
            found += [
                f"{what}: {fault}"
                for content in (sent.mail, sent.file or b"")
                for fault in never(state, content)
            ]
            own = marks_of(one.recipient)
            found += [f"{what}: path" for mark in marks_of(sent.path) if mark not in own]
            if f"-{one.start:%Y%m%d}-{one.method.lower()}-" not in sent.path:
                found.append(f"{what}: the file is not named by what it tells")
            if sent.file is not None:
                found += [f"{what}: lint: {fault.rule}" for fault in lint_mail(sent.mail)]
                kind: Kind = "request" if one.method == "REQUEST" else "cancel"
                found += [f"{what}: {fault}" for fault in _linted(sent.file, kind)]
                found += [f"{what}: {fault}" for fault in self._delivered(state, one, sent.file)]
            elif one.method == "REQUEST":
                sight, told = now[one.recipient][one.meeting], telling(sent.mail)
                if (told.days, told.times) != days_and_times(sight):
                    found.append(f"{what}: a letter without their own time")
        return found + (list(self._missed(state, readers, now)) if complete else [])

    def _allowed(self, one: Issued, sights: dict[str, Sight], reader: str) -> list[Sight]:
        """What a reader of the mailbox may be told by a message about this meeting."""
        if one.method == "REQUEST":
            sight = sights.get(one.meeting)
            return [] if sight is None else [sight]
        return [
            Sight(start, end, None, frozenset(), frozenset())
            for start, end in self._past[reader, one.meeting]
        ]

    def _delivered(self, state: State, one: Issued, file: bytes) -> Iterator[str]:
        event = icalendar.Calendar.from_ical(file).events[0]
        uid, sequence = str(event["UID"]), int(event["SEQUENCE"])
        if sequence <= self._got.get((one.recipient, one.address, uid), -1):
            yield "a client takes it for stale"
        self._got[one.recipient, one.address, uid] = sequence
        self._owners[uid].add(one.recipient)
        people = {person.id: person for person in state.caseload.people}
        alone = one.recipient in people and people[one.recipient].role not in PROFESSIONAL
        if len(self._owners[uid]) > 1 and (
            alone
            or any(owner in people and people[owner].role not in PROFESSIONAL for owner in self._owners[uid])
        ):
            yield "a family member's UID is somebody else's too"
        if not SUMMARY.fullmatch(str(event["SUMMARY"])):
            yield "the title"
        client = self.clients[one.recipient, one.address]
        if one.method == "CANCEL":
            client.pop(uid, None)
        else:
            start, end = event.start.replace(tzinfo=None), event.end.replace(tzinfo=None)
            client[uid] = (sequence, start, end, str(event["LOCATION"]))

    def _missed(
        self, state: State, readers: dict[str, set[str]], now: dict[str, dict[str, Sight]]
    ) -> Iterator[str]:
        """Who has a mailbox to themselves and isn't told of just their own times and places."""
        for person in state.caseload.people:
            if person.email is None or readers[person.email.casefold()] != {person.id}:
                continue
            told = sorted(one[1:] for one in self.clients[person.id, person.email].values())
            if told != sorted((one.start, one.end, place_told(one)) for one in now[person.id].values()):
                yield f"{person.id} has not their own meetings in their calendar"


def _readers(state: State) -> dict[str, set[str]]:
    """Who reads each mailbox: whose it is, and who answers from it."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for person in state.caseload.people:
        for address in (person.email, *person.aliases):
            if address is not None:
                found[address.casefold()].add(person.id)
    for venue in state.caseload.venues:
        if venue.email is not None:
            found[venue.email.casefold()].add(VENUE + venue.id)
    return found


def _sights(state: State, recipient: str) -> dict[str, Sight]:
    if recipient.startswith(VENUE):
        return room_sees(state, recipient.removeprefix(VENUE))
    return sees(state, recipient)


def faults_of_story(story: Story) -> list[str]:
    """Everything that is sent while a calendar is revised."""
    post = Post()
    found: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for state, messages, complete in send(story, Path(folder)):
            found += post.faults(state, messages, complete=complete)
    return found


__all__ = ["Post", "Sent", "faults_of_files", "faults_of_preview", "faults_of_story", "place_told", "send"]
