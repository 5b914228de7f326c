"""Messages into a calendar: the one function behind the command, the API and every kind of mailbox."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from calendars.reading import CalendarFileError
from calendars.reply import NoReply, Reply, read_replies
from service.delivery.issued import Issued
from service.replies.apply import answer_in, apply
from service.replies.mail import Mail, MailError, read_mail
from service.replies.match import Matcher, Said
from service.replies.outcome import Outcome
from solver.schema.calendar import Answer, Calendar
from solver.schema.caseload import Caseload

_OPENING: Final = b"BEGIN:VCALENDAR"
_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Message:
    """A mail, or a calendar file that was saved from one."""

    source: str
    """How it is called in what is told: a file's name, a number in a mailbox."""
    data: bytes


@dataclass(frozen=True, slots=True)
class Taken:
    """What was made of some messages.

    Attributes
    ----------
    calendar
        With the answers. The one given, if none is new.
    outcomes
        In order, at least one for each message.
    """

    calendar: Calendar
    outcomes: tuple[Outcome, ...]

    def settled(self, source: str) -> bool:
        """Whether nobody has to look at a message."""
        return all(one.settled for one in self.outcomes if one.source == source)


class Reader:
    """Takes answers into one calendar.

    Parameters
    ----------
    caseload, calendar
    issued
        What each recipient last got of each meeting: see `service.delivery.ledger.Ledger.issued`.
    now
        In UTC.
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
        self._calendar = calendar
        self._matcher = Matcher(caseload, calendar, issued, now=now, ours=ours)
        self._organiser = caseload.team.organiser.email.lower()

    def take(self, messages: Iterable[Message | Said]) -> Taken:
        """Read messages, match what they answer, and put it into the calendar.

        Parameters
        ----------
        messages
            Mails and files; or what a system has said already.
        """
        found: list[Outcome] = []
        for message in messages:
            found += self._matcher.match_all([message]) if isinstance(message, Said) else self._of(message)
        after = apply(self._calendar, found)
        heard: set[tuple[str | None, str | None, Answer | None]] = set()
        told = []
        for one in found:
            twice = (one.meeting, one.person, one.answer) in heard
            told.append(self._told(one, after, twice=twice))
            heard.add((one.meeting, one.person, one.answer))
        return Taken(after, tuple(told))

    def _told(self, outcome: Outcome, after: Calendar, *, twice: bool) -> Outcome:
        """Tell answers that are new from those that are known, and those that a later one has overtaken."""
        if outcome.answer is None or outcome.meeting is None or outcome.person is None:
            return outcome
        stands = answer_in(after, outcome.meeting, outcome.person)
        if stands != outcome.answer:
            text = f"{outcome.text}; but a later answer of theirs is known"
            return replace(outcome, kind="superseded", text=text)
        if twice or stands == answer_in(self._calendar, outcome.meeting, outcome.person):
            return replace(outcome, kind="known")
        return outcome

    def _of(self, message: Message) -> list[Outcome]:
        if _is_calendar(message.data):
            return self._of_calendar(message.source, message.data, None, None, None)
        try:
            mail = read_mail(message.data)
        except MailError as error:
            return [Outcome(message.source, "unreadable", str(error))]
        return self._of_mail(message.source, mail)

    def _of_mail(self, source: str, mail: Mail) -> list[Outcome]:
        found: list[Outcome] = []
        for part in mail.parts:
            sender = mail.sender
            if part.attached and sender == self._organiser:
                # Somebody of the team has passed on a mail that went elsewhere.
                sender = mail.inner
            found += self._of_calendar(source, part.content, part.method, mail.sent, sender or "")
        found = list(dict.fromkeys(found))
        said = [one for one in found if one.kind not in ("no_reply", "unreadable")]
        if said:
            return said
        if mail.failed:
            text = f"something could not be delivered to {', '.join(mail.failed)}: correct the address in the caseload"
            return [Outcome(source, "undelivered", text)]
        if mail.automatic and all(part.attached for part in mail.parts):
            return [Outcome(source, "automatic", "a machine wrote it, and it answers nothing")]
        if found:
            return found
        if mail.sealed:
            text = "it is in a form that only Outlook reads (winmail.dat): look at the mail, and ask for internet format"
            return [Outcome(source, "sealed", text)]
        return [
            Outcome(source, "written", "it holds no answer to an invite: somebody has written, so read it")
        ]

    def _of_calendar(
        self, source: str, content: bytes, method: str | None, sent: datetime | None, sender: str | None
    ) -> list[Outcome]:
        try:
            said = read_replies(content, method)
        except CalendarFileError as error:
            return [Outcome(source, "unreadable", f"the calendar in it can't be read: {error}")]
        others = [Outcome(source, "no_reply", _no_reply(one)) for one in said if isinstance(one, NoReply)]
        replies: Sequence[Reply] = [one for one in said if isinstance(one, Reply)]
        return [
            *self._matcher.match_all([Said(source, one, sender, sent) for one in dict.fromkeys(replies)]),
            *dict.fromkeys(others),
        ]


def _is_calendar(data: bytes) -> bool:
    head = data[:200]
    for mark in _MARKS:
        head = head.removeprefix(mark)
    return head.replace(b"\0", b"").lstrip()[: len(_OPENING)].upper() == _OPENING


def _no_reply(one: NoReply) -> str:
    known = {
        "REQUEST": "it is an invite, not an answer to one",
        "CANCEL": "it is a cancellation, not an answer",
        "DECLINECOUNTER": "it declines another time that was proposed, and is no answer",
        "PUBLISH": "it is a calendar to look at, not an answer",
    }
    return known.get(one.method, "it is a calendar, but no answer to an invite")


__all__ = ["Message", "Reader", "Taken"]
