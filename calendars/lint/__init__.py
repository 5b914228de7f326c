"""Our own lint of calendar files.

The validators of other people (libical, the parsers) pass files that mail clients then drop, or show to whom
they should not: two UIDs in one request, a TZID without its VTIMEZONE or with a wrong one, bare line feeds, a
colleague in a family's invite, somebody's name in a folded line. This reads the bytes by itself, without the library
that wrote them, so that a fault of that library shows.
"""

from __future__ import annotations

from collections.abc import Iterable

from calendars.lint.common import Kind, calendar_findings, kind_of
from calendars.lint.leaks import leaks
from calendars.lint.reading import MAX_OCTETS, Finding, Rule, octets, parse, unfold
from calendars.lint.scheduling import scheduling
from calendars.lint.texts import texts
from calendars.lint.zones import zones


def lint(
    data: bytes,
    *,
    kind: Kind | None = None,
    forbidden: Iterable[str] = (),
    forbidden_words: Iterable[str] = (),
) -> list[Finding]:
    """Every fault of a calendar file, in the order of its lines.

    Parameters
    ----------
    data
        The file as written.
    kind
        What it is meant to be. Not given, it follows from the METHOD: without one it is ``stored`` if it holds a
        meeting, else ``tasks``. A ``feed`` has to be named, as nothing but what it must have tells it from a file
        that is published once.
    forbidden
        Strings that must be nowhere in it: looked for in every line after unfolding and undoing backslash,
        caret (RFC 6868) and percent escapes, whatever their case and spacing.
    forbidden_words
        The same for whole words in just this case, such as a child's initials.

    Returns
    -------
    list of Finding
        Empty for a file without fault.
    """
    findings = list(octets(data))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        findings.append(Finding("encoding", data.count(b"\n", 0, error.start) + 1, "is not UTF-8"))
        text = data.decode("utf-8", errors="replace")
    lines = list(unfold(text))
    calendars, faults = parse(lines)
    findings += faults
    for calendar in calendars:
        if calendar.name == "VCALENDAR":
            meant = kind or kind_of(calendar)
            findings += calendar_findings(calendar, meant)
            findings += scheduling(calendar, meant)
            findings += zones(calendar)
            findings += leaks(calendar, meant)
    findings += texts(lines, forbidden, forbidden_words)
    return sorted(findings, key=lambda finding: (finding.line, finding.rule))


__all__ = ["MAX_OCTETS", "Finding", "Kind", "Rule", "lint"]
