from __future__ import annotations

from pathlib import Path

import pytest

from service.delivery.settings import Server, SettingsError, read_server


def read(**given: str) -> Server:
    return read_server({f"CONVENE_SMTP_{name}": value for name, value in given.items()} | {"HOME": "/"})


def faults(**given: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        read(**given)
    assert str(caught.value) == "; ".join(caught.value.faults)
    return caught.value.faults


def test_a_host_is_enough() -> None:
    server = read(HOST="mail.convene.example")
    assert (server.port, server.security, server.user, server.password) == (587, "starttls", None, None)
    assert server.name == "[127.0.0.1]"
    context = server.tls()
    assert context is not None
    assert context.check_hostname


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("TLS", 465)])
def test_the_port_follows_from_the_security(security: str, port: int) -> None:
    assert read(HOST="mail.convene.example", SECURITY=security).port == port
    assert read(HOST="mail.convene.example", SECURITY=security, PORT="2525").port == 2525


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "::1"])
def test_no_encryption_on_this_machine(host: str) -> None:
    server = read(HOST=host, SECURITY="none")
    assert (server.port, server.tls()) == (25, None)


@pytest.mark.parametrize("host", ["mail.convene.example", "192.0.2.1", "localhost.convene.example"])
def test_no_encryption_to_another_machine_must_be_asked_for(host: str) -> None:
    assert "CONVENE_SMTP_UNSAFE=yes" in "".join(faults(HOST=host, SECURITY="none"))
    assert read(HOST=host, SECURITY="none", UNSAFE="yes").security == "none"


def test_a_password_from_a_file_or_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(" secret 7 \n", encoding="utf-8")
    server = read(HOST="mail.convene.example", USER="team", PASSWORD_FILE=str(file))
    assert (server.user, server.password) == ("team", " secret 7 ")
    assert read(HOST="mail.convene.example", USER="team", PASSWORD=" secret 7 ") == server
    assert "secret" not in repr(server)


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({}, "HOST is not set"),
        ({"HOST": "  "}, "HOST is not set"),
        ({"HOST": "smtp://mail.convene.example/"}, "a name or an address alone"),
        ({"HOST": "mail\r\n.example"}, "a name or an address alone"),
        ({"PORT": "0"}, "PORT"),
        ({"PORT": "65536"}, "PORT"),
        ({"PORT": "smtp"}, "PORT"),
        ({"SECURITY": "ssl"}, "starttls, tls or none"),
        ({"NAME": "a b"}, "NAME"),
        ({"PASSWORD": "secret-7"}, "USER is not set"),
        ({"USER": "team"}, "PASSWORD_FILE"),
        ({"USER": "team", "PASSWORD": "secret-7", "PASSWORD_FILE": "EMPTY"}, "both"),
        ({"USER": "team", "PASSWORD_FILE": "EMPTY"}, "is empty"),
        ({"USER": "team", "PASSWORD_FILE": "missing"}, "can't be read"),
        ({"CA_FILE": "missing"}, "CA_FILE"),
        ({"CA_FILE": "EMPTY"}, "CA_FILE"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, given: dict[str, str], word: str) -> None:
    empty = tmp_path / "empty"
    empty.write_text("\n", encoding="utf-8")
    base = {} if not given else {"HOST": "mail.convene.example"}
    told = faults(
        **{name: str(empty) if value == "EMPTY" else value for name, value in (base | given).items()}
    )
    assert word in "; ".join(told)
    assert "secret-7" not in "".join(told)


def test_all_faults_are_told_at_once() -> None:
    assert len(faults(PORT="x", SECURITY="y", NAME="a b", PASSWORD="z", CA_FILE="missing")) == 6
