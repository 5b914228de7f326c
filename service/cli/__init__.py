"""The command line: `convene`."""
