"""What the search tells whoever is watching: one frozen event per step worth showing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ProgressEvent:
    """The state of a search at one moment. Fields are ``None`` until there is something to say.

    Attributes
    ----------
    seconds
        Wall time since the plan was asked for.
    phase
        What the search is doing, in a few words a manager can read.
    best
        Points of the best calendar so far, by level (``solver/RULES.md``, section 5).
    cost
        Their sum.
    bound
        Proven: no calendar of this caseload can cost less.
    gap
        ``(cost - bound) / cost``; 0 where cost is 0.
    breaches
        Breaches in the best calendar so far.
    """

    seconds: float
    phase: str
    best: dict[str, int] | None
    cost: int | None
    bound: float | None
    gap: float | None
    breaches: int | None
