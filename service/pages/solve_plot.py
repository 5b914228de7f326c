"""The picture of a search: what its best calendar costs, and what none can cost less than, as time goes by.

`service/pages/assets/src/pages/solve.ts` draws the same while it looks on: whoever changes one changes the other.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from service.store.tables import Event

WIDTH: Final = 720
HEIGHT: Final = 260
LEFT: Final = 104
RIGHT: Final = 26
TOP: Final = 14
BOTTOM: Final = 40


@dataclass(frozen=True, slots=True)
class Point:
    """What was known at one moment."""

    seconds: float
    """Of searching, over all attempts."""
    cost: int | None
    bound: float | None
    gap: float | None
    breaches: int | None
    phase: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across the plot."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Plot:
    """Coordinates in a box of `WIDTH` by `HEIGHT`."""

    best: str
    """Of a path."""
    bound: str
    across: tuple[Tick, ...]
    along: tuple[Tick, ...]


def points_of(events: Iterable[Event]) -> list[Point]:
    """What a calendar's events tell of the search. A search that is begun again goes on where the one before ended."""
    found: list[Point] = []
    offset = 0.0
    for event in events:
        data = event.data
        if event.kind == "state" and data.get("state") == "preparing" and found:
            offset = found[-1].seconds
        if event.kind == "progress" or data.get("cost") is not None:
            found.append(_point(data, offset))
    return found


def _point(data: dict[str, Any], offset: float) -> Point:
    return Point(
        seconds=offset + float(data.get("seconds") or 0.0),
        cost=data.get("cost"),
        bound=data.get("bound"),
        gap=data.get("gap"),
        breaches=data.get("breaches"),
        phase=str(data.get("phase") or ""),
    )


def plot_of(points: Sequence[Point], limit: float | None) -> Plot | None:
    """The picture; ``None`` before there is anything to draw.

    Parameters
    ----------
    points
        In order of time.
    limit
        Seconds that the search may take, if it has such a limit.
    """
    values = [value for one in points for value in (one.cost, one.bound) if value is not None]
    if not values:
        return None
    last = max(limit or 0.0, points[-1].seconds, 1.0)
    low, high = math.floor(_log(min(values))), math.ceil(_log(max(values)))
    high = max(high, low + 1)

    def across(seconds: float) -> float:
        return round(LEFT + seconds / last * (WIDTH - LEFT - RIGHT), 1)

    def down(value: float) -> float:
        return round(TOP + (high - _log(value)) / (high - low) * (HEIGHT - TOP - BOTTOM), 1)

    step = step_of(last)
    return Plot(
        best=_steps([(across(one.seconds), down(one.cost)) for one in points if one.cost is not None]),
        bound=_steps([(across(one.seconds), down(one.bound)) for one in points if one.bound is not None]),
        across=tuple(Tick(down(10**power), f"{10**power:,}") for power in range(low, high + 1)),
        along=tuple(
            Tick(across(number * step), f"{number * step:,} s") for number in range(int(last // step) + 1)
        ),
    )


def step_of(seconds: float) -> int:
    """Between two marks of time: so that there are no more than eight of them."""
    for power in range(6):
        for number in (1, 2, 5):
            if seconds / (number * 10**power) <= 8:
                return int(number * 10**power)
    return 10**6


def rows_of(points: Sequence[Point], most: int = 40) -> list[Point]:
    """The moments at which something was found or proved, newest first: not more than so many, evenly over all of them."""
    news = [
        one
        for before, one in zip([None, *points], points, strict=False)
        if before is None
        or (before.cost, before.bound, before.breaches) != (one.cost, one.bound, one.breaches)
    ]
    if len(news) > most:
        news = [news[round(number * (len(news) - 1) / (most - 1))] for number in range(most)]
    return news[::-1]


def _log(value: float) -> float:
    return math.log10(max(value, 1.0))


def _steps(places: Sequence[tuple[float, float]]) -> str:
    """A line that stays where it is until the next place."""
    if not places:
        return ""
    (x, y), *others = places
    return f"M{x} {y}" + "".join(f"H{x}V{y}" for x, y in others)


__all__ = [
    "BOTTOM", "HEIGHT", "LEFT", "RIGHT", "TOP", "WIDTH", "Plot", "Point", "Tick", "plot_of", "points_of", "rows_of", "step_of",
]  # fmt: skip
