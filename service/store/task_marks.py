"""Tasks that are done: who said so, and when.

A mark belongs to a task's id, which stays the same from revision to revision and from one calendar of a team to its next for as
long as it is a task of the same meeting. It stands for that meeting as it was then (`service.store.task_basis`): where that has
moved since, the mark is there to be told of, and the task is to do again. So it is where the meeting isn't held any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from service.store import audit
from service.store.scope import Role, Scoped
from service.store.tables import Account, TaskMark, Team
from service.store.task_basis import Bases, Basis, Change


@dataclass(frozen=True, slots=True)
class Mark:
    """That a task is done."""

    at: datetime
    account: str
    role: Role | None
    """Of the account; ``None`` if there is no such account."""
    person: str | None
    """Who the account is in the caseloads."""
    basis: Basis | None = None
    """What the task was about; ``None`` where it is of no meeting."""
    changes: tuple[Change, ...] = ()
    """What is otherwise since: the task is to do again. Empty: the mark stands."""

    @property
    def stands(self) -> bool:
        """Whether what was done is what is asked for now."""
        return not self.changes


def marks(scoped: Scoped, team: str, bases: Bases | None = None) -> Mapping[str, Mark]:
    """Every mark of a team, by the task's id.

    Parameters
    ----------
    scoped
    team
    bases
        Of the calendar that counts; ``None`` where there is none.
    """
    rows = list(scoped.session.scalars(scoped.select(TaskMark).where(TaskMark.team == team)))
    known = {one.account for one in rows}
    accounts = {
        one.id: one for one in scoped.session.scalars(scoped.select(Account).where(Account.id.in_(known)))
    }
    found: dict[str, Mark] = {}
    for row in rows:
        account = accounts.get(row.account)
        role: Role | None = None if account is None else account.role  # type: ignore[assignment]
        person = None if account is None else account.person
        basis = _basis(row)
        changes = () if bases is None else bases.changes(row.task, basis, row.at)
        found[row.task] = Mark(row.at, row.account, role, person, basis, changes)
    return found


def mark(
    scoped: Scoped,
    team: str,
    caseload: str,
    tasks: Iterable[str],
    bases: Bases | None = None,
    *,
    at: datetime,
) -> list[str]:
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
    bases
        Of the calendar in which they were seen; ``None`` for tasks of no meeting.
    at
        Aware.

    Returns
    -------
    list of str
        Those that weren't marked before, or for what isn't so any more; the others keep their mark.
    """
    wanted = tuple(dict.fromkeys(tasks))
    known = _locked(scoped, team, wanted)
    new = []
    for task in wanted:
        row, basis = known.get(task), None if bases is None else bases.of(task)
        made_for = None if basis is None else basis.document()
        if row is not None and (bases is None or not bases.changes(task, _basis(row), row.at)):
            continue
        new.append(task)
        if row is None:
            scoped.add(
                TaskMark(
                    tenant=scoped.principal.tenant, team=team, task=task, caseload=caseload, at=at,
                    account=scoped.principal.account, made_for=made_for,
                )
            )  # fmt: skip
            audit.record(scoped, "task.mark", task, at=at, team=team, after="done")
            continue
        row.before = {"at": row.at.isoformat(), "account": row.account, "made_for": row.made_for}
        row.at, row.account, row.made_for, row.caseload = at, scoped.principal.account, made_for, caseload
        audit.record(scoped, "task.mark", task, at=at, team=team, before="done", after="done again")
    return new


def unmark(scoped: Scoped, team: str, tasks: Iterable[str], *, at: datetime) -> list[str]:
    """Take marks away again; those that were there.

    A task that was marked again, because its meeting had moved, has its former mark back: that what was done then was for
    another time is still to be told.

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
        former = row.before
        if former is None:
            scoped.session.delete(row)
            audit.record(scoped, "task.mark", task, at=at, team=team, before="done")
            continue
        row.at = datetime.fromisoformat(former["at"]).astimezone(UTC)
        row.account, row.made_for, row.before = former["account"], former["made_for"], None
        audit.record(scoped, "task.mark", task, at=at, team=team, before="done again", after="done")
    scoped.session.flush()
    return list(known)


def _basis(row: TaskMark) -> Basis | None:
    return None if row.made_for is None else Basis.of_document(row.made_for)


def _locked(scoped: Scoped, team: str, tasks: tuple[str, ...]) -> dict[str, TaskMark]:
    # One at a time of a team: two who mark the same task at once both find it marked, by the first of them.
    scoped.one(Team, Team.id == team, lock=True)
    found = scoped.session.scalars(
        scoped.select(TaskMark).where(TaskMark.team == team, TaskMark.task.in_(tasks))
    )
    return {row.task: row for row in found}


__all__ = ["Mark", "mark", "marks", "unmark"]
