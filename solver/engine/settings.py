"""Parts of the search that can be left out, to see what each is worth."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Parts:
    """What the search may use; everything, but in an ablation.

    Attributes
    ----------
    prices : bool
        Insertion and moves see the prices of contested time.
    neighbourhoods : bool
        CP-SAT solves neighbourhoods of the calendar.
    joint : bool
        CP-SAT solves the joint relaxation of all series.
    pruning : bool
        Reduced costs leave out what cannot be part of a better calendar.
    hints : bool
        CP-SAT starts from the present calendar.
    """

    prices: bool = True
    neighbourhoods: bool = True
    joint: bool = True
    pruning: bool = True
    hints: bool = True


EVERYTHING = Parts()
"""The search as it is meant to be."""
