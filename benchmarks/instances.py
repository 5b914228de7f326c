"""The caseload that an order is about: made from its size and seed, the same on every machine."""

from __future__ import annotations

from benchmarks.cases import ONE_OFF
from benchmarks.record import Order
from solver.generate import generate, generate_one_off
from solver.policy import Policy, load_policy
from solver.schema.caseload import Caseload


def instance_of(order: Order) -> tuple[Caseload, Policy]:
    """Make the order's caseload, with the policy that it is planned by."""
    caseload = _caseload(order)
    return caseload, load_policy(caseload.authority)


def _caseload(order: Order) -> Caseload:
    if order.case == ONE_OFF:
        return generate_one_off(order.size, order.seed)
    return generate(order.size, order.seed, authority=order.authority, congestion=order.congestion)
