"""What the checker says: violations, and the score it worked out for itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from solver.schema.calendar import Score


@dataclass(frozen=True, slots=True)
class Finding:
    """One way in which a rule is broken, before the rule's id is put to it.

    Attributes
    ----------
    text : str
        A sentence with the ids, dates and numbers.
    meetings, people : tuple of str
        Whose ids the finding is about.
    amount : int
        How much, in the rule's own unit (minutes, days, seats, points), at least 1.
    forced : bool
        Whether pinned meetings alone bring it about, and nobody could have chosen otherwise.
    """

    text: str
    meetings: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    amount: int = 1
    forced: bool = False


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken rule.

    Attributes
    ----------
    rule : str
        Id of the rule: of section 4 of ``solver/RULES.md``, or one of the record's (`solver.check.table`).
    meetings, people : tuple of str
        Ids of those it is about.
    amount : int
        How much, in the rule's own unit (minutes, days, seats, points), at least 1.
    text : str
        A sentence with the ids, dates and numbers.
    forced : bool
        Whether pinned meetings alone bring it about, so that an exception may report it.
    """

    rule: str
    meetings: tuple[str, ...]
    people: tuple[str, ...]
    amount: int
    text: str
    forced: bool = False


@dataclass(frozen=True)
class FoundBreach:
    """A meeting after its due date, or none at all (``meeting`` is then ``None``).

    Attributes
    ----------
    days : int
        Calendar days from the due date to the meeting, or to the day after the series' last day.
    """

    series: str
    meeting: str | None
    due: date
    days: int


@dataclass(frozen=True)
class CheckReport:
    """The checker's answer.

    Attributes
    ----------
    violations : list of Violation
        Everything that stands against the calendar. A false score, window or breach in it is one too.
    reported : list of Violation
        What pinned meetings alone break and the calendar owns up to in its exceptions. Not in ``violations``.
    score : Score
        Points by level, worked out anew.
    cost : int
        Their sum.
    breaches : list of FoundBreach
        Every meeting that is late or missing.
    """

    violations: list[Violation]
    reported: list[Violation]
    score: Score
    cost: int
    breaches: list[FoundBreach]

    @property
    def ok(self) -> bool:
        """Whether nothing stands against the calendar and its score is the one worked out here."""
        return not self.violations
