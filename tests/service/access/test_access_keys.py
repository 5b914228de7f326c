from __future__ import annotations

import re

import pytest

from service.access.keys import digest, matches, new_key, parse, same


def test_a_key_is_256_bits_behind_its_prefix_and_is_found_again() -> None:
    key = new_key()
    assert re.fullmatch(r"convene_[0-9a-f]{12}_[0-9a-f]{64}", key.text)
    parsed = parse(key.text)
    assert parsed is not None
    assert parsed[0] == key.prefix
    assert matches(parsed[1], key.hash)
    assert not matches(parsed[1], new_key().hash)
    assert not matches(parsed[1], None)


def test_no_two_are_alike_and_none_shows_in_a_repr() -> None:
    made = [new_key() for _ in range(200)]
    assert len({key.text for key in made}) == len({key.prefix for key in made}) == 200
    assert not any(key.text in repr(key) or key.text.rpartition("_")[2] in repr(key) for key in made)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "convene_",
        "convene_0123456789ab",
        f"convene_0123456789ab_{'a' * 63}",
        f"convene_0123456789ab_{'a' * 65}",
        f"convene_0123456789AB_{'a' * 64}",
        f"Convene_0123456789ab_{'a' * 64}",
        f" convene_0123456789ab_{'a' * 64}",
        f"convene_0123456789ab_{'a' * 64}\n",
        f"convene_٠123456789ab_{'a' * 64}",
    ],
)
def test_what_is_no_key(text: str) -> None:
    assert parse(text) is None


def test_the_hash_is_sha_256() -> None:
    assert digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_same() -> None:
    assert same("å", "å")
    assert not same("a", "aa")
