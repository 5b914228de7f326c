"""The `convene` command: its sub-commands and their shared manners.

Command modules import only what describes them; what does the work (the solver, numba, OR-Tools, rich) is imported
by the command that runs, so that help and mistakes are answered at once.
"""

from __future__ import annotations

import click

from service.cli.accounts import accounts, keys, teams, tenants
from service.cli.availability import availability
from service.cli.check import check
from service.cli.database import database
from service.cli.diff import diff
from service.cli.explain import explain
from service.cli.generate import generate
from service.cli.invites import invites
from service.cli.plan import demo, plan
from service.cli.policies import policies
from service.cli.push import push
from service.cli.rebook import rebook
from service.cli.replies import replies
from service.cli.schema import schema
from service.cli.serve import serve, worker
from service.cli.stress import stress
from service.cli.undo import undo
from service.cli.whatif import whatif
from service.cli.workbook import import_, template


class _InOrder(click.Group):
    """Lists its commands as they were added: the first to try first."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as in its base
        """Return the names of the commands."""
        return list(self.commands)


@click.group(cls=_InOrder, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="convene", message="convene %(version)s")
def cli() -> None:
    """Plan six months of statutory meetings for a children's social care team.

    Start with `convene demo`: it plans a made-up team and leaves its calendar, invites and a report in out/.

    Exit codes: 0 nothing breached; 1 breaches, or a check that failed; 2 bad input, with every fault listed and
    nothing written; 130 aborted.
    """


for command in (
    demo,
    plan,
    invites,
    replies,
    availability,
    push,
    rebook,
    undo,
    whatif,
    check,
    explain,
    stress,
    diff,
    generate,
    template,
    import_,
    policies,
    schema,
    tenants,
    teams,
    accounts,
    keys,
    serve,
    worker,
    database,
):
    cli.add_command(command)


def main() -> None:
    """Run the command line."""
    cli()
