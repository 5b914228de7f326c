"""Send what is due in a ledger, as a process of its own that a test can kill.

``sending_process.py LEDGER PORT [STEP NUMBER]``: with a step, such as ``before-begin``, it kills itself at the
so-manieth time that it gets there.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from service.delivery.ledger import Ledger
from service.delivery.settings import Server
from service.delivery.smtp import send


class MortalLedger(Ledger):
    """A ledger whose process dies at a step."""

    step = ""
    left = 0

    def begin(self, *given: Any) -> None:
        """As it is."""
        self._mortal("begin", super().begin, *given)

    def end(self, *given: Any) -> None:
        """As it is."""
        self._mortal("end", super().end, *given)

    def _mortal(self, name: str, work: Callable[..., None], *given: Any) -> None:
        self._reach(f"before-{name}")
        work(*given)
        self._reach(f"after-{name}")

    def _reach(self, step: str) -> None:
        self.left -= step == self.step
        if step == self.step and self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Send it all."""
    path, port, *death = sys.argv[1:]
    if death:
        MortalLedger.step, MortalLedger.left = death[0], int(death[1])
    server = Server("127.0.0.1", int(port), "none")
    with MortalLedger.open(Path(path)) as ledger:
        send(ledger, server, on_step=lambda step: None, stop=lambda: False)


if __name__ == "__main__":
    main()
