"""The answers in a mail, whatever its form: the parts that are calendars, who sent it, and what else it is.

Whether a mail was sent by a machine decides nothing about an answer in it: Google Calendar marks its users' answers
``Auto-Submitted: auto-generated``, and a room's mailbox answers by itself (RFC 3834 section 5). It only tells an
out-of-office note, which nobody needs to read, from a mail that somebody has written.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from typing import Final

from calendars.reply import address_of

MOST_OCTETS: Final = 5_000_000
"""Of one mail. An answer has some thousands; pictures in signatures make more."""
MOST_PARTS: Final = 200
DEEPEST: Final = 15
"""Parts within parts."""
RELAYS: Final = frozenset({"noreply@email.apple.com"})
"""Senders that send in the name of their users, who are then in Reply-To: iCloud's calendar does."""

_CALENDARS: Final = frozenset(
    {"text/calendar", "application/ics", "text/x-vcalendar", "application/calendar"}
)
_TNEF: Final = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_BULK: Final = frozenset({"bulk", "junk", "list", "auto_reply"})
_FAILED: Final = re.compile(r"\s*failed\b", re.IGNORECASE)


class MailError(ValueError):
    """A mail that isn't read; the message says why, and repeats nothing of it."""


@dataclass(frozen=True, slots=True)
class Part:
    """A calendar in a mail."""

    content: bytes
    """In UTF-8, as far as could be made out."""
    method: str | None
    """As the part's header has it."""
    attached: bool
    """Whether it is in a mail that was attached to this one."""


@dataclass(frozen=True, slots=True)
class Mail:
    """What matters of a mail. Neither its subject nor its text is kept."""

    sender: str | None
    """Mailbox of the author, in lower case."""
    inner: str | None
    """Of the mail that is attached to it, if one is."""
    sent: datetime | None
    """In UTC."""
    automatic: bool
    """Whether a machine wrote it, by its own account."""
    parts: tuple[Part, ...]
    sealed: bool
    """Whether it is, or holds, an Outlook message in a form that only Outlook reads (winmail.dat)."""
    failed: tuple[str, ...] = ()
    """Mailboxes to which, by this report, something could not be delivered (RFC 3464)."""


def read_mail(data: bytes) -> Mail:
    """Read a mail that may hold anything.

    Parameters
    ----------
    data
        As a server or a folder keeps it (RFC 5322).

    Raises
    ------
    MailError
        For one that is too large or has too many parts; no other exception, whatever the bytes.
    """
    if len(data) > MOST_OCTETS:
        raise MailError(f"the mail is larger than the {MOST_OCTETS:,} bytes that are read")
    # The older policy gives headers as they are, where the newer one may raise.
    try:
        message = email.message_from_bytes(data, policy=email.policy.compat32)
        leaves = list(_leaves(message, 0, attached=False))
    except RecursionError:
        raise MailError(f"the mail has parts within parts more than {DEEPEST} deep") from None
    if len(leaves) > MOST_PARTS:
        raise MailError(f"the mail has more than {MOST_PARTS} parts")
    return Mail(
        sender=_author(message),
        inner=_attached_author(message),
        sent=_date(message),
        automatic=_automatic(message),
        parts=tuple(_part(one, attached) for one, attached in leaves if _is_calendar(one)),
        sealed=any(_is_sealed(one) for one, _ in leaves),
        failed=tuple(dict.fromkeys(name for one, _ in leaves for name in _undelivered(one))),
    )


def _leaves(message: Message, depth: int, *, attached: bool) -> Iterator[tuple[Message, bool]]:
    """The parts that hold something, each with whether it is in a mail that is attached."""
    if depth > DEEPEST:
        raise MailError(f"the mail has parts within parts more than {DEEPEST} deep")
    kind, inside = message.get_content_type(), _inside(message)
    if kind == "message/delivery-status" or not inside:
        yield message, attached
        return
    for part in inside:
        yield from _leaves(part, depth + 1, attached=attached or kind == "message/rfc822")


def _inside(message: Message) -> list[Message]:
    """The parts of a mail that has some. The text of one without isn't touched: its charset may be any nonsense."""
    payload = message.get_payload() if message.is_multipart() else None
    return [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []


def _attached_author(message: Message) -> str | None:
    """The author of the first mail that is attached."""
    for part in message.walk():
        if part.get_content_type() == "message/rfc822":
            return next((_author(one) for one in _inside(part)), None)
    return None


def _header(message: Message, name: str) -> str:
    return str(message.get(name, ""))


def _addresses(message: Message, name: str) -> list[str]:
    found = getaddresses([str(one) for one in message.get_all(name, [])])
    return [address for _, one in found if (address := address_of(one)) is not None]


def _author(message: Message) -> str | None:
    authors = _addresses(message, "From")
    if len(authors) != 1:
        return None
    if authors[0] in RELAYS:
        replies = _addresses(message, "Reply-To")
        return replies[0] if len(replies) == 1 else authors[0]
    return authors[0]


def _date(message: Message) -> datetime | None:
    try:
        moment = parsedate_to_datetime(_header(message, "Date"))
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None


def _automatic(message: Message) -> bool:
    submitted = _header(message, "Auto-Submitted").partition(";")[0].strip().lower()
    return (
        submitted not in ("", "no")
        or _header(message, "Precedence").strip().lower() in _BULK
        or any(message.get(name) is not None for name in ("X-Autoreply", "X-Autorespond"))
        # Exchange's out-of-office notes ask for no answer to them.
        or "all" in _header(message, "X-Auto-Response-Suppress").lower()
    )


def _file_name(message: Message) -> str:
    try:
        return (message.get_filename() or "").lower()
    except (LookupError, ValueError, TypeError):
        return ""


def _is_calendar(message: Message) -> bool:
    return message.get_content_type() in _CALENDARS or _file_name(message).endswith((".ics", ".vcs"))


def _is_sealed(message: Message) -> bool:
    return message.get_content_type() in _TNEF or _file_name(message) == "winmail.dat"


def _part(message: Message, attached: bool) -> Part:
    payload = message.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    method = message.get_param("method")
    return Part(_as_utf8(content, message), method if isinstance(method, str) else None, attached)


def _as_utf8(content: bytes, message: Message) -> bytes:
    """The content in UTF-8, where the header says another charset and is right."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        charset = message.get_param("charset")
        try:
            return content.decode(charset if isinstance(charset, str) else "utf-8").encode()
        except (LookupError, ValueError):
            return content
    return content


def _undelivered(message: Message) -> Iterator[str]:
    if message.get_content_type() != "message/delivery-status":
        return
    for block in _inside(message):
        if _FAILED.match(_header(block, "Action")):
            name = _header(block, "Final-Recipient") or _header(block, "Original-Recipient")
            address = address_of(name.partition(";")[2])
            if address is not None:
                yield address


__all__ = ["MOST_OCTETS", "RELAYS", "Mail", "MailError", "Part", "read_mail"]
