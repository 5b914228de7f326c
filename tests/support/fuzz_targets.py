"""What holds for everything that reads untrusted bytes, whatever they are: each target runs one reader and checks it.

A reader gives a result or its one error. No error or notice repeats anything of what was read (`CANARY` stands in every
seed where a person would write), and what is read has the form that those who use it rely on.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from calendars.busy import busy_times
from calendars.lint import lint
from calendars.mail_lint import lint_mail
from calendars.reading import CalendarFileError, Limits, read
from calendars.reply import Reply, address_of, read_replies
from calendars.stored import NotOneEventError, read_stored
from calendars.terms import read_terms
from service.replies.mail import MailError, read_mail

CANARY = "Quillfeather"
"""A name that stands in the seeds where free text is."""
START, END = date(2026, 10, 1), date(2027, 4, 30)
_SMALL = Limits(octets=200_000, components=2_000, line=100_000)
_CANARY = re.compile(CANARY, re.IGNORECASE)


def _silent(*texts: object) -> None:
    for text in texts:
        assert not _CANARY.search(str(text)), "what was read is repeated"


def _sound(error: CalendarFileError) -> None:
    assert error.problem
    assert len(str(error)) < 600
    assert error.line is None or error.line >= 1


def reading(data: bytes) -> None:
    """`calendars.reading`: components or one error."""
    try:
        found = read(data, limits=_SMALL)
    except CalendarFileError as error:
        _silent(error, error.problem, error.remedy)
        _sound(error)
        return
    _silent(*found.notices)
    assert found.calendars
    for calendar in found.calendars:
        assert calendar.name == "VCALENDAR"
        assert all(part.name != "VTIMEZONE" for part in calendar.subcomponents)


def busy(data: bytes) -> None:
    """`calendars.busy`: stretches in order, within what was asked for, with nothing else of the file."""
    own = [(datetime(2026, 11, 10, 10), datetime(2026, 11, 10, 11))]
    try:
        found = busy_times(data, zone="Europe/London", start=START, end=END, own=own, limits=_SMALL)
    except CalendarFileError as error:
        _silent(error)
        return
    _silent(found)
    first, after = datetime.combine(START, datetime.min.time()), datetime.combine(END, datetime.min.time())
    for one in found.stretches:
        assert first <= one.start < one.end <= after + timedelta(days=1)
    assert list(found.stretches) == sorted(found.stretches)
    taken = found.taken()
    assert all(one[1] < other[0] for one, other in pairwise(taken))


def terms(data: bytes) -> None:
    """`calendars.terms`: terms in order and apart, closed days within them; an error may name a row by its name."""
    try:
        found = read_terms(data)
    except CalendarFileError as error:
        _sound(error)
        return
    assert all(start <= end for start, end in found.terms)
    assert all(one[1] < other[0] for one, other in pairwise(found.terms))
    assert list(found.closed) == sorted(set(found.closed))
    assert all(any(start <= day <= end for start, end in found.terms) for day in found.closed)
    assert all(day.weekday() < 5 for day in found.closed)


def replies(data: bytes) -> None:
    """`calendars.reply`: what attendees say, without their free text."""
    try:
        found = read_replies(data, "REPLY")
    except CalendarFileError as error:
        _silent(error)
        return
    assert found
    for one in found:
        if not isinstance(one, Reply):
            continue
        assert one.uid
        for address in (one.attendee, one.sent_by, *one.delegated_to, *one.delegated_from):
            assert address is None or address_of(address) == address == address.lower()
        assert one.sequence is None or 0 <= one.sequence < 10**9
        assert one.stamp is None or one.stamp.tzinfo is UTC
        assert one.end is None or (one.start is not None and one.end > one.start)


def mail(data: bytes) -> None:
    """`service.replies.mail`, and what its parts say."""
    try:
        found = read_mail(data)
    except MailError as error:
        _silent(error)
        return
    assert found.sent is None or found.sent.tzinfo is not None
    for part in found.parts:
        replies(part.content)


def stored(data: bytes) -> None:
    """`calendars.stored`: what stands in somebody's collection."""
    try:
        found = read_stored(data)
    except (CalendarFileError, NotOneEventError) as error:
        _silent(error)
        return
    assert found.uid
    assert 0 <= found.sequence < 2**31


def linted(data: bytes) -> None:
    """Our own lints: they find something or nothing, and repeat nothing."""
    for one in lint(data, forbidden=[CANARY], forbidden_words=["QZ"]):
        assert one.line >= 1
        _silent(one.text)
    for found in lint_mail(data, forbidden=[CANARY]):
        _silent(found.text)


TARGETS: dict[str, Callable[[bytes], None]] = {
    "reading": reading,
    "busy": busy,
    "terms": terms,
    "replies": replies,
    "mail": mail,
    "stored": stored,
    "lint": linted,
}


__all__ = ["CANARY", "TARGETS"]
