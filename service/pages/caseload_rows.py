"""The rows of the caseload: what each series of meetings shows, and which of them are most at risk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from service.pages.caseload_shapes import Shapes
from service.views.names import natural
from solver.schema.base import MeetingKind

State = Literal["missing", "late", "none", "tight", "ok", "past"]
"""How something due stands: no meeting at all, one that is late, one on its due date, one with little room or enough, one that
has been."""
SEVERITY: Final[dict[State, int]] = {"missing": 5, "late": 4, "none": 3, "tight": 2, "ok": 1, "past": 0}
AT_RISK: Final[frozenset[State]] = frozenset({"missing", "late", "none", "tight"})


@dataclass(frozen=True, slots=True)
class Mark:
    """A meeting, or the lack of one, in its week."""

    week: int
    weekday: int
    """0 Monday to 5, the weekend, which takes no room."""
    state: State
    label: str
    """What its shape holds: days to spare, or late."""
    meeting: str | None
    """``None``: there is none."""
    text: str
    detail: str
    """What the list says besides."""
    band: str
    """Of its slack, as in the figures; empty unless it is still to come."""
    day: date
    provisional: bool = False
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Review:
    """A review, booked or due, in its week."""

    week: int
    weekday: int
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One series of a plan or of a sibling group; without any, ``why`` says why there are no meetings."""

    id: str
    name: str
    plans: tuple[str, ...]
    kind: MeetingKind | None
    detail: str
    worker: str | None
    worker_name: str
    marks: tuple[Mark, ...]
    reviews: tuple[Review, ...]
    shapes: Shapes
    holidays: str
    """Path of the days without school, alike for all rows of the same schools."""
    state: State
    words: str
    """The state in words."""
    worst: int
    """Days late or missing, or the least slack negated: the higher, the worse among rows of one state."""
    next: date | None
    """The next meeting."""
    risky: date | None
    """When the worst of it is due or held; ``None`` where nothing is at risk."""
    why: str = ""

    @property
    def states(self) -> tuple[State, ...]:
        """Those of what is due or to come."""
        return tuple(dict.fromkeys(mark.state for mark in self.marks if mark.state != "past"))

    @property
    def bands(self) -> tuple[str, ...]:
        """Slack of the meetings to come."""
        return tuple(dict.fromkeys(mark.band for mark in self.marks if mark.band))

    @property
    def search(self) -> str:
        """What is searched for by text."""
        return " ".join(dict.fromkeys((self.name, *self.plans))).lower()


def by_risk(row: Row) -> tuple[object, ...]:
    """Sort key: the worst state first, within one the worst, the soonest."""
    return (row.kind is None, -SEVERITY[row.state], -row.worst, row.risky or date.max, natural(row.id))


def short_day(day: date) -> str:
    """``Tue 8 Dec``: within half a year the year goes without saying."""
    return f"{day:%a} {day.day} {day:%b}"


__all__ = ["AT_RISK", "SEVERITY", "Mark", "Review", "Row", "State", "by_risk", "short_day"]
