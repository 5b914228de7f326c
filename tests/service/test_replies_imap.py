"""A mailbox on a real server: read without marking, marked when settled, moved where that is wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from imap_server import PASSWORD, USER, Server, imap_server
from reply_cases import mail, says

from service.delivery.settings import SettingsError
from service.replies.imap import Account, ImapBox, read_account
from service.replies.sources import SourceError

ENVIRONMENT = {"CONVENE_IMAP_PASSWORD": "secret"}


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with imap_server() as server:
        yield server


@pytest.fixture
def server(running: Server) -> Server:
    running.empty()
    return running


def account(server: Server, **more: object) -> Account:
    return replace(
        Account("localhost", server.port, USER, password=PASSWORD, certificates=server.certificate),
        **more,  # type: ignore[arg-type]
    )


def deliver(server: Server, *names: str) -> dict[str, bytes]:
    data = {name: mail(says("mother-1", note=name)) for name in names}
    for name, one in data.items():
        server.deliver(name, one)
    return data


def test_what_nobody_has_seen_is_read_and_stays_so(server: Server) -> None:
    data = deliver(server, "1.a", "2.b")
    with ImapBox(account(server)) as box:
        found = list(box.messages())
    assert [one.data for one in found] == list(data.values())
    assert set(server.flags().values()) <= {""}
    with ImapBox(account(server)) as box:
        assert [one.source for one in box.messages()] == [one.source for one in found], "and is there again"


def test_what_is_settled_is_marked_and_the_rest_is_left(server: Server) -> None:
    deliver(server, "1.a", "2.b", "3.c")
    with ImapBox(account(server)) as box:
        found = [one.source for one in box.messages()]
        assert box.settle([found[0], found[2]]) == ()
    assert {name: "S" in flags for name, flags in server.flags().items()} == {
        "1.a": True,
        "2.b": False,
        "3.c": True,
    }
    with ImapBox(account(server)) as box:
        assert [one.source for one in box.messages()] == [found[1]]


def test_what_is_settled_is_moved(server: Server) -> None:
    deliver(server, "1.a", "2.b")
    with ImapBox(account(server), move="Done") as box:
        found = [one.source for one in box.messages()]
        assert box.settle(found[:1]) == ()
    assert set(server.flags()) == {"2.b"}
    assert len(server.done()) == 1


def test_a_server_without_move(server: Server) -> None:
    deliver(server, "1.a", "2.b")
    with ImapBox(account(server), move="Done") as box:
        found = [one.source for one in box.messages()]
        connection = box._open()
        connection.capabilities = tuple(one for one in connection.capabilities if one != "MOVE")
        assert box.settle(found[:1]) == ()
    assert set(server.flags()) == {"2.b"}
    assert len(server.done()) == 1


def test_a_folder_that_is_not_there_to_move_to(server: Server) -> None:
    deliver(server, "1.a")
    with ImapBox(account(server), move="Nowhere") as box:
        found = [one.source for one in box.messages()]
        assert box.settle(found) == tuple(found)
    assert set(server.flags()) == {"1.a"}


def test_numbers_of_another_folder_are_not_marked(server: Server) -> None:
    deliver(server, "1.a")
    with ImapBox(account(server)) as box:
        list(box.messages())
        assert box.settle(["UID 1 (42)", "x.eml"]) == ("UID 1 (42)", "x.eml")
    assert "S" not in server.flags()["1.a"]


def test_encryption_after_the_line_is_open(server: Server) -> None:
    deliver(server, "1.a")
    with ImapBox(account(server, port=server.starttls, starttls=True)) as box:
        assert len(list(box.messages())) == 1


def test_a_mailbox_with_nothing_new(server: Server) -> None:
    with ImapBox(account(server)) as box:
        assert list(box.messages()) == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"password": "wrong"}, "doesn't let this user in"),
        ({"folder": "Nowhere"}, "has no folder Nowhere"),
        ({"certificates": None}, "CONVENE_IMAP_CA_FILE"),
        ({"port": 1}, "can't be reached"),
        ({"token": "wrong"}, "doesn't let this user in"),
    ],
)
def test_what_is_wrong_is_told_without_secrets(
    server: Server, changed: dict[str, object], words: str
) -> None:
    with pytest.raises(SourceError, match=words) as caught, ImapBox(account(server, **changed)):
        pass
    assert PASSWORD not in str(caught.value)
    assert "wrong" not in str(caught.value)


def test_a_broken_line_is_told(server: Server) -> None:
    deliver(server, "1.a")
    with ImapBox(account(server)) as box:
        found = [one.source for one in box.messages()]
        box._open().shutdown()
        assert box.settle(found) == tuple(found)
        with pytest.raises(SourceError):
            list(box.messages())
    assert "S" not in server.flags()["1.a"]


@pytest.mark.parametrize(
    ("url", "account"),
    [
        ("imaps://a@mail.example", Account("mail.example", 993, "a", password="secret")),
        (
            "imaps://a%40b.example@mail.example:1993/",
            Account("mail.example", 1993, "a@b.example", password="secret"),
        ),
        (
            "imap://a@mail.example/In/Sub%20Folder",
            Account("mail.example", 143, "a", "In/Sub Folder", "secret", None, True),
        ),
    ],
)
def test_addresses(url: str, account: Account) -> None:
    assert read_account(url, ENVIRONMENT) == account
    assert "secret" not in repr(account)


@pytest.mark.parametrize(
    ("url", "environment", "words"),
    [
        ("https://a@mail.example", ENVIRONMENT, "imaps://"),
        ("imaps://a:hunter2@mail.example", ENVIRONMENT, "can be seen by others"),
        ("imaps:///INBOX", ENVIRONMENT, "names no server"),
        ("imaps://mail.example", ENVIRONMENT, "CONVENE_IMAP_USER"),
        ("imaps://a@mail.example:x/", ENVIRONMENT, "can't be read"),
        ("imaps://a@mail.example/Gel%C3%B6scht", ENVIRONMENT, "plain letters"),
        ("imaps://a@mail.example/a%0D%0Ab", ENVIRONMENT, "plain letters"),
        ("imaps://a@mail.example", {}, "no password"),
        ("imaps://a@mail.example", {"CONVENE_IMAP_PASSWORD_FILE": "/nowhere"}, "can't be read"),
        (
            "imaps://a@mail.example",
            ENVIRONMENT | {"CONVENE_IMAP_PASSWORD_FILE": "/dev/null"},
            "set one of them",
        ),
        ("imaps://a@mail.example", ENVIRONMENT | {"CONVENE_IMAP_CA_FILE": "/nowhere"}, "no certificates"),
    ],
)
def test_faults_of_the_settings(url: str, environment: dict[str, str], words: str) -> None:
    with pytest.raises(SettingsError, match=words) as caught:
        read_account(url, environment)
    assert "hunter2" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_secrets_in_files(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("pass word\n")
    found = read_account(
        "imaps://mail.example",
        {"CONVENE_IMAP_PASSWORD_FILE": str(tmp_path / "password"), "CONVENE_IMAP_USER": "a"},
    )
    assert (found.user, found.password, found.token) == ("a", "pass word", None)
    token = read_account("imaps://a@mail.example", {"CONVENE_IMAP_TOKEN": "t"})
    assert (token.password, token.token) == (None, "t")


def test_a_folder_to_move_to_with_an_odd_name() -> None:
    with pytest.raises(SourceError, match="plain letters"):
        ImapBox(Account("mail.example", 993, "a"), move="a\r\nb")


class Stub:
    """Notes how somebody signs in."""

    def __init__(self, *capabilities: str) -> None:
        self.capabilities = capabilities
        self.said: list[object] = []

    def authenticate(self, mechanism: str, answer: Callable[[bytes], bytes]) -> tuple[str, list[bytes]]:
        self.said = [mechanism, answer(b""), answer(b"{}")]
        return "OK", [b""]

    def login(self, user: str, password: str) -> tuple[str, list[bytes]]:
        self.said = ["LOGIN", user, password]
        return "OK", [b""]

    def capability(self) -> tuple[str, list[bytes]]:
        return "OK", [b"IMAP4rev1 move"]


@pytest.mark.parametrize(
    ("account", "capabilities", "said"),
    [
        (Account("h", 1, "a", token="t"), (), ["XOAUTH2", b"user=a\x01auth=Bearer t\x01\x01", b""]),
        (Account("h", 1, "a", password="ö"), ("AUTH=PLAIN",), ["PLAIN", "\x00a\x00ö".encode(), b""]),
        (Account("h", 1, 'a"b', password="p"), ("AUTH=LOGIN",), ["LOGIN", '"a\\"b"', "p"]),
    ],
)
def test_ways_to_sign_in(account: Account, capabilities: tuple[str, ...], said: list[object]) -> None:
    """A token as Exchange Online takes it; an error that follows is answered with nothing, so that it is told."""
    stub = Stub(*capabilities)
    ImapBox(account)._sign_in(stub)  # type: ignore[arg-type]
    assert stub.said == said
    assert stub.capabilities == ("IMAP4REV1", "MOVE")
