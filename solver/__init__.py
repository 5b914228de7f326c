"""Policy, caseload, search, checker and explanation. No network, no database, no clock of its own."""
