"""Databases that a run may stop, fill up and bring back."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from fault_processes import free_port
from postgres import Server, programs

_DISK_MB: Final = 192
_SURE: Final = (
    "fsync=off",
    "full_page_writes=off",
    "max_connections=100",
    "min_wal_size=32MB",
    "max_wal_size=48MB",
)
"""A commit that was answered is with the operating system: processes die here, machines don't."""


class Disk:
    """A small disk of its own, if this is root and may mount one."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="convene-disk-"))
        self.folder.chmod(0o755)
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={_DISK_MB}m,mode=755", "tmpfs", str(self.folder)],
            capture_output=True, check=False, timeout=10,
        ) if shutil.which("mount") and os.geteuid() == 0 else None  # fmt: skip
        self.can_be_full = mounted is not None and mounted.returncode == 0
        self._ballast = self.folder / "ballast"

    def fill(self) -> None:
        """Leave no room at all."""
        with self._ballast.open("wb", buffering=0) as file:
            for size in (1 << 20, 1 << 12):
                with suppress(OSError):
                    while True:
                        file.write(bytes(size))

    def free(self) -> None:
        """Make room again."""
        self._ballast.unlink(missing_ok=True)

    def remove(self) -> None:
        """Leave nothing behind."""
        if self.can_be_full:
            subprocess.run(["umount", str(self.folder)], check=True, capture_output=True, timeout=30)
        with suppress(OSError):
            shutil.rmtree(self.folder)


class Sqlite:
    """A file."""

    name = "sqlite"
    can_stop = False

    def __init__(self) -> None:
        self.disk = Disk()
        self.file = self.disk.folder / "convene.sqlite"
        self.url = f"sqlite:///{self.file}"

    def stop(self, how: signal.Signals) -> None:
        raise NotImplementedError("there is no server to stop")

    def up(self) -> None:
        """It always is."""

    def remove(self) -> None:
        self.disk.remove()


class Postgresql:
    """A server of this run's own."""

    name = "postgresql"
    can_stop = True

    def __init__(self, binaries: Path) -> None:
        self.disk = Disk()
        if os.geteuid() == 0:
            shutil.chown(self.disk.folder, "postgres")
        self.server = Server(binaries, settings=_SURE, parent=self.disk.folder)
        self.server.port = free_port()
        self.server.start()
        self.url = self.server.url()

    def stop(self, how: signal.Signals) -> None:
        """SIGINT breaks connections off, SIGQUIT ends it as a crash would."""
        self.server.stop(how)

    def up(self) -> None:
        """See that it runs, also where it has ended by itself for want of room."""
        if not self.server.is_running:
            self.server.start()

    def remove(self) -> None:
        self.server.remove()
        self.disk.remove()


Database = Sqlite | Postgresql


def databases() -> tuple[str, ...]:
    """Those there are on this machine."""
    return ("sqlite", "postgresql") if programs() is not None else ("sqlite",)


def make(name: str) -> Database:
    """A database of a kind."""
    if name == "sqlite":
        return Sqlite()
    binaries = programs()
    assert binaries is not None, "PostgreSQL isn't installed"
    return Postgresql(binaries)
