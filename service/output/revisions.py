"""A calendar that is replaced by its next revision, the one before being kept beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from service.output.files import OutputError, write_file

if TYPE_CHECKING:
    from solver.schema.calendar import Calendar
    from solver.schema.caseload import Caseload


@dataclass(frozen=True)
class Paths:
    """What was written, and where what stood there before is kept."""

    written: tuple[Path, ...]
    kept: tuple[Path, ...]


def kept_path(path: Path, revision: int) -> Path:
    """Where a file is kept as it was with a revision of the calendar: ``calendar.revision-1.json``."""
    return path.with_name(f"{path.stem}.revision-{revision}{path.suffix}")


def replace_revision(
    calendar: Calendar,
    caseload: Caseload | None,
    *,
    calendar_path: Path | None,
    caseload_path: Path | None,
    output: Path | None,
    revision: int,
) -> Paths:
    """Write a calendar, and the caseload that it answers where facts have changed.

    Parameters
    ----------
    calendar : Calendar
    caseload : Caseload or None
        ``None``: nothing has changed in it.
    calendar_path, caseload_path : Path or None
        The files that they take the place of.
    output : Path or None
        Write here instead, and the caseload beside it.
    revision : int
        Of the calendar before.

    Raises
    ------
    OutputError
        With nothing replaced.
    """
    from solver.generate import to_json  # noqa: PLC0415 - it brings what generates

    document = (calendar.model_dump_json(by_alias=True, indent=1) + "\n").encode()
    if output is not None:
        contents = [(output, document)]
        if caseload is not None:
            contents.append((output.with_name(f"{output.stem}.caseload.json"), to_json(caseload)))
        return Paths(_written(contents), ())
    if calendar_path is None or (caseload is not None and caseload_path is None):
        raise OutputError("there is no file to replace: name one with -o")
    contents = [] if caseload is None or caseload_path is None else [(caseload_path, to_json(caseload))]
    contents.append((calendar_path, document))
    kept = []
    for path, _ in contents:
        before, standing = kept_path(path, revision), path.read_bytes()
        if before.is_file() and before.read_bytes() != standing:
            kept.append(_out_of_the_way(before))
        write_file(before, standing)
        kept.insert(0, before)
    return Paths(_written(contents), tuple(kept))


def _out_of_the_way(path: Path) -> Path:
    """Keep what was kept of another calendar's revision of the same number, under a name of its own."""
    older = next(
        one for k in count(1) if not (one := path.with_name(f"{path.stem}.older-{k}{path.suffix}")).exists()
    )
    try:
        path.rename(older)
    except OSError as error:
        raise OutputError(f"{path} is in the way ({error.strerror}): move it") from error
    return older


def _written(contents: Sequence[tuple[Path, bytes]]) -> tuple[Path, ...]:
    """Write files one after the other; if one fails, those before it are put back."""
    done: list[tuple[Path, bytes | None]] = []
    try:
        for path, content in contents:
            before = path.read_bytes() if path.is_file() else None
            write_file(path, content)
            done.append((path, before))
    except OutputError:
        for path, before in done:
            if before is None:
                path.unlink(missing_ok=True)
            else:
                write_file(path, before)
        raise
    return tuple(path for path, _ in contents)
