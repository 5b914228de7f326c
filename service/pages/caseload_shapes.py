"""What is drawn behind the meetings of a row: their windows, the room after them, and due dates, as paths."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from service.views.drawing import BarKind, Drawer
from service.views.weeks import WIDTH, Weeks
from solver.schema.calendar import Breach, Meeting


@dataclass(frozen=True, slots=True)
class Shapes:
    """Paths by kind of bar, in drawing units over all weeks."""

    bars: tuple[tuple[BarKind, str], ...]
    dues: str


def shapes_of(drawer: Drawer, weeks: Weeks, meetings: Iterable[Meeting], missing: Iterable[Breach]) -> Shapes:
    """Draw the windows of meetings, and of those that are missing."""
    bars: dict[BarKind, list[tuple[float, float]]] = {"window": [], "room": [], "late": []}
    dues: list[float | None] = []
    for meeting in meetings:
        for bar in drawer.meeting(meeting):
            bars[bar.kind].append((bar.left, bar.right))
        dues.append(drawer.due(meeting.window.due))
    for breach in missing:
        bar = drawer.unheld(breach)
        bars[bar.kind].append((bar.left, bar.right))
        dues.append(drawer.due(breach.due))
    width = weeks.count * WIDTH
    tall: dict[BarKind, tuple[int, int]] = {"window": (18, 2), "room": (14, 10), "late": (14, 10)}
    drawn = (
        (kind, path_of(((max(left, 0), min(right, width)) for left, right in stretches), *tall[kind]))
        for kind, stretches in bars.items()
    )
    return Shapes(
        tuple((kind, path) for kind, path in drawn if path),
        "".join(f"M{_short(due)} 9v20" for due in dues if due is not None),
    )


def path_of(stretches: Iterable[tuple[float, float]], top: int = 0, height: int = 38) -> str:
    """Path of rectangles, from left to right each."""
    return "".join(
        f"M{_short(left)} {top}h{_short(right - left)}v{height}h{_short(left - right)}z"
        for left, right in stretches
        if right > left
    )


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


__all__ = ["Shapes", "path_of", "shapes_of"]
