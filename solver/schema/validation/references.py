"""References: every id that is named is the id of something in the caseload."""

from __future__ import annotations

from collections.abc import Iterator

from solver.schema.caseload import Plan
from solver.schema.faults import Path, did_you_mean
from solver.schema.validation.case import Case

_NOUNS = {"people": "person", "schools": "school", "sites": "site", "venues": "venue", "plans": "plan"}
MOST_SUGGESTIONS = 100
"""Unknown ids that get one: where more are unknown it isn't a slip of the pen, and looking takes long."""
Reference = tuple[Path, str, str]
"""Where an id is named, the id, and the collection it should be in."""


def check_references(case: Case) -> None:
    """Unknown ids, with the nearest known one."""
    remedies: dict[tuple[str, str], str] = {}
    for path, name, collection in _references(case):
        known = case.ids[collection]
        if known is None or name in known or (collection == "people" and not case.caseload.people):
            continue
        noun = _NOUNS[collection]
        if collection == "people" and name in case.children:
            problem = "This is a child of a plan, who has no person record."
            remedy = (
                "A child takes part by its own `attends`; add a person of role child where its hours count."
            )
        else:
            problem = f"There is no {noun} with this id."
            remedy = remedies.get((collection, name)) or f"Correct the id, or add the {noun} to {collection}."
            if (collection, name) not in remedies and len(remedies) < MOST_SUGGESTIONS:
                remedy = remedies[collection, name] = did_you_mean(name, sorted(known), remedy)
        case.report(path, problem, remedy)


def check_deputies(case: Case) -> None:
    """Another person of the same agency, named once.

    Two people may be each other's deputies, and so may people in a ring: a deputy's own deputies are never
    asked, so nothing goes round.
    """
    for place, person in enumerate(case.caseload.people):
        if person.line_manager == person.id:
            problem = "Nobody is their own line manager."
            case.report(
                ("people", place, "line_manager"), problem, "Name who agrees to their reports, or nobody."
            )
        for at, name in enumerate(person.deputies):
            path: Path = ("people", place, "deputies", at)
            other = case.people.get(name)
            if name == person.id:
                case.report(
                    path, "Nobody is their own deputy.", "Name a colleague of the same agency, or nobody."
                )
            elif name in person.deputies[:at]:
                case.report(path, "This deputy is named twice.", "Name each deputy once.")
            elif (
                other is not None
                and None not in (person.agency, other.agency)
                and person.agency != other.agency
            ):
                problem = f'A deputy is of the same agency; this one is of "{other.agency}".'
                remedy = "Name a colleague of the same agency, or correct the agency."
                agencies = [(*case.role_of(one)[:-1], "agency") for one in (person.id, name)]
                case.report(path, problem, remedy, depends=agencies)


def _references(case: Case) -> Iterator[Reference]:
    caseload = case.caseload
    for place, person in enumerate(caseload.people):
        if person.site is not None:
            yield ("people", place, "site"), person.site, "sites"
        for at, deputy in enumerate(person.deputies):
            yield ("people", place, "deputies", at), deputy, "people"
        if person.line_manager is not None:
            yield ("people", place, "line_manager"), person.line_manager, "people"
    for place, school in enumerate(caseload.schools):
        if school.site is not None:
            yield ("schools", place, "site"), school.site, "sites"
    for place, venue in enumerate(caseload.venues):
        if venue.site is not None:
            yield ("venues", place, "site"), venue.site, "sites"
    for place, plan in enumerate(caseload.plans):
        yield from _of_plan(plan, ("plans", place))
    for site, others in caseload.travel.items():
        yield ("travel", site), site, "sites"
        for other in others:
            yield ("travel", site, other), other, "sites"
    yield from _of_booked(case)
    yield from _of_held(case)


def _of_plan(plan: Plan, path: Path) -> Iterator[Reference]:
    for at, child in enumerate(plan.children):
        if child.school is not None:
            yield (*path, "children", at, "school"), child.school, "schools"
    for at, participant in enumerate(plan.participants):
        yield (*path, "participants", at, "person"), participant.person, "people"
    for wish in ("only", "never", "prefer"):
        for at, venue in enumerate(getattr(plan.venue, wish)):
            yield (*path, "venue", wish, at), venue, "venues"
    if plan.handover is not None:
        yield (*path, "handover", "person"), plan.handover.person, "people"


def _of_booked(case: Case) -> Iterator[Reference]:
    for place, meeting in enumerate(case.caseload.booked):
        path: Path = ("booked", place)
        for at, plan in enumerate(meeting.plans):
            yield (*path, "plans", at), plan, "plans"
        yield (*path, "venue"), meeting.venue, "venues"
        for at, attendee in enumerate(meeting.attendees):
            if attendee.person not in case.children:
                yield (*path, "attendees", at, "person"), attendee.person, "people"
        for job in ("chair", "minutes"):
            person = getattr(meeting, job)
            if person is not None:
                yield (*path, job), person, "people"


def _of_held(case: Case) -> Iterator[Reference]:
    for place, meeting in enumerate(case.caseload.held):
        path: Path = ("held", place)
        for at, plan in enumerate(meeting.plans):
            yield (*path, "plans", at), plan, "plans"
        for at, person in enumerate(meeting.attended):
            if person not in case.children:
                yield (*path, "attended", at), person, "people"
