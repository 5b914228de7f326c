"""Which rows of the caseload are shown, in which order: what the address says of it.

The page's script filters likewise, by the rows' data attributes, and keeps the address: `Filter.takes` is the rule for both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Final, Literal
from urllib.parse import urlencode

from service.pages.caseload_rows import AT_RISK, Row, by_risk
from service.views.names import natural
from service.words import KIND_NAMES, opening

Options = tuple[tuple[str, str], ...]
"""Value and text."""
NOBODY: Final = "-"
"""Stands for plans without a social worker."""
STATES: Final[Options] = (
    ("risk", "At risk (any below)"),
    ("missing", "Missing"),
    ("late", "Late"),
    ("none", "No slack"),
    ("tight", "Little slack"),
    ("ok", "Room to postpone"),
)
ORDERS: Final[Options] = (
    ("risk", "Most at risk first"),
    ("worker", "By worker"),
    ("plan", "By plan"),
    ("next", "By next meeting"),
)
BANDS: Final[Options] = (  # as `solver.derive.kpis.slack_band` calls them
    ("late", "Late"),
    ("0", "0, on the due date"),
    ("1", "1"),
    ("2", "2"),
    ("3-5", "3 to 5"),
    ("6-10", "6 to 10"),
    ("11+", "11 or more"),
)
_LONGEST: Final = 100
_KEYS: Final[dict[str, Callable[[Row], tuple[object, ...]]]] = {
    "risk": by_risk,
    "worker": lambda row: (row.worker is None, row.worker_name, row.worker or "", *by_risk(row)),
    "plan": lambda row: (natural(row.id),),
    "next": lambda row: (row.next or date.max, natural(row.id)),
}


@dataclass(frozen=True, slots=True)
class Filter:
    """What is asked for; empty: anything."""

    q: str = ""
    worker: str = ""
    kind: str = ""
    state: str = ""
    slack: str = ""
    order: str = "risk"
    view: Literal["table", "list"] = "table"

    @property
    def narrows(self) -> bool:
        """Whether anything may be left out."""
        return any((self.q, self.worker, self.kind, self.state, self.slack))

    def takes(self, row: Row) -> bool:
        """Whether a row is shown."""
        states = row.states
        return (
            (not self.worker or self.worker == (row.worker or NOBODY))
            and (not self.kind or self.kind == row.kind)
            and (not self.state or (not AT_RISK.isdisjoint(states) if self.state == "risk" else self.state in states))
            and (not self.slack or self.slack in row.bands)
            and all(word in row.search for word in self.q.lower().split())
        )  # fmt: skip

    def query(self, **changes: str) -> str:
        """As the address has it, with changes; with its question mark, unless there is nothing to say."""
        standard = asdict(Filter())
        said = {name: value for name, value in (asdict(self) | changes).items() if value != standard[name]}
        return f"?{urlencode(said)}" if said else "?"


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be chosen from, as far as it occurs."""

    workers: Options
    kinds: Options
    states: Options
    orders: Options = ORDERS


def choices(rows: Sequence[Row]) -> Choices:
    """What the rows give to choose from."""
    workers = {row.worker or NOBODY: row.worker_name for row in rows}
    ordered = sorted(workers.items(), key=lambda one: (one[0] == NOBODY, one[1], one[0]))
    kinds = {row.kind for row in rows}
    return Choices(
        tuple(ordered), tuple((kind, opening(name)) for kind, name in KIND_NAMES.items() if kind in kinds), STATES
    )  # fmt: skip


def asked_for(query: Mapping[str, str], offered: Choices) -> Filter:
    """What an address asks for. What isn't offered is nothing asked for: addresses are kept, and caseloads change."""

    def one_of(name: str, options: Options, otherwise: str = "") -> str:
        value = query.get(name, "")
        return value if value in dict(options) else otherwise

    return Filter(
        q=" ".join(query.get("q", "")[:_LONGEST].split()),
        worker=one_of("worker", offered.workers),
        kind=one_of("kind", offered.kinds),
        state=one_of("state", offered.states),
        slack=one_of("slack", BANDS),
        order=one_of("order", offered.orders, "risk"),
        view="list" if query.get("view") == "list" else "table",
    )


def in_order(rows: Iterable[Row], order: str) -> list[Row]:
    """Sort the rows."""
    return sorted(rows, key=_KEYS[order])


def ranks(rows: Sequence[Row]) -> dict[str, str]:
    """Of each row, by its id, its place in each of the orders: for the script, which sorts without asking again."""
    places: dict[str, list[str]] = {row.id: [] for row in rows}
    for order, _ in ORDERS:
        for place, row in enumerate(in_order(rows, order)):
            places[row.id].append(str(place))
    return {name: " ".join(found) for name, found in places.items()}


@dataclass(frozen=True, slots=True)
class Bin:
    """One column of the picture of slack."""

    name: str
    text: str
    meetings: int
    height: float
    """In percent of the highest."""
    tone: Literal["late", "none", "tight", "ok"]


def slack_bins(rows: Iterable[Row], wanted: int) -> tuple[Bin, ...]:
    """How many meetings to come have how much slack."""
    counted = Counter(mark.band for row in rows for mark in row.marks if mark.band)
    most = max(counted.values(), default=1)
    tight = {str(slack) for slack in range(1, wanted)}
    return tuple(
        Bin(
            name,
            text,
            counted[name],
            round(100 * counted[name] / most, 1),
            "late" if name == "late" else "none" if name == "0" else "tight" if name in tight else "ok",
        )
        for name, text in BANDS
    )


__all__ = [
    "BANDS", "NOBODY", "ORDERS", "STATES", "Bin", "Choices", "Filter", "asked_for", "choices", "in_order", "ranks",
    "slack_bins",
]  # fmt: skip
