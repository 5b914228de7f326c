"""Split meetings: two sittings with somebody in each, and two parents never in one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from solver.schema.base import SittingId
from solver.schema.caseload import Participant, Plan
from solver.schema.faults import Path
from solver.schema.validation.case import Case


def check_sittings(case: Case) -> None:
    """Plans held jointly are split together, if one of them is (RULES section 2)."""
    still_open = {place for place, _ in case.open_plans()}
    for together in case.series.values():
        places = [place for place in together if place in still_open]
        split = [place for place in places if case.caseload.plans[place].split is not None]
        if split:
            parents = list(_parents(case, places))
            _each_parent(case, parents)
            _apart(case, parents)
            _both(case, places, split[0])
        else:
            _none(case, places)


def _none(case: Case, places: list[int]) -> None:
    for place in places:
        plan = case.caseload.plans[place]
        for path, sitting in _sittings(plan, ("plans", place)):
            if sitting is not None:
                problem = "This is a sitting of a split meeting, and the meetings are not split."
                remedy = 'Remove the sitting, or give the plan "split": {"reason": …}.'
                depends: list[Path] = [("plans", one, field) for one in places for field in ("split", "type")]
                case.report(path, problem, remedy, depends=depends)


def _sittings(plan: Plan, path: Path) -> Iterator[tuple[Path, SittingId | None]]:
    for at, child in enumerate(plan.children):
        yield (*path, "children", at, "sitting"), child.sitting
    for at, part in enumerate(plan.participants):
        yield (*path, "participants", at, "sitting"), part.sitting


def _parents(case: Case, places: list[int]) -> Iterator[tuple[Path, Participant]]:
    for place in places:
        for at, part in enumerate(case.caseload.plans[place].participants):
            person = case.people.get(part.person)
            if person is not None and person.role == "parent":
                yield ("plans", place, "participants", at), part


def _each_parent(case: Case, parents: list[tuple[Path, Participant]]) -> None:
    first: dict[str, tuple[Path, Participant]] = {}
    for path, part in parents:
        other_path, other = first.setdefault(part.person, (path, part))
        if part.sitting is None:
            problem = "The meetings are split, and this parent has no sitting."
            case.report((*path, "sitting"), problem, 'Give "sitting": "A" or "B".')
        elif other.sitting not in (part.sitting, None):
            problem = (
                f"This parent has another sitting in {case.name(other_path)}, whose meetings are the same."
            )
            case.report((*path, "sitting"), problem, "Give the same sitting in both plans.")


def _apart(case: Case, parents: list[tuple[Path, Participant]]) -> None:
    for number, (path, part) in enumerate(parents):
        for other_path, other in parents[:number]:
            if part.person == other.person or part.sitting is None or part.sitting != other.sitting:
                continue
            if _since(part) <= _until(other) and _since(other) <= _until(part):
                problem = f"Another parent, {case.name(other_path)}, has the same sitting."
                times = [(*one, field) for one in (path, other_path) for field in ("from", "until", "person")]
                depends = [
                    *times,
                    (*path, "sitting"),
                    (*other_path, "sitting"),
                    case.role_of(part.person),
                    case.role_of(other.person),
                ]
                case.report(
                    (*path, "sitting"), problem, "Give the two parents different sittings.", depends=depends
                )
                break


def _both(case: Case, places: list[int], split: int) -> None:
    plans = [case.caseload.plans[place] for place in places]
    taken = {sitting for plan in plans for _, sitting in _sittings(plan, ())}
    for sitting in ("A", "B"):
        if sitting not in taken:
            problem = f"Nobody has sitting {sitting}."
            remedy = f'Give somebody "sitting": "{sitting}", or remove the split.'
            depends: list[Path] = [
                ("plans", one, name) for one in places for name in ("participants", "children")
            ]
            case.report(("plans", split, "split"), problem, remedy, depends=depends)


def _since(part: Participant) -> date:
    return part.from_ or date.min


def _until(part: Participant) -> date:
    return part.until or date.max
