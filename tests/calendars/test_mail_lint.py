from __future__ import annotations

import re
from base64 import b64decode, b64encode
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mail_cases import EVENT, LINES, PERSON, ROOM, SENDER, cancelled, letter

from calendars.itip import Invitee, request
from calendars.mail_lint import MailRule, lint_mail
from service.delivery.mail import compose

MAIL = compose(letter(sequence=1, answers=letter().message_id))
ICS = letter(sequence=1).ics
ENCODED = re.compile(rb"(?<=\r\n\r\n)QkVHSU46(?:[A-Za-z0-9+/=]|\r\n)+(?=\r\n--)")


def rules(data: bytes) -> set[MailRule]:
    return {finding.rule for finding in lint_mail(data)}


def with_calendars(first: bytes, second: bytes) -> bytes:
    """The mail with other calendar parts."""
    parts = iter((first, second))

    def lines(_: re.Match[bytes]) -> bytes:
        text = b64encode(next(parts))
        return b"".join(text[at : at + 76] + b"\r\n" for at in range(0, len(text), 76))

    return ENCODED.sub(lines, MAIL)


def test_what_we_compose_is_without_fault() -> None:
    assert with_calendars(ICS, ICS) == MAIL
    alone = letter(
        ROOM, ics=request(EVENT, Invitee(ROOM, "NON-PARTICIPANT", room=True), zone="Europe/London")
    )
    with_room = letter(
        ics=request(EVENT, Invitee(PERSON), zone="Europe/London", rooms=[Invitee(ROOM, room=True)])
    )
    for whole in (letter(), letter(sequence=3), cancelled(), alone, with_room, letter("zoë@people.example")):
        assert lint_mail(compose(whole)) == []
    assert lint_mail(MAIL) == []


@given(
    subject=st.text(st.characters(codec=None), max_size=200),
    lines=st.lists(st.text(max_size=1200), max_size=3),
)
def test_whatever_the_words_are_there_is_no_fault(subject: str, lines: list[str]) -> None:
    whole = replace(letter(), subject=subject, lines=tuple(lines))
    assert rules(compose(whole)) <= {"loads"}


SWAPS: list[tuple[bytes, bytes, MailRule]] = [
    (b"Auto-Submitted: auto-generated\r\n", b"", "auto-submitted"),
    (b"Auto-Submitted: auto-generated", b"Auto-Submitted: no", "auto-submitted"),
    (b"\r\nTo: ", b"\r\nBcc: x@else.example\r\nTo: ", "header"),
    (b"\r\nTo: ", b"\r\nCc: x@else.example\r\nTo: ", "header"),
    (b"\r\nTo: ", b"\r\nX-Mailer: Convene 1.0 on somebodys-laptop\r\nTo: ", "header"),
    (b"\r\nTo: ", b"\r\nTo: x@else.example\r\nTo: ", "header"),
    (b"\r\nTo: ", b"\r\nReply-To: x@else.example\r\nTo: ", "header"),
    (b"MIME-Version: 1.0\r\n", b"", "header"),
    (b"MIME-Version: 1.0", b"MIME-Version: 2.0", "header"),
    (b"Subject: Meeting", b"Subject\r\nMeeting", "header"),
    (b"To: person-21@convene.example", b"To: person-22@convene.example", "recipient"),
    (b"To: person-21@convene.example", b"To: person-21@convene.example, x@else.example", "recipient"),
    (b"To: person-21@convene.example", b"To: Person 21 <person-21@convene.example>", "recipient"),
    (b"From: yew@", b"From: oak@", "organiser"),
    (b"From: yew@convene.example", b"From: Yew Team <yew@convene.example>", "organiser"),
    (b"method=REQUEST", b"method=request", "method"),
    (b"method=REQUEST", b"method=CANCEL", "method"),
    (b"; method=REQUEST", b"", "method"),
    (b"Date: Sun, 01 Nov 2026 12:00:00 +0000", b"Date: 2026-11-01", "date"),
    (b"@convene.example>\r\nIn-", b"@laptop.example>\r\nIn-", "message-id"),
    (b"In-Reply-To: <", b"In-Reply-To: =?utf-8?q?=3C", "message-id"),
    (b"invite.ics", b"Person-21.ics", "file-name"),
    (b"Content-Disposition: attachment", b"Content-Disposition: inline", "file-name"),
    (b"text/plain", b"text/markdown", "structure"),
    (b"multipart/alternative", b"multipart/related", "structure"),
    (b"application/ics", b"text/calendar", "structure"),
    (b"--\r\n\r\n--=_mixed", b"--\r\nmore\r\n--=_mixed", "structure"),
    (b'boundary="=_mixed', b'boundary="=_other', "structure"),
    (b'text/html; charset="utf-8"', b'text/html; charset="latin-1"', "encoding"),
    (b"Content-Transfer-Encoding: quoted-printable", b"Content-Transfer-Encoding: 8bit", "encoding"),
    (b"QkVHSU46", b"QkVH*U46", "encoding"),
    (b"<h1>", b'<img src=3D"https://else.example/seen.png">', "loads"),
    (b"<h1>", b'<h1 style=3D"background: url(x)">', "loads"),
    (b"<h1>", b"<script>x</script>", "loads"),
    (b"Please answer", b"Please" + b" answer" * 200, "line-length"),
    (b"Please answer", b"Please\nanswer", "line-end"),
    (b"Please answer", b"Please\0answer", "encoding"),
    (
        b"Content-Transfer-Encoding: base64\r\nContent-Type: text",
        b"X-By: me\r\nContent-Type: text",
        "encoding",
    ),
    (
        b"Content-Disposition: attachment",
        b"Content-Description: 7\r\nContent-Disposition: attachment",
        "header",
    ),
]


@pytest.mark.parametrize(("was", "now", "rule"), SWAPS)
def test_a_fault_is_found(was: bytes, now: bytes, rule: MailRule) -> None:
    assert was in MAIL
    assert rule in rules(MAIL.replace(was, now, 1))


def test_text_around_the_parts_is_a_fault() -> None:
    assert "structure" in rules(MAIL + b"more\r\n")
    assert "structure" in rules(MAIL.replace(b"\r\n\r\n--=_mixed", b"\r\n\r\nhidden\r\n--=_mixed", 1))
    assert "structure" in rules(MAIL[: len(MAIL) // 2] + b"\r\n")
    assert "structure" in rules(b"")
    assert "structure" in rules(b"From: x\r\n")


def test_faults_of_the_calendar_are_told() -> None:
    broken = ICS.replace(b"CLASS:PRIVATE\r\n", b"")
    assert rules(with_calendars(broken, broken)) == {"calendar"}
    bare = ICS.replace(b"\r\n", b"\n")
    assert "calendar" in rules(with_calendars(bare, bare))


def test_two_calendar_parts_that_differ() -> None:
    assert rules(with_calendars(ICS, ICS.replace(b"SEQUENCE:1", b"SEQUENCE:2"))) == {"calendar-differs"}


@pytest.mark.parametrize(
    ("was", "now", "rule"),
    [
        (b"METHOD:REQUEST", b"METHOD:CANCEL", "method"),
        (b"METHOD:REQUEST", b"METHOD:PUBLISH", "method"),
        (b"METHOD:REQUEST\r\n", b"", "method"),
        (b"mailto:" + SENDER.encode(), b"mailto:oak@convene.example", "organiser"),
        (b"mailto:" + PERSON.encode(), b"mailto:person-22@convene.example", "recipient"),
        (b"CLASS:", b"ATTENDEE:mailto:person-22@convene.example\r\nCLASS:", "recipient"),
    ],
)
def test_what_the_calendar_says_is_what_the_mail_says(was: bytes, now: bytes, rule: MailRule) -> None:
    unfolded = ICS.replace(b"\r\n ", b"")
    changed = unfolded.replace(was, now)
    assert changed != unfolded
    assert rule in rules(with_calendars(changed, changed))


@pytest.mark.parametrize(
    ("was", "now"),
    [
        (b"Subject: Meeting", b"Subject: Jane  DOE"),
        (b"Subject: Meeting", b"Subject: =?utf-8?q?Jane_D?= =?utf-8?b?b2U=?="),
        (b"Subject: Meeting", b"Subject: Jane\r\n Doe"),
        (b"invite.ics", b"jane%20doe.ics"),
        (b"Subject", b"X-Jane Doe"),
        (b"Please answer", b"Jane=20D=6Fe"),
        (b"Please answer", b"Jane =\r\nDoe"),
        (b"Please answer", b"Jane\r\nDoe"),
        (b"<h1>", b'<h1 title=3D"Jane Doe">'),
        (b"<h1>", b"<h1><b>Ja</b>ne&#32;Doe"),
        (b"<h1>", b"<h1>Jane<br>Doe"),
        (b"=_mixed", b"Jane Doe"),
    ],
)
def test_a_forbidden_string_is_found_however_it_is_written(was: bytes, now: bytes) -> None:
    assert was in MAIL
    findings = lint_mail(MAIL.replace(was, now), forbidden=["nobody", "Jane Doe"])
    hits = [finding for finding in findings if finding.rule == "forbidden-text"]
    assert hits
    assert all("forbidden string 2" in hit.text for hit in hits)
    assert not any("jane" in f"{hit.text} {hit.part}".casefold() for hit in hits)


def test_a_forbidden_string_is_found_within_a_calendar_part_alone() -> None:
    told = ICS.replace(b"LOCATION:Room", b"LOCATION:Jane\r\n  Doe")
    for first, second in ((told, ICS), (ICS, told)):
        findings = lint_mail(with_calendars(first, second), forbidden=["jane doe"])
        assert {finding.part for finding in findings if finding.rule == "forbidden-text"} == {
            "text/calendar" if first is told else "application/ics"
        }


@pytest.mark.parametrize(
    ("line", "found"), [("JD comes", True), ("jd comes", False), ("JDx comes", False), ("(JD)", True)]
)
def test_a_forbidden_word_is_whole_and_in_its_case(line: str, found: bool) -> None:
    mail = compose(letter(lines=(*LINES, line)))
    assert bool(lint_mail(mail, forbidden_words=["JD"])) is found


def test_what_is_encoded_is_not_taken_for_words() -> None:
    encoded = ENCODED.findall(MAIL)[0]
    assert b"BEGIN" in b64decode(encoded)
    assert lint_mail(MAIL, forbidden=[encoded[:8].decode()]) == []
