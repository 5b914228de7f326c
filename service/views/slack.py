"""Meetings by how much room there is to postpone them: a histogram."""

from __future__ import annotations

from dataclasses import dataclass

from solver.schema.calendar import Kpis

HISTOGRAM_NAMES = {
    "late": "Late",
    "0": "0, on the due date",
    "3-5": "3 to 5",
    "6-10": "6 to 10",
    "11+": "11 or more",
}


@dataclass(frozen=True, slots=True)
class Bin:
    """Meetings with so many working days before their due date."""

    name: str
    meetings: int
    length: float
    """Of its bar, in percent of the longest."""
    tone: str
    """``bad``, ``tight`` or nothing."""


def histogram(kpis: Kpis, wanted: int) -> tuple[Bin, ...]:
    """The bins of a calendar, late ones first.

    Parameters
    ----------
    kpis
    wanted
        Working days of slack that every meeting should have: bins below are tight.
    """
    bins = kpis.slack_histogram
    most = max(bins.values(), default=0) or 1
    tones = {"late": "bad"} | {str(slack): "tight" for slack in range(wanted)}
    return tuple(
        Bin(HISTOGRAM_NAMES.get(name, name), number, round(100 * number / most, 1), tones.get(name, ""))
        for name, number in bins.items()
    )
