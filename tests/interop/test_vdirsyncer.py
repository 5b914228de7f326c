"""vdirsyncer, which keeps files in step with servers, subscribes to our feed over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import icalendar
import pytest
from feeds import serving
from installed import program, run
from product import fed, starts
from recording import Seen

pytestmark = [pytest.mark.interop, pytest.mark.client("vdirsyncer", only="vdirsyncer")]
SETTINGS = """
[general]
status_path = "{folder}/status"
[pair feed]
a = "remote"
b = "local"
collections = null
conflict_resolution = "a wins"
[storage remote]
type = "http"
url = "{url}"
[storage local]
type = "filesystem"
path = "{folder}/kept"
fileext = ".ics"
"""


class Vdirsyncer:
    """One user's copy of a feed."""

    def __init__(self, folder: Path, url: str) -> None:
        self._folder = folder
        self._kept = folder / "kept"
        self._kept.mkdir()
        settings = folder / "settings"
        settings.write_text(SETTINGS.format(folder=folder, url=url))
        self._command = (program("vdirsyncer"), "-c", str(settings))
        assert run(*self._command, "discover", home=folder, given="y\n").returncode == 0

    @property
    def version(self) -> str:
        return run(self._command[0], "--version", home=self._folder).stdout.split()[-1]

    def sync(self) -> bool:
        """Whether it went well."""
        return run(*self._command, "sync", home=self._folder).returncode == 0

    def starts(self) -> list[datetime]:
        read = (icalendar.Calendar.from_ical(file.read_bytes()) for file in self._kept.glob("*.ics"))
        return sorted(event.start.astimezone(UTC) for calendar in read for event in calendar.events)


@pytest.mark.shows("feed", "spoilt file")
def test_a_feed_is_kept_in_step(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, seen: Seen) -> None:
    with serving(tmp_path_factory.mktemp("feed")) as feed:
        mine = Vdirsyncer(tmp_path, feed.url)
        seen(version=mine.version)
        for revision in (1, 1, 2):
            feed.publish(revision)
            assert mine.sync()
            assert mine.starts() == starts(revision)
        seen("feed", "fetched, kept as six files at their moments, and in step when one meeting moves")
        if {one.had for one in feed.answers} == {None}:
            seen("feed", "asks without If-None-Match, so it gets the whole each time")

        feed.instead = fed().replace(b"END:VEVENT\r\n", b"", 1)
        assert not mine.sync()
        assert mine.starts() == starts(2)
        seen("spoilt file", "VEVENT without END: an error, and what it had is kept")
