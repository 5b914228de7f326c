from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from caseloads import small_caseload

from benchmarks.peers import timefold
from benchmarks.peers.answer import OWN_SCORE, calendar_of
from benchmarks.peers.first_fit import FirstFit
from benchmarks.peers.timefold import java
from benchmarks.peers.timefold.machine import Answer, Machine, Row
from benchmarks.peers.timefold.plan import Writer
from benchmarks.peers.timefold.tables import write_problem
from solver.check import CheckReport, check_calendar
from solver.generate import generate, generate_one_off
from solver.policy import load_policy
from solver.problem.compile import compile_problem
from solver.problem.tables import Problem
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload

LATER = 4_000_000_000.0
"""An end of the search that is never reached, so that the number of moves decides."""

needs_java = pytest.mark.skipif(timefold.missing() is not None, reason=str(timefold.missing()))


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache with nothing in it, so that the model is compiled, once."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        yield folder


def checked(caseload: Caseload, calendar: Calendar) -> CheckReport:
    report = check_calendar(caseload, load_policy(caseload.authority), calendar)
    assert {violation.rule for violation in report.violations} <= OWN_SCORE
    return report


def compiled(caseload: Caseload) -> Problem:
    return compile_problem(caseload, load_policy(caseload.authority))


def answer(caseload: Caseload, moves: int, **settings: Any) -> Answer:
    with Machine(seed=1, workers=1, **settings) as machine:
        machine.wait()
        return machine.plan(compiled(caseload), until=LATER, moves=moves)


def first_fit(caseload: Caseload) -> Calendar:
    policy = load_policy(caseload.authority)
    return calendar_of(caseload, policy, *FirstFit(caseload, policy).run(), seed=1)


@needs_java
def test_a_family_is_planned_within_the_rules_and_better_than_by_first_fit(cache: Path) -> None:
    caseload = generate(3, 1)
    told: list[tuple[float, int]] = []
    calendar = timefold.solve(
        caseload,
        load_policy(caseload.authority),
        seconds=1,
        seed=1,
        workers=1,
        watch=lambda seconds, cost: told.append((seconds, cost)),
    )
    report = checked(caseload, calendar)
    assert report.cost < checked(caseload, first_fit(caseload)).cost
    assert [cost for _, cost in told] == sorted((cost for _, cost in told), reverse=True)
    assert [seconds for seconds, _ in told] == sorted(seconds for seconds, _ in told)
    assert told[-1][1] >= report.cost
    assert len(list(cache.glob("convene/timefold/*/Main.class"))) == 1


@needs_java
@pytest.mark.parametrize(
    "caseload",
    [
        generate(18, 5, authority="barnsley", congestion="hard"),
        generate(18, 2, authority="south-west", congestion="hard"),
        generate_one_off(60, 1),
    ],
    ids=lambda caseload: caseload.authority,
)
def test_what_timefold_thinks_a_calendar_costs_is_what_the_checker_finds(
    cache: Path, caseload: Caseload
) -> None:
    found = answer(caseload, 10_000)
    calendar, struck = Writer(caseload, load_policy(caseload.authority), compiled(caseload), 1).lawful(
        found.rows
    )
    assert (found.broken, struck) == (0, 0)
    assert checked(caseload, calendar).cost == found.cost


@needs_java
def test_a_score_kept_up_to_date_is_the_score_worked_out_anew(cache: Path) -> None:
    # Timefold does both after every move, and fails where they differ.
    assert answer(generate(18, 1, congestion="hard"), 500, mode="FULL_ASSERT").broken == 0


@needs_java
def test_the_same_moves_give_the_same_calendar(cache: Path) -> None:
    caseload = generate(3, 2)
    assert answer(caseload, 2_000) == answer(caseload, 2_000)


@needs_java
def test_what_java_complains_of_is_told(cache: Path) -> None:
    with (
        Machine(seed=1, workers=1, mode="NO_SUCH_MODE") as machine,
        pytest.raises(RuntimeError, match=r"Timefold failed(.|\n)*NO_SUCH_MODE"),
    ):
        machine.wait()


def test_a_machine_without_a_jdk_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(java, "jars", lambda: [Path("timefold-solver-core-1.24.0.jar")])
    monkeypatch.setenv("PATH", str(tmp_path))
    assert timefold.missing() == (
        "There is no java and no javac: install a JDK 17 or later and put it on the PATH."
    )
    (tmp_path / "java").write_text("#!/bin/sh\n")
    (tmp_path / "java").chmod(0o755)
    assert "There is no javac:" in str(timefold.missing())


def test_a_machine_without_timefold_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(java, "jars", list)
    assert timefold.missing() == "Timefold isn't installed: pip install 'convene[bench]'."


def test_booked_meetings_are_refused() -> None:
    caseload = Caseload.model_validate(small_caseload())
    with pytest.raises(ValueError, match="empty calendar"):
        timefold.solve(caseload, load_policy(caseload.authority), seconds=1, seed=1, workers=1)


def test_meetings_that_break_a_rule_are_struck_out() -> None:
    caseload = generate(3, 1)
    problem = compiled(caseload)
    writer = Writer(caseload, load_policy(caseload.authority), problem, 1)
    # Nobody comes to the first possible meeting of each series, although some must.
    rows = []
    for s in range(len(problem.series)):
        day = int(np.argmax(problem.tables.node_block[0, s] >= 0))
        block = int(problem.tables.node_block[0, s, day])
        venue = int(problem.tables.venue_ptr[problem.tables.group_ptr[block]])
        start = int(problem.tables.node_lo[0, s, day])
        rows.append(Row(s, day, start, venue, (-1,) * len(problem.blocks[block].places)))
    calendar, struck = writer.lawful(rows)
    assert struck == len(rows)
    assert calendar.meetings == ()
    assert len(checked(caseload, calendar).breaches) == len(problem.series)
    # What the model finds is to be left alone: nothing is struck out of nothing.
    assert writer.lawful([]) == (calendar, 0)


def test_tables_are_written_with_their_names_and_lengths() -> None:
    problem = compiled(generate(3, 1))
    out = io.BytesIO()
    write_problem(problem, out, until=12.5, moves=7)
    text = out.getvalue()
    assert text.startswith(b"sizes 4 7\n" + np.array([len(problem.series)], dtype=">i4").tobytes())
    assert text.endswith(b"limits 8 2\n" + np.array([12_500, 7], dtype=">i8").tobytes() + b"end\n")
    starts = problem.tables.start_actors
    assert b"start_actors 8 %d\n" % len(starts) + starts.astype(">u8").tobytes() in text


@needs_java
@pytest.mark.slow
@pytest.mark.parametrize("congestion", ["typical", "hard"])
def test_a_team_is_planned_better_than_by_first_fit(cache: Path, congestion: Any) -> None:
    caseload = generate(150, 1, congestion=congestion)
    policy = load_policy(caseload.authority)
    found = answer(caseload, 100_000)
    calendar, struck = Writer(caseload, policy, compiled(caseload), 1).lawful(found.rows)
    assert struck == 0
    assert checked(caseload, calendar).cost == found.cost < checked(caseload, first_fit(caseload)).cost
