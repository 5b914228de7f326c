"""A desk whose server is killed: nobody would ask it any more, and it ends."""

from __future__ import annotations

import subprocess
import sys

from processes import alive, at_most, until

SERVER = """
import os, time
from service.desks.pool import Desks
desks = Desks()
print(desks._submit(os.getpid).result(), flush=True)
time.sleep(600)
"""


def test_a_desk_ends_with_a_server_that_is_killed() -> None:
    with at_most(120), subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        desk = int(server.stdout.readline())
        assert alive(desk)
        server.kill()
        until(lambda: not alive(desk))
