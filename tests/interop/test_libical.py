"""libical, which GNOME's and KDE's calendars are built on, checks every file and message we write.

``icalrestriction_check`` holds a component against the tables of RFC 5546: which property each method must
and must not have. ``icalclassify`` says what a message is to somebody who has an earlier one. Debian has it as
``libical3``.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from ics_cases import calendar, family, meeting, place, split_meeting, task
from libical import Libical
from product import MAILBOX, Story, fed, story, story_of_a_professional
from recording import Seen

from service.output.ics_files import ics_files

pytestmark = pytest.mark.client("libical", only="libical")
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


@pytest.fixture(scope="module")
def loaded() -> Libical:
    return Libical()


@pytest.fixture
def libical(loaded: Libical, seen: Seen) -> Libical:
    found = re.search(r"libical\.so\.([0-9.]+)", Path("/proc/self/maps").read_text())
    assert found
    seen(version=found[1])
    return loaded


@pytest.mark.shows("PUBLISH")
@pytest.mark.parametrize("name", sorted(FULL))
def test_every_file_meets_the_restrictions(libical: Libical, name: str, seen: Seen) -> None:
    holds, errors, kind = libical.verdict(FULL[name])
    assert holds
    assert errors == 0
    assert kind.startswith("PUBLISH-") == (name != "tasks.ics"), "the tasks have no method"
    seen("PUBLISH", "restrictions of RFC 5546 hold, no parse error, in every file")


@pytest.mark.shows("feed")
def test_a_feed_meets_the_restrictions(libical: Libical, seen: Seen) -> None:
    assert libical.verdict(fed())[:2] == (True, 0)
    seen("feed", "restrictions hold, no parse error")


@pytest.mark.shows("REQUEST", "update", "stale update", "CANCEL")
@pytest.mark.parametrize("told", [story(), story_of_a_professional()], ids=["family", "professional"])
def test_messages_are_taken_for_what_they_are(libical: Libical, told: Story, seen: Seen) -> None:
    first, update = (
        libical.verdict(told.request, user=MAILBOX),
        libical.verdict(told.update, told.request, user=MAILBOX),
    )
    stale, cancel = (
        libical.verdict(told.request, told.update, user=MAILBOX),
        libical.verdict(told.cancel, told.update, user=MAILBOX),
    )
    assert first == (True, 0, "REQUEST-NEW")
    assert update == (True, 0, "REQUEST-RESCHEDULE")
    assert stale[2] == "OBSOLETE"
    assert cancel == (True, 0, "CANCEL-EVENT")
    for cell, seen_as in (
        ("REQUEST", first),
        ("update", update),
        ("stale update", stale),
        ("CANCEL", cancel),
    ):
        seen(cell, f"restrictions hold; classified {seen_as[2]}")


@pytest.mark.parametrize("name", sorted(EMPTY))
def test_files_of_nothing_meet_the_restrictions(libical: Libical, name: str) -> None:
    assert libical.verdict(EMPTY[name])[:2] == (True, 0)


@pytest.mark.shows("spoilt file")
@pytest.mark.parametrize(
    "spoilt",
    [
        FULL["team.ics"].replace(b"ORGANIZER:mailto:yew@convene.example\r\n", b""),
        FULL["team.ics"].replace(b"STATUS:CONFIRMED\r\n", b"ATTENDEE:mailto:x@convene.example\r\n"),
        FULL["team.ics"].replace(b"DTSTAMP", b"X-STAMP"),
        re.sub(rb"ATTENDEE;.*?(?=\r\n\w)\r\n", b"", story().request, flags=re.DOTALL),
        story().cancel.replace(b"ORGANIZER:mailto:yew@convene.example\r\n", b""),
    ],
)
def test_the_check_can_fail(libical: Libical, spoilt: bytes, seen: Seen) -> None:
    assert spoilt not in {FULL["team.ics"], story().request, story().cancel}
    assert not libical.verdict(spoilt)[0]
    seen("spoilt file", "rejected: no ORGANIZER or DTSTAMP, ATTENDEE in a PUBLISH, none in a REQUEST")
