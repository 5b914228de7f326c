"""What happens in a run: a matter of seed, caseload and rates alone, in the order in which it becomes known."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from stress_cases import NOTHING, team

import solver.stress
from solver.policy.windows import working_calendar
from solver.schema.base import FAMILY_ROLES
from solver.schema.stress import Rates
from solver.stress.draws import YEAR, Draws, Fact


def drawn(rates: Rates, *, seed: int = 1, runs: int = 1) -> list[Fact]:
    caseload, policy, _ = team()
    draws = Draws(caseload, working_calendar(caseload, policy), rates, seed)
    return [fact for number in range(1, runs + 1) for fact in draws.run(number)]


def test_the_same_seed_and_run_is_the_same_fate() -> None:
    assert drawn(Rates(), runs=3) == drawn(Rates(), runs=3)
    assert drawn(Rates(), seed=2) != drawn(Rates(), seed=1)
    caseload, policy, _ = team()
    draws = Draws(caseload, working_calendar(caseload, policy), Rates(), 1)
    assert draws.run(1) != draws.run(2)


def test_one_rate_changes_nothing_of_the_others() -> None:
    def but_rooms(facts: list[Fact]) -> list[Fact]:
        return [fact for fact in facts if fact.kind != "room"]

    more = Rates(room_lost_a_year=40)
    assert but_rooms(drawn(more)) == but_rooms(drawn(Rates()))
    assert len(drawn(more)) > len(drawn(Rates()))


def test_a_higher_rate_adds_to_what_happens() -> None:
    few = NOTHING.model_copy(update={"family_cancels_percent": 3.0})
    many = NOTHING.model_copy(update={"family_cancels_percent": 9.0})
    assert set(drawn(few)) < set(drawn(many))


@pytest.mark.parametrize(
    ("kind", "rates", "share"),
    [
        ("family", {"family_cancels_percent": 4.0}, 0.04),
        ("called_away", {"called_away_percent": 2.0}, 0.02),
        ("room", {"room_lost_a_year": 10.0}, 10 / YEAR),
        ("school", {"school_closed_a_year": 5.0}, 5 / YEAR),
        ("sick", {"sick_spells_a_year": 6.0, "sick_days": 4.0}, 6 * 4 / YEAR),
        ("leave", {"leave_a_year": 4.0, "leave_days": 5, "leave_known_days": 0}, 4 * 5 / YEAR),
    ],
)
def test_things_happen_as_often_as_the_rates_say(kind: str, rates: dict[str, float], share: float) -> None:
    """Over 60 half-years; spells that end with the horizon, and none while one lasts, make it a little less."""
    caseload, policy, _ = team()
    working = working_calendar(caseload, policy)
    facts = drawn(Rates.model_validate(NOTHING.model_dump() | rates), runs=60)
    assert {fact.kind for fact in facts} == {kind}
    subjects = len({fact.subject for fact in facts})
    span = (caseload.horizon.end - caseload.horizon.start).days + 1
    days = sum(
        working.is_working_day(date.fromordinal(caseload.horizon.start.toordinal() + i)) for i in range(span)
    )
    found = sum(len(fact.days) for fact in facts) / (subjects * days * 60)
    assert 0.75 * share < found < 1.2 * share


def test_what_happens_is_known_as_long_before_as_the_rates_say() -> None:
    caseload, policy, _ = team()
    working = working_calendar(caseload, policy)
    ahead = {"sick": 0, "called_away": 0, "leave": 20, "room": 3, "family": 1, "school": 0}
    found = drawn(Rates(), runs=8)
    assert found[: len(drawn(Rates()))] == sorted(found[: len(drawn(Rates()))])
    assert {fact.kind for fact in found} == set(ahead)
    for fact in found:
        assert working.add_working_days(fact.known, ahead[fact.kind]) == fact.days[0]
        assert caseload.horizon.start <= fact.known
        assert all(working.is_working_day(day) and day <= caseload.horizon.end for day in fact.days)


def test_a_long_illness_is_told_a_note_at_a_time() -> None:
    rates = NOTHING.model_copy(update={"sick_spells_a_year": 2.0, "sick_days": 20.0, "sick_note_days": 5})
    facts = drawn(rates, runs=5)
    assert max(len(fact.days) for fact in facts) == 5
    followed = [
        (one, two)
        for one in facts
        for two in facts
        if one.subject == two.subject and one.days[-1] < two.known
    ]
    assert followed
    assert all(fact.known == fact.days[0] for fact in facts)


def test_only_professionals_fall_ill_and_only_rooms_are_lost() -> None:
    caseload, _, _ = team()
    roles = {one.id: one.role for one in caseload.people}
    kinds = {one.id: one.kind for one in caseload.venues}
    for fact in drawn(Rates(room_lost_a_year=50), runs=5):
        if fact.kind in ("sick", "leave", "called_away"):
            assert roles[fact.subject] not in FAMILY_ROLES
        if fact.kind == "room":
            assert kinds[fact.subject] not in ("virtual", "family_home", "placement")


def test_the_readme_has_every_rate_with_its_default_and_meaning() -> None:
    text = (Path(solver.stress.__file__).parent / "README.md").read_text(encoding="utf-8")
    for name, field in Rates.model_fields.items():
        assert f"| `{name}` | {field.default:g} | {' '.join((field.description or '').split())} |" in text
