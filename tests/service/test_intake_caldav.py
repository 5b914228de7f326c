"""Busy times from real CalDAV servers on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from caldav_servers import ACCOUNTS, NAMES, Server, running
from calendar_files import GMT_STANDARD, event, ics

from calendars.busy import busy_times
from service.caldav_push.session import Session
from service.intake.caldav import CaldavSource, account_of, read_caldav
from service.intake.fetch import FetchError

SPAN = (datetime(2026, 9, 30, 23, tzinfo=UTC), datetime(2027, 4, 30, 23, tzinfo=UTC))
EVENTS = {
    "weekly": event(
        "SUMMARY:Quillfeather",
        "DTSTART;TZID=GMT Standard Time:20261019T090000",
        "DTEND;TZID=GMT Standard Time:20261019T100000",
        "RRULE:FREQ=WEEKLY;COUNT=2",
        uid="weekly",
    ),
    "free": event("DTSTART:20261021T090000Z", "DURATION:PT1H", "TRANSP:TRANSPARENT", uid="free"),
    "past": event("DTSTART:20250101T090000Z", "DURATION:PT1H", uid="past"),
}
EXPECTED = [
    (datetime(2026, 10, 19, 9), datetime(2026, 10, 19, 10)),
    (datetime(2026, 10, 26, 9), datetime(2026, 10, 26, 10)),
]


@pytest.fixture(params=NAMES)
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    with running(request.param, tmp_path) as found:
        yield found


def filled(server: Server) -> str:
    url = server.calendar("alex")
    for name, text in EVENTS.items():
        server.put("alex", f"{url}{name}.ics", ics(GMT_STANDARD, text)).raise_for_status()
    return url


def asked(url: str, **more: Any) -> CaldavSource:
    account = account_of(
        url.replace("http://", "http://alex@"), {"CONVENE_CALDAV_PASSWORD": ACCOUNTS["alex"]}
    )
    return read_caldav(account, *SPAN, **({"allow_private": True} | more))


def taken(source: CaldavSource) -> list[tuple[datetime, datetime]]:
    return busy_times(
        source.data, zone="Europe/London", start=date(2026, 10, 1), end=date(2027, 4, 30)
    ).taken()


def test_the_servers_own_report_which_tells_nothing_but_times(server: Server) -> None:
    source = asked(filled(server))
    assert source.by == "free/busy"
    assert taken(source) == EXPECTED
    assert b"Quillfeather" not in source.data
    assert source.name.startswith("127.0.0.1 ")
    assert "alex" not in source.name


def test_an_account_with_one_calendar_is_enough(server: Server) -> None:
    filled(server)
    assert taken(asked(f"{server.url}alex/", collection="work")) == EXPECTED


def test_events_where_the_server_makes_no_report(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server is real, and only its report is refused."""
    url = filled(server)
    whole = Session.request

    def without_reports(self: Session, method: str, url: str, **more: Any) -> httpx.Response:
        if "free-busy-query" in str(more.get("data") or ""):
            return httpx.Response(501, request=httpx.Request(method, url))
        return whole(self, method, url, **more)

    monkeypatch.setattr(Session, "request", without_reports)
    source = asked(url)
    assert source.by == "events"
    assert taken(source) == EXPECTED


def test_an_empty_calendar(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    url = server.calendar("alex")
    assert taken(asked(url)) == []
    monkeypatch.setattr("service.intake.caldav._freebusy", lambda *_: None)
    assert taken(asked(url)) == []


def test_a_wrong_password(server: Server) -> None:
    url = filled(server)
    account = account_of(url.replace("http://", "http://alex@"), {"CONVENE_CALDAV_PASSWORD": "not-this"})
    with pytest.raises(FetchError) as raised:
        read_caldav(account, *SPAN, allow_private=True)
    assert "name and password" in str(raised.value)
    assert "not-this" not in str(raised.value)


def test_a_private_address_has_to_be_allowed(server: Server) -> None:
    with pytest.raises(FetchError, match="private address"):
        asked(server.url, allow_private=False)


def test_settings_that_can_not_be_used() -> None:
    with pytest.raises(FetchError, match="https://"):
        account_of("ftp://calendar.example/", {})
