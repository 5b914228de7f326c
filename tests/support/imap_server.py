"""Dovecot on loopback, for one test module: a real IMAP server with one mailbox, TLS only."""

from __future__ import annotations

import getpass
import grp
import os
import pwd
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

USER = "invites"
PASSWORD = 'made-up " pass\\wörd'
WAIT = 20.0
"""Seconds for it to answer."""


@dataclass(frozen=True)
class Server:
    """A server that runs."""

    port: int
    """TLS from the start."""
    starttls: int
    certificate: Path
    root: Path

    @property
    def inbox(self) -> Path:
        return self.root / "mail"

    def deliver(self, name: str, data: bytes) -> None:
        """Put a mail into the inbox, as a mail server does."""
        target = self.inbox / "new" / name
        target.write_bytes(data)
        _give(target)

    def empty(self) -> None:
        """Begin again, with a mailbox that nobody has seen."""
        shutil.rmtree(self.inbox, ignore_errors=True)
        for name in ("new", "cur", "tmp", ".Done/new", ".Done/cur", ".Done/tmp"):
            (self.inbox / name).mkdir(parents=True)
        for path in (self.inbox, *self.inbox.rglob("*")):
            _give(path)

    def flags(self) -> dict[str, str]:
        """Each mail of the inbox with its flags."""
        found = [one.name for folder in ("new", "cur") for one in (self.inbox / folder).iterdir()]
        return {name.partition(":")[0].partition(",")[0]: name.partition(":2,")[2] for name in found}

    def done(self) -> list[str]:
        """The mails that have been moved."""
        return sorted(one.name.partition(":")[0] for one in (self.inbox / ".Done").glob("[nc]*/*"))


def _owner() -> tuple[str, int, int]:
    """Who has the mailbox: Dovecot lets nobody in as root."""
    if os.getuid():
        return getpass.getuser(), os.getuid(), os.getgid()
    nobody = pwd.getpwnam("nobody")
    return "nobody", nobody.pw_uid, nobody.pw_gid


def _give(path: Path) -> None:
    if not os.getuid():
        os.chown(path, *_owner()[1:])


def _free_port() -> int:
    # Dovecot takes no port 0, so one is asked for and let go.
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def imap_server() -> Iterator[Server]:
    """Run Dovecot; skips the test where it isn't installed."""
    program = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin")
    if program is None:
        missing = "Dovecot is not there: apt-get install dovecot-imapd"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    root = Path(tempfile.mkdtemp(prefix="imap-"))
    root.chmod(0o755)
    server = Server(_free_port(), _free_port(), root / "server.pem", root)
    try:
        _certify(root)
        (root / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n", encoding="utf-8")
        (root / "users").chmod(0o644)
        (root / "dovecot.conf").write_text(_settings(server))
        server.empty()
        process = subprocess.Popen(
            [program, "-F", "-c", str(root / "dovecot.conf")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        try:
            _await(server, process)
            yield server
        finally:
            process.terminate()
            process.communicate(timeout=WAIT)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _certify(root: Path) -> None:
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", str(root / "server.key"),
            "-out", str(root / "server.pem"),
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip


def _settings(server: Server) -> str:
    user, uid, gid = _owner()
    me = pwd.getpwuid(os.getuid()).pw_name
    inside = f"default_internal_user = {me}\ndefault_login_user = {me}\n" if os.getuid() else ""
    group = grp.getgrgid(os.getgid()).gr_name
    inside += f"default_internal_group = {group}\n" if os.getuid() else ""
    chroots = "".join(
        f"service {name} {{\n  chroot =\n}}\n" for name in (("anvil", "stats") if os.getuid() else ())
    )
    return f"""
protocols = imap
listen = 127.0.0.1
base_dir = {server.root}/run
state_dir = {server.root}/state
log_path = {server.root}/log
{inside}ssl = required
ssl_cert = <{server.root}/server.pem
ssl_key = <{server.root}/server.key
auth_mechanisms = plain login
auth_failure_delay = 0
first_valid_uid = {uid}
first_valid_gid = {gid}
mail_location = maildir:{server.root}/mail
namespace inbox {{
  inbox = yes
  separator = /
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {server.root}/users
}}
userdb {{
  driver = static
  args = uid={user} gid={gid} home={server.root}
}}
{chroots}service imap-login {{
  chroot =
  inet_listener imap {{
    port = {server.starttls}
  }}
  inet_listener imaps {{
    port = {server.port}
    ssl = yes
  }}
}}
"""


def _await(server: Server, process: subprocess.Popen[bytes]) -> None:
    """Wait until it greets."""
    context = ssl.create_default_context(cafile=str(server.certificate))
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        if process.poll() is not None:
            raise AssertionError(f"Dovecot does not start: {process.communicate()[1].decode()}")
        try:
            with (
                socket.create_connection(("127.0.0.1", server.port), timeout=2) as raw,
                context.wrap_socket(raw, server_hostname="localhost") as line,
            ):
                if line.recv(100).startswith(b"* OK"):
                    return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"Dovecot does not answer: {(server.root / 'log').read_text()}")
