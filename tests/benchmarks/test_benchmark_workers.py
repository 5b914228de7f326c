"""The table of shards on one and on two workers."""

from __future__ import annotations

import pytest

from benchmarks.workers import Run, main, table


def test_each_size_is_compared_with_its_own_single_worker() -> None:
    runs = [
        Run(1_500, 1, 30.0, 90.0, 1_000, 900.0, 1_024.0),
        Run(1_500, 2, 20.0, 50.0, 1_001, 899.5, 2_048.0),
        Run(3_000, 2, 40.0, 100.0, 2_000, 1_800.0, None),
    ]
    assert table(runs)[2:] == [
        "| 1,500 | 1 | 30 s | 90 s | 1.00 | 1,000 | 900 | 1.00 GB |",
        "| 1,500 | 2 | 20 s | 50 s | 1.80 | 1,001 | 900 | 2.00 GB |",
        "| 3,000 | 2 | 40 s | 100 s |  | 2,000 | 1,800 |  |",
    ]


@pytest.mark.slow
def test_a_small_authority_on_both(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    assert main(["--plans", "24", "--rounds", "2"]) == 0
    said = capsys.readouterr().out
    assert "`python -m benchmarks.workers --plans 24 --rounds 2`" in said
    rows = [line.split("|") for line in said.splitlines() if line.startswith("| 24 ")]
    assert [row[2].strip() for row in rows] == ["1", "2"]
    # What is proven is of any calendar, whoever found it.
    assert all(
        float(row[7].strip().replace(",", "")) <= float(row[6].strip().replace(",", "")) for row in rows
    )
