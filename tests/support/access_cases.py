"""An authority with teams, accounts of every role and keys, and small applications that ask for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from asgi_client import AsgiClient
from fastapi import FastAPI
from stores import NOON, Office, add_office

from service.access import keys
from service.access.authentication import Access
from service.access.limits import Rates
from service.access.oidc import Verifier
from service.api import middleware
from service.api.problems import install
from service.store.accounts import Accounts
from service.store.engine import Store
from service.store.scope import Scoped


@dataclass
class Clock:
    """A clock that is set by hand: ``now`` is the time of day, ``seconds`` never goes back."""

    at: datetime = NOON
    seconds: float = 0.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.seconds

    def pass_(self, time: timedelta) -> None:
        self.at += time
        self.seconds += time.total_seconds()


@dataclass
class House:
    """A store with an authority, and a way to make keys of its accounts."""

    store: Store
    office: Office = field(init=False)
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.office = add_office(self.store)

    def key(self, role: str, scopes: Sequence[str] = (), *, expires: datetime | None = None) -> keys.NewKey:
        made = keys.new_key()
        with self.store.writing() as session:
            accounts = self.accounts(session)
            owner = accounts.get(self.office.accounts[role])
            accounts.add_key(owner, made.prefix, made.hash, scopes, expires)
        return made

    def accounts(self, session: Any) -> Accounts:
        return Accounts(Scoped(session, self.office.system()), self.clock.now())

    def access(
        self, *, https: bool = True, rates: Rates | None = None, verifier: Verifier | None = None
    ) -> Access:
        return Access(
            self.store,
            verifier=verifier,
            tenant=self.office.tenant,
            https=https,
            rates=rates,
            now=self.clock.now,
        )

    def client(
        self,
        app: FastAPI,
        access: Access | None = None,
        limits: middleware.Limits | None = None,
        *,
        request_id_header: str | None = None,
    ) -> AsgiClient:
        """A client of an application with everything around it."""
        install(app)
        middleware.install(
            app,
            access or self.access(),
            limits or middleware.Limits(),
            request_id_header=request_id_header,
            clock=self.clock.monotonic,
        )
        return AsgiClient(app)


def bearer(token: str | keys.NewKey) -> dict[str, str]:
    """The header that a key or token is sent in."""
    return {"Authorization": f"Bearer {token.text if isinstance(token, keys.NewKey) else token}"}
