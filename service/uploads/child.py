"""The process that reads one upload, and then ends: what it is given may be anybody's, and may be made to do harm.

It gets everything from its standard input and gives everything to its standard output. It has no database, no settings and no
secret, may write no file, and ends at its limits of memory and time, or when the process ends that started it.
"""

# ruff: noqa: PLC0415 - what reads is imported once the limits hold
from __future__ import annotations

import gzip
import os
import resource
import sys
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from service.jobs.bounded import end_with, limit
from service.uploads.parcels import pack, unpack

if TYPE_CHECKING:
    from service.access.multipart import Part
    from service.uploads.faults import Row
    from solver.schema.caseload import Caseload

FILE: Final = "file"
"""Field of the form that the files are in."""
IGNORE: Final = "ignore_extra"
"""Field of the form that is there where sheets and columns that aren't known are to be left out."""
NICE: Final = 5
_Answer = tuple[dict[str, Any], dict[str, bytes]]


def main(arguments: list[str]) -> None:
    """Read what is on standard input: ``PARENT MEMORY-MB CPU-SECONDS``."""
    parent, memory_mb, cpu_seconds = (int(one) for one in arguments)
    end_with(parent)
    # What a library prints doesn't get into the answer.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    limit(memory_mb, cpu_seconds, NICE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        task, documents = unpack(sys.stdin.buffer.read())
        answer = pack(*read(task, documents))
    except MemoryError:
        answer = pack({"kind": "memory"}, {})
    except RecursionError:
        answer = pack({"kind": "deep"}, {})
    with answers:
        answers.write(answer)
    # An orderly end would take everything apart that the kernel takes at once.
    os._exit(0)


def read(task: dict[str, Any], documents: dict[str, bytes]) -> _Answer:
    """Read a form with files.

    Parameters
    ----------
    task
        ``content_type`` of the form, ``team`` it is for, ``today``, ``most`` octets that a caseload may have.
    documents
        The ``form``, and where the team has a caseload, that as ``before``.
    """
    from service.access.multipart import MultipartError, parts_of
    from service.workbook.read import WorkbookError
    from solver.schema.faults import CaseloadError

    try:
        parts = parts_of(documents.pop("form"), task["content_type"])
    except MultipartError:
        return {"kind": "broken"}, {}
    files = [one for one in parts if one.name == FILE and one.file]
    if not files:
        return {"kind": "nothing"}, {}
    if (wrong := _mixed(files)) is not None:
        return {"kind": wrong}, {}
    names = [one.file or "" for one in files]
    ignore_extra = any(one.name == IGNORE for one in parts)
    del parts
    from service.uploads.faults import rows_of

    try:
        caseload, ignored = _caseload(files, ignore_extra=ignore_extra)
    except WorkbookError as error:
        return _faulty(names, rows_of(error.faults, error.places))
    except CaseloadError as error:
        return _faulty(names, rows_of(error.faults))
    if caseload.team.id != task["team"]:
        return {"kind": "other team", "names": names, "team": caseload.team.id}, {}
    return _good(task, documents, caseload, {"names": names, "ignored": ignored})


def _mixed(files: list[Part]) -> str | None:
    """What is wrong with the choice of files, if anything is."""
    endings = [(one.file or "").lower().rpartition(".")[2] for one in files]
    if any(ending not in ("xlsx", "xlsm", "xls", "csv", "json") for ending in endings):
        return "unknown ending"
    if len(files) > 1 and any(ending != "csv" for ending in endings):
        return "several"
    return None


def _caseload(files: list[Part], *, ignore_extra: bool) -> tuple[Caseload, list[str]]:
    from service.workbook.csv_in import csv_uploaded
    from service.workbook.load import load_tables
    from service.workbook.read import read_bytes
    from solver.schema.load import load_caseload

    first = files[0]
    name = first.file or ""
    if name.lower().endswith(".json"):
        return load_caseload(first.data), []
    if name.lower().endswith(".csv"):
        imported = load_tables(
            csv_uploaded([(one.file or "", one.data) for one in files]), ignore_extra=ignore_extra
        )
    else:
        imported = read_bytes(first.data, name, ignore_extra=ignore_extra)
    return imported.caseload, list(imported.ignored)


def _faulty(names: list[str], rows: list[Row]) -> _Answer:
    from service.uploads.faults import as_json, by_sheet, csv_of

    told = [as_json(sheet) for sheet in by_sheet(rows)]
    return {"kind": "faults", "names": names, "count": len(rows), "sheets": told}, {"csv": csv_of(rows)}


def _good(
    task: dict[str, Any], documents: dict[str, bytes], caseload: Caseload, told: dict[str, Any]
) -> _Answer:
    from service.uploads.changes import changes
    from solver.schema.caseload import Caseload
    from solver.schema.load import digest

    content = caseload.model_dump_json(by_alias=True).encode()
    if len(content) > task["most"]:
        return {"kind": "too much", **told}, {}
    before = documents.get("before")
    found = changes(
        None if before is None else Caseload.model_validate_json(before),
        caseload,
        date.fromisoformat(task["today"]),
    )
    header = {"kind": "good", **told, "digest": digest(caseload), "changes": found.as_json()}
    # Always the same bytes for the same caseload: they are sealed.
    return header, {"caseload": gzip.compress(content, 6, mtime=0)}


if __name__ == "__main__":
    main(sys.argv[1:])
