"""KDE's calendar library, which KOrganizer and KMail read with, takes messages in and says which are obsolete.

Its windows, and the Akonadi server that they want, aren't run: `kde.cpp`, compiled for the test, asks the library itself.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from product import FIRST, MAILBOX, MOVED, ORGANISER, fed, moment, published, starts, story
from recording import Seen

SOURCE = Path(__file__).parent / "programs" / "kde.cpp"
LIBRARIES = ("KF5CalendarCore", "Qt5Core", "Qt5Gui")


def told_by(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    return done.stdout.strip() if done.returncode == 0 else ""


def version() -> str:
    """Of the library, empty without it or what compiles."""
    if shutil.which("g++") is None or shutil.which("pkg-config") is None:
        return ""
    return (
        told_by("pkg-config", "--modversion", LIBRARIES[0])
        if told_by("pkg-config", "--libs", *LIBRARIES)
        else ""
    )


VERSION = version()
pytestmark = [
    pytest.mark.interop,
    pytest.mark.client("KCalendarCore (KDE)", only="kde"),
    pytest.mark.skipif(not VERSION, reason="libkf5calendarcore-dev, g++ or pkg-config is not installed"),
]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("kde") / "kde"
    flags = told_by("pkg-config", "--cflags", "--libs", *LIBRARIES).split()
    subprocess.run(["g++", "-std=c++17", "-fPIC", "-o", made, SOURCE, *flags], check=True, timeout=240)
    return made


class Library:
    """What the library says of files."""

    def __init__(self, program: Path, folder: Path) -> None:
        self._program, self._folder = program, folder

    def read(self, content: bytes) -> dict[str, Any]:
        return self._ask("read", content)

    def message(self, content: bytes, *had: bytes) -> dict[str, Any]:
        """Of a message, to somebody who has what an earlier one said."""
        return self._ask("message", content, *had)

    def _ask(self, what: str, *contents: bytes) -> dict[str, Any]:
        files = [self._folder / f"{number}.ics" for number, _ in enumerate(contents)]
        for file, content in zip(files, contents, strict=True):
            file.write_bytes(content)
        done = subprocess.run([self._program, what, *files], capture_output=True, check=True, timeout=60)
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer


@pytest.fixture
def library(program: Path, tmp_path: Path, seen: Seen) -> Library:
    seen(version=VERSION)
    return Library(program, tmp_path)


@pytest.mark.shows("REQUEST", "update", "stale update", "CANCEL")
def test_messages_are_taken_for_what_they_are(library: Library, seen: Seen) -> None:
    told = story()
    for sequence, (cell, method, start, contents) in enumerate(
        (
            ("REQUEST", "Request", FIRST, (told.request,)),
            ("update", "Request", MOVED, (told.update, told.request)),
            ("CANCEL", "Cancel", MOVED, (told.cancel, told.update)),
        )
    ):
        answer = library.message(*contents)
        (event,) = answer["events"]
        assert (answer["taken"], answer["obsolete"], answer["method"]) == (True, False, method)
        assert (event["uid"], event["sequence"], event["cancelled"]) == (told.uid, sequence, cell == "CANCEL")
        assert (event["organiser"], event["attendees"]) == (ORGANISER, [MAILBOX])
        assert datetime.fromisoformat(event["start"]).astimezone(UTC) == moment(start)
        seen(cell, f"taken: a {method} with SEQUENCE {sequence} at its moment, not obsolete")
    assert library.message(told.request, told.update)["obsolete"]
    seen("stale update", "obsolete")


@pytest.mark.shows("PUBLISH", "feed")
def test_meetings_around_the_clock_changes_are_read_at_their_moments(library: Library, seen: Seen) -> None:
    for cell, content in (("PUBLISH", published()), ("feed", fed())):
        events = library.read(content)["events"]
        assert sorted(datetime.fromisoformat(event["start"]) for event in events) == starts()
        seen(cell, "all six at their moments, around both clock changes")


@pytest.mark.shows("spoilt file")
def test_a_message_cut_short_is_not_taken(library: Library, seen: Seen) -> None:
    assert library.message(story().request.replace(b"END:VEVENT\r\n", b"")) == {"taken": False}
    seen("spoilt file", "VEVENT without END: not taken")
