from __future__ import annotations

import random
from collections import Counter
from itertools import product

import pytest

from solver.derive import turns
from solver.derive.turns import JOBS, Duties, Job, are_proven_even, fair_shares, share_out, widest_spread

PEOPLE = ("a", "b", "c", "d")
Done = dict[tuple[str, Job], str]


def duties(number: int, chairs: str, minutes: str, *, apart: bool = True, series: str = "s") -> Duties:
    """One meeting; each letter is somebody who may do the job."""
    return Duties(
        f"{series}.{number}", series, {"chair": tuple(chairs), "minutes": tuple(minutes)}, apart=apart
    )


def some_duties(seed: int, meetings: int = 4) -> list[Duties]:
    chance = random.Random(seed)
    found = []
    for number in range(meetings):
        chairs = chance.sample(PEOPLE, chance.randint(0, 4))
        minutes = chance.sample(PEOPLE, chance.randint(0, 4))
        apart = any(one != other for one in chairs for other in minutes)
        found.append(duties(number, "".join(sorted(chairs)), "".join(sorted(minutes)), apart=apart))
    return found


def squares(done: Done) -> int:
    """How uneven the turns of one series are."""
    return sum(n * n for n in Counter((job, person) for (_, job), person in done.items()).values())


def least_squares(chain: list[Duties]) -> int:
    """The same of the most even turns, by trying all."""
    ways = []
    for one in chain:
        pairs = product(one.may["chair"] or (None,), one.may["minutes"] or (None,))
        ways.append([pair for pair in pairs if not one.apart or pair[0] != pair[1]])
    return min(
        squares(
            {
                (one.meeting, job): person
                for one, pair in zip(chain, pairs, strict=True)
                for job, person in zip(JOBS, pair, strict=True)
                if person is not None
            }
        )
        for pairs in product(*ways)
    )


@pytest.mark.parametrize("seed", range(40))
def test_no_turns_are_more_even(seed: int) -> None:
    chain = some_duties(seed)
    done, proven = share_out(chain)
    assert squares(done) == least_squares(chain)
    assert proven
    assert are_proven_even(chain, done)
    for one in chain:
        for job in JOBS:
            assert (done.get((one.meeting, job)) in one.may[job]) == bool(one.may[job])
        if one.apart:
            assert done.get((one.meeting, "chair")) != done.get((one.meeting, "minutes"))


def test_turns_that_could_be_passed_on_along_a_chain_are_not_even() -> None:
    # a chairs three times and c never: a can't hand on to c, but to b, and b to c.
    chain = [duties(1, "ab", ""), duties(2, "a", ""), duties(3, "a", ""), duties(4, "bc", "")]
    uneven: Done = {
        ("s.1", "chair"): "a",
        ("s.2", "chair"): "a",
        ("s.3", "chair"): "a",
        ("s.4", "chair"): "b",
    }
    assert widest_spread(chain, uneven) == 2
    assert not are_proven_even(chain, uneven)
    assert share_out(chain)[0]["s.1", "chair"] == "b"
    assert share_out(chain)[0]["s.4", "chair"] == "c"


def test_where_the_proof_is_too_much_work_the_proposal_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    hard = [seed for seed in range(200) if not _is_even_at_once(some_duties(seed))]
    assert hard
    monkeypatch.setattr(turns, "MOST_DUTIES", 0)
    for seed in hard:
        chain = some_duties(seed)
        done, proven = share_out(chain)
        assert not proven
        assert not are_proven_even(chain, done)
        assert set(done) == {(one.meeting, job) for one in chain for job in JOBS if one.may[job]}


def _is_even_at_once(chain: list[Duties]) -> bool:
    done: Done = {}
    state = turns.Turns()
    for one in chain:
        for job, person in turns._proposed(one, state, fair_shares(chain)).items():
            state.give(one, job, person)
            done[one.meeting, job] = person
    return squares(done) == least_squares(chain)


def test_the_team_is_shared_too_where_series_are_even_either_way() -> None:
    # Everybody of the first series is also in one of their own, where they have to chair.
    chain = [duties(1, "ab", ""), duties(1, "a", "", series="t"), duties(2, "a", "", series="t")]
    assert share_out(chain)[0]["s.1", "chair"] == "b"


def test_it_depends_on_nothing_but_the_duties() -> None:
    chain = some_duties(3, meetings=9)
    assert share_out(chain) == share_out(list(chain))


def test_a_fair_share_is_an_equal_part_of_every_job() -> None:
    assert fair_shares([duties(1, "ab", "b"), duties(2, "b", "")]) == {"a": 0.5, "b": 2.5}


def test_many_meetings_of_one_series_are_shared_without_a_proof_by_search() -> None:
    chain = [duties(number, "abc", "abcd") for number in range(turns.MOST_DUTIES)]
    done, _ = share_out(chain)
    assert widest_spread(chain, done) <= 1
