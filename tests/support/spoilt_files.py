"""Calendar files without fault, and each spoilt in one way."""

from __future__ import annotations

from dataclasses import dataclass

from calendars.lint import Kind, Rule

HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Convene//Meetings//EN\r\nMETHOD:PUBLISH\r\n"
ZONE = (
    "BEGIN:VTIMEZONE\r\nTZID:Europe/London\r\n"
    "BEGIN:DAYLIGHT\r\nDTSTART:19960331T010000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r\n"
    "TZOFFSETFROM:+0000\r\nTZOFFSETTO:+0100\r\nEND:DAYLIGHT\r\n"
    "BEGIN:STANDARD\r\nDTSTART:19961027T020000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r\n"
    "TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0000\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
)
EVENT = (
    "BEGIN:VEVENT\r\nUID:one\r\nDTSTAMP:20261101T093000Z\r\nSEQUENCE:0\r\nCLASS:PRIVATE\r\n"
    "DTSTART;TZID=Europe/London:20261110T100000\r\nDTEND;TZID=Europe/London:20261110T110000\r\n"
    "SUMMARY:Meeting\\, ref 7F3K\r\nORGANIZER:mailto:yew@convene.example\r\nEND:VEVENT\r\n"
)
ORGANIZER = "ORGANIZER:mailto:yew@convene.example\r\n"
ASKED = "ATTENDEE;CUTYPE=INDIVIDUAL;PARTSTAT=NEEDS-ACTION;RSVP=TRUE\r\n ;ROLE=REQ-PARTICIPANT:mailto:p21@convene.example\r\n"
ROOM = "ATTENDEE;CUTYPE=ROOM;PARTSTAT=ACCEPTED;ROLE=NON-PARTICIPANT\r\n ;RSVP=FALSE:mailto:room-4@convene.example\r\n"
TAIL = "END:VCALENDAR\r\n"
ALARM = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT15M\r\nDESCRIPTION:x\r\nEND:VALARM\r\n"
TASK = (
    "BEGIN:VTODO\r\nUID:one\r\nDTSTAMP:20261101T093000Z\r\nSEQUENCE:0\r\nCLASS:PRIVATE\r\n"
    "SUMMARY:Minutes\\, ref 7F3K\r\nDUE;VALUE=DATE:20261110\r\nEND:VTODO\r\n"
)
REFRESH = "REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\nX-PUBLISHED-TTL:PT1H\r\n"


def _swap(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new, 1)


CLEAN = HEAD + ZONE + EVENT + TAIL
INVITED = _swap(EVENT, ORGANIZER, ORGANIZER + ASKED)
REQUEST = HEAD.replace("PUBLISH", "REQUEST") + ZONE + INVITED + TAIL
CANCELLED = _swap(_swap(INVITED, "SEQUENCE:0", "SEQUENCE:1"), "SUMMARY", "STATUS:CANCELLED\r\nSUMMARY")
CANCEL = HEAD.replace("PUBLISH", "CANCEL") + ZONE + CANCELLED + TAIL
FEED = HEAD + REFRESH + ZONE + EVENT + TAIL
STORED = (
    HEAD.replace("METHOD:PUBLISH\r\n", "")
    + ZONE
    + _swap(EVENT, "ORGANIZER", "ORGANIZER;SCHEDULE-AGENT=CLIENT")
    + TAIL
)
TASKS = HEAD.replace("METHOD:PUBLISH\r\n", "") + ZONE + TASK + TAIL
WHOLE: dict[Kind, str] = {
    "publish": CLEAN, "request": REQUEST, "cancel": CANCEL, "feed": FEED, "stored": STORED, "tasks": TASKS,
}  # fmt: skip


@dataclass(frozen=True)
class Spoilt:
    """A file with one fault."""

    rule: Rule
    what: str
    kind: Kind
    data: bytes


def swap(old: str, new: str, kind: Kind = "publish") -> str:
    """A file of a kind, the first `old` in it replaced."""
    return _swap(WHOLE[kind], old, new)


def _spoilt(rule: Rule, what: str, text: str | bytes, kind: Kind = "publish") -> Spoilt:
    return Spoilt(rule, what, kind, text if isinstance(text, bytes) else text.encode())


def _in(rule: Rule, what: str, kind: Kind, old: str, new: str) -> Spoilt:
    return _spoilt(rule, what, swap(old, new, kind), kind)


END = "DTEND;TZID=Europe/London:20261110T110000"
FAULTS = (
    _in("alarm-in-invite", "an alarm in a REQUEST", "request", "END:VEVENT", ALARM + "END:VEVENT"),
    _in("attendee-in-publish", "an attendee in a published file", "publish", "SUMMARY", ASKED + "SUMMARY"),
    _in("attendee-in-publish", "an attendee in a feed", "feed", "SUMMARY", ASKED + "SUMMARY"),
    _in("attendee-parameters", "an attendee without RSVP", "request", ";RSVP=TRUE", ""),
    _in("attendee-parameters", "an attendee without ROLE", "request", ";ROLE=REQ-PARTICIPANT", ""),
    _in("attendee-parameters", "an attendee without PARTSTAT", "request", ";PARTSTAT=NEEDS-ACTION", ""),
    _in("attendee-parameters", "an attendee without CUTYPE", "request", ";CUTYPE=INDIVIDUAL", ""),
    _in("calendar-uid", "a UID of the calendar", "publish", "METHOD", "UID:random\r\nMETHOD"),
    _in("cancel-status", "a CANCEL without STATUS", "cancel", "STATUS:CANCELLED\r\n", ""),
    _in("cancel-status", "a CANCEL that is confirmed", "cancel", "STATUS:CANCELLED", "STATUS:CONFIRMED"),
    _in("cancel-text", "a CANCEL with a place", "cancel", "STATUS", "LOCATION:Room 4\r\nSTATUS"),
    _in("cancel-text", "a CANCEL with a description", "cancel", "STATUS", "DESCRIPTION:Moved\r\nSTATUS"),
    _in("control-character", "a bell in a text", "publish", "SUMMARY", "DESCRIPTION:Meet\x07ing\r\nSUMMARY"),
    _in("control-character", "a line separator in a text", "publish", "SUMMARY", "DESCRIPTION:A\u2028B\r\nSUMMARY"),
    _in("control-character", "a next-line mark in a text", "publish", "SUMMARY", "DESCRIPTION:A\x85B\r\nSUMMARY"),
    _in("display-name", "the organiser's name", "publish", "ORGANIZER:", 'ORGANIZER;CN="Yew Team":'),
    _in("display-name", "the recipient's name", "request", "ATTENDEE;", 'ATTENDEE;CN="Person 21";'),
    _in("dtstamp", "no DTSTAMP", "publish", "DTSTAMP:20261101T093000Z\r\n", ""),
    _in("dtstamp", "a DTSTAMP in no zone", "publish", "DTSTAMP:20261101T093000Z", "DTSTAMP:20261101T093000"),
    _spoilt("duplicate-uid", "two meetings with one UID", HEAD + ZONE + EVENT + EVENT + TAIL),
    _spoilt("encoding", "a file in Latin-1", swap("SUMMARY", "LOCATION:Caf\xe9\r\nSUMMARY").encode("latin-1")),
    _in("end-before-start", "an end before the start", "publish", "20261110T110000", "20261110T090000"),
    _in("end-before-start", "an end at the start", "publish", "20261110T110000", "20261110T100000"),
    _in("end-before-start", "an end before the start, in UTC", "publish", END, "DTEND:20261110T095959Z"),
    _in("end-before-start", "an end that is no time", "publish", END, "DTEND:tomorrow"),
    _in("end-before-start", "a length below zero", "publish", END, "DURATION:-PT1H"),
    _in("end-before-start", "a task due before it starts", "tasks", "DUE", "DTSTART:20261111T090000Z\r\nDUE"),
    _in("feed-refresh", "a feed without REFRESH-INTERVAL", "feed", "REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n", ""),
    _in("feed-refresh", "a feed without X-PUBLISHED-TTL", "feed", "X-PUBLISHED-TTL:PT1H\r\n", ""),
    _in("floating-time", "a task that starts in no zone", "tasks", "DUE", "DTSTART:20261101T090000\r\nDUE"),
    _spoilt("floating-time", "a meeting in no zone", CLEAN.replace(";TZID=Europe/London:2026", ":2026")),
    _in("leaking-parameter", "the address once more", "request", "ATTENDEE;", "ATTENDEE;EMAIL=p21@convene.example\r\n ;"),
    _in("leaking-parameter", "who wrote it", "publish", "ORGANIZER:", 'ORGANIZER;SENT-BY="mailto:sw@convene.example"\r\n :'),
    _in("leaking-parameter", "the directory's entry", "publish", "ORGANIZER:", 'ORGANIZER;DIR="https://x.example/yew":'),
    *(
        _in("leaking-property", what, "publish", "SUMMARY", f"{line}\r\nSUMMARY")
        for what, line in (
            ("a contact", "CONTACT:Person 21"),
            ("a comment", "COMMENT:about the mother"),
            ("an attachment", "ATTACH:https://x.example/plan.pdf"),
            ("a category", "CATEGORIES:CHILD PROTECTION"),
            ("where it is on the map", "GEO:51.45;-0.19"),
            ("what it belongs to", "RELATED-TO:plan-21"),
            ("a program's own property", "X-CHILD:QZ"),
            ("a picture", "IMAGE;VALUE=URI:https://x.example/p.png"),
            ("our mark of what is stored", "X-CONVENE-WRITTEN:0123456789abcdef"),
            ("a call", "CONFERENCE;VALUE=URI:https://x.example/yew-team"),
        )
    ),
    _in("leaking-property", "the place again, for Apple", "publish", "SUMMARY",
        "X-APPLE-STRUCTURED-LOCATION:geo:1\\,2\r\nSUMMARY"),
    _in("leaking-property", "a journal beside the meeting", "publish", "BEGIN:VEVENT",
        "BEGIN:VJOURNAL\r\nUID:two\r\nDTSTAMP:20261101T093000Z\r\nEND:VJOURNAL\r\nBEGIN:VEVENT"),
    _in("line-end", "one bare line feed", "publish", "PRIVATE\r\n", "PRIVATE\n"),
    _spoilt("line-end", "nothing but line feeds", CLEAN.replace("\r\n", "\n")),
    _spoilt("line-end", "a last line without end", CLEAN.removesuffix("\r\n")),
    _in("line-length", "a line of 87 octets", "publish", "SUMMARY", f"DESCRIPTION:{'x' * 75}\r\nSUMMARY"),
    _in("line-length", "a short line of long characters", "publish", "SUMMARY", f"LOCATION:{'é' * 40}\r\nSUMMARY"),
    _in("method", "a METHOD in small letters", "publish", "METHOD:PUBLISH", "METHOD:publish"),
    _in("method", "a METHOD that asks for nothing", "publish", "METHOD:PUBLISH", "METHOD:REFRESH"),
    _in("method", "a METHOD in what is stored", "stored", "VERSION", "METHOD:PUBLISH\r\nVERSION"),
    _spoilt("method", "a feed that asks for an answer", FEED.replace("PUBLISH", "REQUEST", 1), "feed"),
    _in("no-uid", "no UID", "publish", "UID:one\r\n", ""),
    _in("no-uid", "an empty UID", "publish", "UID:one\r\n", "UID:\r\n"),
    _in("not-private", "no CLASS", "publish", "CLASS:PRIVATE\r\n", ""),
    _in("not-private", "CLASS:PUBLIC", "publish", "CLASS:PRIVATE", "CLASS:PUBLIC"),
    _in("organiser-invited", "the organiser invited", "request", "mailto:p21@", "mailto:yew@"),
    _in("other-attendee", "two people in one REQUEST", "request", ASKED, ASKED + ASKED.replace("p21", "p22")),
    _in("other-attendee", "two people in one CANCEL", "cancel", ASKED, ASKED + ASKED.replace("p21", "p22")),
    _in("other-attendee", "two people in what is stored", "stored", "SUMMARY",
        (ASKED + ASKED.replace("p21", "p22")).replace("ATTENDEE;", "ATTENDEE;SCHEDULE-AGENT=CLIENT\r\n ;") + "SUMMARY"),
    _in("other-attendee", "a REQUEST to nobody", "request", ASKED, ""),
    _in("other-attendee", "a REQUEST to two rooms", "request", ASKED, ROOM + ROOM.replace("room-4", "room-5")),
    _in("other-attendee", "a CANCEL to nobody", "cancel", ASKED, ""),
    _in("property-count", "a REQUEST without organiser", "request", ORGANIZER, ""),
    _in("property-count", "two organisers", "request", ORGANIZER, ORGANIZER + ORGANIZER.replace("yew", "oak")),
    _in("property-count", "a published file without organiser", "publish", ORGANIZER, ""),
    _in("property-count", "no start", "request", "DTSTART;TZID=Europe/London:20261110T100000\r\n", ""),
    _in("property-count", "two starts", "request", "DTEND", "DTSTART;TZID=Europe/London:20261110T100000\r\nDTEND"),
    _in("property-count", "no end", "request", END + "\r\n", ""),
    _in("property-count", "no SEQUENCE", "request", "SEQUENCE:0\r\n", ""),
    _in("property-count", "two of SEQUENCE", "request", "SEQUENCE:0\r\n", "SEQUENCE:0\r\nSEQUENCE:1\r\n"),
    _in("property-count", "two places", "publish", "SUMMARY", "LOCATION:Room 4\r\nLOCATION:Room 5\r\nSUMMARY"),
    _in("property-count", "no PRODID", "publish", "PRODID:-//Convene//Meetings//EN\r\n", ""),
    _in("request-status", "a REQUEST for what is cancelled", "request", "SUMMARY", "STATUS:CANCELLED\r\nSUMMARY"),
    _in("schedule-agent", "an organiser the server writes to", "stored", ";SCHEDULE-AGENT=CLIENT", ""),
    _in("schedule-agent", "an attendee the server writes to", "stored", "SUMMARY", ASKED + "SUMMARY"),
    _in("sequence", "a CANCEL with sequence 0", "cancel", "SEQUENCE:1", "SEQUENCE:0"),
    _in("sequence", "a SEQUENCE below 0", "request", "SEQUENCE:0", "SEQUENCE:-1"),
    _spoilt("skipped-time", "a start that the clocks skip",
            CLEAN.replace("20261110T100000", "20270328T013000").replace("20261110T11", "20270328T03")),
    _in("structure", "a meeting without END", "publish", "END:VEVENT\r\n", ""),
    _in("structure", "a line that is none", "publish", "SUMMARY:", "DESCRIPTION\r\nSUMMARY:"),
    _spoilt("structure", "a line after the end", CLEAN + "X-AFTER:1\r\n"),
    _spoilt("structure", "a meeting in no calendar", EVENT),
    _in("summary", "a family's name as title", "request", "Meeting\\, ref 7F3K", "Kestrel family core group"),
    _in("summary", "initials beside the reference", "request", "ref 7F3K", "ref 7F3K (QZ)"),
    _in("summary", "initials for a reference", "request", "ref 7F3K", "ref QZVZ"),
    _in("summary", "a task that tells the case", "tasks", "Minutes", "Child protection plan"),
    _in("summary", "a feed that says whose it is", "feed", "REFRESH", "X-WR-CALNAME:Meetings of Person 21\r\nREFRESH"),
    _spoilt("timezone", "a TZID without its VTIMEZONE", CLEAN.replace(ZONE, "")),
    _in("timezone-rules", "summer time a week early", "publish", "BYDAY=-1SU;BYMONTH=10", "BYDAY=-2SU;BYMONTH=10"),
    _in("timezone-rules", "no summer time", "publish", "TZOFFSETTO:+0100", "TZOFFSETTO:+0000"),
    _in("timezone-rules", "summer time an hour off", "publish", "19961027T020000", "19961027T010000"),
    _in("timezone-rules", "changes as dates of one RDATE", "publish", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
        "RDATE:20260329T010000,20270328T010000"),
    _in("timezone-rules", "a rule that begins elsewhere", "publish", "19960331T010000", "19960401T010000"),
    _in("timezone-rules", "a rule that has ended", "publish", "BYMONTH=3", "BYMONTH=3;UNTIL=20200101T000000Z"),
    _spoilt("timezone-rules", "a zone that doesn't exist", CLEAN.replace("Europe/London", "Europe/Nowhere")),
    _spoilt("todo-in-invite", "a task in a REQUEST",
            HEAD.replace("PUBLISH", "REQUEST") + ZONE + TASK + TAIL, "request"),
    _spoilt("two-uids", "two meetings in one REQUEST",
            REQUEST.replace(TAIL, INVITED.replace("UID:one", "UID:two") + TAIL), "request"),
    _spoilt("two-uids", "two meetings in one CANCEL",
            CANCEL.replace(TAIL, CANCELLED.replace("UID:one", "UID:two") + TAIL), "cancel"),
    _spoilt("two-uids", "two meetings in what is stored",
            STORED.replace(TAIL, STORED[STORED.index("BEGIN:VEVENT"):].replace("UID:one", "UID:two")), "stored"),
    _in("url", "a link that isn't encrypted", "publish", "SUMMARY", "URL:http://convene.example/m/1\r\nSUMMARY"),
    _in("url", "a link with a user's name", "publish", "SUMMARY", "URL:https://p21@convene.example/m/1\r\nSUMMARY"),
)  # fmt: skip


__all__ = [
    "ALARM", "ASKED", "CLEAN", "EVENT", "FAULTS", "HEAD", "INVITED", "REQUEST", "ROOM", "TAIL", "TASK", "WHOLE", "ZONE",
    "Spoilt", "swap",
]  # fmt: skip
