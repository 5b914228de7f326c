"""The benchmark of stress tests: a row a team, with both calendars' figures."""

from __future__ import annotations

import pytest

from benchmarks.stress import main


def test_it_prints_a_row_a_team(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(
        ["--plans", "4", "--seeds", "1", "2", "--congestion", "typical", "--runs", "2", "--rounds", "1"]
    )
    assert code == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("|")]
    head, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    assert head[:4] == ["congestion", "seed", "meetings, without", "late as planned"]
    assert [row[:2] for row in rows] == [["typical", "1"], ["typical", "2"]]
    assert {len(row) for row in rows} == {len(head)}
    for row in rows:
        own, _ = (int(number) for number in row[2].split(", "))
        assert own > 0
        assert row[-1].endswith(" s")
