"""The published plots. Each takes figures and gives an SVG document; matplotlib comes with the extra ``bench``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from benchmarks.curves import Curve
from benchmarks.growth import GAP, Point
from benchmarks.style import BLUE, FAINT, GREEN, INK, MUTED, ORANGE, SETTINGS, svg
from benchmarks.views import by

WIDTH: Final = 4.3
"""Inches of one panel."""
COLOURS: Final = {"easy": GREEN, "typical": BLUE, "hard": ORANGE}
MARKERS: Final = {"easy": "o", "typical": "s", "hard": "^"}
DASHES: Final = (0, (4, 3))
SMALLEST_GAP: Final = 1e-4
"""Below this the gap is drawn as if it were this: a logarithm has no zero."""
LARGEST_GAP: Final = 1.3
GAP_TICKS: Final = {1e-4: "≤ 0.01 %", 1e-3: "0.1 %", 1e-2: "1 %", 1e-1: "10 %", 1.0: "100 %"}
TIME_TICKS: Final = (0.1, 0.3, 1, 3, 10, 30, 60, 120, 300, 600)


def search(words: str, found: Sequence[Curve]) -> str:
    """Best calendar and bound against time, and below it the gap between them: a column a congestion."""
    with mpl.rc_context(SETTINGS):
        figure = Figure(figsize=(max(1.7, len(found)) * WIDTH, 6.6), layout="constrained")
        rows = figure.subplots(2, len(found), squeeze=False, sharex="col", height_ratios=(3, 2))
        for column, curve in enumerate(found):
            _costs(rows[0][column], curve)
            _gap(rows[1][column], curve)
        rows[0][0].set_ylabel("cost, points (lower is better)")
        rows[1][0].set_ylabel("proven gap (lower is better)")
        title = f"{words[:1].upper() + words[1:]}: good is blue meeting orange, soon"
        figure.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold", color=INK)
        return svg(figure, title)


def _costs(axes: Axes, curve: Curve) -> None:
    axes.set_title(f"{curve.label}, {_runs(curve.runs)}")
    axes.set_xscale("log")
    best, bound = _known(curve.best), _known(curve.bound)
    if curve.naive is not None:
        axes.axhline(curve.naive, color=MUTED, linestyle=DASHES, label="first fit")
    axes.fill_between(
        curve.seconds, _drawn(curve.bound), _drawn(curve.best), step="post", color=FAINT, linewidth=0
    )
    for values, colour, label in (
        (curve.best, BLUE, "best calendar"),
        (curve.bound, ORANGE, "proven bound"),
    ):
        axes.plot(*_steps(curve.seconds, values), color=colour, drawstyle="steps-post", label=label)
    top = max([*best, *_known([curve.naive])], default=1.0)
    low = max(0.0, bound[-1] if bound else min(best, default=0.0))
    # The bound begins far below, where nothing is to be seen: the frame is for where it ends.
    axes.set_ylim(max(0.0, low - 0.35 * (top - low)), top + 0.06 * (top - low) + 1e-9)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.legend(loc="best", fontsize=9)


def _gap(axes: Axes, curve: Curve) -> None:
    axes.plot(*_steps(curve.seconds, _floored(curve.gap)), color=INK, drawstyle="steps-post")
    axes.axhline(GAP, color=GREEN, linestyle=DASHES)
    _gap_axis(axes)
    ticks = [tick for tick in TIME_TICKS if curve.seconds[0] <= tick <= curve.seconds[-1]]
    axes.set_xticks(ticks, labels=[f"{tick:g}" for tick in ticks])
    axes.set_xticks([], minor=True)
    axes.set_xlabel("time since planning was asked for, s")


def growth(found: Sequence[Point]) -> str:
    """Time, memory, cost by plan and gap against the number of plans: a line a congestion."""
    with mpl.rc_context(SETTINGS):
        figure = Figure(figsize=(3.1 * WIDTH, 7.6), layout="constrained")
        (time, gap), (memory, cost) = figure.subplots(2, 2)
        for congestion in dict.fromkeys(point.congestion for point in found):
            line = [point for point in found if point.congestion == congestion]
            _line(time, line, lambda point: point.first, "first calendar, ", hollow=True)
            _line(time, line, lambda point: point.to_gap, f"gap of {100 * GAP:g} %, ")
            _line(gap, line, lambda point: _floor(point.gap))
            _line(memory, line, lambda point: point.peak_mb)
            _line(cost, line, lambda point: by(point.naive, point.size), "first fit, ", hollow=True)
            _line(cost, line, lambda point: by(point.cost, point.size), "Convene, ")
        limits = ", ".join(f"{limit:g} s" for limit in dict.fromkeys(point.limit for point in found))
        _frame(time, "Time, s (lower is better)", found)
        for axes in (time, cost):
            axes.set_yscale("log")
            axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 3.0)))
            axes.yaxis.set_minor_locator(NullLocator())
        time.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        _frame(gap, f"Proven gap after {limits} (lower is better)", found)
        gap.axhline(GAP, color=MUTED, linestyle=DASHES, linewidth=1)
        _gap_axis(gap)
        _frame(memory, "Peak memory, MB (lower is better)", found)
        _frame(cost, "Cost by plan, points (lower is better)", found)
        memory.set_ylim(bottom=0)
        for axes in (memory, cost):
            axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        title = "Growth with the size of the caseload: good is low, and flat or a straight line"
        figure.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold", color=INK)
        return svg(figure, title)


def _line(
    axes: Axes,
    line: Sequence[Point],
    value: Callable[[Point], float | None],
    label: str = "",
    *,
    hollow: bool = False,
) -> None:
    congestion = line[0].congestion
    axes.plot(
        [point.size for point in line],
        _drawn([value(point) for point in line]),
        color=COLOURS[congestion],
        marker=MARKERS[congestion],
        linestyle=DASHES if hollow else "-",
        markerfacecolor="none" if hollow else COLOURS[congestion],
        label=f"{label}{congestion}",
    )


def _frame(axes: Axes, title: str, found: Sequence[Point]) -> None:
    axes.set_title(title)
    axes.set_xscale("log")
    sizes = sorted({point.size for point in found})
    axes.set_xticks(sizes, labels=[f"{size:,}" for size in sizes])
    axes.set_xticks([], minor=True)
    axes.set_xlabel("children with a plan")
    # Beside the frame: lines of three levels leave no room within.
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=9)


def _gap_axis(axes: Axes) -> None:
    axes.set_yscale("log")
    axes.set_ylim(SMALLEST_GAP * 0.8, LARGEST_GAP)
    axes.set_yticks(list(GAP_TICKS), labels=list(GAP_TICKS.values()))
    axes.set_yticks([], minor=True)


def _steps(
    seconds: Sequence[float], values: Sequence[float | None]
) -> tuple[Sequence[float], Sequence[float]]:
    """The corners of a curve of steps: where it changes, and its end."""
    last = len(values) - 1
    corners = [i for i, value in enumerate(values) if i in (0, last) or value != values[i - 1]]
    return [seconds[i] for i in corners], _drawn([values[i] for i in corners])


def _floor(gap: float | None) -> float | None:
    return None if gap is None else max(gap, SMALLEST_GAP)


def _floored(gaps: Iterable[float | None]) -> list[float | None]:
    return [_floor(gap) for gap in gaps]


def _known(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _drawn(values: Iterable[float | None]) -> list[float]:
    """What is not known is not drawn."""
    return [float("nan") if value is None else value for value in values]


def _runs(count: int) -> str:
    return "one run" if count == 1 else f"median of {count} runs"
