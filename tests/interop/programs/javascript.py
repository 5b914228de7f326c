"""Packages of npm that read calendar files, installed when they are first needed, at the versions of package.json."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

HERE: Final = Path(__file__).parent
CACHE: Final = HERE.parents[2] / "out" / "interop"
WANTED: Final = HERE / "package.json"
VERSIONS: Final[dict[str, str]] = json.loads(WANTED.read_text())["dependencies"]
PATIENCE: Final = 240
"""Seconds that an installation may take."""


def read(package: str, content: bytes) -> dict[str, Any]:
    """What a package reads from a file: its method, and its events with their moments in UTC.

    Raises
    ------
    subprocess.CalledProcessError
        If it can't be read; what the package said is in ``stderr``.
    """
    done = subprocess.run(
        ["node", HERE / "read.mjs", package],
        cwd=_installed(),
        input=content,
        capture_output=True,
        check=True,
        timeout=60,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@cache
def _installed() -> Path:
    """The folder that has node_modules. A new set of versions gets a new folder."""
    folder = CACHE / ("npm-" + "-".join(f"{name}-{version}" for name, version in sorted(VERSIONS.items())))
    if folder.exists():
        return folder
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            missing = f"{program} is not there: apt-get install nodejs npm"
            if os.environ.get("CI") == "true":
                pytest.fail(missing)
            pytest.skip(missing)
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as made:
        fresh = Path(made) / "npm"
        fresh.mkdir()
        shutil.copy(WANTED, fresh)
        subprocess.run(
            ["npm", "install", "--silent", "--no-package-lock", "--ignore-scripts", "--prefix", fresh],
            cwd=fresh,
            stdin=subprocess.DEVNULL,
            check=True,
            timeout=PATIENCE,
        )
        with suppress(OSError):  # Another worker of the same run was faster.
            fresh.rename(folder)
    return folder
