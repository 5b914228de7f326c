"""Encrypted and signed in, or not at all."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from mail_cases import reserve
from mail_server import MailServer, serving
from sending import go, states

from service.delivery.ledger import Ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(tmp_path / "sent.sqlite") as opened:
        yield opened


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of this machine with its key, made for the test."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("openssl, which makes the test's certificate, is not installed")
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    subprocess.run(
        [
            program, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=mail.convene.example", "-addext", "subjectAltName=IP:127.0.0.1",
            "-keyout", str(path), "-out", str(path.with_suffix(".crt")),
        ],
        check=True,
        capture_output=True,
        timeout=60,
    )  # fmt: skip
    return path


def encrypting(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.with_suffix(".crt"), certificate)
    return context


def test_starttls_with_a_certificate_that_is_trusted(ledger: Ledger, certificate: Path) -> None:
    reserve(ledger, 2)
    options = {"tls_context": encrypting(certificate), "require_starttls": True}
    with serving(MailServer(options=options)) as server:
        go(ledger, server, security="starttls", certificates=certificate.with_suffix(".crt"))
    assert states(ledger) == ["sent", "sent"]


def test_tls_with_a_certificate_that_is_trusted(ledger: Ledger, certificate: Path) -> None:
    reserve(ledger, 2)
    with serving(MailServer(), encrypting(certificate)) as server:
        go(ledger, server, security="tls", certificates=certificate.with_suffix(".crt"))
    assert states(ledger) == ["sent", "sent"]


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_is_not_trusted_ends_the_run(
    ledger: Ledger, certificate: Path, security: str
) -> None:
    reserve(ledger, 2)
    context = encrypting(certificate)
    server = MailServer(options={"tls_context": context} if security == "starttls" else {})
    with serving(server, None if security == "starttls" else context):
        run = go(ledger, server, security=security)
    assert states(ledger) == ["due", "due"]
    assert "certificate" in run.report.ended
    assert not run.slept
    assert not server.offered


def test_a_server_without_starttls_gets_nothing(ledger: Ledger) -> None:
    reserve(ledger, 1)
    with serving(MailServer()) as server:
        run = go(ledger, server, security="starttls")
        assert not server.offered
    assert "STARTTLS" in run.report.ended
    assert states(ledger) == ["due"]


def test_tls_to_a_server_that_speaks_none(ledger: Ledger) -> None:
    reserve(ledger, 1)
    with serving(MailServer()) as server:
        run = go(ledger, server, security="tls", connecting=2, pauses=())
        assert not server.offered
    assert run.report.ended
    assert states(ledger) == ["due"]


@pytest.mark.parametrize("password", ["right", "wrong"])
def test_signing_in(ledger: Ledger, certificate: Path, password: str) -> None:
    reserve(ledger, 2)

    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: LoginPassword) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"team", b"right"), handled=False)

    options = {"tls_context": encrypting(certificate), "auth_required": True, "authenticator": check}
    with serving(MailServer(options=options)) as server:
        trusted = certificate.with_suffix(".crt")
        run = go(ledger, server, security="starttls", certificates=trusted, user="team", password=password)
    assert states(ledger) == (["sent", "sent"] if password == "right" else ["due", "due"])
    assert ("535" in run.report.ended) is (password == "wrong")
    assert password not in run.report.ended
    assert not run.slept


def test_signing_in_at_a_server_that_offers_no_way_to(ledger: Ledger) -> None:
    reserve(ledger, 1)
    with serving(MailServer()) as server:
        run = go(ledger, server, user="team", password="secret-7")
        assert not server.offered
    assert "AUTH" in run.report.ended
    assert "secret-7" not in run.report.ended
