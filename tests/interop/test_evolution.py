"""Evolution's data server, GNOME's calendar store, is handed messages and subscribes to our feed.

Evolution's mail reader, which asks its user and then hands a message over, has no use without a screen: what is shown here
is the store.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from feeds import serving
from product import MAILBOX, moment, published, starts, story
from recording import Seen

PYTHON = "/usr/bin/python3"
"""Debian's, which has the bindings."""
HERE = Path(__file__).parent / "programs"
PATIENCE = 120
"""Seconds that all steps of a test may take."""


def version() -> str | None:
    """Of the data server, ``None`` without it or its bindings."""
    if shutil.which("dbus-run-session") is None or shutil.which(PYTHON) is None:
        return None
    ask = 'import gi; gi.require_version("ECal", "2.0"); from gi.repository import ECal'
    if subprocess.run([PYTHON, "-c", ask], capture_output=True, check=False).returncode:
        return None
    told = subprocess.run(
        ["dpkg-query", "--show", "--showformat=${source:Upstream-Version}", "evolution-data-server"],
        capture_output=True,
        text=True,
        check=False,
    )
    return told.stdout or None


VERSION = version()
pytestmark = [
    pytest.mark.interop,
    pytest.mark.client("Evolution data server", only="evolution"),
    pytest.mark.skipif(VERSION is None, reason="evolution-data-server or gir1.2-ecal-2.0 is not installed"),
]


class Store:
    """One user's data server."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "TZ": "Europe/London",
            "LC_ALL": "C.UTF-8",
        }
        self._process = subprocess.Popen(
            ["dbus-run-session", "--", PYTHON, str(HERE / "evolution.py")],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._alarm = threading.Timer(PATIENCE, self._process.kill)
        self._alarm.start()

    def step(self, **what: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "it ended, or took too long"
        return json.loads(line)

    def receive(self, content: bytes) -> Any:
        """The events after a file was handed over, or why it was refused."""
        file = self._folder / "received.ics"
        file.write_bytes(content)
        return self.step(receive=str(file))

    def close(self) -> None:
        self._alarm.cancel()
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(20)
        if self._process.stdout is not None:
            self._process.stdout.close()


@pytest.fixture
def store(tmp_path: Path, seen: Seen) -> Iterator[Store]:
    seen(version=VERSION)
    running = Store(tmp_path)
    try:
        yield running
    finally:
        running.close()


def starts_of(events: list[dict[str, Any]]) -> list[datetime]:
    return sorted(datetime.fromtimestamp(event["start"], UTC) for event in events)


@pytest.mark.shows("REQUEST", "update", "stale update", "CANCEL", "spoilt file")
def test_messages_are_obeyed(store: Store, seen: Seen) -> None:
    told = story()
    assert isinstance(store.receive(told.request.replace(b"END:VEVENT\r\n", b"")), str)
    seen("spoilt file", "VEVENT without END: refused")

    (event,) = store.receive(told.request)
    assert (event["uid"], event["sequence"]) == (told.uid, 0)
    assert (event["attendee"], event["summary"]) == (f"mailto:{MAILBOX}", told.first.summary)
    assert starts_of([event]) == [moment(told.first.start)]
    seen("REQUEST", "in the calendar at its moment")

    (event,) = store.receive(told.update)
    assert (event["uid"], event["sequence"]) == (told.uid, 1)
    assert starts_of([event]) == [moment(told.moved.start)]
    seen("update", "the one event moves")

    (event,) = store.receive(told.request)
    assert event["sequence"] == 0
    seen("stale update", "taken: the store leaves SEQUENCE to whoever hands it over")

    assert store.receive(told.update)
    assert store.receive(told.cancel) == []
    seen("CANCEL", "the event is gone")


@pytest.mark.shows("PUBLISH")
def test_a_published_file_is_taken_and_taken_again(store: Store, seen: Seen) -> None:
    for content, expected in ((published(), starts()), (published(), starts()), (published(2), starts(2))):
        assert starts_of(store.receive(content)) == expected
    seen(
        "PUBLISH",
        "all six at their moments, around both clock changes; taken again, none twice, the moved one moved",
    )


@pytest.mark.shows("feed")
def test_a_feed_is_subscribed_to(store: Store, tmp_path_factory: pytest.TempPathFactory, seen: Seen) -> None:
    with serving(tmp_path_factory.mktemp("feed")) as feed:
        assert starts_of(store.step(subscribe=feed.url)) == starts()
        first = feed.answers[0].etag
        assert first
        assert starts_of(store.step(refresh=True)) == starts()
        assert feed.was_told(304, first)
        feed.publish(2)
        assert starts_of(store.step(refresh=True)) == starts(2)
        assert feed.was_told(200, first)
    seen(
        "feed",
        "subscribed over HTTP; If-None-Match with our ETag gets 304; a changed feed moves the one meeting",
    )
