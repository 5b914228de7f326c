"""What leaves the machine compiles to the same arrays, and names nobody."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from itertools import count
from typing import Any

import numpy as np
import pytest
from any_caseload import any_caseload
from any_windows import any_windows_caseload, any_windows_policy
from caseloads import small_caseload
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from policy_cases import myshire_policy
from solver_cases import lone, read

from solver.generate import generate
from solver.policy import load_policy
from solver.policy.model import Policy
from solver.problem.compile import compile_problem
from solver.scale.pseudonyms import pseudonymise
from solver.schema.caseload import Caseload
from solver.schema.faults import CaseloadError
from solver.schema.validate import validate


def same_arrays(caseload: Caseload, policy: Policy) -> None:
    hidden, names = pseudonymise(caseload, policy)
    sent = Caseload.model_validate_json(hidden.model_dump_json(by_alias=True))
    real, masked = compile_problem(caseload, policy), compile_problem(sent, policy)
    for field in real.packed._fields:
        one, other = getattr(real.packed, field), getattr(masked.packed, field)
        assert one.dtype == other.dtype
        assert np.array_equal(one, other)
    assert (real.days, real.fixed_commits, real.constant) == (
        masked.days,
        masked.fixed_commits,
        masked.constant,
    )
    told = [f"{kind}:{names[token]}" for kind, _, token in (name.partition(":") for name in masked.resources)]
    assert told == list(real.resources)
    assert tuple(names[token] for token in masked.venues) == real.venues
    assert [
        f"{names[name]}.{kind}" for name, _, kind in (one.id.rpartition(".") for one in masked.series)
    ] == [one.id for one in real.series]
    assert {key: name and names[name] for key, name in masked.pinned.items()} == real.pinned


@settings(max_examples=150, deadline=None, suppress_health_check=(HealthCheck.too_slow,))
@given(st.randoms(use_true_random=False))
def test_any_caseload_compiles_to_the_same_arrays(chance: random.Random) -> None:
    try:
        caseload, policy = read(any_caseload(chance))
    except CaseloadError:
        assume(condition=False)
        return
    same_arrays(caseload, policy)


@pytest.mark.parametrize(
    ("authority", "plans", "congestion"),
    [
        ("wandsworth", 40, "typical"),
        ("barnsley", 3, "easy"),
        ("sefton", 18, "hard"),
        ("carefirst", 40, "hard"),
    ],
)
def test_generated_ones_compile_to_the_same_arrays(authority: str, plans: int, congestion: Any) -> None:
    same_arrays(generate(plans, 2, authority=authority, congestion=congestion), load_policy(authority))


def test_windows_of_every_sort_compile_to_the_same_arrays() -> None:
    compared = 0
    for number in range(25):
        chance = random.Random(number)
        policy = any_windows_policy(chance)
        caseload = any_windows_caseload(chance, policy)
        if not validate(caseload, policy):
            same_arrays(caseload, policy)
            compared += 1
    assert compared > 15


def test_of_an_authoritys_own_events_those_that_windows_count_from_are_sent() -> None:
    data = myshire_policy()
    window = {"applies": "event", "anchor": ["other:hearing"], "maximum": ["3 days"], "sources": ["T1"]}
    data["meetings"][0]["windows"].append(window)
    caseload = small_caseload(authority=data)
    caseload["plans"][0]["events"]["other"] = {"hearing": "2026-12-01", "arrest-of-father": "2026-11-01"}
    sent = payload_of(Caseload.model_validate(caseload), load_policy(data))
    assert "hearing" in sent
    assert "arrest" not in sent


TELLING = (
    "format",
    "timezone",
    "nation",
    "role",
    "kind",
    "type",
    "attends",
    "level",
    "remote",
    "sitting",
    "days",
    "meetings",
    "every_at_most",
)
"""Fields whose words are the format's own, not the caseload's."""


def texts(value: Any, field: str = "") -> Iterator[str]:
    """Everything in a caseload that somebody wrote: ids, names, addresses, free text; not numbers, dates and times."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if field == "travel":
                yield key
            yield from texts(inner, "travel" if field == "travel" else key)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner, field)
    elif isinstance(value, str) and field not in TELLING and not DATE_OR_TIME.fullmatch(value):
        yield value


DATE_OR_TIME = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d)?|\d\d:\d\d")


def payload_of(caseload: Caseload, policy: Policy) -> str:
    return pseudonymise(caseload, policy)[0].model_dump_json(by_alias=True)


def marked(value: Any, numbers: Iterator[int], known: dict[str, str], field: str = "") -> Any:
    """The same document with every text that somebody wrote replaced by one that nothing else could be, alike for alike."""

    def mark(text: str) -> str:
        return known.setdefault(text, f"Zq{next(numbers)}zQ")

    if isinstance(value, dict):
        return {
            mark(key) if field == "travel" else key: marked(
                inner, numbers, known, "travel" if field == "travel" else key
            )
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [marked(inner, numbers, known, field) for inner in value]
    if isinstance(value, str) and value in set(texts(value, field)) and field != "authority":
        return mark(value)
    return value


def everything(caseload: Caseload) -> Caseload:
    """With something in each free field, for what is empty can't be betrayed."""
    data = caseload.model_dump(mode="json", by_alias=True)
    for person in data["people"]:
        person |= {"agency": f"agency of {person['id']}", "email": f"{person['id']}@convene.example"}
    for venue in data["venues"]:
        venue |= {
            "address": f"1 {venue['id']} Street",
            "features": [*venue["features"], f"lift in {venue['id']}"],
        }
    for plan in data["plans"]:
        plan["split"] = plan["split"] and {"reason": f"what happened in {plan['id']}"}
        plan["venue"]["needs"] = [*plan["venue"]["needs"], f"what {plan['id']} needs"]
        concern = {"id": f"c of {plan['id']}", "kind": "disagreement", "raised": "2026-01-05"}
        plan["concerns"] = [concern | {"about": f"what {plan['id']} is about"}]
    for meeting in data["booked"]:
        meeting["series"] = None
        meeting["attendees"] = [{"person": plan["id"], "sitting": None} for plan in data["people"][:2]]
    who = [person["id"] for person in data["people"][:2]]
    data["held"] = [
        {"plans": [plan["id"]], "start": "2026-01-05T10:00", "attended": who} for plan in data["plans"]
    ]
    data["authority"] = "wandsworth"
    return Caseload.model_validate(marked(data, count(), {}))


@settings(max_examples=100, deadline=None, suppress_health_check=(HealthCheck.too_slow,))
@given(st.randoms(use_true_random=False))
def test_nothing_that_somebody_wrote_is_sent(chance: random.Random) -> None:
    try:
        caseload, policy = read(any_caseload(chance))
    except CaseloadError:
        assume(condition=False)
        return
    full = everything(caseload)
    written = set(texts(full.model_dump(mode="json", by_alias=True))) - {"wandsworth"}
    assert len(written) > 50
    assert all("Zq" in text for text in written)
    assert "Zq" not in payload_of(full, policy)


@pytest.mark.parametrize(("authority", "congestion"), [("wandsworth", "typical"), ("barnsley", "hard")])
def test_no_name_of_a_generated_caseload_is_sent(authority: str, congestion: Any) -> None:
    caseload, policy = generate(60, 4, authority=authority, congestion=congestion), load_policy(authority)
    hidden, names = pseudonymise(caseload, policy)
    sent = hidden.model_dump_json(by_alias=True)
    known = {name for rule in policy.meetings if rule.venue for name in rule.venue.features}
    public = {authority, "private", "hybrid", *known}
    people = {*texts(caseload.model_dump(mode="json", by_alias=True))} - public
    assert len(people) > 500
    # Initials are too short to be sure of within other words; as a word of their own they would stand in quotes.
    assert [text for text in sorted(people) if f'"{text}"' in sent or (len(text) > 3 and text in sent)] == []
    births = {child.date_of_birth for plan in hidden.plans for child in plan.children}
    assert births == {caseload.horizon.start}
    assert set(names.values()) <= people


def test_a_policy_written_out_is_not_sent() -> None:
    caseload, policy = read(any_caseload(random.Random(1)))
    assert isinstance(caseload.authority, dict)
    assert pseudonymise(caseload, policy)[0].authority == "inline"


def test_tokens_tell_apart_what_the_ids_do_and_are_nobody_s_ids() -> None:
    caseload = generate(12, 1)
    first, second = caseload.people[:2]
    swapped = {first.id: "p2", second.id: "p1"}
    text = caseload.model_dump_json(by_alias=True)
    for name, other in swapped.items():
        text = text.replace(f'"{name}"', f'"{other}"')
    awkward = Caseload.model_validate_json(text)
    hidden, names = pseudonymise(awkward, load_policy("wandsworth"))
    assert [names[person.id] for person in hidden.people[:2]] == ["p2", "p1"]
    assert not {*names} & {*names.values()}
    assert len(set(names.values())) == len(names)


def test_a_booked_meeting_keeps_its_series() -> None:
    booked = {
        "plans": ["plan-1"],
        "start": "2027-01-11T10:00",
        "venue": "room-1",
        "pinned": True,
        "id": "b-1",
    }
    caseload, policy = read(lone(booked=[booked | {"series": "plan-1.core_group"}]))
    same_arrays(caseload, policy)
    hidden, names = pseudonymise(caseload, policy)
    assert hidden.booked[0].series == f"{hidden.plans[0].id}.core_group"
    assert names[hidden.booked[0].id or ""] == "b-1"


def test_the_same_for_the_same_caseload() -> None:
    caseload, policy = generate(12, 1), load_policy("wandsworth")
    assert payload_of(caseload, policy) == payload_of(caseload, policy)


def test_ids_that_are_written_alike_otherwise_give_the_same_payload() -> None:
    """Tokens come from the order of things alone."""
    caseload, policy = generate(12, 1), load_policy("wandsworth")
    data = caseload.model_dump(mode="json", by_alias=True)
    features = {name: name for venue in data["venues"] for name in venue["features"]}
    other = Caseload.model_validate(marked(data, count(), features))
    assert payload_of(other, policy) == payload_of(caseload, policy)


def test_a_childs_birthday_is_sent_only_where_it_decides_within_the_horizon() -> None:
    data = myshire_policy()
    data["meetings"][0]["child"] = {"from_age": 10, "sources": ["T1"]}
    born = {"older": "2011-03-07", "turns ten": "2017-01-05", "younger": "2019-09-08"}
    for which, day in born.items():
        caseload = small_caseload(authority=data)
        caseload["plans"][0]["children"][0] |= {"attends": "if_possible", "date_of_birth": day}
        whole = Caseload.model_validate(caseload)
        assert (day in payload_of(whole, load_policy(data))) == (which == "turns ten")
        same_arrays(whole, load_policy(data))
