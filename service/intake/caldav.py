"""Somebody's busy times from their CalDAV calendar: by the server's own free/busy report, else from the events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Literal, cast
from urllib.parse import urlsplit

from caldav.calendarobjectresource import Event, FreeBusy
from caldav.collection import Calendar
from caldav.davclient import DAVClient
from caldav.lib.error import DAVError

from service.caldav_push.account import Account, AccountError, read_account
from service.caldav_push.collection import CollectionError
from service.caldav_push.server import Server
from service.caldav_push.session import Session
from service.intake.fetch import FetchError


@dataclass(frozen=True, slots=True)
class CaldavSource:
    """What a calendar on a server gave."""

    name: str
    data: bytes
    """Calendar files, one after the other."""
    by: Literal["free/busy", "events"]


def account_of(url: str, environment: Mapping[str, str]) -> Account:
    """Whose account, as the address and the environment say (see `service.caldav_push.account`).

    Raises
    ------
    FetchError
        With every fault; no password is in it.
    """
    try:
        return read_account(url, environment)
    except AccountError as error:
        raise FetchError(str(error)) from error


def name_of(account: Account, collection: str | None) -> str:
    """What the source is called: the server's name, and a digest of the rest."""
    rest = "\n".join((account.url, account.user or "", collection or ""))
    return f"{(urlsplit(account.url).hostname or '')[:80]} {sha256(rest.encode()).hexdigest()[:10]}"


def read_caldav(
    account: Account,
    start: datetime,
    end: datetime,
    *,
    collection: str | None = None,
    allow_private: bool = False,
) -> CaldavSource:
    """The busy times of a calendar.

    A free/busy report (RFC 4791 section 7.10) tells nothing but times, so it is asked for first. Where a server has none,
    its events are read, and all but their times is dropped when they are (`calendars.busy`).

    Parameters
    ----------
    account
        Its address is that of a calendar, an account, or a server.
    start, end
        What time is asked about; aware.
    collection
        Which calendar is meant, where there are several.
    allow_private
        Whether the server may be inside the house.

    Raises
    ------
    FetchError
        The server can't be used. The text may be shown.
    """
    name = name_of(account, collection)
    session = Session(account, allow_private=allow_private)
    try:
        found = Server(account.url, session).find(collection)
        client = DAVClient(url=account.url, enable_rfc6764=False)
        client.session.close()
        client.session = session  # type: ignore[assignment]  # it has all that is used of one
        calendar = Calendar(client=client, url=found.url)
        report = _freebusy(calendar, start, end)
        if report is not None:
            return CaldavSource(name, report, "free/busy")
        return CaldavSource(name, _events(calendar, start, end), "events")
    except CollectionError as error:
        raise FetchError(str(error)) from error
    finally:
        session.close()


def _freebusy(calendar: Calendar, start: datetime, end: datetime) -> bytes | None:
    """The report, or ``None`` where the server makes none."""
    try:
        # The client isn't an asynchronous one, so neither is the answer.
        answer = cast("FreeBusy", calendar.freebusy_request(start, end))
        data = _bytes(answer.data)
    # The library's own errors repeat what the server said.
    except (DAVError, ValueError, AttributeError, SyntaxError, TypeError):
        return None
    return data if b"BEGIN:VFREEBUSY" in data.upper() else None


def _events(calendar: Calendar, start: datetime, end: datetime) -> bytes:
    try:
        found = cast("list[Event]", calendar.search(event=True, start=start, end=end, expand=False))
        return b"".join(_bytes(one.data) for one in found) or _NOTHING
    except (DAVError, ValueError, AttributeError, SyntaxError, TypeError):
        raise FetchError("the server neither makes a free/busy report nor gives the events") from None


_NOTHING = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Convene//Nothing//EN\r\nEND:VCALENDAR\r\n"
"""What a calendar without any event in the time is."""


def _bytes(data: object) -> bytes:
    raw = data if isinstance(data, bytes) else str(data or "").encode()
    return raw.rstrip() + b"\r\n"


__all__ = ["CaldavSource", "account_of", "name_of", "read_caldav"]
