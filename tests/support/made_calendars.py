"""A made-up team of any size and a calendar for it that was placed by hand, not solved.

The meetings lie in their windows, but nobody's time is looked at: these serve tests of what is shown, not of what is
lawful. `made_calendar` plants one of everything a reader may meet: a late meeting, one not held, a report, a deputy,
a pinned and a provisional meeting, a split one, a confidential venue.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, Literal

from solver.derive.marks import mark_meetings
from solver.policy.model import Policy
from solver.policy.windows import working_calendar
from solver.schema.calendar import (
    Attendee,
    Breach,
    Calendar,
    CalendarException,
    CaseloadRef,
    Kpis,
    Meeting,
    Notice,
    PersonWorkload,
    PolicyRef,
    Reason,
    Remedy,
    Sitting,
    Window,
)
from solver.schema.caseload import Caseload
from solver.score import WEIGHTS
from solver.series import form_series, next_limits

Json = dict[str, Any]
HORIZON = (date(2026, 12, 7), date(2027, 6, 6))
TREES = ("Alder", "Birch", "Cedar", "Dogwood", "Elder", "Fir", "Gorse", "Hazel")


def made_policy() -> Policy:
    """A short policy for all three plan types."""
    return Policy.model_validate(
        {
            "id": "made-up",
            "name": "Made-up Borough",
            "version": "2026-09",
            "effective_from": "2026-09-01",
            "source": "Core group and child in need standards (made up)",
            "meetings": [
                {
                    "kind": kind,
                    "name": name,
                    "plan_types": [plan_type],
                    "sources": ["X1"],
                    "windows": [
                        {"applies": "first", "anchor": anchors, "maximum": [first], "sources": ["X2"]},
                        {"applies": "later", "maximum": [later], "sources": ["X3"]},
                    ],
                }
                for kind, name, plan_type, anchors, first, later in (
                    ("core_group", "Core group", "child_protection", ["initial_conference"], "10 working days", "28 days"),
                    ("cin_review", "Child in need review", "child_in_need", ["plan_start"], "20 working days", "6 weeks"),
                    ("care_team_meeting", "Care team meeting", "looked_after", ["plan_start"], "20 working days", "6 weeks"),
                )
            ],
            "reviews": [
                {
                    "plan_type": "child_protection",
                    "name": "Review conference",
                    "anchor": "initial_conference",
                    "first": ["3 months"],
                    "later": ["6 months"],
                    "sources": ["X4"],
                }
            ],
        }
    )  # fmt: skip


def made_team(plans: int, seed: int = 1) -> Caseload:
    """A caseload of so many plans over half a year, with workers, schools, rooms and a manager."""
    random = Random(seed)
    start, end = HORIZON
    workers = [f"sw-{number + 1}" for number in range(max(1, min(8, (plans + 17) // 18)))]
    people: list[Json] = [
        {
            "id": worker,
            "name": f"Testworker {TREES[number]}",
            "role": "social_worker",
            "site": "town-hall",
            "deputies": workers[:1],
        }
        for number, worker in enumerate(workers)
    ]
    people.append({"id": "tm-1", "name": "Testmanager Juniper", "role": "team_manager"})
    people += [
        {
            "id": f"hv-{number}",
            "name": f"Testvisitor {number}",
            "role": "health_visitor",
            "deputies": ["hv-1"],
        }
        for number in range(1, 7)
    ]
    people += [
        {
            "id": f"dsl-{number}",
            "name": f"Testteacher {number}",
            "role": "school",
            "agency": f"School {number}",
        }
        for number in range(1, 5)
    ]
    items: list[Json] = []
    group, left = "", 0
    for number in range(1, plans + 1):
        kind = random.choice(
            ["child_protection", "child_protection", "child_in_need", "child_in_need", "looked_after"]
        )
        if left == 0 and random.random() < 0.2:
            group, left = f"family-{number}", random.choice([2, 2, 3])
            group_kind, worker = kind, random.choice(workers)
        if left:
            kind, left = group_kind, left - 1
        else:
            group, worker = "", workers[number % len(workers)]
        people.append({"id": f"carer-{number}", "name": f"Person {number}", "role": "parent"})
        school = f"school-{number % 4 + 1}"
        begin = start - timedelta(days=random.randint(20, 200))
        last = start - timedelta(days=random.randint(3, 18))
        first = kind == "child_protection" and random.random() < 0.12 and not group
        events: Json = {"plan_start": begin, "initial_conference": begin}
        if first:
            events["initial_conference"] = start - timedelta(days=random.randint(3, 8))
        else:
            events |= {"last_meeting": last, "held": random.randint(1, 5)}
        items.append(
            {
                "id": f"plan-{number}",
                "type": kind,
                "sibling_group": group or None,
                "children": [
                    {
                        "id": f"child-{number}",
                        "initials": "Z.Z.",
                        "date_of_birth": "2014-05-04",
                        "school": school,
                        "attends": random.choice(["yes", "no", "if_possible"]),
                    }
                ],
                "events": events,
                "ends": start + timedelta(days=90) if random.random() < 0.05 else None,
                "complex": number % 9 == 0,
                "participants": [
                    {"person": worker, "level": "essential"},
                    {"person": f"carer-{number}", "level": "expected"},
                    {"person": f"hv-{number % 6 + 1}", "level": "expected"},
                    {"person": f"dsl-{number % 4 + 1}", "level": "expected"},
                ],
                "split": {"reason": "made up"} if number % 40 == 7 else None,
            }
        )  # fmt: skip
    return Caseload.model_validate(
        {
            "format": "convene/1",
            "id": f"made-team-{plans}",
            "nation": "ENG",
            "authority": "made-up",
            "team": {
                "id": "oak",
                "name": "Oak Team (made up)",
                "organiser": {"name": "Oak Team", "email": "oak@convene.example"},
            },
            "horizon": {"start": start, "end": end},
            "closures": ["2026-12-24", "2026-12-29", "2026-12-30", "2026-12-31"],
            "people": people,
            "schools": [
                {
                    "id": f"school-{number}",
                    "name": f"School {number} (made up)",
                    "site": "town-hall",
                    "day": {"start": "08:45", "end": "15:15"},
                    "terms": [
                        {"start": "2026-09-02", "end": f"2026-12-{16 + number}"},
                        {"start": "2027-01-04", "end": "2027-03-25"},
                        {"start": "2027-04-12", "end": "2027-07-21"},
                    ],
                    "closed": [
                        date(2027, 2, 15 if number < 4 else 8) + timedelta(days=i) for i in range(5)
                    ],
                }
                for number in range(1, 5)
            ],
            "sites": [{"id": "town-hall", "name": "Town Hall (made up)"}],
            "venues": [
                {"id": "room-1", "name": "Room 1", "kind": "office", "site": "town-hall", "address": "1 Hidden Street"},
                {"id": "room-2", "name": "Room 2", "kind": "office", "site": "town-hall", "capacity": 8},
                {"id": "refuge", "name": "Larch Refuge", "kind": "community", "confidential": True, "address": "2 Hidden Street"},
                {"id": "home-1", "name": "3 Hidden Street", "kind": "family_home"},
                {"id": "video", "name": "Video meeting", "kind": "virtual"},
            ],
            "plans": items,
        }
    )  # fmt: skip


def made_calendar(
    caseload: Caseload,
    policy: Policy,
    *,
    seed: int = 1,
    flaws: bool = True,
    status: Literal["optimal", "feasible", "infeasible", "stopped"] = "feasible",
) -> Calendar:
    """A calendar with every meeting the windows require; with `flaws`, one of everything that can go wrong."""
    random = Random(seed)
    cal = working_calendar(caseload, policy)
    meetings: list[Meeting] = []
    breaches: list[Breach] = []
    exceptions: list[CalendarException] = []
    for index, series in enumerate(form_series(caseload, policy)):
        previous: date | None = None
        number = series.held
        while (limits := next_limits(series, previous, cal)) is not None:
            number += 1
            held = cal.pull_back(
                cal.add_working_days(limits.due, -random.choice([0, 1, 2, 3, 3, 3, 4, 4, 5, 6, 8]))
            )
            held = max(held, limits.earliest, caseload.horizon.start)
            while not cal.is_open_day(held):
                held += timedelta(days=1)
            late = flaws and index == 4 and previous is None
            if late:
                held = cal.add_working_days(limits.due, 3)
            meeting_id = f"{series.id}.{number}"
            if flaws and index == 6 and not any(breach.meeting is None for breach in breaches):
                breaches.append(
                    Breach(
                        series=series.id,
                        meeting=None,
                        due=limits.due,
                        days=(series.last_day + timedelta(days=1) - limits.due).days,
                        proved=False,
                        reasons=(
                            Reason(
                                rule="series.complete",
                                sources=("X3",),
                                text="No room with step-free access is free between the due date and the plan's end.",
                            ),
                        ),
                    )
                )
                break
            start = datetime.combine(
                held, time(random.choice([9, 10, 11, 13, 14, 15, 16]), random.choice([0, 15, 30, 45]))
            )
            days_late = max(0, (held - limits.due).days)
            attendees = [
                Attendee(person=part.person, level=part.level or "invited", status="attending")
                for part in series.plans[0].participants
            ]
            if random.random() < 0.1:
                attendees[2] = Attendee(
                    person="hv-1", level="expected", status="deputy", for_=attendees[2].person
                )
            elif random.random() < 0.03:
                attendees[3] = attendees[3].model_copy(update={"status": "report"})
                exceptions.append(
                    CalendarException(
                        meeting=meeting_id,
                        person=attendees[3].person,
                        kind="report",
                        reason="Teaching all day; no deputy is free.",
                    )
                )
            sittings = ()
            end = start + timedelta(minutes=series.minutes)
            if series.split:
                second = end + timedelta(minutes=30)
                sittings = (
                    Sitting(id="A", start=start, end=end),
                    Sitting(id="B", start=second, end=second + timedelta(minutes=series.minutes)),
                )
                end = sittings[1].end
            meetings.append(
                Meeting(
                    id=meeting_id,
                    series=series.id,
                    kind=series.kind,
                    plans=tuple(plan.id for plan in series.plans_on(held)),
                    number=number,
                    start=start,
                    end=end,
                    venue="refuge"
                    if index == 1
                    else "home-1"
                    if index == 2
                    else random.choice(["room-1", "room-2", "video"]),
                    window=Window(earliest=limits.earliest, due=limits.due, target=limits.target),
                    slack_days=cal.working_days_between(held, limits.due),
                    attendees=tuple(attendees),
                    sittings=sittings,
                    chair=attendees[0].person,
                    minutes=attendees[2].person,
                    pinned=index == 3 and previous is None,
                    provisional=(held - caseload.horizon.start).days > 120,
                    breach_days=days_late,
                )
            )
            if days_late:
                breaches.append(
                    Breach(
                        series=series.id,
                        meeting=meeting_id,
                        due=limits.due,
                        days=days_late,
                        proved=True,
                        reasons=(
                            Reason(
                                rule="attend.essential",
                                sources=("X2",),
                                people=("sw-1",),
                                text="Testworker Alder is essential and on leave until after the due date; no deputy is named.",
                            ),
                        ),
                        remedies=(
                            Remedy(
                                kind="deputy",
                                text="Name a deputy for Testworker Alder: it can then be held on Thu 10 Dec 2026 at 10:00.",
                                people=("sw-1",),
                                start=datetime(2026, 12, 10, 10),
                                end=datetime(2026, 12, 10, 11),
                                venue="room-1",
                            ),
                        ),
                        tried=4,
                        untried=1,
                        looked_into=True,
                    )
                )
            previous = held
    meetings = sorted(mark_meetings(caseload, meetings), key=lambda meeting: (meeting.start, meeting.id))
    return assemble(caseload, policy, meetings, breaches, exceptions, status=status)


def assemble(
    caseload: Caseload,
    policy: Policy,
    meetings: list[Meeting],
    breaches: list[Breach],
    exceptions: list[CalendarException],
    *,
    status: Literal["optimal", "feasible", "infeasible", "stopped"] = "feasible",
) -> Calendar:
    """A calendar around these meetings, with figures that are plausible and no proof."""
    objective = {
        "breach": 10_000 * sum(breach.days for breach in breaches),
        "attendance": 240 * sum(a.status == "deputy" for m in meetings for a in m.attendees)
        + 900 * len(exceptions),
        "family": 30 * len(meetings) // 4,
        "resilience": 10 * sum(max(0, 3 - meeting.slack_days) for meeting in meetings),
        "convenience": 5 * len(meetings),
    }
    cost = sum(objective.values())
    histogram = {"late": 0, "0": 0, "1": 0, "2": 0, "3-5": 0, "6-10": 0, "11+": 0}
    for meeting in meetings:
        histogram[_bin(meeting)] += 1
    per_person: dict[str, list[Meeting]] = {}
    for meeting in meetings:
        for attendee in meeting.attendees:
            if attendee.status != "report":
                per_person.setdefault(attendee.person, []).append(meeting)
    return Calendar.model_validate(
        {
            "id": f"{caseload.id}-calendar",
            "caseload": CaseloadRef(id=caseload.id, digest="0" * 64),
            "policy": PolicyRef(id=policy.id, version=policy.version),
            "horizon": caseload.horizon,
            "created": "2026-11-22T10:00:00Z",
            "status": status,
            "objective": objective,
            "cost": cost,
            "weights": WEIGHTS,
            "bound": cost if status == "optimal" else cost * 0.987,
            "gap": 0.0 if status == "optimal" or not cost else 0.013,
            "seconds": 30.2,
            "seed": 1,
            "meetings": meetings,
            "breaches": breaches,
            "exceptions": exceptions,
            "notices": [
                Notice(
                    kind="policy_silent",
                    subject="plan-2",
                    text="The policy says nothing of this plan's type.",
                )
            ],
            "workload": [
                PersonWorkload(
                    person=person,
                    meetings=len(theirs),
                    minutes=sum(int((m.end - m.start).total_seconds()) // 60 for m in theirs),
                    busiest_day=max(sum(m.start.date() == n.start.date() for n in theirs) for m in theirs),
                )
                for person, theirs in sorted(per_person.items())
            ],
            "kpis": Kpis(
                meetings=len(meetings),
                series=len({meeting.series for meeting in meetings}),
                first_core_groups=sum(meeting.number == 1 for meeting in meetings),
                first_core_groups_in_time_percent=100.0 if meetings else None,
                in_timescale_percent=99.7 if meetings else None,
                slack_histogram=histogram,
                expected_attendance_percent=98.4 if meetings else None,
                child_attended_percent=61.0 if meetings else None,
                outside_school_hours_percent=100.0 if meetings else None,
                deputies=sum(a.status == "deputy" for m in meetings for a in m.attendees),
                reports=len(exceptions),
                exceptions=len(exceptions),
                breaches=len(breaches),
                breach_days=sum(breach.days for breach in breaches),
            ),
        }
    )


def _bin(meeting: Meeting) -> str:
    if meeting.breach_days:
        return "late"
    slack = meeting.slack_days
    return str(slack) if slack <= 2 else "3-5" if slack <= 5 else "6-10" if slack <= 10 else "11+"
