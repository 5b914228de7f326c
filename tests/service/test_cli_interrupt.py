"""Ctrl-C in a real search, exact solves included."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = "from service.cli.main import main; main()"


def start(tmp_path: Path) -> subprocess.Popen[str]:
    """A search that has long found a first calendar and tried exact solves, and would go on for an hour."""
    convene = [sys.executable, "-c", PROGRAM]
    team = tmp_path / "team.json"
    generate = ["generate", "--plans", "60", "--seed", "2", "--congestion", "hard", "-o", str(team)]
    subprocess.run([*convene, *generate], check=True)
    plan = ["plan", str(team), "-o", str(tmp_path / "out"), "--seconds", "3600", "--json"]
    process = subprocess.Popen([*convene, *plan], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    improvements = 0
    for line in process.stderr:
        improvements += "improving" in line or "exact" in line
        if improvements == 4:
            break
    return process


@pytest.mark.slow
def test_the_first_keeps_the_best_so_far(tmp_path: Path) -> None:
    with start(tmp_path) as process:
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=120)
    assert process.returncode in (0, 1)
    assert json.loads(output)["status"] == "stopped"
    assert json.loads((tmp_path / "out" / "calendar.json").read_text())["status"] == "stopped"
    assert (tmp_path / "out" / "report.html").exists()


@pytest.mark.slow
def test_the_second_writes_nothing(tmp_path: Path) -> None:
    with start(tmp_path) as process:
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        while "Stopping" not in process.stderr.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=120)
    # It may have finished between the two.
    assert process.returncode in (130, 0, 1)
    assert (tmp_path / "out").exists() == (process.returncode != 130)
