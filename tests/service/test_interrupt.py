"""Ctrl-C while something runs, tried on a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading

import pytest

from service.interrupt import ABORTED, run_interruptibly

PROGRAM = """
import sys, time
from service.interrupt import run_interruptibly

def work(stop):
    print("ready", flush=True)
    while not stop() or {stubborn}:
        time.sleep(0.01)
    return "kept"

say = lambda text: (lambda: print(text, flush=True))
print(run_interruptibly(work, on_ask=say("asked"), on_abort=say("aborted")), flush=True)
"""


def start(*, stubborn: bool) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(stubborn=stubborn)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_the_first_asks_and_the_result_is_kept() -> None:
    with start(stubborn=False) as process:
        process.send_signal(signal.SIGINT)
        assert line(process) == "asked"
        assert line(process) == "kept"
        assert process.wait(timeout=30) == 0


def test_the_second_ends_work_that_does_not_listen() -> None:
    with start(stubborn=True) as process:
        process.send_signal(signal.SIGINT)
        assert line(process) == "asked"
        process.send_signal(signal.SIGINT)
        assert line(process) == "aborted"
        assert process.wait(timeout=30) == ABORTED


def test_what_the_work_raises_comes_out_and_the_handler_is_put_back() -> None:
    before = signal.getsignal(signal.SIGINT)

    def fail(stop: object) -> None:
        raise LookupError("inside")

    with pytest.raises(LookupError, match="inside"):
        run_interruptibly(fail, on_ask=lambda: None, on_abort=lambda: None)
    assert signal.getsignal(signal.SIGINT) is before


def test_away_from_the_main_thread_it_just_works() -> None:
    found: list[bool] = []
    thread = threading.Thread(
        target=lambda: found.append(
            run_interruptibly(lambda stop: stop(), on_ask=lambda: None, on_abort=lambda: None)
        )
    )
    thread.start()
    thread.join()
    assert found == [False]
