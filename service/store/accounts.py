"""Authorities, their teams, accounts and keys. Every change is in the audit log."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, get_args

from sqlalchemy.orm import Session

from service.store import audit
from service.store.engine import StoreError
from service.store.scope import ALL_TEAMS, Role, Scoped, system
from service.store.tables import Account, ApiKey, Team, Tenant

KEY_OCTETS: Final = 32
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_ALL_TEAMS_FOR: Final = frozenset({"auditor", "integrator"})


def add_tenant(session: Session, id: str, name: str, at: datetime) -> Tenant:  # noqa: A002 - the column's name
    """Add an authority, with a secret of its own for the names in its invites, and an empty audit log.

    Raises
    ------
    StoreError
        If there is one already, or the id can't be one.
    """
    if not _ID.fullmatch(id):
        raise StoreError(
            "the id of an authority is up to 64 letters, digits, dots, hyphens and underscores, and begins with "
            "a letter or digit"
        )
    if session.get(Tenant, id) is not None:
        raise StoreError(f"there is an authority {id} already")
    tenant = Tenant(id=id, name=name, created=at, key=secrets.token_bytes(KEY_OCTETS))
    session.add(tenant)
    audit.begin_log(session, id)
    session.flush()
    audit.record(Scoped(session, system(id)), "tenant.add", id, at=at)
    return tenant


class Accounts:
    """The accounts, keys and teams of an authority.

    Parameters
    ----------
    scoped
        Of somebody who may ``account.manage``, or of the service itself.
    now
        Aware.
    """

    def __init__(self, scoped: Scoped, now: datetime) -> None:
        self._scoped, self._now = scoped, now

    def add_team(self, id: str, name: str) -> Team:  # noqa: A002 - the column's name
        """Add a team.

        Raises
        ------
        StoreError
            If there is one already.
        """
        tenant = self._tenant()
        if self._scoped.one(Team, Team.id == id) is not None:
            raise StoreError(f"there is a team {id} already")
        team = Team(tenant=tenant, id=id, name=name, created=self._now)
        self._scoped.add(team)
        self._audit("team.add", id)
        return team

    def teams(self) -> Sequence[Team]:
        """Every team, by id."""
        self._tenant()
        return self._scoped.session.scalars(self._scoped.select(Team).order_by(Team.id)).all()

    def add(self, subject: str, role: str, teams: Sequence[str] = (), person: str | None = None) -> Account:
        """Add an account.

        Parameters
        ----------
        subject
            Whom the identity provider means, or a program's name.
        role
        teams
            Ids of teams that there are; ``*`` is all of them, for an auditor or an integrator.
        person
            Who a worker is in the caseloads.

        Raises
        ------
        StoreError
            If these don't go together, with every reason.
        """
        tenant = self._tenant()
        if wrong := self._wrong(subject, role, teams, person):
            raise StoreError("; ".join(wrong))
        account = Account(
            tenant=tenant,
            subject=subject,
            role=role,
            teams=sorted(set(teams)),
            person=person,
            disabled=None,
            created=self._now,
        )
        self._scoped.add(account)
        self._audit("account.add", account.id)
        return account

    def all(self) -> Sequence[Account]:
        """Every account, by subject."""
        self._tenant()
        return self._scoped.session.scalars(self._scoped.select(Account).order_by(Account.subject)).all()

    def get(self, name: str) -> Account:
        """The account of an id or a subject.

        Raises
        ------
        StoreError
            If there is none.
        """
        account = self._scoped.one(Account, Account.id == name) or self._scoped.one(
            Account, Account.subject == name
        )
        if account is None:
            raise StoreError("there is no such account: convene accounts list shows those there are")
        return account

    def disable(self, name: str) -> Account:
        """End what an account may do, at once, by whatever it signs in with. Disabling twice is disabling once."""
        account = self.get(name)
        if account.disabled is None:
            account.disabled = self._now
            self._audit("account.disable", account.id)
        return account

    def add_key(
        self,
        account: Account,
        prefix: str,
        hash_: str,
        scopes: Sequence[str] = (),
        expires: datetime | None = None,
    ) -> ApiKey:
        """Keep a key (`service.access.keys`) of an account.

        Raises
        ------
        StoreError
            If the account is disabled, or the key would have expired before it is used.
        """
        if account.disabled is not None:
            raise StoreError("the account is disabled")
        if expires is not None and expires <= self._now:
            raise StoreError("the key would have expired already")
        key = ApiKey(
            prefix=prefix,
            hash=hash_,
            account=account.id,
            scopes=sorted(set(scopes)),
            created=self._now,
            expires=expires,
            revoked=None,
            last_used=None,
        )
        self._scoped.add(key)
        self._audit("key.new", prefix)
        return key

    def all_keys(self) -> Sequence[ApiKey]:
        """Every key, also those that are over, the newest last."""
        self._tenant()
        query = self._scoped.select(ApiKey).order_by(ApiKey.created, ApiKey.prefix)
        return self._scoped.session.scalars(query).all()

    def key(self, prefix: str) -> ApiKey:
        """A key, whatever its state.

        Raises
        ------
        StoreError
            If there is none.
        """
        key = self._scoped.one(ApiKey, ApiKey.prefix == prefix, lock=True)
        if key is None:
            raise StoreError("there is no such key: convene keys list shows the prefixes of those there are")
        return key

    def revoke(self, prefix: str) -> ApiKey:
        """End a key at once. Revoking twice is revoking once."""
        key = self.key(prefix)
        if key.revoked is None:
            key.revoked = self._now
            self._audit("key.revoke", prefix)
        return key

    def rotate(
        self, prefix: str, new_prefix: str, new_hash: str, overlap: timedelta
    ) -> tuple[ApiKey, ApiKey]:
        """Replace a key by a new one with the same scopes; the old one is good for a while longer.

        A key that was to expire is followed by one that lasts as long as it would have from its own beginning.

        Returns
        -------
        tuple of ApiKey
            The old one and the new one.

        Raises
        ------
        StoreError
            If the old one is over: nothing can follow it without somebody's decision.
        """
        old = self.key(prefix)
        if old.revoked is not None or (old.expires is not None and old.expires <= self._now):
            raise StoreError("the key is over: make a new one with convene keys new")
        account = self.get(old.account)
        lasts = None if old.expires is None else self._now + (old.expires - old.created)
        new = self.add_key(account, new_prefix, new_hash, old.scopes, lasts)
        ends = self._now + overlap
        old.expires = ends if old.expires is None else min(old.expires, ends)
        self._audit("key.rotate", prefix, after=new_prefix)
        return old, new

    def _tenant(self) -> str:
        tenant = self._scoped.one(Tenant)
        if tenant is None:
            raise StoreError("there is no such authority: add it with convene tenants add")
        return tenant.id

    def _wrong(self, subject: str, role: str, teams: Sequence[str], person: str | None) -> list[str]:
        wrong: list[str] = []
        roles = [one for one in get_args(Role) if one != "system"]
        if not subject.strip() or len(subject) > 255:
            wrong.append("the subject is 1 to 255 characters")
        elif self._scoped.one(Account, Account.subject == subject) is not None:
            wrong.append("there is an account of this subject already")
        if role not in roles:
            return [*wrong, f"the role is one of {', '.join(roles)}"]
        if role == "admin" and teams:
            wrong.append("an admin sees no family's data and so has no teams")
        if role != "admin" and not teams:
            wrong.append(f"{_a(role)} needs a team")
        if ALL_TEAMS in teams and role not in _ALL_TEAMS_FOR:
            wrong.append("only an auditor or an integrator has all teams")
        known = {team.id for team in self.teams()} | {ALL_TEAMS}
        if strangers := sorted(set(teams) - known):
            wrong.append(f"there is no team {', '.join(strangers)}: add it with convene teams add")
        if role == "worker" and person is None:
            wrong.append("a worker needs a person: who they are in the caseloads")
        return wrong

    def _audit(self, action: str, subject: str, after: str | None = None) -> None:
        audit.record(self._scoped, action, subject, at=self._now, after=after)


def _a(role: str) -> str:
    return f"{'an' if role[0] in 'aeiou' else 'a'} {role}"


__all__ = ["KEY_OCTETS", "Accounts", "add_tenant"]
