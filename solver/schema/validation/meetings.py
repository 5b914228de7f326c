"""What a plan says of its meetings: how long, how often, counted from when, and who comes."""

from __future__ import annotations

from calendars.intervals import parse_interval
from solver.policy.clause import OTHER_EVENT
from solver.policy.model import Policy
from solver.policy.windows import event_date, first_window
from solver.schema.caseload import Plan
from solver.schema.faults import Path, listed, nearest
from solver.schema.validation.case import Case


def check_minutes(case: Case) -> None:
    """A meeting begins and ends on the grid."""
    grid = case.caseload.grid_minutes
    for place, plan in enumerate(case.caseload.plans):
        if plan.minutes % grid:
            problem = f"This is not a multiple of the grid of {grid} minutes."
            near = plan.minutes // grid * grid
            remedy = f"Give {near} or {near + grid}." if near else f"Give {grid}."
            case.report(("plans", place, "minutes"), problem, remedy, depends=[("grid_minutes",)])
        if plan.review_minutes is not None and plan.review_minutes % grid:
            problem = f"This is not a multiple of the grid of {grid} minutes."
            remedy = f"Give {(plan.review_minutes // grid + 1) * grid}."
            case.report(("plans", place, "review_minutes"), problem, remedy, depends=[("grid_minutes",)])


def check_intervals(case: Case) -> None:
    """A plan's own interval, and a team's, is in the words that policies use."""
    team: Path = ("team", "every_at_most")
    own: list[tuple[Path, str | None]] = [
        *(((*team, kind), interval) for kind, interval in case.caseload.team.every_at_most.items()),
        *(
            (("plans", at, "every_at_most"), plan.every_at_most)
            for at, plan in enumerate(case.caseload.plans)
        ),
    ]
    for path, interval in own:
        if interval is None:
            continue
        try:
            parse_interval(interval)
        except ValueError:
            problem = "This is not an interval that can be counted."
            remedy = (
                'Write a number and a unit, such as "21 days", "10 working days", "6 weeks" or "3 months".'
            )
            case.report(path, problem, remedy)


def check_anchors(case: Case) -> None:
    """There is a date from which the next meeting is counted, and it goes with the number of those held."""
    for place, plan in case.open_plans():
        rule = case.rule(plan)
        path: Path = ("plans", place)
        depends: list[Path] = [(*path, name) for name in ("type", "ends", "every_at_most")]
        if rule is None or _held_amiss(case, path, plan):
            continue
        if plan.events.last_meeting is None and first_window(plan, rule) is None:
            windows = [window for window in rule.windows if window.applies == "first"]
            anchors = list(dict.fromkeys(event for window in windows for event in window.anchor))
            problem = f"There is no date from which the next {_lower(rule.name)} could be counted."
            remedy = (
                f'Give the date of the last one held, "last_meeting"; before the first, {listed(anchors)}.'
            )
            case.report((*path, "events"), problem, remedy, depends=[*depends, ("horizon",)])


def check_reviews(case: Case) -> None:
    """A review that is to be planned has a rule, and a date from which it is counted."""
    if case.policy is None:
        return
    for place, plan in case.open_plans():
        path: Path = ("plans", place, "schedule_review")
        depends: list[Path] = [("plans", place, name) for name in ("type", "ends", "events")]
        if not plan.schedule_review or any(day >= case.caseload.horizon.start for day in plan.events.reviews):
            continue
        rule = next((rule for rule in case.policy.reviews if rule.plan_type == plan.type), None)
        if rule is None:
            problem = f"{case.policy.name} says nothing of reviews of such a plan, so there is none to plan."
            case.report(path, problem, "Leave it out.", depends=[*depends, ("authority",)])
        elif plan.events.last_review is None and event_date(plan, rule.anchor) is None:
            problem = f"There is no date from which the next {_lower(rule.name)} could be counted."
            remedy = f'Give the date of the last one, "last_review"; before the first, "{rule.anchor}".'
            case.report(path, problem, remedy, depends=[*depends, ("horizon",)])


def check_own_events(case: Case) -> None:
    """An event of the authority's own is not a slip of one that its policy counts from.

    Others may be given all the same: the case system knows of more than the policy asks for.
    """
    wanted = _own_events(case.policy)
    for place, plan in enumerate(case.caseload.plans):
        for name in plan.events.other:
            best = None if name in wanted else nearest(name, wanted)
            if best is not None and best not in plan.events.other:
                problem = "The policy counts from no event of this name."
                remedy = f'Did you mean "{best}"? It counts from {listed(sorted(wanted))}.'
                path: Path = ("plans", place, "events", "other", name)
                case.report(path, problem, remedy, depends=[("authority",)])


def _own_events(policy: Policy | None) -> set[str]:
    """Return the names of the events of its own that a policy speaks of."""
    if policy is None:
        return set()
    events = [event for rule in policy.meetings for window in rule.windows for event in window.anchor]
    events += [rule.anchor for rule in policy.reviews]
    events += [event for one in policy.deadlines for event in (one.anchor, one.event) if event is not None]
    return {event.removeprefix(OTHER_EVENT) for event in events if event.startswith(OTHER_EVENT)}


def check_participants(case: Case) -> None:
    """Nobody is named twice in a plan, as a participant or as its child."""
    for place, plan in enumerate(case.caseload.plans):
        children = {child.id for child in plan.children if child.attends != "no"}
        seen: set[str] = set()
        for at, part in enumerate(plan.participants):
            path: Path = ("plans", place, "participants", at, "person")
            if part.person in seen:
                remedy = "Keep one entry; the stronger level and the longer time hold."
                case.report(path, "This person is in the plan twice.", remedy)
            elif part.person in children and part.person in case.people:
                remedy = "Remove the participant: the child's own `attends` brings the child."
                case.report(path, "This is the plan's child, who comes already.", remedy)
            seen.add(part.person)


def _held_amiss(case: Case, path: Path, plan: Plan) -> bool:
    held, last = plan.events.held, plan.events.last_meeting
    if held and last is None:
        problem = "Meetings have been held, but the date of the last is missing."
        remedy = 'Give it as "last_meeting": the next one is counted from it.'
    elif held == 0 and last is not None:
        problem = f'No meeting has been held, and yet "last_meeting" is {last}.'
        remedy = 'Leave "held" out, or correct one of the two.'
    else:
        return False
    case.report((*path, "events", "held"), problem, remedy, depends=[(*path, "events", "last_meeting")])
    return True


def _lower(name: str) -> str:
    """A rule's name within a sentence; one that begins with an abbreviation stays as it is."""
    return name if name[:2].isupper() else name[:1].lower() + name[1:]
