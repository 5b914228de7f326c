"""What the product sends about one meeting, from a caseload and its calendars: invited, moved, called off, held after all.

The mother of `ics_cases` is invited to a meeting two days before the clocks go forward, which is then moved to two days
after, isn't held, and is held after all. Everything here is made by the product's own code, as `convene invites` makes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from zoneinfo import ZoneInfo

from ics_cases import calendar, family, meeting, place

from service.delivery.folder import calendar_part
from service.delivery.issued import Issued
from service.delivery.ledger import NAME, Ledger
from service.delivery.prepare import find_changes, reserve
from service.feeds.feed import Subject, feed_of
from service.output.ics_files import ics_files
from service.output.identity import default_key
from service.output.render import MeetingView, Renderer
from service.replies.apply import answer_in
from service.replies.take import Message, Reader
from solver.schema.calendar import Answer, Calendar
from solver.schema.caseload import Caseload

LONDON: Final = ZoneInfo("Europe/London")
ZONE: Final = "Europe/London"
MOTHER: Final = "mother-1"
WORKER: Final = "sw-1"
MAILBOX: Final = "person-21@convene.example"
ROOM: Final = "room-4@convene.example"
ORGANISER: Final = "yew@convene.example"
FIRST: Final = "2027-03-26T10:00"
MOVED: Final = "2027-03-30T14:00"
AROUND: Final = ("2026-10-23T09:00", "2026-10-25T02:15", "2026-10-26T09:00", FIRST, "2027-03-28T02:00", MOVED)
"""Starts on both sides of both clock changes, and on their days."""


@dataclass(frozen=True, slots=True)
class Story:
    """The mails to one recipient, in the order they are sent, and what they say."""

    first: MeetingView
    moved: MeetingView
    mails: tuple[bytes, bytes, bytes, bytes]
    """The invite, its update, the cancellation, and an invite again to what had been cancelled."""
    caseload: Caseload
    person: str
    plans: tuple[Calendar, ...]
    """The calendar that each of the mails tells of."""
    issued: tuple[Sequence[Issued], ...]
    """What the ledger knew after each."""

    @property
    def uid(self) -> str:
        return self.first.uid

    @property
    def request(self) -> bytes:
        """The calendar part of the first."""
        return calendar_part(self.mails[0])

    @property
    def update(self) -> bytes:
        return calendar_part(self.mails[1])

    @property
    def cancel(self) -> bytes:
        return calendar_part(self.mails[2])

    def answer(self, mail: bytes, number: int) -> Answer | None:
        """What the calendar holds of the person's answer after a mail was read, number 0 being the invite."""
        plan = self.plans[number]
        now = datetime.now(UTC) + timedelta(minutes=1)
        reader = Reader(self.caseload, plan, self.issued[number], now=now)
        after = reader.take([Message("answer", mail)]).calendar
        (held,) = after.meetings
        return answer_in(after, held.id, self.person)


def moment(start: str | datetime) -> datetime:
    """A local wall time as a moment in UTC."""
    local = datetime.fromisoformat(start) if isinstance(start, str) else start
    return local.replace(tzinfo=LONDON).astimezone(UTC)


@cache
def story(number: int = 1) -> Story:
    """What the mother is sent about the meeting of this number, with a UID of its own."""
    return _story(family(), MOTHER, number)


@cache
def story_of_a_professional(number: int = 1) -> Story:
    """What the social worker is sent, who knows of colleagues, and of a room that has a mailbox.

    They have the mailbox that the mother has elsewhere, so that it can be read in the same account.
    """
    usual = family()
    emails = {WORKER: MAILBOX, MOTHER: None}
    people = [one.model_dump() | {"email": emails.get(one.id, one.email)} for one in usual.people]
    venues = [one.model_dump() | {"email": ROOM if one.id == "room" else None} for one in usual.venues]
    return _story(family(people=people, venues=venues), WORKER, number)


@cache
def taken_and_moved() -> tuple[bytes, bytes, MeetingView]:
    """The mother's own file, made when a revision left her invite as it was; the update after that; what it says."""
    team = family()
    plans = [
        calendar(meeting(90, start), revision=revision, created=f"2026-11-0{revision}T09:30:00Z")
        for revision, start in enumerate((FIRST, FIRST, MOVED), 1)
    ]
    with TemporaryDirectory() as folder, Ledger.open(Path(folder) / NAME) as ledger:
        _sent(team, plans[0], ledger)
        update = _sent(team, plans[2], ledger)
    file = ics_files(team, plans[1])["people/mother-1.ics"]
    return file, update, Renderer(team, plans[2]).views(MOTHER)[0]


def _story(team: Caseload, person: str, number: int) -> Story:
    who = (place(WORKER), place("hv-1"), place(MOTHER))
    plans = (
        calendar(meeting(number, FIRST, *who), created="2026-11-01T09:30:00Z"),
        calendar(meeting(number, MOVED, *who), revision=2, created="2026-11-02T09:30:00Z"),
        calendar(revision=3, created="2026-11-03T09:30:00Z"),
        calendar(meeting(number, MOVED, *who), revision=4, created="2026-11-04T09:30:00Z"),
    )
    with TemporaryDirectory() as folder, Ledger.open(Path(folder) / NAME) as ledger:
        sent = [(_sent(team, plan, ledger), ledger.issued()) for plan in plans]
    first, moved = (Renderer(team, plan).views(person)[0] for plan in plans[:2])
    mails, issued = zip(*sent, strict=True)
    return Story(first, moved, mails, team, person, plans, issued)


def _sent(team: Caseload, plan: Calendar, ledger: Ledger) -> bytes:
    """The one mail to the mailbox that a calendar makes due, which is sent."""
    found = find_changes(team, plan, ledger, since=plan.horizon.start)
    now = datetime.fromisoformat(plan.created)
    reserve(ledger, found.difference, key=default_key(team), zone=ZONE, now=now)
    due = ledger.messages("due")
    (mine,) = (ledger.content(one.id) for one in due if one.address == MAILBOX)
    ledger.give(due)
    return mine


@cache
def published(revision: int = 1) -> bytes:
    """The mother's own file: six meetings around both clock changes; one moved by 90 minutes in revision 2."""
    return ics_files(family(), plan_around(revision))["people/mother-1.ics"]


@cache
def fed(revision: int = 1) -> bytes:
    """The mother's feed, of the same meetings."""
    plan = plan_around(revision)
    made = datetime.fromisoformat(plan.created)
    return feed_of(Subject("person", MOTHER), Renderer(family(), plan), zone=ZONE, last_modified=made).content


def starts(revision: int = 1) -> list[datetime]:
    """When the meetings of `published` and `fed` begin, in UTC, in order."""
    return sorted(moment(one.start) for one in plan_around(revision).meetings)


def plan_around(revision: int = 1) -> Calendar:
    """The calendar that `published` and `fed` are of."""
    later = timedelta(minutes=90) if revision > 1 else timedelta(0)
    meetings = [meeting(number, start) for number, start in enumerate(AROUND, 1)]
    last = datetime.fromisoformat(AROUND[-1]) + later
    meetings[-1] = meeting(len(AROUND), last.isoformat(timespec="minutes"))
    return calendar(*meetings, revision=revision, created=f"2026-11-0{revision}T09:30:00Z")
