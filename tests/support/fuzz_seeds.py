"""Files to begin with, and the words that readers look for: made here, so that no corpus has to be kept.

``PYTHONPATH=.:tests/support python -m fuzz_seeds DIR`` writes them below DIR, a folder a target, and the words as
``words.dict``.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from calendar_files import FILES
from fuzz_targets import CANARY, TARGETS
from golden import FOLDER
from mail_cases import cancelled, letter
from spoilt_files import FAULTS, WHOLE

from service.delivery.mail import compose

WORDS = (
    "BEGIN:VEVENT", "END:VEVENT", "BEGIN:VCALENDAR", "END:VCALENDAR", "BEGIN:VTIMEZONE", "END:VTIMEZONE", "BEGIN:VFREEBUSY",
    "BEGIN:VAVAILABILITY", "BEGIN:AVAILABLE", "BEGIN:STANDARD", "BEGIN:DAYLIGHT", "BEGIN:VALARM", "METHOD:REPLY",
    "METHOD:COUNTER", "RRULE:FREQ=DAILY", "RRULE:FREQ=SECONDLY", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3", ";COUNT=0",
    ";COUNT=99999999", ";INTERVAL=0", ";UNTIL=99991231T235959Z", ";BYSETPOS=-1", ";BYDAY=53MO", ";TZID=Europe/London",
    ";TZID=GMT Standard Time", ";TZID=Nowhere", ";VALUE=DATE", ";VALUE=PERIOD", ";RANGE=THISANDFUTURE", "DTSTART:",
    "DTEND:", "DURATION:-P1D", "DURATION:P999999999D", "DURATION:PT0S", "RECURRENCE-ID:", "EXDATE:", "RDATE:",
    "20261025T013000", "20270328T013000", "00010101T000000Z", "99991231T235959Z", "20260229", "20261110T100000Z",
    "FREEBUSY;FBTYPE=BUSY:", "20261110T100000Z/PT1H", "20261110T100000Z/20261110T110000Z", "TRANSP:TRANSPARENT",
    "STATUS:CANCELLED", "X-WR-TIMEZONE:Europe/London", "X-MICROSOFT-CDO-BUSYSTATUS:OOF", "TZOFFSETFROM:+9999",
    "TZOFFSETTO:-2400", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:", ";DELEGATED-TO=", ";SENT-BY=", "SEQUENCE:99999999999",
    "Content-Type: multipart/mixed; boundary=x", "Content-Type: message/rfc822", "Content-Transfer-Encoding: base64",
    "charset=utf-16", "=?utf-8?b?", "--x--", "\r\n ", "\\n", "\ufeff", "\x00", "\u2028", "\"", ";", ":", ",",
    "Autumn term,01/09/2026,18/12/2026", "INSET day,2026-11-02", "31/02/2027", "Half term", "first day of term",
)  # fmt: skip
_REPLY = f"""BEGIN:VCALENDAR
PRODID:-//Made up//EN
VERSION:2.0
METHOD:REPLY
BEGIN:VEVENT
UID:0123456789abcdef0123456789abcdef01234567
DTSTAMP:20261102T101500Z
SEQUENCE:1
DTSTART;TZID=Europe/London:20261110T100000
DTEND;TZID=Europe/London:20261110T110000
SUMMARY:Accepted: {CANARY}
ORGANIZER:mailto:yew@convene.example
ATTENDEE;PARTSTAT=ACCEPTED;CUTYPE=INDIVIDUAL;X-RESPONSE-COMMENT="{CANARY}":mailto:P21@convene.example
COMMENT;LANGUAGE=en-GB:{CANARY} is ill\\n
END:VEVENT
END:VCALENDAR
"""
_REPLIES = (
    _REPLY,
    _REPLY.replace("REPLY", "COUNTER").replace("ACCEPTED", "TENTATIVE"),
    _REPLY.replace("ACCEPTED", 'DELEGATED;DELEGATED-TO="mailto:p22@convene.example"'),
    _REPLY.replace("METHOD:REPLY\n", ""),
    _REPLY.replace("mailto:P21", "mailto:MAILTO:P21"),
    _REPLY.replace("METHOD:REPLY", "METHOD:REFRESH"),
    _REPLY.replace(
        "END:VEVENT\n", "ATTENDEE;CUTYPE=ROOM;PARTSTAT=DECLINED:MAILTO:room@convene.example\nEND:VEVENT\n"
    ),
)
_TABLES = (
    "name,first,last\nAutumn term,01/09/2026,18/12/2026\nHalf term,26/10/2026,30/10/2026\nINSET day,02/11/2026,\n"
    "Spring term,04/01/2027,26/03/2027\n",
    "Holiday;From;To\nChristmas holiday;19 December 2026;3 January 2027\nEaster holiday;27 March 2027;11 April 2027\n",
    "Autumn term starts,Tuesday 1 September 2026\nAutumn term ends,Friday 18 December 2026\n",
)
_TERM_FILE = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Made up//EN
BEGIN:VEVENT
UID:t1
DTSTART;VALUE=DATE:20260901
DTEND;VALUE=DATE:20261219
SUMMARY:Autumn term
END:VEVENT
BEGIN:VEVENT
UID:t2
DTSTART;VALUE=DATE:20261102
SUMMARY:INSET day
END:VEVENT
END:VCALENDAR
"""


def _crlf(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


def _mail(part: bytes, kind: str = "text/calendar; charset=utf-8; method=REPLY") -> bytes:
    head = (
        f"From: {CANARY} <p21@convene.example>\r\nTo: yew@convene.example\r\nSubject: Accepted: {CANARY}\r\n"
        "Date: Mon, 02 Nov 2026 10:15:00 +0000\r\nMessage-ID: <1@convene.example>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/alternative; boundary="x"\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\n'
        f"{CANARY} can come\r\n--x\r\nContent-Type: {kind}\r\n\r\n"
    )
    return head.encode() + part + b"\r\n--x--\r\n"


@cache
def seeds(target: str) -> tuple[bytes, ...]:
    """Files to begin with, for a target of ``fuzz_targets``."""
    calendars = [*FILES.values(), *(text.encode() for text in WHOLE.values())]
    answers = [_crlf(text) for text in _REPLIES]
    golden = [path.read_bytes() for path in sorted(FOLDER.glob("*.ics"))[::6]]
    mails = [_mail(one) for one in answers] + [compose(letter()), compose(cancelled())]
    return tuple({
        "reading": [*calendars, *answers, *golden],
        "busy": calendars,
        "terms": [*(text.encode() for text in _TABLES), _crlf(_TERM_FILE)],
        "replies": [*answers, *golden],
        "mail": [*mails, _mail(mails[0], "message/rfc822")],
        "stored": [*golden, *calendars],
        "lint": [*(one.data for one in FAULTS), *mails],
    }[target])  # fmt: skip


def main(arguments: Sequence[str]) -> int:
    """Write the seeds and the words."""
    folder = Path(arguments[0])
    for target in TARGETS:
        (folder / target).mkdir(parents=True, exist_ok=True)
        for number, data in enumerate(seeds(target)):
            (folder / target / f"seed-{number:03d}").write_bytes(data)
    quoted = ("".join(f"\\x{octet:02X}" for octet in word.encode()) for word in WORDS)
    (folder / "words.dict").write_text("".join(f'"{word}"\n' for word in quoted))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
