"""What those who watch a plan are told, and how often."""

from __future__ import annotations

from typing import Any

import pytest
from solver_cases import lone, planned

from service.jobs.outcome import state_of
from service.jobs.planning import is_worth_telling
from service.jobs.problems import beyond, broken_off, fault, invalid, memory, pointer_of, stopped_early


@pytest.mark.parametrize(("minutes", "most"), [(1, 130), (10, 600), (60, 950), (24 * 60, 1600)])
def test_a_long_search_tells_no_thousands_of_things(minutes: int, most: int) -> None:
    told: dict[str, Any] = {}
    last, count = float("-inf"), 0
    for tenth in range(minutes * 600):
        at = tenth / 10
        progress = {"seconds": at, "cost": 10**9 - tenth}
        if is_worth_telling(progress, told, since=at - last, gone=at):
            told, last, count = progress, at, count + 1
    assert 100 < count <= most


def test_what_has_not_changed_is_told_less_often() -> None:
    told = {"seconds": 1.0, "cost": 5}
    same = {"seconds": 3.0, "cost": 5}
    assert not is_worth_telling(same, told, since=2.0, gone=3.0)
    assert is_worth_telling(same, told, since=5.0, gone=6.0)
    assert is_worth_telling(same | {"cost": 4}, told, since=2.0, gone=3.0)


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        ("", "#"),
        ("plans[3].participants[1].person", "#/plans/3/participants/1/person"),
        ('people[0].hours["a/b~c"]', "#/people/0/hours/a~1b~0c"),
        ('travel["say \\"hi\\""].hall', '#/travel/say "hi"/hall'),
    ],
)
def test_where_a_fault_is_as_a_pointer(path: str, pointer: str) -> None:
    assert pointer_of(path) == pointer


@pytest.mark.parametrize(
    ("status", "stop_asked", "state"),
    [
        ("optimal", False, "completed"),
        ("optimal", True, "completed"),
        ("feasible", False, "completed"),
        ("feasible", True, "stopped"),
        ("stopped", True, "stopped"),
        # Ended by its worker, as it took too long.
        ("stopped", False, "stopped"),
    ],
)
def test_the_state_that_a_calendar_ends_in(status: str, stop_asked: bool, state: str) -> None:
    calendar = planned(lone(), rounds=2).model_copy(update={"status": status})
    assert state_of(calendar, stop_asked=stop_asked) == state


def test_what_is_not_proven_is_not_called_infeasible() -> None:
    data = lone()
    data["people"][0]["hours"] = {}
    data["plans"][0]["participants"][0]["level"] = "essential"
    calendar = planned(data, rounds=2)
    assert state_of(calendar, stop_asked=False) == "infeasible"
    unproven = tuple(one.model_copy(update={"proved": False}) for one in calendar.breaches)
    assert state_of(calendar.model_copy(update={"breaches": unproven}), stop_asked=False) == "completed"


@pytest.mark.parametrize(
    "problem",
    [
        invalid([("plans[0]", "It is wrong.", "Mend it.")]), beyond("too many plans"), memory(kept=True), memory(kept=False),
        fault(kept=True), fault(kept=False), stopped_early(), broken_off(1, "it was killed", kept=False),
        broken_off(3, "it was killed", kept=True),
    ],
    ids=lambda problem: problem["type"],
)  # fmt: skip
def test_a_problem_is_a_problem_document(problem: dict[str, Any]) -> None:
    """RFC 9457 section 3.1."""
    assert problem["type"].startswith("urn:convene:problem:")
    assert {"title", "status", "detail"} <= set(problem)
    assert 400 <= problem["status"] < 600
    assert problem["detail"][0].isupper()
