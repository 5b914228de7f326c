"""Who is sent what when a calendar becomes another one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from ics_cases import calendar, family, meeting, place, split_meeting

from service.delivery.addressees import BY_HAND, Addressees, addressees
from service.delivery.changes import Change, Difference, difference
from service.delivery.issued import Issued, State
from service.output.render import Renderer
from solver.schema.calendar import Calendar, Meeting
from solver.schema.caseload import Caseload

FIRST, LAST = date(2026, 10, 1), date(2027, 4, 30)
NOW = datetime(2026, 10, 1, 8, tzinfo=UTC)


def team(**emails: str | None) -> Caseload:
    """The family, everybody with a mailbox but those given ``None``."""
    people = []
    for person in family().people:
        given = emails.get(person.id.replace("-", "_"), f"{person.id}@convene.example")
        people.append({**person.model_dump(by_alias=True), "email": given})
    venues = [one.model_dump() for one in family().venues]
    venues[0]["email"] = "room-4@convene.example"
    return family(people=people, venues=venues)


@dataclass
class Office:
    """What a ledger keeps, without one."""

    caseload: Caseload = field(default_factory=team)
    rows: list[Issued] = field(default_factory=list)
    numbers: count[int] = field(default_factory=lambda: count(1))
    since: date = FIRST
    resend: bool = False

    def people(self, planned: Calendar) -> Addressees:
        return addressees(self.caseload, planned, Renderer(self.caseload, planned), since=self.since)

    def find(self, planned: Calendar) -> Difference:
        highest: dict[str, int] = {}
        for one in self.rows:
            highest[one.uid] = max(one.sequence, highest.get(one.uid, -1))
        return difference(
            self.people(planned),
            self.rows,
            organiser="yew@convene.example",
            revision=planned.revision,
            since=self.since,
            until=LAST,
            highest=highest,
            resend=self.resend,
        )

    def keep(self, found: Difference, state: State = "sent") -> None:
        gone = {one.id for one in found.replaced}
        self.rows = [replace(one, state="replaced") if one.id in gone else one for one in self.rows]
        self.rows = [replace(one, state=state) if one.state == "due" else one for one in self.rows]
        self.rows += [self.row(change, state) for change in found.changes]

    def row(self, one: Change, state: State) -> Issued:
        return Issued(
            one.recipient, one.uid, one.meeting, one.reference, one.address, one.method, one.sequence, NOW, one.told,
            state, next(self.numbers),
        )  # fmt: skip

    def send(self, planned: Calendar, state: State = "sent") -> list[tuple[str, str, int, str]]:
        found = self.find(planned)
        self.keep(found, state)
        return told(found)


def told(found: Difference) -> list[tuple[str, str, int, str]]:
    return sorted((one.recipient, one.method, one.sequence, one.reason) for one in found.changes)


def one(start: str = "2026-11-10T10:00", *people: str, **more: object) -> Meeting:
    return meeting(1, start, *(place(person) for person in people or ("sw-1", "mother-1")), **more)


def test_everybody_who_takes_part_is_asked_once_and_the_room_too() -> None:
    office = Office()
    assert office.send(calendar(one())) == [
        ("mother-1", "REQUEST", 0, "new"),
        ("sw-1", "REQUEST", 0, "new"),
        ("venue:room", "REQUEST", 0, "new"),
    ]
    found = office.find(calendar(one(), revision=7))
    assert told(found) == []
    assert (found.unchanged, found.left, found.replaced, found.waiting) == (3, (), (), ())


@pytest.mark.parametrize(
    ("after", "who", "reason"),
    [
        (one("2026-11-11T10:00"), {"mother-1", "sw-1", "venue:room"}, "time"),
        (one(end=datetime(2026, 11, 10, 11, 30)), {"mother-1", "sw-1", "venue:room"}, "time"),
        (one(chair="sw-1"), {"sw-1"}, "part"),
        (one(minutes="sw-1"), {"sw-1"}, "part"),
        (one(provisional=True), {"mother-1", "sw-1", "venue:room"}, "part"),
        (meeting(1, "2026-11-10T10:00", place("sw-1", "remote"), place("mother-1")), {"sw-1"}, "place"),
        (one("2026-11-10T10:00", "sw-1", "mother-1", "hv-1"), {"hv-1"}, "new"),
    ],
)
def test_who_is_concerned_gets_one_update_and_nobody_else_anything(
    after: Meeting, who: set[str], reason: str
) -> None:
    office = Office()
    office.send(calendar(one()))
    assert office.send(calendar(after, revision=2)) == [(name, "REQUEST", 1, reason) for name in sorted(who)]
    assert office.send(calendar(after, revision=3)) == []


def test_another_place_takes_the_room_back_and_tells_the_others() -> None:
    office = Office()
    office.send(calendar(one()))
    assert office.send(calendar(one(venue="refuge"), revision=2)) == [
        ("mother-1", "REQUEST", 1, "place"),
        ("sw-1", "REQUEST", 1, "place"),
        ("venue:room", "CANCEL", 1, "gone"),
    ]


def test_a_sequence_is_above_every_one_that_its_uid_has_had() -> None:
    office = Office()
    office.send(calendar(one("2026-11-10T10:00", "sw-1", "hv-1")))
    only_one = meeting(1, "2026-11-10T10:00", place("sw-1", "remote"), place("hv-1"))
    assert office.send(calendar(only_one)) == [("sw-1", "REQUEST", 1, "place")]
    moved = meeting(1, "2026-11-12T10:00", place("sw-1", "remote"), place("hv-1"))
    assert {sequence for _, _, sequence, _ in office.send(calendar(moved))} == {2}
    again = meeting(1, "2026-11-13T10:00", place("sw-1", "remote"), place("hv-1"))
    assert {sequence for _, _, sequence, _ in office.send(calendar(again, revision=9))} == {8}


def test_a_removed_attendee_is_told_the_old_time_alone() -> None:
    office = Office()
    office.send(calendar(one("2026-11-10T10:00", "sw-1", "hv-1", "mother-1")))
    found = office.find(calendar(one("2026-11-20T14:00", "sw-1", "mother-1"), revision=2))
    (cancelled,) = [change for change in found.changes if change.method == "CANCEL"]
    assert (cancelled.recipient, cancelled.view) == ("hv-1", None)
    assert cancelled.told.start == datetime(2026, 11, 10, 10)


def test_a_meeting_that_is_gone_is_taken_back_once_and_may_come_again() -> None:
    office = Office()
    office.send(calendar(one()))
    gone = office.send(calendar(revision=2))
    assert gone == [(who, "CANCEL", 1, "gone") for who in ("mother-1", "sw-1", "venue:room")]
    assert office.send(calendar(revision=3)) == []
    assert office.send(calendar(one(), revision=4)) == [
        (who, "REQUEST", 3, "again") for who in ("mother-1", "sw-1", "venue:room")
    ]


@pytest.mark.parametrize(
    ("since", "start"), [(date(2026, 11, 11), "2026-11-10T10:00"), (FIRST, "2027-05-01T10:00")]
)
def test_what_has_been_and_what_lies_beyond_is_left_alone(since: date, start: str) -> None:
    office = Office()
    office.send(calendar(one(start)))
    office.since = since
    found = office.find(calendar(revision=2))
    assert told(found) == []
    assert {(left.why, left.last.recipient) for left in found.left} == {
        ("outside", who) for who in ("sw-1", "mother-1", "venue:room")
    }
    assert len(found.left) == 3


def test_nobody_is_asked_to_what_has_ended() -> None:
    office = Office(since=date(2026, 11, 11))
    assert office.send(calendar(one())) == []


def test_what_was_reserved_goes_on_where_it_is_still_right() -> None:
    office = Office()
    office.send(calendar(one()), state="due")
    found = office.find(calendar(one()))
    assert told(found) == []
    assert {waiting.recipient for waiting in found.waiting} == {"mother-1", "sw-1", "venue:room"}


def test_what_was_reserved_is_replaced_where_it_is_not_right_any_more() -> None:
    office = Office()
    office.send(calendar(one()), state="due")
    found = office.find(calendar(one("2026-11-12T10:00"), revision=2))
    assert told(found) == [(who, "REQUEST", 1, "new") for who in ("mother-1", "sw-1", "venue:room")]
    assert len(found.replaced) == 3
    assert found.waiting == ()


def test_a_change_that_was_undone_before_anybody_had_it_is_never_sent() -> None:
    office = Office()
    office.send(calendar(one()))
    office.rows += [
        office.row(change, "due") for change in office.find(calendar(one("2026-11-12T10:00"))).changes
    ]
    found = office.find(calendar(one(), revision=3))
    assert told(found) == []
    assert (len(found.replaced), found.waiting) == (3, ())


def test_an_invite_that_nobody_has_needs_no_cancelling() -> None:
    office = Office()
    office.send(calendar(one()), state="due")
    found = office.find(calendar(revision=2))
    assert told(found) == []
    assert len(found.replaced) == 3


def test_what_is_not_known_to_have_arrived_waits_for_a_word_and_goes_with_the_next_sequence() -> None:
    office = Office()
    office.send(calendar(one("2026-11-10T10:00", "sw-1")), state="unknown")
    found = office.find(calendar(one("2026-11-10T10:00", "sw-1")))
    assert told(found) == []
    assert {left.why for left in found.left} == {"unknown"}
    office.resend = True
    again = office.send(calendar(one("2026-11-10T10:00", "sw-1")))
    assert again == [("sw-1", "REQUEST", 1, "resend"), ("venue:room", "REQUEST", 1, "resend")]
    assert office.send(calendar(one("2026-11-10T10:00", "sw-1"))) == []


def test_a_cancellation_that_may_not_have_arrived_is_sent_again_when_asked() -> None:
    office = Office()
    office.send(calendar(one("2026-11-10T10:00", "sw-1", venue="video")))
    office.send(calendar(revision=2), state="unknown")
    assert office.send(calendar(revision=2)) == []
    office.resend = True
    assert office.send(calendar(revision=2)) == [("sw-1", "CANCEL", 2, "resend")]


def test_what_may_have_arrived_is_taken_back_like_anything_else() -> None:
    office = Office()
    office.send(calendar(one("2026-11-10T10:00", "sw-1", venue="video")), state="unknown")
    assert office.send(calendar(revision=2)) == [("sw-1", "CANCEL", 1, "gone")]


def test_what_was_refused_is_tried_again_only_when_it_would_be_another_message() -> None:
    office = Office()
    same = calendar(one("2026-11-10T10:00", "sw-1", venue="video"))
    office.send(same, state="refused")
    found = office.find(same)
    assert told(found) == []
    assert [left.why for left in found.left] == ["refused"]
    corrected = replace(office, caseload=team(sw_1="right@convene.example"))
    assert told(corrected.find(same)) == [("sw-1", "REQUEST", 1, "new")]
    office.resend = True
    assert office.send(same) == [("sw-1", "REQUEST", 1, "new")]


def test_another_mailbox_gets_the_invite_and_the_old_one_a_cancellation_of_what_it_had() -> None:
    office = Office()
    office.send(calendar(one("2026-11-10T10:00", "mother-1", venue="refuge")))
    office.caseload = team(mother_1="safe@convene.example")
    found = office.find(calendar(one("2026-11-12T10:00", "mother-1", venue="refuge"), revision=2))
    by_address = {change.address: change for change in found.changes}
    old, new = by_address["mother-1@convene.example"], by_address["safe@convene.example"]
    assert (old.method, old.told.start, old.view) == ("CANCEL", datetime(2026, 11, 10, 10), None)
    assert (new.method, new.reason) == ("REQUEST", "address")
    assert new.sequence > old.sequence
    office.keep(found, "due")
    going_on = office.find(calendar(one("2026-11-12T10:00", "mother-1", venue="refuge"), revision=2))
    assert (told(going_on), len(going_on.waiting), going_on.replaced) == ([], 2, ())
    office.keep(going_on)
    assert office.send(calendar(one("2026-11-12T10:00", "mother-1", venue="refuge"), revision=2)) == []


def test_nothing_goes_to_a_mailbox_that_has_become_somebody_elses() -> None:
    office = Office()
    office.send(calendar(split_meeting()))
    office.caseload = team(mother_1="safe@convene.example", father_1="mother-1@convene.example")
    found = office.find(calendar(revision=2))
    assert not any(change.address == "mother-1@convene.example" for change in found.changes)
    assert ("withheld", "mother-1") in {(left.why, left.last.recipient) for left in found.left}


def test_who_shares_a_mailbox_is_told_by_mail_only_where_both_see_the_same() -> None:
    shared = {"mother_1": "both@convene.example", "father_1": "Both@convene.example"}
    together = Office(team(**shared))
    same = calendar(one("2026-11-10T10:00", "mother-1", "father-1"))
    assert [who for who, *_ in together.send(same)] == ["father-1", "mother-1", "venue:room"]
    assert [change[:2] for change in together.send(calendar(revision=2))] == [
        ("father-1", "CANCEL"), ("mother-1", "CANCEL"), ("venue:room", "CANCEL"),
    ]  # fmt: skip
    apart = Office(team(**shared))
    found = apart.find(calendar(split_meeting()))
    assert {"mother-1", "father-1"}.isdisjoint(change.recipient for change in found.changes)
    unreachable = apart.people(calendar(split_meeting())).unreachable
    assert {(one.recipient, one.why) for one in unreachable} == {
        ("mother-1", "shared_mailbox"), ("father-1", "shared_mailbox"),
    }  # fmt: skip


def test_the_teams_own_mailbox_is_asked_to_nothing() -> None:
    office = Office(team(sw_1="Yew@convene.example"))
    assert [who for who, *_ in office.send(calendar(one()))] == ["mother-1", "venue:room"]
    assert [(one.recipient, one.why) for one in office.people(calendar(one())).unreachable] == [
        ("sw-1", "team_mailbox")
    ]


def test_who_has_no_mailbox_gets_letters_about_just_what_changes() -> None:
    office = Office(team(mother_1=None))
    first = office.find(calendar(one()))
    assert {change.recipient: change.address for change in first.changes}["mother-1"] == BY_HAND
    office.keep(first, "given")
    assert office.send(calendar(one())) == []
    assert ("mother-1", "REQUEST", 1, "time") in office.send(calendar(one("2026-11-11T10:00"), revision=2))
    assert ("mother-1", "CANCEL", 2, "gone") in office.send(calendar(revision=3))


def test_who_loses_their_mailbox_gets_a_letter_and_no_cancellation() -> None:
    office = Office()
    office.send(calendar(one()))
    office.caseload = team(mother_1=None)
    found = office.find(calendar(one(), revision=2))
    assert [(change.recipient, change.address, change.method) for change in found.changes] == [
        ("mother-1", BY_HAND, "REQUEST")
    ]
    assert [(left.last.recipient, left.why) for left in found.left] == [("mother-1", "withheld")]


def test_a_mailbox_of_before_is_told_too_when_a_letter_came_in_between() -> None:
    office = Office()
    old = "mother-1@convene.example"
    office.send(calendar(one("2026-11-10T10:00", "mother-1", venue="video")))
    office.caseload = team(mother_1=None)
    office.send(calendar(one("2026-11-10T10:00", "mother-1", venue="video"), revision=2), "given")
    gone = replace(office, rows=list(office.rows)).find(calendar(revision=3))
    assert [(change.address, change.method) for change in gone.changes] == [
        (old, "CANCEL"),
        (BY_HAND, "CANCEL"),
    ]
    office.caseload = team(mother_1="safe@convene.example")
    elsewhere = office.find(calendar(one("2026-11-10T10:00", "mother-1", venue="video"), revision=3))
    assert [(change.address, change.method) for change in elsewhere.changes] == [
        (old, "CANCEL"), ("safe@convene.example", "REQUEST"),
    ]  # fmt: skip
    assert elsewhere.changes[0].sequence < elsewhere.changes[1].sequence


def test_a_cancellation_at_the_mailbox_of_before_still_goes_when_the_meeting_moves_meanwhile() -> None:
    office = Office()
    office.send(calendar(one("2026-11-10T10:00", "mother-1", venue="video")))
    office.caseload = team(mother_1="safe@convene.example")
    found = office.find(calendar(one("2026-11-10T10:00", "mother-1", venue="video"), revision=2))
    for change in found.changes:
        office.rows.append(office.row(change, "due" if change.method == "CANCEL" else "sent"))
    moved = office.find(calendar(one("2026-11-12T10:00", "mother-1", venue="video"), revision=3))
    assert told(moved) == [("mother-1", "REQUEST", 3, "time")]
    assert [(waiting.address, waiting.method) for waiting in moved.waiting] == [
        ("mother-1@convene.example", "CANCEL")
    ]


def test_what_was_told_by_letter_since_is_told_again_in_the_mailbox_of_before() -> None:
    office = Office()
    first = calendar(one("2026-11-10T10:00", "mother-1", venue="video"))
    office.send(first)
    office.caseload = team(mother_1=None)
    office.send(calendar(one("2026-11-12T10:00", "mother-1", venue="video"), revision=2), "given")
    office.caseload = team()
    assert office.send(calendar(one("2026-11-10T10:00", "mother-1", venue="video"), revision=3)) == [
        ("mother-1", "REQUEST", 2, "address")
    ]


def test_two_who_share_a_mailbox_and_both_leave_it_take_their_invites_along() -> None:
    office = Office(team(sw_1="both@convene.example", hv_1="both@convene.example"))
    planned = calendar(one("2026-11-10T10:00", "sw-1", "hv-1", venue="video"))
    office.send(planned)
    office.caseload = team()
    found = office.find(calendar(one("2026-11-10T10:00", "sw-1", "hv-1", venue="video"), revision=2))
    assert [(change.recipient, change.method) for change in found.changes if change.address == "both@convene.example"] == [
        ("hv-1", "CANCEL"), ("sw-1", "CANCEL"),
    ]  # fmt: skip


def test_who_leaves_the_caseload_is_told_at_the_mailbox_they_had() -> None:
    office = Office()
    office.send(calendar(one("2026-11-10T10:00", "sw-1", "hv-1")))
    people = [person.model_dump(by_alias=True) for person in office.caseload.people if person.id != "hv-1"]
    office.caseload = family(people=people)
    found = office.find(calendar(one("2026-11-10T10:00", "sw-1"), revision=2))
    assert ("hv-1@convene.example", "CANCEL") in {(change.address, change.method) for change in found.changes}


def test_stamps_are_of_no_importance_to_what_changes() -> None:
    office = Office()
    office.send(calendar(one()))
    office.rows = [replace(row, stamp=row.stamp + timedelta(days=400)) for row in office.rows]
    assert office.send(calendar(one(), revision=2)) == []
