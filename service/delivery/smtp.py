"""Send what the ledger says is due, each once.

A mail is marked in the ledger as being sent before any of it is on its way, and what became of it after the server's
answer. Whatever breaks in between, the line, the server or this process, the mail is known not to have gone and stays
``due``, or it may have gone and is ``unknown``: that is never sent again by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from service.delivery.book import Post
from service.delivery.issued import Issued, State
from service.delivery.mail import addressed
from service.delivery.session import (
    BarredError,
    DeclinedError,
    DeliveryError,
    LostError,
    Mail,
    Session,
    UnreachableError,
    UnsureError,
)
from service.delivery.settings import Server

PAUSES: Final = (60.0, 300.0)
"""Seconds before the second and the third attempt; servers that put unknown senders off ask for some minutes."""
MOST_LOST: Final = 3
"""Connections in a row that end before a mail, until the server counts as not to be reached."""
MOST_UNSURE: Final = 2
"""Mails in a row that are left unknown, until no more are put at stake."""
_TURN: Final = 1.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message that was due."""

    message: Issued
    state: State
    """``sent``, ``refused``, ``unknown``, or still ``due``."""
    detail: str = ""
    """The server's code and words, or what happened; nothing for a message that wasn't tried."""


@dataclass(frozen=True, slots=True)
class Step:
    """How far it is."""

    settled: int
    total: int
    outcome: Outcome | None = None
    """What was found out last; ``None`` while waiting."""
    pause: float = 0.0
    """Seconds to wait before going on."""
    why: str = ""
    """Why it waits."""


@dataclass(frozen=True, slots=True)
class Report:
    """A run."""

    outcomes: tuple[Outcome, ...]
    """One for each message that was due, in the order they were reserved."""
    ended: str = ""
    """Why the run ended before every message was tried as often as it may be; empty if it didn't."""

    def of(self, state: State) -> tuple[Outcome, ...]:
        """Those of one state."""
        return tuple(one for one in self.outcomes if one.state == state)


def send(
    ledger: Post,
    server: Server,
    *,
    on_step: Callable[[Step], None],
    stop: Callable[[], bool],
    pauses: Sequence[float] = PAUSES,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Report:
    """Send all that is due.

    Parameters
    ----------
    ledger
        Opened for writing, in the thread that calls this.
    server
        Where to.
    on_step
        Told of each outcome, and of each wait.
    stop
        Asked between mails, and every second of a wait. A mail that is being handed over is seen to its end.
    pauses
        Seconds before each further attempt at what the server put off, or when it could not be reached.
    sleep
        Waits so many seconds.

    Raises
    ------
    LedgerError
        If the ledger can't be written. What was being sent then is ``unknown`` when it is opened next.
    SettingsError
        If the server's certificates can't be read.
    """
    return asyncio.run(_Run(ledger, Session(server), on_step, stop, sleep).whole(pauses))


class _Run:
    def __init__(
        self,
        ledger: Post,
        session: Session,
        on_step: Callable[[Step], None],
        stop: Callable[[], bool],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._ledger, self._session = ledger, session
        self._on_step, self._stop, self._sleep = on_step, stop, sleep
        self._outcomes = {one.id: Outcome(one, "due") for one in ledger.messages("due")}
        self._settled = self._lost = self._unsure = 0

    async def whole(self, pauses: Sequence[float]) -> Report:
        ended = ""
        try:
            for pause in (None, *pauses):
                if pause is not None and not await self._wait(pause, ended):
                    ended = "it was stopped"
                    break
                ended, again = await self._round()
                if not again:
                    break
        finally:
            await self._session.close()
        return Report(tuple(self._outcomes.values()), ended)

    async def _round(self) -> tuple[str, bool]:
        """Try each that is due once: why that was broken off, if so, and whether to try again."""
        for outcome in [one for one in self._outcomes.values() if one.state == "due"]:
            if self._stop():
                return "it was stopped", False
            try:
                await self._one(outcome.message)
            except UnreachableError as error:
                return error.detail, True
            except BarredError as error:
                return error.detail, False
            if self._unsure >= MOST_UNSURE:
                return f"{MOST_UNSURE} mails in a row were left without an answer", False
        return "", any(one.state == "due" for one in self._outcomes.values())

    async def _one(self, message: Issued) -> None:
        """Find out what becomes of a message.

        Raises
        ------
        UnreachableError, BarredError
            If that can't be found out now. It is still due.
        """
        content = self._ledger.content(message.id)
        try:
            mail = Mail(*addressed(content), content)
        except ValueError as error:
            self._not_taken(message, DeclinedError(str(error), for_good=True))
            return
        if mail.to != message.address:
            other = "the mail that was kept is to another mailbox"
            self._not_taken(message, DeclinedError(other, for_good=True))
            return
        while True:
            fresh = not self._session.is_connected
            if fresh:
                await self._session.connect()
            try:
                await self._hand_over(message, mail)
            except LostError as error:
                if not fresh:
                    continue  # many servers close after so many mails, or so much time
                self._lost += 1
                self._not_taken(message, error)
                if self._lost >= MOST_LOST:
                    self._lost = 0
                    raise UnreachableError(error.detail) from error
            return

    async def _hand_over(self, message: Issued, mail: Mail) -> None:
        begun = False

        def begin() -> None:
            nonlocal begun
            self._ledger.begin(message)
            begun = True

        try:
            answer = await self._session.hand_over(mail, begin)
        except DeclinedError as error:
            self._lost = self._unsure = 0
            if begun:
                self._end(message, "refused" if error.for_good else "due", error.detail)
            else:
                self._not_taken(message, error)
        except UnsureError as error:
            self._unsure += 1
            self._end(message, "unknown", error.detail)
        except BaseException:
            if begun:
                self._ledger.end(message, "unknown", "sending was broken off")
            raise
        else:
            self._lost = self._unsure = 0
            self._end(message, "sent", answer)

    def _not_taken(self, message: Issued, error: DeliveryError) -> None:
        state: Literal["due", "refused"] = "due"
        if isinstance(error, DeclinedError) and error.for_good:
            state = "refused"
        self._ledger.not_taken(message, state, error.detail)
        self._tell(Outcome(message, state, error.detail))

    def _end(self, message: Issued, state: State, detail: str) -> None:
        self._ledger.end(message, state, detail)
        self._tell(Outcome(message, state, detail))

    def _tell(self, outcome: Outcome) -> None:
        kept = replace(outcome, message=replace(outcome.message, state=outcome.state, detail=outcome.detail))
        self._outcomes[outcome.message.id] = kept
        self._settled += outcome.state != "due"
        self._on_step(self._step(kept))

    def _step(self, outcome: Outcome | None = None, pause: float = 0.0, why: str = "") -> Step:
        return Step(self._settled, len(self._outcomes), outcome, pause, why)

    async def _wait(self, seconds: float, why: str) -> bool:
        """Wait; ``False`` as soon as it is asked to stop."""
        # A server that is left without a word for so long hangs up.
        await self._session.close()
        self._on_step(self._step(pause=seconds, why=why or "the server put some mails off"))
        while seconds > 0 and not self._stop():
            turn = min(seconds, _TURN)
            await self._sleep(turn)
            seconds -= turn
        return not self._stop()


__all__ = ["MOST_LOST", "MOST_UNSURE", "PAUSES", "Outcome", "Report", "Step", "send"]
