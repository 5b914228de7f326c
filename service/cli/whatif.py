"""`convene whatif`: a supposition planned, and what it would change. Nothing is decided."""

# ruff: noqa: PLC0415 - what searches is imported when there is something to suppose
from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from service.cli.diff import difference_lines
from service.cli.facts import day_of, fact_options, read_facts, with_progress
from service.cli.inputs import STDIN, BadInput, read_calendar, read_caseload

if TYPE_CHECKING:
    from service.progress import Progress
    from solver.repair.whatif import WhatIf
    from solver.schema.calendar import Calendar, Kpis
    from solver.schema.caseload import Caseload

KPI_WORDS = {
    "meetings": "Meetings",
    "in_timescale_percent": "In timescale, %",
    "first_core_groups_in_time_percent": "First core groups in time, %",
    "slack_median_days": "Median slack, working days",
    "expected_attendance_percent": "Expected people who come, %",
    "child_attended_percent": "Children who come, %",
    "outside_school_hours_percent": "Outside school hours, %",
    "breaches": "Breaches",
    "breach_days": "Breach days",
    "exceptions": "Exceptions",
    "reports": "Written reports",
    "deputies": "Deputies",
    "notice_median_days": "Median notice, working days",
}
WIDTH = 32


@click.command()
@click.argument("caseload")
@click.argument("calendar")
@fact_options
@click.option(
    "--interval",
    nargs=2,
    multiple=True,
    metavar="KIND LENGTH",
    help='The authority\'s interval for a kind of meeting were another, such as core_group "4 weeks".',
)
@click.option(
    "--another",
    nargs=2,
    multiple=True,
    metavar="VENUE DAYS",
    help="There were a second room like this one on some weekdays, such as room-1 thu, or room-1 mon,thu.",
)
@click.option("--least", is_flag=True, help="Move only what must move; else whatever gains by it, too.")
@click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Leave meetings before this day where they are. Today, if not given.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0, min_open=True, max=86_400),
    default=10,
    show_default=True,
    help="Time to search at most, for each of the two calendars that are compared.",
)
@click.option(
    "--rounds",
    type=click.IntRange(min=1),
    help="Search so many rounds instead of seconds: the same calendar on any machine.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="PATH",
    help="Write the supposed calendar here, and its caseload beside it. CASELOAD and CALENDAR stay as they are.",
)
@click.pass_context
def whatif(
    context: click.Context,
    caseload: str,
    calendar: str,
    busy: tuple[tuple[str, str, str], ...],
    closed: tuple[tuple[str, str, str], ...],
    changes: str | None,
    interval: tuple[tuple[str, str], ...],
    another: tuple[tuple[str, str], ...],
    least: bool,
    today: datetime | None,
    seconds: float,
    rounds: int | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """Say what would become of a calendar if something were otherwise.

    What if this worker were on leave (--busy), there were a second room on Thursdays (--another), or the authority's
    interval were four weeks (--interval)? --changes takes a file with any other facts. The calendar is planned again with
    its meetings as booked ones, and compared with the one that stands and, so that what planning again gains by itself is
    not taken for the supposition's doing, with the same done for the facts as they are.

    Nothing is written unless -o says where. Exit codes: 0; 1 if the supposed calendar has breaches; 2 bad input.
    """
    if caseload == calendar == STDIN:
        raise BadInput("Only one of the two can come from standard input")
    if not (busy or closed or changes or interval or another):
        raise BadInput(
            "Say what is supposed, with --busy, --closed, --interval, --another or a file of --changes"
        )
    loaded, policy = read_caseload(caseload)
    standing = read_calendar(calendar)
    more = [{"kind": "policy_interval", "meetings": kind, "at_most": text} for kind, text in interval]
    more += [_another(loaded, venue, days) for venue, days in another]
    facts = read_facts(loaded, policy, busy=busy, closed=closed, changes=changes, more=more)
    if facts.barred:
        raise BadInput(
            f"{facts.barred[0]} is to be rebooked: `convene rebook` finds the options for a meeting that can't stand"
        )
    from solver.repair.repair import RepairLimits
    from solver.repair.whatif import what_if

    def search(progress: Progress, stop: Callable[[], bool]) -> WhatIf:
        return what_if(
            loaded,
            policy,
            standing,
            facts.changes,
            today=day_of(today, loaded, date.today),
            least=least,
            limits=RepairLimits(seconds=seconds, rounds=rounds),
            now=datetime.now(UTC),
            on_event=progress.on_event,
            stop=stop,
        )

    found = with_progress(search, f"Supposing for {loaded.team.name}", seconds, quiet=as_json)
    written = _write(found, output)
    if as_json:
        click.echo(json.dumps(_as_json(found, standing, written), indent=1))
    else:
        click.echo("\n".join(_lines(found, standing, written)))
    context.exit(1 if found.supposed.calendar.breaches else 0)


def _another(caseload: Caseload, venue: str, days: str) -> dict[str, Any]:
    """A venue like another one, open on some weekdays only."""
    from solver.schema.base import WEEKDAYS
    from solver.schema.faults import did_you_mean

    like = next((one for one in caseload.venues if one.id == venue), None)
    if like is None:
        known = [one.id for one in caseload.venues]
        hint = did_you_mean(venue, known, "Give the id of a venue of the caseload")
        raise BadInput(f"--another: the caseload has no venue {venue}. {hint}")
    wanted = [day.strip().lower()[:3] for day in days.split(",")]
    strange = [day for day in wanted if day not in WEEKDAYS]
    if strange:
        raise BadInput(f'--another: "{strange[0]}" is no weekday: give some of {", ".join(WEEKDAYS)}')
    data = like.model_dump(mode="json", by_alias=True)
    hours = data["hours"] or {day: [["09:00", "17:00"]] for day in WEEKDAYS}
    taken = {one.id for one in caseload.venues}
    name = next(one for k in range(2, 1000) if (one := f"{venue}-{k}") not in taken)
    return {
        "kind": "venue",
        "venue": data
        | {
            "id": name,
            "name": f"{like.name}, another",
            "busy": [],
            "hours": {day: hours[day] for day in wanted if day in hours},
        },
    }


def _write(found: WhatIf, output: Path | None) -> list[Path]:
    if output is None:
        return []
    from service.output.files import OutputError
    from service.output.revisions import replace_revision

    try:
        paths = replace_revision(
            found.supposed.calendar,
            found.supposed.caseload,
            calendar_path=None,
            caseload_path=None,
            output=output,
            revision=found.supposed.calendar.revision,
        )
    except OutputError as error:
        raise BadInput(str(error)) from error
    return list(paths.written)


def _as_json(found: WhatIf, now: Calendar, written: list[Path]) -> dict[str, Any]:
    supposed = found.supposed

    def shown(calendar: Calendar) -> dict[str, Any]:
        return {
            "cost": calendar.cost,
            "objective": dict(calendar.objective),
            "bound": calendar.bound,
            "kpis": calendar.kpis.model_dump(mode="json"),
        }

    return {
        "now": shown(now),
        "supposed": shown(supposed.calendar),
        "otherwise": shown(found.otherwise),
        "must_move": list(supposed.moved) if not supposed.improved else None,
        "least_disruption": supposed.least_disruption,
        "disruption": supposed.disruption,
        "proved": supposed.proved,
        "dropped": [{"meeting": one.meeting, "reason": one.reason} for one in supposed.dropped],
        "diff": found.diff.model_dump(mode="json", by_alias=True),
        "written": [str(path) for path in written],
    }


def _lines(found: WhatIf, now: Calendar, written: list[Path]) -> Iterator[str]:
    supposed = found.supposed.calendar
    yield f"{'':{WIDTH}}{'now':>10}{'supposed':>10}"
    for field, words in KPI_WORDS.items():
        before, after = _figure(now.kpis, field), _figure(supposed.kpis, field)
        mark = "" if before == after else "  *"
        yield f"{words:{WIDTH}}{before:>10}{after:>10}{mark}"
    yield ""
    yield f"{'Points':{WIDTH}}{'now':>10}{'supposed':>10}"
    for level in dict.fromkeys((*now.objective, *supposed.objective)):
        before, after = (f"{one.objective.get(level, 0):,}" for one in (now, supposed))
        mark = "" if before == after else "  *"
        yield f"  {level:{WIDTH - 2}}{before:>10}{after:>10}{mark}"
    yield f"  {'in all':{WIDTH - 2}}{now.cost:>10,}{supposed.cost:>10,}"
    yield ""
    yield from _meaning(found, now)
    yield ""
    yield from difference_lines(found.diff)
    if written:
        yield ""
        yield f"Written  {', '.join(str(path) for path in written)}"


def _meaning(found: WhatIf, now: Calendar) -> Iterator[str]:
    from service.words import count

    for one in found.supposed.dropped:
        yield f"{one.meeting} can't stand: {one.reason}"
    if not found.supposed.improved:
        proof = (
            "proven: no less would do" if found.supposed.proved else "it is not proven that no less would do"
        )
        yield f"{count(len(found.supposed.moved), 'meeting')} would have to move ({proof})."
        return
    if found.supposed.disruption:
        proof = " (proven: no less would do)" if found.supposed.proved else ""
        yield f"Some meetings can't stay where they are: {found.supposed.disruption} points of disruption{proof}."
    alone = found.otherwise.cost - now.cost
    both = found.supposed.calendar.cost - found.otherwise.cost
    yield (
        f"The supposition by itself: {both:+,} points. (Planning again with the facts as they are: {alone:+,} points.)"
    )


def _figure(kpis: Kpis, field: str) -> str:
    value = getattr(kpis, field)
    return "–" if value is None else f"{value:g}"
