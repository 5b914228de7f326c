from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mail_cases import KEY, PERSON, SENDER, UID, cancelled, letter

from service.delivery.mail import LONGEST_ADDRESS, Letter, addressed, compose, message_id
from service.output.identity import is_ours

GOLDEN = Path(__file__).parent / "mails"
UPDATE = letter(sequence=1, answers=letter().message_id)
CANCEL = cancelled(answers=letter().message_id)
ANYTHING = st.text(st.characters(codec=None), max_size=300)


def read(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=email.policy.SMTP)
    assert isinstance(message, EmailMessage)
    for part in message.walk():
        assert not part.defects
        assert not any(getattr(value, "defects", ()) for value in part.values())
    return message


@pytest.mark.parametrize(("name", "whole"), [("request", letter()), ("update", UPDATE), ("cancel", CANCEL)])
def test_a_mail_is_as_it_was(name: str, whole: Letter) -> None:
    mail = compose(whole)
    assert mail.count(b"\n") == mail.count(b"\r\n") == mail.count(b"\r")
    golden = (GOLDEN / f"{name}.eml").read_text(encoding="ascii")
    assert mail.decode("ascii").replace("\r\n", "\n") == golden


def test_the_same_letter_gives_the_same_bytes() -> None:
    assert compose(letter()) == compose(letter())
    assert compose(letter()) != compose(UPDATE)


@pytest.mark.parametrize("whole", [letter(), UPDATE, CANCEL])
def test_a_mail_has_the_parts_that_mail_programs_look_for(whole: Letter) -> None:
    mail = read(compose(whole))
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    calendar, file = list(mail.walk())[4:]
    assert calendar["content-type"].params == {"charset": "utf-8", "method": whole.method}
    assert f"method={whole.method}".encode() in compose(whole), "without quotation marks"
    assert calendar.get_payload(decode=True) == file.get_payload(decode=True) == whole.ics
    assert file.get_content_disposition() == "attachment"
    assert file.get_filename() == ("cancel.ics" if whole.method == "CANCEL" else "invite.ics")


def test_the_headers_are_these_and_no_others() -> None:
    mail = read(compose(UPDATE))
    assert list(mail.keys()) == [
        "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted", "MIME-Version",
        "Content-Type",
    ]  # fmt: skip
    assert mail["From"] == SENDER
    assert mail["To"] == PERSON
    assert mail["Subject"] == "Meeting, ref 7F3K"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["In-Reply-To"] == mail["References"] == letter().message_id
    assert mail["Date"].datetime == letter().date


def test_the_date_is_told_in_utc() -> None:
    there = datetime(2026, 7, 1, 13, tzinfo=timezone(timedelta(hours=1)))
    assert b"\r\nDate: Wed, 01 Jul 2026 12:00:00 +0000\r\n" in compose(letter(date=there))


def test_the_page_says_what_the_text_says_and_loads_nothing() -> None:
    lines = ("10:00 & later", '<b>Room</b> "4" Zoë\'s', "", "Please answer.")
    mail = read(compose(letter(lines=lines)))
    words, page = (part.get_content() for part in list(mail.walk())[2:4])
    assert words == "".join(f"{line}\r\n" for line in lines)
    seen: list[str] = []
    tags: list[tuple[str, dict[str, str | None]]] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            tags.append((tag, dict(attrs)))

        def handle_data(self, data: str) -> None:
            seen.extend([data] if data.strip() else [])

    Reader().feed(page)
    assert seen == ["Meeting, ref 7F3K", *filter(None, lines)]
    assert {tag for tag, _ in tags} == {"html", "head", "meta", "title", "body", "h1", "p"}
    assert ("html", {"lang": "en-GB"}) in tags
    assert not {name for _, attributes in tags for name in attributes} & {"src", "href", "background"}
    assert "url(" not in page
    assert "//" not in page


@pytest.mark.parametrize(
    "subject",
    [
        "Meeting\r\nBcc: somebody@else.example",
        "Meeting\nBcc: somebody@else.example",
        "Meeting\r\n\r\n<html>",
        "Meeting\x0bBcc: x@else.example\x85Bcc: y@else.example",
        "=?utf-8?q?a=0D=0ABcc:_somebody=40else.example?= x",
        "=?utf-8?b?QmNjOiB4QGVsc2UuZXhhbXBsZQ==?=",
        "lone \ud800 surrogate \udfff",
        "w" * 2000,
        "wörter " * 300,
        "ö" * 2000,
        "☃\U0001f600" * 40,
        "",
    ],
)
def test_nothing_in_a_subject_becomes_a_header(subject: str) -> None:
    data = compose(letter(subject=subject, lines=(subject, subject)))
    assert data.isascii()
    assert max(map(len, data.split(b"\r\n"))) <= 78
    mail = read(data)
    assert list(mail.keys()) == list(read(compose(letter())).keys())
    assert [part.get_content_type() for part in mail.walk()] == [
        part.get_content_type() for part in read(compose(letter())).walk()
    ]
    assert "\n" not in mail["Subject"]
    assert "\ud800" not in mail["Subject"]
    if subject.isprintable() and "=?" not in subject:
        assert mail["Subject"].strip() == subject.strip()


@given(subject=ANYTHING, lines=st.lists(ANYTHING, max_size=4))
def test_whatever_the_words_are_the_mail_is_the_same_but_for_them(subject: str, lines: list[str]) -> None:
    whole = replace(letter(), subject=subject, lines=tuple(lines))
    data = compose(whole)
    assert data.count(b"\n") == data.count(b"\r\n") == data.count(b"\r")
    mail = email.message_from_bytes(data, policy=email.policy.SMTP)
    kinds = [part.get_content_type() for part in mail.walk()]
    assert len(kinds) == 6
    assert len(mail.keys()) == 8
    assert list(mail.walk())[5].get_payload(decode=True) == whole.ics
    assert addressed(data) == (SENDER, PERSON)


def test_long_addresses_and_ids_stay_in_one_piece() -> None:
    name = "a" * 64
    domain = ".".join(["d" * 60] * 3 + ["example"])[: LONGEST_ADDRESS - 65]
    first = message_id(KEY, "p", UID, 0, sender=f"team@{domain}")
    data = compose(letter(f"{name}@{domain}", answers=first))
    assert f"To: {name}@{domain}\r\n".encode() in data
    assert f"\r\nIn-Reply-To: {first}\r\nReferences: {first}\r\n".encode() in data
    assert addressed(data) == (SENDER, f"{name}@{domain}")


def test_an_address_that_is_not_ascii_is_written_as_it_is() -> None:
    data = compose(letter("zoë@bücher.example"))
    assert "\r\nTo: zoë@bücher.example\r\n".encode() in data
    assert addressed(data) == (SENDER, "zoë@bücher.example")
    assert addressed(compose(letter())) == (SENDER, PERSON)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "person",
        "a@b@c.example",
        "Person <person@convene.example>",
        "person@convene.example\r\nBcc: other@convene.example",
        "person@convene.example, other@convene.example",
        "\ud800@convene.example",
        "=?utf-8?q?a?=@convene.example",
        "a" * 64 + "@" + "d" * 190 + ".example",
    ],
)
@pytest.mark.parametrize("field", ["sender", "to"])
def test_only_a_plain_mailbox_is_written_to(address: str, field: str) -> None:
    with pytest.raises(ValueError, match="mailbox") as caught:
        compose(replace(letter(), **{field: address}))
    assert not address or address not in str(caught.value)


@pytest.mark.parametrize("field", ["message_id", "answers"])
@pytest.mark.parametrize(
    "text", ["a@b", "<a@b>\r\nBcc: x@y.example", "<a b@c>", "<>", "<a@b> <c@d>", "<=?a@b>"]
)
def test_only_one_id_is_an_id(field: str, text: str) -> None:
    with pytest.raises(ValueError, match="Message-ID"):
        compose(replace(letter(), **{field: text}))


def test_a_calendar_part_of_another_method_is_not_sent() -> None:
    with pytest.raises(ValueError, match="METHOD:CANCEL"):
        compose(letter(method="CANCEL"))
    with pytest.raises(ValueError, match="METHOD:REQUEST"):
        compose(letter(ics=b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"))


@pytest.mark.parametrize(
    ("was", "now"), [(b"\r\n", b"\n"), (b"\r\nUID", b"\r\r\nUID"), (b"END:VCALENDAR\r\n", b"")]
)
def test_a_calendar_part_with_other_line_ends_is_not_sent(was: bytes, now: bytes) -> None:
    broken = letter().ics.replace(was, now).removesuffix(b"\r\n" if was.startswith(b"END") else b"")
    with pytest.raises(ValueError, match="CRLF"):
        compose(letter(ics=broken))


def test_a_date_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        compose(letter(date=datetime(2026, 11, 1, 12)))


def test_a_message_id_is_the_same_for_the_same_message_alone_and_tells_nothing() -> None:
    one = message_id(KEY, "mother-1", UID, 3, sender=SENDER)
    assert one == message_id(KEY, "mother-1", UID, 3, sender=SENDER)
    others = {
        message_id(b"other", "mother-1", UID, 3, sender=SENDER),
        message_id(KEY, "father-1", UID, 3, sender=SENDER),
        message_id(KEY, "mother-1", UID[::-1], 3, sender=SENDER),
        message_id(KEY, "mother-1", UID, 4, sender=SENDER),
    }
    assert len(others | {one}) == 5
    code, _, domain = one.strip("<>").partition("@")
    assert domain == "convene.example"
    assert is_ours(KEY, code)
    assert UID not in one
    assert "mother" not in one


@pytest.mark.parametrize(
    "mail", [b"", b"From: a@b\r\n\r\nTo: c@d\r\n", b"From: a@b\r\nTo: c@d\r\nTo: e@f\r\n\r\n"]
)
def test_what_is_no_mail_of_ours_has_no_addresses(mail: bytes) -> None:
    with pytest.raises(ValueError, match="from whom"):
        addressed(mail)
