"""`convene explain` on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from solver_cases import hours, lone, person, plan_of, planned, room

from service.cli.main import cli

Json = dict[str, Any]


def late() -> Json:
    """The worker is on leave when the first meeting is due, and a health visitor can never come."""
    data = lone()
    data["people"][0]["busy"] = [{"start": "2027-01-01T00:00", "end": "2027-01-19T00:00"}]
    data["people"].append(person("hv-1", "health_visitor", hours={}))
    data["plans"][0]["participants"].append({"person": "hv-1"})
    return data


def written(folder: Path, data: Json) -> list[str]:
    """The two files, as arguments."""
    caseload, calendar = folder / "caseload.json", folder / "calendar.json"
    caseload.write_text(json.dumps(data), encoding="utf-8")
    calendar.write_text(planned(data).model_dump_json(by_alias=True), encoding="utf-8")
    return [str(caseload), str(calendar)]


def explain(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["explain", *arguments])


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(name="files")
def _files(tmp_path: Path) -> list[str]:
    return written(tmp_path, late())


def test_the_whole_calendar(files: list[str]) -> None:
    result = explain(*files)
    assert result.exit_code == 0
    text = words(result.stdout)
    assert text.startswith("1 meeting late or not held")
    assert (
        "Core group 1, plan-1: due by Thu 14 Jan 2027 [made-up], held on Tue 19 Jan 2027, 09:00, 5 days late "
        "(proved unavoidable) Person sw-1 (sw-1) must be there and is away from Fri 1 Jan to Mon 18 Jan 2027. [made-up] "
        "+ Free Person sw-1 (sw-1) on Mon 11 Jan 2027 from 09:00 to 10:00, when they are away or busy: it can then be "
        "held on Mon 11 Jan 2027 at 09:00 in room-1. ("
    ) in text
    assert "Tried: 1 remedy, of which 1 helps." in text
    assert "2 exceptions Missing most often: hv-1 (2)" in text
    assert text.endswith("Nobody's time and no room is so short that it costs anything.")


def test_the_whole_calendar_as_json(files: list[str]) -> None:
    told = json.loads(explain(*files, "--json").stdout)
    (breach,) = told["breaches"]
    assert breach["reasons"][0] | {"text": ""} == {
        "rule": "person.busy",
        "sources": ["made-up"],
        "people": ["sw-1"],
        "text": "",
        "venues": [],
        "meetings": [],
        "days": breach["reasons"][0]["days"],
        "alone": True,
    }
    assert breach["remedies"][0]["kind"] == "free_person"
    assert all(one["looked_into"] for one in told["exceptions"])
    assert told["bottlenecks"] == []


def test_one_meeting(files: list[str]) -> None:
    result = explain(*files, "plan-1.core_group.1")
    assert result.exit_code == 0
    text = words(result.stdout)
    assert text.startswith("plan-1.core_group.1: from Mon 4 Jan 2027 to Thu 14 Jan 2027 [made-up]")
    assert "Why it is 5 days late" in text
    assert "Written report instead of attendance" in text
    assert json.loads(explain(*files, "plan-1.core_group.1", "--json").stdout)["due"] == "2027-01-14"


def test_why_not_then(files: list[str]) -> None:
    text = words(explain(*files, "plan-1.core_group.1", "--at", "2027-01-12T10:00").stdout)
    assert text.startswith(
        "plan-1.core_group.1 can't be held on Tue 12 Jan 2027 at 10:00. Person sw-1 (sw-1) must be there"
    )
    told = json.loads(
        explain(
            *files, "plan-1.core_group.1", "--at", "2027-01-20T10:00", "--venue", "room-1", "--json"
        ).stdout
    )
    assert told["possible"]
    assert told["alternative"]["costs"]["breach"] == 10_000


def test_a_series_that_lacks_its_meeting(tmp_path: Path) -> None:
    data = lone()
    data["people"][0]["hours"] = {}
    files = written(tmp_path, data)
    text = words(explain(*files, "plan-1.core_group").stdout)
    assert text.startswith(
        "Next core group, plan-1: due by Thu 14 Jan 2027 [made-up], not held (proved unavoidable)"
    )
    assert "Person sw-1 (sw-1) must be there and has no hours at all. [made-up]" in text
    assert "it can then be held on Mon 11 Jan 2027 at 08:00 in room-1." in text
    assert json.loads(explain(*files, "plan-1.core_group", "--json").stdout)["meeting"] is None
    result = explain(*files, "plan-1.core_group", "--at", "2027-01-12T10:00")
    assert result.exit_code == 2
    assert "holds no further meeting" in result.stderr


def test_what_is_enough_and_what_is_not(tmp_path: Path) -> None:
    data = lone(venues=[room("room-1", hours=hours("09:00", "10:30"))])
    data["people"][0]["hours"] = hours("10:00", "17:00")
    data["people"].append(person("bs-1", "business_support"))
    files = written(tmp_path, data)
    assert "Any one of these being otherwise would make it possible." in words(explain(*files).stdout)
    (tmp_path / "b").mkdir()
    data = lone()
    data["people"].append(person("sw-2", "social_worker", hours={}))
    data["plans"].append(plan_of(2, {"person": "sw-2"}))
    data["plans"][1]["venue"] = {"never": ["room-1"]}
    text = words(explain(*written(tmp_path / "b", data)).stdout)
    assert "None of this being otherwise would be enough: something else is in the way each time." in text


class TestFaults:
    """Exit code 2, and what would be right."""

    def refused(self, *arguments: str) -> str:
        result = explain(*arguments)
        assert result.exit_code == 2
        return words(result.stderr)

    def test_no_such_meeting(self, files: list[str]) -> None:
        assert "no meeting plan-1.core_group.9: did you mean plan-1.core_group." in self.refused(
            *files, "plan-1.core_group.9"
        )
        assert self.refused(*files, "x").startswith("The calendar has no meeting x.")

    def test_another_caseload(self, files: list[str], tmp_path: Path) -> None:
        other = tmp_path / "other.json"
        other.write_text(json.dumps(late() | {"id": "other"}), encoding="utf-8")
        assert self.refused(str(other), files[1]).startswith(
            "The calendar is of the caseload lone, and this is other: give the caseload that it was planned from"
        )

    def test_a_caseload_that_has_changed(self, files: list[str]) -> None:
        data = late()
        data["people"][0]["busy"] = []
        Path(files[0]).write_text(json.dumps(data), encoding="utf-8")
        assert self.refused(*files).startswith("The caseload has changed since the calendar was planned")

    def test_another_policy(self, files: list[str]) -> None:
        data = late()
        data["authority"] = "barnsley"
        Path(files[0]).write_text(json.dumps(data), encoding="utf-8")
        assert self.refused(*files).startswith("The calendar was planned under the policy made-up")

    def test_a_time_off_the_grid(self, files: list[str]) -> None:
        assert "whole multiple of 30 minutes, not at 10:10" in self.refused(
            *files, "plan-1.core_group.1", "--at", "2027-01-12T10:10"
        )

    def test_a_venue_that_is_not_there(self, files: list[str]) -> None:
        assert "The caseload has no venue room-9: its venues are room-1" in self.refused(
            *files, "plan-1.core_group.1", "--at", "2027-01-12T10:00", "--venue", "room-9"
        )

    def test_a_time_without_a_meeting(self, files: list[str]) -> None:
        assert "--at asks about one meeting" in self.refused(*files, "--at", "2027-01-12T10:00")

    def test_a_venue_without_a_time(self, files: list[str]) -> None:
        assert "--venue goes with --at" in self.refused(*files, "plan-1.core_group.1", "--venue", "room-1")

    def test_both_from_standard_input(self) -> None:
        assert "Only one of the two" in self.refused("-", "-")
