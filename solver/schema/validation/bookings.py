"""Booked meetings: of known plans held jointly, within the horizon, and one pinned a day.

That a pinned meeting breaks a rule (it is in a holiday, or somebody is busy) is no fault: it stands, and is
reported.
"""

from __future__ import annotations

from datetime import date

from solver.schema.base import REVIEW_KINDS
from solver.schema.caseload import BookedMeeting, Plan
from solver.schema.faults import Path
from solver.schema.validation.case import Case

_BUSY_INSTEAD = "Leave it out; to keep the time free, add it to the `busy` of the people and the venue."


def check_booked_times(case: Case) -> None:
    """Within the horizon, on one day, and ending after its start."""
    horizon = case.caseload.horizon
    for place, meeting in enumerate(case.caseload.booked):
        path: Path = ("booked", place, "start")
        day = meeting.start.date()
        if day < horizon.start:
            problem = f"This meeting is before the horizon, which starts on {horizon.start}."
            remedy = 'Leave it out; if it was held, it is the "last_meeting" of its plans.'
            case.report(path, problem, remedy, depends=[("horizon",)])
        elif day > horizon.end:
            problem = f"This meeting is after the horizon, which ends on {horizon.end}."
            case.report(
                path, problem, "Leave it out, or give a later end of the horizon.", depends=[("horizon",)]
            )
        if meeting.end is not None and meeting.end <= meeting.start:
            problem = f'"end" is not after "start", {meeting.start:%Y-%m-%dT%H:%M}.'
            case.report(("booked", place, "end"), problem, "Correct one of the two.", depends=[path])
        elif meeting.end is not None and meeting.end.date() != day:
            problem = "This meeting ends on another day than it starts."
            case.report(("booked", place, "end"), problem, "Correct the end.", depends=[path])


def check_booked_plans(case: Case) -> None:
    """The plans of a booked meeting have one series, which is the one it says."""
    pinned: dict[tuple[tuple[str, str], date], int] = {}
    series_of = {place: key for key, places in case.series.items() for place in places}
    for place, meeting in enumerate(case.caseload.booked):
        path: Path = ("booked", place)
        _named_once(case, path, meeting)
        plans = [case.plans[name] for name in meeting.plans if name in case.plans]
        if not plans or not _has_series(case, path, plans):
            continue
        series = series_of[plans[0]]
        for name in meeting.plans:
            if name in case.plans and series_of[case.plans[name]] != series:
                problem = f'This plan\'s meetings are not held together with those of "{meeting.plans[0]}".'
                remedy = "Book one meeting for each sibling group and kind."
                at = meeting.plans.index(name)
                depends = [
                    ("plans", one, field) for one in plans for field in ("sibling_group", "type", "id")
                ]
                case.report((*path, "plans", at), problem, remedy, depends=depends)
        _right_series(case, path, meeting, plans[0])
        first = pinned.setdefault((series, meeting.start.date()), place) if meeting.pinned else place
        if first != place:
            problem = (
                f"Another pinned meeting of the same series is on this day: {case.name(('booked', first))}."
            )
            depends = [("booked", first, "start"), ("booked", first, "plans")]
            case.report((*path, "start"), problem, "Unpin or move one of the two.", depends=depends)


def _named_once(case: Case, path: Path, meeting: BookedMeeting) -> None:
    attendees = tuple(attendee.person for attendee in meeting.attendees)
    for field, names in (("plans", meeting.plans), ("attendees", attendees)):
        for at, name in enumerate(names):
            if name in names[:at]:
                step: Path = (at,) if field == "plans" else (at, "person")
                case.report((*path, field, *step), "This is named twice.", "Keep one of the two.")


def _has_series(case: Case, path: Path, plans: list[int]) -> bool:
    """Whether some plan of the meeting has meetings at all under the policy."""
    found = [case.caseload.plans[place] for place in plans]
    if case.policy is None:
        return True
    depends: list[Path] = [
        ("plans", one, name) for one in plans for name in ("type", "ends", "every_at_most")
    ]
    if all(_ended(case, plan) for plan in found):
        problem = "The plans of this meeting ended before the horizon."
        remedy = f"{_BUSY_INSTEAD} Or correct `ends`."
        case.report((*path, "plans"), problem, remedy, depends=[*depends, ("horizon",)])
        return False
    if case.rule(found[0]) is None:
        problem = f'The policy "{case.policy.id}" has no meetings for {found[0].type} plans.'
        remedy = f"{_BUSY_INSTEAD} Or give the plan `every_at_most`."
        case.report((*path, "plans"), problem, remedy, depends=depends)
        return False
    return True


def _right_series(case: Case, path: Path, meeting: BookedMeeting, place: int) -> None:
    plan = case.caseload.plans[place]
    rule = case.rule(plan)
    if rule is None:
        return
    depends: list[Path] = [("plans", place, "type"), ("authority",)]
    kinds = [rule.kind]
    if plan.schedule_review and plan.type in REVIEW_KINDS:
        kinds.append(REVIEW_KINDS[plan.type])
    if meeting.kind is not None and meeting.kind not in kinds:
        problem = f"The meetings of {plan.type} plans are of another kind."
        case.report((*path, "kind"), problem, f'Write "{rule.kind}", or leave it out.', depends=depends)
    names = {f"{name}.{kind}" for kind in kinds for name in (*meeting.plans, plan.sibling_group) if name}
    depends.append(("plans", place, "sibling_group"))
    if meeting.series is not None and meeting.series not in names:
        problem = "This is not the series of the meeting's plans."
        remedy = f'Write "{plan.sibling_group or plan.id}.{rule.kind}", or leave it out.'
        case.report((*path, "series"), problem, remedy, depends=[*depends, (*path, "plans")])


def _ended(case: Case, plan: Plan) -> bool:
    return plan.ends is not None and plan.ends < case.caseload.horizon.start
