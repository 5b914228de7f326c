"""Schools have terms, and a child of school age who comes to meetings has a school."""

from __future__ import annotations

from datetime import date

from solver.schema.caseload import DaySpan, School
from solver.schema.faults import Path
from solver.schema.validation.case import Case

SCHOOL_AGE = range(5, 17)
"""Ages at which a child is on a school's roll, counted by birthdays for simplicity. In law school age begins
with the term after the fifth birthday and ends in June of the school year of the sixteenth, so a few children
at either end are asked without need for a school, or for the word that they are educated elsewhere."""


def check_terms(case: Case) -> None:
    """A school's terms tell when its pupils can't come.

    A horizon that lies wholly in a holiday is fine where the terms on both sides of it are given.
    """
    for place, school in enumerate(case.caseload.schools):
        path: Path = ("schools", place)
        if not isinstance(school.day, DaySpan) and not school.day:
            case.report((*path, "day"), "The school has no day times.", 'Give {"start": …, "end": …}.')
        if not _terms_known(school, case.caseload.horizon.start, case.caseload.horizon.end):
            problem = "No term of this school is in the horizon."
            remedy = "Give the terms from the horizon's start to its end, as the school publishes them."
            case.report((*path, "terms"), problem, remedy, depends=[("horizon",)])


def check_school_age(case: Case) -> None:
    """A child of school age who attends has a school, whose hours are kept free, or is educated elsewhere."""
    start = case.caseload.horizon.start
    for place, plan in enumerate(case.caseload.plans):
        for at, child in enumerate(plan.children):
            age = _age(child.date_of_birth, start)
            if (
                child.attends == "yes"
                and child.school is None
                and not child.educated_elsewhere
                and age in SCHOOL_AGE
            ):
                path: Path = ("plans", place, "children", at)
                problem = "This child is of school age and comes to the meetings, but has no school."
                remedy = 'Give the school, or "educated_elsewhere": true.'
                others = [(*path, name) for name in ("date_of_birth", "attends", "educated_elsewhere")]
                case.report((*path, "school"), problem, remedy, depends=[*others, ("horizon",)])


def _terms_known(school: School, start: date, end: date) -> bool:
    if any(term.start <= end and term.end >= start for term in school.terms):
        return True
    return any(term.end < start for term in school.terms) and any(term.start > end for term in school.terms)


def _age(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
