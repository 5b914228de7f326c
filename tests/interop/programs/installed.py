"""Where the programs are that tests run: `make interop` installs some into an environment of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

OWN: Final = Path(__file__).parents[3] / "out" / "interop" / "venv" / "bin"


def program(name: str) -> str:
    """The path of a program; without it the test is skipped, or fails where CI was to install it."""
    own = OWN / name
    found = str(own) if own.exists() else shutil.which(name)
    if found is None:
        missing = f"{name} is not installed"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return found


def run(
    *command: str | Path, home: Path, given: str = "", more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program in London with a home of its own, for a minute at most."""
    environment = os.environ | {"HOME": str(home), "TZ": "Europe/London", "LC_ALL": "C.UTF-8"} | (more or {})
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
        environment.pop(name, None)
    return subprocess.run(
        [str(one) for one in command],
        input=given,
        capture_output=True,
        text=True,
        env=environment,
        check=False,
        timeout=60,
    )
