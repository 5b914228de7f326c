"""Whatever is done to a ledger, in whatever order, nobody gets a sequence twice."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    precondition,
    rule,
)
from mail_cases import issued

from service.delivery.issued import ARRIVED, Issued, State
from service.delivery.ledger import Ledger, LedgerError


class Sending(RuleBasedStateMachine):
    """Whatever happens to a ledger, in whatever order: nobody gets a sequence twice, and nothing is forgotten.

    Beside the ledger, the test keeps what recipients have or may have, and what is on its way.
    """

    waiting = Bundle("waiting")

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.path = Path(self.folder.name) / "sent.sqlite"
        self.ledger = Ledger.open(self.path)
        self.arrived: set[tuple[str, str, int]] = set()
        self.highest: dict[tuple[str, str], int] = {}
        self.sending: list[Issued] = []

    @rule(
        target=waiting,
        number=st.integers(1, 2),
        uid=st.sampled_from(["u1", "u2"]),
        sequence=st.integers(0, 9),
    )
    def reserve(self, number: int, uid: str, sequence: int) -> object:
        new = issued(number, sequence, uid=uid)
        key = (new.recipient, uid)
        if sequence <= self.highest.get(key, -1):
            with pytest.raises(LedgerError):
                self.ledger.reserve([(new, b"mail")])
            return multiple()
        self.highest[key] = sequence
        return self.ledger.reserve([(new, b"mail")])[0]

    @rule(one=consumes(waiting))
    def begin(self, one: Issued) -> None:
        self.ledger.begin(one)
        self.sending.append(one)

    @rule(one=consumes(waiting))
    def replace(self, one: Issued) -> None:
        self.ledger.reserve([], [one])

    @rule(one=consumes(waiting))
    def give(self, one: Issued) -> None:
        self.ledger.give([one])
        self.note(one)

    @rule(one=consumes(waiting))
    def decline(self, one: Issued) -> None:
        self.ledger.not_taken(one, "refused", "550")

    @precondition(lambda self: self.sending)
    @rule(target=waiting)
    def put_off(self) -> Issued:
        one = self.sending.pop()
        self.ledger.end(one, "due", "451")
        return one

    @precondition(lambda self: self.sending)
    @rule(state=st.sampled_from(["sent", "unknown", "refused"]))
    def end(self, state: State) -> None:
        one = self.sending.pop()
        self.ledger.end(one, state)
        if state != "refused":
            self.note(one)

    @precondition(lambda self: self.sending)
    @rule()
    def begin_twice(self) -> None:
        with pytest.raises(LedgerError):
            self.ledger.begin(self.sending[-1])

    @rule()
    def die(self) -> None:
        self.ledger.close()
        self.ledger = Ledger.open(self.path)
        for one in self.sending:
            self.note(one)
            with pytest.raises(LedgerError):
                self.ledger.begin(one)
        self.sending.clear()

    def note(self, one: Issued) -> None:
        key = (one.recipient, one.uid, one.sequence)
        assert key not in self.arrived, "the same sequence twice"
        self.arrived.add(key)

    @invariant()
    def holds_what_arrived(self) -> None:
        on_way = {(one.recipient, one.uid, one.sequence) for one in self.sending}
        rows = [(one.recipient, one.uid, one.sequence) for one in self.ledger.messages(*sorted(ARRIVED))]
        assert sorted(rows) == sorted(self.arrived | on_way)
        last: dict[tuple[str, str], int] = {}
        for one in self.ledger.messages():
            assert one.sequence > last.get((one.recipient, one.uid), -1)
            last[one.recipient, one.uid] = one.sequence
        assert last == self.highest
        best: dict[tuple[str, str], int] = {}
        for recipient, uid, sequence in sorted(rows):
            best[recipient, uid] = sequence
        assert {(one.recipient, one.uid): one.sequence for one in self.ledger.issued()} == best

    def teardown(self) -> None:
        self.ledger.close()
        self.folder.cleanup()


TestSending = Sending.TestCase
TestSending.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
