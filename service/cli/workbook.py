"""`convene template` and `convene import`: a caseload as an Excel workbook or a folder of CSV files."""

# ruff: noqa: PLC0415 - what reads and writes workbooks is imported when there is one
from __future__ import annotations

from pathlib import Path

import click

from service.cli.inputs import BadInput, read_caseload


@click.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="File to write, or with --csv the folder.  [default: team.xlsx, or team-csv]",
)
@click.option("--from", "source", metavar="CASELOAD", help="Put this caseload into it. - is standard input.")
@click.option("--csv", "as_csv", is_flag=True, help="Write a folder of CSV files instead, one a sheet.")
@click.option("--force", is_flag=True, help="Write over what is there.")
def template(output: Path | None, source: str | None, as_csv: bool, force: bool) -> None:
    """Write an Excel workbook to fill in, with drop-downs, notes and examples.

    Begin with its first sheet, "Read me". `convene import` makes a caseload of it.
    """
    from service.output.files import OutputError, output_directory, write_file
    from service.workbook.excel_out import excel_workbook
    from service.workbook.flatten import data_of
    from service.workbook.read import WorkbookError
    from service.workbook.text_out import csv_files

    target = output or Path("team-csv" if as_csv else "team.xlsx")
    # Somebody may have spent a week on what is there.
    if not force and (target.exists() if not as_csv else target.is_dir() and any(target.iterdir())):
        raise BadInput(f"{target} is there already: give another name, or --force to write over it")
    if not as_csv and target.suffix.lower() != ".xlsx":
        raise BadInput(
            f"{target} is no name of a workbook: give one that ends in .xlsx, or --csv for a folder"
        )
    data = None if source is None else data_of(read_caseload(source)[0])
    try:
        if as_csv:
            with output_directory(target) as folder:
                for name, content in csv_files(data).items():
                    (folder / name).write_bytes(content)
        else:
            write_file(target, excel_workbook(data))
    except OutputError as error:
        raise BadInput(str(error)) from error
    except WorkbookError as error:
        raise BadInput.of("the caseload", error.faults) from error
    click.echo(f"Written: {target}", err=True)


@click.command("import")
@click.argument("source", type=click.Path(path_type=Path), metavar="FILE.xlsx|FOLDER")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write.  [default: standard output]",
)
@click.option(
    "--ignore-extra", is_flag=True, help="Leave out columns and sheets that aren't known, and tell which."
)
def import_(source: Path, output: Path | None, ignore_extra: bool) -> None:
    """Make a caseload of an Excel workbook, or of a folder of CSV files with one file a sheet.

    Every fault is listed with its cell, all at once, and nothing is written until there is none.
    """
    from service.output.files import OutputError, write_file
    from service.workbook.read import WorkbookError, read_workbook
    from solver.generate import to_json

    try:
        imported = read_workbook(source, ignore_extra=ignore_extra)
    except WorkbookError as error:
        raise BadInput.of(str(source), error.faults) from error
    content = to_json(imported.caseload)
    for name in imported.ignored:
        click.echo(f"Left out, as asked: {name}", err=True)
    if output is None:
        click.echo(content, nl=False)
        return
    try:
        write_file(output, content)
    except OutputError as error:
        raise BadInput(str(error)) from error
    found = imported.caseload
    click.echo(f"Written: {output} ({len(found.plans)} plans, {len(found.people)} people)", err=True)
