"""The policy language: what an authority requires of its meetings, each clause with its source."""
