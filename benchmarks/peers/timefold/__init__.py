"""Peer 3: Timefold Solver, Community Edition, with a model of this problem in Java.

Needs the wheel ``timefold``, for the jars in it, and a JDK of version 17 or later. Every series has as many meetings as it may
come to hold; a time and a venue, or neither, are chosen for each of them. Who comes follows from that, as does the order
of a chain. ``java/`` holds the model and its moves, ``plan.py`` says what is counted into the time limit.
"""

from benchmarks.peers.timefold.java import missing
from benchmarks.peers.timefold.plan import solve

__all__ = ["missing", "solve"]
