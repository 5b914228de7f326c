"""The checker shares the outward schema, the policy as data and the weights with the solver, and nothing else."""

from __future__ import annotations

import ast
from pathlib import Path

import solver.check

POLICY_AS_DATA = {f"solver.policy.{name}" for name in ("model", "clause", "meeting_clauses", "task_clauses")}
MAY_IMPORT = {"solver.check", "solver.schema", "solver.score", "holidays"} | POLICY_AS_DATA
STANDARD = {
    "__future__",
    "calendar",
    "collections",
    "dataclasses",
    "datetime",
    "functools",
    "hashlib",
    "json",
}
STANDARD |= {"operator", "typing"}


def imports(source: str) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0
            found.add(node.module or "")
        elif isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
    return found


def test_imports() -> None:
    modules = sorted(Path(solver.check.__path__[0]).rglob("*.py"))
    assert len(modules) > 10
    for module in modules:
        for name in imports(module.read_text(encoding="utf-8")):
            allowed = any(name == one or name.startswith(f"{one}.") for one in MAY_IMPORT)
            assert allowed or name.split(".")[0] in STANDARD, f"{module.name} imports {name}"
