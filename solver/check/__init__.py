"""The independent checker: the rules of ``solver/RULES.md`` in the plainest code, sharing no arithmetic with the solver."""

from solver.check.checker import check_calendar
from solver.check.report import CheckReport, Violation

__all__ = ["CheckReport", "Violation", "check_calendar"]
