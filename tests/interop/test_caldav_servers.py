"""Real CalDAV servers: Radicale, which stores, and xandikos, which stores and schedules.

A person's own calendar gets our stored objects; a server that schedules must do nothing because of them. xandikos is also
an iTIP client of its own: mails are handed to it as a mail server's filter does.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree

import davical
import icalendar
import pytest
from caldav_servers import ACCOUNTS, NAMES, Server, mailbox, running
from ics_cases import family
from product import MOTHER, ZONE, moment, plan_around, starts, story
from recording import Seen

from calendars.stored import read_stored, stored
from service.caldav_push.account import Account
from service.caldav_push.push import Wanted, push
from service.caldav_push.server import Server as Client
from service.caldav_push.session import Session
from service.output.events import event_of
from service.output.identity import default_key
from service.output.render import Renderer

CAL = "{urn:ietf:params:xml:ns:caldav}"
DEPTH = {"Content-Type": "application/xml; charset=utf-8", "Depth": "1"}
QUERY = """<?xml version="1.0"?><C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
<D:prop><D:getetag/><C:calendar-data/></D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">
<C:time-range start="{start}" end="{end}"/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"""
BUSY = """<?xml version="1.0"?><C:free-busy-query xmlns:C="urn:ietf:params:xml:ns:caldav">
<C:time-range start="{start}" end="{end}"/></C:free-busy-query>"""
SMALL = [pytest.param(name, marks=pytest.mark.client(name, only=name), id=name) for name in NAMES]
DAVICAL = pytest.param(
    "davical", marks=(pytest.mark.interop, pytest.mark.client("DAViCal", only="davical")), id="davical"
)
SERVERS = [*SMALL, DAVICAL]
XANDIKOS = pytest.mark.client("xandikos", only="xandikos")
SUNDAY = {"start": "20270328T000000Z", "end": "20270329T000000Z"}
"""The day the clocks go forward, which has one meeting."""
CHANGE = moment("2027-03-28T02:00")
"""Its start, the very minute: the clocks go from 01:00 to 02:00, at 01:00 UTC."""
WINTER = {"start": "20261001T000000Z", "end": "20270430T000000Z"}
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def versioned(request: pytest.FixtureRequest, seen: Seen) -> None:
    client = request.node.get_closest_marker("client").args[0]
    seen(version=davical.version() if client == "DAViCal" else version(client))


@pytest.fixture
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    with davical.running() if request.param == "davical" else running(request.param, tmp_path) as found:
        yield found


def pushed(server: Server, url: str, attendee: str | None, revision: int = 1) -> list[str]:
    """Bring alex's calendar to the meetings of a revision, as `convene push` does; what was done."""
    team = family()
    views = Renderer(team, plan_around(revision)).views(MOTHER) if revision else ()
    session = Session(Account(url, "alex", ACCOUNTS["alex"]), allow_private=True)
    try:
        collection = Client(url, session).collection(url)
        wanted = [Wanted(event_of(view), attendee) for view in views]
        return [step.action for step in push(collection, wanted, zone=ZONE, key=default_key(team))]
    finally:
        session.close()


def object_of(attendee: str) -> bytes:
    """One of the objects that are pushed."""
    view = Renderer(family(), plan_around()).views(MOTHER)[0]
    return stored(event_of(view), zone=ZONE, attendee=attendee)


def starts_in(content: bytes) -> list[datetime]:
    return [event.start.astimezone(UTC) for event in icalendar.Calendar.from_ical(content).events]


def starts_on(server: Server, account: str, url: str) -> list[datetime]:
    held = server.objects(account, url).values()
    return sorted(start for _, content in held for start in starts_in(content))


@pytest.mark.shows("CalDAV")
@pytest.mark.parametrize("attendee", [mailbox("alex"), None], ids=["named", "unnamed"])
@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_a_calendar_is_kept_in_step(server: Server, attendee: str | None, seen: Seen) -> None:
    url = server.calendar("alex")
    assert pushed(server, url, attendee) == ["created"] * 6
    assert starts_on(server, "alex", url) == starts()
    for _, content in server.objects("alex", url).values():
        assert not read_stored(content).edited
    assert pushed(server, url, attendee) == ["kept"] * 6
    assert sorted(pushed(server, url, attendee, 2)) == ["kept"] * 5 + ["updated"]
    assert starts_on(server, "alex", url) == starts(2)
    assert pushed(server, url, attendee, 0) == ["deleted"] * 6
    assert server.objects("alex", url) == {}
    seen(
        "CalDAV", "six objects put, kept, one moved, all deleted again; each comes back saying what we wrote"
    )
    assert server.mail == []
    assert not any(server.inbox(account) for account in ("alex", "team", "quinn"))
    if server.name != "radicale":
        seen("CalDAV", "it schedules nothing because of them")


@pytest.mark.shows("CalDAV")
@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_a_query_over_the_clock_change(server: Server, seen: Seen) -> None:
    url = server.calendar("alex")
    pushed(server, url, mailbox("alex"))
    answer = server.request("alex", "REPORT", url, content=QUERY.format(**SUNDAY), headers=DEPTH)
    data = [one.text or "" for one in ElementTree.fromstring(answer.content).iter(f"{CAL}calendar-data")]
    assert [start for text in data for start in starts_in(text.encode())] == [CHANGE]
    seen("CalDAV", "time-range query of the day the clocks change is right")


@pytest.mark.shows("CalDAV")
@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_free_busy_around_the_clock_changes(server: Server, seen: Seen) -> None:
    url = server.calendar("alex")
    pushed(server, url, mailbox("alex"))
    answer = server.request("alex", "REPORT", url, content=BUSY.format(**WINTER), headers=DEPTH)
    busy = found_busy(answer.raise_for_status().content)
    right = [(start, start + HOUR) for start in starts()]
    if server.name == "davical":
        late = [(start + HOUR, end + HOUR) if start == CHANGE else (start, end) for start, end in right]
        assert busy == late
        seen(
            "CalDAV", "free/busy right, but an hour late for the meeting at 02:00 when the clocks go forward"
        )
    else:
        assert busy == right
        seen("CalDAV", "free/busy right, on both sides of both clock changes")


def found_busy(content: bytes) -> list[tuple[datetime, datetime]]:
    """The busy spans of a VFREEBUSY, in UTC."""
    spans = []
    for part in icalendar.Calendar.from_ical(content).walk("VFREEBUSY"):
        for value in [part["FREEBUSY"]] if not isinstance(part["FREEBUSY"], list) else part["FREEBUSY"]:
            for period in getattr(value, "dts", [value]):
                start, end = period.dt if isinstance(period.dt, tuple) else (period.start, period.end)
                end = end if isinstance(end, datetime) else start + end
                spans.append((start.astimezone(UTC), end.astimezone(UTC)))
    return sorted(spans)


@pytest.mark.shows("CalDAV")
@XANDIKOS
@pytest.mark.parametrize("server", ["xandikos"], indirect=True)
def test_xandikos_does_schedule(server: Server, seen: Seen) -> None:
    """That nothing was scheduled says something only if it would be: of an organiser's own meeting with another."""
    url = server.calendar("team")
    event = icalendar.Calendar.from_ical(object_of(mailbox("quinn")))
    event.events[0]["ORGANIZER"] = icalendar.vCalAddress(f"mailto:{mailbox('team')}")
    server.put("team", f"{url}x.ics", event.to_ical()).raise_for_status()
    assert len(server.inbox("quinn")) == 1
    seen(
        "CalDAV",
        "it doesn't know SCHEDULE-AGENT: in the organiser's own calendar an ATTENDEE would be invited",
    )


@pytest.mark.shows("CalDAV")
@pytest.mark.parametrize("server", [DAVICAL], indirect=True)
def test_davical_schedules_unless_told_not_to(server: Server, seen: Seen) -> None:
    """The same, on a server that knows SCHEDULE-AGENT: as we write it, nothing is sent; without, it is."""
    server.calendar("quinn", "calendar")  # Where invites go.
    url = server.calendar("team")
    for number, (written, invites) in enumerate(((True, 0), (False, 1))):
        calendar = icalendar.Calendar.from_ical(object_of(mailbox("quinn")))
        (event,) = calendar.events
        event["UID"] = f"{number:040x}"
        event["ORGANIZER"] = icalendar.vCalAddress(f"mailto:{mailbox('team')}")
        if not written:
            del event["ATTENDEE"].params["SCHEDULE-AGENT"]
        server.put("team", f"{url}{number}.ics", calendar.to_ical()).raise_for_status()
        assert len(server.inbox("quinn")) == invites
    seen("CalDAV", "with our SCHEDULE-AGENT=CLIENT it invites nobody; taken out, it does")


class Mailbox:
    """A person's xandikos that gets mails from a mail server's filter."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def take(self, mail: bytes) -> tuple[bool, str]:
        """Whether it took a mail without fault, and what it said."""
        done = subprocess.run(
            [sys.executable, "-m", "xandikos", "import-imip", "-d", self._folder, "--autocreate"],
            input=mail,
            capture_output=True,
            check=False,
            timeout=60,
        )
        return done.returncode == 0, done.stderr.decode()

    def events(self) -> list[tuple[int, datetime, str]]:
        """Sequence, start and status of what is in the calendar."""
        files = (self._folder / "user" / "calendars" / "calendar").glob("*.ics")
        read = [icalendar.Calendar.from_ical(file.read_bytes()).events[0] for file in files]
        return [(one["SEQUENCE"], one.start.astimezone(UTC), str(one["STATUS"])) for one in read]


def by_hand(mail: bytes) -> bytes:
    """The same mail without the header that says it is automatic."""
    changed = mail.replace(b"Auto-Submitted: auto-generated\r\n", b"")
    assert changed != mail
    return changed


@pytest.mark.shows("REQUEST", "update", "stale update", "CANCEL")
@XANDIKOS
def test_mails_reach_a_calendar_of_xandikos(tmp_path: Path, seen: Seen) -> None:
    box, told = Mailbox(tmp_path), story()
    invite, update, cancellation, again = map(by_hand, told.mails)
    first, moved = moment(told.first.start), moment(told.moved.start)
    assert box.take(invite)[0]
    assert box.events() == [(0, first, "CONFIRMED")]
    seen("REQUEST", "mail applied to the calendar at its moment")
    assert box.take(update)[0]
    assert box.events() == [(1, moved, "CONFIRMED")]
    seen("update", "the one event moves")
    assert box.take(invite)[0]
    assert box.events() == [(0, first, "CONFIRMED")]
    seen("stale update", "taken: it doesn't look at SEQUENCE")
    assert box.take(update)[0]
    assert box.take(cancellation)[0]
    assert box.events() == [(1, moved, "CANCELLED")]
    seen("CANCEL", "the event is marked CANCELLED")
    assert box.take(again)[0]
    assert box.events() == [(3, moved, "CONFIRMED")]
    seen("CANCEL", "invited again later, it is confirmed again")


@pytest.mark.shows("REQUEST")
@XANDIKOS
def test_xandikos_leaves_automatic_mails_alone(tmp_path: Path, seen: Seen) -> None:
    box = Mailbox(tmp_path)
    taken, words = box.take(story().mails[0])
    assert taken
    assert "Skipping auto-submitted message" in words
    assert box.events() == []
    seen(
        "REQUEST",
        "with our Auto-Submitted header it leaves the mail alone, as it does with every automatic mail",
    )


@pytest.mark.shows("spoilt file")
@XANDIKOS
def test_xandikos_refuses_a_mail_that_contradicts_itself(tmp_path: Path, seen: Seen) -> None:
    box = Mailbox(tmp_path)
    taken, words = box.take(by_hand(story().mails[0]).replace(b"; method=REQUEST", b"; method=CANCEL"))
    assert not taken
    assert "does not match iCalendar METHOD" in words
    assert box.events() == []
    seen("spoilt file", "header's method other than the calendar's: refused")


@pytest.mark.shows("spoilt file")
@pytest.mark.parametrize("server", SMALL, indirect=True)
def test_an_object_cut_short_is_refused(server: Server, seen: Seen) -> None:
    url = server.calendar("alex")
    cut = object_of(mailbox("alex")).replace(b"END:VEVENT\r\n", b"")
    assert server.put("alex", f"{url}x.ics", cut).status_code >= 400
    assert server.objects("alex", url) == {}
    seen("spoilt file", "VEVENT without END: refused")


@pytest.mark.shows("spoilt file")
@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_what_is_no_calendar_is_refused(server: Server, seen: Seen) -> None:
    url = server.calendar("alex")
    assert server.put("alex", f"{url}x.ics", b"Meeting, ref 7F3K\r\n").status_code >= 400
    assert server.objects("alex", url) == {}
    seen("spoilt file", "no calendar: refused")
