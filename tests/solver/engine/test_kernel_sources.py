"""Compiled code is thrown away when any kernel that is part of another file's kernels has changed."""

from __future__ import annotations

import ast
import os
import shutil
from pathlib import Path

import pytest

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


def test_another_installation_has_a_folder_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies = tuple(
        Path(shutil.copy2(path, tmp_path / f"{path.parent.name}-{path.name}")) for path in cache.SOURCES
    )
    ours = cache.digest()
    monkeypatch.setattr(cache, "SOURCES", copies)
    assert cache.digest() == ours
    monkeypatch.setattr(cache, "_HERE", tmp_path)
    theirs = cache.digest()
    assert theirs != ours
    # Put there again with what it had: numba compiles it anew, so it isn't compiled.
    stat = copies[0].stat()
    os.utime(copies[0], ns=(stat.st_atime_ns, stat.st_mtime_ns + 1_000_000_000))
    assert cache.digest() not in {ours, theirs}
