"""Jobs in turn: who does which of the jobs that each meeting has, so that nobody has more turns than need be.

A *duty* is one job at one meeting, with the people who may do it. Within a series, and for each job by itself, turns are as
even as can be when the sum of their squares is least: then nobody could pass on one of theirs, straight or along a chain of
others, to somebody who has at least two fewer. That is what is looked for, in this order:

1. a proposal in order of start, each duty going to whoever has had fewest turns so far;
2. a proof that it is even: no chain of passing on makes it more so (Harvey, Ladner, Lovász and Tamir, *Semi-matchings for
   bipartite graphs and load balancing*, 2006), even if one person did both jobs of a meeting;
3. where there is such a chain, the exact answer for that series, from CP-SAT within a fixed amount of work;
4. turns passed on between equals, where that brings the team as a whole nearer to everybody's fair share.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Final, Literal

from ortools.sat.python import cp_model

Job = Literal["chair", "minutes"]
JOBS: Final[tuple[Job, ...]] = ("chair", "minutes")
MOST_WORK: Final = 0.5
"""Deterministic time of CP-SAT for one series; the proposal stands where that isn't enough."""
MOST_DUTIES: Final = 200
"""Duties of a series that are handed to CP-SAT at most."""
TINY: Final = 1e-6
"""Shares that differ by no more are alike."""
SWEEPS: Final = 3
"""Times that the whole team's turns are gone over for a fairer share."""


@dataclass(frozen=True)
class Duties:
    """The jobs of one meeting, and who may do them.

    Attributes
    ----------
    may : dict
        Job to the people who may do it, in order of preference between equals; nobody: the job is left open.
    apart : bool
        Whether two people do them.
    """

    meeting: str
    series: str
    may: dict[Job, tuple[str, ...]]
    apart: bool


@dataclass
class Turns:
    """Who does what, and how often each person has had each job.

    Attributes
    ----------
    done : dict
        Meeting and job to the person.
    """

    done: dict[tuple[str, Job], str] = field(default_factory=dict)
    in_series: Counter[tuple[str, Job, str]] = field(default_factory=Counter)
    in_team: Counter[str] = field(default_factory=Counter)

    def give(self, duties: Duties, job: Job, person: str) -> None:
        """Let a person have a job, instead of whoever has it."""
        before = self.done.get((duties.meeting, job))
        if before is not None:
            self.in_series[duties.series, job, before] -= 1
            self.in_team[before] -= 1
        self.done[duties.meeting, job] = person
        self.in_series[duties.series, job, person] += 1
        self.in_team[person] += 1


def share_out(duties: Sequence[Duties]) -> tuple[dict[tuple[str, Job], str], bool]:
    """Share the jobs out.

    Parameters
    ----------
    duties : sequence of Duties
        In order of start.

    Returns
    -------
    dict
        Meeting and job to the person; without the jobs that nobody may do.
    bool
        Whether it is proven that no series could have more even turns.
    """
    shares = fair_shares(duties)
    turns = Turns()
    for one in duties:
        for job, person in _proposed(one, turns, shares).items():
            turns.give(one, job, person)
    by_series = _by_series(duties)
    proven = True
    for chain in by_series.values():
        if not all(_is_even(chain, job, turns) for job in JOBS):
            better, is_proven = _evened(chain, turns)
            proven &= is_proven
            for one, job, person in better:
                turns.give(one, job, person)
    for _ in range(SWEEPS):
        if sum(_towards_the_share(chain, turns, shares) for chain in by_series.values()) == 0:
            break
    return turns.done, proven


def are_proven_even(duties: Sequence[Duties], done: Mapping[tuple[str, Job], str]) -> bool:
    """Whether it is proven that no series could have more even turns."""
    turns = _turns_of(duties, done)
    for chain in _by_series(duties).values():
        if not all(_is_even(chain, job, turns) for job in JOBS):
            better, proven = _evened(chain, turns)
            if better or not proven:
                return False
    return True


def widest_spread(duties: Sequence[Duties], done: Mapping[tuple[str, Job], str]) -> int:
    """Return how many more turns at a job somebody has in a series than another who could have had one of them.

    That is who may do it at one of these meetings and does nothing else there.
    """
    turns = _turns_of(duties, done)
    return max(
        (
            turns.in_series[one.series, job, person] - turns.in_series[one.series, job, other]
            for one in duties
            for job in JOBS
            if (person := done.get((one.meeting, job))) is not None
            for other in one.may[job]
            if not one.apart or other not in (done.get((one.meeting, each)) for each in JOBS if each != job)
        ),
        default=0,
    )


def _turns_of(duties: Sequence[Duties], done: Mapping[tuple[str, Job], str]) -> Turns:
    turns = Turns()
    for one in duties:
        for job in JOBS:
            person = done.get((one.meeting, job))
            if person is not None:
                turns.give(one, job, person)
    return turns


def _by_series(duties: Iterable[Duties]) -> dict[str, list[Duties]]:
    found: dict[str, list[Duties]] = {}
    for one in duties:
        found.setdefault(one.series, []).append(one)
    return found


def fair_shares(duties: Sequence[Duties]) -> dict[str, float]:
    """Return how many jobs would be everybody's if each were shared equally by those who may do it."""
    shares: dict[str, float] = {}
    for one in duties:
        for people in one.may.values():
            for person in people:
                shares[person] = shares.get(person, 0.0) + 1 / len(people)
    return shares


def _proposed(one: Duties, turns: Turns, shares: dict[str, float]) -> dict[Job, str]:
    """Choose who has had fewest turns, by id where that is alike.

    At this job in this series; at either job in it; in the team beyond the fair share; in the team.
    """

    def rank(pair: Sequence[tuple[Job, str]]) -> tuple[int, int, float, int, tuple[str, ...]]:
        return (
            sum(turns.in_series[one.series, job, person] for job, person in pair),
            sum(turns.in_series[one.series, job, person] for _, person in pair for job in JOBS),
            round(sum(turns.in_team[person] - shares[person] for _, person in pair), 6),
            sum(turns.in_team[person] for _, person in pair),
            tuple(person for _, person in pair),
        )

    jobs = [job for job in JOBS if one.may[job]]
    pairs: list[Sequence[tuple[Job, str]]]
    pairs = [list(zip(jobs, people, strict=True)) for people in product(*(one.may[job] for job in jobs))]
    if one.apart:
        pairs = [pair for pair in pairs if len({person for _, person in pair}) == len(pair)]
    best = min(pairs, key=rank)
    return dict(best)


def _is_even(chain: Sequence[Duties], job: Job, turns: Turns) -> bool:
    """Whether no chain of passing a job on evens the turns of a series out, whoever does the other job."""
    held: dict[str, list[Duties]] = {}
    for one in chain:
        person = turns.done.get((one.meeting, job))
        if person is not None:
            held.setdefault(person, []).append(one)
    count = {person: len(theirs) for person, theirs in held.items()}
    for first in held:
        seen, queue = {first}, deque([first])
        while queue:
            person = queue.popleft()
            for other in (other for one in held.get(person, ()) for other in one.may[job]):
                if other not in seen:
                    if count.get(other, 0) + 2 <= count[first]:
                        return False
                    seen.add(other)
                    queue.append(other)
    return True


def _evened(chain: Sequence[Duties], turns: Turns) -> tuple[list[tuple[Duties, Job, str]], bool]:
    """Find the most even turns of a series, those of both jobs together.

    Returns
    -------
    list of (Duties, Job, str)
        Better turns; empty where none are found.
    bool
        Whether the turns that there are then are proven the most even: that may take too much work.
    """
    if 2 * len(chain) > MOST_DUTIES:
        return [], False
    model = cp_model.CpModel()
    does: dict[tuple[int, Job, str], cp_model.IntVar] = {}
    of: dict[tuple[Job, str], list[cp_model.IntVar]] = {}
    for at, one in enumerate(chain):
        for job in JOBS:
            for person in one.may[job]:
                has = does[at, job, person] = model.new_bool_var("")
                of.setdefault((job, person), []).append(has)
                model.add_hint(has, int(turns.done.get((one.meeting, job)) == person))
            if one.may[job]:
                model.add_exactly_one(does[at, job, person] for person in one.may[job])
        if one.apart:
            for person in set(one.may["chair"]).intersection(one.may["minutes"]):
                model.add_at_most_one(does[at, job, person] for job in JOBS)
    costs: list[cp_model.LinearExpr] = []
    for chances in of.values():
        # The n-th turn adds 2n - 1 to the square of their number.
        steps = [model.new_bool_var("") for _ in chances]
        model.add(sum(steps) == sum(chances))
        costs += [(2 * n + 1) * step for n, step in enumerate(steps)]
    model.minimize(sum(costs))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = MOST_WORK
    status = solver.solve(model)
    proven = status == cp_model.OPTIMAL
    if not (proven or status == cp_model.FEASIBLE) or solver.objective_value >= _squares(chain, turns):
        return [], proven
    return [
        (chain[at], job, person) for (at, job, person), has in does.items() if solver.boolean_value(has)
    ], proven


def _squares(chain: Sequence[Duties], turns: Turns) -> int:
    done = Counter(
        (job, turns.done[one.meeting, job])
        for one in chain
        for job in JOBS
        if (one.meeting, job) in turns.done
    )
    return sum(count * count for count in done.values())


def _towards_the_share(chain: Sequence[Duties], turns: Turns, shares: dict[str, float]) -> int:
    """Pass turns on to somebody with one fewer in the series who is further below their share in the team, or has less.

    Returns how many were.
    """
    passed = 0
    for at, one in enumerate(chain):
        for job in JOBS:
            person = turns.done.get((one.meeting, job))
            if person is None or len(one.may[job]) < 2:
                continue
            mine = turns.in_series[one.series, job, person]
            over = turns.in_team[person] - shares[person]
            taken = set(_neighbours(chain, at, job, turns))
            for other in one.may[job]:
                fewer = turns.in_series[one.series, job, other] == mine - 1
                gain = over - (turns.in_team[other] - shares[other]) - 1
                less = turns.in_team[person] - turns.in_team[other]
                if fewer and other not in taken and (gain > TINY or (gain > -TINY and less >= 2)):
                    turns.give(one, job, other)
                    passed += 1
                    break
    return passed


def _neighbours(chain: Sequence[Duties], at: int, job: Job, turns: Turns) -> Iterator[str]:
    """Who has the same job at the meetings before and after, and the other job at this one where they are apart."""
    for near in (at - 1, at + 1):
        if 0 <= near < len(chain) and (chain[near].meeting, job) in turns.done:
            yield turns.done[chain[near].meeting, job]
    if chain[at].apart:
        for other in JOBS:
            if other != job and (chain[at].meeting, other) in turns.done:
                yield turns.done[chain[at].meeting, other]
