"""Uploads read in a process of their own: whatever they hold, it ends, and the process that answers goes on."""

from __future__ import annotations

import gzip
import io
import json
import os
import signal
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from caseloads import small_caseload
from upload_cases import CONTENT_TYPE, TEAM, TODAY, form, read, workbook
from workbooks import book, spoilt

from service.uploads.parcels import ParcelError, pack, unpack
from service.uploads.reading import Bounds, BusyError, Readers
from service.workbook.text_out import csv_files
from solver.schema.load import digest, load_caseload

JSON = json.dumps(small_caseload()).encode()
WANTED = digest(load_caseload(JSON))


def stopping(path: Path) -> Readers:
    """Readers whose process never gets anywhere; it writes its id into a file."""
    script = (
        f"import os, pathlib, time\npathlib.Path({str(path)!r}).write_text(str(os.getpid()))\ntime.sleep(600)"
    )
    return Readers(1, Bounds(seconds=30), wait=0.2, command=(sys.executable, "-c", script))


def one(readers: Readers) -> str:
    return readers.read(form(), CONTENT_TYPE, team=TEAM, today=TODAY, most=1, before=None).kind


@pytest.fixture(scope="module")
def good() -> Iterator[bytes]:
    return workbook()


def test_a_workbook_csv_files_and_json_are_read_as_the_same_caseload(good: bytes) -> None:
    exports = list(csv_files(small_caseload()).items())
    for files in ([("team.xlsx", good)], exports, [("caseload.JSON", JSON)]):
        answer = read(*files)
        assert answer.kind == "good", answer.data
        assert answer.data["digest"] == WANTED
        content = gzip.decompress(answer.documents["caseload"])
        assert digest(load_caseload(content)) == WANTED


def test_every_fault_comes_with_its_sheet_and_cell() -> None:
    answer = read(("team.xlsx", book(spoilt({"People!C2": "wizard", "Children!D2": "31/02/2016"}))))
    assert answer.kind == "faults"
    assert answer.data["count"] == 2
    rows = {sheet["title"]: sheet["rows"] for sheet in answer.data["sheets"]}
    assert [(one["where"], one["heading"]) for one in rows["People"]] == [("C2", "Role")]
    assert [(one["where"], one["heading"]) for one in rows["Children"]] == [("D2", "Date of birth")]
    assert answer.documents["csv"].decode("utf-8-sig").splitlines()[1].startswith("People,C2,Role,")


def test_faults_of_csv_files_say_the_file_and_line() -> None:
    files = csv_files(small_caseload())
    files["People.csv"] = files["People.csv"].replace(b"social_worker", b"wizard", 1)
    answer = read(*files.items())
    (sheet,) = answer.data["sheets"]
    assert (sheet["title"], sheet["rows"][0]["where"], sheet["rows"][0]["heading"]) == (
        "People",
        "People.csv line 2",
        "Role",
    )


def test_faults_of_json_say_the_path() -> None:
    data = small_caseload()
    data["people"][0]["role"] = "wizard"
    (sheet,) = read(("c.json", json.dumps(data).encode())).data["sheets"]
    assert (sheet["title"], sheet["rows"][0]["where"]) == ("People", "people[0].role")


def test_extra_columns_are_left_out_where_that_is_asked_for() -> None:
    data = book(spoilt({"People!K1": "Payroll", "People!K2": "1"}))
    assert read(("team.xlsx", data)).kind == "faults"
    answer = read(("team.xlsx", data), fields=[("ignore_extra", "yes")])
    assert (answer.kind, answer.data["ignored"]) == ("good", ["People!K1"])


def test_a_caseload_of_another_team_is_told_apart(good: bytes) -> None:
    answer = read(("team.xlsx", good), team="elsewhere")
    assert (answer.kind, answer.data["team"]) == ("other team", TEAM)
    assert not answer.documents


def test_a_caseload_larger_than_the_service_takes_is_refused(good: bytes) -> None:
    assert read(("team.xlsx", good), most=1_000).kind == "too much"


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ([], "nothing"),
        ([("", b"")], "nothing"),
        ([("team.docx", b"PK")], "unknown ending"),
        ([("team", b"PK")], "unknown ending"),
        ([("a.xlsx", b"PK"), ("b.xlsx", b"PK")], "several"),
        ([("a.csv", b"x"), ("b.json", b"{}")], "several"),
    ],
)
def test_what_was_chosen_wrongly(files: list[tuple[str, bytes]], kind: str) -> None:
    assert read(*files).kind == kind


def test_a_form_that_breaks_off_is_told() -> None:
    found = Readers().read(
        form([("a.csv", b"x")])[:-20], CONTENT_TYPE, team=TEAM, today=TODAY, most=1, before=None
    )
    assert found.kind == "broken"


def bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"):
            archive.writestr(name, b"<x>" + b" " * 90_000_000)
    return target.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("bomb.xlsx", bomb(), "damaged"),
        ("no.xlsx", b"\x00" * 1000, "not an Excel workbook"),
        ("old.xlsx", b"\xd0\xcf\x11\xe0" + b"\x00" * 1000, "old Excel file"),
        ("cut.xlsx", workbook()[:5000], "damaged"),
        ("csv.csv", b"\x00\x01\x02\xff" * 100, "no file of this name"),
        ("wide.csv", b"," * 2_000, "1000 columns"),
        ("people.csv", b"ID,Name\r\n" + b"x" * 200_000, "characters"),
        ("no.json", b"nonsense", ""),
        ("deep.json", b"[" * 200_000, ""),
        ("deep2.json", b'{"a":' * 200_000, ""),
        ("number.json", b'{"format": ' + b"9" * 100_000 + b"}", ""),
        ("list.json", b"[]", ""),
        ("half.json", b'{"format": "convene/1", "id": "\\ud800", "people": [{"id": "\\udfff", "name": "\\ud800"}]}', ""),
        ("half2.json", '{"format": "\ud800"}'.encode("utf-8", "surrogatepass"), ""),
    ],
    ids=lambda one: one if isinstance(one, str) and "." in one else "",
)  # fmt: skip
def test_files_made_to_harm_are_faults_in_words(name: str, data: bytes, said: str) -> None:
    answer = read((name, data))
    assert answer.kind in ("faults", "deep"), answer
    if answer.kind == "faults":
        rows = [row for sheet in answer.data["sheets"] for row in sheet["rows"]]
        assert rows
        assert any(said in row["problem"] for row in rows), rows
        assert all(row["problem"].isprintable() and len(row["problem"]) <= 600 for row in rows)
        json.dumps(rows, ensure_ascii=False).encode()


def test_names_with_half_a_character_come_across_or_are_a_fault() -> None:
    data = json.dumps(small_caseload()).replace("Testworker Alder", "Testworker \\ud800")
    answer = read(("half.json", data.encode()))
    assert answer.kind == "faults"


def test_what_takes_too_much_memory_ends_and_says_so(good: bytes) -> None:
    answer = read(("team.xlsx", good), bounds=Bounds(memory_mb=40))
    assert answer.kind in ("memory", "died")
    assert not answer.documents


def test_memory_is_bounded_by_the_kernel() -> None:
    script = (
        "import os, sys; from service.jobs.bounded import limit; from service.uploads.parcels import pack\n"
        "limit(int(sys.argv[2]), 60, 0)\n"
        "try:\n    x = bytearray(300_000_000)\n    kind = 'held'\n"
        "except MemoryError:\n    kind = 'memory'\n"
        "sys.stdout.buffer.write(pack({'kind': kind}, {}))"
    )
    command = (sys.executable, "-c", script)
    assert one(Readers(bounds=Bounds(memory_mb=200), command=command)) == "memory"
    assert one(Readers(bounds=Bounds(memory_mb=800), command=command)) == "held"


def test_what_takes_too_long_is_killed_and_says_so() -> None:
    endless = (sys.executable, "-c", "while True: pass")
    began = time.monotonic()
    assert one(Readers(bounds=Bounds(seconds=0.5), command=endless)) == "time"
    assert time.monotonic() - began < 5


def test_a_reader_that_is_killed_or_says_nonsense_is_told() -> None:
    for script in (
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "import sys; sys.stdout.write('nonsense' * 10)",
        "import sys; sys.stdout.buffer.write(b'\\0' * 7 + b'\\x05' + b'hello')",
        "",
    ):
        assert one(Readers(command=(sys.executable, "-c", script))) == "died"


def test_a_reader_killed_from_outside_frees_its_turn(tmp_path: Path) -> None:
    path = tmp_path / "pid"
    readers = stopping(path)
    kinds: list[str] = []
    thread = threading.Thread(target=lambda: kinds.append(one(readers)))
    thread.start()
    while not (path.is_file() and path.read_text()):
        time.sleep(0.01)
    with pytest.raises(BusyError):
        one(readers)
    os.kill(int(path.read_text()), signal.SIGKILL)
    thread.join(10)
    assert kinds == ["died"]
    with readers.turn():
        pass


def test_it_inherits_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    script = (
        "import os, sys; from service.uploads.parcels import pack\n"
        "sys.stdout.buffer.write(pack({'kind': ' '.join(sorted(os.environ))}, {}))"
    )
    kind = one(Readers(command=(sys.executable, "-c", script)))
    assert "PATH" in kind.split()
    assert "DATABASE_URL" not in kind.split()


def test_it_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    """Its parent is checked at the start, and the kernel ends it later: here it is another one's child."""
    command = (
        sys.executable,
        "-c",
        "import subprocess, sys\n"
        "sys.exit(subprocess.run([sys.executable, '-P', '-m', 'service.uploads.child', '1', '500', '60']).returncode)",
    )
    assert one(Readers(command=command)) == "died"


def test_parcels_break_off_or_come_whole() -> None:
    parcel = pack({"a": "\ud800"}, {"x": b"1", "y": b""})
    assert unpack(parcel) == ({"a": "\ud800"}, {"x": b"1", "y": b""})
    for cut in (parcel[:-1], parcel[:4], b"", parcel + b"x"):
        with pytest.raises(ParcelError):
            unpack(cut)
