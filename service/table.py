"""The closing table of `convene plan`: what a manager reads when the search is over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from service.figures import Figures, figures
from service.words import (
    DASH,
    KIND_NAMES,
    LEVEL_MEANINGS,
    STATUS_WORDS,
    count,
    gap_words,
    long_day,
    moment,
    opening,
    percent,
)
from solver.schema.calendar import Breach, Calendar

SHOWN_BREACHES = 10


def print_closing_table(console: Console, team: str, calendar: Calendar, written: Sequence[Path]) -> None:
    """Print the figures by kind, the cost and its proof, the first breaches, and what was written."""
    console.print(_closing(team, calendar, written))


def closing_json(team: str, calendar: Calendar, written: Sequence[Path]) -> dict[str, Any]:
    """Give the same content as data. Percentages are 0 to 100, ``None`` where there is nothing to count."""
    by_kind, total = figures(calendar)
    return {
        "team": team,
        "calendar": calendar.id,
        "caseload": calendar.caseload.model_dump(),
        "policy": calendar.policy.model_dump(),
        "horizon": calendar.horizon.model_dump(mode="json"),
        "status": calendar.status,
        "kinds": [_figures_json(row, calendar) for row in by_kind],
        "all": _figures_json(total, calendar),
        "objective": {level: calendar.objective.get(level, 0) for level in LEVEL_MEANINGS},
        "cost": calendar.cost,
        "bound": calendar.bound,
        "gap": calendar.gap,
        "proof": gap_words(calendar.gap, calendar.status),
        "seconds": calendar.seconds,
        "seed": calendar.seed,
        "breaches": [breach.model_dump(mode="json") for breach in calendar.breaches],
        "written": [str(path) for path in written],
    }


def _figures_json(row: Figures, calendar: Calendar) -> dict[str, Any]:
    first = row.kind in (None, "core_group")
    return {
        "kind": row.kind,
        "meetings": row.meetings,
        "in_timescale_percent": row.in_time_percent,
        "first_core_groups": calendar.kpis.first_core_groups if first else None,
        "first_core_groups_in_time_percent": calendar.kpis.first_core_groups_in_time_percent
        if first
        else None,
        "median_slack_days": row.median_slack,
        "breaches": row.breaches,
        "breaches_proved": row.proved,
        "exceptions": row.exceptions,
        "reports": row.reports,
        "deputies": row.deputies,
    }


def _closing(team: str, calendar: Calendar, written: Sequence[Path]) -> RenderableType:
    horizon = f"{long_day(calendar.horizon.start)} to {long_day(calendar.horizon.end)}"
    parts: list[RenderableType] = [
        Text(),
        Text(f"{team}, {horizon}", style="bold"),
        Text(f"Policy {calendar.policy.id}, version {calendar.policy.version}", style="dim"),
        _kinds_table(calendar),
        _facts(calendar, written),
    ]
    if calendar.breaches:
        shown = calendar.breaches[:SHOWN_BREACHES]
        parts.append(Text("\nBreaches", style="bold"))
        parts += [Padding(_breach(breach, calendar), (0, 0, 0, 2)) for breach in shown]
        if len(calendar.breaches) > len(shown):
            more = len(calendar.breaches) - len(shown)
            parts.append(Text(f"  and {more:,} more, all in report.html and calendar.json", style="dim"))
    return Group(*parts)


def _kinds_table(calendar: Calendar) -> Table:
    """Lay the figures out with a column a kind, which fits a narrow terminal."""
    by_kind, total = figures(calendar)
    columns = by_kind if len(by_kind) == 1 else (*by_kind, total)
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    table.add_column("")
    for column in columns:
        style = "bold" if column is total else ""
        name = opening(KIND_NAMES[column.kind] if column.kind else "all")
        table.add_column(name, justify="right", style=style, header_style=style)
    for heading, cell in _rows(calendar):
        table.add_row(heading, *(cell(column) for column in columns))
    return table


def _rows(calendar: Calendar) -> Iterable[tuple[str, Callable[[Figures], str]]]:
    yield "Meetings", lambda row: f"{row.meetings:,}"
    yield "In timescale", lambda row: percent(row.in_time_percent, 1)
    first = calendar.kpis.first_core_groups_in_time_percent
    yield (
        "First core groups in 10 working days",
        lambda row: percent(first if row.kind in (None, "core_group") else None, 1),
    )
    yield (
        "Median slack, working days",
        lambda row: DASH if row.median_slack is None else f"{row.median_slack:g}",
    )
    yield "Breaches", lambda row: f"{row.breaches:,}"
    yield "  of these proved unavoidable", lambda row: f"{row.proved:,}" if row.breaches else DASH
    yield "Exceptions", lambda row: f"{row.exceptions:,}"
    yield "Written reports", lambda row: f"{row.reports:,}"
    yield "Deputies", lambda row: f"{row.deputies:,}"


def _facts(calendar: Calendar, written: Sequence[Path]) -> Table:
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="bold", no_wrap=True)
    facts.add_column()
    costs = [
        f"{level} {calendar.objective.get(level, 0):,}"
        for level in LEVEL_MEANINGS
        if calendar.objective.get(level, 0)
    ]
    facts.add_row("Cost", f"{calendar.cost:,} points" + (f": {', '.join(costs)}" if costs else ""))
    bound = f"Proven bound {calendar.bound:,.0f}." if calendar.cost else ""
    facts.add_row("Proof", f"{gap_words(calendar.gap, calendar.status)} {bound}".rstrip())
    facts.add_row(
        "Search", f"{calendar.seconds:.1f} s, seed {calendar.seed}; {STATUS_WORDS[calendar.status]}"
    )
    if written:
        facts.add_row("Written", "\n".join(_grouped(written)))
    return facts


def _grouped(written: Sequence[Path]) -> Iterable[str]:
    """Name each file, but those of a directory below the first one's only by their number."""
    top = written[0].parent
    below: Counter[Path] = Counter()
    for path in written:
        if path.parent == top:
            yield str(path)
        else:
            below[path.parent] += 1
    for directory, number in below.items():
        yield f"{directory}/ ({count(number, 'file')})"


def _breach(breach: Breach, calendar: Calendar) -> Text:
    meeting = next((meeting for meeting in calendar.meetings if meeting.id == breach.meeting), None)
    what = f"{breach.meeting or breach.series}: due {long_day(breach.due)}, "
    if meeting is not None:
        what += f"planned {moment(meeting.start)}, {count(breach.days, 'day')} late"
    else:
        what += "not held"
    text = Text()
    text.append(what)
    text.append(" (proved unavoidable)" if breach.proved else " (not proved unavoidable)", style="dim")
    for reason in breach.reasons:
        sources = f" [{', '.join(reason.sources)}]" if reason.sources else ""
        text.append(f"\n  {reason.text}{sources}")
    for remedy in breach.remedies[:1]:
        more = len(breach.remedies) - 1
        text.append(f"\n  What would help: {remedy.text}{f' ({more} more in the report)' if more else ''}")
    return text
