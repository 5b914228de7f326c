"""Time zone names as calendar files write them, as the IANA names they mean."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Final
from zoneinfo import available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

LONGEST_NAME: Final = 200
"""No zone is called by more characters; longer names aren't looked up."""

# What Outlook shows in its list of zones, and some programs write as TZID. The list is long and translated; the
# zones here are those of the islands that Convene's caseloads lie in.
_DISPLAYED: Final = {
    "dublin, edinburgh, lisbon, london": "Europe/London",
    "greenwich mean time : dublin, edinburgh, lisbon, london": "Europe/London",
    "greenwich mean time; dublin, edinburgh, london": "Europe/London",
    "coordinated universal time": "UTC",
}
_OFFSET: Final = re.compile(r"\((?:utc|gmt)(?:[+-][0-9]{1,2}:?[0-9]{2})?\)\s*")
_MICROSOFT: Final = "tzone://microsoft/"


@cache
def _known() -> dict[str, str]:
    """IANA names by themselves in lower case, and Windows names likewise."""
    names = {name.casefold(): name for name in sorted(available_timezones())}
    windows = {name.casefold(): zone for name, zone in WINDOWS_TO_OLSON.items()}
    return names | windows | {"z": "UTC"}


@lru_cache(maxsize=1024)
def iana_name(tzid: str) -> str | None:
    """The IANA name of a TZID, or ``None`` if the name alone doesn't say.

    Understood are IANA names in any case, Windows names (by the CLDR table that ``icalendar`` ships), the prefixes
    that libical, Mozilla and Evolution put before them (``/freeassociation.sourceforge.net/Europe/London``; RFC 5545
    section 3.2.19), Microsoft's ``tzone://Microsoft/Utc``, and how Outlook displays the zone of these islands.

    Parameters
    ----------
    tzid
        As in the file, without quotes. It may be anything.
    """
    if not 0 < len(tzid) <= LONGEST_NAME:
        return None
    name = " ".join(tzid.replace("\\,", ",").split()).casefold()
    if name.startswith(_MICROSOFT):
        name = name.removeprefix(_MICROSOFT)
    parts = name.strip("/").split("/")
    prefixes = len(parts) if tzid.startswith("/") else 1
    for dropped in range(prefixes):
        found = _known().get("/".join(parts[dropped:]))
        if found is not None:
            return found
    return _DISPLAYED.get(_OFFSET.sub("", name, count=1))


__all__ = ["LONGEST_NAME", "iana_name"]
