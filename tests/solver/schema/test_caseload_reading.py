"""The text of a caseload file: what isn't JSON, and what is but can't be used."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from caseloads import small_caseload
from faulty import faults_of_bytes

from solver.schema.faults import CaseloadError
from solver.schema.load import load_caseload

TEXT = json.dumps(small_caseload())

NOT_JSON = {
    "empty": (b"", "", "The file is empty.", '{"format": "convene/1"'),
    "blank": (b" \n ", "", "The file is empty.", '{"format": "convene/1"'),
    "a list": (b"[1, 2]", "", "A caseload is one JSON object.", "Begin with"),
    "a text": (b'"a"', "", "A caseload is one JSON object.", "Begin with"),
    "a comma too many": (
        b'{"id": "a",\n "plans": [],\n}',
        "line 3, column 1",
        "not JSON",
        "Remove the comma",
    ),
    "a comma too many in a list": (b'{"plans": [1,]}', "line 1, column 14", "not JSON", "Remove the comma"),
    "a comma too few": (
        b'{"id": "a"\n "plans": []}',
        "line 2, column 2",
        "not JSON",
        "missing before this place",
    ),
    "single quotes": (b"{'id': 1}", "line 1, column 2", "not JSON", "straight double quotes"),
    "curly quotes": ("{“id”: 1}".encode(), "line 1, column 2", "not JSON", "straight double quotes"),
    "Python words": (b'{"id": True}', "line 1, column 8", "not JSON", "small letters"),
    "a comment": (b'{"id": 1, // mine\n "a": 2}', "line 1, column 11", "not JSON", "Remove the comment"),
    "cut off": (b'{"id": "a", "plans": [', "line 1, column 23", "not JSON", "ends too early"),
    "two objects": (b'{"id": 1}\n{"id": 2}', "line 2, column 1", "not JSON", "Correct the text"),
    "not UTF-8": (b'{"id":\n "\xff"}', "line 2", "Byte 10 is not UTF-8 text.", "Save the file as UTF-8."),
    "a workbook": (b"PK\x03\x04rest", "", "workbook or a zip file", "`convene import`"),
    "nested without end": (b"[" * 100_000, "", "nested too deeply", "caseload file"),
    "nested far": (b'{"a":' * 100 + b"1" + b"}" * 100, "", "nested too deeply", "caseload file"),
    "a calendar": (b'{"caseload": {}, "meetings": []}', "", "This is a calendar", "caseload file"),
}


@pytest.mark.parametrize("name", NOT_JSON)
def test_what_is_no_caseload_at_all_is_one_fault(name: str) -> None:
    data, path, problem, remedy = NOT_JSON[name]
    (fault,) = faults_of_bytes(data)
    assert (fault.path, problem in fault.problem, remedy in fault.remedy) == (path, True, True), fault


UNUSABLE = {
    "a field twice": (
        '"timezone": "Europe/London"',
        '"timezone": "x", "timezone": "Europe/London"',
        "given twice",
        "Keep one",
    ),
    "not a number": (
        '"grid_minutes": 15',
        '"grid_minutes": NaN',
        "not a number that can be used",
        "whole number",
    ),
    "infinite": (
        '"grid_minutes": 15',
        '"grid_minutes": -Infinity',
        "not a number that can be used",
        "whole number",
    ),
    "too large to hold": ('"grid_minutes": 15', '"grid_minutes": 1e999', "not a number", "whole number"),
    "thousands of digits": (
        '"grid_minutes": 15',
        f'"grid_minutes": {"9" * 5000}',
        "not a number",
        "whole number",
    ),
    "half a character": ('"timezone": "Europe/London"', '"timezone": "\\ud800"', "broken character", "again"),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_what_json_leaves_open_is_a_fault_at_its_place(name: str) -> None:
    old, new, problem, remedy = UNUSABLE[name]
    assert old in TEXT
    (fault,) = faults_of_bytes(TEXT.replace(old, new).encode())
    assert (fault.path, problem in fault.problem, remedy in fault.remedy) == (
        old.split('"')[1],
        True,
        True,
    ), fault


def test_a_field_twice_deep_inside_says_whose() -> None:
    text = TEXT.replace('"role": "interpreter"', '"role": "interpreter", "role": "interpreter"')
    (fault,) = faults_of_bytes(text.encode())
    assert (fault.path, fault.subject) == ("people[6].role", "person int-1")


def test_half_a_character_in_a_name_of_a_field() -> None:
    faults = faults_of_bytes(TEXT.replace('"id": "sw-1"', '"id": "sw-1", "\\udc00": 1').encode())
    assert [(fault.path, fault.problem) for fault in faults] == [
        ('people[0]["\\udc00"]', "This name has a broken character.")
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_a_byte_order_mark_or_another_unicode_encoding_is_no_fault(encoding: str) -> None:
    assert load_caseload(TEXT.encode(encoding)) == load_caseload(TEXT.encode())


def test_a_file_is_read_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "caseload.json"
    path.write_text(TEXT, encoding="utf-8")
    assert load_caseload(path) == load_caseload(str(path)) == load_caseload(TEXT.encode())


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    for source, problem in (
        (tmp_path / "none.json", "There is no such file."),
        (tmp_path, "This is a folder."),
        ("a\0b", "This file can't be read"),
    ):
        with pytest.raises(CaseloadError) as caught:
            load_caseload(source)
        (fault,) = caught.value.faults
        assert fault.path == str(source)
        assert problem in fault.problem
        assert fault.remedy


def test_a_file_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(CaseloadError, match="may not be read"):
        load_caseload(tmp_path / "closed.json")
