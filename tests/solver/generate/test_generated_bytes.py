"""The same seed is the same caseload, to the byte, whatever the machine."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from datetime import date
from typing import get_args

import pytest

from solver.generate import Congestion, generate, to_json
from solver.policy import PolicyError, builtin_policies
from solver.schema.caseload import Caseload
from solver.schema.load import digest, load_caseload

LEVELS: tuple[Congestion, ...] = get_args(Congestion)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    assert to_json(generate(18, 3)) == to_json(generate(18, 3))
    assert to_json(generate(18, 3)) != to_json(generate(18, 4))


@pytest.mark.parametrize(
    ("authority", "congestion", "plans", "seed", "digest_of_bytes"),
    [
        ("wandsworth", "easy", 3, 1, "396fdd6c007d57ff"),
        ("wandsworth", "typical", 18, 2, "83f398963aba8cd4"),
        ("wandsworth", "typical", 150, 1, "607f84aff6959cb1"),
        ("wandsworth", "hard", 150, 2, "53728c846a9130d5"),
        ("barnsley", "typical", 150, 1, "d9d5a2238268155b"),
        ("carefirst", "easy", 97, 3, "a234493638f4369a"),
    ],
)
def test_one_team_stays_as_it_was_when_figures_were_published(
    authority: str, congestion: Congestion, plans: int, seed: int, digest_of_bytes: str
) -> None:
    content = to_json(generate(plans, seed, authority=authority, congestion=congestion))
    assert hashlib.sha256(content).hexdigest()[:16] == digest_of_bytes


def test_the_order_of_hashes_does_not_matter() -> None:
    code = "import sys; from solver.generate import *; sys.stdout.buffer.write(to_json(generate(20, 1)))"
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            capture_output=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    }
    assert outputs == {to_json(generate(20, 1))}


def test_each_of_authority_congestion_start_and_size_makes_a_difference() -> None:
    variants = [
        generate(18, 3),
        generate(19, 3),
        generate(18, 3, authority="barnsley"),
        generate(18, 3, congestion="easy"),
        generate(18, 3, congestion="hard"),
        generate(18, 3, start=date(2027, 1, 4)),
    ]
    assert len({digest(caseload) for caseload in variants}) == len(variants)


@pytest.mark.parametrize("plans", [1, 2, 3, 18, 150])
@pytest.mark.parametrize("congestion", LEVELS)
def test_what_is_written_reads_back_as_the_same_valid_caseload(plans: int, congestion: Congestion) -> None:
    for authority in builtin_policies():
        caseload = generate(plans, 11, authority=authority, congestion=congestion)
        assert load_caseload(to_json(caseload)) == caseload


@pytest.mark.parametrize(
    "start", [date(2026, 3, 2), date(2026, 12, 25), date(2027, 6, 26), date(2028, 2, 29), date(2030, 9, 1)]
)
def test_any_start_gives_a_valid_caseload_of_half_a_year(start: date) -> None:
    caseload = load_caseload(to_json(generate(40, 2, authority="carefirst", start=start)))
    assert caseload.horizon.start == start
    assert (caseload.horizon.end - start).days == 181


def test_the_text_is_indented_and_leaves_out_what_goes_without_saying() -> None:
    text = to_json(generate(18, 3)).decode()
    data = json.loads(text)
    assert text.startswith('{\n  "format": "convene/1",\n  "id": "generated-wandsworth-typical-18-3",\n')
    assert text.endswith("}\n")
    assert data["timezone"] == "Europe/London"
    assert data["grid_minutes"] == 15
    assert "null" not in text
    assert "from_" not in text
    assert not any(value in ([], {}) for plan in data["plans"] for value in plan.values())


def test_a_whole_authority_is_valid_too() -> None:
    caseload = generate(6000, 1)
    assert len(caseload.plans) == 6000
    ids = [person.id for person in caseload.people]
    assert len(set(ids)) == len(ids)
    assert Caseload.model_validate_json(to_json(caseload)) == caseload


def test_what_cannot_be_generated_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        generate(0, 1)
    with pytest.raises(ValueError, match="easy, typical, hard"):
        generate(3, 1, congestion="impossible")  # type: ignore[arg-type]
    with pytest.raises(PolicyError):
        generate(3, 1, authority="atlantis")
