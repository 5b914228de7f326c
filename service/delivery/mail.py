"""One mail to one recipient: an invite or its cancellation as mail programs expect it (RFC 5322, RFC 6047).

The words, the calendar part and the address were decided before; nothing here knows a meeting. The same letter gives
the same bytes, so that what is kept in the ledger, written as ``.eml`` and sent is one and the same.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage, MIMEPart
from email.policy import EmailPolicy
from email.utils import format_datetime
from html import escape
from typing import Final

from calendars.components import mailbox, plain
from service.delivery.issued import Method
from service.output.identity import uid as code

LONGEST_ADDRESS: Final = 254
"""Octets that a mail server has to take (RFC 5321 section 4.5.3.1.3, less the angle brackets)."""
FILES: Final[dict[Method, str]] = {"REQUEST": "invite.ics", "CANCEL": "cancel.ics"}
"""Names of the attached file."""

_ID: Final = re.compile(r"<[^\s<>@]+@[^\s<>@]+>")
_QUOTED: Final = re.compile(rb'(?<=; method=)"([A-Z]+)"')
_WHOLE: Final = frozenset({"from", "to", "message-id", "in-reply-to", "references"})
_PAGE: Final = (
    '<!DOCTYPE html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width">\n<meta name="color-scheme" content="light dark">\n'
    "<title>{title}</title>\n</head>\n"
    '<body style="font-family: sans-serif; line-height: 1.5; max-width: 40em">\n'
    "<h1>{heading}</h1>\n{paragraphs}\n</body>\n</html>\n"
)


@dataclass(frozen=True, slots=True)
class Letter:
    """What goes into one mail."""

    sender: str
    """Mailbox of the ORGANIZER."""
    to: str
    """Mailbox of the recipient."""
    method: Method
    subject: str
    lines: tuple[str, ...]
    """The words, a paragraph each."""
    ics: bytes
    """The calendar part, with METHOD."""
    message_id: str
    """See `message_id`."""
    date: datetime
    """Aware."""
    answers: str | None = None
    """Message-ID of the mail before to them about this meeting, so that their mail program keeps both together."""


class _Policy(EmailPolicy):
    """CRLF, seven bits, addresses and ids in one piece, and the method without quotation marks.

    Python's own folds an In-Reply-To of more than 78 characters by encoding it (RFC 2047), and nothing finds it then;
    and it quotes the method, where some mail programs look for ``method=REQUEST`` as it is in RFC 6047.
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() in _WHOLE:
            return f"{name}: {value}\r\n".encode()
        folded = super().fold_binary(name, value)
        return _QUOTED.sub(rb"\1", folded) if name.lower() == "content-type" else folded


_POLICY: Final = _Policy(linesep="\r\n", cte_type="7bit")


def compose(letter: Letter) -> bytes:
    r"""Write a mail.

    Returns
    -------
    bytes
        ``multipart/mixed`` of a ``multipart/alternative`` (text, HTML, ``text/calendar``) and the same calendar part as
        a file. Lines end in CRLF and have at most 998 octets; all is ASCII, but for an address that is not.

    Raises
    ------
    ValueError
        For an address that is no plain mailbox, an id that is none, a date without an offset, or a calendar part of
        another method or with other line ends than CRLF. The message repeats none of them.
    """
    for address in (letter.sender, letter.to):
        _check_address(address)
    _check_calendar(letter)
    if letter.date.tzinfo is None:
        raise ValueError("the date of a mail must say its offset from UTC")
    utf8 = not (letter.sender + letter.to + letter.message_id + (letter.answers or "")).isascii()
    policy = _POLICY.clone(utf8=utf8)
    # An encoded word in a subject would be decoded and written anew: what it hides must not become part of a header.
    subject = plain(letter.subject).replace("=?", "= ?")
    mail = EmailMessage(policy=policy)
    mail["From"] = letter.sender
    mail["To"] = letter.to
    mail["Subject"] = subject
    mail["Date"] = format_datetime(letter.date.astimezone(UTC))
    mail["Message-ID"] = _id(letter.message_id)
    if letter.answers is not None:
        mail["In-Reply-To"] = _id(letter.answers)
        mail["References"] = _id(letter.answers)
    mail["Auto-Submitted"] = "auto-generated"
    mail["MIME-Version"] = "1.0"

    lines = [plain(line) for line in letter.lines]
    words, page, calendar, file = (MIMEPart(policy=policy) for _ in range(4))
    words.set_content("".join(f"{line}\n" for line in lines), cte="quoted-printable")
    page.set_content(_page(subject, lines), subtype="html", cte="quoted-printable")
    # As bytes and in base64: as text, the line ends that RFC 5545 asks for would not survive.
    kind = {"charset": "utf-8", "method": letter.method}
    calendar.set_content(letter.ics, "text", "calendar", cte="base64", params=kind)
    name = FILES[letter.method]
    file.set_content(
        letter.ics,
        "application",
        "ics",
        cte="base64",
        disposition="attachment",
        filename=name,
        params={"name": name},
    )
    choice = MIMEPart(policy=policy)
    for whole, form, parts in (
        (choice, "alternative", (words, page, calendar)),
        (mail, "mixed", (choice, file)),
    ):
        whole["Content-Type"] = f"multipart/{form}"
        whole.set_boundary(_boundary(letter.message_id, form))
        whole.set_payload(list(parts))
    return mail.as_bytes()


def addressed(mail: bytes) -> tuple[str, str]:
    """From whom and to whom a mail is that `compose` wrote.

    Raises
    ------
    ValueError
        If it is no such mail.
    """
    head = mail.partition(b"\r\n\r\n")[0] + b"\r\n"
    found = [re.findall(rb"^%s: (\S+)\r$" % name, head, re.MULTILINE) for name in (b"From", b"To")]
    if any(len(addresses) != 1 for addresses in found):
        raise ValueError("the mail doesn't say once from whom and to whom it is")
    sender, to = (addresses[0].decode() for addresses in found)
    return sender, to


def message_id(key: bytes, recipient: str, uid: str, sequence: int, *, sender: str) -> str:
    """The Message-ID of the mail to a recipient about a meeting, which tells nothing of either.

    Parameters
    ----------
    key
        Of the caseload's UIDs and references (see `service.output.identity`).
    recipient, uid, sequence
        What the ledger knows the message by.
    sender
        Mailbox of the organiser; its domain makes the id one of theirs (RFC 5322 section 3.6.4).
    """
    return f"<{code(key, 'mail', recipient, uid, str(sequence))}@{sender.rpartition('@')[2]}>"


def _check_address(address: str) -> None:
    mailbox(address)
    if len(address.encode()) > LONGEST_ADDRESS:
        raise ValueError(f"a mailbox has at most {LONGEST_ADDRESS} characters")
    if "=?" in address:
        raise ValueError("a mailbox must be a plain address such as team@authority.example")


def _check_calendar(letter: Letter) -> None:
    if re.search(rb"(?<!\r)\n|\r(?!\n)", letter.ics) or not letter.ics.endswith(b"\r\n"):
        raise ValueError("every line of a calendar part must end in CRLF")
    if re.findall(rb"^METHOD:(.*)\r$", letter.ics, re.MULTILINE) != [letter.method.encode()]:
        raise ValueError(f"the calendar part of a {letter.method} must have METHOD:{letter.method}")


def _id(text: str) -> str:
    if not _ID.fullmatch(text) or plain(text) != text or "=?" in text:
        raise ValueError("a Message-ID must be of the form <code@domain>")
    return text


def _page(title: str, lines: Iterable[str]) -> str:
    heading, *rest = [line for line in lines if line] or [title]
    paragraphs = "\n".join(f"<p>{escape(line)}</p>" for line in rest)
    return _PAGE.format(title=escape(title), heading=escape(heading), paragraphs=paragraphs)


def _boundary(message: str, kind: str) -> str:
    # "=_" can't stand in a line of quoted-printable or base64 (RFC 2045 section 6.7).
    return f"=_{kind}_{hashlib.sha256(message.encode()).hexdigest()[:24]}"


__all__ = ["FILES", "LONGEST_ADDRESS", "Letter", "addressed", "compose", "message_id"]
