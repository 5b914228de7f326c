"""Files made to harm: each is refused in words within bounds, or read as what it harmlessly is."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from workbooks import book, faults_in, plain_sheets

from service.workbook import csv_in, excel_in, unpack
from service.workbook.csv_in import csv_table, csv_tables
from service.workbook.excel_in import excel_tables
from service.workbook.limits import COLUMNS
from service.workbook.read import WorkbookError, read_bytes
from solver.schema.faults import Fault

PLAIN = book(plain_sheets())
SHEET = "xl/worksheets/sheet1.xml"


def parts(data: bytes = PLAIN) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(content: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in content.items():
            archive.writestr(name, part)
    return target.getvalue()


def changed(change: Callable[[bytes], bytes], name: str = SHEET) -> bytes:
    content = parts()
    before = content[name]
    content[name] = change(before)
    assert content[name] != before
    return packed(content)


def refusal(data: bytes) -> str:
    with pytest.raises(WorkbookError) as caught:
        read_bytes(data, "team.xlsx")
    (fault,) = caught.value.faults
    assert fault.path == "team.xlsx"
    return fault.problem


ENTITY = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/hostname">]>'
)


@pytest.mark.parametrize("name", [SHEET, "xl/sharedStrings.xml", "xl/workbook.xml", "[Content_Types].xml"])
def test_entities_are_refused_wherever_they_are(name: str) -> None:
    data = changed(lambda part: part.replace(b"?>", b"?>" + ENTITY, 1), name)
    assert "document type" in refusal(data)


def test_another_encoding_is_refused() -> None:
    assert "UTF-8" in refusal(changed(lambda part: part.replace(b'encoding="UTF-8"', b'encoding="cp037"', 1)))


@pytest.mark.parametrize("cell", [b'<c r="XFD9999"><v>1</v></c>', b'<c r="B9000000"><v>1</v></c>'])
def test_a_cell_far_away_reserves_no_memory(cell: bytes) -> None:
    assert "more than" in refusal(changed(lambda part: part.replace(b"</row>", cell + b"</row>", 1)))


@pytest.mark.parametrize(
    "cell", [b'<c r="xfd1048576"><v>1</v></c>', b'<c r="A0"><v>1</v></c>', b'<c r=""><v>1</v></c>']
)
def test_a_cell_in_no_column_is_refused(cell: bytes) -> None:
    assert "no column" in refusal(changed(lambda part: part.replace(b"</row>", cell + b"</row>", 1)))


def test_cells_are_counted_in_whatever_name_space_they_are() -> None:
    cell = b'<z:c xmlns:z="urn:other" r="XFD1048576"><z:v>1</z:v></z:c>'
    assert "more than" in refusal(changed(lambda part: part.replace(b"</row>", cell + b"</row>", 1)))


def test_a_workbook_that_says_it_is_huge_is_read_for_what_it_has() -> None:
    data = changed(lambda part: part.replace(b'<dimension ref="', b'<dimension ref="A1:XFD1048576" x="', 1))
    assert read_bytes(data, "team.xlsx").caseload == read_bytes(PLAIN, "team.xlsx").caseload


def test_what_is_unpacked_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "UNPACKED_BYTES", 3_000_000)
    bomb = parts() | {"xl/sharedStrings.xml": b"<sst>" + b" " * 4_000_000 + b"</sst>"}
    data = packed(bomb)
    assert len(data) < 100_000
    assert "3 MB when unpacked" in refusal(data)


def test_parts_are_bounded_in_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "MEMBERS", 5)
    assert "5 parts" in refusal(PLAIN)


def test_many_merged_cells_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excel_in, "CELLS", 10)
    pages = {"People": [["ID"], *[["x"]] * 50]}
    (fault,) = faults_in(book(pages, {"People": "A2:A51"}))
    assert (fault.path, "merged" in fault.problem) == ("People", True)


def test_deep_nesting_is_refused() -> None:
    deep = b"<a>" * 5_000 + b"</a>" * 5_000
    assert "deeply" in refusal(changed(lambda part: part.replace(b"</worksheet>", deep + b"</worksheet>")))


def test_a_part_that_is_there_twice_is_refused() -> None:
    target = io.BytesIO(PLAIN)
    with zipfile.ZipFile(target, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr(SHEET, b"<worksheet/>")
    assert "twice" in refusal(target.getvalue())


def test_links_to_other_files_and_macros_never_reach_the_reader() -> None:
    more = {
        "xl/externalLinks/externalLink1.xml": b"<!DOCTYPE x><x/>",
        "xl/vbaProject.bin": b"\xd0\xcf\x11\xe0",
        "xl/media/image1.xml": b"not xml",
    }
    clean, _ = unpack.unpack(packed(parts() | more), "team.xlsm")
    with zipfile.ZipFile(io.BytesIO(clean)) as archive:
        assert not more.keys() & set(archive.namelist())
    assert read_bytes(packed(parts() | more), "team.xlsm").caseload == read_bytes(PLAIN, "t.xlsx").caseload


def test_a_password_is_said_to_be_one() -> None:
    assert "password" in refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))


def test_without_its_list_of_sheets_a_workbook_is_refused() -> None:
    content = parts()
    del content["xl/workbook.xml"]
    assert "can't be read" in refusal(packed(content))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(name for name in parts() if "theme" not in name)), st.data())
def test_parts_with_anything_in_them_are_read_or_refused(name: str, data: st.DataObject) -> None:
    """The damage is put inside the zip file, where no checksum finds it."""
    content = parts()
    part = content[name]
    place = data.draw(st.integers(0, len(part)))
    length = data.draw(st.integers(0, 12))
    junk = data.draw(
        st.binary(max_size=8)
        | st.sampled_from(
            [
                b"<c>",
                b'r="A1"',
                b"&#x0;",
                b"&lt;",
                b"1e999",
                b"-1",
                b"99999999999",
                b't="s"',
                b't="d"',
                b"</v>",
            ]
        )
    )
    content[name] = part[:place] + junk + part[place + length :]
    for fault in faults_in(packed(content)):
        assert fault.problem
        assert fault.remedy


@pytest.mark.parametrize(
    "number", ["1e300", "-5", "2958466", "99999999", "0.9999999", "-0.1", "NaN", "inf", "9" * 30]
)
def test_numbers_that_no_date_has_are_faults(number: str) -> None:
    content = {
        name: re.sub(rb"<v>46[0-9]{3}(\.[0-9]+)?</v>", f"<v>{number}</v>".encode(), part)
        for name, part in parts().items()
    }
    faults = faults_in(packed(content))
    assert faults
    assert all(fault.remedy for fault in faults)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_are_a_table_or_refused(data: bytes) -> None:
    faults: tuple[Fault, ...] = ()
    rows: list[tuple[int, list[Any]]] = []
    try:
        rows = csv_table(data, "people.csv").rows
    except WorkbookError as error:
        faults = error.faults
    assert all(fault.path.startswith("people.csv") for fault in faults)
    assert all(len(cells) <= COLUMNS for _, cells in rows)


def test_csv_files_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path
    (folder / "people.csv").write_bytes(b"ID,Name\n" + b"a,b\n" * 100)
    (folder / "sites.csv").write_bytes(b"ID,Name\n" + b"a,b\n" * 100)
    assert len(csv_tables(folder)) == 2
    monkeypatch.setattr(csv_in, "FILE_BYTES", 500)
    with pytest.raises(WorkbookError, match="more than"):
        csv_tables(folder)
    with pytest.raises(WorkbookError, match="cells"):
        csv_table(b"a,b\n" * 10, "people.csv", most=15)
    with pytest.raises(WorkbookError, match="columns"):
        csv_table(b"," * (COLUMNS + 1), "people.csv")


def test_hidden_sheets_are_read_too() -> None:
    data = changed(
        lambda part: part.replace(b'name="People"', b'name="People" state="hidden"', 1), "xl/workbook.xml"
    )
    assert [table.name for table in excel_tables(data, "t")] == [
        table.name for table in excel_tables(PLAIN, "t")
    ]
