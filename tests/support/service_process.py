"""`convene serve` as a process of its own, on loopback, with a database and a key to begin with."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from job_cases import until

from service.access import keys
from service.store.accounts import Accounts, add_tenant
from service.store.engine import Store
from service.store.scope import Scoped, system

TENANT = "authority"


def add_integrator(store: Store) -> str:
    """An authority, and the key of a program of it."""
    now = datetime.now(UTC)
    with store.writing() as session:
        add_tenant(session, TENANT, "Authority", now)
        accounts = Accounts(Scoped(session, system(TENANT)), now)
        made = keys.new_key()
        account = accounts.add("case-system@convene.example", "integrator", ["*"])
        session.flush()
        accounts.add_key(account, made.prefix, made.hash)
    return made.text


@contextmanager
def serving(url: str, folder: Path, *words: str, **settings: str) -> Iterator[str]:
    """The address of a service that runs meanwhile."""
    folder.mkdir(exist_ok=True)
    told = folder / "stderr"
    command = (
        sys.executable,
        "-c",
        "from service.cli.main import main; main()",
        "serve",
        "--port",
        "0",
        *words,
    )
    environment = os.environ | {"DATABASE_URL": url, "CONVENE_TENANT": TENANT} | settings
    with told.open("wb") as errors:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors
        )
    try:
        until(lambda: process.poll() is not None or "listens on" in told.read_text())
        found = re.search(r"listens on (http://\S+)", told.read_text())
        assert found is not None, told.read_text()
        yield found[1]
    finally:
        process.terminate()
        process.wait(60)
