"""`convene undo`: the revision before, as the next one."""

# ruff: noqa: PLC0415 - the documents are imported when there is something to undo
from __future__ import annotations

from pathlib import Path

import click

from service.cli.inputs import BadInput, read_calendar, read_caseload


@click.command()
@click.argument("calendar")
@click.argument("caseload", required=False)
def undo(calendar: str, caseload: str | None) -> None:
    """Bring back the revision of a calendar before the last one that was accepted.

    CALENDAR is the file that `convene rebook --accept` replaced. What stood there before comes back as a further revision,
    so nothing is lost: undoing once more brings back what was undone. Give CASELOAD to have the report
    and the calendar files beside CALENDAR written anew as well, and to bring the caseload back with it where facts had been
    written into it.
    """
    from service.output.files import OutputError
    from service.output.plan_files import is_plan_of, write_beside
    from service.output.revisions import kept_path, replace_revision
    from solver.check import check_calendar
    from solver.replan.answers import brought_back
    from solver.schema.load import digest

    path = Path(calendar)
    now = read_calendar(calendar)
    source = kept_path(path, now.revision - 1)
    if now.revision < 2 or not source.is_file():
        raise BadInput(
            f"No revision before {now.revision} is kept beside {calendar}: {source.name} isn't there"
        )
    before = read_calendar(str(source))
    restored = None
    if caseload is not None:
        loaded, policy = read_caseload(caseload)
        if digest(loaded) != before.caseload.digest:
            old = kept_path(Path(caseload), now.revision - 1)
            if not old.is_file():
                raise BadInput(
                    f"{calendar} answered another caseload then, and {old.name} isn't kept beside {caseload}"
                )
            restored, policy = read_caseload(str(old))
            loaded = restored
        if digest(loaded) != before.caseload.digest or not check_calendar(loaded, policy, before).ok:
            raise BadInput(f"{source.name} doesn't fit {caseload}: the facts have changed since")
    elif before.caseload.digest != now.caseload.digest:
        raise BadInput(
            "Facts were written into the caseload with this revision: give the caseload's file as well, so that "
            "both come back together"
        )
    after = brought_back(now, before)
    try:
        paths = replace_revision(
            after,
            restored,
            calendar_path=path,
            caseload_path=None if caseload is None else Path(caseload),
            output=None,
            revision=now.revision,
        )
    except OutputError as error:
        raise BadInput(str(error)) from error
    click.echo(f"Revision {before.revision} is back, as revision {after.revision}.")
    shown: tuple[Path, ...] = ()
    stale = f"The report and the calendar files beside {calendar} are still those of revision {now.revision}"
    if is_plan_of(path) and caseload is not None:
        try:
            shown = write_beside(path, loaded, policy, after)
        except OutputError as error:
            click.echo(f"{stale}: {error}.", err=True)
    elif is_plan_of(path):
        click.echo(f"{stale}: name the caseload's file as well, and they are written anew.", err=True)
    click.echo(f"Written  {', '.join(str(one) for one in (*paths.written, *shown))}")
    click.echo(f"Kept     {', '.join(str(one) for one in paths.kept)}")
