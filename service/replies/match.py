"""Whose answer it is, to which invite, and whether it counts: by UID, attendee and sequence, against what was sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from calendars.localtime import from_utc, load_zone
from calendars.reply import Reply
from service.delivery.addressees import VENUE
from service.delivery.issued import Issued
from service.output.render import PROFESSIONAL_ROLES
from service.replies.outcome import Kind, Outcome
from solver.replan.answers import PRESENT, span_for
from solver.schema.calendar import Answer, AnswerStatus, Calendar, Meeting
from solver.schema.caseload import Caseload

FAST_CLOCK: Final = timedelta(days=1)
"""How far ahead of time an answer's own stamp may be."""
_STATUS: Final[dict[str, AnswerStatus]] = {
    "ACCEPTED": "accepted", "TENTATIVE": "tentative", "DECLINED": "declined", "DELEGATED": "delegated",
}  # fmt: skip
_WORDS: Final[dict[AnswerStatus, str]] = {
    "accepted": "comes", "tentative": "may come", "declined": "can't come", "delegated": "sends somebody else",
    "countered": "proposes another time",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """A reply, and how it came."""

    source: str
    reply: Reply
    sender: str | None = None
    """Author of the mail; ``None`` where there was none: a file that somebody saved, or a system that is trusted."""
    sent: datetime | None = None
    """By the mail, in UTC."""


class Matcher:
    """Matches replies with what was sent.

    Parameters
    ----------
    caseload
        Knows everybody's other mailboxes.
    calendar
        That stands.
    issued
        What each recipient last got of each meeting.
    now
        In UTC: an answer from the future is none.
    ours
        Whether a UID is one of Convene's own.
    """

    def __init__(
        self,
        caseload: Caseload,
        calendar: Calendar,
        issued: Iterable[Issued],
        *,
        now: datetime,
        ours: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self._zone: ZoneInfo = load_zone(caseload.timezone)
        self._people = {person.id: person for person in caseload.people}
        self._meetings = {meeting.id: meeting for meeting in calendar.meetings}
        self._now = now
        self._ours = ours
        self._sent: defaultdict[str, list[Issued]] = defaultdict(list)
        for one in issued:
            self._sent[one.uid].append(one)
        self._by_mailbox: defaultdict[str, list[str]] = defaultdict(list)
        for person in caseload.people:
            for address in (person.email, *person.aliases):
                if address:
                    self._by_mailbox[mailbox(address)].append(person.id)

    def match_all(self, said: Sequence[Said]) -> list[Outcome]:
        """Match the replies of one message.

        A client may repeat the list of attendees: whoever the message isn't from says nothing in it.
        """
        both = [(one.reply.uid, self.match(one)) for one in said]
        heard = {uid for uid, outcome in both if outcome.kind != "stranger"}
        return [outcome for uid, outcome in both if outcome.kind != "stranger" or uid not in heard]

    def match(self, said: Said) -> Outcome:
        """Say what becomes of a reply; ``taken`` ones carry the answer."""
        found = self._matched(said)
        if not said.reply.note or found.kind == "foreign":
            return found
        return replace(found, text=f"{found.text}, with a note: read the mail", note=True)

    def _matched(self, said: Said) -> Outcome:
        reply = said.reply
        sent = self._sent.get(reply.uid, [])
        if not sent:
            return self._unknown(said)
        asked = reply.attendee or said.sender
        if asked is None:
            return self._as(said, "nobody", "it names nobody, so nobody knows whose answer it is")
        found = [one for one in sent if mailbox(asked) in self._mailboxes(one)]
        if not found:
            return self._stranger(said, asked, sent)
        if len(found) > 1:
            names = " and ".join(sorted(one.recipient for one in found))
            return self._as(
                said, "ambiguous", f"{names} were invited at one mailbox, so nobody knows whose answer it is"
            )
        issued = found[0]
        if not self._may_send(said, issued):
            sender = (
                f"{said.sender}, which is none of their mailboxes"
                if said.sender
                else "nobody that can be made out"
            )
            text = f"it answers for {issued.recipient} and was sent from {sender}: {_ADD_ALIAS}"
            return self._of(said, issued, "stranger", text)
        if reply.attendee is None:
            return self._of(said, issued, "nobody", "it doesn't say who answers what")
        return self._counted(said, issued)

    def _counted(self, said: Said, issued: Issued) -> Outcome:
        """Whether an answer of somebody who was asked counts."""
        reply = said.reply
        if issued.method == "CANCEL":
            return self._of(said, issued, "cancelled", "the invite has been taken back since")
        if reply.method == "REFRESH":
            return self._of(
                said, issued, "refresh", "they ask for the invite once more: send it to them again"
            )
        if not _is_current(reply, issued):
            return self._of(
                said, issued, "older", "it answers an earlier invite than the one that they got last"
            )
        if reply.partstat == "NEEDS-ACTION" and reply.method != "COUNTER":
            return self._of(said, issued, "no_answer", "they haven't decided yet")
        stamp = reply.stamp or said.sent or issued.stamp
        if stamp > self._now + FAST_CLOCK:
            return self._of(
                said, issued, "future", f"it says that it was written on {stamp:%Y-%m-%d}: look at the mail"
            )
        if issued.recipient.startswith(VENUE):
            return self._room(said, issued)
        meeting = self._meetings.get(issued.meeting)
        span = None if meeting is None else _span_of(meeting, issued.recipient)
        if meeting is None or span is None:
            return self._of(said, issued, "gone", "the calendar doesn't ask them to that meeting any more")
        if span != (issued.start, issued.end):
            return self._of(
                said,
                issued,
                "moved",
                "the meeting has been moved since: they are asked again with the update",
            )
        answer = self._answer(reply, issued, stamp)
        text = self._words(answer, reply)
        return replace(self._of(said, issued, "taken", text), answer=answer)

    def _answer(self, reply: Reply, issued: Issued, stamp: datetime) -> Answer:
        proposed = self._proposed(reply, issued) if reply.method == "COUNTER" else None
        status = _STATUS.get(reply.partstat, "countered")
        if reply.method == "COUNTER" and status != "declined":
            status = "countered"
        return Answer(
            status=status,
            at=f"{stamp.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            # A client that counts on by itself must not be ahead of every later answer.
            sequence=issued.sequence,
            start=None if proposed is None else proposed[0],
            end=None if proposed is None else proposed[1],
            to=self._delegate(reply) if status == "delegated" else None,
        )

    def _proposed(self, reply: Reply, issued: Issued) -> tuple[datetime, datetime] | None:
        if reply.start is None:
            return None
        start = self._local(reply.start)
        end = start + (issued.end - issued.start) if reply.end is None else self._local(reply.end)
        return None if (start, end) == (issued.start, issued.end) or end <= start else (start, end)

    def _local(self, moment: datetime) -> datetime:
        local = moment if moment.tzinfo is None else from_utc(moment, self._zone)
        return local.replace(second=0, microsecond=0)

    def _delegate(self, reply: Reply) -> str | None:
        for address in reply.delegated_to:
            people = self._by_mailbox.get(mailbox(address), [])
            if len(people) == 1:
                return people[0]
        return None

    def _words(self, answer: Answer, reply: Reply) -> str:
        text = f"{_WORDS[answer.status]}"
        if answer.status == "delegated":
            somebody = ", ".join(reply.delegated_to) or "somebody they don't name"
            text += f": {answer.to}" if answer.to is not None else f", who isn't in the caseload: {somebody}"
        if answer.start is not None:
            text += (
                f"{', and proposes' if answer.status == 'declined' else ':'} {answer.start:%Y-%m-%d %H:%M}"
            )
        elif answer.status == "countered":
            text += ", but doesn't say which"
        return text

    def _room(self, said: Said, issued: Issued) -> Outcome:
        if said.reply.partstat in ("ACCEPTED", "TENTATIVE") and said.reply.method == "REPLY":
            return self._of(said, issued, "known", "the room is booked")
        return self._of(
            said, issued, "room", f"{issued.recipient.removeprefix(VENUE)} can't be had at that time"
        )

    def _unknown(self, said: Said) -> Outcome:
        if self._ours(said.reply.uid):
            text = "it answers an invite of this team that the record of what was sent doesn't hold: is it the right one"
            return self._as(said, "stranger", text)
        return self._as(said, "foreign", "it answers no invite of Convene's")

    def _stranger(self, said: Said, asked: str, sent: Sequence[Issued]) -> Outcome:
        issued = sent[0]
        if said.reply.delegated_from:
            text = f"{asked} answers in place of {', '.join(said.reply.delegated_from)}, and wasn't invited"
        elif len({one.recipient for one in sent}) == 1:
            text = f"{asked} answers the invite of {issued.recipient}, and isn't one of their mailboxes: {_ADD_ALIAS}"
        else:
            text = f"{asked} wasn't invited to it, and is nobody's other mailbox: {_ADD_ALIAS}"
        return replace(self._as(said, "stranger", text), meeting=issued.meeting)

    def _mailboxes(self, issued: Issued) -> set[str]:
        person = self._people.get(issued.recipient)
        others = () if person is None else (person.email, *person.aliases)
        return {mailbox(one) for one in (issued.address, *others) if one}

    def _may_send(self, said: Said, issued: Issued) -> bool:
        """Whether a mail comes from whom it answers for, or from their office (SENT-BY, RFC 6047 section 3)."""
        if said.sender is None:
            return True
        sender, own = mailbox(said.sender), self._mailboxes(issued)
        if sender in own:
            return True
        person = self._people.get(issued.recipient)
        office = person is None or person.role in PROFESSIONAL_ROLES
        by = said.reply.sent_by
        return (
            office
            and by is not None
            and mailbox(by) == sender
            and _domain(sender) in {_domain(one) for one in own}
        )

    def _as(self, said: Said, kind: Kind, text: str) -> Outcome:
        return Outcome(said.source, kind, text)

    def _of(self, said: Said, issued: Issued, kind: Kind, text: str) -> Outcome:
        return Outcome(said.source, kind, text, issued.meeting, issued.recipient)


_ADD_ALIAS: Final = "if it is theirs, add it to their aliases in the caseload"


def mailbox(address: str) -> str:
    """A mailbox as it is compared: in lower case, without a ``+tag`` (RFC 5233)."""
    name, _, domain = address.strip().lower().rpartition("@")
    return f"{name.partition('+')[0] or name}@{domain.rstrip('.')}"


def _domain(address: str) -> str:
    return address.rpartition("@")[2]


def _is_current(reply: Reply, issued: Issued) -> bool:
    """Whether a reply is to the invite that stands; one that doesn't say which tells by its stamp."""
    if reply.sequence is not None:
        return reply.sequence >= issued.sequence
    if issued.sequence == 0:
        return True
    return reply.stamp is not None and reply.stamp >= issued.stamp


def _span_of(meeting: Meeting, person: str) -> tuple[datetime, datetime] | None:
    """When a meeting is for somebody, over all their places; ``None`` for who takes no part."""
    spans = [
        span_for(meeting, entry)
        for entry in meeting.attendees
        if entry.person == person and entry.status in PRESENT
    ]
    return (min(start for start, _ in spans), max(end for _, end in spans)) if spans else None


__all__ = ["FAST_CLOCK", "Matcher", "Said", "mailbox"]
