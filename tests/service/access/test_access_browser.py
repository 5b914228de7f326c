"""Signing in at the authority's provider: every way in which the answer may not be what was asked for."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from access_cases import Clock
from identity_provider import rsa_key
from sign_in_service import CLIENT, SECRET, SignInService, running

from service.access.oidc import Keys, Verifier
from service.access.oidc_browser import Client, SignIn
from service.access.oidc_discovery import KEPT_SECONDS, STALE_SECONDS, Discovery, SignInError

ADDRESS = "https://convene.authority.example"
RETURNS_TO = ADDRESS + "/sign-in/authority/return"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def there(clock: Clock) -> Iterator[SignInService]:
    with running(lambda: clock.now().timestamp()) as made:
        made.returns_to = RETURNS_TO
        yield made


def signing(there: SignInService, clock: Clock, key: bytes = b"k" * 32) -> SignIn:
    client = Client(there.url, CLIENT, SECRET, ADDRESS)
    verifier = Verifier(there.url, CLIENT, Keys(f"{there.url}/keys", clock.monotonic), clock.now)
    return SignIn(client, Discovery(there.url, clock.monotonic), verifier, lambda: key, clock.now)


def query(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


def refused(sign_in: SignIn, answer: dict[str, str], cookie: str | None) -> str:
    with pytest.raises(SignInError) as caught:
        sign_in.finish(answer, cookie)
    return caught.value.reason


def test_what_the_provider_is_asked_for(there: SignInService, clock: Clock) -> None:
    begun = signing(there, clock).begin("/teams/yew")
    asked = query(begun.address)
    assert begun.address.startswith(f"{there.url}/authorize?realm=made-up&")
    assert {
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": RETURNS_TO,
        "scope": "openid",
        "code_challenge_method": "S256",
    }.items() <= asked.items()
    assert all(len(asked[name]) == 43 for name in ("state", "nonce", "code_challenge"))
    assert "prompt" not in asked
    again = query(signing(there, clock).begin("/", choose=True).address)
    assert again["prompt"] == "select_account"
    assert not {asked[name] for name in ("state", "nonce", "code_challenge")} & set(again.values())
    assert SECRET not in begun.address
    assert begun.cookie not in repr(begun)


@pytest.mark.parametrize("in_body", [False, True])
def test_somebody_arrives_where_they_were_going(there: SignInService, clock: Clock, in_body: bool) -> None:
    if in_body:
        there.says["token_endpoint_auth_methods_supported"] = ["client_secret_post", "private_key_jwt"]
    sign_in = signing(there, clock)
    begun = sign_in.begin("/teams/yew?of=worker-1")
    arrived = sign_in.finish(query(there.back(query(begun.address))), begun.cookie)
    assert (arrived.subject, arrived.next) == ("manager@yew.example", "/teams/yew?of=worker-1")
    (exchanged,) = there.exchanged
    assert ("client_secret" in exchanged) is in_body
    assert there.discovered == 1


ANSWERS: dict[str, tuple[dict[str, Any], str]] = {
    "another issuer's token": ({"claims": {"iss": "https://evil.example/"}}, "token"),
    "for another audience": ({"claims": {"aud": "case system"}}, "token"),
    "for several, of which another asked": ({"claims": {"aud": [CLIENT, "x"], "azp": "x"}}, "token"),
    "for several, and it isn't said who asked": ({"claims": {"aud": [CLIENT, "x"]}}, "token"),
    "made for another": ({"claims": {"azp": "x"}}, "token"),
    "another nonce": ({"claims": {"nonce": "n"}}, "token"),
    "no nonce": ({"claims": {"nonce": None}}, "token"),
    "a nonce that is no text": ({"claims": {"nonce": 7}}, "token"),
    "expired": ({"claims": {"exp": 1_700_000_000}}, "token"),
    "never ends": ({"claims": {"exp": None}}, "token"),
    "not issued at any time": ({"claims": {"iat": None}}, "token"),
    "not yet issued": ({"claims": {"iat": 4_000_000_000}}, "token"),
    "signed by somebody else": ({"signing": {"key": rsa_key()}}, "token"),
    "signed by a secret": ({"signing": {"key": "s" * 40, "algorithm": "HS256"}}, "token"),
    "not signed": ({"signing": {"key": None, "algorithm": "none"}}, "token"),
    "somebody else answers": ({"answers": {"code": "c", "iss": "https://evil.example/"}}, "token"),
    "refused": ({"answers": {"error": "access_denied", "error_description": "<b>no</b>"}}, "refused"),
    "neither code nor error": ({"answers": {"iss": "here"}}, "token"),
    "no code": ({"answers": {"code": ""}}, "again"),
    "a code without end": ({"answers": {"code": "c" * 4000}}, "again"),
    "a code of its own": ({"answers": {"code": "made up"}}, "again"),
    "the token endpoint is broken": ({"token_status": 500}, "away"),
    "our secret is wrong there": ({"token_status": 401}, "away"),
    "it sends us elsewhere": ({"token_status": 302}, "away"),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_answers_that_sign_nobody_in(there: SignInService, clock: Clock, case: str) -> None:
    changes, reason = ANSWERS[case]
    sign_in = signing(there, clock)
    begun = sign_in.begin("/")
    if changes.get("signing", {}).get("algorithm") == "none":
        said = {
            "iss": there.url,
            "aud": CLIENT,
            "sub": "x",
            "exp": 4e9,
            "iat": 1,
            "nonce": query(begun.address)["nonce"],
        }
        parts = ({"alg": "none", "kid": "first"}, said)
        token = ".".join(
            base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in parts
        )
        there.keys.token = lambda *_, **__: f"{token}."  # type: ignore[method-assign]
    else:
        for name, value in changes.items():
            setattr(there, name, value)
    assert refused(sign_in, query(there.back(query(begun.address))), begun.cookie) == reason


def test_an_answer_is_for_the_browser_that_asked(there: SignInService, clock: Clock) -> None:
    sign_in = signing(there, clock)
    own, other = sign_in.begin("/"), sign_in.begin("/")
    answer = query(there.back(query(own.address)))
    assert refused(sign_in, answer, None) == "again"
    assert refused(sign_in, answer, other.cookie) == "again"
    assert refused(sign_in, answer | {"state": ""}, own.cookie) == "again"
    assert refused(sign_in, {k: v for k, v in answer.items() if k != "state"}, own.cookie) == "again"
    # A code that another's browser got, brought to one's own: the proof isn't its.
    theirs = query(there.back(query(other.address)))
    assert refused(sign_in, answer | {"code": theirs["code"]}, own.cookie) == "again"
    # Nothing but the last of these got as far as the provider.
    assert len(there.exchanged) == 1


def test_an_answer_is_good_once(there: SignInService, clock: Clock) -> None:
    sign_in = signing(there, clock)
    begun = sign_in.begin("/")
    answer = query(there.back(query(begun.address)))
    sign_in.finish(answer, begun.cookie)
    assert refused(sign_in, answer, begun.cookie) == "again"


def test_an_answer_without_its_issuer_where_it_always_says_it(there: SignInService, clock: Clock) -> None:
    sign_in = signing(there, clock)
    begun = sign_in.begin("/")
    answer = query(there.back(query(begun.address)))
    del answer["iss"]
    assert refused(sign_in, answer, begun.cookie) == "token"


def test_the_cookie_is_ours_and_good_for_ten_minutes(there: SignInService, clock: Clock) -> None:
    sign_in = signing(there, clock)
    begun = sign_in.begin("/")
    answer = query(there.back(query(begun.address)))
    body, _, seal = begun.cookie.partition(".")
    content = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    changed = (
        base64.urlsafe_b64encode(json.dumps(content | {"next": "//evil.example"}).encode())
        .decode()
        .rstrip("=")
    )
    for bad in (
        "",
        ".",
        body,
        f"{body}.",
        f"{changed}.{seal}",
        f"é.{seal}",
        f"{body}.é",
        "a" * 9000 + "." + seal,
        f"!.{seal}",
    ):
        assert refused(sign_in, answer, bad) == "again"
    assert refused(signing(there, clock, b"another authority's"), answer, begun.cookie) == "again"
    clock.pass_(timedelta(minutes=10))
    assert refused(sign_in, answer, begun.cookie) == "again"
    assert there.exchanged == []


SAYS: dict[str, dict[str, Any]] = {
    "another issuer": {"issuer": "https://evil.example/"},
    "no issuer": {"issuer": None},
    "an endpoint without https": {"token_endpoint": "http://sign-in.example/token"},
    "no endpoint": {"authorization_endpoint": None},
    "an endpoint that is none": {"authorization_endpoint": "https://"},
    "too much": {"more": "x" * 300_000},
}


@pytest.mark.parametrize("case", SAYS)
def test_a_provider_that_says_what_can_not_be(there: SignInService, clock: Clock, case: str) -> None:
    there.says = SAYS[case]
    with pytest.raises(SignInError) as caught:
        signing(there, clock).begin("/")
    assert caught.value.reason == "away"


def test_a_provider_that_is_away_is_asked_now_and_then(there: SignInService, clock: Clock) -> None:
    sign_in = signing(there, clock)
    there.away = True
    for _ in range(3):
        with pytest.raises(SignInError):
            sign_in.begin("/")
    there.away = False
    with pytest.raises(SignInError):
        sign_in.begin("/")
    clock.pass_(timedelta(seconds=15))
    sign_in.begin("/")
    clock.pass_(timedelta(seconds=KEPT_SECONDS))
    there.away = True
    sign_in.begin("/")
    clock.pass_(timedelta(seconds=STALE_SECONDS))
    with pytest.raises(SignInError):
        sign_in.begin("/")
    assert there.discovered == 1


def test_keys_that_can_not_be_had_are_nobodys_fault(there: SignInService, clock: Clock) -> None:
    sign_in = signing(there, clock)
    begun = sign_in.begin("/")
    there.keys.answer = b"{}"
    assert refused(sign_in, query(there.back(query(begun.address))), begun.cookie) == "away"


def test_signing_out_there_as_well(there: SignInService, clock: Clock) -> None:
    sign_in = signing(there, clock)
    assert sign_in.leaves_by("/sign-in") is None
    sign_in.begin("/")
    address = sign_in.leaves_by("/sign-in")
    assert address is not None
    assert address.startswith(f"{there.url}/leave?")
    assert query(address) == {"client_id": CLIENT, "post_logout_redirect_uri": ADDRESS + "/sign-in"}
    there.says["end_session_endpoint"] = "javascript:alert(1)"
    other = signing(there, clock)
    other.begin("/")
    assert other.leaves_by("/sign-in") is None
