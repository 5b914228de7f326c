"""What `convene availability` tells: as lines, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service.words import count, day

if TYPE_CHECKING:
    from calendars.content_lines import Notice
    from service.intake.availability import BusyChange, TermsChange

MOST_LISTED = 12
"""Notices of a source, clashes, and days that are listed one by one."""


@dataclass(frozen=True)
class Told:
    """What was done."""

    kind: str
    id: str
    busy: Sequence[BusyChange]
    terms: TermsChange | None
    written: Path | None
    kept: Path | None
    clashes: Sequence[tuple[str, datetime, str]]
    """Meeting, start, and what is against it."""
    compared: bool
    """Whether there was a calendar to compare with."""

    @property
    def attention(self) -> bool:
        """Whether somebody has to look at something."""
        notices = [
            *(self.terms.notices if self.terms else ()),
            *(one for each in self.busy for one in each.notices),
        ]
        return bool(self.clashes or notices)


def lines(told: Told, *, command: str, tentative: bool) -> Iterator[str]:
    """Tell it in lines; ``command`` is how its meetings are rebooked."""
    for change in told.busy:
        yield from _busy(told, change, tentative=tentative)
    if told.terms is not None:
        yield from _terms(told.id, told.terms)
    if told.written is None:
        yield "Nothing has changed, so nothing was written."
    else:
        kept = "" if told.kept is None else f"; the one before is {told.kept}"
        yield f"Written to {told.written}{kept}."
    if told.clashes:
        yield ""
        number = len(told.clashes)
        yield f"{count(number, 'meeting')} of the calendar {'does' if number == 1 else 'do'} not go with it:"
        for meeting, start, reason in told.clashes[:MOST_LISTED]:
            yield f"  {meeting}, {day(start.date())} {start:%H:%M}. {reason}"
        if number > MOST_LISTED:
            yield f"  and {number - MOST_LISTED} more"
        how = f"--meeting {told.clashes[0][0]}" if number == 1 else "--together"
        yield f"To rebook: {command} {how}"
    elif told.compared:
        yield "Every meeting of the calendar goes with it."


def _busy(told: Told, change: BusyChange, *, tentative: bool) -> Iterator[str]:
    who = f"{told.kind} {told.id}"
    if change.first is None or change.last is None:
        yield f"{who}: nothing busy from “{change.source}”, {_difference(change.added, change.removed)}."
    else:
        yield (
            f"{who}: {count(change.stretches, 'busy stretch', 'busy stretches')} from “{change.source}”, "
            f"{day(change.first)} to {day(change.last)}, {_difference(change.added, change.removed)}."
        )
    if change.tentative:
        counted = "count" if tentative else "do not count (--tentative busy would count them)"
        yield f"  {count(change.tentative, 'stretch', 'stretches')} only tentative: they {counted}."
    if change.elsewhere:
        yield f"  {count(change.elsewhere, 'time')} “working elsewhere” counted as free."
    if change.ours:
        yield f"  {count(change.ours, 'meeting')} of ours in it not counted."
    if change.known_from is not None and change.known_to is not None:
        yield f"  It speaks of {day(change.known_from)} to {day(change.known_to)} alone: before and after, nothing is known."
    yield from _notices(change.notices)


def _terms(school: str, change: TermsChange) -> Iterator[str]:
    yield f"school {school}: {count(len(change.terms), 'term')}, {count(change.closed, 'closed day')}."
    before = set(change.terms_before)
    for start, end in change.terms:
        yield f"  {day(start)} to {day(end)}{'' if (start, end) in before else ' (new)'}"
    for start, end in change.terms_before:
        if (start, end) not in set(change.terms):
            yield f"  no longer {day(start)} to {day(end)}"
    for what, days in (("Closed besides", change.closed_added), ("No longer closed", change.closed_removed)):
        if days:
            yield f"  {what}: {_days(days)}."
    yield from _notices(change.notices)


def _days(days: Sequence[date]) -> str:
    listed = ", ".join(day(one) for one in days[:MOST_LISTED])
    more = len(days) - MOST_LISTED
    return listed if more <= 0 else f"{listed} and {more} more"


def _difference(added: int, removed: int) -> str:
    if not added and not removed:
        return "as before"
    return f"{added} new, {removed} gone"


def _notices(notices: Sequence[Notice]) -> Iterator[str]:
    for one in notices[:MOST_LISTED]:
        yield f"  Look at {one}."
    if len(notices) > MOST_LISTED:
        yield f"  and {len(notices) - MOST_LISTED} more lines to look at (--json lists them)."


def document(told: Told) -> str:
    """The same as JSON."""

    def notice(one: Notice) -> dict[str, Any]:
        return {"line": one.line, "text": one.text}

    data: dict[str, Any] = {told.kind: told.id}
    if told.terms is None:
        data["sources"] = [
            {
                "source": one.source,
                "stretches": one.stretches,
                "first": _iso(one.first),
                "last": _iso(one.last),
                "added": one.added,
                "removed": one.removed,
                "tentative": one.tentative,
                "ours": one.ours,
                "elsewhere": one.elsewhere,
                "known": None
                if one.known_from is None
                else {"from": _iso(one.known_from), "to": _iso(one.known_to)},
                "notices": [notice(each) for each in one.notices],
            }
            for one in told.busy
        ]
    else:
        data["terms"] = [{"start": _iso(start), "end": _iso(end)} for start, end in told.terms.terms]
        data["closed"] = told.terms.closed
        data["closed_added"] = [_iso(one) for one in told.terms.closed_added]
        data["closed_removed"] = [_iso(one) for one in told.terms.closed_removed]
        data["notices"] = [notice(one) for one in told.terms.notices]
    data["written"] = None if told.written is None else str(told.written)
    data["kept"] = None if told.kept is None else str(told.kept)
    data["clashes"] = (
        [
            {"meeting": meeting, "start": f"{start:%Y-%m-%dT%H:%M}", "reason": reason}
            for meeting, start, reason in told.clashes
        ]
        if told.compared
        else None
    )
    return json.dumps(data, indent=1, ensure_ascii=False)


def _iso(date_: date | None) -> str | None:
    return None if date_ is None else date_.isoformat()


__all__ = ["Told", "document", "lines"]
