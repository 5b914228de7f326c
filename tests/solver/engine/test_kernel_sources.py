"""Compiled code is thrown away when any kernel that is part of another file's kernels has changed."""

from __future__ import annotations

import ast
from pathlib import Path

from solver.engine import cache

ENGINE = Path(cache.__file__).parent


def kernels(path: Path) -> dict[str, ast.FunctionDef]:
    """The compiled functions of a module."""
    return {
        node.name: node
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
        and any("njit" in ast.unparse(one) for one in node.decorator_list)
    }


def test_all_kernels_that_others_call_are_part_of_the_digest() -> None:
    owners = {name: path for path in ENGINE.glob("*.py") for name in kernels(path)}
    called = set()
    for path in ENGINE.glob("*.py"):
        for function in kernels(path).values():
            names = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
            called |= {owners[name] for name in names & owners.keys() if owners[name] != path}
    assert ENGINE / "kernels.py" in called
    assert called <= set(cache.SOURCES)
