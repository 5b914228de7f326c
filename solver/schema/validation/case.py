"""The caseload under examination: what is looked up in it, and what was found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from calendars.intervals import parse_interval
from solver.policy.model import MeetingRule, Policy
from solver.policy.windows import rule_for
from solver.schema.caseload import Caseload, Person, Plan
from solver.schema.faults import Path, format_path, show
from solver.schema.findings import Finding, child_of

COLLECTIONS = ("people", "schools", "sites", "venues", "plans")


class Case:
    """A caseload, the policy it is under, and the findings so far.

    Parameters
    ----------
    caseload : Caseload
    policy : Policy or None
        ``None`` where it can't be loaded: what depends on it isn't checked.
    document : dict, optional
        The JSON data that the caseload was read from; by default, what it would be written as.
    touched : set of Path
        Places in the document that already have a fault. Nothing more is said about what is there, about what
        holds it, or about what depends on it.
    origin : callable
        From a path in the caseload to its path in the document.
    """

    def __init__(
        self,
        caseload: Caseload,
        policy: Policy | None,
        *,
        document: Mapping[str, Any] | None = None,
        touched: frozenset[Path] = frozenset(),
        origin: Callable[[Path], Path] = lambda path: path,
    ) -> None:
        self.caseload = caseload
        self.policy = policy
        self.findings: list[Finding] = []
        self._document = document
        self._touched = touched
        self._holders = {holder for path in touched for holder in _holders(path)}
        self._origin = origin
        self._found: set[Path] = set()

    @cached_property
    def document(self) -> Mapping[str, Any]:
        """The JSON data of the caseload."""
        if self._document is not None:
            return self._document
        return self.caseload.model_dump(mode="json", by_alias=True, exclude_unset=True)

    def report(self, path: Path, problem: str, remedy: str, *, depends: Iterable[Path] = ()) -> None:
        """Note a fault at `path`, unless it only follows from another one.

        Parameters
        ----------
        path : Path
            In the caseload.
        problem, remedy : str
        depends : iterable of Path
            Other places in the caseload that the fault would not be there without.
        """
        place = self._origin(path)
        if self._doubtful(place) or any(self._spoilt(self._origin(other)) for other in depends):
            return
        value: Any = self.document
        for step in place:
            value = child_of(value, step)
        self._found.update(_holders(place))
        self.findings.append(Finding(place, "" if value is None else show(value, place), problem, remedy))

    def name(self, path: Path) -> str:
        """Write the place in the document of a path in the caseload."""
        return format_path(self._origin(path))

    def _doubtful(self, place: Path) -> bool:
        return place in self._holders or any(place[:length] in self._touched for length in range(len(place)))

    def _spoilt(self, place: Path) -> bool:
        return self._doubtful(place) or place in self._found

    @cached_property
    def people(self) -> dict[str, Person]:
        """People by id; of two with one id, the first."""
        return {person.id: person for person in reversed(self.caseload.people)}

    def role_of(self, person: str) -> Path:
        """Return the path of a person's role; of nobody's, the people."""
        place = self._places.get(person)
        return ("people",) if place is None else ("people", place, "role")

    @cached_property
    def _places(self) -> dict[str, int]:
        """Positions of the people by id; of two with one id, the first."""
        return {person.id: place for place, person in reversed(list(enumerate(self.caseload.people)))}

    @cached_property
    def plans(self) -> dict[str, int]:
        """Positions of the plans by id."""
        return {plan.id: place for place, plan in reversed(list(enumerate(self.caseload.plans)))}

    @cached_property
    def children(self) -> frozenset[str]:
        """Ids of the plans' children."""
        return frozenset(child.id for plan in self.caseload.plans for child in plan.children)

    @cached_property
    def ids(self) -> dict[str, frozenset[str] | None]:
        """Ids that an item of each collection has, also those of items that can't be read.

        ``None`` where an item's id can't be told, so that any id may be its.
        """
        return {name: self._declared(name) for name in COLLECTIONS}

    def _declared(self, collection: str) -> frozenset[str] | None:
        if (collection,) in self._touched:
            return None
        known = {item.id for item in getattr(self.caseload, collection)}
        for item in self.document.get(collection) or ():
            name = child_of(item, "id")
            if name is None:
                return None
            known.add(str(name))
        return frozenset(known)

    def rule(self, plan: Plan) -> MeetingRule | None:
        """Return the meeting rule of a plan; ``None`` without a policy, or where nothing is required."""
        if self.policy is None:
            return None
        return rule_for(
            plan if has_interval(plan) else plan.model_copy(update={"every_at_most": None}), self.policy
        )

    @cached_property
    def series(self) -> dict[tuple[str, str], list[int]]:
        """Positions of the plans that are held jointly, by sibling group (or plan) and kind of meeting."""
        found: dict[tuple[str, str], list[int]] = {}
        for place, plan in enumerate(self.caseload.plans):
            rule = self.rule(plan)
            kind = plan.type if rule is None else rule.kind
            found.setdefault((plan.sibling_group or plan.id, kind), []).append(place)
        return found

    def open_plans(self) -> Iterator[tuple[int, Plan]]:
        """Give the plans that haven't ended when the horizon begins, with their positions."""
        for place, plan in enumerate(self.caseload.plans):
            if plan.ends is None or plan.ends >= self.caseload.horizon.start:
                yield place, plan


def _holders(path: Path) -> Iterator[Path]:
    """Give a path and those of all that holds what is there."""
    return (path[:length] for length in range(len(path) + 1))


def has_interval(plan: Plan) -> bool:
    """Whether the plan's own interval, if it has one, can be read."""
    if plan.every_at_most is None:
        return True
    try:
        parse_interval(plan.every_at_most)
    except ValueError:
        return False
    return True
