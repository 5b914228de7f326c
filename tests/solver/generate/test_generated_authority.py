"""What the teams of an authority share with their neighbours, and with all the others."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache
from random import Random

import pytest

from solver.generate import Congestion, generate, to_json
from solver.generate.shape import team_sizes
from solver.generate.sharing import neighbourhoods, sessions
from solver.schema.base import FAMILY_ROLES
from solver.schema.caseload import Caseload, Plan

POOLED = {"school_nurse", "midwife", "mental_health", "therapist", "police", "probation", "housing"}
"""Roles of which nobody works for one team only."""


class Authority:
    """A generated authority, with the team that each plan is of."""

    def __init__(self, caseload: Caseload) -> None:
        self.caseload = caseload
        self.roles = {person.id: person.role for person in caseload.people}
        self.people = {person.id: person for person in caseload.people}
        self.venues = {venue.id: venue for venue in caseload.venues}
        self.rooms_of: defaultdict[str | None, set[str]] = defaultdict(set)
        for venue in caseload.venues:
            self.rooms_of[venue.site].add(venue.id)
        self.teams: defaultdict[str, set[str]] = defaultdict(set)
        """Teams by the id of each person who comes to their plans, and of each shared room."""
        for plan in caseload.plans:
            team = self.team(plan)
            for part in plan.participants:
                self.teams[part.person].add(team)
            for room in plan.venue.only:
                self.teams[room].add(team)

    def team(self, plan: Plan) -> str:
        """The manager's office, which stands for the team: a worker's is one of the team's too."""
        worker = next(part.person for part in plan.participants if self.roles[part.person] == "social_worker")
        site = self.people[worker].site
        assert site is not None
        return site


@cache
def authority(
    plans: int = 1000, seed: int = 1, congestion: Congestion = "typical", policy: str = "barnsley"
) -> Authority:
    return Authority(generate(plans, seed, congestion=congestion, authority=policy))


def test_six_thousand_plans_are_forty_five_teams() -> None:
    assert len(team_sizes(6000)) == 45
    assert set(team_sizes(6000)) == {133, 134}
    assert len(team_sizes(600)) == 4
    for plans in range(1, 2000):
        sizes = team_sizes(plans)
        assert sum(sizes) == plans
        assert max(sizes) <= 150
        assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize("teams", range(1, 60))
def test_localities_are_two_to_five_neighbours(teams: int) -> None:
    for seed in range(20):
        found = neighbourhoods(Random(seed), list(range(teams)))
        assert [team for local in found for team in local] == list(range(teams))
        assert {len(local) for local in found} <= ({2, 3, 4, 5} if teams > 1 else {1})


@pytest.mark.parametrize(("congestion", "policy"), [("typical", "barnsley"), ("hard", "wandsworth")])
def test_most_of_a_teams_people_are_its_own(congestion: Congestion, policy: str) -> None:
    found = authority(1000, 2, congestion, policy)
    parts = [
        len(found.teams[part.person]) > 1
        for plan in found.caseload.plans
        for part in plan.participants
        if found.roles[part.person] not in FAMILY_ROLES
    ]
    assert 0.15 <= sum(parts) / len(parts) <= 0.30


def test_partners_serve_the_teams_of_one_locality() -> None:
    found = authority()
    localities = {
        frozenset(found.teams[venue.id]) for venue in found.caseload.venues if venue.kind == "community"
    }
    # Every civic and community room is of all the teams of its locality: these don't overlap.
    assert sum(map(len, localities)) == len(set().union(*localities)) == 8
    assert all(2 <= len(local) <= 5 for local in localities)
    served: defaultdict[str, set[int]] = defaultdict(set)
    for person, role in found.roles.items():
        teams = found.teams[person]
        if role in POOLED | {"health_visitor", "school"} and teams:
            served[role].add(len(teams))
            assert any(teams <= local for local in localities)
    assert all(max(counts) >= 2 for counts in served.values())
    assert min(served["health_visitor"]) == min(served["school"]) == 1
    assert {2, 3, 4, 5} & served["school_nurse"]


def test_interpreters_and_advocates_serve_the_whole_authority() -> None:
    found = authority(3000)
    for role in ("interpreter", "advocate"):
        people = [person for person, other in found.roles.items() if other == role]
        assert len(people) < 23
        assert all(len(found.teams[person]) > 5 for person in people)


def test_those_who_are_shared_have_little_time() -> None:
    found = authority()
    minutes = Counter(
        {
            person.id: sum(end - start for spans in (person.hours or {}).values() for start, end in spans)
            for person in found.caseload.people
            if found.roles[person.id] in POOLED and len(found.teams[person.id]) > 1
        }
    )
    assert sum(minutes.values()) / len(minutes) < 30 * 60
    plans = Counter(part.person for plan in found.caseload.plans for part in plan.participants)
    busiest, quietest = (
        [person for person, _ in ranked]
        for ranked in (plans_of(plans, minutes)[:5], plans_of(plans, minutes)[-5:])
    )
    assert sum(minutes[person] for person in busiest) > 1.5 * sum(minutes[person] for person in quietest)


def plans_of(plans: Counter[str], people: Counter[str]) -> list[tuple[str, int]]:
    """Those people with their plans, most first."""
    return Counter({person: plans[person] for person in people}).most_common()


def test_sessions_last_as_long_as_is_asked_and_reach_into_the_afternoon() -> None:
    for seed in range(20):
        for minutes in (0, 600, 1200, 2100, 9000):
            hours = sessions(Random(seed), minutes)
            halves = [half for spans in hours.values() for half in spans]
            length = sum(end - start for start, end in halves)
            assert 4 <= len(halves) <= 10
            assert minutes == 9000 or length >= minutes
            assert length <= max(minutes + 270, 960)
            assert sum(end > 17 * 60 for _, end in halves) * 2 >= len(halves)


@pytest.mark.parametrize("congestion", ["easy", "typical", "hard"])
def test_a_plan_may_use_the_rooms_of_its_team_and_of_its_locality(congestion: Congestion) -> None:
    found = authority(600, 3, congestion)
    kinds = {venue.id: venue.kind for venue in found.caseload.venues}
    refused = 0
    for plan in found.caseload.plans:
        assert 0 < len(plan.venue.only) < 63
        own = found.rooms_of[found.team(plan)]
        assert {room for room in plan.venue.only if kinds[room] == "office"} <= own
        refused += not own & set(plan.venue.only)
        shared = [room for room in plan.venue.only if kinds[room] == "community"]
        assert shared
    assert refused < 0.15 * 600
    offices = Counter(venue.site for venue in found.caseload.venues if venue.kind == "office")
    assert set(offices.values()) == {3 if congestion == "easy" else 2}


def test_what_families_need_is_in_the_civic_centre() -> None:
    found = authority()
    for plan in found.caseload.plans:
        rooms = [found.venues[room] for room in plan.venue.only]
        assert any(set(plan.venue.needs) <= set(room.features) and room.kind == "community" for room in rooms)


def test_each_team_has_its_own_manager_at_complex_plans() -> None:
    found = authority()
    by_team: defaultdict[str, set[str]] = defaultdict(set)
    for plan in found.caseload.plans:
        managers = [part.person for part in plan.participants if found.roles[part.person] == "team_manager"]
        # The policy brings the first team's, who is the caseload's first.
        assert len(managers) == (plan.complex and found.team(plan) != "office-1") or not plan.complex
        by_team[found.team(plan)].update(managers)
    first = next(person for person, role in found.roles.items() if role == "team_manager")
    assert found.people[first].site == "office-1"
    assert all(
        [found.people[manager].site for manager in managers] == [team]
        for team, managers in by_team.items()
        if team != "office-1"
    )


def test_a_shared_secondary_school_has_pupils_of_several_teams_and_no_more_than_another() -> None:
    found = authority()
    pupils: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for plan in found.caseload.plans:
        for child in plan.children:
            if child.school is not None:
                pupils[child.school][found.team(plan)] += 1
    shared = [school for school, teams in pupils.items() if len(teams) > 1]
    assert len(shared) == 8
    mean = sum(counts.total() for counts in pupils.values()) / len(pupils)
    assert all(pupils[school].total() < 3 * mean for school in shared)


def test_an_authority_is_not_much_text() -> None:
    assert len(to_json(authority(3000).caseload)) < 8_000_000
