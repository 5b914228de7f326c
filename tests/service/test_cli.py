"""The commands, their exit codes, and that nothing is written when anything fails."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from caseloads import small_caseload
from click.testing import CliRunner, Result
from made_calendars import made_calendar
from scenes import ONE, TWO, Meet, Scene

import service.output.plan_files
import solver.plan
from service.cli.main import cli
from solver.check import CheckReport, Violation
from solver.events import ProgressEvent
from solver.policy import builtin_policies, load_policy
from solver.policy.model import Policy
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload
from solver.schema.load import load_caseload

FILES = {"calendar.json", "team.ics", "tasks.ics", "report.html", "people", "rooms"}
Solve = Callable[..., Calendar]


def run(*arguments: str | Path, stdin: str | None = None) -> Result:
    return CliRunner().invoke(
        cli, [str(argument) for argument in arguments], input=stdin, catch_exceptions=False
    )


@pytest.fixture
def caseload(tmp_path: Path) -> Path:
    path = tmp_path / "caseload.json"
    path.write_text(json.dumps(small_caseload()))
    return path


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def answer(caseload: Caseload, policy: Policy, **options: Any) -> Calendar:
    """Search no further than a calendar placed by hand."""
    options["on_event"](ProgressEvent(0.5, "prices", {"breach": 0}, 900, 890.0, 0.011, 0))
    return made_calendar(caseload, policy, flaws=False)


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch) -> None:
    put_in_its_place(monkeypatch, answer)


def put_in_its_place(monkeypatch: pytest.MonkeyPatch, solve: Solve) -> None:
    monkeypatch.setattr(solver.plan, "plan", solve)


def late(caseload: Caseload, policy: Policy, **options: Any) -> Calendar:
    calendar = made_calendar(caseload, policy, flaws=False)
    one = calendar.meetings[0]
    data = {"series": one.series, "meeting": one.id, "due": one.window.due, "days": 1, "proved": True}
    return Calendar.model_validate(calendar.model_dump(by_alias=True) | {"breaches": [data]})


# --- plan ----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("planned")
def test_plan_writes_every_file_and_says_where(caseload: Path, out: Path) -> None:
    result = run("plan", caseload, "-o", out)
    assert result.exit_code == 0, result.output
    assert {path.name for path in out.iterdir()} == FILES
    assert Calendar.model_validate_json((out / "calendar.json").read_bytes()).meetings
    assert (out / "people" / "sw-1.ics").read_bytes().startswith(b"BEGIN:VCALENDAR")
    assert "<h1>Oak Team (made up)</h1>" in (out / "report.html").read_text()
    assert "In timescale" in result.stdout
    assert "prices  cost 900" in result.stderr
    assert "prices" not in result.stdout


def test_breaches_are_exit_code_1_and_written_all_the_same(
    caseload: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_in_its_place(monkeypatch, late)
    result = run("plan", caseload, "-o", out)
    assert result.exit_code == 1
    assert "proved unavoidable" in result.stdout
    assert {path.name for path in out.iterdir()} == FILES


@pytest.mark.usefixtures("planned")
def test_plan_reads_standard_input_and_prints_json(caseload: Path, out: Path) -> None:
    result = run("plan", "-", "-o", out, "--json", "--quiet", stdin=caseload.read_text())
    assert result.exit_code == 0
    assert result.stderr == ""
    data = json.loads(result.stdout)
    assert data["team"] == "Oak Team (made up)"
    assert {Path(path).name for path in data["written"]} >= FILES - {"people", "rooms"}
    assert all(Path(path).is_file() for path in data["written"])


def test_the_options_reach_the_search(caseload: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}

    def solve(caseload: Caseload, policy: Policy, **options: Any) -> Calendar:
        seen.update(options)
        return made_calendar(caseload, policy, flaws=False)

    put_in_its_place(monkeypatch, solve)
    options = ("--seconds", "2.5", "--seed", "7", "--workers", "1", "--rounds", "3")
    assert run("plan", caseload, "-o", out, *options).exit_code == 0
    assert (seen["seconds"], seen["seed"], seen["workers"], seen["deterministic"]) == (2.5, 7, 1, 3)
    assert seen["stop"]() is False


def faulty() -> str:
    data = small_caseload(authority="nowhere")
    data["people"][0]["deputies"] = ["nobody"]
    data["plans"][0]["participants"][1]["person"] = "who"
    data["horizon"]["end"] = "2020-01-01"
    return json.dumps(data)


@pytest.mark.usefixtures("planned")
def test_every_fault_is_listed_and_nothing_written(tmp_path: Path, out: Path) -> None:
    path = tmp_path / "faulty.json"
    path.write_text(faulty())
    result = run("plan", path, "-o", out)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Nothing was written." in result.stderr
    for part in ("nowhere", "nobody", "plans[0].participants[1].person", "horizon"):
        assert part in result.stderr
    assert not out.exists()


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"format": "convene/1"}', "\x00"])
@pytest.mark.usefixtures("planned")
def test_what_is_no_caseload_is_bad_input(text: str, out: Path) -> None:
    result = run("plan", "-", "-o", out, stdin=text)
    assert result.exit_code == 2
    assert "Nothing was written." in result.stderr
    assert not out.exists()


@pytest.mark.usefixtures("planned")
def test_a_file_that_is_not_there_is_bad_input(tmp_path: Path, out: Path) -> None:
    result = run("plan", tmp_path / "missing.json", "-o", out)
    assert result.exit_code == 2
    assert "There is no such file." in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("options", [(), ("-o", "out", "--seconds", "0"), ("-o", "out", "--workers", "none")])
@pytest.mark.usefixtures("planned")
def test_wrong_options_are_bad_input(caseload: Path, options: tuple[str, ...]) -> None:
    assert run("plan", caseload, *options).exit_code == 2


def test_a_target_that_cannot_be_written_is_found_out_before_the_search(
    caseload: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_in_its_place(monkeypatch, lambda *_, **__: pytest.fail("searched in vain"))
    result = run("plan", caseload, "-o", caseload / "out")
    assert result.exit_code == 2
    assert "name another directory" in result.stderr


def test_a_calendar_the_checker_refuses_is_not_written(
    caseload: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    violation = Violation("person.overlap", ("m-1", "m-2"), ("sw-1",), 15, "sw-1 is at m-1 and m-2 at once.")

    def solve(*_: Any, **__: Any) -> Calendar:
        raise solver.plan.CheckFailedError(CheckReport([violation], [], {}, 0, []))

    put_in_its_place(monkeypatch, solve)
    out.mkdir()
    (out / "calendar.json").write_text("the last good one")
    result = run("plan", caseload, "-o", out)
    assert result.exit_code == 1
    assert "nothing was written" in result.stderr
    assert "sw-1 is at m-1 and m-2 at once." in result.stderr
    assert [path.read_text() for path in out.iterdir()] == ["the last good one"]


@pytest.mark.usefixtures("planned")
def test_a_failure_while_writing_leaves_nothing(
    caseload: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(directory: Path, *_: Any) -> None:
        assert (directory / "calendar.json").exists()
        raise ValueError("cannot be written rightly")

    monkeypatch.setattr(service.output.plan_files, "write_ics_files", fail)
    with pytest.raises(ValueError, match="rightly"):
        run("plan", caseload, "-o", out)
    assert [path.name for path in out.parent.iterdir()] == ["caseload.json"]


@pytest.mark.usefixtures("planned")
def test_people_of_an_earlier_run_are_gone(caseload: Path, out: Path) -> None:
    assert run("plan", caseload, "-o", out).exit_code == 0
    (out / "people" / "left.ics").write_text("BEGIN:VCALENDAR")
    assert run("plan", caseload, "-o", out).exit_code == 0
    assert not (out / "people" / "left.ics").exists()


@pytest.mark.usefixtures("planned")
def test_demo_writes_the_caseload_it_made_up(out: Path) -> None:
    result = run("demo", "-o", out, "--plans", "6")
    assert result.exit_code == 0, result.output
    assert {path.name for path in out.iterdir()} == FILES | {"caseload.json"}
    assert len(load_caseload(out / "caseload.json").plans) == 6


def test_a_whole_small_team_is_planned_checked_and_reported(tmp_path: Path, out: Path) -> None:
    path = tmp_path / "team.json"
    assert run("generate", "--plans", "3", "--seed", "5", "-o", path).exit_code == 0
    planned = run("plan", path, "-o", out, "--rounds", "2", "--quiet")
    assert planned.exit_code == 0, planned.output
    checked = run("check", path, out / "calendar.json")
    assert checked.exit_code == 0, checked.output
    assert "keeps every rule" in checked.stdout


# --- check ---------------------------------------------------------------------------------------


def test_check_lists_what_is_wrong(caseload: Path, tmp_path: Path) -> None:
    loaded = load_caseload(caseload)
    calendar = tmp_path / "calendar.json"
    made = made_calendar(loaded, load_policy("wandsworth"))
    calendar.write_text(made.model_dump_json(by_alias=True))
    result = run("check", caseload, calendar)
    assert result.exit_code == 1
    assert "violations found" in result.stdout
    data = json.loads(run("check", caseload, "-", "--json", stdin=calendar.read_text()).stdout)
    assert data["ok"] is False
    assert {"rule", "meetings", "people", "amount", "text", "forced"} == data["violations"][0].keys()


def test_check_refuses_what_is_no_calendar(caseload: Path) -> None:
    result = run("check", caseload, "-", stdin='{"format": "convene/1", "cost": "dear"}')
    assert result.exit_code == 2
    assert 'cost = "dear"' in result.stderr
    assert "meetings" in result.stderr
    assert run("check", "-", "-").exit_code == 2
    assert run("check", caseload, caseload.parent / "missing.json").exit_code == 2
    assert "faults" in run("check", caseload, caseload).stderr


# --- plan --previous -----------------------------------------------------------------------------


def test_planning_again_moves_what_it_must_and_says_so(tmp_path: Path) -> None:
    first, second, third = (tmp_path / name for name in ("first", "second", "third"))
    caseload = tmp_path / "caseload.json"
    assert (
        run("generate", "--plans", "6", "--seed", "3", "--congestion", "easy", "-o", caseload).exit_code == 0
    )
    options = ("--rounds", "4", "--quiet", "--workers", "1")
    run("plan", caseload, "-o", first, *options)
    before = Calendar.model_validate_json((first / "calendar.json").read_bytes())
    same = run("plan", caseload, "-o", second, "--previous", first / "calendar.json", *options)
    assert f"Nothing changes: {len(before.meetings)} meetings as before." in same.stdout
    assert Calendar.model_validate_json((second / "calendar.json").read_bytes()).revision == 2
    data = json.loads(caseload.read_text())
    gone = data["plans"].pop(0)["id"]
    caseload.write_text(json.dumps(data))
    result = run("plan", caseload, "-o", third, "--previous", second / "calendar.json", "--json", *options)
    lost = [meeting.id for meeting in before.meetings if meeting.plans == (gone,)]
    assert lost
    assert all(
        f"{meeting}: None of its plans is in the caseload any more." in result.stderr for meeting in lost
    )
    changes = json.loads(result.stdout)["changes"]
    assert [one["meeting"] for one in changes["cancelled"]] == lost
    assert (changes["before"]["revision"], changes["after"]["revision"]) == (2, 3)
    assert "keeps every rule" in run("check", third / "caseload.json", third / "calendar.json").stdout


def test_a_calendar_of_another_team_is_bad_input(tmp_path: Path, out: Path) -> None:
    caseload, other = tmp_path / "caseload.json", tmp_path / "other.json"
    assert run("generate", "--plans", "3", "--seed", "1", "-o", caseload).exit_code == 0
    other.write_text(Scene().calendar().model_dump_json(by_alias=True))
    result = run("plan", caseload, "-o", out, "--previous", other)
    assert result.exit_code == 2
    assert "calendar of this team" in result.stderr
    assert not out.exists()


def test_what_is_fixed_is_of_a_calendar(caseload: Path, out: Path) -> None:
    result = run("plan", caseload, "-o", out, "--fixed-until", "2026-12-24")
    assert result.exit_code == 2
    assert "--previous" in result.stderr
    assert not out.exists()


# --- diff ----------------------------------------------------------------------------------------


def test_a_difference_is_told_in_words_and_as_data(tmp_path: Path) -> None:
    scene = Scene()
    before, after = tmp_path / "before.json", tmp_path / "after.json"
    before.write_text(scene.calendar().model_dump_json(by_alias=True))
    scene.meets[1] = Meet(ONE, "2027-02-10T16:00", "room-3", {"hv-1": "deputy hv-2"})
    scene.meets.pop()
    after.write_text(scene.calendar(revision=2).model_dump_json(by_alias=True))
    same = run("diff", before, before)
    assert same.exit_code == 0
    assert "Nothing changes: 4 meetings as before." in same.stdout
    told = run("diff", before, after)
    assert told.exit_code == 1
    for line in (
        "Revision 1 to 2",
        "1 meeting moved",
        "Tue 9 Feb 2027 16.00 to 17.00, room-1 -> Wed 10 Feb 2027 16.00 to 17.00, room-3",
        "1 day late",
        "1 meeting cancelled",
        f"{ONE}.2, hv-1: attending -> deputy hv-2",
        f"New breach: {TWO}, not held",
        "people to ask or tell",
    ):
        assert line in told.stdout
    data = json.loads(run("diff", before, after, "--json").stdout)
    assert [change["meeting"] for change in data["moved"]] == [f"{ONE}.2"]
    assert run("diff", before, tmp_path / "missing.json").exit_code == 2
    assert run("diff", "-", "-").exit_code == 2


# --- generate, policies, schema ------------------------------------------------------------------


def test_generate_gives_the_same_bytes_for_a_seed(tmp_path: Path) -> None:
    path = tmp_path / "team.json"
    first = run("generate", "--plans", "4", "--seed", "1")
    assert run("generate", "--plans", "4", "--seed", "1", "-o", path).exit_code == 0
    assert path.read_bytes() == first.stdout_bytes
    assert run("generate", "--plans", "4", "--seed", "2").stdout_bytes != first.stdout_bytes


def test_generate_takes_a_policy_a_start_and_a_congestion() -> None:
    options = ("--authority", "sefton", "--congestion", "easy", "--start", "2027-02-01")
    data = json.loads(run("generate", "--plans", "4", "--seed", "1", *options).stdout)
    assert data["authority"] == "sefton"
    assert data["horizon"]["start"] == "2027-02-01"


def test_one_off_meetings_are_made_up_planned_and_written(tmp_path: Path) -> None:
    path, out = tmp_path / "one-off.json", tmp_path / "out"
    assert run("generate", "--one-off", "30", "--seed", "2", "-o", path).exit_code == 0
    caseload = load_caseload(path)
    assert len(caseload.plans) == 30
    assert run("plan", path, "-o", out, "--rounds", "3", "--quiet").exit_code == 0
    calendar = Calendar.model_validate_json((out / "calendar.json").read_bytes())
    assert len(calendar.meetings) == 30
    assert {path.name for path in out.iterdir()} == FILES
    assert (out / "team.ics").read_bytes().count(b"BEGIN:VEVENT") == 30
    assert (out / "tasks.ics").read_bytes().count(b"BEGIN:VTODO") == 30
    assert "Planning meeting" in (out / "report.html").read_text(encoding="utf-8")
    assert run("check", path, out / "calendar.json").exit_code == 0


@pytest.mark.parametrize(
    "options",
    [
        ("--plans", "0", "--seed", "1"),
        ("--plans", "3"),
        ("--plans", "3", "--seed", "1", "--authority", "nowhere"),
        ("--plans", "3", "--seed", "1", "--congestion", "awful"),
        ("--plans", "3", "--seed", "1", "--start", "Monday"),
        ("--plans", "3", "--seed", "1", "-o", "missing/team.json"),
        ("--seed", "1"),
        ("--plans", "3", "--one-off", "3", "--seed", "1"),
        ("--one-off", "0", "--seed", "1"),
        ("--one-off", "3", "--seed", "1", "--authority", "barnsley"),
        ("--one-off", "3", "--seed", "1", "--congestion", "easy"),
        ("--one-off", "3", "--seed", "1", "--start", "2027-02-01"),
    ],
)
def test_generate_refuses_what_it_cannot_make(
    options: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("generate", *options)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_policies_are_listed() -> None:
    text = run("policies").stdout
    data = json.loads(run("policies", "--json").stdout)
    assert [one["id"] for one in data] == builtin_policies()
    assert all(one["id"] in text for one in data)


def test_a_policy_is_shown_in_words_and_as_data() -> None:
    text = run("policies", "show", "barnsley").stdout
    assert "within 10 working days" in text
    assert "[B9]" in text
    assert json.loads(run("policies", "show", "barnsley", "--json").stdout)["id"] == "barnsley"


def test_an_unknown_policy_is_bad_input() -> None:
    result = run("policies", "show", "barnsly")
    assert result.exit_code == 2
    assert '"barnsley"' in result.stderr


def test_a_policy_file_is_checked(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    text = files("solver").joinpath("policies", "barnsley.toml").read_text()
    good.write_text(text)
    bad.write_text(text.replace('"10 working days"', '"10 working dogs"', 1))
    assert run("policies", "check", good).exit_code == 0
    result = run("policies", "check", bad)
    assert result.exit_code == 2
    assert "10 working dogs" in result.stderr
    listed = run("policies", "check", bad, "--json")
    assert listed.exit_code == 2
    assert json.loads(listed.stdout)[0]["path"].startswith("line ")
    assert run("policies", "check", tmp_path / "missing.toml").exit_code == 2


def test_a_policy_file_is_shown_too(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    text = files("solver").joinpath("policies", "barnsley.toml").read_text()
    mine.write_text(text.replace('name = "Barnsley"', 'name = "Myshire"', 1))
    assert "Myshire" in run("policies", "show", mine).stdout
    mine.write_text(text.replace('"10 working days"', '"10 working dogs"', 1))
    result = run("policies", "show", mine)
    assert result.exit_code == 2
    assert "line " in result.stderr
    assert run("policies", "show", tmp_path / "missing.toml").exit_code == 2


def test_coverage_says_what_becomes_of_every_item() -> None:
    data = json.loads(run("policies", "coverage", "--json").stdout)
    assert len(data) == 114
    assert {"id", "status", "by", "tests"} <= set(data[0])
    text = run("policies", "coverage", "barnsley").stdout
    assert "B9" in text
    assert "W1a" not in text
    counted = sum(one["policy"] == "barnsley" for one in data)
    assert f"{counted} items" in text


@pytest.mark.parametrize("document", ["caseload", "calendar"])
def test_schemas_are_json(document: str) -> None:
    assert json.loads(run("schema", document).stdout)["$id"].endswith(document)


# --- the command itself --------------------------------------------------------------------------


def test_help_names_every_command_and_the_exit_codes() -> None:
    text = run("--help").stdout
    assert all(
        name in text for name in ("demo", "plan", "check", "generate", "policies", "schema", "Exit codes")
    )
    for command in cli.commands:
        assert run(command, "--help").exit_code == 0


def test_version() -> None:
    assert run("--version").stdout.startswith("convene ")


def test_help_loads_nothing_heavy() -> None:
    heavy = ("numba", "numpy", "ortools", "pandas", "rich", "pydantic", "jinja2", "icalendar", "holidays")
    program = f"import sys, service.cli.main; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_exit_code_reaches_the_shell(tmp_path: Path) -> None:
    program = "from service.cli.main import main; main()"
    command = [
        sys.executable,
        "-c",
        program,
        "plan",
        str(tmp_path / "missing.json"),
        "-o",
        str(tmp_path / "out"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "no such file" in done.stderr
    assert list(tmp_path.iterdir()) == []
