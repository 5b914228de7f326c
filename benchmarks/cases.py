"""What is planned: three sizes of made-up caseload, each at three levels of congestion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Case:
    """A size of caseload.

    Attributes
    ----------
    plans
        Children with an open plan.
    seconds
        Limits that are run where none are asked for.
    """

    name: str
    words: str
    plans: int
    seconds: tuple[float, ...]


CASES: Final[dict[str, Case]] = {
    case.name: case
    for case in (
        Case("family", "one family with three series", 3, (10,)),
        Case("worker", "one social worker with 18 plans", 18, (10,)),
        Case("team", "a team with 150 plans", 150, (10, 60)),
    )
}
MARKS: Final = (1.0, 3.0, 10.0, 30.0, 60.0)
"""Seconds after which the bound and the gap are read off."""
