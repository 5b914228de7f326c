"""One run of `convene invites`: reserve what has changed, write it, send it if asked to, and say what was done."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import click

from service.cli.inputs import BadInput
from service.delivery.addressees import BY_HAND, VENUE, Why
from service.delivery.changes import LeftFor, Reason
from service.delivery.folder import LIST, write_list, write_messages
from service.delivery.issued import Issued, State
from service.delivery.ledger import NAME, Ledger, LedgerError
from service.delivery.prepare import Prepared, find_changes, reserve
from service.delivery.settings import SettingsError, read_server
from service.delivery.smtp import Report, Step, send
from service.output.files import OutputError, check_target
from service.output.identity import default_key
from service.words import count
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload

_REASONS: Final[dict[Reason, str]] = {
    "new": "new",
    "time": "at another time",
    "place": "at another place",
    "part": "another part in it",
    "again": "asked to again",
    "address": "to another mailbox",
    "resend": "sent again",
    "gone": "cancelled",
}
_UNREACHABLE: Final[dict[Why, str]] = {
    "shared_mailbox": "whose mailbox others read who must not see all of it",
    "team_mailbox": "with the mailbox that invites come from",
}
_LEFT: Final[dict[LeftFor, str]] = {
    "refused": "refused by the mail server before: correct the mailbox, or --resend",
    "unknown": "may or may not have arrived before: --resend sends them again, as an update",
    "outside": "of meetings that are gone and lie outside the days that this is about",
    "withheld": "at a mailbox that is somebody else's too by now, or that the caseload has no more: tell them yourself",
}
_STATES: Final[dict[State, str]] = {
    "refused": "refused for good: correct the mailboxes",
    "unknown": "may or may not have arrived, as the line broke: they aren't sent again unless you say --resend",
    "due": "still to be sent: run it again",
}
_SHOWN: Final = 12
_EVERY: Final = 100


@dataclass(frozen=True)
class Task:
    """What a run is about."""

    caseload: Caseload
    calendar: Calendar
    previous: tuple[Caseload, Calendar] | None
    since: date
    smtp: bool = False
    resend: bool = False


class Sending:
    """One run. The folder's ledger is open, and locked, while it lasts."""

    def __init__(self, task: Task, folder: Path, *, quiet: bool) -> None:
        self._task, self._folder, self._quiet = task, folder, quiet
        self._prepared: Prepared | None = None
        self._messages: list[tuple[Issued, str]] = []
        """Those of this run, each with its file."""
        self._report: Report | None = None
        self._assumed = 0

    def run(self, stop: Callable[[], bool]) -> None:
        """Do it, in one thread.

        Parameters
        ----------
        stop
            Asked between mails: what is left is sent by the next run.

        Raises
        ------
        BadInput
            If the folder, the ledger or the settings of the mail server can't be used.
        """
        server = None
        try:
            if self._task.smtp:
                server = read_server(os.environ)
            check_target(self._folder)
            self._folder.mkdir(parents=True, exist_ok=True)
            with Ledger.open(self._folder / NAME) as ledger:
                self._reserve(ledger)
                due = ledger.messages("due")
                known = [one.id for one in self._task.caseload.people]
                known += [VENUE + one.id for one in self._task.caseload.venues]
                files = write_messages(self._folder, ledger, due, self._task.calendar.revision, known)
                by_hand = [one for one in due if one.address == BY_HAND]
                ledger.give(due if server is None else by_hand)
                if server is not None:
                    self._report = send(ledger, server, on_step=self._on_step, stop=stop)
                now = {one.id: one for one in ledger.messages()}
                self._messages = [(now[one.id], files[one.id]) for one in due]
            assert self._prepared is not None
            write_list(
                self._folder,
                [self._message(*one) for one in self._messages],
                self._prepared.people,
                self._left(),
                self._task.calendar.revision,
            )
        except SettingsError as error:
            raise BadInput("The mail server's settings can't be used: " + "; ".join(error.faults)) from error
        except (LedgerError, OutputError, ValueError) as error:
            raise BadInput(str(error)) from error

    @property
    def needs_attention(self) -> bool:
        """Whether something could not be sent, or may not have arrived."""
        states = {one.state for one, _ in self._messages}
        left = () if self._prepared is None else self._prepared.difference.left
        return bool(states & {"due", "refused", "unknown"}) or any(
            one.why in ("refused", "unknown") for one in left
        )

    def document(self) -> dict[str, Any]:
        """Return what was done, as data."""
        assert self._prepared is not None
        return {
            "folder": str(self._folder),
            "revision": self._task.calendar.revision,
            "messages": [self._message(*one) for one in self._messages],
            "unchanged": self._prepared.difference.unchanged,
            "assumed": self._assumed,
            "unreachable": [
                {"recipient": one.recipient, "why": one.why, "meetings": one.meetings}
                for one in self._prepared.people.unreachable
            ],
            "left": self._left(),
        }

    def lines(self) -> Iterator[str]:
        """Tell what was done."""
        assert self._prepared is not None
        found = self._prepared.difference
        if self._assumed:
            yield f"{count(self._assumed, 'invite')} of the calendar before taken as sent: nothing else was known."
        elif self._task.previous is not None:
            yield f"{self._folder} knows what everybody has: --previous was not needed."
        reasons = Counter(change.reason for change in found.changes)
        took = {change.recipient for change in found.changes}
        if reasons:
            yield f"{count(len(found.changes), 'message')} to {count(len(took), 'recipient')}:"
            yield from (f"  {number:>6,} {_REASONS[reason]}" for reason, number in reasons.most_common())
        else:
            yield "Nothing has changed for anybody."
        if found.waiting:
            yield f"{count(len(found.waiting), 'message')} of an earlier run went on from where it was broken off."
        if found.unchanged:
            yield f"{count(found.unchanged, 'invite')} as before: nothing is sent about these."
        if self._report is not None and self._report.outcomes:
            yield from _report_lines(self._report)
        letters = sorted({one.recipient for one, _ in self._messages if one.address == BY_HAND})
        mails = sum(one.address != BY_HAND for one, _ in self._messages)
        if self._report is None and mails:
            yield f"{count(mails, 'mail')} written to {self._folder}, each as .eml with its .ics, and counted as handed over."
        if letters:
            number = len(self._messages) - mails
            yield (
                f"{count(number, 'letter')} (.txt) to print and hand over, for {count(len(letters), 'person', 'people')} without "
                f"a mailbox: {_some(letters)}"
            )
        yield from self._unreachable()
        for why, number in Counter(one.why for one in found.left).most_common():
            names = sorted({one.last.recipient for one in found.left if one.why == why})
            yield f"{count(number, 'message')} {_LEFT[why]}: {_some(names)}"

    def _on_step(self, step: Step) -> None:
        if self._quiet:
            return
        if step.pause:
            click.echo(f"{step.settled} of {step.total}; waiting {step.pause:.0f} s: {step.why}", err=True)
        elif step.settled % _EVERY == 0 or step.settled == step.total:
            click.echo(f"{step.settled} of {step.total}", err=True)

    def _unreachable(self) -> Iterator[str]:
        assert self._prepared is not None
        for why, words in _UNREACHABLE.items():
            names = [one.recipient for one in self._prepared.people.unreachable if one.why == why]
            if names:
                yield f"{count(len(names), 'person', 'people')} {words} got nothing, tell them yourself: {_some(names)}"

    def _reserve(self, ledger: Ledger) -> None:
        task = self._task
        key = default_key(task.caseload)
        self._prepared = find_changes(
            task.caseload,
            task.calendar,
            ledger,
            since=task.since,
            previous=task.previous,
            key=key,
            resend=task.resend,
        )
        self._assumed = len(self._prepared.assumed)
        reserve(
            ledger,
            self._prepared.difference,
            key=key,
            zone=task.caseload.timezone,
            now=datetime.now(UTC),
            assumed=self._prepared.assumed,
        )

    def _message(self, one: Issued, file: str) -> dict[str, Any]:
        return {
            "recipient": one.recipient,
            "meeting": one.meeting,
            "method": one.method,
            "uid": one.uid,
            "sequence": one.sequence,
            "start": one.start.isoformat(timespec="minutes"),
            "end": one.end.isoformat(timespec="minutes"),
            "state": one.state,
            "detail": one.detail,
            "file": file,
        }

    def _left(self) -> list[dict[str, Any]]:
        assert self._prepared is not None
        return [
            {
                "recipient": one.last.recipient,
                "meeting": one.last.meeting,
                "uid": one.last.uid,
                "why": one.why,
            }
            for one in self._prepared.difference.left
        ]


def _report_lines(report: Report) -> Iterator[str]:
    """Tell what became of the mails, and by name of each that the server doesn't have for certain."""
    yield f"{count(len(report.of('sent')), 'mail')} sent."
    for state, words in _STATES.items():
        found = report.of(state)
        if found:
            yield f"{count(len(found), 'mail')} {words}"
        for outcome in found[:_SHOWN]:
            one = outcome.message
            yield f"  {one.recipient}, {one.method} for {one.meeting}: {outcome.detail or 'not tried'}"
        if len(found) > _SHOWN:
            yield f"  and {len(found) - _SHOWN} more: {LIST} has them all"
    if report.ended:
        yield f"Sending ended early: {report.ended}. Run it again to go on."


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
