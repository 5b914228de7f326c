"""What has happened: meetings that were held, and concerns that were raised and perhaps settled."""

from __future__ import annotations

from datetime import date

from solver.schema.faults import Path
from solver.schema.validation.case import Case


def check_held(case: Case) -> None:
    """Before the end of the horizon, ending on the day it began; invites before it, minutes after it."""
    end = case.caseload.horizon.end
    for place, meeting in enumerate(case.caseload.held):
        path: Path = ("held", place)
        start: Path = (*path, "start")
        day = meeting.start.date()
        if day > end:
            _ahead(case, start, end)
        if meeting.end is not None and (meeting.end <= meeting.start or meeting.end.date() != day):
            problem = f"This is not later on the day of the start, {meeting.start:%Y-%m-%dT%H:%M}."
            case.report((*path, "end"), problem, "Correct one of the two.", depends=[start])
        if meeting.invited is not None and meeting.invited > day:
            problem = f"The invites went out after the meeting, which was on {day}."
            case.report((*path, "invited"), problem, "Correct one of the two.", depends=[start])
        if meeting.minutes_sent is not None and meeting.minutes_sent < day:
            problem = f"The minutes were sent before the meeting, which was on {day}."
            case.report((*path, "minutes_sent"), problem, "Correct one of the two.", depends=[start])
        for field, names in (("plans", meeting.plans), ("attended", meeting.attended)):
            for at, name in enumerate(names):
                if name in names[:at]:
                    case.report((*path, field, at), "This is named twice.", "Keep one of the two.")


def check_concerns(case: Case) -> None:
    """Each with an id of its own within the plan, raised by the end of the horizon, and settled after that."""
    end = case.caseload.horizon.end
    for place, plan in enumerate(case.caseload.plans):
        ids = [concern.id for concern in plan.concerns]
        for at, concern in enumerate(plan.concerns):
            path: Path = ("plans", place, "concerns", at)
            raised: Path = (*path, "raised")
            if concern.id in ids[:at]:
                case.report(
                    (*path, "id"), "This is also the id of another concern of the plan.", "Give it another."
                )
            if concern.raised > end:
                _ahead(case, raised, end)
            for field, day in (("settle_by", concern.settle_by), ("settled", concern.settled)):
                if day is not None and day < concern.raised:
                    problem = f"This is before the concern was raised, on {concern.raised}."
                    case.report((*path, field), problem, "Correct one of the two dates.", depends=[raised])


def _ahead(case: Case, path: Path, end: date) -> None:
    problem = f"This lies ahead: it is after the horizon's end, {end}."
    case.report(path, problem, "Correct the date; leave out what hasn't happened.", depends=[("horizon",)])
