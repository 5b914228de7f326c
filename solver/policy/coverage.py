"""What becomes of every item of a policy's source: which rule, score, task or figure answers it, and which test proves it.

It is read off the clauses themselves, each of which names the items it comes from, so it can't say anything that the policy
does not do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from solver.policy.clause import Clause
from solver.policy.meeting_clauses import (
    AttendanceClause,
    ChairClause,
    ChildClause,
    ManagerClause,
    QuorumClause,
    ReviewDayClause,
    SchoolHoursClause,
    SlotClause,
    VenueClause,
)
from solver.policy.model import (
    Deadline,
    MeetingRule,
    Policy,
    Reading,
    ReviewRule,
    WindowRule,
    WorkingDayChanges,
)
from solver.policy.task_clauses import EscalationClause, TaskClause
from solver.policy.walk import clauses

Status = Literal["enforced", "scored", "derived task", "reported", "out of scope"]
STATUSES: Final[tuple[Status, ...]] = ("enforced", "scored", "derived task", "reported", "out of scope")
"""The strongest first: an item that several clauses answer has that of the strongest."""
OF_READING: Final[dict[str, Status]] = {
    "enforced": "enforced",
    "scored": "scored",
    "derived_task": "derived task",
    "reported": "reported",
    "out_of_scope": "out of scope",
}
TESTS: Final = "tests/solver/policies"
"""Where the tests by item are; each has the item's id as its parameter."""


@dataclass(frozen=True)
class Served:
    """How one clause answers the items it comes from.

    Attributes
    ----------
    by : tuple of str
        Rules of ``solver/RULES.md`` by id, ``score:<weight>``, ``task:<kind>``, ``notice:<kind>``, ``kpi:<figure>``,
        ``calendar.<field>``, or a file that `convene plan` writes.
    test : str
        File and function; empty where the clause does nothing.
    """

    status: Status
    by: tuple[str, ...]
    test: str = ""


@dataclass
class Item:
    """One item of a source.

    Attributes
    ----------
    id, policy : str
    item : str
        Where in the document it is, in a few words.
    status : str
    by, tests : list of str
    reason : str
        Why it is out of scope; else empty.
    """

    id: str
    policy: str
    item: str
    status: Status = "out of scope"
    by: list[str] = field(default_factory=list)
    tests: list[str] = field(default_factory=list)
    reason: str = ""


def coverage(policies: Iterable[Policy]) -> list[Item]:
    """List every item of the policies' own documents with what becomes of it.

    Parameters
    ----------
    policies : iterable of Policy
        Complete with their layers, whose own items are left out.

    Returns
    -------
    list of Item
        By policy, in the order in which it explains its ids.
    """
    return [item for policy in policies for item in _of_policy(policy)]


def _of_policy(policy: Policy) -> Iterator[Item]:
    items = {
        name: Item(name, policy.id, reference.item)
        for name, reference in policy.references.items()
        if reference.document == policy.source
    }
    for path, clause in clauses(policy):
        for served in served_by(clause, str(path[-1])):
            for source in clause.sources:
                if source in items:
                    _add(items[source], served)
        if isinstance(clause, Reading) and clause.status == "out_of_scope":
            for source in clause.sources:
                if source in items:
                    items[source].reason = clause.text
    yield from items.values()


def _add(item: Item, served: Served) -> None:
    item.status = min(item.status, served.status, key=STATUSES.index)
    item.by += [name for name in served.by if name not in item.by]
    test = served.test and f"{TESTS}/{served.test}[{item.id}]"
    if test and test not in item.tests:
        item.tests.append(test)


def served_by(clause: Clause, name: str) -> Iterator[Served]:
    """Say how a clause is kept.

    Parameters
    ----------
    clause : Clause
    name : str
        Of the field that holds it, which tells apart clauses that have nothing but their sources.

    Raises
    ------
    TypeError
        A sort of clause that nothing here knows of.
    """
    match clause:
        case WindowRule():
            yield Served(
                "enforced",
                ("series.window", "series.complete"),
                "test_ledger_windows.py::test_met_on_its_last_day_and_broken_the_day_after",
            )
        case MeetingRule():
            yield Served("enforced", ("series.complete",), "test_ledger_rules.py::test_kept_and_broken")
        case AttendanceClause(level="essential"):
            yield Served("enforced", ("attend.essential",), _ATTENDANCE)
        case AttendanceClause(level="invited"):
            yield Served("scored", ("attend.place", "score:absent_invited"), _ATTENDANCE)
        case ChildClause():
            yield Served("enforced", ("attend.place",), _ATTENDANCE)
        case AttendanceClause() | ManagerClause() | SlotClause():
            yield Served("enforced", ("attend.place", "attend.deputy", "attend.report"), _ATTENDANCE)
        case QuorumClause():
            yield Served("enforced", ("quorum",), _ATTENDANCE)
        case ChairClause():
            yield Served("enforced", ("roles",), "test_ledger_chairing.py::test_kept_and_broken")
        case VenueClause():
            names = [("venue.kind", clause.kinds), ("venue.features", clause.features)]
            asked = tuple(rule for rule, what in names if what)
            yield Served("enforced", (*asked, "venue.private"), _RULES)
        case SchoolHoursClause(wherever_possible=True):
            yield Served("scored", ("score:school_hours",), _RULES)
        case SchoolHoursClause():
            yield Served("enforced", ("school.hours",), _RULES)
        case WorkingDayChanges():
            yield Served("enforced", ("day.open", "series.window"), _RULES)
        case TaskClause():
            yield Served("derived task", (f"task:{clause.kind}",), "test_ledger_tasks.py::test_due_and_owned")
        case EscalationClause():
            yield Served(
                "derived task",
                (f"task:{clause.kind}".replace("_", "-"),),
                "test_ledger_tasks.py::test_due_and_owned",
            )
        case ReviewRule():
            yield Served("reported", ("notice:review_late", "notice:review_missing"), _READINGS)
        case Deadline():
            yield Served("reported", ("notice:deadline_missed",), _READINGS)
        case Reading(status="out_of_scope"):
            yield Served("out of scope", ())
        case Reading():
            yield Served(OF_READING[clause.status], clause.by, _READINGS)
        case ReviewDayClause():
            yield Served("enforced", ("series.review_day",), _RULES)
        case _:
            raise TypeError(f"{name}: nothing says how a {type(clause).__name__} is kept")


_ATTENDANCE: Final = "test_ledger_attendance.py::test_kept_and_broken"
_RULES: Final = "test_ledger_rules.py::test_kept_and_broken"
_READINGS: Final = "test_ledger_readings.py::test_answered"
