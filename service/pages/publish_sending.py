"""Who would be sent what if a calendar were published now: worked out as publishing does, and nothing is reserved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from service.api.publishing import changes_for
from service.delivery.addressees import BY_HAND, VENUE, Why
from service.delivery.changes import Change, Left, LeftFor, Reason
from service.pages.team import TeamView
from service.store.calendars import Standing
from service.store.messages import Outbox
from service.store.scope import Scoped
from service.store.tables import Tenant
from service.views.names import Names
from service.words import moment, opening
from solver.schema.base import FAMILY_ROLES

_NEW: Final[frozenset[Reason]] = frozenset({"new", "again", "address"})
WHY_WORDS: Final[dict[Why, str]] = {
    "shared_mailbox": "others read their mailbox who must not see all of it",
    "team_mailbox": "theirs is the mailbox that invites come from",
}
LEFT_WORDS: Final[dict[LeftFor, str]] = {
    "refused": "The mail server refused it",
    "unknown": "It may or may not have arrived",
    "outside": "The meeting is gone, and lies outside the days that this calendar is about",
    "withheld": "The mailbox is somebody else’s too by now, or there is none any more",
}


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who is sent something."""

    id: str
    name: str
    is_person: bool
    letters: bool
    new: int
    changed: int
    gone: int


@dataclass(frozen=True, slots=True)
class Untold:
    """Somebody who isn't told, or a message that is left as it is."""

    id: str
    name: str
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Sending:
    """All that publishing would send."""

    recipients: tuple[Recipient, ...]
    invites: int
    cancels: int
    letters: int
    waiting: int
    """Queued before, and not sent yet: still right."""
    unchanged: int
    unreachable: tuple[Untold, ...]
    left: tuple[Untold, ...]
    again: int
    """How many of these would be sent again on request."""

    @property
    def empty(self) -> bool:
        """Whether nobody would be sent anything."""
        return not self.recipients


def sending_of(view: TeamView, scoped: Scoped, found: Standing) -> Sending:
    """Work out what publishing a calendar would send."""
    tenant = scoped.one(Tenant, Tenant.id == view.who.tenant)
    assert tenant is not None, "whoever signs in is of a tenant"
    outbox = Outbox(scoped, view.id, found.entry, found.revision.number)
    prepared = changes_for(view.here, outbox, found, tenant.key)
    changes, called = prepared.difference.changes, Called(Names(found.caseload))
    mails = [one for one in changes if one.address != BY_HAND]
    left = prepared.difference.left
    return Sending(
        recipients=tuple(_recipients(changes, called)),
        invites=sum(one.method == "REQUEST" for one in mails),
        cancels=sum(one.method == "CANCEL" for one in mails),
        letters=len(changes) - len(mails),
        waiting=len(prepared.difference.waiting),
        unchanged=prepared.difference.unchanged,
        unreachable=tuple(
            Untold(one.recipient, called(one.recipient), str(one.meetings), WHY_WORDS[one.why])
            for one in prepared.people.unreachable
        ),
        left=tuple(_left(one, called) for one in left),
        again=sum(one.why in ("refused", "unknown") for one in left),
    )


class Called:
    """What recipients are called: family members by their role and id, which is on the letter's list too."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def __call__(self, recipient: str) -> str:
        """A person, or a room."""
        if recipient.startswith(VENUE):
            return f"The room {self._names.venue(recipient.removeprefix(VENUE))}"
        person = self._names.people.get(recipient)
        called = opening(self._names.person(recipient))
        return called if person is not None and person.role not in FAMILY_ROLES else f"{called} ({recipient})"


def _recipients(changes: Iterable[Change], called: Called) -> list[Recipient]:
    counted: dict[str, Counter[str]] = {}
    by_hand: set[str] = set()
    for one in changes:
        kind = "gone" if one.method == "CANCEL" else "new" if one.reason in _NEW else "changed"
        counted.setdefault(one.recipient, Counter())[kind] += 1
        if one.address == BY_HAND:
            by_hand.add(one.recipient)
    found = [
        Recipient(name, called(name), not name.startswith(VENUE), name in by_hand, kinds["new"], kinds["changed"], kinds["gone"])
        for name, kinds in counted.items()
    ]  # fmt: skip
    return sorted(found, key=lambda one: (not one.letters, one.name.casefold(), one.id))


def _left(one: Left, called: Called) -> Untold:
    last = one.last
    return Untold(last.recipient, called(last.recipient), moment(last.start), LEFT_WORDS[one.why])


__all__ = ["LEFT_WORDS", "WHY_WORDS", "Called", "Recipient", "Sending", "Untold", "sending_of"]
