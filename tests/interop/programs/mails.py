"""Mails made for a test, composed by the product, and what mails carry."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import SMTP

from product import MAILBOX, ORGANISER

from service.delivery.issued import Method
from service.delivery.mail import Letter, compose


def mail(content: bytes, method: Method) -> bytes:
    """The mail to the mother that carries these bytes, whatever they are."""
    return compose(
        Letter(
            sender=ORGANISER,
            to=MAILBOX,
            method=method,
            subject="Meeting, ref 7F3K",
            lines=("Meeting, ref 7F3K",),
            ics=content,
            message_id=f"<{abs(hash(content))}@convene.example>",
            date=datetime(2026, 11, 1, 9, 30, tzinfo=UTC),
        )
    )


def calendar_of(raw: bytes) -> bytes:
    """The calendar part of a mail."""
    message = message_from_bytes(raw, policy=SMTP)
    (part,) = (one for one in message.walk() if one.get_content_type() == "text/calendar")
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content
