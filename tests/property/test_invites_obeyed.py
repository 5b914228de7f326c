"""Whatever calendars follow each other, a client that obeys RFC 5546 ends up with exactly what its owner is to see.

The clients here know nothing but the messages: they go by UID, SEQUENCE and METHOD, drop what is stale, and complain of
what a well-behaved server never sends. Messages are lost, refused and left unknown on the way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ics_cases import calendar, family, meeting, place

from calendars.lint import lint
from service.delivery.changes import Difference
from service.delivery.folder import calendar_part
from service.delivery.ledger import NAME, Ledger, LedgerError
from service.delivery.prepare import find_changes, reserve
from service.output.identity import default_key
from service.output.render import Renderer
from solver.schema.calendar import Calendar, Meeting, Sitting
from solver.schema.caseload import Caseload

PEOPLE = ("sw-1", "hv-1", "int-1", "mother-1", "father-1", "friend-1")
VENUES = ("room", "video", "home", "refuge")
SINCE = date(2026, 10, 1)


@dataclass
class Client:
    """One mailbox's calendar."""

    events: dict[str, icalendar.Event] = field(default_factory=dict)
    highest: dict[str, int] = field(default_factory=dict)
    mails: int = 0
    strict: bool = True
    """Whether nothing was lost on the way, so that a CANCEL is always of something the client has."""

    def take(self, mail: bytes) -> None:
        self.mails += 1
        content = calendar_part(mail)
        assert lint(content) == []
        parsed = icalendar.Calendar.from_ical(content)
        (event,) = parsed.events
        uid, sequence = str(event["UID"]), int(event["SEQUENCE"])
        assert sequence > self.highest.get(uid, -1), "nothing is sent twice, or with a sequence that was used"
        self.highest[uid] = sequence
        if parsed["METHOD"] == "REQUEST":
            self.events[uid] = event
        else:
            assert uid in self.events or not self.strict, "nobody is sent a CANCEL of what they do not have"
            self.events.pop(uid, None)

    def shown(self) -> set[tuple[datetime, datetime, str]]:
        return {
            (one.start.replace(tzinfo=None), one.end.replace(tzinfo=None), str(one["LOCATION"]))
            for one in self.events.values()
        }


@st.composite
def some_meetings(draw: st.DrawFn) -> list[Meeting]:
    found = []
    for number in draw(st.lists(st.integers(1, 3), unique=True, max_size=3)):
        start = datetime(2026, 11, 9, 9) + timedelta(
            days=draw(st.integers(0, 3)), hours=draw(st.integers(0, 2))
        )
        people = draw(st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=4, unique=True))
        split = draw(st.booleans())
        more: dict[str, Any] = {"venue": draw(st.sampled_from(VENUES)), "provisional": draw(st.booleans())}
        if split:
            later = start + timedelta(minutes=90)
            more["sittings"] = (
                Sitting(id="A", start=start, end=start + timedelta(hours=1)),
                Sitting(id="B", start=later, end=later + timedelta(hours=1)),
            )
            more["end"] = later + timedelta(hours=1)
        entries = [
            place(
                one,
                draw(st.sampled_from(["attending", "remote", "report"])),
                sitting=draw(st.sampled_from(["A", "B"])) if split else None,
            )
            for one in people
        ]
        found.append(meeting(number, start.isoformat(), *entries, **more))
    return found


@st.composite
def caseloads(draw: st.DrawFn) -> Caseload:
    """Mailboxes come, go, and change."""
    people = []
    for person in family().people:
        email = draw(st.sampled_from([f"{person.id}@convene.example", f"{person.id}@other.example", None]))
        people.append({**person.model_dump(by_alias=True), "email": email})
    return family(people=people)


FATES = st.lists(
    st.sampled_from(["sent", "sent", "sent", "lost", "refused", "unknown", "unknown but there"]), max_size=12
)


class World:
    """A ledger, the mail server's whims, and everybody's clients."""

    def __init__(self, folder: Path, *, strict: bool = True) -> None:
        self.path = folder / NAME
        self.strict = strict
        self.clients: dict[str, Client] = {}

    def run(
        self, caseload: Caseload, planned: Calendar, fates: Iterator[str], *, resend: bool = False
    ) -> Difference:
        key = default_key(caseload)
        with Ledger.open(self.path) as ledger:
            prepared = find_changes(caseload, planned, ledger, since=SINCE, key=key, resend=resend)
            seen = [
                (change.recipient, change.address, change.uid, change.method)
                for change in prepared.difference.changes
            ]
            assert len(seen) == len(set(seen)), "one message of a kind for a change"
            reserve(
                ledger,
                prepared.difference,
                key=key,
                zone="Europe/London",
                now=datetime(2026, 10, 1, tzinfo=UTC),
            )
            for message in ledger.messages("due"):
                if not message.address:
                    ledger.give([message])
                    continue
                mail = ledger.content(message.id)
                assert message_from_bytes(mail, policy=SMTP)["To"] == message.address
                fate = next(fates, "sent")
                if fate == "lost":
                    continue
                ledger.begin(message)
                if fate in {"sent", "unknown but there"}:
                    self.clients.setdefault(message.address, Client(strict=self.strict)).take(mail)
                state: Any = "unknown" if fate.startswith("unknown") else fate
                ledger.end(message, state)
        return prepared.difference

    def check_former(self, caseload: Caseload, found: Difference) -> None:
        """Nothing stays in a mailbox that nobody uses now, but for what somebody was told to see to."""
        named = {(one.last.address, one.last.uid) for one in found.left}
        used = {person.email for person in caseload.people}
        for address, client in self.clients.items():
            if address not in used:
                assert {(address, uid) for uid in client.events} <= named

    def check(self, caseload: Caseload, planned: Calendar) -> None:
        renderer = Renderer(caseload, planned)
        for person in caseload.people:
            client = self.clients.get(person.email or "", Client())
            if person.email is not None:
                views = {(view.start, view.end, view.location) for view in renderer.views(person.id)}
                assert client.shown() == views


@settings(max_examples=40, deadline=None)
@given(st.lists(some_meetings(), min_size=1, max_size=5), caseloads())
def test_clients_have_what_their_owners_are_to_see_after_every_revision(
    revisions: list[list[Meeting]], caseload: Caseload
) -> None:
    with TemporaryDirectory() as folder:
        world = World(Path(folder))
        for number, meetings in enumerate(revisions, 1):
            planned = calendar(*meetings, revision=number)
            world.run(caseload, planned, iter(()))
            world.check(caseload, planned)
            before = {address: client.mails for address, client in world.clients.items()}
            world.run(caseload, planned, iter(()))
            assert before == {address: client.mails for address, client in world.clients.items()}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(some_meetings(), caseloads(), FATES), min_size=1, max_size=5))
def test_after_all_that_goes_wrong_a_last_run_makes_it_right_for_every_mailbox_in_use(
    revisions: list[tuple[list[Meeting], Caseload, list[str]]],
) -> None:
    with TemporaryDirectory() as folder:
        world = World(Path(folder), strict=False)
        for number, (meetings, caseload, fates) in enumerate(revisions, 1):
            world.run(caseload, calendar(*meetings, revision=number), iter(fates))
        planned = calendar(*revisions[-1][0], revision=len(revisions) + 1)
        found = world.run(revisions[-1][1], planned, iter(()), resend=True)
        world.check(revisions[-1][1], planned)
        world.check_former(revisions[-1][1], found)


def test_without_the_ledger_all_would_go_out_again_and_it_does_not_let_it() -> None:
    with TemporaryDirectory() as folder:
        world = World(Path(folder))
        people = [
            {**one.model_dump(by_alias=True), "email": f"{one.id}@convene.example"} for one in family().people
        ]
        caseload = family(people=people)
        planned = calendar(meeting(1, "2026-11-10T10:00", place("sw-1")))
        world.run(caseload, planned, iter(()))
        with Ledger.open(world.path) as ledger:
            prepared = find_changes(caseload, planned, None, since=SINCE)
            assert len(prepared.difference.changes) == 1, "without the ledger all would go out again"
            with pytest.raises(LedgerError, match="sequences only rise"):
                reserve(
                    ledger,
                    prepared.difference,
                    key=default_key(caseload),
                    zone="Europe/London",
                    now=datetime(2026, 10, 1, tzinfo=UTC),
                )
