"""Tasks that are done: who said so, and when.

A mark belongs to a task's id, which stays the same from revision to revision and from one calendar of a team to its next for as
long as it is a task of the same meeting. Marks of tasks that aren't in the calendar any more do no harm.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from service.store import audit
from service.store.scope import Role, Scoped
from service.store.tables import Account, TaskMark, Team


@dataclass(frozen=True, slots=True)
class Mark:
    """That a task is done."""

    at: datetime
    account: str
    role: Role | None
    """Of the account; ``None`` if there is no such account."""
    person: str | None
    """Who the account is in the caseloads."""


def marks(scoped: Scoped, team: str) -> Mapping[str, Mark]:
    """Every mark of a team, by the task's id."""
    rows = list(scoped.session.scalars(scoped.select(TaskMark).where(TaskMark.team == team)))
    known = {one.account for one in rows}
    accounts = {
        one.id: one for one in scoped.session.scalars(scoped.select(Account).where(Account.id.in_(known)))
    }
    found: dict[str, Mark] = {}
    for row in rows:
        account = accounts.get(row.account)
        role: Role | None = None if account is None else account.role  # type: ignore[assignment]
        found[row.task] = Mark(row.at, row.account, role, None if account is None else account.person)
    return found


def mark(scoped: Scoped, team: str, caseload: str, tasks: Iterable[str], *, at: datetime) -> list[str]:
    """Mark tasks as done, each with an entry in the audit log.

    Parameters
    ----------
    scoped
        Of somebody who may mark these tasks.
    team
    caseload
        Id of the document that they are of.
    tasks
        Their ids.
    at
        Aware.

    Returns
    -------
    list of str
        Those that weren't marked before; the others keep their mark.
    """
    wanted = tuple(dict.fromkeys(tasks))
    known = _locked(scoped, team, wanted)
    new = [task for task in wanted if task not in known]
    for task in new:
        scoped.add(
            TaskMark(
                tenant=scoped.principal.tenant, team=team, task=task, caseload=caseload, at=at,
                account=scoped.principal.account,
            )
        )  # fmt: skip
        audit.record(scoped, "task.mark", task, at=at, team=team, after="done")
    return new


def unmark(scoped: Scoped, team: str, tasks: Iterable[str], *, at: datetime) -> list[str]:
    """Take marks away again; those that were there.

    Parameters
    ----------
    scoped
        Of somebody who may mark these tasks.
    team
    tasks
        Their ids.
    at
        Aware.
    """
    known = _locked(scoped, team, tuple(tasks))
    for task, row in known.items():
        scoped.session.delete(row)
        audit.record(scoped, "task.mark", task, at=at, team=team, before="done")
    scoped.session.flush()
    return list(known)


def _locked(scoped: Scoped, team: str, tasks: tuple[str, ...]) -> dict[str, TaskMark]:
    # One at a time of a team: two who mark the same task at once both find it marked, by the first of them.
    scoped.one(Team, Team.id == team, lock=True)
    found = scoped.session.scalars(
        scoped.select(TaskMark).where(TaskMark.team == team, TaskMark.task.in_(tasks))
    )
    return {row.task: row for row in found}


__all__ = ["Mark", "mark", "marks", "unmark"]
