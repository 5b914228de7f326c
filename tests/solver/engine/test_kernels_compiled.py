"""The long kernels are compiled once: for one kind of number, wherever they are called from."""

from __future__ import annotations

import json
import subprocess
import sys

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


def test_a_plan_uses_one_of_each() -> None:
    # In a process of its own: tests call kernels with numbers of all kinds.
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    counts = json.loads(done.stdout).values()
    # None of what its callers, compiled before, hold already.
    assert 1 in counts
    assert max(counts) == 1, done.stdout
