from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any

import jwt
import pytest
from access_cases import Clock, House, bearer
from asgi_client import AsgiClient
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from fastapi import Depends, FastAPI
from identity_provider import AUDIENCE, ISSUER, Provider, public_jwk, rsa_key, running

from service.access import oidc
from service.access.authentication import require
from service.access.oidc import Claims, Keys, KeysError, TokenError, Verifier
from service.settings import SettingsError
from service.store.engine import Store
from service.store.scope import Principal


@pytest.fixture
def provider() -> Iterator[Provider]:
    with running() as made:
        yield made


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def verifier(provider: Provider, clock: Clock) -> Verifier:
    return Verifier(ISSUER, AUDIENCE, Keys(provider.url, clock.monotonic), clock.now)


def at(clock: Clock) -> float:
    return clock.now().timestamp()


def test_a_good_token(verifier: Verifier, provider: Provider, clock: Clock) -> None:
    token = provider.token({"sub": "case-system", "scope": "openid calendar.read"}, at=at(clock))
    assert verifier.claims(token) == Claims("case-system", frozenset({"openid", "calendar.read"}))
    assert verifier.claims(provider.token({"aud": ["other", AUDIENCE]}, at=at(clock))).scopes == frozenset()
    assert provider.asked == 1


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (ec.generate_private_key(ec.SECP256R1()), "ES256"),
        (ec.generate_private_key(ec.SECP384R1()), "ES384"),
        (ec.generate_private_key(ec.SECP521R1()), "ES512"),
        (ed25519.Ed25519PrivateKey.generate(), "EdDSA"),
    ],
)
def test_other_kinds_of_key(
    verifier: Verifier, provider: Provider, clock: Clock, key: Any, algorithm: str
) -> None:
    provider.keys["other"] = key
    assert verifier.claims(provider.token(key_id="other", algorithm=algorithm, at=at(clock))).subject == "x"


def test_a_key_is_good_for_what_it_says_alone(verifier: Verifier, provider: Provider, clock: Clock) -> None:
    provider.answer = json.dumps(
        {"keys": [public_jwk(provider.keys["first"], "first", alg="PS256")]}
    ).encode()
    assert verifier.claims(provider.token(algorithm="PS256", at=at(clock))).subject == "x"
    with pytest.raises(TokenError):
        verifier.claims(provider.token(algorithm="RS256", at=at(clock)))


BAD_CLAIMS: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://evil.example/"},
    "an issuer that begins alike": {"iss": ISSUER + "x"},
    "no issuer": {"iss": None},
    "another audience": {"aud": "others"},
    "no audience": {"aud": None},
    "no end": {"exp": None},
    "an end that is a word": {"exp": "tomorrow"},
    "an end that is no number": {"exp": float("nan")},
    "an end that is true": {"exp": True},
    "nobody": {"sub": None},
    "somebody who is no text": {"sub": 7},
    "scopes that are no text": {"scope": ["calendar.read"]},
}


@pytest.mark.parametrize("case", BAD_CLAIMS)
def test_claims_that_are_not_taken(verifier: Verifier, provider: Provider, clock: Clock, case: str) -> None:
    if case == "somebody who is no text":
        # The library that signs won't write this one.
        token = _by_hand(provider, clock, {"sub": 7})
    else:
        token = provider.token(BAD_CLAIMS[case], at=at(clock))
    with pytest.raises(TokenError):
        verifier.claims(token)


def test_times_are_taken_with_a_minutes_skew(verifier: Verifier, provider: Provider, clock: Clock) -> None:
    now = at(clock)
    for good in ({"exp": now - 59}, {"nbf": now + 60}, {"iat": now + 60}, {"iat": None, "nbf": None}):
        assert verifier.claims(provider.token(good, at=now)).subject == "x"
    for bad in ({"exp": now - 60}, {"nbf": now + 61}, {"iat": now + 61}):
        with pytest.raises(TokenError):
            verifier.claims(provider.token(bad, at=now))


def test_a_published_key_does_not_sign(verifier: Verifier, provider: Provider, clock: Clock) -> None:
    public = provider.keys["first"].public_key()
    for encoding in (serialization.Encoding.PEM, serialization.Encoding.DER):
        secret = public.public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)
        header = _part({"alg": "HS256", "kid": "first", "typ": "JWT"})
        body = _part({"iss": ISSUER, "aud": AUDIENCE, "sub": "x", "exp": at(clock) + 300})
        mark = hmac.new(secret, f"{header}.{body}".encode(), hashlib.sha256).digest()
        with pytest.raises(TokenError, match="algorithm"):
            verifier.claims(f"{header}.{body}.{_text(mark)}")


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "", "HS256", "RS1", 7, None])
def test_algorithms_that_are_not_taken(verifier: Verifier, clock: Clock, algorithm: object) -> None:
    body = _part({"iss": ISSUER, "aud": AUDIENCE, "sub": "x", "exp": at(clock) + 300})
    for mark in ("", "AAAA"):
        with pytest.raises(TokenError):
            verifier.claims(f"{_part({'alg': algorithm, 'kid': 'first'})}.{body}.{mark}")


def test_a_symmetric_key_that_is_published_is_none(
    verifier: Verifier, provider: Provider, clock: Clock
) -> None:
    secret = b"s" * 32
    listed = {"kty": "oct", "k": _text(secret), "kid": "first", "alg": "HS256"}
    provider.answer = json.dumps({"keys": [listed]}).encode()
    with pytest.raises(TokenError):
        verifier.claims(provider.token(key=secret, algorithm="HS256", at=at(clock)))


def test_a_key_in_the_token_itself_counts_for_nothing(
    verifier: Verifier, provider: Provider, clock: Clock
) -> None:
    own = rsa_key()
    headers = {"jwk": public_jwk(own, "first"), "jku": provider.url, "x5u": provider.url}
    with pytest.raises(TokenError):
        verifier.claims(provider.token(key=own, headers=headers, at=at(clock)))


@pytest.mark.parametrize("headers", [{"kid": None}, {"crit": ["exp"], "exp": 1}, {"kid": "nobody's"}])
def test_headers_that_are_not_taken(
    verifier: Verifier, provider: Provider, clock: Clock, headers: dict[str, Any]
) -> None:
    with pytest.raises(TokenError):
        verifier.claims(_by_hand(provider, clock, {}, headers))


@pytest.mark.parametrize("text", ["", ".", "..", "a.b.c", "a" * 10_000, "ü.ü.ü", "e30.e30.", "W10.W10.W10"])
def test_what_is_no_token(verifier: Verifier, provider: Provider, text: str) -> None:
    with pytest.raises(TokenError):
        verifier.claims(text)
    assert provider.asked == 0


def test_a_token_that_was_changed(verifier: Verifier, provider: Provider, clock: Clock) -> None:
    header, _, mark = provider.token(at=at(clock)).split(".")
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "manager", "exp": at(clock) + 300}
    with pytest.raises(TokenError):
        verifier.claims(f"{header}.{_part(claims)}.{mark}")


def test_a_long_token_is_not_looked_at(verifier: Verifier, provider: Provider, clock: Clock) -> None:
    with pytest.raises(TokenError, match="too long"):
        verifier.claims(provider.token({"more": "x" * oidc.MOST_TOKEN}, at=at(clock)))


def test_keys_change_and_are_fetched_at_most_once_a_minute(
    verifier: Verifier, provider: Provider, clock: Clock
) -> None:
    verifier.claims(provider.token(at=at(clock)))
    provider.keys = {"second": rsa_key()}
    token = provider.token(key_id="second", at=at(clock))
    for _ in range(5):
        with pytest.raises(TokenError, match="no such key"):
            verifier.claims(token)
    assert provider.asked == 1
    clock.pass_(timedelta(seconds=60))
    assert verifier.claims(token).subject == "x"
    assert provider.asked == 2
    with pytest.raises(TokenError):
        verifier.claims(provider.token(key=rsa_key(), at=at(clock)))


def test_a_key_that_is_withdrawn_ends_within_the_hour(
    verifier: Verifier, provider: Provider, clock: Clock
) -> None:
    old = provider.keys["first"]
    verifier.claims(provider.token(at=at(clock)))
    provider.keys = {"second": rsa_key()}
    clock.pass_(timedelta(hours=1))
    with pytest.raises(TokenError, match="no such key"):
        verifier.claims(provider.token(key=old, at=at(clock)))


def test_keys_that_cannot_be_fetched_again_are_good_for_a_day(
    verifier: Verifier, provider: Provider, clock: Clock
) -> None:
    verifier.claims(provider.token(at=at(clock)))
    provider.status = 503
    clock.pass_(timedelta(hours=23))
    assert verifier.claims(provider.token(at=at(clock))).subject == "x"
    clock.pass_(timedelta(hours=1))
    with pytest.raises(KeysError):
        verifier.claims(provider.token(at=at(clock)))
    provider.status = 200
    clock.pass_(timedelta(minutes=1))
    assert verifier.claims(provider.token(at=at(clock))).subject == "x"


def test_nobody_waits_for_keys_that_are_fetched_for_another(
    verifier: Verifier, provider: Provider, clock: Clock
) -> None:
    known = provider.token(at=at(clock))
    verifier.claims(known)
    clock.pass_(timedelta(minutes=2))
    known = provider.token(at=at(clock))
    provider.held = threading.Event()
    stranger = provider.token(key_id="nobody's", key=provider.keys["first"], at=at(clock))
    refused: list[Exception] = []

    def ask() -> None:
        try:
            verifier.claims(stranger)
        except TokenError as error:
            refused.append(error)

    other = threading.Thread(target=ask)
    other.start()
    try:
        assert provider.reached.wait(10)
        assert verifier.claims(known).subject == "x"
        assert not refused
    finally:
        provider.held.set()
        other.join(10)
    assert len(refused) == 1


ANSWERS: dict[str, dict[str, Any]] = {
    "refused": {"status": 404},
    "sent elsewhere": {"status": 302},
    "not JSON": {"answer": b"<html>"},
    "not UTF-8": {"answer": b'{"keys": "\xff"}'},
    "no object": {"answer": b"[]"},
    "no list": {"answer": b'{"keys": {}}'},
    "too large": {"answer": b" " * (oidc.MOST_KEYS_OCTETS + 1)},
    "too deep": {"answer": b"[" * 200_000},
}


@pytest.mark.parametrize("case", ANSWERS)
def test_answers_that_are_no_keys(verifier: Verifier, provider: Provider, clock: Clock, case: str) -> None:
    for name, value in ANSWERS[case].items():
        setattr(provider, name, value)
    with pytest.raises(KeysError):
        verifier.claims(provider.token(at=at(clock)))
    assert provider.asked == 1


def test_an_answer_that_never_ends_is_given_up(
    verifier: Verifier, provider: Provider, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oidc, "FETCH_SECONDS", 0.2)
    provider.answer, provider.drip = b" " * 100_000, 0.02
    with pytest.raises(KeysError):
        verifier.claims(provider.token(at=at(clock)))


def test_one_bad_key_spoils_no_other(verifier: Verifier, provider: Provider, clock: Clock) -> None:
    good = public_jwk(provider.keys["first"], "first")
    listed = [
        7, {}, {"kid": "a"}, {"kid": 7, "kty": "RSA"}, {"kid": "b", "kty": "RSA", "n": "!", "e": "!"},
        {"kid": "c", "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}, {"kid": "d", "kty": "nobody's"},
        {**good, "kid": "e", "alg": "none"}, {**good, "kid": "f", "use": "enc"}, good,
    ]  # fmt: skip
    provider.answer = json.dumps({"keys": listed}).encode()
    assert verifier.claims(provider.token(at=at(clock))).subject == "x"
    for other in "abcdef":
        with pytest.raises(TokenError):
            verifier.claims(provider.token(key=provider.keys["first"], key_id=other, at=at(clock)))


def test_keys_come_by_https_or_from_this_machine() -> None:
    for good in (
        "https://sign-in.example/keys",
        "http://127.0.0.1:1/keys",
        "http://localhost/keys",
        "http://[::1]/",
    ):
        Keys(good)
    for bad in (
        "http://sign-in.example/keys",
        "ftp://127.0.0.1/keys",
        "file:///keys",
        "keys",
        "http://localhost.example/",
        "http://[",
    ):
        with pytest.raises(SettingsError, match="CONVENE_OIDC_JWKS"):
            Keys(bad)


# Through the whole of it: whose account a token is, and what it may do


def signing_in(store: Store, provider: Provider) -> tuple[House, AsgiClient]:
    house = House(store)
    verifier = Verifier(ISSUER, AUDIENCE, Keys(provider.url, house.clock.monotonic), house.clock.now)
    app = FastAPI()

    @app.get("/read")
    def read(who: Annotated[Principal, Depends(require("calendar.read"))]) -> dict[str, Any]:
        return {"account": who.account, "scopes": sorted(who.scopes)}

    return house, house.client(app, house.access(verifier=verifier))


@pytest.mark.parametrize(
    ("subject", "scope", "status", "scopes"),
    [
        ("manager@north.example", None, 200, []),
        ("manager@north.example", "openid profile", 200, []),
        ("manager@north.example", "openid calendar.read", 200, ["calendar.read"]),
        ("manager@north.example", "openid task.read", 403, None),
        ("integrator@north.example", "calendar.*", 200, ["calendar.*"]),
        ("integrator@north.example", "openid", 403, None),
        ("integrator@north.example", None, 403, None),
        ("worker@north.example", "calendar.publish", 403, None),
        ("nobody@north.example", "calendar.read", 401, None),
    ],
)
def test_whose_account_a_token_is(
    store: Store, provider: Provider, subject: str, scope: str | None, status: int, scopes: list[str] | None
) -> None:
    house, client = signing_in(store, provider)
    answer = client.get(
        "/read", headers=bearer(provider.token({"sub": subject, "scope": scope}, at=at(house.clock)))
    )
    assert answer.status_code == status
    if scopes is not None:
        role = subject.partition("@")[0]
        assert answer.json() == {"account": house.office.accounts[role], "scopes": scopes}


def test_a_token_of_a_disabled_account(store: Store, provider: Provider) -> None:
    house, client = signing_in(store, provider)
    token = bearer(provider.token({"sub": "manager@north.example"}, at=at(house.clock)))
    assert client.get("/read", headers=token).status_code == 200
    with house.store.writing() as session:
        house.accounts(session).disable("manager@north.example")
    refused, unknown = client.get("/read", headers=token), client.get("/read", headers=bearer("x.y.z"))
    assert (refused.status_code, refused.content) == (401, unknown.content)


def test_without_the_providers_keys_nobody_is_called_wrong(store: Store, provider: Provider) -> None:
    house, client = signing_in(store, provider)
    provider.status = 500
    answer = client.get(
        "/read", headers=bearer(provider.token({"sub": "manager@north.example"}, at=at(house.clock)))
    )
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert client.get("/read", headers=bearer(house.key("manager"))).status_code == 200


def _by_hand(
    provider: Provider, clock: Clock, claims: dict[str, Any], headers: dict[str, Any] | None = None
) -> str:
    """A token signed by the first key that a library for signing would not have made."""
    said = {"iss": ISSUER, "aud": AUDIENCE, "sub": "x", "exp": at(clock) + 300} | claims
    text = f"{_part({'alg': 'RS256', 'kid': 'first'} | (headers or {}))}.{_part(said)}"
    mark = jwt.get_algorithm_by_name("RS256").sign(text.encode(), provider.keys["first"])
    return f"{text}.{_text(mark)}"


def _part(document: object) -> str:
    return _text(json.dumps(document).encode())


def _text(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
