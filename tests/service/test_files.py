"""An output directory is written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from service.output.files import OutputError, check_target, output_directory, write_file


def fill(directory: Path, *people: str, text: str = "new") -> None:
    (directory / "calendar.json").write_text(text)
    (directory / "people").mkdir()
    for person in people:
        (directory / "people" / f"{person}.ics").write_text(text)


def fill_and_fail(target: Path) -> None:
    with output_directory(target) as staging:
        fill(staging, "sw-2")
        raise ZeroDivisionError


def content(directory: Path) -> dict[str, str]:
    return {
        str(path.relative_to(directory)): path.read_text()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def test_a_new_directory_appears_with_its_parents_and_nothing_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "a" / "b" / "out"
    with output_directory(target) as staging:
        fill(staging, "sw-1")
        assert not target.exists()
        assert not (tmp_path / "a").exists()
    assert content(target) == {"calendar.json": "new", "people/sw-1.ics": "new"}
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_failing_block_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        fill_and_fail(tmp_path / "a" / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_failing_block_leaves_what_was_there(tmp_path: Path) -> None:
    fill(tmp_path, "sw-1", text="old")
    before = content(tmp_path)
    with pytest.raises(ZeroDivisionError):
        fill_and_fail(tmp_path)
    assert content(tmp_path) == before


def test_an_earlier_run_is_replaced_and_other_files_stay(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    fill(target, "sw-1", "left-the-team", text="old")
    (target / "notes.txt").write_text("mine")
    with output_directory(target) as staging:
        fill(staging, "sw-1")
    assert content(target) == {"calendar.json": "new", "people/sw-1.ics": "new", "notes.txt": "mine"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("failing", ["calendar.json", "people"])
def test_a_swap_that_fails_half_way_is_undone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    fill(tmp_path, "sw-1", text="old")
    before = content(tmp_path)
    rename = Path.rename

    def refuse(self: Path, target: Path) -> Path:
        if self.name == failing and self.parent.name == "new" and target.parent == tmp_path:
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(OutputError, match="No space left"), output_directory(tmp_path) as staging:
        fill(staging, "sw-2")
    assert content(tmp_path) == before


def test_a_directory_with_someone_elses_files_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "people").mkdir()
    (tmp_path / "people" / "thesis.txt").write_text("precious")
    with pytest.raises(OutputError, match=r"thesis\.txt"), output_directory(tmp_path) as staging:
        fill(staging, "sw-1")
    assert content(tmp_path) == {"people/thesis.txt": "precious"}


def test_a_file_where_a_directory_belongs_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "people").write_text("a file")
    with pytest.raises(OutputError, match="in the way"), output_directory(tmp_path) as staging:
        fill(staging, "sw-1")
    assert content(tmp_path) == {"people": "a file"}


@pytest.mark.parametrize("target", ["taken", "taken/below/out"])
def test_a_file_is_no_target(tmp_path: Path, target: str) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(OutputError, match="is a file"):
        check_target(tmp_path / target)


def test_a_place_that_may_not_be_written_is_found_out_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(OutputError, match="isn't writable"):
        check_target(tmp_path / "out")


def test_permissions_follow_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        with output_directory(tmp_path / "out") as staging:
            fill(staging, "sw-1")
    finally:
        os.umask(before)
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o750


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    target = tmp_path / "caseload.json"
    target.write_text("old")
    write_file(target, b"new")
    assert content(tmp_path) == {"caseload.json": "new"}


def test_a_file_that_fails_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "caseload.json"
    target.write_text("old")

    def refuse(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OutputError, match="No space left"):
        write_file(target, b"new")
    assert content(tmp_path) == {"caseload.json": "old"}


def test_a_file_needs_a_directory_that_is_there(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="isn't a directory"):
        write_file(tmp_path / "missing" / "caseload.json", b"new")
    with pytest.raises(OutputError, match="is a directory"):
        write_file(tmp_path, b"new")
