"""DAViCal, a CalDAV server that schedules, from Debian's package: with a PostgreSQL of its own, behind PHP's own web server.

Nothing of the machine's own PostgreSQL is touched: the data is in a folder that is gone afterwards, and it listens on a socket
there alone.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx
import pytest
from caldav_servers import ACCOUNTS, Server, mailbox
from waiting import wait_for

PLACE: Final = Path("/usr/share/davical")
USER: Final = "postgres"
PATIENCE: Final = 120
_ACCOUNT: Final = """
INSERT INTO usr (active, email_ok, updated, username, password, fullname, email)
  VALUES (true, current_date, current_date, '{name}', '**{password}', '{name}', '{email}');
INSERT INTO principal (type_id, user_no, displayname, default_privileges)
  SELECT 1, user_no, username, privilege_to_bits(ARRAY['schedule-deliver']) FROM usr WHERE username = '{name}';
"""
"""Others may deliver invites, which they may not unless it is said."""


class Davical(Server):
    """With the inbox where DAViCal has it."""

    def inbox(self, account: str) -> dict[str, tuple[str, bytes]]:
        return self.objects(account, f"{self.url}{account}/.in/")


def version() -> str:
    """Of Debian's package, empty without it."""
    ask = ["dpkg-query", "--show", "--showformat=${source:Upstream-Version}", "davical"]
    try:
        return subprocess.run(ask, capture_output=True, text=True, check=False).stdout
    except FileNotFoundError:
        return ""


@contextmanager
def running() -> Iterator[Davical]:
    """One with the accounts of `ACCOUNTS`; without its packages the test is skipped."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not (version() and programs and shutil.which("php")):
        pytest.skip("davical, postgresql or php-pgsql is not installed")
    with (
        tempfile.TemporaryDirectory() as name,
        _data(Path(name), programs[-1].parent) as database,
        _web(database) as url,
    ):
        yield Davical("davical", url)


@contextmanager
def _data(folder: Path, programs: Path) -> Iterator[dict[str, str]]:
    """The environment by which DAViCal finds its data."""
    data = folder / "data"
    data.mkdir()
    # PostgreSQL refuses to run as root.
    before: list[str] = []
    if os.geteuid() == 0:
        folder.chmod(0o755)
        for one in (data, folder):
            shutil.chown(one, USER)
        before = ["runuser", "-u", USER, "--"]
    settings = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
    control = [*before, str(programs / "pg_ctl"), "-D", str(data), "-w"]
    _run(*before, str(programs / "initdb"), "-D", str(data), "--auth=trust", "-U", USER)
    _run(*control, "-l", str(folder / "log"), "-o", settings, "start")
    found = os.environ | {"PGHOST": str(folder), "PGUSER": USER}
    try:
        _run("sh", str(PLACE / "dba" / "create-database.sh"), "davical", "unused", environment=found)
        for account, password in ACCOUNTS.items():
            line = _ACCOUNT.format(name=account, password=password, email=mailbox(account))
            _run("psql", "-qX", "-v", "ON_ERROR_STOP=1", "-c", line, "davical", environment=found)
        yield os.environ | {"PGHOST": str(folder)}
    finally:
        _run(*control, "-m", "immediate", "stop")


@contextmanager
def _web(database: dict[str, str]) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    server = subprocess.Popen(
        [
            "php",
            "-d",
            f"include_path=.:/usr/share/awl/inc:{PLACE}/inc",
            "-d",
            "display_errors=0",
            "-S",
            place,
        ],
        cwd=PLACE / "htdocs",
        env=database,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: _answers(f"http://{place}/caldav.php/"), "DAViCal")
        yield f"http://{place}/caldav.php/"
    finally:
        server.kill()
        server.wait(20)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=10, trust_env=False).status_code == 401
    except httpx.TransportError:
        return False


def _run(*command: str, environment: dict[str, str] | None = None) -> None:
    # Not captured: a server that is started keeps its output open.
    subprocess.run(
        command,
        cwd="/",
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
        timeout=PATIENCE,
    )
