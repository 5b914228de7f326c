"""What makes a caseload easy, typical or hard."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import cache

import pytest

from solver.generate import Congestion, generate
from solver.schema.caseload import Caseload, Venue

SEEDS = range(4)
WEEKS = 26


@cache
def team(seed: int, congestion: Congestion, authority: str = "wandsworth") -> Caseload:
    return generate(150, seed, congestion=congestion, authority=authority)


def offices(caseload: Caseload) -> list[Venue]:
    return [venue for venue in caseload.venues if venue.kind == "office"]


def open_minutes(venue: Venue) -> int:
    """A week's."""
    return sum(end - start for spans in (venue.hours or {}).values() for start, end in spans)


def refusals(caseload: Caseload) -> float:
    """Share of the plans of children at school that refuse its room."""
    plans = [plan for plan in caseload.plans if any(child.school for child in plan.children)]
    refused = [plan for plan in plans if any(room.startswith("school-room") for room in plan.venue.never)]
    return len(refused) / len(plans)


@pytest.mark.parametrize("seed", SEEDS)
def test_harder_means_fewer_rooms_and_more_refusals(seed: int) -> None:
    easy, typical, hard = (team(seed, level) for level in ("easy", "typical", "hard"))
    assert len(offices(easy)) > len(offices(typical)) > len(offices(hard)) == 2
    assert refusals(easy) < refusals(typical) < refusals(hard)
    assert refusals(hard) > 0.7
    kinds = [{venue.kind for venue in caseload.venues} for caseload in (easy, typical, hard)]
    assert ["virtual" in found for found in kinds] == [True, True, False]
    assert ["community" in found for found in kinds] == [True, True, False]


@pytest.mark.parametrize("seed", SEEDS)
def test_harder_means_less_by_video(seed: int) -> None:
    def remote(congestion: Congestion) -> float:
        parents = [person for person in team(seed, congestion).people if person.role == "parent"]
        return sum(person.remote is True for person in parents) / len(parents)

    assert remote("easy") > 0.6 > remote("typical") > 0.2 > remote("hard")


@pytest.mark.parametrize("seed", SEEDS)
def test_hard_is_one_interpreter_and_one_large_school(seed: int) -> None:
    caseload = team(seed, "hard")
    assert len([person for person in caseload.people if person.role == "interpreter"]) == 1
    schools = Counter(child.school for plan in caseload.plans for child in plan.children if child.school)
    assert schools.most_common(1)[0][1] >= 15


@pytest.mark.parametrize("seed", SEEDS)
def test_hard_has_a_worker_away_for_three_weeks_without_a_deputy(seed: int) -> None:
    def away(congestion: Congestion) -> list[str]:
        return [
            person.id
            for person in team(seed, congestion).people
            if person.role == "social_worker"
            and not person.deputies
            and any((span.end - span.start).days >= 21 for span in person.busy)
        ]

    assert len(away("hard")) == 1
    assert away("easy") == away("typical") == []


@pytest.mark.parametrize("seed", SEEDS)
def test_only_hard_begins_with_first_core_groups_overdue(seed: int) -> None:
    def overdue(congestion: Congestion) -> int:
        caseload = team(seed, congestion)
        first = {
            plan.sibling_group or plan.id: plan.events.initial_conference
            for plan in caseload.plans
            if plan.events.last_meeting is None and plan.events.initial_conference
        }
        # Ten working days are two weeks where there is no bank holiday, as at all these starts.
        return sum((caseload.horizon.start - day).days > 14 for day in first.values())

    assert [overdue(level) for level in ("easy", "typical", "hard")] == [0, 0, 2]


def test_hard_runs_over_august_unless_told_otherwise() -> None:
    horizon = team(0, "hard").horizon
    assert horizon.start < date(2027, 8, 1)
    assert horizon.end > date(2027, 8, 25)
    assert team(0, "typical").horizon.start == date(2026, 11, 30)
    assert generate(3, 0, congestion="hard", start=date(2026, 11, 30)).horizon.start == date(2026, 11, 30)


@pytest.mark.parametrize(("authority", "interval"), [("wandsworth", (42, 84)), ("barnsley", (28, 42))])
@pytest.mark.parametrize("seed", SEEDS)
def test_hard_meetings_nearly_fill_the_rooms(authority: str, interval: tuple[int, int], seed: int) -> None:
    caseload = team(seed, "hard", authority)
    days = dict(zip(("child_protection", "child_in_need"), interval, strict=True))
    series = {(plan.sibling_group or plan.id, plan.type): plan for plan in caseload.plans}
    wanted = sum(
        (2 * plan.minutes + 30 if plan.split else plan.minutes) * 7 / days[plan.type]
        for plan in series.values()
    )
    use = wanted / sum(map(open_minutes, offices(caseload)))
    # A tenth or so of the meetings have a home or a school to go to instead.
    assert 0.8 <= use <= 1.15
    late = [
        room
        for room in offices(caseload)
        if all(spans[-1][1] > 17 * 60 for spans in (room.hours or {}).values())
    ]
    assert any(len(room.hours or {}) == 5 for room in late)


def test_rooms_are_plentiful_otherwise() -> None:
    for level in ("easy", "typical"):
        assert all(open_minutes(room) > WEEKS * 60 for room in offices(team(0, level)))
