"""Who did something, as a page names them: by what they sign in with."""

from __future__ import annotations

from service.store.scope import Scoped
from service.store.tables import Account

ITSELF = "Convene itself"


class Whom:
    """Names of those who have or had an account of the authority, within one transaction."""

    def __init__(self, scoped: Scoped) -> None:
        self._subjects = {row.id: row.subject for row in scoped.session.scalars(scoped.select(Account))}

    def __call__(self, account: str) -> str:
        """What an account signs in with; the account's id where it isn't there any more."""
        return ITSELF if account == "system" else self._subjects.get(account, account)

    def matching(self, text: str) -> list[str]:
        """Ids of the accounts whose sign-in name holds a text, whatever its case."""
        wanted = text.casefold()
        found = [one for one, subject in self._subjects.items() if wanted in subject.casefold()]
        return [*found, "system"] if wanted in ITSELF.casefold() else found


__all__ = ["ITSELF", "Whom"]
