"""What is installed: a wheel holds what the pages are made of, and nothing that was only needed to make it."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_a_wheel_holds_the_pages_and_not_what_made_them(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    done = subprocess.run(
        [*build, "--disable-pip-version-check", "-w", str(tmp_path), str(ROOT)],
        capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = tmp_path.glob("convene-*.whl")
    with zipfile.ZipFile(made) as wheel:
        names = set(wheel.namelist())
        manifest = json.loads(wheel.read("service/pages/static/manifest.json"))
    static = {f"service/pages/static/{name}" for name in manifest.values()}
    assert {"main.css", "main.js"} <= set(manifest)
    assert static | {f"{name}.gz" for name in static} <= names
    pages = ROOT / "service" / "pages"
    templates = {one.relative_to(ROOT).as_posix() for one in (pages / "templates").iterdir()}
    assert templates <= names
    assert "service/api/openapi.json" in names
    assert {name.partition("/")[0] for name in names if ".dist-info" not in name} == {
        "calendars",
        "service",
        "solver",
    }
    left_out = (
        "node_modules",
        "service/pages/assets",
        ".scss",
        ".ts",
        "package.json",
        ".sqlite",
        "__pycache__",
    )
    assert [name for name in names if any(part in name for part in left_out)] == []
