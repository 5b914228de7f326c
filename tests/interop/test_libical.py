"""libical, which GNOME's and KDE's calendars are built on, checks every file we write.

``icalrestriction_check`` holds a component against the tables of RFC 5546: which property each method must
and must not have. Debian has it as ``libical3``.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import os
from datetime import date

import pytest
from ics_cases import calendar, family, meeting, place, split_meeting, task

from service.output.ics_files import ics_files

PUBLISH_NEW = 11102
"""``ICAL_XLICCLASS_PUBLISHNEW`` of libical 3."""
EMPTY = ics_files(family(), calendar())
FULL = ics_files(
    family(),
    calendar(
        meeting(1, "2026-11-10T10:00", *(place(person.id) for person in family().people), venue="home"),
        split_meeting(2, "2027-03-29T10:00", provisional=True),
        tasks=(task("t-1", "sw-1", date(2026, 11, 24)), task("t-2", "mother-1", date(2027, 3, 28))),
        revision=3,
    ),
)


def library(name: str) -> ctypes.CDLL:
    found = ctypes.util.find_library(name)
    if found is None:
        missing = f"lib{name} is not there: apt-get install libical3"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return ctypes.CDLL(found)


class Libical:
    """The few functions we call, with their types."""

    def __init__(self) -> None:
        ical, checks = library("ical"), library("icalss")
        self.parse = ical.icalparser_parse_string
        self.parse.argtypes, self.parse.restype = [ctypes.c_char_p], ctypes.c_void_p
        self.check = ical.icalrestriction_check
        self.check.argtypes, self.check.restype = [ctypes.c_void_p], ctypes.c_int
        self.errors = ical.icalcomponent_count_errors
        self.errors.argtypes, self.errors.restype = [ctypes.c_void_p], ctypes.c_int
        self.free = ical.icalcomponent_free
        self.free.argtypes, self.free.restype = [ctypes.c_void_p], None
        self.classify = checks.icalclassify
        self.classify.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p]
        self.classify.restype = ctypes.c_int

    def verdict(self, content: bytes) -> tuple[bool, int, int]:
        """Whether the restrictions hold, how many errors parsing left, and what it takes the file for."""
        component = self.parse(content)
        assert component, "libical cannot parse it at all"
        try:
            kind = self.classify(component, None, b"nobody@convene.example")
            return bool(self.check(component)), self.errors(component), kind
        finally:
            self.free(component)


@pytest.fixture(scope="module")
def libical() -> Libical:
    return Libical()


@pytest.mark.parametrize("name", sorted(FULL))
def test_every_file_meets_the_restrictions(libical: Libical, name: str) -> None:
    holds, errors, kind = libical.verdict(FULL[name])
    assert holds
    assert errors == 0
    assert (kind == PUBLISH_NEW) == (name != "tasks.ics"), "the tasks have no method"


@pytest.mark.parametrize("name", sorted(EMPTY))
def test_files_of_nothing_meet_the_restrictions(libical: Libical, name: str) -> None:
    assert libical.verdict(EMPTY[name])[:2] == (True, 0)


@pytest.mark.parametrize(
    "spoilt",
    [
        FULL["team.ics"].replace(b"ORGANIZER:mailto:yew@convene.example\r\n", b""),
        FULL["team.ics"].replace(b"STATUS:CONFIRMED\r\n", b"ATTENDEE:mailto:x@convene.example\r\n"),
        FULL["team.ics"].replace(b"DTSTAMP", b"X-STAMP"),
    ],
)
def test_the_check_can_fail(libical: Libical, spoilt: bytes) -> None:
    assert spoilt != FULL["team.ics"]
    assert not libical.verdict(spoilt)[0]
