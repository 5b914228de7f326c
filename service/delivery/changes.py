"""What has to be sent: the difference between what everybody has and what they are to have. Pure; nothing is sent here.

Who has what they are to have gets nothing. A change of time, place or part is one REQUEST with a sequence above every one
that the UID has had. What is gone is one CANCEL, which tells the old time alone. What is reserved already and still right
is kept, so that a run that was broken off goes on; what isn't right any more and nobody has is replaced.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from service.delivery.addressees import BY_HAND, Addressees, Wanted
from service.delivery.issued import ARRIVED, Issued, Method, Told
from service.output.render import MeetingView

Reason = Literal["new", "time", "place", "part", "again", "address", "resend", "gone"]
"""``again``: it had been cancelled. ``address``: the recipient has another mailbox; the one before gets a CANCEL.
``resend``: it isn't known whether the last one arrived, and sending it again was asked for."""
LeftFor = Literal["refused", "unknown", "outside", "withheld"]
"""``refused``: the server refused just this and would again. ``unknown``: it may or may not have arrived.
``outside``: the meeting is gone, and lies outside the days that this is about. ``withheld``: the mailbox is somebody
else's too by now, or the caseload has none any more."""


@dataclass(frozen=True, slots=True)
class Change:
    """A message that is to be reserved."""

    recipient: str
    address: str
    meeting: str
    uid: str
    reference: str
    method: Method
    sequence: int
    reason: Reason
    told: Told
    """Of a CANCEL: what it takes back."""
    organiser: str
    view: MeetingView | None
    """``None`` for a CANCEL."""
    last: Issued | None
    """What the recipient has; ``None`` for the first message about the meeting."""


@dataclass(frozen=True, slots=True)
class Left:
    """Something that is left as it is, and somebody should know of."""

    last: Issued
    why: LeftFor


@dataclass(frozen=True, slots=True)
class Difference:
    """All that is to be done."""

    changes: tuple[Change, ...]
    replaced: tuple[Issued, ...]
    """Reserved, and not right any more."""
    waiting: tuple[Issued, ...]
    """Reserved before, and still right."""
    renewed: tuple[tuple[Issued, Change], ...]
    """Of these, the invites with what they are to say by now: who comes may be others."""
    left: tuple[Left, ...]
    unchanged: int
    """How many invites stand as they are."""


def told_of(view: MeetingView) -> Told:
    """What a view tells that a recipient has to be told of when it changes. Who else comes is no part of it."""
    part = () if view.part == "REQ-PARTICIPANT" else (view.part,)
    return Told(view.start, view.end, view.location, "\n".join((*view.notes, *part)))


def difference(
    people: Addressees,
    messages: Iterable[Issued],
    *,
    organiser: str,
    revision: int,
    since: date,
    until: date,
    highest: Mapping[str, int],
    resend: bool = False,
) -> Difference:
    """Work out what is to be sent.

    Parameters
    ----------
    people
        Who is to have what.
    messages
        Of the ledger, in the order they were reserved.
    organiser
        The mailbox that invites come from.
    revision
        Of the calendar; sequences begin one below it, as in the files that are published of it.
    since, until
        An invite to a meeting that is gone is taken back if it was to begin within these days, both inclusive. What has
        been stays as it was, and what lies after them is another calendar's.
    highest
        The highest sequence that was reserved of each UID.
    resend
        Send again, as an update, what may or may not have arrived.
    """
    rows: dict[tuple[str, str], list[Issued]] = {}
    for one in messages:
        if one.state != "replaced":
            rows.setdefault((one.recipient, one.uid), []).append(one)
    wanted = {(one.recipient, one.view.uid): one for one in people.wanted}
    work = _Work(people, organiser, revision, since, until, highest, rows, resend=resend)
    for key, want in wanted.items():
        work.wanted(want, rows.pop(key, []))
    for before in rows.values():
        work.gone(before)
    return Difference(
        tuple(work.changes),
        tuple(work.replaced),
        tuple(work.waiting),
        tuple(work.renewed),
        tuple(work.left),
        work.unchanged,
    )


class _Work:
    def __init__(
        self,
        people: Addressees,
        organiser: str,
        revision: int,
        since: date,
        until: date,
        highest: Mapping[str, int],
        rows: Mapping[tuple[str, str], Sequence[Issued]],
        *,
        resend: bool,
    ) -> None:
        self._owners, self._organiser, self._revision = people.owners, organiser, revision
        self._since, self._until, self._highest, self._resend = since, until, highest, resend
        self._silent = {one.recipient for one in people.unreachable}
        # Professionals who share a mailbox have one UID there: taken back for one, it would be gone for all of them.
        wanted = {(one.recipient, one.view.uid) for one in people.wanted}
        at: dict[tuple[str, str], set[str]] = {}
        for (recipient, uid), before in rows.items():
            last, _, _ = _split(before)
            keeps = (recipient, uid) in wanted or recipient in self._silent
            if keeps and last is not None and last.method == "REQUEST":
                at.setdefault((last.address.casefold(), uid), set()).add(recipient)
        self._kept_at = {key: frozenset(who) for key, who in at.items()}
        self._have = {
            (one.address.casefold(), one.meeting, one.told, one.recipient)
            for before in rows.values()
            for one in before
            if one.state in ARRIVED
        }
        self.changes: list[Change] = []
        self.replaced: list[Issued] = []
        self.waiting: list[Issued] = []
        self.renewed: list[tuple[Issued, Change]] = []
        self.left: list[Left] = []
        self.unchanged = 0

    def wanted(self, want: Wanted, before: Sequence[Issued]) -> None:
        last, due, refused = _split(before)
        told = told_of(want.view)
        reason = self._reason(want, told, last)
        if reason is None:
            assert last is not None
            self.replaced += due
            if last.state == "unknown":
                self.left.append(Left(last, "unknown"))
            else:
                self.unchanged += 1
            return
        right = next((one for one in due if _is(one, want, told)), None)
        if right is not None:
            # With it goes the CANCEL to the mailbox that they had before.
            still = [one for one in due if one is right or one.method == "CANCEL"]
            self.waiting += still
            self.renewed.append((right, self._asked(want, told, right.sequence, reason, last)))
            self.replaced += [one for one in due if one not in still]
            return
        again = next((one for one in refused if _is(one, want, told)), None)
        if again is not None and not self._resend:
            self.left.append(Left(again, "refused"))
            self.replaced += due
            return
        self.replaced += [*due, *refused]
        sequence = self._next(want.view.uid)
        if reason == "address" and last is not None and last.method == "REQUEST":
            # Who has no mailbox any more still comes: a CANCEL at the old one would tell them otherwise.
            if want.address == BY_HAND or self._is_anothers(last):
                self.left.append(Left(last, "withheld"))
            elif last.address != BY_HAND:
                self._take_back(last, sequence, "address")
                sequence = max(sequence, 1) + 1
        self.changes.append(self._asked(want, told, sequence, reason, last))

    def _asked(self, want: Wanted, told: Told, sequence: int, reason: Reason, last: Issued | None) -> Change:
        return Change(
            want.recipient, want.address, want.meeting, want.view.uid, want.view.reference, "REQUEST", sequence, reason, told,
            self._organiser, want.view, last,
        )  # fmt: skip

    def gone(self, before: Sequence[Issued]) -> None:
        last, due, refused = _split(before)
        standing = last if last is not None and last.method == "REQUEST" else None
        if standing is None:
            # Nobody has it, or it was taken back already.
            self.replaced += [one for one in due if one.method == "REQUEST"]
            self.waiting += [one for one in due if one.method == "CANCEL" and last is not None]
            if last is not None and last.state == "unknown":
                if self._resend:
                    self._take_back(last, self._next(last.uid), "resend")
                else:
                    self.left.append(Left(last, "unknown"))
            return
        withheld = standing.recipient in self._silent or self._is_anothers(standing)
        inside = self._since <= standing.start.date() <= self._until
        cancels = [one for one in due if one.method == "CANCEL"]
        self.replaced += [one for one in due if one.method == "REQUEST"]
        if withheld or not inside:
            self.left.append(Left(standing, "withheld" if withheld else "outside"))
            self.replaced += cancels
        elif cancels:
            self.waiting += cancels
        elif any(one.method == "CANCEL" for one in refused) and not self._resend:
            self.left.append(Left(next(one for one in refused if one.method == "CANCEL"), "refused"))
        else:
            self.replaced += refused
            self._take_back(standing, self._next(standing.uid), "gone")

    def _reason(self, want: Wanted, told: Told, last: Issued | None) -> Reason | None:
        """Why the recipient has to be told; ``None`` if what they have is right."""
        if last is None:
            return "new"
        if last.address.casefold() != want.address.casefold():
            return "address"
        if last.method == "CANCEL":
            return "again"
        if (last.told.start, last.told.end) != (told.start, told.end):
            return "time"
        if last.told.place != told.place:
            return "place"
        if last.told.notes != told.notes:
            return "part"
        return "resend" if self._resend and last.state == "unknown" else None

    def _next(self, uid: str) -> int:
        return max(self._revision - 1, self._highest.get(uid, -1) + 1)

    def _is_anothers(self, last: Issued) -> bool:
        """Whether the mailbox has a reader who wasn't told the same there, or still has the meeting under that UID."""
        if self._kept_at.get((last.address.casefold(), last.uid), frozenset()) - {last.recipient}:
            return True
        if last.address == BY_HAND:
            return False
        address = last.address.casefold()
        readers = self._owners.get(address, frozenset()) - {last.recipient}
        return any((address, last.meeting, last.told, one) not in self._have for one in readers)

    def _take_back(self, last: Issued, sequence: int, reason: Reason) -> None:
        self.changes.append(
            Change(
                last.recipient, last.address, last.meeting, last.uid, last.reference, "CANCEL",
                max(sequence, 1), reason, last.told, self._organiser, None, last,
            )
        )  # fmt: skip


def _split(before: Sequence[Issued]) -> tuple[Issued | None, list[Issued], list[Issued]]:
    """What a recipient has last, what waits, and what was refused since."""
    arrived = [one for one in before if one.state in ARRIVED]
    last = max(arrived, key=lambda one: one.sequence, default=None)
    since = last.sequence if last is not None else -1
    due = [one for one in before if one.state == "due"]
    return last, due, [one for one in before if one.state == "refused" and one.sequence > since]


def _is(one: Issued, want: Wanted, told: Told) -> bool:
    return one.method == "REQUEST" and one.told == told and one.address == want.address


__all__ = ["Change", "Difference", "Left", "LeftFor", "Reason", "difference", "told_of"]
