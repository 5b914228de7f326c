"""The timing of options: what is counted, and the table."""

from __future__ import annotations

import pytest

from benchmarks.rebook import Timed, main, measure, table


def test_a_small_team_is_measured() -> None:
    found = measure(6, 1, "typical", "barnsley", 5, 1)
    assert len(found.warm) == len(found.busy) == len(found.cold) == 5
    assert found.meetings >= 5
    assert 0 < found.options <= 8
    assert 0 <= found.alone <= 5


def test_the_table_has_percentiles_in_milliseconds() -> None:
    times = tuple(n / 1000 for n in range(1, 102))
    one = Timed("hard", 3, 800, times, times, tuple(2 * time for time in times), 6.25, 90)
    assert table([one])[-1] == (
        "| hard | 3 | 800 | 101 | 90 | 6.2 | 51 ms | 96 ms | 101 ms | 96 ms | 102 ms | 192 ms | 202 ms |"
    )


def test_the_command_names_itself(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--plans", "4", "--seeds", "2", "--congestion", "easy", "--calls", "3", "--rounds", "1"])
    told = capsys.readouterr().out
    assert told.startswith("`python -m benchmarks.rebook --plans 4 --seeds 2")
    assert "| easy | 2 |" in told
