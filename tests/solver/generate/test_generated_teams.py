"""What a generated team looks like: its people, its mix of plans, its schools and rooms."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from functools import cache
from itertools import pairwise

import pytest

from calendars.workdays import WorkingCalendar
from solver.generate import Congestion, generate, to_json
from solver.policy import load_policy
from solver.policy.windows import first_limits, later_limits, review_due, rule_for
from solver.schema.base import WEEKDAYS
from solver.schema.caseload import Caseload, Person, Plan, School

SEEDS = range(4)


@cache
def team(seed: int, congestion: Congestion = "typical", authority: str = "wandsworth") -> Caseload:
    return generate(150, seed, congestion=congestion, authority=authority)


def people(caseload: Caseload, role: str) -> list[Person]:
    return [person for person in caseload.people if person.role == role]


def children_of(caseload: Caseload, role: str) -> Counter[str]:
    """Plans by person of a role, for those with any."""
    roles = {person.id: person.role for person in caseload.people}
    return Counter(
        part.person for plan in caseload.plans for part in plan.participants if roles[part.person] == role
    )


def next_due(caseload: Caseload, plan: Plan) -> date:
    policy = load_policy(caseload.authority)
    calendar = WorkingCalendar("ENG", closures=caseload.closures)
    rule = rule_for(plan, policy)
    assert rule is not None
    if plan.events.last_meeting is None:
        return first_limits(plan, rule, calendar).due
    limits = later_limits(plan, rule, plan.events.last_meeting, calendar)
    assert limits is not None
    return limits.due


@pytest.mark.parametrize("seed", SEEDS)
def test_a_team_has_the_staff_of_a_team(seed: int) -> None:
    caseload = team(seed)
    workers = children_of(caseload, "social_worker")
    assert len(workers) == 8
    assert min(workers.values()) >= 15
    assert max(workers.values()) <= 20
    assert len(people(caseload, "team_manager")) == 1
    assert len(people(caseload, "senior_practitioner")) == 2
    assert len(people(caseload, "business_support")) == 2
    part_time = [worker for worker in people(caseload, "social_worker") if len(worker.hours or {}) < 5]
    assert len(part_time) == 2
    assert all(workers[worker.id] < 150 / 8 for worker in part_time)


@pytest.mark.parametrize(("plans", "managers"), [(150, 1), (151, 2), (600, 4)])
def test_a_manager_for_each_team(plans: int, managers: int) -> None:
    caseload = generate(plans, 1)
    assert len(people(caseload, "team_manager")) == managers
    assert all(10 <= count <= 20 for count in children_of(caseload, "social_worker").values())


def test_other_teams_bring_their_own_manager_where_the_policy_asks_for_one() -> None:
    caseload = generate(300, 1)
    roles = {person.id: person.role for person in caseload.people}
    offices = {person.id: person.site for person in caseload.people}
    asked = Counter[bool]()
    for plan in caseload.plans:
        worker = next(part.person for part in plan.participants if roles[part.person] == "social_worker")
        managers = [part for part in plan.participants if roles[part.person] == "team_manager"]
        second_team = offices[worker] == "office-2"
        wanted = plan.complex or plan.events.last_meeting is None
        assert len(managers) == (second_team and wanted)
        asked[second_team and wanted] += 1
        for part in managers:
            assert part.person == "tm-2"
            # A first meeting that is held some days late still has its own team's manager.
            due = max(next_due(caseload, plan), caseload.horizon.start)
            assert part.until == (None if plan.complex else due + timedelta(days=10))
    assert asked[True] > 5


@pytest.mark.parametrize("seed", SEEDS)
def test_brothers_and_sisters_share_worker_parents_and_rooms(seed: int) -> None:
    caseload = team(seed)
    groups: dict[str, list[Plan]] = {}
    for plan in caseload.plans:
        if plan.sibling_group is not None:
            groups.setdefault(plan.sibling_group, []).append(plan)
    assert 0.25 <= sum(map(len, groups.values())) / 150 <= 0.35
    assert {len(group) for group in groups.values()} <= {2, 3, 4}
    for group in groups.values():
        family = {
            tuple(part.person for part in plan.participants if part.person[:2] in ("sw", "p-"))
            for plan in group
        }
        assert len(family) == 1
        assert len({plan.venue for plan in group}) == 1


@pytest.mark.parametrize(
    ("authority", "expected"),
    [
        ("wandsworth", {"child_protection": 0.44, "child_in_need": 0.56}),
        ("barnsley", {"child_protection": 0.44, "child_in_need": 0.56}),
        ("carefirst", {"child_protection": 0.35, "child_in_need": 0.45, "looked_after": 0.20}),
        ("sefton", {"child_protection": 0.96, "child_in_need": 0.04}),
        ("south-west", {"child_protection": 0.96, "child_in_need": 0.04}),
    ],
)
def test_types_of_plan_are_those_of_the_policy(authority: str, expected: dict[str, float]) -> None:
    plans = team(0, authority=authority).plans
    counts = Counter(plan.type for plan in plans)
    assert set(counts) == set(expected)
    for kind, share in expected.items():
        assert counts[kind] / 150 == pytest.approx(share, abs=0.08)  # type: ignore[index]
    policy = load_policy(authority)
    for plan in plans:
        assert policy.meeting_for(plan.type) is not None or plan.every_at_most == "6 weeks"


@pytest.mark.parametrize("authority", ["wandsworth", "barnsley", "carefirst"])
@pytest.mark.parametrize("congestion", ["easy", "typical"])
def test_nothing_is_overdue_and_dues_spread_over_the_first_interval(
    authority: str, congestion: Congestion
) -> None:
    caseload = team(1, congestion, authority)
    start = caseload.horizon.start
    dues = [next_due(caseload, plan) for plan in caseload.plans]
    assert min(dues) >= start + timedelta(days=4)
    protection = [d for d, plan in zip(dues, caseload.plans, strict=True) if plan.type == "child_protection"]
    weeks = Counter((due - start).days // 7 for due in protection)
    assert len(weeks) >= 4
    assert max(weeks.values()) <= 0.6 * len(protection)


@pytest.mark.parametrize("seed", SEEDS)
def test_some_first_core_groups_are_due_soon(seed: int) -> None:
    caseload = team(seed)
    first = [
        plan.events.initial_conference
        for plan in caseload.plans
        if plan.type == "child_protection" and plan.events.last_meeting is None
    ]
    assert 1 <= len(first) <= 20
    for day in first:
        assert day is not None
        assert -14 <= (day - caseload.horizon.start).days <= 35


@pytest.mark.parametrize("authority", ["wandsworth", "carefirst"])
def test_events_agree_with_each_other_and_with_the_statute(authority: str) -> None:
    caseload = team(2, authority=authority)
    policy = load_policy(authority)
    calendar = WorkingCalendar("ENG")
    for plan in caseload.plans:
        events = plan.events
        started = events.plan_start
        assert started is not None
        if events.last_meeting is not None:
            assert started < events.last_meeting < caseload.horizon.start
            assert calendar.is_working_day(events.last_meeting)
            assert events.held is not None
            assert events.held >= 1
        if events.initial_conference and events.strategy_discussion:
            gap = calendar.working_days_between(events.strategy_discussion, events.initial_conference)
            assert 0 < gap <= 15
        limit = review_due(plan, policy, calendar)
        if plan.type == "child_in_need":
            assert events.reviews == ()
        elif limit is not None and events.reviews:
            assert events.reviews[0] <= limit
        for earlier, later in pairwise((*filter(None, [events.last_review]), *events.reviews)):
            assert 0 < (later - earlier).days <= 183


@pytest.mark.parametrize("seed", SEEDS)
def test_children_attend_school_and_meetings_by_age(seed: int) -> None:
    caseload = team(seed)
    attending = Counter[bool]()
    for plan in caseload.plans:
        for child in plan.children:
            age = (caseload.horizon.start - child.date_of_birth).days / 365.25
            assert 0 <= age < 18
            assert (child.school is not None or child.educated_elsewhere) or age < 5.01
            assert child.school is None or age > 4.2
            if child.attends != "no":
                assert age >= 8
            if child.attends == "yes":
                assert plan.split is None
            attending[age >= 12] += child.attends == "yes"
            if plan.ends is not None and age > 17.5:
                assert (plan.ends - child.date_of_birth).days < 18 * 365.25
    assert attending[True] > 5
    assert attending[True] > attending[False]


@pytest.mark.parametrize("congestion", ["easy", "typical", "hard"])
def test_agencies_of_a_team_are_shared_and_have_deputies_of_their_own(congestion: Congestion) -> None:
    caseload = team(3, congestion)
    by_id = {person.id: person for person in caseload.people}
    for role, most in {"health_visitor": 3, "school_nurse": 2, "police": 1, "interpreter": 3}.items():
        assert 1 <= len(children_of(caseload, role)) <= most
    named = [person for person in caseload.people if person.deputies]
    assert any(person.role == "health_visitor" for person in named)
    for person in named:
        seen = [person.id]
        for deputy in person.deputies:
            assert by_id[deputy].agency == person.agency
            assert deputy not in seen
            seen.append(deputy)
    # Following the first deputies never comes back: nobody stands in for themselves.
    for person in named:
        chain, current = {person.id}, person
        while current.deputies:
            current = by_id[current.deputies[0]]
            assert current.id not in chain
            chain.add(current.id)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_kind_of_participant_and_special_case_occurs(seed: int) -> None:
    caseload = team(seed, authority="carefirst")
    roles = {person.id: person.role for person in caseload.people}
    parts = [part for plan in caseload.plans for part in plan.participants]
    invited = {roles[part.person] for part in parts}
    assert {"parent", "carer", "family", "school", "health_visitor", "school_nurse", "police"} <= invited
    assert {
        "interpreter",
        "family_support",
        "mental_health",
        "housing",
        "probation",
        "early_years",
    } <= invited
    assert any(plan.split for plan in caseload.plans)
    assert any(plan.complex for plan in caseload.plans)
    assert any(plan.handover for plan in caseload.plans)
    assert any(plan.ends for plan in caseload.plans)
    assert any(plan.times.never for plan in caseload.plans)
    assert any(plan.times.prefer for plan in caseload.plans)
    assert any(plan.venue.needs for plan in caseload.plans)
    assert any(part.from_ for part in parts)
    kinds = {venue.kind for venue in caseload.venues}
    assert kinds >= {"office", "community", "school", "family_home", "placement", "virtual"}
    sizes = Counter(len(plan.participants) for plan in caseload.plans)
    assert min(sizes) >= 3
    assert 4 <= sum(size * count for size, count in sizes.items()) / 150 <= 7
    for plan in caseload.plans:
        if plan.split:
            parents = [part for part in plan.participants if roles[part.person] == "parent"]
            assert [part.sitting for part in parents] == ["A", "B"]


def test_homes_are_named_by_their_own_plans_only() -> None:
    caseload = team(1, authority="carefirst")
    homes = [venue for venue in caseload.venues if venue.kind in ("family_home", "placement")]
    assert homes
    for home in homes:
        families = {plan.sibling_group or plan.id for plan in caseload.plans if home.id in plan.venue.prefer}
        assert len(families) == 1
        assert home.kind != "placement" or home.confidential


@pytest.mark.parametrize("seed", SEEDS)
def test_leave_is_one_to_three_weeks_and_never_of_half_the_team(seed: int) -> None:
    caseload = team(seed)
    workers = people(caseload, "social_worker")
    off: Counter[date] = Counter()
    for worker in workers:
        days = [
            span.start.date() + timedelta(days=n)
            for span in worker.busy
            if (span.end - span.start).days >= 5
            for n in range((span.end - span.start).days)
        ]
        assert 7 <= len(days) <= 21
        off.update(days)
    assert max(off.values()) <= len(workers) / 2


def working(school: School, day: date) -> bool:
    return any(term.start <= day <= term.end for term in school.terms) and day not in school.closed


@pytest.mark.parametrize("seed", SEEDS)
def test_schools_keep_years_of_their_own(seed: int) -> None:
    caseload = team(seed)
    assert 8 <= len(caseload.schools) <= 14
    assert len({school.terms for school in caseload.schools}) > 3
    assert len({school.closed for school in caseload.schools}) > 5
    assert len({str(school.day) for school in caseload.schools}) > 3
    for school in caseload.schools:
        assert working(school, date(2026, 12, 8))
        assert not working(school, date(2026, 12, 23))
        assert working(school, date(2027, 1, 12))
        assert not working(school, date(2027, 2, 17))
        assert not working(school, date(2027, 4, 6))
        assert working(school, date(2027, 5, 5))
        assert not working(school, date(2027, 6, 2))
        assert sum(day.weekday() < 5 for day in school.closed) >= 10


def test_autumn_follows_summer_in_a_horizon_over_august() -> None:
    for school in generate(60, 1, start=date(2027, 5, 10)).schools:
        assert working(school, date(2027, 7, 14))
        assert not working(school, date(2027, 8, 11))
        assert working(school, date(2027, 9, 15))
        assert not working(school, date(2027, 10, 27))


def test_closed_between_christmas_and_new_year() -> None:
    assert team(0).closures == (date(2026, 12, 29), date(2026, 12, 30), date(2026, 12, 31))
    assert generate(3, 1, start=date(2027, 3, 1)).closures == ()


@pytest.mark.parametrize("seed", SEEDS)
def test_rooms_differ_and_the_large_ones_have_everything_that_families_need(seed: int) -> None:
    caseload = team(seed)
    rooms = [venue for venue in caseload.venues if venue.kind in ("office", "community", "school")]
    assert all("private" in room.features for room in rooms)
    offices = [room for room in rooms if room.kind == "office"]
    assert 3 <= len(offices) <= 5
    assert 1 <= len({room.site for room in offices}) <= 2
    assert len({(room.capacity, room.features) for room in offices}) >= 2
    needs = {need for plan in caseload.plans for need in plan.venue.needs}
    for site in {room.site for room in offices}:
        assert any(needs <= set(room.features) for room in offices if room.site == site)


def test_hours_of_a_room_are_hours_of_a_week() -> None:
    for venue in team(0, "hard").venues:
        for day, spans in (venue.hours or {}).items():
            assert day in WEEKDAYS
            assert all(start < end for start, end in spans)
            assert all(first[1] <= second[0] for first, second in pairwise(spans))


@pytest.mark.parametrize("plans", [1, 2, 3])
def test_three_plans_are_one_family_with_a_series_each(plans: int) -> None:
    for authority in ("wandsworth", "carefirst", "sefton"):
        caseload = generate(plans, 7, authority=authority)
        roles = {person.id: person.role for person in caseload.people}
        assert len(caseload.plans) == plans
        assert all(plan.sibling_group is None for plan in caseload.plans)
        assert len(people(caseload, "social_worker")) == 1
        parents = {
            tuple(
                part.person for part in plan.participants if roles[part.person] in ("parent", "social_worker")
            )
            for plan in caseload.plans
        }
        assert len(parents) == 1
        assert {child.school for plan in caseload.plans for child in plan.children} == {"school-1"}
        covered = len(load_policy(authority).meetings)
        assert len({plan.type for plan in caseload.plans}) == min(plans, covered)


def test_nothing_in_it_looks_like_somebody_real() -> None:
    for congestion in ("typical", "hard"):
        caseload = generate(160, 6, authority="carefirst", congestion=congestion)  # type: ignore[arg-type]
        for person in caseload.people:
            assert re.fullmatch(
                r"(Test[a-z]+ [A-Z][a-z]+( \d+)?|(Parent|Carer|Relative|Child) \d+)", person.name
            )
            assert person.email is None or re.fullmatch(
                r"[a-z0-9-]+@[a-z0-9.-]+\.example\.invalid", person.email
            )
        for venue in caseload.venues:
            assert venue.address is None or re.fullmatch(r"No \d+, Example Street", venue.address)
        for plan in caseload.plans:
            assert all(re.fullmatch(r"[A-Z]{2}", child.initials) for child in plan.children)
        text = to_json(caseload).decode()
        assert not re.search(r"\b0\d{9,10}\b|\b\d{3} ?\d{3} ?\d{4}\b", text)
        assert not re.search(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b", text)


def test_no_name_or_address_is_part_of_another() -> None:
    caseload = generate(160, 6)
    names = [person.name for person in caseload.people]
    assert len(set(names)) == len(names)
    joined = "\n".join(names)
    assert all(joined.count(name) == 1 for name in names)
    addresses = [venue.address for venue in caseload.venues if venue.address]
    assert all("\n".join(addresses).count(address) == 1 for address in addresses)
