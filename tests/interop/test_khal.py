"""khal, a calendar of files for terminals, imports what we write, and again when it changed."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from installed import program, run
from product import LONDON, fed, moment, published, starts, story
from recording import Seen

pytestmark = [pytest.mark.interop, pytest.mark.client("khal", only="khal")]
SETTINGS = """
[calendars]
[[mine]]
path = {folder}/mine
[locale]
local_timezone = Europe/London
default_timezone = Europe/London
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
[sqlite]
path = {folder}/khal.db
"""


class Khal:
    """One user's calendar."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "mine").mkdir()
        settings = folder / "settings"
        settings.write_text(SETTINGS.format(folder=folder))
        self._command = (program("khal"), "-c", str(settings))

    @property
    def version(self) -> str:
        return run(self._command[0], "--version", home=self._folder).stdout.split()[-1]

    def take(self, content: bytes) -> bool:
        """Import a file; whether it was taken without fault."""
        file = self._folder / "taken.ics"
        file.write_bytes(content)
        return run(*self._command, "import", "--batch", "-a", "mine", file, home=self._folder).returncode == 0

    def shown(self) -> list[tuple[datetime, str]]:
        """Start and status of every meeting it lists, in order."""
        form = ("--format", "{start-date}T{start-time} {status}", "--day-format", "")
        listed = run(*self._command, "list", *form, "2026-10-01", "210d", home=self._folder)
        assert listed.returncode == 0, listed.stderr
        pairs = (line.split() for line in listed.stdout.splitlines() if line.strip())
        return sorted((datetime.fromisoformat(start), status) for start, status in pairs)

    def starts(self) -> list[datetime]:
        return [moment(start) for start, _ in self.shown()]


@pytest.fixture
def khal(tmp_path: Path, seen: Seen) -> Khal:
    mine = Khal(tmp_path)
    seen(version=mine.version)
    return mine


@pytest.mark.shows("PUBLISH")
def test_an_import_again_changes_what_changed(khal: Khal, seen: Seen) -> None:
    for content, expected in ((published(), starts()), (published(), starts()), (published(2), starts(2))):
        assert khal.take(content)
        assert khal.starts() == expected
    seen(
        "PUBLISH",
        "all six imported at their local times; a second import doubles none and moves the moved one",
    )


@pytest.mark.shows("feed")
def test_a_feeds_file_is_imported(khal: Khal, seen: Seen) -> None:
    assert khal.take(fed())
    assert khal.starts() == starts()
    seen("feed", "its file is imported; it is subscribed to with vdirsyncer")


@pytest.mark.shows("REQUEST", "update", "stale update", "CANCEL")
def test_messages_are_imported_as_events(khal: Khal, seen: Seen) -> None:
    told = story()
    assert told.first.start.replace(tzinfo=LONDON).utcoffset() == timedelta(0)
    assert told.moved.start.replace(tzinfo=LONDON).utcoffset() == timedelta(hours=1)
    assert khal.take(told.request)
    assert khal.shown() == [(told.first.start, "CONFIRMED")]
    seen("REQUEST", f"imported at {told.first.start:%Y-%m-%dT%H:%M} local")
    assert khal.take(told.update)
    assert khal.shown() == [(told.moved.start, "CONFIRMED")]
    seen("update", f"the one event is at {told.moved.start:%Y-%m-%dT%H:%M} local")
    assert khal.take(told.cancel)
    assert khal.shown() == [(told.moved.start, "CANCELLED")]
    seen("CANCEL", "the event is marked CANCELLED")
    assert khal.take(told.request)
    assert khal.shown() == [(told.first.start, "CONFIRMED")]
    seen("stale update", "taken: an import doesn't look at SEQUENCE")


@pytest.mark.shows("spoilt file")
def test_a_file_cut_short_is_refused(khal: Khal, seen: Seen) -> None:
    assert not khal.take(story().request.replace(b"END:VEVENT\r\n", b""))
    assert khal.shown() == []
    seen("spoilt file", "VEVENT without END: refused, nothing is added")
