"""`convene push`: somebody's own meetings in a calendar of theirs on a CalDAV server."""

# ruff: noqa: PLC0415 - what speaks with servers is imported when there is something to push
from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from service.cli.inputs import STDIN, BadInput, read_calendar, read_caseload

if TYPE_CHECKING:
    from service.caldav_push.account import Account
    from service.caldav_push.push import Action, Step
    from service.output.render import MeetingView
    from solver.schema.calendar import Calendar
    from solver.schema.caseload import Caseload, Person

_TOLD: Final[dict[Action, str]] = {
    "created": "{} new",
    "updated": "{} changed",
    "set back": "{} set back to what the team planned",
    "deleted": "{} gone",
    "kept": "{} as before",
    "invited": "{} there by an invite, which was left to the mails",
    "blocked": "{} with something else in its place",
}
_NAMED = ("set back", "blocked")
"""What is told meeting by meeting."""


@click.command()
@click.argument("caseload")
@click.argument("calendar")
@click.option("--person", required=True, metavar="ID", help="Whose meetings: the account must be theirs.")
@click.option(
    "--caldav",
    "url",
    required=True,
    metavar="URL",
    help="The calendar, the account, or the server, such as https://USER@HOST/. The password comes from "
    "CONVENE_CALDAV_PASSWORD_FILE, or CONVENE_CALDAV_PASSWORD.",
)
@click.option("--collection", metavar="NAME", help="Which of the account's calendars, if there are several.")
@click.option("--dry-run", is_flag=True, help="Say what would be done. Nothing is changed.")
@click.option(
    "--allow-private", is_flag=True, help="Let the server be at a private address, and without TLS there."
)
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
@click.pass_context
def push(
    context: click.Context,
    caseload: str,
    calendar: str,
    person: str,
    url: str,
    collection: str | None,
    dry_run: bool,
    allow_private: bool,
    as_json: bool,
) -> None:
    """Put somebody's own meetings into a calendar of theirs, and keep them right there.

    What is missing is created, what has changed is updated, what is gone is deleted; everything else in the calendar is not
    touched. Run it after every revision: nothing is remembered, and a second run does nothing. A run that was cut off goes
    on where it was. Nobody is invited by it: the server is told to send nothing, and about a meeting that is held apart or
    at a protected place it isn't told who comes.

    A meeting that its owner moved or rewrote there is set back, and told; an alarm of theirs, and their answer while the
    time is the same, are kept.

    Exit codes: 0 done; 1 done in part; 2 bad input, or a server that can't be used, and nothing was changed.
    """
    from service.caldav_push.account import AccountError, read_account
    from service.caldav_push.collection import CollectionError
    from service.caldav_push.push import PushStoppedError

    if caseload == calendar == STDIN:
        raise BadInput("Only one of the two can come from standard input")
    loaded, _ = read_caseload(caseload)
    planned = read_calendar(calendar)
    if planned.caseload.id != loaded.id:
        raise BadInput(
            f"The calendar is of the caseload {planned.caseload.id} and not of {loaded.id}: give the two that belong together"
        )
    owner = _owner(loaded, person)
    try:
        account = read_account(url, os.environ)
    except AccountError as error:
        raise BadInput("--caldav: " + "; ".join(error.faults)) from error
    views = _views(loaded, planned, person)
    stopped = None
    try:
        steps = _push(loaded, owner, views, account, collection, dry_run=dry_run, allow_private=allow_private)
    except CollectionError as error:
        raise BadInput(f"The calendar can't be used: {error}") from error
    except PushStoppedError as error:
        steps, stopped = error.steps, str(error)
    known = {view.uid: view for view in views}
    if as_json:
        click.echo(json.dumps(_document(person, steps, known, stopped, dry_run=dry_run), indent=1))
    else:
        for line in _lines(person, steps, known, dry_run=dry_run):
            click.echo(line)
        if stopped is not None:
            click.echo(f"Stopped: {stopped}. What was done stays; push again to go on.", err=True)
    context.exit(1 if stopped or any(step.action == "blocked" for step in steps) else 0)


def _owner(caseload: Caseload, person: str) -> Person:
    from solver.schema.faults import did_you_mean

    people = {one.id: one for one in caseload.people}
    if person not in people:
        hint = did_you_mean(person, list(people), "Give the id of a person of the caseload")
        raise BadInput(f"The caseload has no person {person}. {hint}".removesuffix("."))
    return people[person]


def _views(caseload: Caseload, calendar: Calendar, person: str) -> tuple[MeetingView, ...]:
    from calendars.vtimezone import UnsupportedZoneError, vtimezone
    from service.output.render import Renderer

    try:
        vtimezone(caseload.timezone)
        return Renderer(caseload, calendar).views(person)
    except (UnsupportedZoneError, ValueError) as error:
        raise BadInput(str(error)) from error


def _push(
    caseload: Caseload,
    owner: Person,
    views: Sequence[MeetingView],
    account: Account,
    collection: str | None,
    *,
    dry_run: bool,
    allow_private: bool,
) -> tuple[Step, ...]:
    from service.caldav_push.push import push as push_meetings
    from service.caldav_push.server import Server
    from service.caldav_push.session import Session
    from service.caldav_push.wanted import wanted
    from service.output.identity import default_key

    session = Session(account, allow_private=allow_private)
    try:
        server = Server(account.url, session)
        found = server.find(collection)
        meetings = wanted(views, owner, found.addresses)
        return push_meetings(
            server.collection(found.url),
            meetings,
            zone=caseload.timezone,
            key=default_key(caseload),
            dry_run=dry_run,
        )
    finally:
        session.close()


def _lines(person: str, steps: Sequence[Step], views: dict[str, MeetingView], *, dry_run: bool) -> list[str]:
    counts = Counter(step.action for step in steps)
    told = [words.format(counts[action]) for action, words in _TOLD.items() if counts[action]]
    meetings = "; ".join(told) or "no meetings"
    lines = [f"{person}: {meetings}.{' Nothing was changed: this was a dry run.' if dry_run else ''}"]
    for step in steps:
        view = views.get(step.uid)
        if step.action in _NAMED and view is not None:
            lines.append(f"  {step.action}: ref {view.reference}, {view.start:%Y-%m-%d %H:%M}")
    return lines


def _document(
    person: str,
    steps: Sequence[Step],
    views: dict[str, MeetingView],
    stopped: str | None,
    *,
    dry_run: bool,
) -> dict[str, Any]:
    def shown(step: Step) -> dict[str, Any]:
        view = views.get(step.uid)
        more = {"reference": view.reference, "start": view.start.isoformat()[:16]} if view else {}
        return {"action": step.action, "uid": step.uid} | more

    return {
        "person": person,
        "dry_run": dry_run,
        "stopped": stopped,
        "meetings": [shown(step) for step in steps],
    }
