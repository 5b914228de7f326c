"""The mail server of a run, its misdeeds, and the mailboxes that it fills."""

from __future__ import annotations

import asyncio
import email
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import icalendar
from mail_server import MailServer, hang_up

MISDEEDS: Final = (
    "put off",
    "refused",
    "closed before the mail",
    "taken, no answer",
    "lost, no answer",
    "silent, then closed",
)
_SILENT: Final = 1.0


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail that the server has taken."""

    address: str
    uid: str
    sequence: int
    method: str
    stamp: datetime
    shown: tuple[datetime, datetime, str]
    """Start and end by the wall clock, and the place."""


@dataclass
class Post:
    """Takes mails, and misbehaves as often as it is told to."""

    server: MailServer = field(default_factory=MailServer)
    misdeeds: deque[str] = field(default_factory=deque)
    """What is done to the next mails, one each."""
    killing: Callable[[], None] | None = None
    """Done once, when the next mail has come in whole, before its answer."""

    def __post_init__(self) -> None:
        self.server.on_rcpt = self._asked
        self.server.on_data = self._given

    def _asked(self, server: MailServer, smtp: Any, address: str) -> str | None:
        if self.misdeeds and self.misdeeds[0] in ("put off", "closed before the mail"):
            if self.misdeeds.popleft() == "put off":
                return "451 try again later"
            hang_up(smtp)
        return None

    def _given(self, server: MailServer, smtp: Any, name: str) -> Any:
        killing, self.killing = self.killing, None
        if killing is not None:
            killing()
            return None
        if not self.misdeeds:
            return None
        match self.misdeeds.popleft():
            case "refused":
                return "550 no such mailbox"
            case "taken, no answer":
                hang_up(smtp)
                return None
            case "lost, no answer":
                hang_up(smtp)
                return "451 lost"
            case "silent, then closed":
                return _silent(smtp)
        return None

    def taken(self, domain: str) -> list[Taken]:
        """The mails to addresses that end so, in order."""
        return [
            _read(address, content)
            for address, _, content in list(self.server.accepted)
            if address.endswith(domain)
        ]


async def _silent(smtp: Any) -> str:
    await asyncio.sleep(_SILENT)
    hang_up(smtp)
    return "451 too late"


def _read(address: str, content: bytes) -> Taken:
    part = next(
        one for one in email.message_from_bytes(content).walk() if one.get_content_type() == "text/calendar"
    )
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    calendar = icalendar.Calendar.from_ical(payload)
    (event,) = calendar.walk("VEVENT")
    place = str(event.get("LOCATION", ""))
    return Taken(
        address, str(event["UID"]), int(event.get("SEQUENCE", 0)), str(calendar["METHOD"]),
        event["DTSTAMP"].dt,
        (event["DTSTART"].dt.replace(tzinfo=None), event["DTEND"].dt.replace(tzinfo=None), place),
    )  # fmt: skip


def mailboxes(mails: Iterable[Taken]) -> dict[tuple[str, str], tuple[datetime, datetime, str]]:
    """What calendar programs show at last: of each mailbox and UID, what was said under the highest sequence."""
    last: dict[tuple[str, str], Taken] = {}
    for one in mails:
        before = last.get((one.address, one.uid))
        if before is None or (one.sequence, one.stamp) > (before.sequence, before.stamp):
            last[one.address, one.uid] = one
    return {key: one.shown for key, one in last.items() if one.method == "REQUEST"}
