"""The outbox: a team's messages in the database, each reserved with its sequence before anybody gets it.

`Outbox` works in one transaction, that of a publication. `SentBook` is for who sends: each step of a message's way is on the
disk before the next one is taken, as in `service.delivery.ledger`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from sqlalchemy import func, update

from service.delivery.issued import ARRIVED, Issued, State, Told, all_last_told
from service.delivery.ledger import LedgerError
from service.store.engine import Store
from service.store.scope import Principal, Scoped, visible_to
from service.store.tables import CalendarEntry, Message


@dataclass(frozen=True, slots=True)
class Said:
    """A message, as far as it says when and where a meeting is."""

    meeting: str
    reference: str
    method: str
    stamp: datetime
    start: datetime
    """Local, as is ``end``."""
    end: datetime
    place: str


class Outbox:
    """A team's messages within one transaction.

    Parameters
    ----------
    scoped
    team
    entry
        The calendar that new messages are about; ``None`` where none are reserved.
    revision
        Of it.
    """

    def __init__(
        self, scoped: Scoped, team: str, entry: CalendarEntry | None = None, revision: int = 0
    ) -> None:
        self._scoped, self._team, self._entry, self._revision = scoped, team, entry, revision

    def messages(self, *states: State) -> list[Issued]:
        """All messages in any of these states, or in any at all; in the order they were reserved."""
        query = self._scoped.select(Message).where(Message.team == self._team)
        if states:
            query = query.where(Message.state.in_(states))
        return [_issued(row) for row in self._scoped.session.scalars(query.order_by(Message.id))]

    def issued(self) -> list[Issued]:
        """What each recipient last got, or may have got, of each meeting."""
        return all_last_told(self.messages(*sorted(ARRIVED)))

    def told(self, recipient: str | None = None) -> dict[str, tuple[int, datetime]]:
        """Sequence and stamp of the last message about each UID: to one recipient, or to anybody."""
        found: dict[str, tuple[int, datetime]] = {}
        query = self._scoped.select(Message).where(Message.team == self._team, Message.state != "replaced")
        if recipient is not None:
            query = query.where(Message.recipient == recipient)
        rows = self._scoped.session.execute(
            query.with_only_columns(Message.uid, Message.sequence, Message.stamp)
        )
        for uid, sequence, stamp in rows:
            found[uid] = max(found.get(uid, (sequence, stamp)), (sequence, stamp))
        return found

    def said(self, recipient: str) -> Iterator[Said]:
        """All that was made for one recipient, in the order it was made; without the mails themselves, which are long."""
        query = (
            self._scoped.select(Message)
            .where(Message.team == self._team, Message.recipient == recipient)
            .order_by(Message.id)
            .with_only_columns(
                Message.meeting, Message.reference, Message.method, Message.stamp, Message.start, Message.end,
                Message.place,
            )
        )  # fmt: skip
        for meeting, reference, method, stamp, start, end, place in self._scoped.session.execute(query):
            begins, ends = datetime.fromisoformat(start), datetime.fromisoformat(end)
            yield Said(meeting, reference, method, stamp, begins, ends, place)

    def highest(self) -> dict[str, int]:
        """The highest sequence that was reserved of each UID, for whomever."""
        query = self._scoped.select(Message).where(Message.team == self._team)
        rows = self._scoped.session.execute(
            query.with_only_columns(Message.uid, func.max(Message.sequence).label("max")).group_by(
                Message.uid
            )
        )
        return {row.uid: row.max for row in rows}

    def content(self, message: int) -> bytes:
        """The mail of a message that is still to go.

        Raises
        ------
        LedgerError
            If its content is not kept any more.
        """
        row = self._scoped.one(Message, Message.id == message, Message.team == self._team)
        if row is None or row.content is None:
            raise LedgerError(f"message {message} is not kept: it has been sent, or replaced")
        return row.content

    def reserve(self, new: Sequence[tuple[Issued, bytes]], replaced: Iterable[Issued] = ()) -> list[Issued]:
        """Reserve messages with their sequences, and give up others that nobody has.

        Raises
        ------
        LedgerError
            If one to be replaced is not there to be. A sequence that its recipient has had is refused by the database.
        """
        assert self._entry is not None, "new messages are about a calendar"
        for one in replaced:
            self.step(one, ("due", "refused"), "replaced", forget=True)
        rows = [
            Message(
                tenant=self._entry.tenant,
                team=self._team,
                calendar=self._entry.id,
                revision=self._revision,
                recipient=one.recipient,
                uid=one.uid,
                meeting=one.meeting,
                reference=one.reference,
                address=one.address,
                method=one.method,
                sequence=one.sequence,
                stamp=one.stamp,
                start=one.told.start.isoformat(),
                end=one.told.end.isoformat(),
                place=one.told.place,
                notes=one.told.notes,
                state=one.state,
                content=content if one.state == "due" else None,
            )
            for one, content in new
        ]
        for row in rows:
            self._scoped.session.add(row)
        self._scoped.session.flush()
        return [replace(one, id=row.id) for (one, _), row in zip(new, rows, strict=True)]

    def renew(self, message: Issued, content: bytes) -> None:
        """Put other words into a message that is still to go.

        Raises
        ------
        LedgerError
            If it isn't ``due`` any more.
        """
        row = self._scoped.one(Message, Message.id == message.id, Message.team == self._team, lock=True)
        if row is None or row.state != "due":
            raise LedgerError(f"message {message.id} is not due: it can't be renewed")
        row.content = content

    def give(self, messages: Iterable[Issued]) -> None:
        """These are fetched as files, for somebody to send or hand over."""
        for one in messages:
            self.step(one, ("due",), "given", forget=True)

    def step(
        self,
        message: Issued,
        before: Sequence[State],
        after: State,
        *,
        detail: str = "",
        forget: bool = False,
        tried: int = 0,
    ) -> None:
        """Take a message from one state to another.

        Raises
        ------
        LedgerError
            If it isn't in one of the states before: somebody else has it.
        """
        values: dict[str, object] = {"state": after, "detail": detail, "attempts": Message.attempts + tried}
        if forget:
            values["content"] = None
        done = self._scoped.session.connection().execute(
            update(Message)
            .where(
                visible_to(self._scoped.principal, Message),
                Message.id == message.id,
                Message.team == self._team,
                Message.state.in_(before),
            )
            .values(**values)
        )
        if done.rowcount != 1:
            raise LedgerError(f"message {message.id} is not {' or '.join(before)}: it can't become {after}")


class SentBook:
    """A team's messages for who sends them: every step is a transaction of its own.

    Parameters
    ----------
    store
    principal
        The service itself, for the team's tenant.
    team
    check
        Called within each transaction before anything is written; raises if this process is to send nothing any more.
    """

    def __init__(
        self,
        store: Store,
        principal: Principal,
        team: str,
        *,
        check: Callable[[Scoped], None] = lambda _: None,
    ) -> None:
        self._store, self._principal, self._team, self._check = store, principal, team, check

    def recover(self) -> int:
        """Find what was being sent when a process died: from now on it is ``unknown``. Returns how many."""
        with self._writing() as outbox:
            broken = outbox.messages("sending")
            for one in broken:
                outbox.step(one, ("sending",), "unknown", detail="sending was broken off", forget=True)
        return len(broken)

    def messages(self, *states: State) -> list[Issued]:
        """All messages in any of these states, or in any at all."""
        with self._reading() as outbox:
            return outbox.messages(*states)

    def content(self, message: int) -> bytes:
        """The mail of a message that is still to go."""
        with self._reading() as outbox:
            return outbox.content(message)

    def not_taken(self, message: Issued, state: Literal["due", "refused"], detail: str) -> None:
        """The server didn't want it before any of it was handed over."""
        with self._writing() as outbox:
            outbox.step(message, ("due",), state, detail=detail, tried=1)

    def begin(self, message: Issued) -> None:
        """The message is about to be handed to the server: from here on it may arrive."""
        with self._writing() as outbox:
            outbox.step(message, ("due",), "sending", tried=1)

    def end(self, message: Issued, state: State, detail: str = "") -> None:
        """How handing it over ended."""
        with self._writing() as outbox:
            outbox.step(message, ("sending",), state, detail=detail, forget=state in {"sent", "unknown"})

    @contextmanager
    def _reading(self) -> Iterator[Outbox]:
        with self._store.reading() as session:
            yield Outbox(Scoped(session, self._principal), self._team)

    @contextmanager
    def _writing(self) -> Iterator[Outbox]:
        with self._store.writing() as session:
            scoped = Scoped(session, self._principal)
            self._check(scoped)
            yield Outbox(scoped, self._team)


def _issued(row: Message) -> Issued:
    return Issued(
        id=row.id,
        recipient=row.recipient,
        uid=row.uid,
        meeting=row.meeting,
        reference=row.reference,
        address=row.address,
        method="CANCEL" if row.method == "CANCEL" else "REQUEST",
        sequence=row.sequence,
        stamp=row.stamp,
        told=Told(datetime.fromisoformat(row.start), datetime.fromisoformat(row.end), row.place, row.notes),
        state=_state(row.state),
        detail=row.detail,
        attempts=row.attempts,
    )


def _state(text: str) -> State:
    state: State = text  # type: ignore[assignment]
    return state


__all__ = ["Outbox", "Said", "SentBook"]
