"""Reserving what is to be sent: from a caseload and its calendar to messages in the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Final

from service.delivery.addressees import BY_HAND, Addressees, addressees
from service.delivery.book import Book
from service.delivery.changes import Change, Difference, difference, told_of
from service.delivery.issued import Issued
from service.delivery.letters import letter_of, paper_letter
from service.delivery.mail import compose
from service.output.identity import default_key
from service.output.render import Renderer
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload

_AT_ONCE: Final = 1000
"""Messages that are reserved in one go: their mails are all in memory at that time."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is to be sent, and what was found on the way."""

    people: Addressees
    difference: Difference
    assumed: tuple[Issued, ...]
    """Invites taken as sent because the calendar before had them and nothing else was known."""


def find_changes(
    caseload: Caseload,
    calendar: Calendar,
    ledger: Book | None,
    *,
    since: date,
    previous: tuple[Caseload, Calendar] | None = None,
    key: bytes | None = None,
    resend: bool = False,
) -> Prepared:
    """Work out what is to be sent; nothing is reserved.

    Parameters
    ----------
    caseload, calendar
    ledger
        What was sent; ``None``: nothing.
    since
        The day from which meetings count.
    previous
        Calendar whose invites everybody has, and the caseload it answered: for a ledger that is new.
    key
        Of the UIDs; by default it follows from the caseload.
    resend
        See `service.delivery.changes.difference`.
    """
    key = default_key(caseload) if key is None else key
    people = addressees(caseload, calendar, Renderer(caseload, calendar, key=key), since=since)
    messages = [] if ledger is None else ledger.messages()
    assumed: list[Issued] = []
    if not messages and previous is not None:
        assumed = as_sent(*previous, key=key)
    found = difference(
        people,
        [*messages, *assumed],
        organiser=caseload.team.organiser.email,
        revision=calendar.revision,
        since=since,
        until=calendar.horizon.end,
        highest={one.uid: one.sequence for one in assumed} if ledger is None or assumed else ledger.highest(),
        resend=resend,
    )
    return Prepared(people, found, tuple(assumed))


def counted_from(caseload: Caseload, today: date) -> date:
    """The day from which meetings count: today, or all of them where today isn't in the horizon."""
    horizon = caseload.horizon
    return today if horizon.start <= today <= horizon.end else horizon.start


def as_sent(caseload: Caseload, calendar: Calendar, *, key: bytes) -> list[Issued]:
    """The invites of a calendar as if everybody had them: what the ledger would hold."""
    seen = addressees(caseload, calendar, Renderer(caseload, calendar, key=key), since=date.min)
    return [
        Issued(
            recipient=one.recipient,
            uid=one.view.uid,
            meeting=one.meeting,
            reference=one.view.reference,
            address=one.address,
            method="REQUEST",
            sequence=one.view.sequence,
            stamp=one.view.stamp,
            told=told_of(one.view),
            state="given",
        )
        for one in seen.wanted
    ]


def reserve(
    ledger: Book,
    found: Difference,
    *,
    key: bytes,
    zone: str,
    now: datetime,
    assumed: Sequence[Issued] = (),
) -> list[Issued]:
    """Reserve every change with its mail.

    Parameters
    ----------
    ledger
    found
    key
        Of the UIDs.
    zone
        IANA name of the zone the times are in.
    now
        Aware. A message's stamp is later than that of the one before, also where a clock was put back.
    assumed
        Taken as sent, see `as_sent`.

    Returns
    -------
    list of Issued
        The new ones, in the order of the changes.

    Raises
    ------
    ValueError
        Where something can't be written rightly; what was reserved until then stays so, and goes on from there.
    """
    for waiting, change in found.renewed:
        ledger.renew(waiting, _content(change, key, zone, waiting.stamp))
    if assumed:
        ledger.reserve([(one, b"") for one in assumed])
    reserved: list[Issued] = []
    replaced = found.replaced
    for some in _portions(found.changes):
        letters = [(_issued(one, now), one) for one in some]
        mails = [(issued, _content(one, key, zone, issued.stamp)) for issued, one in letters]
        reserved += ledger.reserve(mails, replaced)
        replaced = ()
    if replaced:
        ledger.reserve((), replaced)
    return reserved


def _portions(changes: Sequence[Change]) -> Iterator[list[Change]]:
    rest = iter(changes)
    while some := list(islice(rest, _AT_ONCE)):
        yield some


def _content(change: Change, key: bytes, zone: str, stamp: datetime) -> bytes:
    if change.address == BY_HAND:
        return paper_letter(change)
    return compose(letter_of(change, key=key, zone=zone, stamp=stamp))


def _issued(change: Change, now: datetime) -> Issued:
    stamp = now.astimezone(UTC).replace(microsecond=0)
    if change.last is not None:
        stamp = max(stamp, change.last.stamp + timedelta(seconds=1))
    return Issued(
        recipient=change.recipient,
        uid=change.uid,
        meeting=change.meeting,
        reference=change.reference,
        address=change.address,
        method=change.method,
        sequence=change.sequence,
        stamp=stamp,
        told=change.told,
    )


__all__ = ["Prepared", "as_sent", "counted_from", "find_changes", "reserve"]
