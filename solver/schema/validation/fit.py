"""A meeting longer than anybody's day: it could never be held, wherever it is put.

A plan with no possible venue at all, or a person with no hours at all, is no fault of the caseload: its
meetings are planned, and what can't be held is reported as a breach with its reason.
"""

from __future__ import annotations

from collections.abc import Iterable

from solver.policy.model import MeetingRule
from solver.policy.windows import level_of
from solver.schema.base import DAY_MINUTES, FAMILY_ROLES, HOME_KINDS, Hours
from solver.schema.caseload import Participant, Person, Plan, Venue
from solver.schema.faults import Path
from solver.schema.validation.case import Case

_WEEK = ("mon", "tue", "wed", "thu", "fri")
_OFFICE = (9 * 60, 17 * 60)
"""Hours of a professional who gives none."""
SITTINGS_APART = 30
"""Least minutes between the two sittings of a split meeting (RULES section 4, ``split``)."""


def check_fit(case: Case) -> None:
    """Compare each plan's meetings with the team's day, its possible venues, and its essential people."""
    day = _team_day(case)
    venues = _Venues(case.caseload.venues)
    for place, plan in case.open_plans():
        rule = case.rule(plan)
        whole = _duration(plan, case.caseload.grid_minutes)
        path: Path = ("plans", place, "minutes")
        depends: list[Path] = [("grid_minutes",), ("plans", place, "split"), ("plans", place, "type")]
        takes = f"A meeting of this plan takes {whole} minutes"
        longest = venues.longest(plan, rule)
        if day is not None and whole > day:
            problem = f"{takes}, and the team's day has {day}."
            remedy = "Make it shorter, or see to the hours of the professionals."
            case.report(path, problem, remedy, depends=[*depends, *_all(case, "people", "hours", "role")])
        elif 0 < longest < whole:
            problem = f"{takes}, and no venue it can use is open for more than {longest} at a stretch."
            remedy = "Make it shorter, or see to the hours and the choice of venues."
            depends += [("plans", place, "venue"), *_all(case, "venues", "hours", "kind", "features")]
            case.report(path, problem, remedy, depends=depends)
        for at, part in enumerate(plan.participants):
            _fit_person(case, ("plans", place, "participants", at), plan, part, rule, whole)


def _fit_person(
    case: Case, path: Path, plan: Plan, part: Participant, rule: MeetingRule | None, whole: int
) -> None:
    person = case.people.get(part.person)
    if person is None or (part.level or level_of(rule, person.role)) != "essential":
        return
    takes = plan.minutes if part.sitting is not None else whole
    longest = _longest_of_person(person)
    if 0 < longest < takes:
        problem = (
            f"A meeting takes {takes} minutes, and this essential person has at most {longest} at a stretch."
        )
        remedy = "Make it shorter, see to the person's hours, or give the person another level."
        hours: Path = (*case.role_of(person.id)[:-1], "hours")
        plan_parts = [(*path[:2], "minutes"), (*path, "level"), (*path, "sitting"), (*path[:2], "type")]
        case.report((*path, "person"), problem, remedy, depends=[hours, case.role_of(person.id), *plan_parts])


def _all(case: Case, collection: str, *fields: str) -> list[Path]:
    places = range(len(getattr(case.caseload, collection)))
    return [(collection, place, field) for place in places for field in fields]


def _duration(plan: Plan, grid: int) -> int:
    if plan.split is None:
        return plan.minutes
    return 2 * plan.minutes + -(-SITTINGS_APART // grid) * grid


class _Venues:
    """The venues with their longest stretches, each worked out once: an authority has a thousand of them."""

    def __init__(self, venues: Iterable[Venue]) -> None:
        self._all = [(venue, _longest(venue.hours)) for venue in venues]
        self._by_id: dict[str, list[tuple[Venue, int]]] = {}
        for venue, longest in self._all:
            self._by_id.setdefault(venue.id, []).append((venue, longest))

    def longest(self, plan: Plan, rule: MeetingRule | None) -> int:
        """Return the longest stretch of any venue that the plan can use; 0 if there is none."""
        only = dict.fromkeys(plan.venue.only)
        candidates = [one for name in only for one in self._by_id.get(name, ())] if only else self._all
        return max((longest for venue, longest in candidates if _usable(venue, plan, rule)), default=0)


def _usable(venue: Venue, plan: Plan, rule: MeetingRule | None) -> bool:
    """Whether the plan's wishes and the policy allow the venue at all (RULES section 4, ``venue.*``)."""
    wishes = plan.venue
    clause = rule.venue if rule is not None else None
    kinds = [allowed for allowed in (wishes.kinds, clause.kinds if clause else ()) if allowed]
    needs = {*wishes.needs, *(clause.features if clause else ())}
    named = venue.id in (*wishes.only, *wishes.prefer)
    return (
        all(venue.kind in allowed for allowed in kinds)
        and needs <= set(venue.features)
        and (not wishes.only or venue.id in wishes.only)
        and venue.id not in wishes.never
        and (named or not (venue.confidential or venue.kind in HOME_KINDS))
    )


def _longest_of_person(person: Person) -> int:
    if person.hours is None and person.role not in FAMILY_ROLES:
        return _OFFICE[1] - _OFFICE[0]
    return _longest(person.hours)


def _longest(hours: Hours | None) -> int:
    """Return the longest stretch of a weekday without a gap, in minutes."""
    if hours is None:
        return DAY_MINUTES
    longest = 0
    for weekday, spans in hours.items():
        if weekday not in _WEEK:
            continue
        begun, until = 0, -1
        for start, end in sorted(spans):
            if start > until:
                begun = start
            until = max(until, end)
            longest = max(longest, until - begun)
    return longest


def _team_day(case: Case) -> int | None:
    """Return the minutes from the earliest start to the latest end of any professional's hours."""
    spans = [
        span
        for person in case.caseload.people
        if person.role not in FAMILY_ROLES
        for span in ([_OFFICE] if person.hours is None else [s for day in person.hours.values() for s in day])
    ]
    return max(end for _, end in spans) - min(start for start, _ in spans) if spans else None
