from __future__ import annotations

from derive_cases import Json, caseload, meeting, monthly, person, plan, policy

from solver.derive.fairness import fairness
from solver.derive.rota import assign_roles
from solver.schema.calendar import Meeting

ROTA = policy(chairing={"differ": True})
PEOPLE = ["health_visitor-1", "police-1", "school-1", "social_worker-1"]


def chain_of(count: int) -> list[Meeting]:
    return [meeting(number, day, *PEOPLE) for number, day in enumerate(monthly(count), start=1)]


def test_turns_in_rotation_are_even_and_proven_so() -> None:
    case = caseload(PEOPLE, [plan(1, *PEOPLE)])
    meetings = assign_roles(case, ROTA, chain_of(5))
    figures = fairness(case, ROTA, meetings)
    assert (figures.series_spread, figures.proven) == (1, True)
    assert figures.team_spread <= 1


def test_one_who_always_chairs_has_as_many_turns_more() -> None:
    case = caseload(PEOPLE, [plan(1, *PEOPLE)])
    meetings = [one.model_copy(update={"chair": "police-1", "minutes": "school-1"}) for one in chain_of(4)]
    figures = fairness(case, ROTA, meetings)
    assert (figures.series_spread, figures.proven) == (4, False)
    # Each of the four could have had 2 of the 8 jobs: two have 4 and two have none.
    assert figures.team_spread == 4


def test_no_meetings() -> None:
    figures = fairness(caseload([], []), ROTA, ())
    assert (figures.series_spread, figures.proven, figures.team_spread) == (0, True, 0.0)


def test_two_virtual_meetings_at_once_keep_each_their_own() -> None:
    both = {"start": "2026-11-03T10:00", "venue": "room"}
    people: list[str | Json] = [*PEOPLE, person("police-2"), person("school-2")]
    booked = [
        {**both, "plans": ["plan-1"], "chair": "social_worker-1"},
        {**both, "plans": ["plan-2"], "chair": "school-2", "kind": "cin_review"},
        {**both, "plans": ["plan-2"], "chair": "police-2", "series": "plan-2.core_group"},
    ]
    case = caseload(people, [plan(1, *PEOPLE), plan(2, "police-2", "school-2")], booked=booked)
    meetings = [
        meeting(1, "2026-11-03", *PEOPLE),
        meeting(1, "2026-11-03", "police-2", "school-2", plans=["plan-2"], series="plan-2.core_group"),
    ]
    assert [one.chair for one in assign_roles(case, ROTA, meetings)] == ["social_worker-1", "police-2"]


def test_who_was_to_chair_keeps_it_where_the_meeting_stands_and_they_may() -> None:
    days = ["2026-11-03", "2026-12-01"]
    booked = [
        {
            "plans": ["plan-1"],
            "start": f"{day}T10:00",
            "venue": "room",
            "chair": chair,
            "minutes": "school-1",
        }
        for day, chair in zip(days, ["school-1", "social_worker-1"], strict=True)
    ]
    people: list[str | Json] = [*PEOPLE, person("police-2")]
    case = caseload(people, [plan(1, *PEOPLE)], booked=booked)
    meetings = [meeting(1, days[0], *PEOPLE), meeting(2, days[1], *PEOPLE), meeting(3, "2026-12-29", *PEOPLE)]
    first, second, third = assign_roles(case, ROTA, meetings)
    # They must differ: who chairs and was to take the minutes too only chairs.
    assert first.chair == "school-1"
    assert first.minutes not in (None, "school-1")
    assert (second.chair, second.minutes) == ("social_worker-1", "school-1")
    assert third.chair in ("health_visitor-1", "police-1")
    away: list[str | Json] = [*PEOPLE[:3], {"person": "social_worker-1", "status": "report"}]
    moved = meeting(2, "2026-12-02", *PEOPLE)
    gone = meeting(2, days[1], *away)
    assert assign_roles(case, ROTA, [moved])[0].chair != "social_worker-1"
    assert assign_roles(case, ROTA, [gone])[0].chair not in (None, "social_worker-1")
    assert assign_roles(case, ROTA, [gone])[0].minutes == "school-1"
