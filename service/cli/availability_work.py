"""What `convene availability` does once it is known what was asked."""

# ruff: noqa: PLC0415 - CalDAV, and what checks a calendar, are imported when there is something for them to do
from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from pathlib import Path

import click

from calendars.content_lines import CalendarFileError
from calendars.localtime import load_zone
from calendars.terms import read_terms
from service.cli.availability_request import Request
from service.cli.availability_text import Told, document, lines
from service.cli.facts import day_of
from service.cli.inputs import BadInput, read_calendar, read_caseload
from service.intake.availability import (
    LONGEST_NAME,
    BusyChange,
    Target,
    TargetError,
    TermsChange,
    find,
    read_busy,
    replace_source,
    replace_terms,
    sources_of,
)
from service.intake.fetch import FetchError
from service.intake.sources import Source, SourceError, name_of, read
from service.output.files import OutputError, write_file
from service.output.identity import default_key, is_ours
from solver.generate import to_json
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload
from solver.schema.faults import CaseloadError, Fault
from solver.schema.load import load_caseload


class Intake:
    """Reads the sources into one caseload, and tells what has changed."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.before, self.policy = read_caseload(request.caseload)
        self.calendar = None if request.calendar is None else self._calendar(request.calendar)

    def run(self) -> int:
        """Do it; returns the exit code."""
        request = self.request
        try:
            find(self.before, request.kind, request.id)
        except TargetError as error:
            near = get_close_matches(request.id, error.known, n=3)
            hint = (
                f"perhaps {' or '.join(near)} is meant" if near else f"give the id of a {request.kind} in it"
            )
            raise BadInput(f"{str(error).removesuffix('.')}: {hint}") from error
        busy: list[BusyChange] = []
        terms: TermsChange | None = None
        if request.kind == "school":
            after, terms = self._terms()
        else:
            after, busy = self._busy()
        self._validated(after)
        clashes = self._clashes(after, busy)
        written, kept = self._write(after)
        told = Told(request.kind, request.id, busy, terms, written, kept, *clashes)
        if request.as_json:
            click.echo(document(told))
        else:
            command = f"convene rebook {written or request.caseload} {request.calendar}"
            click.echo("\n".join(lines(told, command=command, tentative=request.tentative)))
        return 1 if told.attention else 0

    def _calendar(self, source: str) -> Calendar:
        standing = read_calendar(source)
        if standing.caseload.id != self.before.id:
            raise BadInput(
                f"The calendar is of the caseload {standing.caseload.id}, and this is {self.before.id}: give the one it was "
                "planned from"
            )
        return standing

    def _busy(self) -> tuple[Caseload, list[BusyChange]]:
        request = self.request
        target = self._target()
        key = default_key(self.before)
        faults: list[Fault] = []
        found = []
        for source in self._read(faults):
            try:
                times = read_busy(
                    self.before,
                    target,
                    source.data,
                    is_ours=lambda uid: is_ours(key, uid),
                    calendar=self.calendar,
                )
                found.append((source.name, times))
            except CalendarFileError as error:
                faults.append(_fault(source.name, error))
        known = sources_of(self.before, target)
        for name in request.forget:
            if name not in known:
                listed = ", ".join(f"“{one}”" for one in known) or "none"
                faults.append(
                    Fault(name, "", "Nothing comes from a source of this name.", f"There is {listed}.")
                )
        if faults:
            raise BadInput.of("what was given", faults)
        after, changes = self.before, []
        for name in request.forget:
            after, change = replace_source(after, target, name, None, tentative=request.tentative)
            changes.append(change)
        for name, times in found:
            after, change = replace_source(after, target, name, times, tentative=request.tentative)
            changes.append(change)
        return after, changes

    def _read(self, faults: list[Fault]) -> list[Source]:
        """All the sources, each under a name of its own; what can't be read is a fault."""
        request = self.request
        found: list[Source] = []
        for number, given in enumerate(request.sources, 1):
            # The address of a published calendar is its password.
            shown = f"source {number}" if "://" in given else given
            try:
                name = request.named or name_of(given) or ""
                found.append(
                    read(given, name, allow_private=request.allow_private, stdin=sys.stdin.buffer.read)
                )
            except SourceError as error:
                faults.append(Fault(shown, "", _sentence(str(error)), "Nothing of it was used."))
        if request.caldav is not None:
            found += self._from_server(request.caldav, faults)
        for source in found:
            if len(source.name) > LONGEST_NAME:
                problem = f"The name is longer than {LONGEST_NAME} characters."
                faults.append(Fault(source.name[:40] + "…", "", problem, "Give a shorter one with --as."))
        names = [source.name for source in found]
        for name in sorted({one for one in names if names.count(one) > 1}):
            problem = "Two of the sources have this name, and one would replace the other."
            faults.append(Fault(name, "", problem, "Read them one after the other, and name them with --as."))
        return found

    def _from_server(self, url: str, faults: list[Fault]) -> list[Source]:
        from service.intake import caldav

        request = self.request
        zone = self.before.timezone
        try:
            account = caldav.account_of(url, os.environ)
            name = request.named or caldav.name_of(account, request.collection)
            answer = caldav.read_caldav(
                account,
                *_span(self.before.horizon.start, self.before.horizon.end, zone),
                collection=request.collection,
                allow_private=request.allow_private,
            )
        except FetchError as error:
            faults.append(Fault("--caldav", "", _sentence(str(error)), "Nothing of it was used."))
            return []
        return [Source(name, answer.data)]

    def _terms(self) -> tuple[Caseload, TermsChange]:
        (given,) = self.request.sources
        shown = "the address" if "://" in given else given
        try:
            name = self.request.named or name_of(given) or "standard input"
            source = read(given, name, allow_private=self.request.allow_private, stdin=sys.stdin.buffer.read)
            return replace_terms(self.before, self.request.id, read_terms(source.data))
        except SourceError as error:
            fault = Fault(shown, "", _sentence(str(error)), "Nothing of it was used.")
        except CalendarFileError as error:
            fault = _fault(name, error)
        raise BadInput.of("the term dates", [fault])

    def _validated(self, after: Caseload) -> None:
        """Refuse what can't be planned with, such as a school without terms in the horizon."""
        try:
            load_caseload(to_json(after))
        except CaseloadError as error:
            raise BadInput.of("the caseload as it would be", error.faults) from error

    def _write(self, after: Caseload) -> tuple[Path | None, Path | None]:
        """Write the caseload if it has changed; returns where, and where the one before is kept."""
        request = self.request
        try:
            if request.output is not None:
                write_file(request.output, to_json(after))
                return request.output, None
            if after == self.before:
                return None, None
            path = Path(request.caseload)
            kept = _free(path)
            write_file(kept, path.read_bytes())
            write_file(path, to_json(after))
        except (OutputError, OSError) as error:
            raise BadInput(str(error)) from error
        return path, kept

    def _clashes(
        self, after: Caseload, changes: Sequence[BusyChange]
    ) -> tuple[list[tuple[str, datetime, str]], bool]:
        """Meetings that can't stand with what was read; and whether that was looked at.

        Those that could not stand without it are not its clashes; those are that clashed when it was read before.
        """
        if self.calendar is None:
            return [], False
        from solver.rebook.missed import missed_meetings

        without = self.before
        for change in changes:
            without, _ = replace_source(without, self._target(), change.source, None, tentative=True)
        today = self.request.today
        day = day_of(datetime.combine(today, time()) if today else None, after, date.today)
        had = {one.meeting for one in missed_meetings(without, self.policy, self.calendar, today=day)}
        now = missed_meetings(after, self.policy, self.calendar, today=day)
        return [(one.meeting, one.start, one.reason) for one in now if one.meeting not in had], True

    def _target(self) -> Target:
        return Target("venue" if self.request.kind == "venue" else "person", self.request.id)


def _free(path: Path) -> Path:
    """Where the caseload before is kept: ``caseload.before-1.json``, or the next number that is free."""
    number = 1
    while (kept := path.with_name(f"{path.stem}.before-{number}{path.suffix}")).exists():
        number += 1
    return kept


def _span(first: date, last: date, zone: str) -> tuple[datetime, datetime]:

    place = load_zone(zone)
    end = datetime.combine(last, time(), place) + timedelta(days=1)
    return datetime.combine(first, time(), place).astimezone(UTC), end.astimezone(UTC)


def _fault(name: str, error: CalendarFileError) -> Fault:

    place = name if error.line is None else f"{name}, line {error.line}"
    return Fault(place, "", _sentence(error.problem), _sentence(error.remedy or "correct it"))


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


__all__ = ["Intake"]
