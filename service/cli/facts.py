"""Facts that have changed, as a command is given them: a file of changes, and options for the commonest."""

# ruff: noqa: PLC0415 - what validates is imported when there is something to validate
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from service.cli.inputs import BadInput, name_of, read_json, read_policy

if TYPE_CHECKING:
    from pydantic import ValidationError

    from service.progress import Progress
    from solver.policy.model import Policy
    from solver.schema.caseload import Caseload
    from solver.schema.changes import Change
    from solver.schema.faults import Fault

_Found = TypeVar("_Found")
CHANGES_HELP = "JSON file with a list of changed facts, or - for standard input; the README shows one."


@dataclass(frozen=True)
class Facts:
    """What has changed, and the caseload with it."""

    changes: tuple[Change, ...]
    caseload: Caseload
    policy: Policy

    @property
    def barred(self) -> tuple[str, ...]:
        """Meetings that must not stay at their time."""
        from solver.replan.changes import not_standing

        return not_standing(self.changes)


def fact_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say what has changed."""
    for option in (
        click.option(
            "--busy",
            nargs=3,
            multiple=True,
            metavar="PERSON START END",
            help="Somebody can't come from START to END: dates (both included) or local times. May be repeated.",
        ),
        click.option(
            "--closed",
            nargs=3,
            multiple=True,
            metavar="VENUE START END",
            help="A venue can't be used from START to END. May be repeated.",
        ),
        click.option("--changes", metavar="FILE", help=CHANGES_HELP),
    ):
        command = option(command)
    return command


def read_facts(
    caseload: Caseload,
    policy: Policy,
    *,
    busy: Sequence[tuple[str, str, str]] = (),
    closed: Sequence[tuple[str, str, str]] = (),
    changes: str | None = None,
    more: Sequence[dict[str, Any]] = (),
) -> Facts:
    """Put what has changed into a caseload.

    Raises
    ------
    BadInput
        With every fault.
    """
    given: list[Any] = list(more)
    given += [{"kind": "person_away", "person": one, "start": a, "end": b} for one, a, b in busy]
    given += [{"kind": "venue_closed", "venue": one, "start": a, "end": b} for one, a, b in closed]
    source = "the changes" if changes is None else name_of(changes)
    if changes is not None:
        given += _from_file(changes)
    if not given:
        return Facts((), caseload, policy)
    from pydantic import ValidationError

    from solver.replan.changes import ChangesError, apply_changes
    from solver.schema.changes import CHANGES

    try:
        read = CHANGES.validate_python(given)
    except ValidationError as error:
        raise BadInput.of(source, _faults(error)) from error
    try:
        changed = apply_changes(caseload, read)
    except ChangesError as error:
        raise BadInput.of(source, error.faults) from error
    same = changed.authority == caseload.authority
    return Facts(read, changed, policy if same else read_policy(changed.authority))


def _from_file(source: str) -> list[Any]:
    data = read_json(source)
    if not isinstance(data, list):
        raise BadInput(
            f'{name_of(source)} is not a list of changes: begin with [ and give each a "kind", such as '
            '[{"kind": "person_away", "person": "sw-1", "start": "2026-12-08", "end": "2026-12-08"}]'
        )
    return data


def _faults(error: ValidationError) -> list[Fault]:
    from solver.schema.changes import KINDS
    from solver.schema.faults import Fault, format_path, listed, show

    found = []
    for one in error.errors(include_url=False):
        # The kind of change, which pydantic puts after the position, is no step of the document.
        place = tuple(step for at, step in enumerate(one["loc"]) if not (at == 1 and step in KINDS))
        remedy = "Correct it, or leave the field out where it may be."
        problem = f"{one['msg'].removeprefix('Value error, ')}."
        if one["type"].startswith("union_tag"):
            place = (*place, "kind")
            problem, remedy = "There is no such kind of change.", f"Give {listed(KINDS, most=len(KINDS))}."
        elif one["type"] == "missing":
            problem, remedy = "This field is missing.", "Add it."
        elif one["type"] == "extra_forbidden":
            problem, remedy = "A change of this kind has no such field.", "Correct the name, or remove it."
        elif "date" in one["type"] or "iso" in str(one["msg"]):
            remedy = "Give a date such as 2026-12-08, or a local time such as 2026-12-08T14:00."
        shown = "" if one["type"] == "missing" else show(one["input"], place)
        found.append(Fault(f"changes{format_path(place)}", shown, problem, remedy))
    return found


def day_of(given: datetime | None, caseload: Caseload, clock: Callable[[], date]) -> date:
    """Return the day from which notice is counted: the one given, else today, within the horizon."""
    if given is not None:
        return given.date()
    return min(max(clock(), caseload.horizon.start), caseload.horizon.end)


def with_progress(
    search: Callable[[Progress, Callable[[], bool]], _Found], title: str, seconds: float, *, quiet: bool
) -> _Found:
    """Search with progress on standard error; Ctrl-C ends the search sooner, and keeps the best so far.

    Raises
    ------
    BadInput
        If the caseload is too large.
    InternalError
        If the checker doesn't agree with the calendar found.
    """
    from rich.console import Console

    from service.cli.plan import InternalError
    from service.interrupt import run_interruptibly
    from service.progress import show_progress
    from solver.plan import CheckFailedError
    from solver.problem.blocks import CompileError

    try:
        with show_progress(Console(stderr=True), title, seconds=seconds, quiet=quiet) as progress:
            return run_interruptibly(
                lambda stop: search(progress, stop), on_ask=progress.stopping, on_abort=progress.aborted
            )
    except CompileError as error:
        raise BadInput(f"This caseload can't be planned in one go: {error}") from error
    except CheckFailedError as error:
        raise InternalError(str(error)) from error
