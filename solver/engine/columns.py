"""What price passes have found: meetings, and the steps of chains from one meeting to the next.

A chain as such is not kept: any path over the steps and meetings that are known is one, so that what a few passes
find already describes very many chains (column generation for extended formulations: Sadykov and Vanderbeck 2013).
"""

from __future__ import annotations

from solver.engine.passes import Longs, Pass

OUTSIDE = -1
"""Node before a chain's first meeting and after its last."""


class Pool:
    """All meetings and steps found so far.

    Attributes
    ----------
    node : list of int
        Of each meeting.
    cost : list of float
        Of each meeting, without prices.
    takes : list of [n, 4] arrays
        What each meeting takes, see ``Pass``.
    steps : set of (int, int)
        Nodes that follow each other in some chain; ``OUTSIDE`` comes before the first and after the last.
    """

    def __init__(self) -> None:
        self._known: set[tuple[int, int]] = set()
        self.node: list[int] = []
        self.cost: list[float] = []
        self.takes: list[Longs] = []
        self.steps: set[tuple[int, int]] = set()

    def __len__(self) -> int:
        return len(self.node) + len(self.steps)

    def read(self, found: Pass, size: int) -> int:
        """Take in the chains of a pass that has written ``size`` meetings; returns how much of them was new."""
        table = found.meetings[:size].tolist()
        known = len(self)
        taken, before = 0, OUTSIDE
        for i, (node, position, mark, end) in enumerate(table):
            if position == 0 and before != OUTSIDE:
                self.steps.add((before, OUTSIDE))
            self.steps.add((OUTSIDE if position == 0 else before, node))
            if (node, mark) not in self._known:
                self._known.add((node, mark))
                self.node.append(node)
                self.cost.append(float(found.own[i]))
                self.takes.append(found.takes[taken:end].copy())
            taken, before = end, node
        if before != OUTSIDE:
            self.steps.add((before, OUTSIDE))
        return len(self) - known
