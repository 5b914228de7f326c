"""Figures in time, as lines. Each picture has the table of the same numbers beside it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from service.store.trend import Point
from service.words import count, day
from solver.schema.calendar import Kpis

WIDTH: Final = 380
HEIGHT: Final = 150
LEFT: Final = 52
RIGHT: Final = 14
TOP: Final = 14
BOTTOM: Final = 28


@dataclass(frozen=True, slots=True)
class Series:
    """A figure that is followed."""

    name: str
    value: Callable[[Kpis], float | None]
    is_percent: bool
    target: float | None = None
    """That every plan should reach; a line of its own."""


@dataclass(frozen=True, slots=True)
class Dot:
    """A revision's figure."""

    x: float
    y: float
    says: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A number at the side, or a date below."""

    at: float
    words: str
    anchor: str = "end"


@dataclass(frozen=True, slots=True)
class Chart:
    """Coordinates of a picture."""

    name: str
    says: str
    paths: tuple[str, ...]
    """A line for each stretch without a gap."""
    dots: tuple[Dot, ...]
    sides: tuple[Tick, ...]
    below: tuple[Tick, ...]
    target: float | None
    """Height of the line of the target."""
    target_says: str


def chart(series: Series, points: Sequence[Point]) -> Chart | None:
    """Draw a figure in time; ``None`` where no revision has it."""
    values = [(point, value) for point in points if (value := series.value(point.kpis)) is not None]
    if not values:
        return None
    low, high = _range([value for _, value in values], series)
    first, last = points[0].made.timestamp(), points[-1].made.timestamp()

    def across(point: Point) -> float:
        span = last - first
        share = 0.5 if span <= 0 else (point.made.timestamp() - first) / span
        return round(LEFT + 6 + share * (WIDTH - LEFT - RIGHT - 12), 1)

    def up(value: float) -> float:
        return round(HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - TOP - BOTTOM), 1)

    dots = tuple(
        Dot(across(point), up(value), f"{day(point.made.date())}: {number_words(value, series)}")
        for point, value in values
    )
    begin, end = (
        Tick(dots[0].x, day(points[0].made.date()), "start"),
        Tick(WIDTH - RIGHT, day(points[-1].made.date())),
    )
    return Chart(
        name=series.name,
        says=_says(series, values),
        paths=tuple(_paths(series, points, across, up)),
        dots=dots,
        sides=(Tick(up(low), number_words(low, series)), Tick(up(high), number_words(high, series))),
        below=(begin, end) if len(points) > 1 else (Tick(dots[0].x, begin.words, "middle"),),
        target=None if series.target is None or not low <= series.target <= high else up(series.target),
        target_says="" if series.target is None else f"wanted: {number_words(series.target, series)}",
    )  # fmt: skip


def number_words(value: float, series: Series) -> str:
    """``99.5 %``, or ``4``."""
    text = f"{math.floor(value * 10 + 1e-9) / 10:g}"
    return f"{text} %" if series.is_percent else text


def _range(values: list[float], series: Series) -> tuple[float, float]:
    """The least and greatest number at the side: whole, and never the same."""
    wanted = [*values, *([] if series.target is None else [series.target])]
    low, high = math.floor(min(wanted)), math.ceil(max(wanted))
    if series.is_percent:
        low, high = math.floor(low / 10) * 10, 100
        low = min(low, 90)
    else:
        low = 0
    return low, max(high, low + 1)


def _paths(
    series: Series,
    points: Sequence[Point],
    across: Callable[[Point], float],
    up: Callable[[float], float],
) -> list[str]:
    stretches: list[list[str]] = [[]]
    for point in points:
        value = series.value(point.kpis)
        if value is None:
            stretches.append([])
        else:
            stretches[-1].append(f"{across(point):g} {up(value):g}")
    return ["M" + "L".join(one) for one in stretches if len(one) > 1]


def _says(series: Series, values: list[tuple[Point, float]]) -> str:
    newest = number_words(values[-1][1], series)
    if len(values) == 1:
        return f"{series.name}: {newest}, one day so far."
    return (
        f"{series.name} on {count(len(values), 'day')}, from {number_words(values[0][1], series)} to {newest}. "
        "The table below has every number."
    )


__all__ = ["HEIGHT", "LEFT", "RIGHT", "WIDTH", "Chart", "Series", "chart", "number_words"]
