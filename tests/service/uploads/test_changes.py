"""What an upload would change, and what is worth a look; and the seal over what was looked at."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from caseloads import small_caseload

from service.uploads.changes import Changes, changes, from_json
from service.uploads.sealed import LASTS, Sight, is_sealed, seal
from solver.schema.caseload import Caseload

TODAY = date(2026, 11, 23)


def made(change: Callable[[dict[str, Any]], object] = lambda _: None) -> Caseload:
    data = small_caseload()
    change(data)
    return Caseload.model_validate(data)


def found(change: Callable[[dict[str, Any]], object], today: date = TODAY) -> Changes:
    return changes(made(), made(change), today)


def part(told: Changes, title: str) -> Any:
    return next(one for one in told.parts if one.title == title)


def test_the_same_caseload_changes_nothing() -> None:
    told = found(lambda _: None)
    assert not told.first
    assert not told.values
    assert all(not (one.added or one.gone or one.changed) for one in told.parts)
    assert from_json(json.loads(json.dumps(told.as_json()))) == told


def test_a_first_caseload_is_told_whole() -> None:
    told = changes(None, made(), TODAY)
    assert told.first
    assert [one.total for one in told.parts] == [3, 10, 6, 1, 3]
    assert ("Policy", "", "wandsworth") in [(one.what, one.before, one.after) for one in told.values]


def test_plans_come_go_and_change() -> None:
    def change(data: dict[str, Any]) -> None:
        data["plans"][0] |= {"minutes": 75, "complex": not data["plans"][0].get("complex", False)}
        new = data["plans"].pop() | {"id": "plan-10"}
        data["plans"] += [new, new | {"id": "plan-9"}]

    plans = part(found(change), "Plans")
    assert [one.id for one in plans.added] == ["plan-9", "plan-10"]
    assert [one.id for one in plans.gone] == ["plan-3"]
    assert [(one.id, one.what) for one in plans.changed] == [
        ("plan-1", "complex or not, length of meetings (before: 60, now: 75)")
    ]


def test_a_day_is_told_as_it_was_and_will_be() -> None:
    def change(data: dict[str, Any]) -> None:
        data["plans"][0]["ends"] = "2027-03-03"

    (plan,) = part(found(change), "Plans").changed
    assert plan.what == "end (before: none, now: 3 March 2027)"


def test_people_are_named_as_on_every_page() -> None:
    def change(data: dict[str, Any]) -> None:
        for one in data["people"]:
            one["agency"] = "Elsewhere"
        data["venues"] = [one | {"confidential": True, "capacity": 3} for one in data["venues"]]

    told = found(change)
    names = {one.id: one.name for one in part(told, "People").changed}
    family = {
        one["id"]: one["name"]
        for one in small_caseload()["people"]
        if one["role"] in ("parent", "carer", "family")
    }
    assert family
    assert all(names[one] != name and name not in names[one] for one, name in family.items())
    assert names["sw-1"] == "Testworker Alder, social worker"
    assert {one.name for one in part(told, "Venues").changed} == {"confidential venue"}


def test_every_field_of_a_plan_person_and_venue_has_words() -> None:
    from service.uploads import changes as module

    for model, words in (("Plan", module._PLAN), ("Person", module._PERSON), ("Venue", module._VENUE),
                         ("School", module._SCHOOL), ("Site", module._SITE)):  # fmt: skip
        fields = set(getattr(__import__("solver.schema.caseload", fromlist=["x"]), model).model_fields)
        assert fields - {"id"} == set(words), model


@pytest.mark.parametrize(
    ("change", "today", "warning"),
    [
        (lambda data: data.update(plans=data["plans"][:1], booked=[]), TODAY, "2 plans of 3 would be gone"),
        (lambda data: data.update(plans=[], booked=[]), TODAY, "nothing would be planned"),
        (lambda data: None, date(2027, 5, 1), "The half-year ended on 30 April 2027"),
        (lambda data: None, date(2027, 4, 1), "The half-year ends soon"),
        (lambda data: data["horizon"].update(start="2026-10-01"), TODAY, "begin earlier"),
        (lambda data: data["plans"][0].update(participants=[]), TODAY, "Nobody comes to the meetings of plan-1"),
        (lambda data: data["plans"][0].update(ends="2026-11-10"), TODAY, "Already ended: plan-1"),
        (lambda data: [one.pop("email", None) for one in data["people"]], TODAY, "will be sent letters"),
        (lambda data: data["people"].append({"id": "sw-9", "name": "x", "role": "social_worker"}), TODAY, "In no plan: sw-"),
    ],
)  # fmt: skip
def test_what_is_worth_a_look(change: Callable[[dict[str, Any]], object], today: date, warning: str) -> None:
    assert any(warning in one for one in found(change, today).warnings)


NOW = datetime(2026, 12, 7, 9, 0, tzinfo=UTC)
SIGHT = Sight("authority", "account", "yew", "before", int(NOW.timestamp()), b"content")


def test_a_seal_is_good_for_what_was_looked_at_and_not_for_ever() -> None:
    mark = seal(SIGHT, "secret")
    assert is_sealed(SIGHT, mark, "secret", NOW)
    assert is_sealed(SIGHT, mark, "secret", NOW + LASTS)
    assert not is_sealed(SIGHT, mark, "secret", NOW + LASTS + timedelta(seconds=1))
    assert not is_sealed(SIGHT, mark, "secret", NOW - timedelta(minutes=5))
    assert not is_sealed(SIGHT, mark, "another", NOW)
    assert not is_sealed(SIGHT, mark, None, NOW)
    for wrong in ("", "x", "ä", "\ud800", mark[:-1]):
        assert not is_sealed(SIGHT, wrong, "secret", NOW)


@pytest.mark.parametrize(
    "other",
    [
        {"tenant": "other"}, {"account": "other"}, {"team": "oak"}, {"before": ""}, {"at": SIGHT.at + 1},
        {"content": b"Content"}, {"tenant": "authorityaccount", "account": ""},
    ],
    ids=str,
)  # fmt: skip
def test_nothing_else_passes_for_it(other: dict[str, Any]) -> None:
    assert not is_sealed(replace(SIGHT, **other), seal(SIGHT, "secret"), "secret", NOW)
