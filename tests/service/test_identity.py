from __future__ import annotations

from itertools import pairwise

from ics_cases import family

from service.output.identity import DIGITS, LETTERS, SHORTEST, default_key, is_ours, references, uid

KEY = b"k" * 32
MANY = [f"plan-{number}.core_group" for number in range(6000)]


def test_references_stay_the_same_whatever_else_is_there() -> None:
    alone = references(KEY, ["plan-1.core_group"])
    assert references(KEY, MANY[:40])["plan-1.core_group"] == alone["plan-1.core_group"]
    assert len(alone["plan-1.core_group"]) == SHORTEST


def test_references_are_told_apart_and_none_is_the_start_of_another() -> None:
    codes = sorted(references(KEY, MANY).values())
    assert len(codes) == len(MANY)
    assert not any(later.startswith(code) for code, later in pairwise(codes))
    assert {len(code) for code in codes} >= {SHORTEST, SHORTEST + 1}, (
        "some clash in so many, and are extended"
    )


def test_only_those_that_clash_are_extended() -> None:
    codes = references(KEY, MANY)
    long = {name for name, code in codes.items() if len(code) > SHORTEST}
    heads = [codes[name][:SHORTEST] for name in long]
    assert all(heads.count(head) > 1 for head in heads)
    apart = references(KEY, [*(set(MANY) - long), min(long)])
    assert set(map(len, apart.values())) == {SHORTEST}


def test_a_reference_is_never_a_word_a_number_or_initials() -> None:
    for code in references(KEY, MANY).values():
        assert set(code) <= set(DIGITS + LETTERS)
        assert set(code[:SHORTEST]) & set(DIGITS)
        assert set(code[:SHORTEST]) & set(LETTERS)
    assert not set(LETTERS) & set("AEIOULSZB")


def test_a_reference_does_not_show_its_series() -> None:
    assert references(KEY, MANY[:50]) != references(b"other", MANY[:50])


def test_uids_tell_their_parts_apart() -> None:
    seen = {uid(KEY, *parts) for parts in [("a", "bc"), ("ab", "c"), ("abc",), ("a", "b", "c"), ("", "abc")]}
    assert len(seen) == 5
    assert uid(KEY, "a") == uid(KEY, "a") != uid(b"other", "a")
    assert all(len(one) == 40 and set(one) <= set("0123456789abcdef") for one in seen)


def test_the_key_follows_from_caseload_and_team() -> None:
    other_team = {"id": "ash", "name": "Ash", "organiser": {"name": "Ash", "email": "ash@convene.example"}}
    keys = {default_key(family()), default_key(family(id="other")), default_key(family(team=other_team))}
    assert len(keys) == 3
    assert default_key(family()) == default_key(family(closures=["2026-12-24"]))


def test_our_own_uids_are_known_again_and_no_others() -> None:
    ours = uid(KEY, "meeting", "plan-1.core_group.1")
    assert is_ours(KEY, ours)
    assert not is_ours(b"other", ours)
    assert not is_ours(KEY, uid(b"other", "meeting", "plan-1.core_group.1"))
    flipped = ("0" if ours[0] != "0" else "1") + ours[1:]
    for other in (
        flipped,
        ours[:-1],
        ours + "0",
        "",
        "é" * 40,
        ours.upper() if ours != ours.upper() else "A" * 40,
    ):
        assert not is_ours(KEY, other)
