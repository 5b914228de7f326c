"""`convene explain`: why a calendar is as it is, and what would help."""

# ruff: noqa: PLC0415 - the solver and rich are imported when there is something to explain
from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

import click

from service.cli.inputs import STDIN, BadInput, read_calendar, read_caseload

if TYPE_CHECKING:
    from solver.explain.explainer import Explainer
    from solver.policy.model import Policy
    from solver.schema.calendar import Breach, Calendar
    from solver.schema.caseload import Caseload

_T = TypeVar("_T")
MOST_SUGGESTED = 5
"""Meetings that are named where one is asked for that isn't there."""


@click.command()
@click.argument("caseload")
@click.argument("calendar")
@click.argument("meeting", required=False)
@click.option(
    "--at", type=click.DateTime(["%Y-%m-%dT%H:%M"]), metavar="START",
    help="Why is the meeting not then (2026-12-01T10:00)? What it would cost, or the fewest causes against it.",
)  # fmt: skip
@click.option("--venue", metavar="ID", help="With --at: in this venue. Without it: in any.")
@click.option(
    "--tries", type=click.IntRange(min=0), default=24, show_default=True,
    help="Remedies to try for one meeting at most.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the explanation as JSON.")
def explain(
    caseload: str,
    calendar: str,
    meeting: str | None,
    at: datetime | None,
    venue: str | None,
    tries: int,
    as_json: bool,
) -> None:
    """Say why a calendar is as it is, and what would help.

    CASELOAD and CALENDAR are files; one of them may be - for standard input. For a MEETING: why it is where it is, and
    what the next best times would cost; for a series that lacks one: why. Without a MEETING: every meeting that is late
    or not held and everybody expected who is missing, with the fewest causes that explain it and the remedies that help,
    and what holds the calendar up. Remedies are tried, everything else being as it is; one that doesn't help isn't
    listed.
    """
    if caseload == calendar == STDIN:
        raise BadInput("Only one of the two can come from standard input")
    if at is not None and meeting is None:
        raise BadInput("--at asks about one meeting: name it after the calendar")
    if venue is not None and at is None:
        raise BadInput("--venue goes with --at: say when")
    loaded, policy = read_caseload(caseload)
    found = read_calendar(calendar)
    _fit_together(loaded, policy, found)
    missing = next((one for one in found.breaches if one.meeting is None and one.series == meeting), None)
    if missing is not None and at is not None:
        raise BadInput(f"{meeting} holds no further meeting: --at asks about one that is held")
    if meeting is not None and missing is None and all(one.id != meeting for one in found.meetings):
        raise BadInput(_no_such(meeting, found))
    if at is not None:
        _on_grid(loaded, at, venue)
    from solver.explain.explainer import Explainer

    explainer = Explainer(loaded, policy, found)
    if missing is not None:
        _missing(explainer, missing, tries, as_json=as_json)
    elif meeting is None:
        _whole(explainer, tries, as_json=as_json)
    elif at is not None:
        _not_then(explainer, meeting, at, venue, tries, as_json=as_json)
    else:
        _one(explainer, meeting, tries, as_json=as_json)


def _fit_together(caseload: Caseload, policy: Policy, calendar: Calendar) -> None:
    """Refuse a calendar of another caseload, or of this one as it was before it was changed."""
    from solver.schema.load import digest

    if calendar.caseload.id != caseload.id:
        raise BadInput(
            f"The calendar is of the caseload {calendar.caseload.id}, and this is {caseload.id}: "
            "give the caseload that it was planned from"
        )
    if calendar.policy.id != policy.id:
        raise BadInput(
            f"The calendar was planned under the policy {calendar.policy.id}, and the caseload has {policy.id} now: "
            "give the caseload that it was planned from, or plan again"
        )
    if calendar.caseload.digest != digest(caseload):
        raise BadInput(
            "The caseload has changed since the calendar was planned, so its causes can't be told: "
            "give the caseload as it was, or plan again with convene plan --previous"
        )


def _no_such(meeting: str, calendar: Calendar) -> str:
    import difflib

    ids = [one.id for one in calendar.meetings]
    near = difflib.get_close_matches(meeting, ids, MOST_SUGGESTED, 0.6)
    near = (
        near
        or [one for one in ids if one.startswith(meeting.split(".", maxsplit=1)[0] + ".")][:MOST_SUGGESTED]
    )
    hint = f": did you mean {' or '.join(near)}" if near else ""
    return f"The calendar has no meeting {meeting}{hint}"


def _on_grid(caseload: Caseload, at: datetime, venue: str | None) -> None:
    if (at.hour * 60 + at.minute) % caseload.grid_minutes:
        raise BadInput(
            f"Meetings begin at a whole multiple of {caseload.grid_minutes} minutes, not at {at:%H:%M}"
        )
    if venue is not None and all(one.id != venue for one in caseload.venues):
        ids = ", ".join(one.id for one in caseload.venues[:MOST_SUGGESTED])
        raise BadInput(f"The caseload has no venue {venue}: its venues are {ids} and so on")


def _whole(explainer: Explainer, tries: int, *, as_json: bool) -> None:
    from service.explanations import print_calendar
    from solver.explain.bottlenecks import bottlenecks
    from solver.schema.explanation import CalendarExplanation

    found = explainer.calendar
    with _progress(found.breaches, "Breaches") as breaches:
        late = tuple(explainer.breach(one, tries) for one in breaches)
    with _progress(found.exceptions, "Exceptions") as exceptions:
        missing = tuple(explainer.exception(one, tries) for one in exceptions)
    told = CalendarExplanation(
        calendar=found.id,
        revision=found.revision,
        breaches=late,
        exceptions=missing,
        bottlenecks=bottlenecks(explainer.caseload, explainer.policy, found),
    )
    if as_json:
        click.echo(told.model_dump_json(indent=1))
    else:
        print_calendar(told, explainer.calendar)


def _progress(items: Sequence[_T], label: str) -> AbstractContextManager[Iterable[_T]]:
    """Show how far it is, on standard error and to somebody who looks on."""
    return click.progressbar(items, label=label, file=sys.stderr, hidden=not sys.stderr.isatty())


def _missing(explainer: Explainer, breach: Breach, tries: int, *, as_json: bool) -> None:
    from service.explanations import print_breach

    told = explainer.breach(breach, tries)
    if as_json:
        click.echo(told.model_dump_json(indent=1))
    else:
        print_breach(told, explainer.calendar)


def _one(explainer: Explainer, meeting: str, tries: int, *, as_json: bool) -> None:
    from service.explanations import print_meeting

    told = explainer.meeting(meeting, tries)
    if as_json:
        click.echo(told.model_dump_json(indent=1))
    else:
        print_meeting(told)


def _not_then(
    explainer: Explainer, meeting: str, at: datetime, venue: str | None, tries: int, *, as_json: bool
) -> None:
    from service.explanations import print_not_then

    told = explainer.not_then(meeting, at, venue, tries)
    if as_json:
        click.echo(told.model_dump_json(indent=1))
    else:
        print_not_then(told)
