"""What the solver derives as tasks and what the checker finds owed are the same, whoever comes and whatever is asked."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from derive_cases import caseload, england, person, plan, policy
from derive_cases import meeting as made
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solver.check.case import Case
from solver.check.owed import owed_tasks
from solver.check.view import View
from solver.derive.tasks import derive_tasks
from solver.policy import builtin_policies, load_policy
from solver.policy.model import Policy
from solver.schema.calendar import Calendar, Kpis, Meeting
from solver.schema.caseload import Caseload

Json = dict[str, Any]
PEOPLE: list[Json] = [
    person("social_worker-1", agency="council"),
    person("social_worker-2", agency="council"),
    person("team_manager-1", agency="council"),
    person("school-1", line_manager="team_manager-1"),
    person("police-1"),
    person("interpreter-1", notice_working_days=12),
    person("advocate-1"),
    person("parent-1"),
    person("parent-2"),
]
IDS = [one["id"] for one in PEOPLE]
INTERVALS = st.sampled_from(
    ["1 working day", "5 working days", "12 working days", "4 days", "2 weeks", "1 month", "60 working days"]
)
STATUSES = st.sampled_from(["attending", "remote", "deputy", "report", "absent"])
CONDITIONS = [
    "first", "later", "last_before_review", "complex", "child_absent", "parent_absent", "professional_absent", "remote",
    "interpreter", "late",
]  # fmt: skip
OWNERS = ["social_worker", "chair", "minutes", "team_manager", "agencies", "everyone", "absent"]
DAYS = st.dates(date(2026, 11, 2), date(2027, 4, 30))


@st.composite
def clauses(draw: st.DrawFn) -> list[Json]:
    """Some task clauses, of kinds that may be the same where their recipients differ."""
    found: list[Json] = []
    for number in range(draw(st.integers(1, 4))):
        direction = draw(st.sampled_from(["on", "every", "after", "before", "before_next", "after_planning"]))
        free = direction != "after_planning"
        one: Json = {
            "kind": "same" if number < 2 else f"other-{number}",
            "title": "Do it",
            "owner": draw(st.sampled_from(OWNERS)),
            "direction": "on" if direction == "every" else direction,
            "due": None if direction in ("on", "every") else draw(INTERVALS),
            "warn": None if direction in ("on", "every") else draw(st.none() | INTERVALS),
            "only": draw(st.lists(st.sampled_from(CONDITIONS), max_size=2, unique=True)) if free else "always",
            "every": draw(st.lists(INTERVALS, min_size=1, max_size=2)) if direction == "every" else (),
            "names": draw(st.none() | st.sampled_from(["missing", "remote", "next_meeting"])) if free else None,
            "recipients": [["family"], ["line_manager"], [], ["members"]][number],
            "date_from": draw(st.sampled_from(["source", "convene"])),
            "each_plan": free and direction != "every" and draw(st.booleans()),
        }  # fmt: skip
        found.append(one)
    return found


@st.composite
def plans(draw: st.DrawFn) -> list[Json]:
    """One or two plans, of siblings or not, with people who come and go, reviews and concerns."""
    group = draw(st.sampled_from([None, "elm"]))
    found = []
    for number in range(1, draw(st.integers(1, 2)) + 1):
        parts = [
            {"person": who} | draw(st.sampled_from([{}, {"until": "2027-01-15"}, {"from": "2027-01-16"}]))
            for who in draw(st.lists(st.sampled_from(IDS), unique=True))
        ]
        last = draw(st.none() | st.dates(date(2026, 6, 1), date(2026, 10, 30)))
        events: Json = {
            "initial_conference": "2026-10-20",
            "reviews": [str(day) for day in draw(st.lists(DAYS, max_size=1))],
            "last_meeting": last and str(last),
        }
        concerns = [
            {
                "id": f"c-{at}",
                "kind": draw(st.sampled_from(["disagreement", "agency_concern", "plan_concern"])),
                "raised": str(draw(st.dates(date(2026, 10, 1), date(2027, 4, 1)))),
                "settle_by": draw(st.sampled_from([None, "2027-04-02"])),
                "settled": draw(st.sampled_from([None, None, "2027-04-03"])),
            }
            for at in range(draw(st.integers(0, 2)))
        ]
        found.append(
            plan(
                number,
                *parts,
                sibling_group=group,
                complex=draw(st.booleans()),
                ends=draw(st.sampled_from([None, None, "2027-02-10"])),
                events=events,
                concerns=concerns,
                schedule_review=draw(st.booleans()),
            )
        )
    return found


@st.composite
def chains(draw: st.DrawFn, case: Caseload, whole: Policy) -> list[Meeting]:
    """Meetings of each series on days of their own, late where the checker says so, with anybody in any state."""
    found = []
    for series in Case(case, whole).series.values():
        days = sorted(draw(st.lists(DAYS, max_size=5, unique=True)))
        for number, day in enumerate(days, start=1):
            present = draw(st.lists(st.sampled_from([*IDS, "child-1"]), unique=True))
            places = []
            for who in present:
                status = draw(STATUSES)
                level = draw(st.sampled_from(["essential", "expected", "invited"]))
                place: Json = {"person": who, "level": level, "status": status}
                if status == "deputy":
                    others = [other for other in IDS if other not in present]
                    if not others:
                        continue
                    place |= {"person": others[0], "for": who, "remote": draw(st.booleans())}
                elif status == "remote":
                    place["remote"] = True
                places.append(place)
            found.append(
                made(
                    number,
                    str(day),
                    *places,
                    series=series.id,
                    kind=series.kind,
                    plans=[member.plan.id for member in series.members_on(day)],
                    chair=draw(st.sampled_from([None, *IDS])),
                    minutes=draw(st.sampled_from([None, *IDS])),
                )
            )
    return found


def calendar(case: Caseload, whole: Policy, meetings: list[Meeting]) -> Calendar:
    kpis: Json = {name: None for name, field in Kpis.model_fields.items() if field.is_required()}
    counts = ["meetings", "series", "first_core_groups", "deputies", "reports", "exceptions", "breaches"]
    kpis |= dict.fromkeys([*counts, "breach_days"], 0) | {"slack_histogram": {}}
    return Calendar.model_validate(
        {
            "id": "c",
            "caseload": {"id": case.id, "digest": ""},
            "policy": {"id": whole.id, "version": whole.version},
            "horizon": case.horizon,
            "created": "2026-11-01T00:00:00Z",
            "status": "feasible",
            "objective": {},
            "cost": 0,
            "weights": {},
            "bound": 0,
            "gap": 0,
            "seconds": 0,
            "seed": 0,
            "meetings": meetings,
            "kpis": kpis,
        }
    )


def told(tasks: Any) -> list[Json]:
    """Tasks without the words of their titles, by id."""
    return sorted((task.model_dump(exclude={"title"}) for task in tasks), key=lambda task: str(task["id"]))


def agree(case: Caseload, whole: Policy, meetings: list[Meeting]) -> None:
    view = View(Case(case, whole), calendar(case, whole, meetings))
    late = {held.id: held.breach_days for held in view.meetings}
    marked = [one.model_copy(update={"breach_days": late[one.id]}) for one in meetings]
    closures = case.closures
    assert told(derive_tasks(case, whole, marked, england(*closures))) == told(owed_tasks(view))


ESCALATIONS = [
    {"kind": kind, "title": "Settle it", "owner": owner, "due": due, "sources": ["X4"]}
    for kind, owner, due in (
        ("disagreement", "social_worker", ["5 working days", "6 days"]),
        ("plan_concern", "team_manager", ["1 working day"]),
    )
]
CLOSURES = [date(2026, 12, 24) + timedelta(days=days) for days in (0, 5, 6, 7)]


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(st.data())
def test_whatever_a_policy_asks(data: st.DataObject) -> None:
    whole = policy(tasks=data.draw(clauses()), escalations=ESCALATIONS)
    case = caseload(PEOPLE, data.draw(plans()), closures=CLOSURES)
    agree(case, whole, data.draw(chains(case, whole)))


@settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None, max_examples=30
)
@given(st.data(), st.sampled_from(builtin_policies()))
def test_under_the_built_in_policies(data: st.DataObject, authority: str) -> None:
    whole = load_policy(authority)
    case = caseload(PEOPLE, data.draw(plans()), closures=CLOSURES, authority=authority)
    agree(case, whole, data.draw(chains(case, whole)))
