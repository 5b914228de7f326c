from __future__ import annotations

from pathlib import Path

from benchmark_results import none_in_time, order, ours

from benchmarks.kept import ROOT, Entry, Kept, digest
from benchmarks.record import Result


def entry(result: Result, sources: str = "now", conditions: str = "here") -> Entry:
    return Entry(sources=sources, conditions=conditions, result=result)


def test_a_kept_result_is_found_again_by_another_process(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    kept = Kept(path)
    assert kept.find(order(1), "now") is None
    kept.add(entry(ours(1, 500), conditions="earlier"))
    kept.add(entry(ours(1, 400)))
    for looking in (kept, Kept(path)):
        found = looking.find(order(1), "now")
        assert found is not None
        assert (found.result, found.conditions) == (ours(1, 400), "here")
        assert looking.find(order(2), "now") is None


def test_a_result_of_other_sources_does_not_count(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "results.jsonl")
    kept.add(entry(ours(1, 500), sources="then"))
    assert kept.find(order(1), "now") is None


def test_what_gave_no_calendar_is_tried_again(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    Kept(path).add(entry(none_in_time(1)))
    assert Kept(path).find(order(1), "now") is None


def test_a_line_cut_short_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    Kept(path).add(entry(ours(1, 500)))
    Kept(path).add(entry(ours(2, 600)))
    path.write_text(path.read_text(encoding="utf-8")[:-40], encoding="utf-8")
    assert Kept(path).find(order(1), "now") is not None
    assert Kept(path).find(order(2), "now") is None


def test_the_digest_is_of_what_can_change_a_result(tmp_path: Path) -> None:
    sources = ("solver/plan.py", "benchmarks/peers/diary.py", "benchmarks/child.py")
    for path in (*sources, "benchmarks/tables.py", "benchmarks/peers/one_shot/model.py"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("one = 1\n", encoding="utf-8")
    first = digest("convene", tmp_path)
    (tmp_path / "benchmarks/tables.py").write_text("one = 2\n", encoding="utf-8")
    assert digest("convene", tmp_path) == first
    for path in sources:
        before = digest("convene", tmp_path)
        (tmp_path / path).write_text("one = 2\n", encoding="utf-8")
        assert digest("convene", tmp_path) != before
    assert digest("convene", ROOT) == digest("convene", ROOT)


def test_a_peer_of_its_own_changes_its_own_results_alone(tmp_path: Path) -> None:
    model = tmp_path / "benchmarks/peers/one_shot/model.py"
    model.parent.mkdir(parents=True)
    model.write_text("one = 1\n", encoding="utf-8")
    ours, theirs = digest("convene", tmp_path), digest("one-shot", tmp_path)
    model.write_text("one = 2\n", encoding="utf-8")
    assert digest("convene", tmp_path) == ours
    assert digest("one-shot", tmp_path) != theirs
