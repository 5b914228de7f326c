"""The exported JSON Schemas are what the models say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload
from solver.schema.export import main, schemas, stale


def test_the_committed_schemas_are_up_to_date() -> None:
    assert stale() == [], "run python -m solver.schema.export"


def test_a_schema_that_is_missing_or_differs_is_told_and_written_anew(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([], tmp_path) == 0
    assert main(["--check"], tmp_path) == 0
    (tmp_path / "caseload.schema.json").write_text("{}", encoding="utf-8")
    (tmp_path / "calendar.schema.json").unlink()
    assert main(["--check"], tmp_path) == 1
    assert "caseload.schema.json, calendar.schema.json" in capsys.readouterr().out
    assert main([], tmp_path) == 0
    assert stale(tmp_path) == []


def test_another_argument_is_refused(tmp_path: Path) -> None:
    assert main(["--force"], tmp_path) == 2
    assert list(tmp_path.iterdir()) == []


def test_the_schemas_name_every_field_by_its_name_in_json() -> None:
    caseload, calendar = (json.loads(text) for text in schemas().values())
    assert list(caseload["properties"]) == list(Caseload.model_fields)
    assert list(calendar["properties"]) == list(Calendar.model_fields)
    assert "from" in caseload["$defs"]["Participant"]["properties"]
    assert "for" in calendar["$defs"]["Attendee"]["properties"]
    assert set(calendar["required"]) == set(Calendar.model_fields)


def test_the_schemas_say_what_times_look_like() -> None:
    caseload = json.loads(schemas()["caseload.schema.json"])
    assert caseload["$defs"]["DaySpan"]["properties"]["start"]["examples"] == ["09:00"]
    assert caseload["$defs"]["Span"]["properties"]["start"]["type"] == "string"
