"""sabre/vobject, which Nextcloud, ownCloud and Baikal read with, in the version that Debian has.

That version reads; its validator and its part that obeys messages came later, and aren't to be had from Debian.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from product import FIRST, MAILBOX, MOVED, fed, moment, published, starts, story
from recording import Seen

SCRIPT = Path(__file__).parent / "programs" / "sabre.php"
LIBRARY = Path("/usr/share/php/Sabre/VObject/autoload.php")
THERE = shutil.which("php") is not None and LIBRARY.exists()
pytestmark = [
    pytest.mark.interop,
    pytest.mark.client("sabre/vobject", only="sabre"),
    pytest.mark.skipif(not THERE, reason="php-cli or php-sabre-vobject is not installed"),
]


def read(content: bytes) -> dict[str, Any]:
    done = subprocess.run(
        ["php", "-d", f"include_path={LIBRARY.parents[2]}", SCRIPT],
        input=content,
        capture_output=True,
        check=True,
        timeout=60,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.shows("REQUEST", "update", "CANCEL")
def test_messages_say_what_was_meant(seen: Seen) -> None:
    told = story()
    for sequence, (cell, content, method, start) in enumerate(
        (
            ("REQUEST", told.request, "REQUEST", FIRST),
            ("update", told.update, "REQUEST", MOVED),
            ("CANCEL", told.cancel, "CANCEL", MOVED),
        )
    ):
        found = read(content)
        (event,) = found["events"]
        assert (found["method"], event["uid"], event["sequence"]) == (method, told.uid, sequence)
        assert event["attendee"] == f"mailto:{MAILBOX}"
        assert datetime.fromisoformat(event["start"]) == moment(start)
        seen(
            cell,
            f"read: METHOD, UID, SEQUENCE {sequence}, one ATTENDEE, time in UTC; not obeyed, as this version can't",
        )
        seen(version=f"{found['version']} (Debian)")


@pytest.mark.shows("PUBLISH", "feed")
def test_meetings_around_the_clock_changes_are_read_at_their_moments(seen: Seen) -> None:
    for cell, content in (("PUBLISH", published()), ("feed", fed())):
        found = read(content)
        assert (
            sorted(datetime.fromisoformat(one["start"]).astimezone(UTC) for one in found["events"])
            == starts()
        )
        seen(cell, "all six read at their moments, around both clock changes")


@pytest.mark.shows("spoilt file")
def test_a_message_cut_short_is_not_read(seen: Seen) -> None:
    with pytest.raises(subprocess.CalledProcessError) as fault:
        read(story().request.replace(b"END:VEVENT\r\n", b""))
    assert b'expected: "END:VEVENT"' in fault.value.stdout + fault.value.stderr
    seen("spoilt file", "VEVENT without END: ParseException")
