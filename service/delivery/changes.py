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
from service.delivery.issued import ARRIVED, Issued, Method, Told, last_told
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
        self._kept_at = self._keepers(people, rows)
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
        here, *others = _mailboxes(before, want.address)
        told = told_of(want.view)
        taken_back = self._take_back_elsewhere(want, others)
        last = last_told(before)
        reason = self._reason(want, told, here.last, last)
        if reason is None:
            assert here.last is not None
            self.replaced += here.due
            if here.last.state == "unknown":
                self.left.append(Left(here.last, "unknown"))
            else:
                self.unchanged += 1
            return
        right = next((one for one in here.due if _is(one, want, told)), None)
        # What goes to a mailbox of before has the lower sequence, for whoever looks at both in one program.
        if right is not None and not taken_back:
            self.waiting.append(right)
            self.renewed.append((right, self._asked(want, told, right.sequence, reason, last)))
            self.replaced += [one for one in here.due if one is not right]
            return
        again = next((one for one in here.refused if _is(one, want, told)), None)
        if again is not None and not self._resend:
            self.left.append(Left(again, "refused"))
            self.replaced += here.due
            return
        self.replaced += [*here.due, *here.refused]
        sequence = self._next(want.view.uid)
        if taken_back:
            sequence = max(sequence, taken_back + 1)
        self.changes.append(self._asked(want, told, sequence, reason, last))

    def _take_back_elsewhere(self, want: Wanted, others: Sequence[_Mailbox]) -> int:
        """Take the invite out of the mailboxes that the recipient had before, and return the last sequence of that."""
        sequence = 0
        for other in others:
            if other.address == BY_HAND:
                self.replaced += other.due
            elif want.address == BY_HAND and other.standing is not None:
                # Who has no mailbox any more still comes: a CANCEL at the old one would tell them otherwise.
                self.left.append(Left(other.standing, "withheld"))
                self.replaced += other.due
            else:
                sequence = self._take_back(other, "address", sequence) or sequence
        return sequence

    def _asked(self, want: Wanted, told: Told, sequence: int, reason: Reason, last: Issued | None) -> Change:
        return Change(
            want.recipient, want.address, want.meeting, want.view.uid, want.view.reference, "REQUEST", sequence, reason, told,
            self._organiser, want.view, last,
        )  # fmt: skip

    def gone(self, before: Sequence[Issued]) -> None:
        last = last_told(before)
        sequence = 0
        for mailbox in _mailboxes(before):
            if mailbox.address == BY_HAND and last is not None and last.address != BY_HAND:
                self.replaced += mailbox.due  # a mail has told them since
            elif mailbox.standing is None:
                sequence = self._take_back(mailbox, "gone", sequence) or sequence
            elif mailbox.standing.recipient in self._silent:
                self._leave(mailbox, mailbox.standing, "withheld")
            elif not self._since <= mailbox.standing.start.date() <= self._until:
                self._leave(mailbox, mailbox.standing, "outside")
            else:
                sequence = self._take_back(mailbox, "gone", sequence) or sequence

    def _take_back(self, mailbox: _Mailbox, reason: Reason, above: int) -> int:
        """Take an invite back where it is.

        Parameters
        ----------
        mailbox
        reason
        above
            The new sequence is above this one, if it isn't 0.

        Returns
        -------
        int
            The sequence of the new CANCEL; 0 where none is needed, or one is on its way.
        """
        cancels = [one for one in mailbox.due if one.method == "CANCEL"]
        refused = [one for one in mailbox.refused if one.method == "CANCEL"]
        standing = mailbox.standing
        if standing is None:
            self.replaced += [one for one in mailbox.due if one.method == "REQUEST" or mailbox.last is None]
            self.waiting += cancels if mailbox.last is not None else []
            if mailbox.last is None or mailbox.last.state != "unknown":
                return 0  # nobody has it, or it was taken back already
            if not self._resend:
                self.left.append(Left(mailbox.last, "unknown"))
                return 0
            return self._cancel(mailbox.last, "resend", above)
        if self._is_anothers(standing):
            self._leave(mailbox, standing, "withheld")
            return 0
        self.replaced += [one for one in mailbox.due if one.method == "REQUEST"]
        if cancels:
            self.waiting += cancels
            return 0
        if refused and not self._resend:
            self.left.append(Left(refused[0], "refused"))
            return 0
        self.replaced += mailbox.refused
        return self._cancel(standing, reason, above)

    def _leave(self, mailbox: _Mailbox, standing: Issued, why: LeftFor) -> None:
        self.left.append(Left(standing, why))
        self.replaced += mailbox.due

    def _reason(self, want: Wanted, told: Told, here: Issued | None, last: Issued | None) -> Reason | None:
        """Why the recipient has to be told; ``None`` if what they have is right.

        Parameters
        ----------
        want, told
        here
            What arrived last at the mailbox they have now.
        last
            What they were told last of the meeting, wherever.
        """
        if here is None and last is None:
            return "new"
        if here is None or (last is not None and last.address.casefold() != want.address.casefold()):
            return "address"
        if here.method == "CANCEL":
            return "again"
        if (here.told.start, here.told.end) != (told.start, told.end):
            return "time"
        if here.told.place != told.place:
            return "place"
        if here.told.notes != told.notes:
            return "part"
        return "resend" if self._resend and here.state == "unknown" else None

    def _next(self, uid: str) -> int:
        return max(self._revision - 1, self._highest.get(uid, -1) + 1)

    def _is_anothers(self, last: Issued) -> bool:
        """Whether the mailbox has a reader who wasn't told the same there, or still has the meeting under that UID."""
        if last.address == BY_HAND:
            return False
        if self._kept_at.get((last.address.casefold(), last.uid), frozenset()) - {last.recipient}:
            return True
        address = last.address.casefold()
        readers = self._owners.get(address, frozenset()) - {last.recipient}
        return any((address, last.meeting, last.told, one) not in self._have for one in readers)

    def _cancel(self, last: Issued, reason: Reason, above: int) -> int:
        sequence = max(self._next(last.uid), 1, above + 1)
        self.changes.append(
            Change(
                last.recipient, last.address, last.meeting, last.uid, last.reference, "CANCEL",
                sequence, reason, last.told, self._organiser, None, last,
            )
        )  # fmt: skip
        return sequence

    def _keepers(
        self, people: Addressees, rows: Mapping[tuple[str, str], Sequence[Issued]]
    ) -> dict[tuple[str, str], frozenset[str]]:
        """Who goes on having a UID at a mailbox.

        Professionals who share one have one UID there: taken back for one, it would be gone for all of them.
        """
        wanted = {(one.recipient, one.view.uid): one.address.casefold() for one in people.wanted}
        at: dict[tuple[str, str], set[str]] = {}
        for (recipient, uid), before in rows.items():
            now = wanted.get((recipient, uid))
            for mailbox in _mailboxes(before):
                keeps = now in {BY_HAND, mailbox.address} if now is not None else recipient in self._silent
                if keeps and mailbox.standing is not None:
                    at.setdefault((mailbox.address, uid), set()).add(recipient)
        return {key: frozenset(who) for key, who in at.items()}


@dataclass(frozen=True, slots=True)
class _Mailbox:
    """What one recipient has of one meeting in one mailbox, or in letters."""

    address: str
    """In small letters, or `BY_HAND`."""
    last: Issued | None
    """What arrived there last."""
    due: tuple[Issued, ...]
    refused: tuple[Issued, ...]
    """Since what arrived last."""

    @property
    def standing(self) -> Issued | None:
        """The invite that is in it, if there is one."""
        return self.last if self.last is not None and self.last.method == "REQUEST" else None


def _mailboxes(before: Sequence[Issued], *first: str) -> list[_Mailbox]:
    """Each that the recipient has or had; that of the address given first, whether anything is there or not."""
    by_address: dict[str, list[Issued]] = {address.casefold(): [] for address in first}
    for one in before:
        by_address.setdefault(one.address.casefold(), []).append(one)
    found = []
    for address, rows in by_address.items():
        arrived = [one for one in rows if one.state in ARRIVED]
        last = max(arrived, key=lambda one: one.sequence, default=None)
        since = last.sequence if last is not None else -1
        due = tuple(one for one in rows if one.state == "due")
        refused = tuple(one for one in rows if one.state == "refused" and one.sequence > since)
        found.append(_Mailbox(address, last, due, refused))
    return found


def _is(one: Issued, want: Wanted, told: Told) -> bool:
    return one.method == "REQUEST" and one.told == told and one.address == want.address


__all__ = ["Change", "Difference", "Left", "LeftFor", "Reason", "difference", "told_of"]
