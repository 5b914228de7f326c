"""A CP-SAT model under construction, with the value that each variable has in the calendar given as its hint."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ortools.sat.python import cp_model
from ortools.sat.python.cp_model_helper import Literal

Maybe = cp_model.IntVar | None
"""A literal, ``None`` for what always holds."""


@dataclass
class Builder:
    """The model, its hint and its objective.

    Attributes
    ----------
    hint
        Value by variable index.
    """

    cp: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    hint: dict[int, int] = field(default_factory=dict)
    _terms: list[cp_model.IntVar] = field(default_factory=list)
    _points: list[int] = field(default_factory=list)
    _constant: int = 0

    def whole(self, low: int, high: int, value: int, points: int = 0) -> cp_model.IntVar:
        """A whole number."""
        return self._noted(self.cp.new_int_var(low, high, ""), value, points)

    def among(self, ends: Sequence[int], value: int) -> cp_model.IntVar:
        """A whole number within stretches."""
        domain = cp_model.Domain.from_flat_intervals(list(ends))
        return self._noted(self.cp.new_int_var_from_domain(domain, ""), value, 0)

    def literal(self, value: bool, points: int = 0) -> cp_model.IntVar:
        """A literal that costs points where it holds."""
        return self._noted(self.cp.new_bool_var(""), int(value), points)

    def _noted(self, var: cp_model.IntVar, value: int, points: int) -> cp_model.IntVar:
        self.hint[var.index] = value
        self.cost(var, points)
        return var

    def cost(self, var: Maybe, points: int) -> None:
        """Charge points for a literal, or for each unit of a number."""
        if var is None:
            self._constant += points
        elif points:
            self._terms.append(var)
            self._points.append(points)

    def value(self, var: Maybe) -> bool:
        """Whether a literal holds in the hint."""
        return var is None or bool(self.hint[var.index])

    def clause(self, *, any_of: Iterable[cp_model.IntVar] = (), unless_all: Iterable[Maybe] = ()) -> None:
        """One of ``any_of`` holds, unless one of ``unless_all`` doesn't."""
        self.cp.add_bool_or([*any_of, *(one.negated() for one in unless_all if one is not None)])

    def within(self, var: cp_model.IntVar, ends: Sequence[int], *when: Maybe) -> None:
        """A number lies within stretches, where all of ``when`` hold."""
        domain = cp_model.Domain.from_flat_intervals(list(ends))
        self.when(self.cp.add_linear_expression_in_domain(var, domain), *when)

    @staticmethod
    def when(constraint: cp_model.Constraint, *literals: Literal | None) -> None:
        """Enforce a constraint only where all literals hold."""
        found = [one for one in literals if one is not None]
        if found:
            constraint.only_enforce_if(*found)

    def finish(self) -> None:
        """Set the objective."""
        self.cp.minimize(cp_model.LinearExpr.weighted_sum(self._terms, self._points) + self._constant)
