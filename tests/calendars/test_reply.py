"""Answers as mail programs write them, and as nobody should."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reply_cases import ANSWERED, SHAPES, Says, Shape, ics, invite, says

from calendars.reading import CalendarFileError
from calendars.reply import NoReply, Reply, address_of, read_replies

STARTS = datetime(2027, 1, 11, 9)


def only(data: bytes, method: str | None = None) -> Reply:
    (found,) = read_replies(data, method)
    assert isinstance(found, Reply)
    return found


def changed(data: bytes, before: str, after: str) -> bytes:
    assert before.encode() in data
    return data.replace(before.encode(), after.encode())


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("partstat", ["ACCEPTED", "TENTATIVE", "DECLINED", "NEEDS-ACTION"])
def test_every_program_is_understood(shape: Shape, partstat: str) -> None:
    found = only(ics(says("mother-1", partstat), shape))
    assert found.method == "REPLY"
    assert (found.uid, found.attendee) == (invite("mother-1").uid, "mother+school@home.example")
    assert (found.partstat, found.sequence, found.stamp) == (partstat, 0, ANSWERED)
    assert found.start == STARTS.replace(tzinfo=UTC)
    assert found.end == found.start + timedelta(hours=1)
    assert not found.note


@pytest.mark.parametrize("shape", SHAPES)
def test_another_time_is_read_in_the_zone_it_is_written_in(shape: Shape) -> None:
    found = only(ics(says("sw-1", "TENTATIVE", start=datetime(2027, 6, 14, 10)), shape))
    assert (found.method, found.partstat) == ("COUNTER", "TENTATIVE")
    assert found.start == datetime(2027, 6, 14, 9, tzinfo=UTC), "it is summer time"


@pytest.mark.parametrize("shape", SHAPES)
def test_a_note_is_noticed_and_never_kept(shape: Shape) -> None:
    found = only(ics(says("mother-1", "DECLINED", note="Zz is in hospital"), shape))
    assert found.note
    assert "hospital" not in repr(found)


@pytest.mark.parametrize("shape", SHAPES)
def test_who_comes_instead(shape: Shape) -> None:
    found = only(ics(says("hv-1", "DELEGATED", to="hv-2@health.example"), shape))
    assert (found.partstat, found.delegated_to) == ("DELEGATED", ("hv-2@health.example",))


def test_the_delegate_beside_the_one_who_delegates_says_nothing_yet() -> None:
    both = changed(
        ics(says("hv-1", "DELEGATED", to="hv-2@health.example"), "google"),
        "CREATED:",
        'ATTENDEE;PARTSTAT=NEEDS-ACTION;DELEGATED-FROM="mailto:hv-1@health.example":mailto:hv-2@health.example\r\nCREATED:',
    )
    assert only(both).attendee == "hv-1@health.example"
    alone = changed(
        ics(says("hv-1", address="hv-2@health.example"), "google"),
        ";CUTYPE=INDIVIDUAL",
        ';DELEGATED-FROM="MAILTO:HV-1@health.example"',
    )
    found = only(alone)
    assert (found.attendee, found.delegated_from) == ("hv-2@health.example", ("hv-1@health.example",))


def test_a_room_beside_a_person_says_nothing() -> None:
    room = "ATTENDEE;CUTYPE=ROOM;PARTSTAT=ACCEPTED:mailto:room-2@council.example\r\nCREATED:"
    assert only(changed(ics(says("sw-1"), "google"), "CREATED:", room)).attendee == "sw-1@council.example"
    alone = only(changed(ics(says("sw-1", "DECLINED"), "google"), "CUTYPE=INDIVIDUAL", "CUTYPE=RESOURCE"))
    assert (alone.place, alone.partstat) == (True, "DECLINED")


def test_several_who_answer_are_several_replies() -> None:
    two = changed(
        ics(says("hv-1"), "google"),
        "CREATED:",
        "ATTENDEE;PARTSTAT=DECLINED:mailto:sch-1@school.example\r\nCREATED:",
    )
    assert [(one.attendee, one.partstat) for one in read_replies(two) if isinstance(one, Reply)] == [
        ("hv-1@health.example", "ACCEPTED"),
        ("sch-1@school.example", "DECLINED"),
    ]


def test_an_answer_on_somebodys_behalf() -> None:
    data = changed(ics(says("sw-1")), "ATTENDEE;", 'ATTENDEE;SENT-BY="mailto:Office@Council.example";')
    assert only(data).sent_by == "office@council.example"


@pytest.mark.parametrize("method", ["reply", "Reply", " REPLY "])
def test_the_method_in_any_letters(method: str) -> None:
    data = changed(ics(says("sw-1")), "METHOD:REPLY", f"METHOD:{method}")
    assert only(data).method == "REPLY"


def test_a_missing_method_is_the_headers_or_else_an_answers() -> None:
    data = changed(ics(says("sw-1", "DECLINED")), "METHOD:REPLY\r\n", "")
    assert only(data).method == "REPLY"
    assert only(data, "counter").method == "COUNTER"
    assert only(data, "!").method == "REPLY"
    asked = changed(data, "PARTSTAT=DECLINED", "PARTSTAT=NEEDS-ACTION")
    assert read_replies(asked) == (NoReply("", invite("sw-1").uid),)


def test_the_calendars_own_method_counts_before_the_headers() -> None:
    assert only(ics(says("sw-1")), "REQUEST").method == "REPLY"
    request = changed(ics(says("sw-1")), "METHOD:REPLY", "METHOD:REQUEST")
    assert read_replies(request, "REPLY") == (NoReply("REQUEST", invite("sw-1").uid),)


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL", "DECLINECOUNTER", "PUBLISH", "ADD", "X-ODD"])
def test_what_is_no_reply_is_named(method: str) -> None:
    data = changed(ics(says("sw-1")), "METHOD:REPLY", f"METHOD:{method}")
    assert read_replies(data) == (NoReply(method, invite("sw-1").uid),)


def test_somebody_asks_for_the_invite_once_more() -> None:
    data = changed(ics(says("sw-1", "NEEDS-ACTION")), "METHOD:REPLY", "METHOD:REFRESH")
    assert only(data).method == "REFRESH"


def test_an_answer_of_nobody() -> None:
    data = ics(says("sw-1"))
    start = data.index(b"ATTENDEE")
    nobody = data[:start] + data[data.index(b"COMMENT") :]
    assert only(nobody).attendee is None
    assert only(changed(data, "MAILTO:sw-1@council.example", "/O=COUNCIL/CN=SW")).attendee is None


@pytest.mark.parametrize("lacking", ["DTSTAMP", "SEQUENCE", "DTSTART", "DTEND"])
def test_what_is_left_out_is_not_known(lacking: str) -> None:
    data = b"".join(
        line for line in ics(says("sw-1")).splitlines(keepends=True) if not line.startswith(lacking.encode())
    )
    # The zone's own DTSTART went with it, so a zone is defined no more; its name says enough.
    found = only(data)
    value = {"DTSTAMP": found.stamp, "SEQUENCE": found.sequence, "DTSTART": found.start, "DTEND": found.end}[
        lacking
    ]
    assert value is None


def test_a_duration_makes_an_end() -> None:
    data = ics(says("sw-1"), "google")
    line = next(one for one in data.splitlines() if one.startswith(b"DTEND"))
    assert only(data.replace(line, b"DURATION:PT90M")).end == STARTS.replace(tzinfo=UTC) + timedelta(
        minutes=90
    )
    assert only(data.replace(line, b"DURATION:-PT90M")).end is None
    assert only(data.replace(line, b"DURATION:P99999999W")).end is None


@pytest.mark.parametrize(
    ("written", "partstat"),
    [
        ("accepted", "ACCEPTED"),
        ("IN-PROCESS", "NEEDS-ACTION"),
        ("X-ODD", "NEEDS-ACTION"),
        ("", "NEEDS-ACTION"),
    ],
)
def test_an_answer_that_is_not_known_is_none(written: str, partstat: str) -> None:
    assert only(changed(ics(says("sw-1")), "PARTSTAT=ACCEPTED", f"PARTSTAT={written}")).partstat == partstat


@pytest.mark.parametrize(
    ("written", "mailbox"),
    [
        ("mailto:A.B@X.example", "a.b@x.example"),
        ("MAILTO:a%2Bb@x.example", "a+b@x.example"),
        ("mailto:<a@x.example>", "a@x.example"),
        ("a@x.example", "a@x.example"),
        ("mailto:a@x.example?subject=Hello", "a@x.example"),
        ("mailto:a@x.example.", "a@x.example"),
        ("invalid:nomail", None),
        ("urn:uuid:1", None),
        ("mailto:", None),
        ("mailto:a b@x.example", None),
        ("mailto:a%0d%0a@x.example", None),
        ("mailto:a@b@x.example", None),
        (f"mailto:{'a' * 101}@x.example", None),
    ],
)
def test_mailboxes(written: str, mailbox: str | None) -> None:
    assert address_of(written) == mailbox


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"BEGIN:VCALENDAR\r\n", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n" * 1_100]
)
def test_what_is_no_calendar_is_told(data: bytes) -> None:
    with pytest.raises(CalendarFileError):
        read_replies(data)


def test_a_calendar_without_a_meeting_answers_nothing() -> None:
    assert read_replies(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n") == (
        NoReply("REPLY", None),
    )


def test_an_answer_of_any_size_is_not_read() -> None:
    with pytest.raises(CalendarFileError):
        read_replies(ics(says("sw-1")) + b" " * 1_000_001)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(SHAPES),
    st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=4), st.integers(0, 30)), min_size=1, max_size=6),
)
def test_damaged_answers_are_read_or_refused(shape: Shape, damage: list[tuple[float, bytes, int]]) -> None:
    data = ics(Says(invite("hv-1"), "DELEGATED", to="hv-2@health.example", note="x"), shape)
    for where, put, cut in damage:
        at = int(where * len(data))
        data = data[:at] + put + data[at + cut :]
    try:
        found = read_replies(data)
    except CalendarFileError:
        return
    for one in found:
        assert isinstance(one, Reply | NoReply)
        if isinstance(one, Reply):
            assert one.stamp is None or one.stamp.tzinfo is not None
