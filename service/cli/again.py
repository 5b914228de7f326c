"""`convene plan --previous`: what is told of a calendar that takes the place of another."""

# ruff: noqa: PLC0415 - the solver is imported when there is something to tell
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from solver.repair.repair import Repaired
    from solver.replan.booking import Dropped
    from solver.schema.calendar import Calendar
    from solver.schema.caseload import Caseload


@dataclass(frozen=True)
class Before:
    """A calendar that stands, and how the next one may differ: see `solver.repair.repair.repair`.

    Attributes
    ----------
    caseload
        Without the calendar's meetings.
    """

    caseload: Caseload
    calendar: Calendar
    fixed_until: date | None = None
    improve: bool = False


def tell_dropped(dropped: Sequence[Dropped]) -> None:
    """Say which meetings of the calendar before have no place in the caseload any more."""
    from service.words import count

    if dropped:
        click.echo(f"{count(len(dropped), 'meeting')} of the previous calendar can't stand:", err=True)
        for one in dropped:
            click.echo(f"  {one.meeting}: {one.reason}", err=True)


def disruption_line(repaired: Repaired) -> str:
    """Say how many meetings move and why, and whether it is proven that they have to."""
    from service.words import count

    moved, unable = len(repaired.moved), len(repaired.unable)
    if not moved:
        return "No meeting moves."
    told = f"{count(moved, 'meeting')} {'moves' if moved == 1 else 'move'}, "
    if unable:
        told += f"{unable} because {'it' if unable == 1 else 'they'} can't stand"
    if moved > unable:
        told += " and " if unable else ""
        told += f"{moved - unable} so that all can be held in time"
        told += " or because it gains more than it costs" if repaired.improved else ""
    if repaired.improved:
        return f"{told}."
    proof = "It is proven" if repaired.proved else "It is not proven"
    points = count(repaired.disruption, "point")
    return f"{told}. {proof} that less would not do ({points} of disruption)."


def changes_as_data(
    before: Before | None, calendar: Calendar, repaired: Repaired | None
) -> dict[str, object]:
    """Return what changes, for ``--json``; nothing where there is no calendar before."""
    if before is None:
        return {}
    from solver.replan.diff import diff_calendars

    diff = diff_calendars(before.calendar, calendar)
    changes: dict[str, object] = {"changes": diff.model_dump(mode="json", by_alias=True)}
    if repaired is not None:
        changes["disruption"] = {
            "moved": list(repaired.moved),
            "unable": list(repaired.unable),
            "points": repaired.disruption,
            "least": repaired.least_disruption,
            "new_breach_days": repaired.new_breach_days,
            "least_new_breach_days": repaired.least_breach_days,
            "proved": repaired.proved,
        }
    return changes
