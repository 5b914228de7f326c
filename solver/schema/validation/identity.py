"""Ids: each stands for one thing only."""

from __future__ import annotations

from collections.abc import Iterable

from solver.schema.caseload import Child
from solver.schema.faults import Path
from solver.schema.validation.case import COLLECTIONS, Case


def check_unique(case: Case) -> None:
    """No two people, schools, sites, venues, plans or booked meetings share an id."""
    for collection in (*COLLECTIONS, "booked"):
        items = enumerate(getattr(case.caseload, collection))
        _unique(case, (((collection, place, "id"), item.id) for place, item in items if item.id is not None))


def check_children(case: Case) -> None:
    """A child is one child: in one plan once, the same in each of its plans, and no adult's id.

    A child may have two plans (a child protection plan and a care plan, say): the id then says that it is one
    child, who can't be at two meetings at once.
    """
    known: dict[str, tuple[Path, Child]] = {}
    for at, plan in enumerate(case.caseload.plans):
        for place, child in enumerate(plan.children):
            path: Path = ("plans", at, "children", place)
            first, other = known.setdefault(child.id, (path, child))
            if first != path and first[1] == at:
                problem = "This child is in the plan twice."
                case.report(
                    (*path, "id"), problem, "Keep one entry, or correct the id.", depends=[(*first, "id")]
                )
            elif _who(child) != _who(other):
                problem = f"This is also the id of another child, {case.name(first)}."
                remedy = (
                    "Give each child an id of its own; for one child with two plans, give the same details."
                )
                details = [(*first, name) for name in ("id", "initials", "date_of_birth")]
                mine = [(*path, name) for name in ("initials", "date_of_birth")]
                case.report((*path, "id"), problem, remedy, depends=[*details, *mine])
            _no_adult(case, (*path, "id"), child)


def check_series_ids(case: Case) -> None:
    """The meetings of a sibling group are named by the group, those of a plan by the plan."""
    groups = {plan.sibling_group for plan in case.caseload.plans}
    for place, plan in enumerate(case.caseload.plans):
        if plan.id in groups and plan.sibling_group != plan.id:
            problem = "This is also the id of a sibling group that the plan is not in."
            case.report(("plans", place, "id"), problem, "Give the plan or the group another id.")


def _no_adult(case: Case, path: Path, child: Child) -> None:
    person = case.people.get(child.id)
    if person is not None and person.role != "child":
        role = case.role_of(person.id)
        problem = f"This is also the id of {case.name(role[:-1])}, a {person.role}."
        remedy = "Give the child another id; a child's own person record has the role child."
        case.report(path, problem, remedy, depends=[role, (*role[:-1], "id")])


def _who(child: Child) -> tuple[object, ...]:
    return child.initials, child.date_of_birth


def _unique(case: Case, ids: Iterable[tuple[Path, str]]) -> None:
    first: dict[str, Path] = {}
    for path, name in ids:
        other = first.setdefault(name, path)
        if other != path:
            problem = f"This is also the id of {case.name(other[:-1])}."
            case.report(path, problem, "Give each its own id, or remove one.", depends=[other])
