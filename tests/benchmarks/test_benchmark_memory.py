from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from benchmarks.memory import PROC, MemoryWatch, Peak, parents, resident, tree

linux = pytest.mark.skipif(not (PROC / "self" / "stat").exists(), reason="there is no /proc")
MB = 1024 * 1024
GRANDCHILD = textwrap.dedent("""
    import subprocess, sys
    # Written to, so that it is resident, and kept until it has been looked at.
    hold = "import sys; held = bytearray(b'x') * 150_000_000; print('held', flush=True); sys.stdin.read()"
    child = subprocess.Popen([sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    child.stdout.readline()
    print(child.pid, flush=True)
    sys.stdin.read()
    child.communicate()
""")


def process(proc: Path, number: int, parent: int, now: int, most: int, name: str = "worker") -> None:
    folder = proc / str(number)
    folder.mkdir(parents=True)
    (folder / "stat").write_text(f"{number} ({name}) S {parent} 1 1 0\n")
    (folder / "status").write_text(f"Name:\t{name}\nVmHWM:\t{most} kB\nVmRSS:\t{now} kB\n")


def test_a_tree_is_added_up_and_what_is_left_out_stays_out(tmp_path: Path) -> None:
    process(tmp_path, 1, 0, 9_000, 9_000)
    process(tmp_path, 10, 1, 100, 150)
    process(tmp_path, 11, 10, 200, 220, name="a (b) c")
    process(tmp_path, 12, 11, 300, 300)
    process(tmp_path, 20, 10, 5_000, 5_000)
    process(tmp_path, 21, 20, 5_000, 5_000)
    (tmp_path / "uptime").write_text("not a process")
    assert dict(parents(tmp_path))[11] == 10
    assert sorted(tree(10, 20, tmp_path)) == [10, 11, 12]
    peak = Peak(10, 20, tmp_path)
    peak.sample()
    assert peak.kib == 600


def test_a_single_process_is_known_to_the_kernel_between_two_samples(tmp_path: Path) -> None:
    process(tmp_path, 10, 1, 100, 70_000)
    peak = Peak(10, 0, tmp_path)
    peak.sample()
    assert peak.kib == 70_000


def test_the_peak_stays_when_processes_end(tmp_path: Path) -> None:
    process(tmp_path, 10, 1, 100, 100)
    process(tmp_path, 11, 10, 400, 400)
    peak = Peak(10, 0, tmp_path)
    peak.sample()
    (tmp_path / "11" / "stat").unlink()
    (tmp_path / "11" / "status").unlink()
    assert resident(11, tmp_path) == (0, 0)
    peak.sample()
    assert peak.kib == 500


@linux
def test_the_sampler_sees_a_grandchild() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", GRANDCHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        grandchild = int(child.stdout.readline())
        found = tree(os.getpid(), 0)
        with MemoryWatch() as memory:
            pass
        child.communicate()
    assert {child.pid, grandchild} <= set(found)
    assert memory.peak_mb is not None
    assert memory.peak_mb > 150_000_000 / MB


@linux
def test_the_sampler_leaves_itself_out_and_ends() -> None:
    with MemoryWatch() as memory:
        own, most = resident(os.getpid())
    assert memory.peak_mb is not None
    assert memory.peak_mb >= own / 1024
    assert memory.peak_mb <= most / 1024 + 5
