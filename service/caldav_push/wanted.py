"""A person's meetings as they are to stand in a collection, out of what they may see."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from service.caldav_push.collection import CollectionError
from service.caldav_push.push import Wanted
from service.output.events import event_of
from service.output.render import MeetingView
from solver.schema.caseload import Person


def wanted(views: Iterable[MeetingView], owner: Person, addresses: AbstractSet[str]) -> tuple[Wanted, ...]:
    """What is to stand in the collection.

    Parameters
    ----------
    views
        All meetings of the owner, as they may see them.
    owner
        Whose collection it is.
    addresses
        Mailboxes that the server knows the collection's owner by, in lower case; empty if it doesn't say.

    Raises
    ------
    CollectionError
        If the collection is somebody else's: nobody gets another's meetings by a wrong address.
    """
    own = {one.casefold() for one in (owner.email, *owner.aliases) if one}
    if own and addresses and not own & addresses:
        raise CollectionError(
            f"the server knows its owner by other mailboxes than {owner.id}'s: give an account of theirs, or add the mailbox "
            "to the person's aliases"
        )
    return tuple(Wanted(event_of(view), _attendee(view, owner, addresses)) for view in views)


def _attendee(view: MeetingView, owner: Person, addresses: AbstractSet[str]) -> str | None:
    """The owner's mailbox, where the server may know of it.

    Whoever is the organiser to the server would send invites by it: there are servers that take no notice of
    SCHEDULE-AGENT.
    """
    organiser = view.organiser.casefold()
    if view.restricted or organiser in addresses or organiser == (owner.email or "").casefold():
        return None
    return owner.email


__all__ = ["wanted"]
