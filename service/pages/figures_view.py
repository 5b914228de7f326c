"""The team's figures in words: each with what it counts, what is wanted of it, and where that comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from service.figures import Figures, figures
from service.pages.team import TeamView
from service.pages.trend_chart import Chart, Series, chart, number_words
from service.store.trend import Point
from service.views.rules import RuleView, rule_views
from service.views.slack import Bin, histogram
from service.words import DASH, KIND_NAMES, count, opening, percent
from solver.policy.load import load_policy
from solver.policy.model import Policy
from solver.policy.words import lower_first, window_words
from solver.schema.calendar import HeldKpis, Kpis


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure that is asked for first."""

    name: str
    value: str
    means: str
    wanted: str
    """What it should be, in words; empty where nobody says."""
    sources: tuple[str, ...]
    missed: bool
    """Whether it is less than wanted."""


@dataclass(frozen=True, slots=True)
class Line:
    """A figure as planned, and of the meetings that were held."""

    name: str
    planned: str
    held: str


@dataclass(frozen=True, slots=True)
class Followed:
    """A day's numbers in the table beside the pictures."""

    point: Point
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FiguresPage:
    """All of the page."""

    tiles: tuple[Tile, ...]
    kinds: tuple[tuple[str, Figures], ...]
    """By kind of meeting, all of them together last."""
    histogram: tuple[Bin, ...]
    wanted: int
    lines: tuple[Line, ...]
    held: int | None
    """How many meetings were held; ``None`` where the caseload says nothing of that."""
    agencies: tuple[Line, ...]
    months: tuple[tuple[str, int], ...]
    charts: tuple[Chart, ...]
    heads: tuple[str, ...]
    followed: tuple[Followed, ...]
    rules: tuple[RuleView, ...]
    policy: Policy


FOLLOWED: Final = (
    Series("Planned within timescale", lambda one: one.in_timescale_percent, is_percent=True, target=100),
    Series("First core groups in time", lambda one: one.first_core_groups_in_time_percent, is_percent=True, target=100),
    Series("Late or not held", lambda one: one.breaches, is_percent=False, target=0),
    Series("Expected people come", lambda one: one.expected_attendance_percent, is_percent=True),
    Series("Working days to spare, median", lambda one: one.slack_median_days, is_percent=False),
    Series("Written reports", lambda one: one.reports, is_percent=False),
)  # fmt: skip


def figures_page(view: TeamView, points: Sequence[Point]) -> FiguresPage | None:
    """Put it together; ``None`` where there is no calendar.

    The counts are the whole team's for whoever may see any (``kpi.read``): they name nobody, so they are the one thing
    on the pages that isn't made from what somebody sees of the calendar.
    """
    if view.standing is None:
        return None
    calendar = view.standing.calendar
    policy = load_policy(view.standing.caseload.authority)
    by_kind, total = figures(calendar)
    wanted = calendar.weights.get("slack_days_wanted", 0)
    planned, held = calendar.kpis, calendar.held_kpis
    return FiguresPage(
        tiles=tuple(_tiles(planned, total, policy, wanted)),
        kinds=(
            *((opening(KIND_NAMES[one.kind]), one) for one in by_kind if one.kind),
            ("All", total),
        ),
        histogram=histogram(planned, wanted),
        wanted=wanted,
        lines=tuple(_lines(planned, held)),
        held=None if held is None else held.meetings,
        agencies=tuple(
            Line(
                opening(name),
                percent(planned.partner_attendance_percent.get(name), 1),
                DASH if held is None else percent(held.partner_attendance_percent.get(name), 1),
            )
            for name in sorted(
                {
                    *planned.partner_attendance_percent,
                    *(() if held is None else held.partner_attendance_percent),
                },
                key=str.casefold,
            )
        ),
        months=tuple(planned.minutes_due.items()),
        charts=tuple(one for series in FOLLOWED if (one := chart(series, points)) is not None)
        if points
        else (),
        heads=tuple(series.name for series in FOLLOWED),
        followed=tuple(
            Followed(
                point,
                tuple(
                    DASH if (value := series.value(point.kpis)) is None else number_words(value, series)
                    for series in FOLLOWED
                ),
            )
            for point in reversed(points)
        ),
        rules=rule_views(policy),
        policy=policy,
    )


def _tiles(kpis: Kpis, total: Figures, policy: Policy, wanted: int) -> list[Tile]:
    first, sources = _first_core_group(policy)
    tiles = [
        Tile(
            "Planned within timescale", percent(kpis.in_timescale_percent, 1),
            "Of all meetings that the policy requires, held or not, those on or before their due date.",
            "All of them", (), _less(kpis.in_timescale_percent, 100),
        ),
    ]  # fmt: skip
    if kpis.first_core_groups:
        tiles.append(
            Tile(
                "First core groups in time", percent(kpis.first_core_groups_in_time_percent, 1),
                f"Of {count(kpis.first_core_groups, 'first core group')} due.",
                first or "All of them", sources, _less(kpis.first_core_groups_in_time_percent, 100),
            )
        )  # fmt: skip
    proved = "" if not kpis.breaches else f" {total.proved} proved to be unavoidable."
    tiles += [
        Tile(
            "Late or not held", f"{kpis.breaches:,}",
            f"Meetings after their due date, or none at all: {count(kpis.breach_days, 'day')} together.{proved}",
            "None", (), kpis.breaches > 0,
        ),
        Tile(
            "Expected people come", percent(kpis.expected_attendance_percent, 1),
            f"Places of people who are expected, filled by them or a deputy ({count(kpis.deputies, 'deputy', 'deputies')}).",
            "", (), False,
        ),
        Tile(
            "Written reports", f"{kpis.reports:,}",
            "Places for which somebody who is expected sends a report instead: in exceptional circumstances only.", "", (),
            False,
        ),
        Tile(
            "Children come", percent(kpis.child_attended_percent, 1),
            "Places of children at their own meetings at which they are planned to be there.", "", (), False,
        ),
        Tile(
            "Outside school hours", percent(kpis.outside_school_hours_percent, 1),
            "Of the meetings with a pupil, those outside the day of every such child’s school.", "", (), False,
        ),
        Tile(
            "Working days to spare", _number(kpis.slack_median_days),
            "Between a meeting and its due date: half of the meetings have at least so many.",
            f"At least {wanted}, so that a meeting can be postponed (Convene’s own aim)" if wanted else "", (),
            wanted > 0 and _less(kpis.slack_median_days, wanted),
        ),
    ]  # fmt: skip
    return tiles


def _first_core_group(policy: Policy) -> tuple[str, tuple[str, ...]]:
    """When the first core group is due, in the policy's words, and its sources."""
    for rule in policy.meetings:
        if rule.kind == "core_group":
            for window in rule.windows:
                if window.applies == "first":
                    return window_words(window, lower_first(rule.name), fallback=False), window.sources
    return "", ()


def _lines(planned: Kpis, held: HeldKpis | None) -> list[Line]:
    def shares(name: str, field: str) -> Line:
        return Line(name, *(percent(getattr(one, field), 1) if one else DASH for one in (planned, held)))

    def numbers(name: str, field: str) -> Line:
        return Line(name, *(_number(getattr(one, field)) if one else DASH for one in (planned, held)))

    return [
        numbers("Meetings", "meetings"),
        shares("Within timescale", "in_timescale_percent"),
        numbers("First core groups", "first_core_groups"),
        shares("First core groups in time", "first_core_groups_in_time_percent"),
        numbers("Working days to spare, at the median", "slack_median_days"),
        shares("Expected people come, or a deputy does", "expected_attendance_percent"),
        shares("Children come to their meetings", "child_attended_percent"),
        shares("Meetings with a pupil outside school hours", "outside_school_hours_percent"),
        numbers("Working days’ notice, at the median", "notice_median_days"),
        shares("At less than five working days’ notice", "short_notice_percent"),
        Line("Minutes sent in time", DASH, percent(held.minutes_in_time_percent, 1) if held else DASH),
        Line("Places filled by a deputy", _number(planned.deputies), DASH),
        Line("Places with a written report only", _number(planned.reports), DASH),
        Line("Exceptions", _number(planned.exceptions), DASH),
    ]


def _number(value: float | None) -> str:
    return DASH if value is None else f"{value:,.1f}".removesuffix(".0")


def _less(value: float | None, wanted: float) -> bool:
    return value is not None and value < wanted


__all__ = ["FOLLOWED", "FiguresPage", "Line", "Tile", "figures_page"]
