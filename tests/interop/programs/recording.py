"""The record of what real programs were seen to do, from the reports of a test run."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

Seen = Callable[..., None]
"""See the fixture of that name."""
PROPERTY: Final = "interop"
"""Under which reports carry what was seen."""


class Recorder:
    """Collects the reports of a run, wherever its workers are, and adds them to the record."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._found: dict[str, dict[str, Any]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        said = [value for name, value in report.user_properties if name == PROPERTY]
        about = next((one for one in said if "client" in one), None)
        if about is None or (report.when != "call" and report.passed):
            return
        row = self._found.setdefault(
            about["client"],
            {"only": about["only"], "date": f"{datetime.now(UTC):%Y-%m-%d}", "version": "", "cells": {}},
        )
        for cell in about["shows"]:
            row["cells"].setdefault(cell, [])
        if not report.passed:
            why = "FAILED" if report.failed else f"not run: {_reason(report)}"
            for cell in about["shows"]:
                if why not in row["cells"][cell]:
                    row["cells"][cell].append(why)
            return
        for one in said:
            if "version" in one:
                row["version"] = one["version"]
            elif "cell" in one and one["words"] not in row["cells"][one["cell"]]:
                row["cells"][one["cell"]].append(one["words"])

    def pytest_sessionfinish(self) -> None:
        known = json.loads(self._path.read_text()) if self._path.exists() else {}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(json.dumps(known | self._found, indent=1, ensure_ascii=False) + "\n")


def _reason(report: pytest.TestReport) -> str:
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return str(text).removeprefix("Skipped: ")
