"""The stress test in the manager's report: how many meetings are late, run by run, as a plot and as tables."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from service.report.page import environment, text
from service.stress_words import (
    FACT_WORDS,
    cause_words,
    difference_words,
    figure,
    share_words,
    spread_words,
    verdict,
)
from service.views.names import Names
from service.words import KIND_NAMES, opening
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload
from solver.schema.stress import Spread, Stress, Stressed

WIDTH: Final = 760
LEFT: Final = 150
RIGHT: Final = 16
TOP: Final = 40
BELOW: Final = 62
HALF: Final = 110
"""Height of the bars of one calendar."""
MOST_BARS: Final = 26
TICKS: Final = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000)


@dataclass(frozen=True)
class Bar:
    """Runs with so many late meetings."""

    x: float
    y: float
    width: float
    height: float
    runs: int
    label: float
    """Height of the number written at its end."""
    says: str


@dataclass(frozen=True)
class Half:
    """One calendar's bars, with the mark of its mean above or below them."""

    name: str
    tone: str
    bars: tuple[Bar, ...]
    mean: float
    low: float
    high: float
    mark: float
    says: str
    middle: float


@dataclass(frozen=True)
class Plot:
    """Coordinates of the drawing."""

    width: int
    height: int
    left: int
    right: int
    axis: float
    halves: tuple[Half, ...]
    ticks: tuple[tuple[float, str], ...]
    foot: float
    title: str
    says: str


def build_plot(found: Stress) -> Plot:
    """Lay out how many runs have how many late meetings: this calendar's upwards, the other's downwards."""
    shown = [("This calendar", "own", found.stressed)]
    if found.comparison is not None:
        shown.append((other_name(found), "other", found.comparison.other))
    most = max(len(run.late) for _, _, one in shown for run in one.runs)
    step = math.ceil((most + 1) / MOST_BARS)
    counts = [Counter(len(run.late) // step for run in one.runs) for _, _, one in shown]
    tallest = max(max(count.values()) for count in counts)
    bins = most // step + 1
    width = (WIDTH - LEFT - RIGHT) / bins
    axis = TOP + HALF

    def across(late: float) -> float:
        return round(LEFT + width * ((late + 0.5) / step if step == 1 else late / step), 1)

    halves = []
    for at, ((name, tone, one), count) in enumerate(zip(shown, counts, strict=True)):
        bars = []
        for at_bin, runs in sorted(count.items()):
            height = round(HALF * runs / tallest, 1)
            first = at_bin * step
            late = f"{first}" if step == 1 else f"{first} to {first + step - 1}"
            bars.append(
                Bar(
                    x=round(LEFT + at_bin * width + 1, 1),
                    y=round(axis - height if at == 0 else axis + 1, 1),
                    width=round(width - 2, 1),
                    height=height,
                    runs=runs,
                    label=round(axis - height - 4 if at == 0 else axis + height + 13, 1),
                    says=f"{name}: {late} late in {runs} of {len(one.runs)} runs",
                )
            )
        mark = TOP - 26 if at == 0 else axis + HALF + 26
        halves.append(
            Half(
                name=name,
                tone=tone,
                bars=tuple(bars),
                mean=across(one.late.mean),
                low=across(one.late.low),
                high=across(one.late.high),
                mark=mark,
                says=f"mean {figure(one.late.mean)}",
                middle=axis - HALF / 2 if at == 0 else axis + HALF / 2,
            )
        )
    both = len(halves) == 2
    foot = axis + (HALF + 56 if both else 18)
    every = next((tick for tick in TICKS if most / tick <= 13), most + 1)
    ticks = tuple((across(late), str(late)) for late in range(0, most + 1, every))
    means = "; ".join(f"{half.name}, {half.says} late meetings" for half in halves)
    return Plot(
        width=WIDTH,
        height=int(foot + BELOW - 34),
        left=LEFT,
        right=WIDTH - RIGHT,
        axis=axis,
        halves=tuple(halves),
        ticks=ticks,
        foot=foot,
        title="Late meetings in a run, by how many runs have so many",
        says=means,
    )


def other_name(found: Stress) -> str:
    """How the calendar compared with is called."""
    return (
        "The other calendar"
        if found.comparison is not None and found.comparison.given
        else "Without resilience"
    )


def stress_view(caseload: Caseload, found: Stress) -> dict[str, object]:
    """Return what the section's template asks for."""
    names = Names(caseload)
    own, comparison = found.stressed, found.comparison
    other = None if comparison is None else comparison.other
    columns = [own] if other is None else [own, other]
    differ = (
        [""] * 8
        if comparison is None
        else [
            "", "", difference_words(comparison.lost), "", difference_words(comparison.late),
            difference_words(comparison.in_time_percent), difference_words(comparison.late_days), "",
        ]
    )  # fmt: skip
    most = max((cause.lost for cause in own.causes), default=0) or 1
    latest = max((number for one in columns for number in one.late_by.values()), default=0) or 1
    return {
        "found": found,
        "plot": build_plot(found),
        "other": "" if other is None else other_name(found),
        "verdict": tuple(verdict(found)),
        "figures": tuple(
            (words, cells, differ[at]) for at, (words, cells) in enumerate(_figures(columns))
        ),
        "late_by": tuple(
            (name, tuple((f"{one.late_by[name]:.2f}", round(100 * one.late_by[name] / latest, 1)) for one in columns))
            for name in own.late_by
        ),
        "kinds": tuple((opening(KIND_NAMES[one.kind]), one) for one in own.kinds),
        "causes": tuple((cause_words(one, names), one, round(100 * one.lost / most, 1)) for one in own.causes),
        "facts": tuple(
            (opening(FACT_WORDS[kind]), number)
            for kind, number in sorted(own.by_fact.items(), key=lambda one: -one[1])
        ),
        "rates": tuple(
            (name, f"{getattr(found.rates, name):g}", " ".join((field.description or "").split()))
            for name, field in type(found.rates).model_fields.items()
        ),
    }  # fmt: skip


def _figures(columns: Sequence[Stressed]) -> list[tuple[str, tuple[str, ...]]]:
    def row(words: str, spreads: Sequence[Spread]) -> tuple[str, tuple[str, ...]]:
        return words, tuple(spread_words(one) for one in spreads)

    return [
        ("Meetings planned", tuple(f"{one.meetings:,}" for one in columns)),
        ("Late as planned", tuple(f"{one.late_as_planned:,}" for one in columns)),
        row("Couldn’t be held as booked", [one.lost for one in columns]),
        ("Of those, still held in time, %", tuple(share_words(one.saved_percent) for one in columns)),
        row("Late in the end", [one.late for one in columns]),
        row("In timescale, %", [one.in_time_percent for one in columns]),
        row("Days late, all together", [one.late_days for one in columns]),
        row("Times somebody was asked to another time", [one.asked for one in columns]),
    ]


def render_stress(caseload: Caseload, calendar: Calendar, found: Stress) -> str:
    """Render a page with the stress test alone.

    It shows plan references and the names of professionals, and nothing of families; see `service.views.names`.

    Returns
    -------
    str
        An HTML document that loads nothing from outside itself.
    """
    return (
        environment()
        .get_template("stress_page.html.j2")
        .render(
            css=text("report.css"),
            stress_css=text("stress.css"),
            team=caseload.team.name,
            calendar=calendar,
            stress=stress_view(caseload, found),
        )
    )
