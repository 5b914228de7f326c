"""What our lint finds and other people's validators let pass.

The table is what they were seen to do with every file of ``spoilt_files``: it is wrong as soon as a version of theirs
catches more, or less.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import icalendar
import pytest
import vobject
from ical.calendar_stream import IcsCalendarStream
from libical import Libical
from spoilt_files import FAULTS, WHOLE

from calendars.lint import lint

CAUGHT = {
    "an attendee in a published file": "libical",
    "an attendee in a feed": "libical",
    "a bell in a text": "ical",
    "no DTSTAMP": "libical vobject",
    "a file in Latin-1": "ical vobject",
    "an end that is no time": "libical ical icalendar vobject",
    "a length below zero": "ical",
    "a journal beside the meeting": "libical",
    "a METHOD that asks for nothing": "libical",
    "a feed that asks for an answer": "libical",
    "no UID": "libical vobject",
    "an empty UID": "libical",
    "a REQUEST to nobody": "libical",
    "a REQUEST without organiser": "libical",
    "two organisers": "libical ical vobject",
    "a published file without organiser": "libical",
    "no start": "libical",
    "two starts": "libical ical vobject",
    "two of SEQUENCE": "libical ical vobject",
    "two places": "libical ical vobject",
    "no PRODID": "libical vobject",
    "a REQUEST for what is cancelled": "libical",
    "a meeting without END": "libical ical icalendar vobject",
    "a line that is none": "libical ical icalendar vobject",
    "a line after the end": "icalendar",
    "a meeting in no calendar": "libical",
    "a task in a REQUEST": "libical",
}
"""Who catches what; the rest of the faults is caught by none of the four."""


def by_ical(content: bytes) -> bool:
    try:
        IcsCalendarStream.calendar_from_ics(content.decode())
    except Exception:
        return True
    return False


def by_icalendar(content: bytes) -> bool:
    try:
        calendar = icalendar.Calendar.from_ical(content)
    except Exception:
        return True
    return any(component.errors for component in calendar.walk())


def by_vobject(content: bytes) -> bool:
    try:
        for component in vobject.readComponents(content.decode()):
            component.validate(raiseException=True)
    except Exception:
        return True
    return False


@pytest.fixture(scope="module")
def validators() -> dict[str, Callable[[bytes], bool]]:
    libical = Libical()

    def by_libical(content: bytes) -> bool:
        component = libical.parse(content)
        if not component:
            return True
        libical.free(component)
        holds, errors, _ = libical.verdict(content)
        return not holds or errors > 0

    return {"libical": by_libical, "ical": by_ical, "icalendar": by_icalendar, "vobject": by_vobject}


def test_the_validators_catch_what_the_table_says_and_nothing_else(
    validators: dict[str, Callable[[bytes], bool]],
) -> None:
    found = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # theirs, about files that are meant to be odd
        for one in FAULTS:
            assert lint(one.data, kind=one.kind) != []
            catching = " ".join(name for name, catches in validators.items() if catches(one.data))
            if catching:
                found[one.what] = catching
    assert found == CAUGHT


def test_the_validators_let_every_whole_file_pass(validators: dict[str, Callable[[bytes], bool]]) -> None:
    for text in WHOLE.values():
        assert not any(catches(text.encode()) for catches in validators.values())


def test_most_faults_are_caught_by_our_lint_alone() -> None:
    assert set(CAUGHT) < {one.what for one in FAULTS}
    assert len(FAULTS) - len(CAUGHT) >= 75
