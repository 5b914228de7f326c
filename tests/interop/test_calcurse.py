"""calcurse, a calendar for terminals with a parser of its own, imports what we write."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from installed import program, run
from product import fed, moment, published, starts, story
from recording import Seen

pytestmark = pytest.mark.client("calcurse", only="calcurse")
SHOWN = "%(start:epoch) %(end:epoch) %m\n"


class Calcurse:
    """One user's calendar."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._command = (program("calcurse"), "-D", str(folder))

    @property
    def version(self) -> str:
        found = re.match(r"calcurse (\S+)", run(self._command[0], "--version", home=self._folder).stdout)
        assert found
        return found[1]

    def take(self, content: bytes) -> bool:
        """Import a file; whether it was taken without fault."""
        file = self._folder / "taken.ics"
        file.write_bytes(content)
        return run(*self._command, "-q", "-i", str(file), home=self._folder).returncode == 0

    def starts(self) -> list[datetime]:
        """Of every meeting, in UTC, in order."""
        span = ("--from", "10/01/2026", "--to", "04/30/2027")
        shown = run(*self._command, "-Q", *span, "--format-apt", SHOWN, home=self._folder).stdout
        found = re.findall(r"^(\d+) \d+ Meeting, ref \w{4}$", shown, re.MULTILINE)
        return sorted(datetime.fromtimestamp(int(start), UTC) for start in found)


@pytest.fixture
def calcurse(tmp_path: Path, seen: Seen) -> Calcurse:
    mine = Calcurse(tmp_path)
    seen(version=mine.version)
    return mine


@pytest.mark.shows("PUBLISH")
def test_meetings_around_the_clock_changes_are_imported(calcurse: Calcurse, seen: Seen) -> None:
    assert calcurse.take(published())
    assert calcurse.starts() == starts()
    seen("PUBLISH", "all six imported at their moments, on both sides of both clock changes")
    assert calcurse.take(published())
    assert calcurse.starts() == sorted([*starts(), *starts()])
    seen("PUBLISH", "a second import doubles them, since it keeps no UID")


@pytest.mark.shows("feed")
def test_a_feed_is_imported_once(calcurse: Calcurse, seen: Seen) -> None:
    assert calcurse.take(fed(2))
    assert calcurse.starts() == starts(2)
    seen("feed", "its file is imported; it can't subscribe")


@pytest.mark.shows("REQUEST", "update", "CANCEL")
def test_messages_are_imported_as_events(calcurse: Calcurse, seen: Seen) -> None:
    told = story()
    first, moved = moment(told.first.start), moment(told.moved.start)
    assert calcurse.take(told.request)
    assert calcurse.starts() == [first]
    seen("REQUEST", "imported at its moment; it knows no METHOD")
    assert calcurse.take(told.update)
    assert calcurse.starts() == [first, moved]
    seen("update", "one event more: it knows no UID")
    assert calcurse.take(told.cancel)
    assert calcurse.starts() == [first, moved, moved]
    seen("CANCEL", "one event more: it knows no METHOD")


@pytest.mark.shows("spoilt file")
def test_a_file_cut_short_is_refused(calcurse: Calcurse, seen: Seen) -> None:
    assert not calcurse.take(story().request.replace(b"END:VEVENT\r\n", b""))
    assert calcurse.starts() == []
    seen("spoilt file", "VEVENT without END: refused, nothing is added")
