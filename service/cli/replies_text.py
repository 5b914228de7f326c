"""What `convene replies` prints: what was taken, what somebody has to look at, what is open and how to settle it."""

# ruff: noqa: PLC0415 - words are imported when there is something to tell
from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from service.replies.openings import Delegation, Opening
    from service.replies.outcome import Outcome
    from solver.schema.calendar import Calendar, OpenRebooking

_BECAUSE = {
    "declined": "can't come",
    "countered": "proposes another time",
    "delegated": "sends somebody else",
}


@dataclass(frozen=True)
class Request:
    """What was asked for."""

    caseload: str
    calendar: str
    accept_delegations: bool
    shown: int
    as_json: bool
    output: Path | None


@dataclass(frozen=True)
class Told:
    """All that was done and found."""

    outcomes: tuple[Outcome, ...]
    decided: tuple[Delegation, ...]
    """Delegations, where they were to be accepted."""
    written: tuple[Path, ...]
    unmarked: tuple[str, ...]
    notes: tuple[str, ...]
    open: tuple[OpenRebooking, ...]
    openings: tuple[Opening, ...]
    calendar: Calendar


class Teller:
    """Prints what was done and what is open."""

    def __init__(self, request: Request, today: date) -> None:
        self.request = request
        self.today = today

    def tell(self, told: Told) -> None:
        """Print it."""
        if self.request.as_json:
            click.echo(json.dumps(self._data(told), indent=1))
        else:
            click.echo("\n".join(self._lines(told)))

    def command(self, opening: Opening, revision: int) -> list[str]:
        """The command that finds the same options."""
        calendar = str(self.request.output or self.request.calendar)
        found = ["convene", "rebook", self.request.caseload, calendar, "--meeting", opening.meeting.id]
        for one in opening.away:
            found += ["--busy", one.person, f"{one.start:%Y-%m-%dT%H:%M}", f"{one.end:%Y-%m-%dT%H:%M}"]
        return [*found, "--today", self.today.isoformat(), "--revision", str(revision)]

    def _data(self, told: Told) -> dict[str, object]:
        from service.replies.telling import counts, opening_data, outcome_data

        revision = told.calendar.revision
        return {
            "revision": revision,
            "counts": counts(told.outcomes),
            "outcomes": [outcome_data(one) for one in told.outcomes],
            "delegations": [
                {"person": one.person, "to": one.to, "accepted": one.allowed, "text": one.text}
                for one in told.decided
            ],
            "open": [one.model_dump(mode="json") for one in told.open],
            "rebookings": [opening_data(one, self.command(one, revision)) for one in told.openings],
            "written": [str(path) for path in told.written],
            "unmarked": list(told.unmarked),
            "notes": list(told.notes),
        }

    def _lines(self, told: Told) -> Iterator[str]:
        from service.words import count

        new = [one for one in told.outcomes if one.kind == "taken"]
        number = len({one.source for one in told.outcomes})
        if told.outcomes:
            yield f"{count(number, 'message')}, {count(len(new), 'new answer')}."
        yield from _section("Taken", new)
        yield from _section("Somebody has to look at", [one for one in told.outcomes if one.attention])
        rest = [one for one in told.outcomes if not one.attention and one.kind != "taken"]
        yield from _section("Nothing to do", rest)
        for one in told.decided:
            yield f"{'Accepted' if one.allowed else 'Not accepted'}  {one.text}"
        yield from told.notes
        if told.unmarked:
            names = ", ".join(told.unmarked[:8])
            yield f"Could not be marked as read, and will be read again: {names}"
        if told.written:
            yield f"\nWritten  {', '.join(str(path) for path in told.written)}"
        if not told.open:
            yield "\nNothing is open to be rebooked."
            return
        yield f"\n{count(len({one.meeting for one in told.open}), 'meeting')} to look at again:"
        for opening in told.openings:
            yield from self._opening_lines(opening, told.calendar)
        more = len({one.meeting for one in told.open}) - len(told.openings)
        if more > 0:
            yield f"\nAnd {count(more, 'more meeting', 'more meetings')}: settle these first, and run it again."

    def _opening_lines(self, opening: Opening, calendar: Calendar) -> Iterator[str]:
        import shlex

        from service.cli.options_text import lines_of
        from service.words import moment

        command = self.command(opening, calendar.revision)
        if opening.rebooking is None:
            yield f"\n{opening.meeting.id}"
            yield f"  {opening.text}"
        else:
            yield from lines_of(opening.rebooking, calendar, self.today, told=bool(opening.away))
        yield ""
        for one in opening.because:
            yield f"  {one.person} {_BECAUSE[one.because]} (answered {one.since[:10]})."
        for proposal in opening.proposals:
            if proposal.option is None:
                yield f"  {moment(proposal.start)}, as {proposal.person} proposes: not possible. {proposal.text}"
                continue
            levels = ", ".join(f"{level} {points:+,}" for level, points in proposal.levels.items() if points)
            yield f"  {moment(proposal.start)}, as {proposal.person} proposes: possible in {proposal.option.venue}."
            yield f"    {levels or 'neither better nor worse than now'} (points). {proposal.text}"
            at = [*command, "--at", f"{proposal.start:%Y-%m-%dT%H:%M}", "--accept", "1"]
            yield f"    {shlex.join(at)}"
        for named in opening.delegations:
            how = " Run this again with --accept-delegations to have it so." if named.allowed else ""
            yield f"  {named.text}{how}"
        if opening.rebooking is not None and opening.rebooking.options:
            yield f"  {shlex.join(command)} --accept NUMBER"


def _section(title: str, outcomes: Sequence[Outcome]) -> Iterator[str]:
    if not outcomes:
        return
    yield f"\n{title}"
    for one in outcomes:
        who = ", ".join(part for part in (one.person, one.meeting) if part)
        yield f"  {one.source}: {f'{who}: ' if who else ''}{one.text}."


__all__ = ["Request", "Teller", "Told"]
