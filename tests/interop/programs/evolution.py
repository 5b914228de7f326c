"""Run by Debian's own Python, within a D-Bus session of its own: what Evolution's data server does with what we write.

Each line of standard input is a step in JSON: ``{"receive": FILE}`` hands a file to the calendar, as Evolution's mail reader
does when its user agrees; ``{"subscribe": URL}`` makes a calendar of a feed, and ``{"refresh": true}`` has it fetched again.
Each line of standard output is the answer to a step: the events that the calendar then has, or why it refused. Times are
seconds since 1970.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import gi

gi.require_version("ECal", "2.0")
gi.require_version("EDataServer", "1.2")
gi.require_version("ICalGLib", "3.0")
from gi.repository import ECal, EDataServer, GLib, ICalGLib  # noqa: E402

CONNECT = 3
"""Seconds to wait for a calendar to say that it is connected, which a local one never does."""
SETTLE = 1.5
"""Seconds until a feed that was fetched is there."""


def events(client: Any) -> list[dict[str, Any]]:
    """Every event of a calendar."""
    found = []
    for one in client.get_object_list_sync("#t", None)[1]:
        times = []
        for prop in (one.get_dtstart(), one.get_dtend()):
            zone = client.get_timezone_sync(prop.get_tzid(), None)[1] if prop.get_tzid() else None
            times.append(prop.as_timet_with_zone(zone))
        attendee = one.get_first_property(ICalGLib.PropertyKind.ATTENDEE_PROPERTY)
        found.append(
            {
                "uid": one.get_uid(),
                "sequence": one.get_sequence(),
                "start": times[0],
                "end": times[1],
                "summary": one.get_summary(),
                "attendee": attendee.get_attendee() if attendee else None,
            }
        )
    return found


def connected(source: Any) -> Any:
    return ECal.Client.connect_sync(source, ECal.ClientSourceType.EVENTS, CONNECT, None)


def subscribed(registry: Any, url: str) -> Any:
    """A calendar that is a feed."""
    source = EDataServer.Source.new_with_uid("feed", None)
    source.set_display_name("Feed")
    source.set_parent("webcal-stub")
    source.get_extension("Calendar").set_backend_name("webcal")
    source.get_extension("WebDAV Backend").set_uri(GLib.Uri.parse(url, GLib.UriFlags.NONE))
    registry.commit_source_sync(source, None)
    while (known := registry.ref_source("feed")) is None:
        time.sleep(0.1)
    return connected(known)


def fetched(feed: Any) -> list[dict[str, Any]]:
    feed.refresh_sync(None)
    time.sleep(SETTLE)
    return events(feed)


def main() -> None:
    """Answer step by step."""
    registry = EDataServer.SourceRegistry.new_sync(None)
    mine = connected(registry.ref_builtin_calendar())
    feed = None
    for line in sys.stdin:
        step = json.loads(line)
        answer: Any
        try:
            if "receive" in step:
                component = ICalGLib.Component.new_from_string(Path(step["receive"]).read_text())
                mine.receive_objects_sync(component, ECal.OperationFlags.NONE, None)
                answer = events(mine)
            else:
                feed = subscribed(registry, step["subscribe"]) if "subscribe" in step else feed
                answer = fetched(feed)
        except (GLib.Error, TypeError) as fault:  # TypeError where libical can't parse it at all.
            answer = str(fault)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
