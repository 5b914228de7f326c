"""Reading what a command is given. Every fault is listed at once, with exit code 2 and nothing written."""

# ruff: noqa: PLC0415 - what validates is imported when there is something to validate
from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pydantic import ValidationError

    from solver.policy.model import Policy
    from solver.schema.calendar import Calendar
    from solver.schema.caseload import Caseload
    from solver.schema.faults import Fault

STDIN = "-"


class BadInput(click.ClickException):
    """Input that can't be used, shown as a headline and a paragraph for each fault."""

    exit_code = 2

    def __init__(self, headline: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(headline)
        self.faults = tuple(faults)

    @classmethod
    def of(cls, source: str, faults: Sequence[Fault]) -> BadInput:
        """Return the exception for the faults of one source."""
        number = len(faults)
        return cls(f"{number} {'fault' if number == 1 else 'faults'} in {source}", faults)

    def show(self, file: IO[Any] | None = None) -> None:
        """Write the headline and every fault to standard error."""
        click.echo(f"{self.message}. Nothing was written.", file=file, err=True)
        for fault in self.faults:
            click.echo("\n" + "\n".join(fault.lines()), file=file, err=True)


def name_of(source: str) -> str:
    """How a source is called in messages."""
    return "standard input" if source == STDIN else source


def read_json(source: str) -> Any:
    """Return what a JSON file holds.

    Raises
    ------
    BadInput
        If it can't be read, or isn't JSON.
    """
    try:
        content = sys.stdin.buffer.read() if source == STDIN else Path(source).read_bytes()
    except OSError as error:
        raise BadInput(f"{source} can't be read: {error.strerror}") from error
    try:
        return json.loads(content)
    except ValueError as error:
        raise BadInput(f"{name_of(source)} is not JSON: {error}") from error


def read_caseload(source: str) -> tuple[Caseload, Policy]:
    """Return a caseload that can be planned, and its policy.

    Parameters
    ----------
    source
        A path, or "-" for standard input.

    Raises
    ------
    BadInput
        With every fault of the document, its policy and what doesn't hang together.
    """
    from solver.schema.faults import CaseloadError
    from solver.schema.load import load_caseload

    try:
        caseload = load_caseload(_stdin() if source == STDIN else Path(source))
    except CaseloadError as error:
        raise BadInput.of(name_of(source), error.faults) from error
    return caseload, read_policy(caseload.authority)


def read_policy(authority: str | Mapping[str, Any]) -> Policy:
    """Return a built-in policy by its id, or one given inline.

    Raises
    ------
    BadInput
        With every fault of the policy.
    """
    from solver.policy import PolicyError, load_policy

    try:
        return load_policy(authority)
    except PolicyError as error:
        raise BadInput.of("the policy", error.faults) from error


def read_policy_named(name: str) -> Policy:
    """Return the built-in policy of this id or, where the name is a file's, the policy in it.

    Raises
    ------
    BadInput
        With every fault of the policy, by line where it is a file.
    """
    import tomllib

    from solver.policy.check import check_file
    from solver.policy.load import builtin_policies

    if name in builtin_policies() or not (name.endswith(".toml") or Path(name).exists()):
        return read_policy(name)
    if faults := check_file(name):
        raise BadInput.of(name, faults)
    return read_policy(tomllib.loads(Path(name).read_text(encoding="utf-8-sig")))


def read_calendar(source: str) -> Calendar:
    """Return a calendar.

    Raises
    ------
    BadInput
        With every place where the document isn't a calendar.
    """
    from pydantic import ValidationError

    from solver.schema.calendar import Calendar

    try:
        content = _stdin() if source == STDIN else Path(source).read_bytes()
    except OSError as error:
        raise BadInput(f"{source} can't be read: {error.strerror}") from error
    try:
        return Calendar.model_validate_json(content)
    except ValidationError as error:
        raise BadInput.of(name_of(source), _calendar_faults(error)) from error


def _calendar_faults(error: ValidationError) -> list[Fault]:
    """A calendar is written by Convene and not by hand, so the model's own words do."""
    from solver.schema.faults import Fault, format_path, show

    return [
        Fault(
            path=format_path(one["loc"]),
            value="" if one["type"] in ("missing", "json_invalid") else show(one["input"], one["loc"]),
            problem=f"{one['msg']}.",
            remedy="Give the calendar.json that convene plan wrote.",
        )
        for one in error.errors(include_url=False)
    ]


def _stdin() -> bytes:
    return sys.stdin.buffer.read()
