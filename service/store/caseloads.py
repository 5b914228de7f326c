"""Caseloads, every version of each."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import func

from service.store import audit
from service.store.kept import Kept
from service.store.scope import Scoped
from service.store.tables import CaseloadVersion, Team
from solver.schema.caseload import Caseload
from solver.schema.load import digest

_KEPT: Final = 16


class Parsed:
    """The documents that were read last, by the id of their row: rows are never changed."""

    def __init__(self, most: int = _KEPT) -> None:
        self._kept: Kept[str, Caseload] = Kept(most)

    def caseload(self, row: CaseloadVersion) -> Caseload:
        """Return the document of a version."""
        return self._kept.get(row.id, lambda: Caseload.model_validate_json(row.document))


def add_version(scoped: Scoped, caseload: Caseload, *, at: datetime) -> tuple[CaseloadVersion, bool]:
    """Keep a caseload; one that is the same as its latest version is that version.

    Parameters
    ----------
    scoped
        Of somebody whose team it is: a team that isn't known yet is made where they see all teams.
    caseload
        Validated.
    at
        Aware.

    Returns
    -------
    tuple of CaseloadVersion and bool
        The version, and whether it is new.

    Raises
    ------
    PermissionError
        If the team isn't theirs.
    """
    tenant, team = scoped.principal.tenant, caseload.team.id
    if not scoped.principal.sees_team(team):
        raise PermissionError("a caseload of another team")
    known = scoped.one(Team, Team.id == team, lock=True)
    if known is None:
        if not scoped.principal.sees_all_teams:
            raise PermissionError("a caseload of a team that isn't known")
        scoped.add(Team(tenant=tenant, id=team, name=caseload.team.name, created=at))
        audit.record(scoped, "team.add", team, at=at, team=team)
    elif known.name != caseload.team.name:
        known.name = caseload.team.name
    mark = digest(caseload)
    last = latest(scoped, team, caseload.id)
    if last is not None and last.digest == mark:
        return last, False
    row = CaseloadVersion(
        tenant=tenant,
        team=team,
        caseload=caseload.id,
        version=1 if last is None else last.version + 1,
        digest=mark,
        plans=len(caseload.plans),
        document=caseload.model_dump_json(by_alias=True).encode(),
        created=at,
        created_by=scoped.principal.account,
    )
    scoped.add(row)
    return row, True


def latest(scoped: Scoped, team: str, caseload: str | None = None) -> CaseloadVersion | None:
    """Return the latest version of a caseload, or of whichever caseload the team gave last."""
    query = scoped.select(CaseloadVersion).where(CaseloadVersion.team == team)
    if caseload is not None:
        query = query.where(CaseloadVersion.caseload == caseload).order_by(CaseloadVersion.version.desc())
    else:
        query = query.order_by(CaseloadVersion.created.desc(), CaseloadVersion.version.desc())
    return scoped.session.scalars(query.limit(1)).first()


def teams(scoped: Scoped) -> list[str]:
    """Return the ids of the teams that the principal sees."""
    return sorted(row.id for row in scoped.session.scalars(scoped.select(Team)))


def count(scoped: Scoped) -> int:
    """Return how many versions the principal sees."""
    query = scoped.select(CaseloadVersion).with_only_columns(func.count())
    return int(scoped.session.scalar(query) or 0)


__all__ = ["Parsed", "add_version", "count", "latest", "teams"]
