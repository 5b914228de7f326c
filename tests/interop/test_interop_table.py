"""The table of README.md is what tests saw: its rows come from their record, and each row's command runs its tests."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
_spec = importlib.util.spec_from_file_location("interop_table", HERE / "table.py")
assert _spec is not None
assert _spec.loader is not None
table = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(table)

TEXT = (
    f"before\n{table.BEGIN}\n\n| client |\n| --- |\n| **Old** 1, 2026-01-01 | seen |\n\n{table.END}\nafter\n"
)


def found(*words: str, **more: Any) -> dict[str, Any]:
    return {"only": "new", "date": "2026-11-22", "version": "2", "cells": {"REQUEST": list(words)}} | more


@pytest.fixture(scope="module")
def tests(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The tests of each program, by what pytest collects."""
    path = tmp_path_factory.mktemp("collected") / "clients.json"
    subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-qq", "-p", "no:cacheprovider", HERE],
        cwd=HERE.parents[1],
        env=os.environ | {"INTEROP_CLIENTS": str(path)},
        stdout=subprocess.DEVNULL,
        check=True,
        timeout=120,
    )
    collected: dict[str, list[str]] = json.loads(path.read_text())
    return collected


def test_a_row_is_what_was_seen() -> None:
    row = table.row("New", found("one | two", "three"))
    dashes = " | ".join(["–"] * (len(table.CELLS) - 1))
    assert row == f"| **New** 2, 2026-11-22 | one \\| two; three | {dashes} | `make interop ONLY=new` |"


def test_rows_of_a_run_replace_theirs_and_no_others() -> None:
    text = table.replaced(TEXT, {"New": found("first")})
    assert list(table.rows(text)) == ["New", "Old"]
    again = table.replaced(text, {"New": found("second")})
    assert "first" not in again
    assert table.rows(again)["Old"] == table.rows(TEXT)["Old"]
    assert (again.startswith("before\n"), again.endswith("\nafter\n")) == (True, True)


def test_a_failure_is_in_the_row_and_what_was_not_run_changes_nothing() -> None:
    assert "FAILED" in table.replaced(TEXT, {"Old": found("FAILED")})
    assert table.rows(table.replaced(TEXT, {"Old": found("not run: not installed")})) == table.rows(TEXT)


def test_a_readme_without_place_is_an_error() -> None:
    with pytest.raises(ValueError, match="no place for the table"):
        table.replaced("nothing", {})


def test_the_table_has_a_row_for_every_program_that_is_tested(tests: dict[str, list[str]]) -> None:
    rows = table.rows(table.README.read_text())
    assert rows.keys() == tests.keys()
    assert not [client for client, row in rows.items() if "FAILED" in row or table.NOT_RUN in row]


def test_the_command_of_a_row_runs_its_tests_and_no_others(tests: dict[str, list[str]]) -> None:
    for client, row in table.rows(table.README.read_text()).items():
        command = re.search(r"`make interop ONLY=([^`]+)`", row)
        assert command
        chosen = {name for names in tests.values() for name in names if command[1] in name}
        assert chosen == set(tests[client])
