"""What becomes of every item of the sources: nothing is left without an answer, and every answer can be looked up."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import policy_cases
import pytest

import solver
from solver.policy import builtin_policies, load_policy
from solver.policy.clause import Clause
from solver.policy.coverage import STATUSES, Item, coverage, served_by
from solver.schema.calendar import Calendar, Kpis
from solver.score import WEIGHTS

ADVICE = {"W7", "W10", "W17", "U12", "B3", "B8"}
"""Items of class f in the ledger, advice on practice."""
ROOT = Path(__file__).parents[3]


@cache
def items() -> dict[str, Item]:
    return {item.id: item for item in coverage(load_policy(name) for name in builtin_policies())}


def test_every_item_has_a_status() -> None:
    assert len(items()) == 114
    for item in items().values():
        assert item.status in STATUSES
        assert item.item
        if item.status == "out of scope":
            assert item.reason
            assert not item.by
            assert not item.tests
        else:
            assert not item.reason
            assert item.by
            assert item.tests


def test_advice_alone_is_out_of_scope() -> None:
    assert {item.id for item in items().values() if item.status == "out of scope"} == ADVICE


def rules_of_the_text() -> set[str]:
    text = (Path(solver.__file__).parent / "RULES.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `(.*?)` \|", text, re.MULTILINE))


def test_what_serves_an_item_is_there() -> None:
    rules = {name for cell in rules_of_the_text() for name in re.findall(r"[a-z_.]+", cell)}
    notices = (Path(solver.__file__).parent / "derive" / "notices.py").read_text(encoding="utf-8")
    for item in items().values():
        tasks = {
            task.kind
            for policy in [load_policy(item.policy)]
            for part in (*policy.meetings, *policy.defaults)
            for task in part.tasks
        } | {clause.kind.replace("_", "-") for clause in load_policy(item.policy).escalations}
        for name in item.by:
            sort, _, what = name.rpartition(":")
            known = {
                "task": what in tasks,
                "score": what in WEIGHTS,
                "kpi": what in Kpis.model_fields,
                "notice": f'"{what}"' in notices,
                "": name in rules
                or name.removeprefix("calendar.") in Calendar.model_fields
                or name == "people/<id>.ics",
            }
            assert known[sort], f"{item.id}: {name}"


def test_every_test_named_is_collected() -> None:
    """A name that no test has would say that something is proven which isn't."""
    found = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "tests/solver/policies"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    collected = set(found.stdout.splitlines())
    named = {test for item in items().values() for test in item.tests}
    assert named - collected == set()


def sorts_of(sort: type[Clause]) -> list[type[Clause]]:
    return [one for below in sort.__subclasses__() for one in (below, *sorts_of(below))]


@pytest.mark.parametrize("sort", sorts_of(Clause))
def test_every_sort_of_clause_is_known(sort: type[Clause]) -> None:
    clause = sort.model_construct(sources=("X1",))
    for name in sort.model_fields:
        if not hasattr(clause, name):
            object.__setattr__(clause, name, "enforced" if name == "status" else ())
    assert list(served_by(clause, "clause"))


def test_a_sort_that_nobody_knows_is_refused() -> None:
    with pytest.raises(TypeError, match="Clause"):
        list(served_by(Clause(sources=("X1",)), "something_new"))


def test_the_strongest_answer_counts_and_layers_are_left_out() -> None:
    data = policy_cases.myshire_policy(extends="england")
    data["readings"] = [
        {"text": "Made up.", "status": "reported", "by": ["calendar.notices"], "sources": ["T1"]}
    ]
    found = coverage([load_policy(data)])
    assert [item.id for item in found] == ["T1", "T2"]
    assert found[0].status == "enforced"
    assert found[0].by == ["series.complete", "series.window", "calendar.notices"]


def test_it_is_read_off_the_policy() -> None:
    data = policy_cases.myshire_policy()
    data["meetings"][0]["quorum"] = {"professionals": 3, "sources": ["T3"]}
    data["references"]["T3"] = "item 3"
    data["references"]["T4"] = "item 4"
    found = {item.id: item for item in coverage([load_policy(data)])}
    assert found["T3"].by == ["quorum"]
    assert (found["T4"].status, found["T4"].by) == ("out of scope", [])
