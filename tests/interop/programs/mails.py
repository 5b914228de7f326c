"""A message as the mail that carries it."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

from product import MAILBOX, ORGANISER


def mail(content: bytes, method: str, *, to: str = MAILBOX) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = ORGANISER, to, "Meeting, ref 7F3K"
    message["Date"] = "Sun, 01 Nov 2026 09:30:00 +0000"
    message["Message-ID"] = f"<{abs(hash(content))}@convene.example>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("Meeting, ref 7F3K\n")
    message.add_alternative("<p>Meeting, ref 7F3K</p>", subtype="html")
    part = EmailMessage(policy=SMTP)
    part.set_content(content, maintype="text", subtype="calendar", cte="base64")
    part.set_param("charset", "utf-8")
    part.set_param("method", method)
    message.attach(part)
    message.make_mixed()
    message.add_attachment(content, maintype="application", subtype="ics", filename="invite.ics")
    return message.as_bytes()


def calendar_of(raw: bytes) -> bytes:
    """The calendar part of a mail."""
    message = message_from_bytes(raw, policy=SMTP)
    (part,) = (one for one in message.walk() if one.get_content_type() == "text/calendar")
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content
