"""The policy language: what an authority requires of its meetings, each clause with its source."""

from solver.policy.load import PolicyError, builtin_policies, load_policy
from solver.policy.model import Policy

__all__ = ["Policy", "PolicyError", "builtin_policies", "load_policy"]
