"""Writing an output directory whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class OutputError(Exception):
    """The output directory can't be written; the message says what to do instead."""


def check_target(target: Path) -> None:
    """Find out before a long search whether `target` could be written afterwards.

    Raises
    ------
    OutputError
        Naming the path and a remedy.
    """
    if target.exists() and not target.is_dir():
        raise OutputError(f"{target} is a file: name a directory to write to")
    base = _existing_ancestor(target)
    if not base.is_dir():
        raise OutputError(f"{base} is a file, so {target} can't be made: name another directory")
    if not os.access(base, os.W_OK | os.X_OK):
        raise OutputError(f"{base} isn't writable: name another directory")


@contextmanager
def output_directory(target: Path) -> Iterator[Path]:
    """Give an empty directory to write into; when the block ends well, its content appears in `target`.

    The staging directory lies beside the target, on the same file system, so each entry appears by one
    rename. A new target appears all at once. In one that exists, entries of the same name are replaced (a
    directory as a whole, so that no file of an earlier run lingers in it), and other entries are left alone.
    When the block or the swap fails, the target is as it was.

    Raises
    ------
    OutputError
        If the target can't be written, or a directory to replace holds more than an earlier run's files.
    """
    check_target(target)
    base = _existing_ancestor(target.parent)
    try:
        staging = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=base))
    except OSError as error:
        raise OutputError(f"{base} can't be written to ({error.strerror}): name another directory") from error
    try:
        fresh, replaced = staging / "new", staging / "old"
        # Made inside, because mkdtemp's own directory is closed to everyone else whatever the umask.
        fresh.mkdir()
        replaced.mkdir()
        yield fresh
        _swap(fresh, replaced, target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def write_file(target: Path, content: bytes) -> None:
    """Write one file whole or not at all, replacing what is there.

    Raises
    ------
    OutputError
        Naming the path and a remedy.
    """
    if target.is_dir():
        raise OutputError(f"{target} is a directory: name a file to write")
    if not target.parent.is_dir():
        raise OutputError(f"{target.parent} isn't a directory: make it first, or name another file")
    beside = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        beside.write_bytes(content)
        beside.replace(target)
    except OSError as error:
        raise OutputError(f"{target} can't be written ({error.strerror}): name another file") from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def _existing_ancestor(path: Path) -> Path:
    path = path.absolute()
    while not path.exists():
        path = path.parent
    return path


def _swap(fresh: Path, replaced: Path, target: Path) -> None:
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh.rename(target)
        return
    entries = sorted(fresh.iterdir())
    for entry in entries:
        _refuse_foreign(entry, target / entry.name)
    moved: list[Path] = []
    try:
        for entry in entries:
            there = target / entry.name
            moved.append(entry)
            if there.exists():
                there.rename(replaced / entry.name)
            entry.rename(there)
    except OSError as error:
        for entry in moved:
            _put_back(entry, replaced / entry.name, target / entry.name)
        raise OutputError(f"{target} can't be written ({error.strerror}); it was left as it was") from error


def _refuse_foreign(entry: Path, there: Path) -> None:
    """Replacing a directory deletes what is in it, so it must hold nothing but invites of an earlier run."""
    if not there.exists():
        return
    if entry.is_dir() != there.is_dir():
        raise OutputError(f"{there} is in the way: move it, or name another directory")
    if entry.is_dir():
        for other in sorted(there.iterdir()):
            if other.is_dir() or other.suffix != ".ics":
                raise OutputError(f"{other} isn't of an earlier run: move it, or name another directory")


def _put_back(entry: Path, old: Path, there: Path) -> None:
    with suppress(OSError):
        if there.exists() and not entry.exists():
            there.rename(entry)
        if old.exists():
            old.rename(there)
