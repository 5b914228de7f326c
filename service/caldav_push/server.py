"""A calendar collection on a CalDAV server: finding it, listing, reading, writing and deleting its objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree import ElementTree

from caldav.davclient import DAVClient
from caldav.elements import cdav, dav
from caldav.lib.error import DAVError

from service.caldav_push.collection import (
    ChangedError,
    CollectionError,
    Held,
    NotAllowedError,
    UidTakenError,
)
from service.caldav_push.session import Session

_CALENDAR: Final = str(cdav.Calendar.tag)
_HOME: Final = str(cdav.CalendarHomeSet.tag)
_PRINCIPAL: Final = str(dav.CurrentUserPrincipal.tag)
_KINDS: Final = str(dav.ResourceType.tag)
_NAME: Final = str(dav.DisplayName.tag)
_COMPONENTS: Final = str(cdav.SupportedCalendarComponentSet.tag)
_ADDRESSES: Final = str(cdav.CalendarUserAddressSet.tag)
_ETAG: Final = str(dav.GetEtag.tag)
_DATA: Final = str(cdav.CalendarData.tag)
_WELL_KNOWN: Final = "/.well-known/caldav"
"""Where a server's CalDAV begins (RFC 6764 section 5)."""
_TAKEN: Final = ("no-uid-conflict", "unique-scheduling-object-resource")
_NOT_ALLOWED: Final = ("allowed-attendee-scheduling-object-change", "attendee-allowed")
"""The second is xandikos' own word for it."""


@dataclass(frozen=True, slots=True)
class Found:
    """A calendar collection."""

    url: str
    addresses: frozenset[str]
    """Mailboxes that the server knows its owner by, if it schedules; in lower case."""


class _NotThereError(CollectionError):
    """There is nothing, or nothing of CalDAV."""


class Server:
    """A CalDAV server.

    Parameters
    ----------
    url
        Of a calendar, of a principal, or of the server.
    session
        What requests are sent through.
    """

    def __init__(self, url: str, session: Session) -> None:
        self._url = url
        self._session = session
        self._client = DAVClient(url=url, enable_rfc6764=False)
        self._client.session.close()
        self._client.session = session  # type: ignore[assignment]  # it has all that is used of one

    def find(self, collection: str | None = None) -> Found:
        """The calendar that is meant.

        Parameters
        ----------
        collection
            What it is called, or the last part of its address; needed if the owner has several.

        Raises
        ------
        CollectionError
            If there is none, or several to choose from.
        """
        here = self._about(self._url, _KINDS, _PRINCIPAL, _HOME)
        if _CALENDAR in _list(here.get(_KINDS)):
            if collection is not None:
                raise CollectionError(
                    "the address is that of a calendar: leave out which collection is meant"
                )
            return Found(_with_slash(self._url), self._addresses(here.get(_PRINCIPAL)))
        if not (here.get(_PRINCIPAL) or here.get(_HOME)) and urlsplit(self._url).path in {"", "/"}:
            here = self._about(urljoin(self._url, _WELL_KNOWN), _PRINCIPAL, _HOME)
        principal = here.get(_PRINCIPAL)
        homes = _list(here.get(_HOME))
        if not homes and principal:
            homes = _list(self._about(self._joined(principal), _HOME).get(_HOME))
        if not homes:
            raise CollectionError(
                "the server has no calendars at this address: give that of the calendar itself"
            )
        return Found(self._choose(homes, collection), self._addresses(principal))

    def collection(self, url: str) -> ServerCollection:
        """The collection at an address that was found."""
        return ServerCollection(self, url)

    def propfind(self, url: str, *names: str, depth: int = 0) -> list[tuple[str, dict[str, Any]]]:
        """Properties of a resource and, at depth 1, of what is in it, by their addresses."""
        try:
            answer = self._client.propfind(url, props=list(names), depth=depth)
            _refuse(answer.status)
            found = answer.parse_propfind()
        except (DAVError, ValueError, AttributeError, SyntaxError) as error:
            raise _misunderstood(error) from None
        return [(self._joined(one.href), one.properties) for one in found]

    def multiget(self, url: str, paths: Sequence[str]) -> list[tuple[str, str, str]]:
        """Address, ETag and content of the objects that are there (RFC 4791 section 7.9)."""
        try:
            answer = self._client.report(url, _multiget(paths), depth=None)
            _refuse(answer.status)
            found = answer.parse_calendar_query()
        except (DAVError, ValueError, AttributeError, SyntaxError) as error:
            raise _misunderstood(error) from None
        return [
            (self._joined(one.href), one.etag, one.calendar_data)
            for one in found
            if one.etag and one.calendar_data
        ]

    def send(self, method: str, url: str, headers: Mapping[str, str], data: bytes | None = None) -> None:
        """Write or delete a resource.

        Raises
        ------
        CollectionError
            What the server refuses it for, where it is one of those that can be told.
        """
        answer = self._session.request(method, url, data=data, headers=headers)
        if answer.is_success or (method == "DELETE" and answer.status_code in {404, 410}):
            return
        if answer.status_code in {403, 409, 412}:
            if any(word in answer.text for word in _TAKEN):
                raise UidTakenError("the meeting is in another place of the calendar")
            if any(word in answer.text for word in _NOT_ALLOWED):
                raise NotAllowedError("the server keeps a meeting to its organiser")
        if answer.status_code == 412:
            raise ChangedError("somebody else changed the calendar meanwhile")
        _refuse(answer.status_code)

    def _about(self, url: str, *names: str) -> dict[str, Any]:
        try:
            found = self.propfind(url, *names)
        except _NotThereError:
            return {}
        return found[0][1] if found else {}

    def _addresses(self, principal: str | None) -> frozenset[str]:
        if not principal:
            return frozenset()
        told = _list(self._about(self._joined(principal), _ADDRESSES).get(_ADDRESSES))
        return frozenset(
            unquote(one[len("mailto:") :]).casefold() for one in told if one.lower().startswith("mailto:")
        )

    def _choose(self, homes: Sequence[str], collection: str | None) -> str:
        calendars: dict[str, str] = {}
        for home in homes:
            for url, properties in self.propfind(
                _with_slash(self._joined(home)), _KINDS, _NAME, _COMPONENTS, depth=1
            ):
                kinds = _list(properties.get(_COMPONENTS))
                if _CALENDAR in _list(properties.get(_KINDS)) and (not kinds or "VEVENT" in kinds):
                    calendars[_with_slash(url)] = str(properties.get(_NAME) or "")
        last = {url: unquote(url.rstrip("/").rpartition("/")[2]) for url in calendars}
        chosen = [url for url, name in calendars.items() if collection in {None, name, last[url]}]
        if len(chosen) == 1:
            return chosen[0]
        if not calendars:
            raise CollectionError("there is no calendar for meetings there: make one first")
        names = ", ".join(sorted(f'"{name or last[url]}"' for url, name in calendars.items()))
        if collection is None:
            raise CollectionError(f"there are several calendars, choose one of {names}")
        if chosen:
            raise CollectionError(
                "several calendars are called so: give the address of the one that is meant"
            )
        raise CollectionError(f"no calendar is called so, but {names}")

    def _joined(self, href: str) -> str:
        return urljoin(self._url, href)


class ServerCollection:
    """A collection as `service.caldav_push.collection.Collection` has it. Names are ours: nothing in them is escaped."""

    def __init__(self, server: Server, url: str) -> None:
        self._server = server
        self._url = _with_slash(url)

    def etags(self) -> Mapping[str, str]:
        """See `Collection`."""
        found = self._server.propfind(self._url, _ETAG, depth=1)
        return {
            _last(url): str(properties[_ETAG])
            for url, properties in found
            if not url.endswith("/") and properties.get(_ETAG)
        }

    def read(self, names: Sequence[str]) -> Mapping[str, Held]:
        """See `Collection`."""
        paths = [urlsplit(self._at(name)).path for name in names]
        found = self._server.multiget(self._url, paths)
        return {_last(url): Held(etag, data.encode()) for url, etag, data in found if _last(url) in names}

    def write(self, name: str, data: bytes, etag: str | None) -> None:
        """See `Collection`."""
        condition = {"If-None-Match": "*"} if etag is None else {"If-Match": etag}
        headers = condition | {"Content-Type": "text/calendar; charset=utf-8"}
        self._server.send("PUT", self._at(name), headers, data)

    def remove(self, name: str, etag: str) -> None:
        """See `Collection`."""
        # Nobody is to be told, whatever the server thinks of its own part in it (RFC 6638 section 8.1).
        self._server.send("DELETE", self._at(name), {"If-Match": etag, "Schedule-Reply": "F"})

    def _at(self, name: str) -> str:
        return self._url + name


def _refuse(status: int) -> None:
    if 200 <= status < 300:
        return
    if status in {404, 405, 501}:
        raise _NotThereError("there is no calendar at this address")
    told = {
        401: "the server doesn't accept the user's name and password",
        403: "the server doesn't allow that to this user",
        413: "the server finds a meeting too large",
        429: "the server wants to be left alone for a while: push again later",
        503: "the server is busy: push again later",
        507: "the calendar is full",
    }
    raise CollectionError(told.get(status, f"the server answers with status {status}"))


def _misunderstood(error: Exception) -> CollectionError:
    """The library's own errors repeat what the server said."""
    if type(error).__name__ == "AuthorizationError":
        return CollectionError(
            "the server doesn't accept the user's name and password, or doesn't allow that"
        )
    return CollectionError("the server's answer isn't that of a CalDAV server")


def _multiget(paths: Sequence[str]) -> str:
    query = ElementTree.Element(str(cdav.CalendarMultiGet.tag))
    wanted = ElementTree.SubElement(query, str(dav.Prop.tag))
    for name in (_ETAG, _DATA):
        ElementTree.SubElement(wanted, name)
    for path in paths:
        ElementTree.SubElement(query, str(dav.Href.tag)).text = path
    return ElementTree.tostring(query, encoding="unicode")


def _list(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _last(url: str) -> str:
    return unquote(url.rpartition("/")[2])


def _with_slash(url: str) -> str:
    return url if url.endswith("/") else url + "/"


__all__ = ["Found", "Server", "ServerCollection"]
