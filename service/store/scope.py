"""Who sees what: the one place that every query goes through.

A repository asks for rows through `Scoped`, which adds to each query what its principal may see. There is no other way to
a table outside this package and the workers' own modules: ``tests/service/store/test_no_bypass.py`` reads the source for
one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeVar

from sqlalchemy import ColumnElement, Select, and_, false, select, true
from sqlalchemy.orm import Session

from service.store import tables
from service.store.tables import Base

Role = Literal["manager", "worker", "support", "integrator", "auditor", "admin", "system"]
"""``admin`` manages accounts, keys and teams, and sees no family's data. ``system`` is the service itself."""
ALL_TEAMS: Final = "*"
_Row = TypeVar("_Row", bound=Base)

_OF_TEAM = (
    tables.CaseloadVersion,
    tables.CalendarEntry,
    tables.Rebooking,
    tables.Job,
    tables.Message,
    tables.FeedToken,
    tables.TaskMark,
)
_OF_TENANT = (tables.Audit, tables.Account, tables.Webhook, tables.Idempotency)


@dataclass(frozen=True, slots=True)
class Principal:
    """Whoever a request comes from."""

    tenant: str
    account: str
    role: Role
    teams: frozenset[str] = frozenset()
    """With `ALL_TEAMS` in it: every team of the tenant."""
    person: str | None = None
    """Who they are in the caseloads."""
    scopes: frozenset[str] = frozenset()
    """Of a key; empty: all that the role may do."""
    request: str = field(default="", compare=False)
    """The request's id, for the audit log."""

    @property
    def sees_all_teams(self) -> bool:
        """Whether every team of the tenant is theirs."""
        return self.role == "system" or ALL_TEAMS in self.teams

    def sees_team(self, team: str) -> bool:
        """Whether a team of their tenant is theirs."""
        return self.sees_all_teams or team in self.teams


def system(tenant: str, request: str = "") -> Principal:
    """The service itself, at work for a tenant."""
    return Principal(tenant, "system", "system", frozenset({ALL_TEAMS}), request=request)


def visible_to(principal: Principal, table: type[Base]) -> ColumnElement[bool]:
    """What a principal may see of a table.

    A worker sees the calendars of their teams here; which meetings of them is decided where the documents are read.
    """
    if issubclass(table, tables.Team):
        own = table.tenant == principal.tenant
        return own if principal.sees_all_teams else and_(own, table.id.in_(principal.teams))
    if issubclass(table, _OF_TEAM):
        own = table.tenant == principal.tenant
        return own if principal.sees_all_teams else and_(own, table.team.in_(principal.teams))
    if issubclass(table, tables.Tenant):
        return table.id == principal.tenant
    if issubclass(table, tables.Audit) and not principal.sees_all_teams:
        return and_(table.tenant == principal.tenant, table.team.in_(principal.teams))
    if issubclass(table, _OF_TENANT):
        return table.tenant == principal.tenant
    if issubclass(table, tables.Revision | tables.Incumbent | tables.Event | tables.StressResult):
        return table.calendar.in_(_ids(principal, tables.CalendarEntry))
    if issubclass(table, tables.ApiKey | tables.WebSession):
        return table.account.in_(_ids(principal, tables.Account))
    if issubclass(table, tables.WebhookDelivery):
        return table.webhook.in_(_ids(principal, tables.Webhook))
    return false()


def _ids(principal: Principal, table: type[Any]) -> Select[str]:
    return select(table.id).where(visible_to(principal, table))


class Scoped:
    """A transaction, and for whom it is.

    Parameters
    ----------
    session
        Of `service.store.engine.Store`.
    principal
    """

    def __init__(self, session: Session, principal: Principal) -> None:
        self.session, self.principal = session, principal

    def select(self, table: type[_Row]) -> Select[_Row]:
        """A query of what the principal may see of a table."""
        return select(table).where(visible_to(self.principal, table))

    def one(self, table: type[_Row], *criteria: ColumnElement[bool], lock: bool = False) -> _Row | None:
        """The one row that meets the criteria, if there is one that the principal may see.

        Parameters
        ----------
        table
        criteria
            That at most one row meets.
        lock
            Whether nobody else may change it until this transaction has ended.
        """
        query = self.select(table).where(*(criteria or (true(),)))
        return self.session.scalars(query.with_for_update() if lock else query).one_or_none()

    def add(self, row: Base) -> None:
        """Insert a new row.

        Raises
        ------
        PermissionError
            If the principal could not see it afterwards: nobody writes into another's data.
        """
        tenant, team = getattr(row, "tenant", None), getattr(row, "team", None)
        if tenant is not None and tenant != self.principal.tenant:
            raise PermissionError("a row of another tenant")
        if team is not None and not self.principal.sees_team(team) and not isinstance(row, tables.Audit):
            raise PermissionError("a row of another team")
        makes_teams = self.principal.role == "admin" or self.principal.sees_all_teams
        if isinstance(row, tables.Team) and not makes_teams:
            raise PermissionError("a new team")
        owner = self._owner(row)
        if owner is not None and self.session.scalars(owner).first() is None:
            raise PermissionError("a row of what they can't see")
        self.session.add(row)
        # At once: without relationships between the tables the order in which rows are inserted isn't known.
        self.session.flush()

    def _owner(self, row: Base) -> Select[str] | None:
        """What a row belongs to that says nothing of tenant and team itself, if the principal may see it."""
        of: type[Any]
        match row:
            case tables.Revision() | tables.Incumbent() | tables.Event() | tables.StressResult():
                of, name = tables.CalendarEntry, row.calendar
            case tables.ApiKey() | tables.WebSession():
                of, name = tables.Account, row.account
            case tables.WebhookDelivery():
                of, name = tables.Webhook, row.webhook
            case _:
                return None
        return _ids(self.principal, of).where(of.id == name)


__all__ = ["ALL_TEAMS", "Principal", "Role", "Scoped", "system", "visible_to"]
