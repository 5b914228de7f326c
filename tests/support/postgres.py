"""A PostgreSQL server of a test's own: made in a temporary folder, on a free loopback port, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import psycopg

STARTING: Final = 60.0
"""Seconds that the server may take to answer."""
_OWNER: Final = "postgres"
_QUICK: Final = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")
"""Nothing here outlives a power cut, and nothing has to."""


def programs() -> Path | None:
    """Where PostgreSQL's programs are; ``None`` where it isn't installed."""
    found = shutil.which("pg_config")
    folders = [Path("/usr/lib/postgresql/15/bin")]
    if found is not None:
        told = subprocess.run([found, "--bindir"], capture_output=True, text=True, check=False, timeout=10)
        folders.insert(0, Path(told.stdout.strip()))
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((one for one in folders if (one / "initdb").is_file() and (one / "postgres").is_file()), None)


class Server:
    """A server that can be stopped and started, and killed.

    Parameters
    ----------
    binaries
        Where its programs are.
    settings
        Such as ``fsync=off``.
    parent
        Where to make its folder. Not below pytest's own, which another user can't enter.
    """

    def __init__(
        self, binaries: Path, *, settings: Sequence[str] = _QUICK, parent: Path | None = None
    ) -> None:
        self._binaries, self._settings = binaries, settings
        self._folder = Path(tempfile.mkdtemp(prefix="convene-postgres-", dir=parent))
        self._data = self._folder / "data"
        # PostgreSQL refuses to run as root.
        self._user = pwd.getpwnam(_OWNER) if os.geteuid() == 0 else None
        if self._user is not None:
            os.chown(self._folder, self._user.pw_uid, self._user.pw_gid)
        self._process: subprocess.Popen[bytes] | None = None
        self.port = _free_port()
        self._run(
            "initdb", "--pgdata", str(self._data), "--username", _OWNER, "--auth", "trust", "--no-sync",
            "--encoding", "UTF8", "--locale", "C.UTF-8",
        )  # fmt: skip

    def url(self, database: str = "postgres") -> str:
        """How Convene is told of a database."""
        return f"postgresql+psycopg://{_OWNER}@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str) -> None:
        """Run a statement outside a transaction, in the server's own database."""
        with self._connected() as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    @property
    def is_running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        settings = [word for one in self._settings for word in ("-c", one)]
        log = (self._folder / "log").open("ab")
        try:
            self._process = subprocess.Popen(
                [
                    str(self._binaries / "postgres"), "-D", str(self._data), "-p", str(self.port),
                    "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", *settings,
                ],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self._folder, **self._as_owner(),
            )  # fmt: skip
        finally:
            log.close()
        until = time.monotonic() + STARTING
        while True:
            try:
                self._connected().close()
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > until:
                    self.stop()
                    raise
                time.sleep(0.05)
            else:
                return

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT breaks connections off, SIGQUIT stops at once as a crash would."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(STARTING)
            self._process = None

    def remove(self) -> None:
        """Stop it and leave nothing behind."""
        self.stop()
        shutil.rmtree(self._folder)

    def _connected(self) -> psycopg.Connection:
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user=_OWNER,
            dbname="postgres",
            autocommit=True,
            connect_timeout=5,
        )

    def _as_owner(self) -> dict[str, int | list[int]]:
        if self._user is None:
            return {}
        return {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}

    def _run(self, program: str, *words: str) -> None:
        subprocess.run(
            [str(self._binaries / program), *words],
            check=True, capture_output=True, timeout=120, cwd=self._folder, **self._as_owner(),
        )  # fmt: skip


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])
