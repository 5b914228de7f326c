"""Files, folders and maildirs: what is read, and what is marked once it is settled."""

from __future__ import annotations

from pathlib import Path

import pytest
from reply_cases import ics, mail, says

from service.replies.mail import MOST_OCTETS
from service.replies.sources import Files, Maildir, SourceError

NAMES = ("new/3.c", "cur/1.a:2,", "cur/2.b:2,FS", "cur/4.d:2,F", "cur/.hidden", "new/5.e")


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    for name in NAMES:
        (tmp_path / name).write_bytes(name.encode())
    return tmp_path


def names(source: Files | Maildir) -> list[str]:
    return [one.source for one in source.messages()]


def test_files_and_folders(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, data in {
        "b.eml": mail(says("sw-1")),
        "a.ICS": ics(says("sw-1")),
        "c.msg": b"x",
        ".d.eml": b"x",
    }.items():
        (folder / name).write_bytes(data)
    alone = tmp_path / "said"
    alone.write_bytes(b"hello")
    source = Files([alone, folder, folder / "b.eml"])
    assert names(source) == [str(alone), str(folder / ".d.eml"), str(folder / "a.ICS"), str(folder / "b.eml")]
    assert [one.name for one in source.passed_over] == ["c.msg"]
    before = {path: path.read_bytes() for path in folder.iterdir()}
    assert source.settle([str(folder / "b.eml")]) == ()
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_a_file_that_can_not_be_read(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"nothing\.eml can't be read"):
        names(Files([tmp_path / "nothing.eml"]))


def test_of_a_huge_file_no_more_is_read_than_tells_that_it_is(tmp_path: Path) -> None:
    huge = tmp_path / "huge.eml"
    with huge.open("wb") as file:
        file.truncate(10 * MOST_OCTETS)
    (found,) = Files([huge]).messages()
    assert len(found.data) == MOST_OCTETS + 1


def test_a_maildir_that_is_given_as_a_folder(maildir: Path) -> None:
    with pytest.raises(SourceError, match="--maildir"):
        names(Files([maildir]))


def test_a_folder_that_is_no_maildir(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="new and cur"):
        Maildir(tmp_path)


def test_what_nobody_has_seen_is_read_and_nothing_is_marked(maildir: Path) -> None:
    before = sorted(str(path) for path in maildir.rglob("*"))
    assert names(Maildir(maildir)) == ["cur/1.a:2,", "new/3.c", "cur/4.d:2,F", "new/5.e"]
    assert sorted(str(path) for path in maildir.rglob("*")) == before


def test_what_is_settled_is_seen_and_the_rest_is_left(maildir: Path) -> None:
    source = Maildir(maildir)
    assert source.settle(["cur/1.a:2,", "new/3.c", "cur/4.d:2,F"]) == ()
    found = sorted(str(path.relative_to(maildir)) for path in maildir.rglob("*.?*") if path.is_file())
    assert found == ["cur/.hidden", "cur/1.a:2,S", "cur/2.b:2,FS", "cur/3.c:2,S", "cur/4.d:2,FS", "new/5.e"]
    assert (maildir / "cur/3.c:2,S").read_bytes() == b"new/3.c"
    assert names(source) == ["new/5.e"]


def test_what_another_program_has_moved_meanwhile(maildir: Path) -> None:
    source = Maildir(maildir)
    (maildir / "new/3.c").unlink()
    assert source.settle(["new/3.c", "new/5.e"]) == ("new/3.c",)
    assert names(source) == ["cur/1.a:2,", "cur/4.d:2,F"]
