"""Everything that a plan writes, and the same anew beside a calendar that has been replaced by its next revision."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from service.output.files import output_directory
from service.output.ics_files import write_ics_files
from service.report.render import render_report
from solver.policy.model import Policy
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload

CALENDAR: Final = "calendar.json"
REPORT: Final = "report.html"
_OF_A_PLAN: Final = (REPORT, "team.ics", "tasks.ics")


def write_plan_files(
    directory: Path, caseload: Caseload, policy: Policy, calendar: Calendar, also: Mapping[str, bytes]
) -> list[Path]:
    """Write the calendar, the report and every calendar file.

    Parameters
    ----------
    directory : Path
        New and empty, see `service.output.files.output_directory`.
    caseload, policy, calendar
    also : mapping
        Content of further files by name.

    Returns
    -------
    list of Path
        Within the directory.
    """
    for name, content in also.items():
        (directory / name).write_bytes(content)
    document = calendar.model_dump_json(by_alias=True, indent=1)
    (directory / CALENDAR).write_text(document + "\n", encoding="utf-8")
    own = [Path(name) for name in (REPORT, CALENDAR, *also)]
    return [*own, *_shown(directory, caseload, policy, calendar)]


def _shown(directory: Path, caseload: Caseload, policy: Policy, calendar: Calendar) -> list[Path]:
    """Write what people look at: the report and the calendar files. Returns the latter."""
    (directory / REPORT).write_text(render_report(caseload, policy, calendar), encoding="utf-8")
    return [path.relative_to(directory) for path in write_ics_files(directory, caseload, calendar)]


def is_plan_of(calendar: Path) -> bool:
    """Whether a calendar's file lies where a plan was written, with the report and the calendar files beside it."""
    return calendar.name == CALENDAR and all((calendar.parent / name).is_file() for name in _OF_A_PLAN)


def write_beside(path: Path, caseload: Caseload, policy: Policy, calendar: Calendar) -> tuple[Path, ...]:
    """Write the report and the calendar files beside a calendar anew, so that nobody goes by an old one.

    Parameters
    ----------
    path : Path
        The calendar's file, of which `is_plan_of` is true.
    caseload, policy, calendar

    Returns
    -------
    tuple of Path
        What was written.

    Raises
    ------
    OutputError
        With these files as they were.
    """
    with output_directory(path.parent) as staging:
        _shown(staging, caseload, policy, calendar)
        names = sorted(one.name for one in staging.iterdir())
    return tuple(path.parent / name for name in names)
