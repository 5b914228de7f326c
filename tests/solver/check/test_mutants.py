"""For every rule a calendar broken in just that way is caught by that rule, and by no other."""

from __future__ import annotations

import re
from pathlib import Path

import mutants_fit
import mutants_places
import mutants_record
import mutants_tasks
import pytest
from breaking import MUTANTS, Mutant
from scenes import Scene, rules_of

import solver
from solver.check import Violation
from solver.check.table import RULES

TABLES = (mutants_fit, mutants_places, mutants_record, mutants_tasks)
"""Importing them registers their mutants."""


def rules_of_the_text() -> set[str]:
    """The ids in the table of section 4 of RULES.md, as they are written there."""
    text = (Path(solver.__file__).parent / "RULES.md").read_text(encoding="utf-8")
    section = text.split("## 4.")[1].split("## 5.")[0]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return {rule for cell in cells for rule in re.findall(r"`([a-z_.]+)`", cell)}


def test_the_calendar_that_is_broken_is_whole_before() -> None:
    report = Scene().check()
    assert report.ok
    assert not report.violations
    assert not report.reported


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_broken_in_just_that_way(mutant: Mutant) -> None:
    scene = Scene()
    calendar = mutant.apply(scene)
    report = scene.check(calendar)
    assert not report.ok
    assert mutant.rule in rules_of(report)
    assert rules_of(report) <= {mutant.rule} | mutant.also, [v.text for v in report.violations]
    assert tuple(in_short(v) for v in report.violations if v.rule == mutant.rule) == mutant.told
    for violation in report.violations:
        assert violation.text.endswith(".")
        assert all(name in violation.text for name in (*violation.people, *violation.meetings)), (
            violation.text
        )


def in_short(violation: Violation) -> str:
    """What a violation is about, as `Mutant.told` has it."""
    meetings = "+".join(violation.meetings).replace("plan-", "").replace(".core_group", "")
    return f"{violation.amount} {meetings or '-'} {'+'.join(violation.people) or '-'}"


def test_every_rule_of_the_text_is_checked() -> None:
    written = rules_of_the_text()
    assert len(written) > 30
    assert written <= set(RULES)


def test_every_rule_has_a_mutant() -> None:
    assert set(RULES) == {mutant.rule for mutant in MUTANTS}
