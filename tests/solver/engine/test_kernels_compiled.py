"""The long kernels are compiled once: for one kind of number, wherever they are called from."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

_SCRIPT = """
import json
from solver.engine import filling, kernels
from solver.generate import generate
from solver.plan import plan
from solver.policy import load_policy

caseload = generate(6, 1, congestion="hard")
plan(caseload, load_policy(caseload.authority), deterministic=2)
names = ((kernels, "best_of_node"), (kernels, "evaluate_series"), (filling, "fill_places"), (filling, "book"),
         (filling, "actor_states"), (filling, "can_travel"))
print(json.dumps({name: len(getattr(module, name).signatures) for module, name in names}))
"""


@pytest.mark.slow
def test_a_plan_compiles_one_of_each(tmp_path: Path) -> None:
    # With nothing compiled before: of what is, a process sees only what it calls itself. And in a process of its own, since
    # tests call kernels with numbers of all kinds.
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT],
        env=os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)},
        capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout).values()) == {1}, done.stdout
