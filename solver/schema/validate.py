"""Validation of a caseload whose form is right: that it hangs together and can be planned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from solver.policy.model import Policy
from solver.schema.caseload import Caseload
from solver.schema.faults import Fault
from solver.schema.findings import to_faults
from solver.schema.validation.bookings import check_booked_plans, check_booked_times
from solver.schema.validation.case import Case
from solver.schema.validation.dates import check_births, check_dates
from solver.schema.validation.fit import check_fit
from solver.schema.validation.history import check_concerns, check_held
from solver.schema.validation.identity import check_children, check_series_ids, check_unique
from solver.schema.validation.meetings import (
    check_anchors,
    check_intervals,
    check_minutes,
    check_own_events,
    check_participants,
    check_reviews,
)
from solver.schema.validation.references import check_deputies, check_references
from solver.schema.validation.schooling import check_school_age, check_terms
from solver.schema.validation.setting import (
    check_grid,
    check_horizon,
    check_nation,
    check_people_at_all,
    check_texts,
    check_timezone,
)
from solver.schema.validation.sittings import check_sittings
from solver.schema.validation.spans import check_hours, check_school_days, check_travel, check_wishes

CHECKS: Final[tuple[Callable[[Case], None], ...]] = (
    check_timezone,
    check_nation,
    check_horizon,
    check_grid,
    check_texts,
    check_people_at_all,
    check_unique,
    check_children,
    check_series_ids,
    check_references,
    check_deputies,
    check_hours,
    check_school_days,
    check_wishes,
    check_travel,
    check_dates,
    check_births,
    check_terms,
    check_school_age,
    check_minutes,
    check_intervals,
    check_anchors,
    check_own_events,
    check_reviews,
    check_participants,
    check_sittings,
    check_fit,
    check_booked_times,
    check_booked_plans,
    check_concerns,
    check_held,
)
"""Every check, in an order in which none depends on a later one."""


def validate(caseload: Caseload, policy: Policy) -> list[Fault]:
    """Find everything that keeps a caseload from being planned.

    Parameters
    ----------
    caseload : Caseload
    policy : Policy
        The one it is under.

    Returns
    -------
    list of Fault
        In the order of the caseload; empty where it can be planned.
    """
    case = Case(caseload, policy)
    run_checks(case)
    return to_faults(case.findings, case.document)


def run_checks(case: Case) -> None:
    """Run every check on a case, which collects what they find."""
    for check in CHECKS:
        check(case)
