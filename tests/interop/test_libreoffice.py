"""LibreOffice opens our workbook and saves it again, as a spreadsheet or as CSV files: the same caseload comes back."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import Final, Protocol

import pytest
from caseloads import small_caseload
from installed import program, run

from service.workbook.excel_out import excel_workbook
from service.workbook.flatten import data_of
from service.workbook.read import read_workbook
from solver.generate import generate
from solver.schema.caseload import Caseload
from solver.schema.load import digest, load_caseload

pytestmark = pytest.mark.interop
CSV: Final = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,true,false,false,-1"
"""Commas, double quotes, UTF-8, cells as they are shown, every sheet a file: what its dialogue has ticked."""


class Saving(Protocol):
    """What makes a folder with a file in another form."""

    def __call__(self, file: Path, form: str) -> Path: ...


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Saving:
    """LibreOffice with a profile of these tests' own."""
    home = tmp_path_factory.mktemp("office")

    def save(file: Path, form: str) -> Path:
        folder = file.parent / f"as {form.partition(':')[0]}"
        profile = f"-env:UserInstallation=file://{home / 'profile'}"
        done = run(
            program("soffice"),
            "--headless",
            profile,
            "--convert-to",
            form,
            "--outdir",
            folder,
            file,
            home=home,
        )
        assert done.returncode == 0, done.stderr
        return folder

    return save


def _odd() -> Caseload:
    """Texts that a spreadsheet would like to change."""
    data = small_caseload()
    data["people"][0] |= {"name": "=Testworker+1", "notice_working_days": 2}
    data["venues"][0] |= {
        "address": '1-2 "Quoted" Street;\nsecond line, 3/4',
        "features": ["private", "step_free", "a; b", "00123"],
    }
    data["plans"][2] |= {
        "concerns": [
            {"id": "c-1", "kind": "disagreement", "raised": "2026-10-30", "about": " @threshold, 1/2 "}
        ]
    }
    return load_caseload(json.dumps(data).encode())


@pytest.fixture(params=["a team", "odd texts"])
def caseload(request: pytest.FixtureRequest) -> Caseload:
    return generate(20, 5) if request.param == "a team" else _odd()


@pytest.fixture
def workbook(caseload: Caseload, tmp_path: Path) -> Path:
    file = tmp_path / "team.xlsx"
    file.write_bytes(excel_workbook(data_of(caseload)))
    return file


def _lists(file: Path) -> set[str]:
    """Where the drop-downs of a workbook get their words from, by sheet."""
    found = set()
    with zipfile.ZipFile(file) as parts:
        for name in parts.namelist():
            if name.startswith("xl/worksheets/sheet"):
                text = parts.read(name).decode()
                found |= {f"{name} {one}" for one in re.findall(r'<dataValidation [^>]*type="(list)"', text)}
    return found


def test_saved_as_a_workbook_it_is_the_same_caseload_with_its_drop_downs(
    workbook: Path, caseload: Caseload, saved: Saving
) -> None:
    again = saved(workbook, "xlsx") / "team.xlsx"
    assert digest(read_workbook(again).caseload) == digest(caseload)
    assert _lists(again) == _lists(workbook) != set()


def test_by_way_of_its_own_format_it_is_the_same_caseload(
    workbook: Path, caseload: Caseload, saved: Saving
) -> None:
    own = saved(workbook, "ods") / "team.ods"
    assert digest(read_workbook(saved(own, "xlsx") / "team.xlsx").caseload) == digest(caseload)


def test_its_csv_files_are_the_same_caseload_under_the_names_it_gives_them(
    workbook: Path, caseload: Caseload, saved: Saving
) -> None:
    folder = saved(workbook, CSV)
    assert (folder / "team-Read me.csv").exists()
    assert digest(read_workbook(folder).caseload) == digest(caseload)
