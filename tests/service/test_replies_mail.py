"""Mails of all forms: the calendars in them, who sent them, and what else they are."""

from __future__ import annotations

import quopri
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reply_cases import ANSWERED, SHAPES, Shape, ics, mail, plain_mail, says

from calendars.reply import Reply, read_replies
from service.replies.mail import MOST_OCTETS, MailError, read_mail

CONTENT = ics(says("mother-1"))


def simple(content: bytes, headers: str, sender: str = "mother@home.example") -> bytes:
    return f"From: {sender}\r\n{headers}\r\n\r\n".encode() + content


def replies(data: bytes) -> list[Reply]:
    found = [one for part in read_mail(data).parts for one in read_replies(part.content, part.method)]
    return [one for one in found if isinstance(one, Reply)]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_programs_mail_holds_its_answer(shape: Shape) -> None:
    found = read_mail(mail(says("mother-1", "DECLINED"), shape))
    assert (found.sender, found.sent) == ("mother+school@home.example", ANSWERED)
    assert not found.sealed
    answers = replies(mail(says("mother-1", "DECLINED"), shape))
    assert {one.partstat for one in answers} == {"DECLINED"}
    assert len(set(answers)) == 1, "what is in it twice is the same"


def test_googles_answers_say_that_a_machine_wrote_them() -> None:
    assert read_mail(mail(says("mother-1"), "google")).automatic
    assert not read_mail(mail(says("mother-1"), "exchange")).automatic


@pytest.mark.parametrize(
    "kind",
    [
        "text/calendar",
        "TEXT/Calendar; METHOD=reply",
        "application/ics",
        "application/octet-stream; name=reply.ICS",
        "text/plain; name=reply.ics",
        "text/x-vcalendar",
    ],
)
def test_a_calendar_by_its_type_or_its_name(kind: str) -> None:
    assert len(replies(simple(CONTENT, f"Content-Type: {kind}"))) == 1


@pytest.mark.parametrize(("coding", "content"), [
    ("8bit", CONTENT), ("binary", CONTENT), ("quoted-printable", quopri.encodestring(CONTENT)),
    ("x-odd", CONTENT),
])  # fmt: skip
def test_codings(coding: str, content: bytes) -> None:
    found = replies(simple(content, f"Content-Type: text/calendar\r\nContent-Transfer-Encoding: {coding}"))
    assert [one.attendee for one in found] == ["mother+school@home.example"]


@pytest.mark.parametrize("charset", ["us-ascii", "iso-8859-1", "x-odd", "", "utf-16", "\x00"])
def test_a_wrong_charset_does_not_matter(charset: str) -> None:
    said = CONTENT.replace(b"Made-up", "Zoë".encode())
    assert len(replies(simple(said, f"Content-Type: text/calendar; charset={charset}"))) == 1


def test_a_right_charset_that_is_not_utf_8() -> None:
    said = CONTENT.decode().replace("Made-up", "Zoë").encode("utf-16")
    (part,) = read_mail(simple(said, "Content-Type: text/calendar; charset=utf-16")).parts
    assert "Zoë".encode() in part.content
    latin = CONTENT.decode().replace("Made-up", "Zoë").encode("latin-1")
    (part,) = read_mail(simple(latin, "Content-Type: text/calendar; charset=latin-1")).parts
    assert "Zoë".encode() in part.content


def attached() -> EmailMessage:
    """A mail of the team's manager with an answer that went to them attached."""
    inner = EmailMessage(policy=SMTP)
    inner["From"] = "mother+school@home.example"
    inner.add_attachment(CONTENT, maintype="text", subtype="calendar", params={"method": "REPLY"})
    outer = EmailMessage(policy=SMTP)
    outer["From"] = "Manager <tm@council.example>"
    outer.set_content("See below.")
    outer.add_attachment(inner)
    return outer


def test_a_mail_that_is_attached() -> None:
    found = read_mail(bytes(attached()))
    assert (found.sender, found.inner) == ("tm@council.example", "mother+school@home.example")
    assert [part.attached for part in found.parts] == [True]


def test_parts_within_parts() -> None:
    text = "Content-Type: text/calendar\r\n\r\n" + CONTENT.decode()
    for depth in range(10):
        text = f"Content-Type: multipart/mixed; boundary=b{depth}\r\n\r\n--b{depth}\r\n{text}\r\n--b{depth}--\r\n"
    assert len(replies(f"From: a@home.example\r\n{text}".encode())) == 1


@pytest.mark.parametrize("deep", [30, 5_000])
def test_too_many_parts_within_parts_are_refused(deep: int) -> None:
    data = "".join(f"Content-Type: multipart/mixed; boundary=b{k}\n\n--b{k}\n" for k in range(deep))
    with pytest.raises(MailError, match="deep"):
        read_mail(data.encode())


def test_too_much_is_refused() -> None:
    with pytest.raises(MailError, match="larger"):
        read_mail(b" " * (MOST_OCTETS + 1))
    parts = "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * 300
    with pytest.raises(MailError, match="more than 200 parts"):
        read_mail(f"Content-Type: multipart/mixed; boundary=b\r\n\r\n{parts}--b--".encode())


@pytest.mark.parametrize(
    "headers",
    ["Content-Type: application/ms-tnef", 'Content-Type: application/octet-stream; name="WinMail.dat"'],
)
def test_what_only_outlook_reads_is_noticed(headers: str) -> None:
    found = read_mail(simple(b"\x78\x9f\x3e\x22", headers))
    assert found.sealed
    assert not found.parts


@pytest.mark.parametrize(
    ("header", "automatic"),
    [
        ("Auto-Submitted: auto-replied", True),
        ("Auto-Submitted: Auto-Generated; owner-email=x", True),
        ("Auto-Submitted: no", False),
        ("Precedence: bulk", True),
        ("Precedence: first-class", False),
        ("X-Autoreply: yes", True),
        ("X-Auto-Response-Suppress: All", True),
        ("X-Auto-Response-Suppress: DR, OOF, AutoReply", False),
    ],
)
def test_what_a_machine_wrote(header: str, automatic: bool) -> None:
    assert read_mail(plain_mail("a@home.example", headers=f"{header}\r\n")).automatic == automatic


@pytest.mark.parametrize(
    ("header", "sender"),
    [
        ("From: =?utf-8?q?Zo=C3=AB?= <Zoe@Home.example>", "zoe@home.example"),
        ("From: zoe@home.example", "zoe@home.example"),
        ("From: zoe@home.example, other@home.example", None),
        ("From: undisclosed", None),
        ("Subject: none", None),
        ("From: Zoe <noreply@email.apple.com>\r\nReply-To: Zoe <zoe@icloud.example>", "zoe@icloud.example"),
        ("From: Zoe <noreply@email.apple.com>", "noreply@email.apple.com"),
        ("From: Zoe <zoe@home.example>\r\nReply-To: Other <other@home.example>", "zoe@home.example"),
    ],
)
def test_who_sent_it(header: str, sender: str | None) -> None:
    assert read_mail(f"{header}\r\n\r\nHello\r\n".encode()).sender == sender


def test_what_could_not_be_delivered() -> None:
    report = b"""From: MAILER-DAEMON@mail.example\r
Content-Type: multipart/report; report-type=delivery-status; boundary=b\r
\r
--b\r
Content-Type: text/plain\r
\r
Sorry.\r
--b\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mail.example\r
\r
Final-Recipient: rfc822; Mother@home.example\r
Action: failed\r
Status: 5.1.1\r
\r
Final-Recipient: rfc822; sch-1@school.example\r
Action: delayed\r
\r
--b--\r
"""
    assert read_mail(report).failed == ("mother@home.example",)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(SHAPES),
    st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=6), st.integers(0, 60)), min_size=1, max_size=8),
)
def test_damaged_mails_are_read_or_refused(shape: Shape, damage: list[tuple[float, bytes, int]]) -> None:
    data = mail(says("mother-1"), shape)
    for where, put, cut in damage:
        at = int(where * len(data))
        data = data[:at] + put + data[at + cut :]
    try:
        found = read_mail(data)
    except MailError:
        return
    assert found.sender is None or "@" in found.sender
