"""A small made-up team, what was sent to it, and answers in the shapes that mail programs write.

The shapes follow what Exchange, Google Calendar, Apple's Calendar and Thunderbird send, property by property; the data
is made up.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

from calendar_files import GMT_STANDARD
from solver_cases import lone, person, plan_of, planned, read, room

from calendars.localtime import load_zone, to_utc
from service.delivery.issued import Issued, Told
from service.delivery.ledger import NAME, Ledger
from service.output.render import PRESENT, Renderer
from solver.policy.model import Policy
from solver.schema.calendar import Attendee, Calendar, Meeting
from solver.schema.caseload import Caseload

TODAY = "2027-01-04"
NOW = datetime(2027, 1, 5, 12, tzinfo=UTC)
SENT = datetime(2027, 1, 4, 8, tzinfo=UTC)
ANSWERED = datetime(2027, 1, 4, 10, 30, tzinfo=UTC)
TEAM = "team@convene.example"
ZONE = load_zone("Europe/London")
Shape = Literal["exchange", "google", "apple", "thunderbird"]
SHAPES: tuple[Shape, ...] = ("exchange", "google", "apple", "thunderbird")
WINDOWS_ZONE = f"{GMT_STANDARD}\n"


def data() -> dict[str, Any]:
    """One family's plan: the worker is essential; mother, health visitor and school are expected."""
    found = lone()
    found["people"] = [
        person("sw-1", "social_worker", site="hall", email="sw-1@council.example"),
        person("mother-1", "parent", email="mother+school@home.example"),
        person(
            "hv-1", "health_visitor", email="hv-1@health.example", aliases=["h.visitor@health.example"],
            deputies=["hv-2", "hv-3"],
        ),
        person("hv-2", "health_visitor", email="hv-2@health.example"),
        person("hv-3", "health_visitor", email="hv-3@health.example"),
        person("sch-1", "school", email="sch-1@school.example"),
    ]  # fmt: skip
    found["venues"] += [room("room-2", email="room-2@council.example")]
    there = [{"person": one} for one in ("sw-1", "mother-1", "hv-1", "sch-1")]
    found["plans"] = [plan_of(1, *there)]
    return found


@cache
def team() -> tuple[Caseload, Policy]:
    return read(data())


@cache
def calendar() -> Calendar:
    return planned(data(), rounds=4)


def first() -> Meeting:
    return calendar().meetings[0]


def entry(found: Calendar, who: str, meeting: str | None = None) -> Attendee:
    name = meeting or first().id
    return next(one for m in found.meetings if m.id == name for one in m.attendees if one.person == who)


def sent_for(found: Calendar, sequence: int = 0, stamp: datetime = SENT) -> list[Issued]:
    """What everybody has of a calendar."""
    caseload, _ = team()
    renderer = Renderer(caseload, found)
    people = {one.id: one for one in caseload.people}
    issued = []
    for meeting in found.meetings:
        for place in meeting.attendees:
            view = renderer.view(meeting, place.person) if place.status in PRESENT else None
            if view is None:
                continue
            told = Told(view.start, view.end, view.location, "")
            issued.append(
                Issued(
                    place.person, view.uid, meeting.id, view.reference, people[place.person].email or "",
                    "REQUEST", sequence, stamp, told, "sent",
                )
            )  # fmt: skip
    return issued


@cache
def sent() -> tuple[Issued, ...]:
    return tuple(sent_for(calendar()))


def invite(who: str, meeting: str | None = None) -> Issued:
    """What somebody got of the first meeting, or of another."""
    name = meeting or first().id
    return next(one for one in sent() if (one.recipient, one.meeting) == (who, name))


def keep_sent(folder: Path, issued: list[Issued] | None = None) -> Path:
    """A folder of invites that have been sent."""
    folder.mkdir(exist_ok=True)
    with Ledger.open(folder / NAME) as ledger:
        ledger.reserve([(one, b"") for one in (sent() if issued is None else issued)])
    return folder


def keep_files(folder: Path, found: Calendar | None = None) -> tuple[Path, Path]:
    """The caseload and the calendar as files."""
    caseload, standing = folder / "caseload.json", folder / "calendar.json"
    caseload.write_text(json.dumps(data()))
    standing.write_text((found or calendar()).model_dump_json(by_alias=True))
    return caseload, standing


@dataclass(frozen=True)
class Says:
    """What somebody says, to be written in some shape."""

    issued: Issued
    partstat: str = "ACCEPTED"
    stamp: datetime = ANSWERED
    address: str | None = None
    """Where it isn't the one invited."""
    start: datetime | None = None
    """Local: another time, which makes it a COUNTER."""
    to: str | None = None
    """Mailbox of the delegate."""
    note: str = ""
    sequence: int | None = None

    @property
    def mailbox(self) -> str:
        return self.address or self.issued.address

    @property
    def method(self) -> str:
        return "REPLY" if self.start is None else "COUNTER"

    @property
    def span(self) -> tuple[datetime, datetime]:
        start = self.start or self.issued.start
        return start, start + (self.issued.end - self.issued.start)

    @property
    def number(self) -> int:
        return self.issued.sequence if self.sequence is None else self.sequence


def says(who: str, partstat: str = "ACCEPTED", **more: Any) -> Says:
    return Says(invite(who), partstat, **more)


def ics(said: Says, shape: Shape = "exchange") -> bytes:
    """The calendar part of an answer."""
    lines = {"exchange": _exchange, "google": _google, "apple": _apple, "thunderbird": _thunderbird}[shape](
        said
    )
    return b"".join(_folded(line) for line in lines.strip().splitlines())


def mail(said: Says, shape: Shape = "exchange", *, sender: str | None = None, headers: str = "") -> bytes:
    """The whole mail."""
    content, author = ics(said, shape), sender or said.mailbox
    coded = base64.encodebytes(content).decode()
    head = f"From: Made-up Person <{author}>\nTo: {TEAM}\nSubject: Accepted: Meeting\nMIME-Version: 1.0\n{headers}"
    head += f"Date: {said.stamp:%a, %d %b %Y %H:%M:%S} +0000\nMessage-ID: <{abs(hash((author, said.stamp)))}@mail.example>\n"
    if shape == "exchange":
        text = f"""{head}Content-Type: multipart/alternative; boundary="_000_ex_"
X-MS-Has-Attach:
X-Auto-Response-Suppress: DR, OOF, AutoReply

--_000_ex_
Content-Type: text/plain; charset="us-ascii"
Content-Transfer-Encoding: quoted-printable


--_000_ex_
Content-Type: text/calendar; charset="utf-8"; method={said.method}
Content-Transfer-Encoding: base64

{coded}
--_000_ex_--
"""
    elif shape == "google":
        text = f"""{head}Reply-To: {author}
Sender: Google Calendar <calendar-notification@google.com>
Auto-Submitted: auto-generated
Content-Type: multipart/mixed; boundary="0000g1"

--0000g1
Content-Type: multipart/alternative; boundary="0000g2"

--0000g2
Content-Type: text/plain; charset="UTF-8"; format=flowed; delsp=yes
Content-Transfer-Encoding: base64

TWFkZSB1cA==
--0000g2
Content-Type: text/calendar; charset="UTF-8"; method={said.method}
Content-Transfer-Encoding: 7bit

{content.decode().replace(chr(13), "")}
--0000g2--
--0000g1
Content-Type: application/ics; name="invite.ics"
Content-Disposition: attachment; filename="invite.ics"
Content-Transfer-Encoding: base64

{coded}
--0000g1--
"""
    elif shape == "apple":
        text = f"""{head}Content-Type: multipart/mixed; boundary="Apple-Mail=_1"
X-Mailer: iPhone Mail

--Apple-Mail=_1
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 7bit

Made up.

--Apple-Mail=_1
Content-Disposition: attachment; filename=reply.ics
Content-Type: text/calendar; name="reply.ics"; charset=utf-8; method={said.method.lower()}
Content-Transfer-Encoding: base64

{coded}
--Apple-Mail=_1--
"""
    else:
        text = f"""{head}User-Agent: Mozilla Thunderbird
Content-Type: multipart/mixed; boundary="------------tb1"

--------------tb1
Content-Type: multipart/alternative; boundary="------------tb2"

--------------tb2
Content-Type: text/plain; charset=UTF-8
Content-Transfer-Encoding: 8bit

Made up.

--------------tb2
Content-Type: text/calendar; method={said.method}; charset=UTF-8
Content-Transfer-Encoding: 8bit

{content.decode().replace(chr(13), "")}
--------------tb2--
--------------tb1
Content-Type: application/ics; name="invite.ics"
Content-Disposition: attachment; filename="invite.ics"
Content-Transfer-Encoding: base64

{coded}
--------------tb1--
"""
    return text.replace("\n", "\r\n").encode()


def plain_mail(sender: str, text: str = "I can't come, sorry.", headers: str = "") -> bytes:
    """What somebody wrote by hand."""
    return f"From: {sender}\r\nTo: {TEAM}\r\nSubject: Meeting\r\n{headers}\r\n{text}\r\n".encode()


def earlier(said: Says, minutes: int = 10) -> Says:
    return replace(said, stamp=said.stamp - timedelta(minutes=minutes))


def _folded(line: str) -> bytes:
    raw, parts = line.encode(), []
    while len(raw) > 75:
        parts.append(raw[:75])
        raw = b" " + raw[75:]
    return b"\r\n".join([*parts, raw]) + b"\r\n"


def _utc(local: datetime) -> str:
    return f"{to_utc(local, ZONE):%Y%m%dT%H%M%SZ}"


def _delegated(said: Says) -> str:
    return f';DELEGATED-TO="mailto:{said.to}"' if said.to else ""


def _exchange(said: Says) -> str:
    start, end = said.span
    # Exchange leaves the organiser out of an answer, and calls zones by their Windows names.
    original = (
        ""
        if said.start is None
        else f"X-MS-OLK-ORIGINALSTART;TZID=GMT Standard Time:{said.issued.start:%Y%m%dT%H%M%S}\n"
        f"X-MS-OLK-ORIGINALEND;TZID=GMT Standard Time:{said.issued.end:%Y%m%dT%H%M%S}\n"
    )
    return f"""BEGIN:VCALENDAR
METHOD:{said.method}
PRODID:Microsoft Exchange Server 2010
VERSION:2.0
{WINDOWS_ZONE}BEGIN:VEVENT
ATTENDEE;PARTSTAT={said.partstat}{_delegated(said)};CN=Made-up Person:MAILTO:{said.mailbox}
COMMENT;LANGUAGE=en-GB:{said.note}\\n
UID:{said.issued.uid}
SUMMARY;LANGUAGE=en-GB:Accepted: Meeting\\, ref {said.issued.reference}
DTSTART;TZID=GMT Standard Time:{start:%Y%m%dT%H%M%S}
DTEND;TZID=GMT Standard Time:{end:%Y%m%dT%H%M%S}
CLASS:PRIVATE
PRIORITY:5
DTSTAMP:{said.stamp:%Y%m%dT%H%M%SZ}
TRANSP:OPAQUE
STATUS:CONFIRMED
SEQUENCE:{said.number}
LOCATION;LANGUAGE=en-GB:See secure link
{original}X-MICROSOFT-CDO-APPT-SEQUENCE:{said.number}
X-MICROSOFT-CDO-OWNERAPPTID:0
X-MICROSOFT-CDO-BUSYSTATUS:BUSY
X-MICROSOFT-CDO-INTENDEDSTATUS:BUSY
X-MICROSOFT-CDO-ALLDAYEVENT:FALSE
X-MICROSOFT-CDO-IMPORTANCE:1
X-MICROSOFT-CDO-INSTTYPE:0
X-MICROSOFT-DISALLOW-COUNTER:FALSE
END:VEVENT
END:VCALENDAR
"""


def _google(said: Says) -> str:
    start, end = said.span
    note = f';X-RESPONSE-COMMENT="{said.note}"' if said.note else ""
    return f"""BEGIN:VCALENDAR
PRODID:-//Google Inc//Google Calendar 70.9054//EN
VERSION:2.0
CALSCALE:GREGORIAN
METHOD:{said.method}
BEGIN:VEVENT
DTSTART:{_utc(start)}
DTEND:{_utc(end)}
DTSTAMP:{said.stamp:%Y%m%dT%H%M%SZ}
ORGANIZER;CN={TEAM}:mailto:{TEAM}
UID:{said.issued.uid}
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={said.partstat}{_delegated(said)};CN={said.mailbox};X-NUM-GUESTS=0{note}:mailto:{said.mailbox}
CREATED:20270104T080000Z
DESCRIPTION:
LAST-MODIFIED:{said.stamp:%Y%m%dT%H%M%SZ}
LOCATION:See secure link
SEQUENCE:{said.number}
STATUS:CONFIRMED
SUMMARY:Meeting\\, ref {said.issued.reference}
TRANSP:OPAQUE
END:VEVENT
END:VCALENDAR
"""


def _apple(said: Says) -> str:
    start, end = said.span
    written = said.mailbox.replace("+", "%2B")
    answer = f"PARTSTAT={said.partstat}{_delegated(said)}"
    return f"""BEGIN:VCALENDAR
CALSCALE:GREGORIAN
METHOD:{said.method}
PRODID:-//Apple Inc.//iPhone OS 18.1//EN
VERSION:2.0
BEGIN:VEVENT
ATTENDEE;CN="Made-up Person";CUTYPE=INDIVIDUAL;EMAIL="{said.mailbox}";{answer}:mailto:{written}
CLASS:PRIVATE
{f"X-CALENDARSERVER-ATTENDEE-COMMENT:{said.note}" if said.note else "CREATED:20270104T080000Z"}
DTEND;TZID=Europe/London:{end:%Y%m%dT%H%M%S}
DTSTAMP:{said.stamp:%Y%m%dT%H%M%SZ}
DTSTART;TZID=Europe/London:{start:%Y%m%dT%H%M%S}
LAST-MODIFIED:{said.stamp:%Y%m%dT%H%M%SZ}
ORGANIZER;EMAIL="{TEAM}":mailto:{TEAM}
SEQUENCE:{said.number}
SUMMARY:Meeting\\, ref {said.issued.reference}
TRANSP:OPAQUE
UID:{said.issued.uid}
END:VEVENT
END:VCALENDAR
"""


def _thunderbird(said: Says) -> str:
    start, end = said.span
    return f"""BEGIN:VCALENDAR
PRODID:-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN
VERSION:2.0
METHOD:{said.method}
BEGIN:VTIMEZONE
TZID:Europe/London
X-TZINFO:Europe/London[2025a]
BEGIN:STANDARD
TZOFFSETTO:+000000
TZOFFSETFROM:+010000
TZNAME:Europe/London(STD)
DTSTART:19701025T020000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
CREATED:20270104T080000Z
LAST-MODIFIED:{said.stamp:%Y%m%dT%H%M%SZ}
DTSTAMP:{said.stamp:%Y%m%dT%H%M%SZ}
UID:{said.issued.uid}
SUMMARY:Meeting\\, ref {said.issued.reference}
ORGANIZER:mailto:{TEAM}
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={said.partstat}{_delegated(said)};RSVP=TRUE:mailto:{said.mailbox}
DTSTART;TZID=Europe/London:{start:%Y%m%dT%H%M%S}
DTEND;TZID=Europe/London:{end:%Y%m%dT%H%M%S}
TRANSP:OPAQUE
CLASS:PRIVATE
{f"COMMENT:{said.note}" if said.note else "X-MOZ-GENERATION:1"}
SEQUENCE:{said.number}
END:VEVENT
END:VCALENDAR
"""
