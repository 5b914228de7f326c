from __future__ import annotations

from pathlib import Path

from benchmark_results import none_in_time, order, ours, outcome

from benchmarks.kept import Kept
from benchmarks.record import Missing, Order, Result
from benchmarks.runner import Runs, conditions, faults, verdict


class Machine:
    """Answers every order at once, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Order] = []

    def __call__(self, asked: Order) -> Result:
        self.asked.append(asked)
        return outcome(asked, 100 * asked.seed)


def runs(path: Path, machine: Machine, said: list[str], *, resume: bool) -> Runs:
    return Runs(Kept(path), resume=resume, execute=machine, say=said.append)


def test_runs_follow_each_other_after_one_that_warms_up(tmp_path: Path) -> None:
    machine, said = Machine(), list[str]()
    session = runs(tmp_path / "kept", machine, said, resume=False)
    results = session.run([order(1), order(2, method="first-fit", without=("hints",))])
    assert [one.order.seed for one in results] == [1, 2]
    assert [(one.case, one.method, one.without) for one in machine.asked] == [
        ("37 plans", "convene", ()),
        ("team", "convene", ()),
        ("team", "first-fit", ("hints",)),
    ]
    assert len(said) == 2
    assert said[1].startswith("[2/2, ran ")
    assert session.conditions == conditions()


def test_a_series_of_runs_goes_on_where_it_stopped(tmp_path: Path) -> None:
    runs(tmp_path / "kept", Machine(), [], resume=False).run([order(1), order(2)])
    machine, said = Machine(), list[str]()
    session = runs(tmp_path / "kept", machine, said, resume=True)
    results = session.run([order(1), order(2), order(3)])
    assert [one.order.seed for one in results] == [1, 2, 3]
    assert [(one.case, one.seed) for one in machine.asked] == [("37 plans", 3), ("team", 3)]
    assert said[0].startswith("[1/3, kept] team typical seed 1, convene, 10 s: cost 100")


def test_without_being_asked_nothing_kept_is_taken(tmp_path: Path) -> None:
    machine = Machine()
    for _ in range(2):
        runs(tmp_path / "kept", machine, [], resume=False).run([order(1)])
    assert [one.case for one in machine.asked] == ["37 plans", "team", "37 plans", "team"]


def test_verdicts() -> None:
    assert verdict(ours(1, 1500)) == "cost 1,500, 9.5 s, lawful"
    assert verdict(ours(1, 5, violations={"venue.overlap": 2})).endswith("NOT LAWFUL: {'venue.overlap': 2}")
    assert verdict(none_in_time(1)) == "no calendar in time"


def test_what_must_not_be() -> None:
    unlawful = outcome(order(1, method="first-fit"), 5, violations={"venue.overlap": 2})
    absent = Missing(order=order(2, method="timefold"), why="not available", note="no JDK")
    assert faults([ours(1, 500), absent]) == []
    assert len(faults([unlawful, none_in_time(3), absent])) == 2
