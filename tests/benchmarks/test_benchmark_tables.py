from __future__ import annotations

import pytest

from benchmarks.tables import (
    bullets,
    limit,
    markdown,
    megabytes,
    number,
    percent,
    plain,
    put_section,
    seconds,
    times,
)


def test_cells_say_when_there_is_nothing() -> None:
    assert (seconds(0.4567), seconds(12.3), seconds(None)) == ("0.46 s", "12 s", "never")
    assert (percent(0.0512), percent(None)) == ("5.12 %", "–")
    assert (number(12345.0), number(12345.5), number(None)) == ("12,345", "12,345.5", "–")
    assert (times(1.0304), times(12.34), times(None)) == ("1.030 ×", "12.3 ×", "–")
    assert (megabytes(1234.5), megabytes(None)) == ("1,234 MB", "–")
    assert (limit(10.0), limit(0.0)) == ("10 s", "–")


def test_tables_in_markdown_and_for_a_terminal() -> None:
    table = [("a", "b", "c", "points"), ("x", "yy", "z", "1")]
    assert markdown(table) == "| a | b | c | points |\n| --- | --- | --- | --- |\n| x | yy | z | 1 |"
    assert plain(table) == "a  b   c  points\nx  yy  z       1"


def test_a_list() -> None:
    assert bullets(["one", "two"]) == "- one\n- two"
    assert bullets([]) == ""


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
