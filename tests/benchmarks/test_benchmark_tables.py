from __future__ import annotations

import pytest

from benchmarks.figures import Summary
from benchmarks.tables import level_rows, markdown, number, percent, plain, put_section, rows, seconds

SUMMARY = Summary(
    case="team",
    congestion="hard",
    method="convene",
    limit=10.0,
    runs=3,
    plans=150,
    meetings=412.0,
    first=0.4567,
    gaps={1.0: 0.0512, 3.0: None},
    gap=0.01,
    share=0.0234,
    better=3,
    compared=3,
    cost=12345.5,
    levels={"breach": 10000.0, "family": 2345.5},
    breaches=1.0,
    breaches_proved=0.0,
    seconds=10.2,
    peak_mb=312.4,
    lawful=3,
)


def test_cells_say_when_there_is_nothing() -> None:
    assert (seconds(0.4567), seconds(12.3), seconds(None)) == ("0.46 s", "12 s", "never")
    assert (percent(0.0512), percent(None)) == ("5.12 %", "–")
    assert (number(12345.0), number(12345.5), number(None)) == ("12,345", "12,345.5", "–")


def test_a_row_has_a_cell_for_every_head() -> None:
    head, row = rows([SUMMARY], (1.0, 3.0))
    cells = dict(zip(head, row, strict=True))
    assert cells["first calendar"] == "0.46 s"
    assert cells["gap at 1 s"] == "5.12 %"
    assert cells["gap at 3 s"] == "–"
    assert cells["share left"] == "2.34 %"
    assert cells["better than first fit"] == "3 of 3"
    assert cells["breaches (proved)"] == "1 (0)"
    assert cells["lawful"] == "3 of 3"


def test_levels_have_a_column_each() -> None:
    assert level_rows([SUMMARY]) == [
        ("case", "congestion", "method", "limit", "breach", "family"),
        ("team", "hard", "convene", "10 s", "10,000", "2,345.5"),
    ]


def test_tables_in_markdown_and_for_a_terminal() -> None:
    table = [("a", "b", "c", "points"), ("x", "yy", "z", "1")]
    assert markdown(table) == "| a | b | c | points |\n| --- | --- | --- | --- |\n| x | yy | z | 1 |"
    assert plain(table) == "a  b   c  points\nx  yy  z       1"


def test_a_section_is_added_then_replaced() -> None:
    document = "# Results\n\n<!-- more results -->\n"
    once = put_section(document, "team", r"first \1")
    assert once == (
        "# Results\n\n<!-- results: team -->\n\nfirst \\1\n\n<!-- end of results: team -->\n\n<!-- more results -->\n"
    )
    both = put_section(once, "worker", "other")
    again = put_section(both, "team", r"second \g<0>")
    assert r"second \g<0>" in again
    assert "first" not in again
    assert "other" in again
    assert again.count("<!-- results: team -->") == 1


def test_a_document_without_a_place_is_refused() -> None:
    with pytest.raises(ValueError, match="no place for results"):
        put_section("# Results\n", "team", "body")
