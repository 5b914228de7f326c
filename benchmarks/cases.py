"""What is planned: sizes of made-up caseload, from one family to a whole authority, and one-off meetings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Congestion = Literal["easy", "typical", "hard"]
LEVELS: Final[tuple[Congestion, ...]] = ("easy", "typical", "hard")


@dataclass(frozen=True)
class Case:
    """A size of caseload.

    Attributes
    ----------
    size
        Children with an open plan; meetings, for one-off meetings.
    seconds
        Limits that are run where none are asked for, each a run of its own.
    levels
        Levels of congestion at which it can be made.
    """

    name: str
    words: str
    size: int
    seconds: tuple[float, ...]
    levels: tuple[Congestion, ...] = LEVELS


CASES: Final[dict[str, Case]] = {
    case.name: case
    for case in (
        Case("family", "one family with three series", 3, (10,)),
        Case("worker", "one social worker with 18 plans", 18, (10,)),
        Case("team", "a team with 150 plans", 150, (10, 60)),
        Case("service", "a service of four teams with 600 plans", 600, (10, 60)),
        Case("authority", "an authority of 45 teams with 6,000 plans", 6_000, (600,)),
        Case("one-off", "800 one-off meetings", 800, (10, 60), ("typical",)),
    )
}
ONE_OFF: Final = "one-off"
MARKS: Final = (1.0, 3.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0)
"""Seconds after which the bound and the gap are read off."""


def case_of_size(size: int) -> str:
    """Name of the case that has so many plans, else a name that says how many."""
    named = (case.name for case in CASES.values() if case.size == size and case.name != ONE_OFF)
    return next(named, f"{size} plans")
