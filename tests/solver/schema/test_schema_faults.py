"""How faults are written: paths, values, lists of words and suggestions."""

from __future__ import annotations

import pytest

from solver.schema.faults import CaseloadError, Fault, did_you_mean, format_path, listed, nearest, show


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), ""),
        (("plans", 3, "participants", 1, "person"), "plans[3].participants[1].person"),
        (("travel", "town-hall", "hill"), "travel.town-hall.hill"),
        (("people", 0, "e mail"), 'people[0]["e mail"]'),
        (("a.b",), '["a.b"]'),
        (("", "x"), '[""].x'),
    ],
)
def test_paths(path: tuple[str | int, ...], text: str) -> None:
    assert format_path(path) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("sw-1", '"sw-1"'),
        (7, "7"),
        (None, "null"),
        (True, "true"),
        ("", '""'),
        ({}, "{}"),
        ({"a": 1}, "{1 field}"),
        ([1, 2], "[2 items]"),
        ("é", '"é"'),
        ("\ud800\n", '"\\ud800\\n"'),
        ("x" * 100, '"' + "x" * 55 + "…" + 'xx"'),
    ],
)
def test_values(value: object, text: str) -> None:
    assert show(value) == text


@pytest.mark.parametrize("field", ["name", "email", "address", "initials"])
def test_a_personal_value_is_not_shown_but_an_empty_one_is(field: str) -> None:
    assert show("Person 1", ("people", 0, field)) == ""
    assert show("", ("people", 0, field)) == '""'
    assert show(None, ("people", 0, field)) == "null"


def test_words_are_listed_as_far_as_they_can_be_taken_in() -> None:
    assert listed([]) == ""
    assert listed(["a"]) == '"a"'
    assert listed(["a", "b", "c"]) == '"a", "b" or "c"'
    assert listed(["a", "b", "c"], most=2) == '"a", "b" or 1 more'


def test_the_nearest_word() -> None:
    assert nearest("Social Worker", ["social_worker", "team_manager"]) == "social_worker"
    assert nearest("sw-11", ["sw-1", "hv-1"]) == "sw-1"
    assert nearest("zzz", ["sw-1", "hv-1"]) is None
    assert did_you_mean("zzz", ["sw-1"], "Add it.") == "Add it."
    assert did_you_mean("sw-2", ["sw-1"], "Add it.") == 'Did you mean "sw-1"? Add it.'


def test_one_fault_is_counted_as_one() -> None:
    error = CaseloadError([Fault("", "", "It is empty.", "Fill it.")])
    assert str(error) == "1 fault in the caseload:\nthe whole document\n  It is empty.\n  Fill it."
    assert str(error.faults[0]) == "the whole document: It is empty. Fill it."
