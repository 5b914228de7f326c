"""`convene policies`: what the built-in policies say, and whether one of your own can be used."""

# ruff: noqa: PLC0415 - policies are read when one is asked for
from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING

import click

from service.cli.inputs import BadInput, read_policy, read_policy_named

if TYPE_CHECKING:
    from solver.policy.model import Policy


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@click.pass_context
def policies(context: click.Context, as_json: bool) -> None:
    """List the policies, show or check one."""
    if context.invoked_subcommand is not None:
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table

    from solver.policy import builtin_policies

    found = [read_policy(policy_id) for policy_id in builtin_policies()]
    if as_json:
        click.echo(json.dumps([_summary(policy) for policy in found], indent=1, ensure_ascii=False))
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("Id", "Name", "Version", "Meetings"):
        table.add_column(heading, no_wrap=heading == "Id")
    for policy in found:
        table.add_row(
            policy.id, policy.name, policy.version, ", ".join(rule.name for rule in policy.meetings)
        )
    Console().print(table)
    click.echo("convene policies show ID says what a policy requires, with worked dates.")


def _summary(policy: Policy) -> dict[str, object]:
    return {
        "id": policy.id,
        "name": policy.name,
        "version": policy.version,
        "effective_from": policy.effective_from.isoformat(),
        "meetings": [rule.name for rule in policy.meetings],
        "source": policy.source,
    }


@policies.command("show")
@click.argument("policy_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def show_policy(policy_id: str, as_json: bool) -> None:
    """Say what a policy requires: a built-in one, or one of your own by its file name.

    Clause by clause, each with its source, and with dates worked out from today on.
    """
    from solver.policy.show import show, show_data

    policy = read_policy_named(policy_id)
    today = date.today()
    if as_json:
        click.echo(json.dumps(show_data(policy, today=today), indent=1, ensure_ascii=False))
    else:
        click.echo(show(policy, today=today), nl=False)


@policies.command("check")
@click.argument("file")
@click.option("--json", "as_json", is_flag=True, help="Print the faults as JSON.")
@click.pass_context
def check_policy(context: click.Context, file: str, as_json: bool) -> None:
    """Check a policy of your own.

    FILE is TOML, in the shape of the built-in ones. Every fault is listed at once, with its line and what would be
    right.
    """
    from solver.policy.check import check_file

    faults = check_file(file)
    if as_json:
        click.echo(json.dumps([asdict(fault) for fault in faults], indent=1, ensure_ascii=False))
        context.exit(BadInput.exit_code if faults else 0)
    if faults:
        raise BadInput.of(file, faults)
    click.echo(f"{file} can be used as a policy.")


@policies.command("coverage")
@click.argument("policy_ids", metavar="[ID]...", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON, with the test that proves each.")
def policies_coverage(policy_ids: tuple[str, ...], as_json: bool) -> None:
    """Say what becomes of every item of the sources.

    Of all built-in policies, or of those named: which rule, score, task or figure answers each item of the document,
    read off the policy itself. A file name stands for a policy of your own.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table

    from solver.policy import builtin_policies
    from solver.policy.coverage import STATUSES, coverage

    items = coverage(read_policy_named(policy_id) for policy_id in policy_ids or builtin_policies())
    if as_json:
        click.echo(json.dumps([asdict(item) for item in items], indent=1, ensure_ascii=False))
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("Id", "Item", "Status", "By"):
        table.add_column(heading, no_wrap=heading in ("Id", "Status"))
    for item in items:
        table.add_row(item.id, item.item, item.status, ", ".join(item.by) or item.reason)
    Console().print(table)
    counted = [(status, sum(item.status == status for item in items)) for status in STATUSES]
    click.echo(f"{len(items)} items: " + ", ".join(f"{count} {status}" for status, count in counted if count))
