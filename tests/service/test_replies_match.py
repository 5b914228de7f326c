"""Whose answer it is, to which invite, and whether it counts; and what is said of the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from reply_cases import (
    ANSWERED,
    NOW,
    SENT,
    SHAPES,
    TEAM,
    Shape,
    calendar,
    data,
    first,
    ics,
    invite,
    mail,
    plain_mail,
    says,
    sent,
    sent_for,
    team,
)
from solver_cases import read

from service.delivery.issued import Issued
from service.output.identity import default_key, is_ours
from service.replies.outcome import Outcome
from service.replies.take import Message, Reader
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload


def outcomes(
    *messages: bytes,
    issued: Sequence[Issued] | None = None,
    found: Calendar | None = None,
    caseload: Caseload | None = None,
) -> list[Outcome]:
    loaded = caseload or team()[0]
    key = default_key(loaded)
    reader = Reader(
        loaded,
        found or calendar(),
        sent() if issued is None else issued,
        now=NOW,
        ours=lambda uid: is_ours(key, uid),
    )
    return list(reader.take(Message(f"m{k}", one) for k, one in enumerate(messages)).outcomes)


def only(message: bytes, **more: Any) -> Outcome:
    (found,) = outcomes(message, **more)
    return found


def in_mail(content: bytes, sender: str) -> bytes:
    return f"From: {sender}\r\nContent-Type: text/calendar\r\n\r\n".encode() + content


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("partstat", "status"), [("ACCEPTED", "accepted"), ("TENTATIVE", "tentative"), ("DECLINED", "declined")]
)
def test_every_programs_answer_is_taken(shape: Shape, partstat: str, status: str) -> None:
    for who in ("sw-1", "mother-1", "hv-1"):
        found = only(mail(says(who, partstat), shape))
        assert (found.kind, found.person, found.meeting) == ("taken", who, first().id)
        assert found.answer is not None
        assert (found.answer.status, found.answer.at, found.answer.sequence) == (
            status,
            "2027-01-04T10:30:00Z",
            0,
        )
        assert found.settled
        assert not found.attention


def test_a_shared_uid_is_told_apart_by_who_answers() -> None:
    assert invite("sw-1").uid == invite("hv-1").uid != invite("mother-1").uid
    both = outcomes(mail(says("sw-1")), mail(says("hv-1", "DECLINED")))
    assert [(one.person, one.answer and one.answer.status) for one in both] == [
        ("sw-1", "accepted"),
        ("hv-1", "declined"),
    ]


@pytest.mark.parametrize(
    "address",
    ["hv-1@health.example", "HV-1@Health.Example", "h.visitor@health.example", "hv-1+x@health.example"],
)
def test_whatever_mailbox_of_theirs_they_answer_from(address: str) -> None:
    assert only(mail(says("hv-1", address=address))).kind == "taken"


def test_a_tag_in_the_mailbox_that_was_invited() -> None:
    assert invite("mother-1").address == "mother+school@home.example"
    assert only(mail(says("mother-1", address="mother@home.example"))).kind == "taken"


@pytest.mark.parametrize(
    ("who", "address", "words"),
    [
        ("mother-1", "gran@home.example", "gran@home.example answers the invite of mother-1"),
        ("hv-1", "nurse@health.example", "nurse@health.example wasn't invited to it"),
    ],
)
def test_an_address_that_was_not_invited(who: str, address: str, words: str) -> None:
    found = only(mail(says(who, address=address)))
    assert found.kind == "stranger"
    assert words in found.text
    assert "aliases" in found.text
    assert found.answer is None
    assert found.attention
    assert not found.settled


def test_a_mail_from_somebody_else_does_not_answer_for_them() -> None:
    found = only(mail(says("mother-1", "DECLINED"), sender="father@home.example"))
    assert (found.kind, found.person, found.answer) == ("stranger", "mother-1", None)
    assert "father@home.example" in found.text
    nobody = only(mail(says("mother-1"), sender="a@b.example, c@d.example"))
    assert nobody.kind == "stranger"
    assert "nobody that can be made out" in nobody.text
    assert only(ics(says("mother-1"))).kind == "taken", "a file that somebody saved has no sender"


@pytest.mark.parametrize(
    ("who", "by", "sender", "kind"),
    [
        ("sw-1", "office@council.example", "office@council.example", "taken"),
        ("sw-1", "office@council.example", "other@council.example", "stranger"),
        ("sw-1", "office@elsewhere.example", "office@elsewhere.example", "stranger"),
        ("mother-1", "father@home.example", "father@home.example", "stranger"),
    ],
)
def test_an_office_answers_for_professionals_alone(who: str, by: str, sender: str, kind: str) -> None:
    said = ics(says(who), "thunderbird").replace(b"RSVP=TRUE", f'SENT-BY="mailto:{by}"'.encode())
    content = only(in_mail(said, sender))
    assert content.kind == kind


def test_an_answer_that_names_others_as_well() -> None:
    line = f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{invite('sw-1').address}\r\nCREATED:".encode()
    for sender, who in (("hv-1@health.example", "hv-1"), ("sw-1@council.example", "sw-1")):
        said = ics(says("hv-1"), "google").replace(b"CREATED:", line)
        assert [(one.kind, one.person) for one in outcomes(in_mail(said, sender))] == [("taken", who)]


def test_a_delegate_who_was_not_invited_yet() -> None:
    said = ics(says("hv-1", address="hv-2@health.example"), "google").replace(
        b";CUTYPE=INDIVIDUAL", b';DELEGATED-FROM="mailto:hv-1@health.example"'
    )
    found = only(said)
    assert found.kind == "stranger"
    assert "in place of hv-1@health.example" in found.text


def test_two_at_one_mailbox_are_not_told_apart() -> None:
    issued = [
        replace(one, address="duty@council.example") if one.recipient in ("sw-1", "sch-1") else one
        for one in sent()
    ]
    found = only(mail(says("sw-1", address="duty@council.example")), issued=issued)
    assert (found.kind, found.answer) == ("ambiguous", None)
    assert "sch-1 and sw-1" in found.text


def later(number: int = 1) -> list[Issued]:
    return sent_for(calendar(), number, SENT + timedelta(hours=1))


def test_an_answer_to_an_earlier_invite() -> None:
    found = only(mail(says("sw-1", "DECLINED")), issued=later())
    assert (found.kind, found.answer) == ("older", None)
    assert found.settled
    assert only(mail(says("sw-1", sequence=1)), issued=later()).kind == "taken"


def test_a_client_that_counts_on_by_itself() -> None:
    found = only(mail(says("sw-1", sequence=7)))
    assert found.answer is not None
    assert found.answer.sequence == 0


@pytest.mark.parametrize(("hours", "kind"), [(0, "older"), (2, "taken")])
def test_an_answer_that_does_not_say_to_which_invite(hours: int, kind: str) -> None:
    said = says("sw-1", stamp=SENT + timedelta(hours=hours))
    lines = [line for line in ics(said).splitlines(keepends=True) if not line.startswith(b"SEQUENCE")]
    assert only(b"".join(lines), issued=later()).kind == kind
    assert only(b"".join(lines)).kind == "taken"


def test_an_answer_without_a_stamp_has_its_mails() -> None:
    bare = ics(says("sw-1")).replace(b"DTSTAMP:", b"X-STAMP:")
    found = only(
        f"Date: {ANSWERED:%a, %d %b %Y %H:%M:%S} +0000\r\n".encode() + in_mail(bare, "sw-1@council.example")
    )
    assert found.answer is not None
    assert found.answer.at == f"{ANSWERED:%Y-%m-%dT%H:%M:%SZ}"
    alone = only(bare)
    assert alone.answer is not None
    assert alone.answer.at == f"{SENT:%Y-%m-%dT%H:%M:%SZ}"


def test_an_answer_from_the_future() -> None:
    found = only(mail(says("sw-1", stamp=NOW + timedelta(days=2))))
    assert (found.kind, found.answer) == ("future", None)
    assert only(mail(says("sw-1", stamp=NOW + timedelta(hours=2)))).kind == "taken"


def test_a_meeting_that_was_cancelled() -> None:
    issued = [replace(one, method="CANCEL", sequence=1) for one in sent()]
    assert only(mail(says("sw-1")), issued=issued).kind == "cancelled"


def test_a_meeting_that_the_calendar_has_no_more() -> None:
    rest = calendar().model_copy(update={"meetings": calendar().meetings[1:]})
    assert only(mail(says("sw-1")), found=rest).kind == "gone"
    meeting = first().model_copy(
        update={"attendees": tuple(one for one in first().attendees if one.person != "sw-1")}
    )
    without = calendar().model_copy(update={"meetings": (meeting, *calendar().meetings[1:])})
    assert only(mail(says("sw-1")), found=without).kind == "gone"


@pytest.mark.parametrize("status", ["report", "absent"])
def test_somebody_who_is_not_asked_to_come_any_more(status: str) -> None:
    people = tuple(
        one.model_copy(update={"status": status}) if one.person == "hv-1" else one
        for one in first().attendees
    )
    meeting = first().model_copy(update={"attendees": people})
    without = calendar().model_copy(update={"meetings": (meeting, *calendar().meetings[1:])})
    assert only(mail(says("hv-1")), found=without).kind == "gone"


def test_a_meeting_that_has_moved_since() -> None:
    day = timedelta(days=1)
    meeting = first().model_copy(update={"start": first().start + day, "end": first().end + day})
    found = only(
        mail(says("sw-1")),
        found=calendar().model_copy(update={"meetings": (meeting, *calendar().meetings[1:])}),
    )
    assert (found.kind, found.answer) == ("moved", None)


def test_other_peoples_meetings_are_left_alone() -> None:
    found = only(mail(says("sw-1")), issued=[])
    assert found.kind == "stranger"
    assert "record of what was sent" in found.text
    other = only(ics(says("sw-1")).replace(invite("sw-1").uid.encode(), b"123@google.example"))
    assert other.kind == "foreign"
    assert not other.attention
    assert not other.settled, "somebody may want to see it"
    noted = ics(says("sw-1", note="x")).replace(invite("sw-1").uid.encode(), b"123@google.example")
    assert not only(noted).attention


def test_the_same_in_two_parts_is_one_answer() -> None:
    assert len(outcomes(mail(says("sw-1"), "google"))) == 1


def test_a_note_is_for_somebody_to_read() -> None:
    found = only(mail(says("mother-1", "DECLINED", note="Zz is in hospital"), "google"))
    assert found.kind == "taken"
    assert found.answer is not None
    assert "note" in found.text
    assert "hospital" not in repr(found)
    assert found.attention
    assert not found.settled


@pytest.mark.parametrize("cancelled", [False, True])
def test_a_note_is_for_somebody_to_read_even_where_the_answer_does_not_count(cancelled: bool) -> None:
    issued = [replace(one, method="CANCEL") for one in sent()] if cancelled else later()
    found = only(mail(says("mother-1", "DECLINED", note="Zz is in hospital")), issued=issued)
    assert found.kind == ("cancelled" if cancelled else "older")
    assert found.attention
    assert not found.settled


def test_another_time_is_kept_as_local_time() -> None:
    for shape in SHAPES:
        found = only(mail(says("sw-1", "TENTATIVE", start=datetime(2027, 1, 12, 10)), shape))
        assert found.answer is not None
        assert found.answer.status == "countered"
        assert (found.answer.start, found.answer.end) == (
            datetime(2027, 1, 12, 10),
            datetime(2027, 1, 12, 11),
        )
    declined = only(mail(says("sw-1", "DECLINED", start=datetime(2027, 1, 12, 10))))
    assert declined.answer is not None
    assert (declined.answer.status, declined.answer.start) == ("declined", datetime(2027, 1, 12, 10))


def test_another_time_that_is_none() -> None:
    found = only(mail(says("sw-1", "TENTATIVE", start=first().start)))
    assert found.answer is not None
    assert (found.answer.status, found.answer.start) == ("countered", None)


@pytest.mark.parametrize(
    ("to", "known", "words"),
    [
        ("hv-2@health.example", "hv-2", "sends somebody else: hv-2"),
        ("other@health.example", None, "isn't in the caseload: other@health.example"),
        (None, None, "somebody they don't name"),
    ],
)
def test_whom_somebody_sends(to: str | None, known: str | None, words: str) -> None:
    found = only(mail(says("hv-1", "DELEGATED", to=to), "google"))
    assert found.answer is not None
    assert (found.answer.status, found.answer.to) == ("delegated", known)
    assert words in found.text


def test_a_mailbox_of_two_names_nobody() -> None:
    shared = data()
    for one in shared["people"]:
        if one["id"] in ("hv-2", "hv-3"):
            one["aliases"] = ["duty@health.example"]
    said = ics(says("hv-1", "DELEGATED", to="duty@health.example"))
    found = only(said, caseload=read(shared)[0])
    assert found.answer is not None
    assert found.answer.to is None


def test_no_decision_yet() -> None:
    found = only(mail(says("sw-1", "NEEDS-ACTION")))
    assert (found.kind, found.settled) == ("no_answer", True)


def test_somebody_who_wants_the_invite_again() -> None:
    assert only(ics(says("sw-1")).replace(b"METHOD:REPLY", b"METHOD:REFRESH")).kind == "refresh"


@pytest.mark.parametrize(("partstat", "kind"), [("ACCEPTED", "known"), ("DECLINED", "room")])
def test_rooms_answer_for_themselves(partstat: str, kind: str) -> None:
    room = replace(invite("sw-1"), recipient="venue:room-2", address="room-2@council.example")
    said = replace(says("sw-1", partstat), issued=room)
    found = only(mail(said), issued=[*sent(), room])
    assert (found.kind, found.person) == (kind, "venue:room-2")
    assert found.answer is None


def test_an_answer_that_names_nobody() -> None:
    bare = b"".join(
        line for line in ics(says("sw-1")).splitlines(keepends=True) if not line.startswith(b"ATTENDEE")
    )
    assert only(bare).kind == "nobody"
    found = only(in_mail(bare, "sw-1@council.example"))
    assert (found.kind, found.person) == ("nobody", "sw-1")


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        (plain_mail("mother@home.example"), "written"),
        (plain_mail("sw-1@council.example", headers="Auto-Submitted: auto-replied\r\n"), "automatic"),
        (plain_mail("x@x.example", headers="Content-Type: application/ms-tnef\r\n"), "sealed"),
        (plain_mail("x@x.example", "nothing", headers="Content-Type: text/calendar\r\n"), "unreadable"),
        (b"BEGIN:VCALENDAR\r\n", "unreadable"),
        (ics(says("sw-1")).replace(b"METHOD:REPLY", b"METHOD:REQUEST"), "no_reply"),
        (b" " * 5_000_001, "unreadable"),
        (b"", "written"),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_named(message: bytes, kind: str) -> None:
    assert only(message).kind == kind


def test_an_invite_that_a_machine_sent_is_not_passed_over() -> None:
    request = ics(says("sw-1")).replace(b"METHOD:REPLY", b"METHOD:REQUEST")
    headers = b"From: x@x.example\r\nAuto-Submitted: auto-generated\r\nContent-Type: text/calendar\r\n\r\n"
    assert only(headers + request).kind == "no_reply"


def forwarded(author: str, outer: str) -> bytes:
    inner = mail(says("mother-1", "DECLINED"), "exchange", sender=author)
    head = f"From: {outer}\r\nContent-Type: multipart/mixed; boundary=out\r\n\r\n--out\r\nContent-Type: message/rfc822\r\n\r\n"
    return head.encode() + inner + b"\r\n--out--\r\n"


@pytest.mark.parametrize(
    ("author", "outer", "kind"),
    [
        ("mother@home.example", TEAM, "taken"),
        ("father@home.example", TEAM, "stranger"),
        ("mother@home.example", "somebody@home.example", "stranger"),
        ("mother@home.example", "mother@home.example", "taken"),
    ],
)
def test_a_mail_that_was_passed_on(author: str, outer: str, kind: str) -> None:
    assert only(forwarded(author, outer)).kind == kind


def test_a_zone_other_than_london_is_the_caseloads() -> None:
    elsewhere, _ = read(data() | {"timezone": "Europe/Berlin"})
    found = only(ics(says("sw-1", "TENTATIVE", start=datetime(2027, 1, 12, 10))), caseload=elsewhere)
    assert found.answer is not None
    assert found.answer.start == datetime(2027, 1, 12, 11)
